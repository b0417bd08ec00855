"""The doors of the packages, for people and for programs."""

from __future__ import annotations

from hub.communities.packages import operations
from hub.communities.spaces.states import SpaceRole
from hub.core.accounts import queries as accounts
from tests.factories import packages as made
from tests.factories import pages
from tests.factories import spaces as founded
from tests.house.matrix.table import ANYONE, NOBODY, NOT_YOURS, Row, get, post, who

# The author of the matrix founded the space, the consultant is an editor, judge and member are contributors. The judge has claimed one
# package and submitted another; the editor has submitted a third, which another editor reviews. Everybody else has nothing to do with them.
EDITORS, PEOPLE, CLAIMANT = who("author consultant"), who("author consultant judge member"), who("judge")
SPACE, API = "/communities/{work_space}/packages", "/api/v1/spaces/{work_space}/packages"
OPEN, CLAIMED, WAITING, OWN = "{open_package}", "{claimed_package}", "{waiting_package}", "{own_package}"
PACKAGE = {"title": "Which sand", "brief": "Name the sand.", "page": "{work_page}", "points": "5", "lease_days": "7"}
TEXT = {"body": pages.TEXT + "\n\nSand, too.", "base_revision": "1", "note": "Sand"}
MERGE, REMARKS, WHY = {"submission": "1", "revision": "1"}, {"submission": "1", "remarks": "Which sand?"}, {"reason": "Done elsewhere"}

ROWS: list[Row] = [
    get(SPACE, ANYONE),
    get(f"{SPACE}/new", EDITORS, rest=NOT_YOURS),
    post(f"{SPACE}/new", EDITORS, rest=NOT_YOURS, send=PACKAGE),
    get(f"{SPACE}/{OPEN}", ANYONE),
    get(f"{SPACE}/{CLAIMED}", ANYONE),
    get(f"{SPACE}/{WAITING}", ANYONE),
    get(f"{SPACE}/999999", NOBODY, public=True),
    post(f"{SPACE}/{OPEN}/claim", PEOPLE, rest=NOT_YOURS),
    post(f"{SPACE}/{CLAIMED}/renew", CLAIMANT, rest=NOT_YOURS),
    post(f"{SPACE}/{CLAIMED}/give_back", CLAIMANT, rest=NOT_YOURS),
    get(f"{SPACE}/{CLAIMED}/submit", CLAIMANT, rest=NOT_YOURS),
    post(f"{SPACE}/{CLAIMED}/submit", CLAIMANT, rest=NOT_YOURS, send=TEXT),
    get(f"{SPACE}/{WAITING}/submissions/1", ANYONE),
    get(f"{SPACE}/{WAITING}/review", EDITORS, rest=NOT_YOURS),
    get(f"{SPACE}/{OWN}/review", who("author"), rest=NOT_YOURS),
    post(f"{SPACE}/{WAITING}/review", EDITORS, rest=NOT_YOURS, send=MERGE),
    post(f"{SPACE}/{WAITING}/merge", EDITORS, rest=NOT_YOURS, send=MERGE),
    post(f"{SPACE}/{OWN}/merge", who("author"), rest=NOT_YOURS, send=MERGE),
    post(f"{SPACE}/{WAITING}/return", EDITORS, rest=NOT_YOURS, send=REMARKS),
    post(f"{SPACE}/{OPEN}/withdraw", EDITORS, rest=NOT_YOURS, send=WHY),
    get(API, ANYONE),
    get(f"{API}?state=open", ANYONE),
    post(API, EDITORS, rest=NOT_YOURS, send=PACKAGE | {"points": 5, "lease_days": 7}),
    get(f"{API}/{OPEN}", ANYONE),
    get(f"{API}/{WAITING}/submissions", ANYONE),
    post(f"{API}/{OPEN}/claim", PEOPLE, rest=NOT_YOURS),
    post(f"{API}/{CLAIMED}/renew", CLAIMANT, rest=NOT_YOURS),
    post(f"{API}/{CLAIMED}/give-back", CLAIMANT, rest=NOT_YOURS),
    post(f"{API}/{CLAIMED}/submissions", CLAIMANT, rest=NOT_YOURS, send=TEXT | {"base_revision": 1}),
    get(f"{API}/{WAITING}/review", EDITORS, rest=NOT_YOURS),
    post(f"{API}/{WAITING}/merge", EDITORS, rest=NOT_YOURS, send={"submission": 1, "revision": 1}),
    post(f"{API}/{WAITING}/return", EDITORS, rest=NOT_YOURS, send=REMARKS | {"submission": 1}),
    post(f"{API}/{OPEN}/withdraw", EDITORS, rest=NOT_YOURS, send=WHY),
]
DEMO = {
    "consultant": "consultant@demo.example",
    "author": "solver@demo.example",
    "judge": "expert@demo.example",
    "member": "volunteer@demo.example",
}


def places() -> dict[str, str]:
    """A space with four packages on one page: open, in the judge's hands, the judge's and the editor's own in review."""
    people = {}
    for name, email in DEMO.items():
        person = accounts.by_email(email)
        assert person is not None
        people[name] = accounts.actor_of(person.id)
    author, judge, editor = people["author"], people["judge"], people["consultant"]
    space = founded.space(author, name="Matrix of work on soil")
    founded.join(space, judge, people["member"])
    founded.join(space, editor, role=SpaceRole.EDITOR, by=author)
    page = pages.page(space, author)
    opened = [made.package(page, author, title) for title in ("Which soils", "Which sand", "Which clay", "Which loam")]
    operations.claim(actor=judge, package=opened[1])
    made.submit(opened[2], judge, pages.TEXT + "\n\nClay, too.")
    made.submit(opened[3], editor, pages.TEXT + "\n\nLoam, too.")
    names = ("open_package", "claimed_package", "waiting_package", "own_package")
    numbers = {name: str(package.id) for name, package in zip(names, opened, strict=True)}
    return numbers | {"work_space": space.slug, "work_page": page.slug}
