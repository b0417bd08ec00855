"""The doors of the communities, for people and for programs."""

from __future__ import annotations

from hub.communities.pages import operations as pages
from hub.communities.spaces import operations as spaces
from hub.communities.spaces.states import SpaceRole
from hub.core.accounts import queries as accounts
from tests.factories import pages as made
from tests.factories import spaces as founded
from tests.house.matrix.table import ADMIN, ANYONE, MOVED, NOBODY, NOT_YOURS, SIGNED, Row, delete, get, patch, post, put, who

# The author of the matrix founded the spaces and the consultant is the other steward, the judge is a contributor, the member an editor;
# everybody else has nothing to do with them.
STEWARD, MEMBER, EDITOR = who("author consultant"), who("judge"), who("member")
PEOPLE = STEWARD | MEMBER | EDITOR
FOUND = {
    "name": "Quiet pumps", "summary": "Pumps for village wells that nobody hears.", "charter": founded.CHARTER, "licence": "CC-BY-4.0",
    "language": "en",
}  # fmt: skip
CHANGE = {"name": "Soil sensors of the matrix"}
CHARTER = {"charter": founded.CHARTER + "\n\nAnd more.", "licence": "CC-BY-4.0", "note": "More"}
PAGE = {"title": "A page of the matrix", "body": "Some text.", "summary": "Begun"}
TEXT = {"title": "Calibration", "body": "Another text.", "base": "{page_number}"}
CREDIT = {"handle": "{author_handle}", "kind": "testing", "note": "A week in the field"}
SPACE, API = "/communities/{space}", "/api/v1/spaces/{space}"

PAGES = [
    get("/communities", ANYONE),
    get("/communities?mine=1&sector=sensors&language=en", ANYONE),
    get("/communities/new", SIGNED),
    post("/communities/new", SIGNED, send=FOUND),
    get(SPACE, ANYONE),
    get("/communities/no-such", NOBODY, public=True),
    get(f"{SPACE}/edit", STEWARD, rest=NOT_YOURS),
    post(f"{SPACE}/edit", STEWARD, rest=NOT_YOURS, send=CHANGE),
    get(f"{SPACE}/charter", ANYONE),
    get(f"{SPACE}/charter?number=1", ANYONE),
    get(f"{SPACE}/charter/edit", STEWARD, rest=NOT_YOURS),
    post(f"{SPACE}/charter/edit", STEWARD, rest=NOT_YOURS, send=CHARTER),
    get(f"{SPACE}/join", SIGNED),
    post(f"{SPACE}/join", SIGNED, send={"charter": "2", "accepted": "1"}),
    get(f"{SPACE}/members", ANYONE),
    post(f"{SPACE}/members/{{judge_id}}/role", STEWARD, rest=NOT_YOURS, send={"role": "editor"}),
    post(f"{SPACE}/members/{{judge_id}}/remove", STEWARD, rest=NOT_YOURS, send={"reason": "Advertising"}),
    post(f"{SPACE}/leave", PEOPLE),
    post(f"{SPACE}/archive", STEWARD | ADMIN, rest=NOT_YOURS),
    post("/communities/{archived_space}/reopen", STEWARD | ADMIN, rest=NOT_YOURS),
    get(f"{SPACE}/credits", ANYONE),
    post(f"{SPACE}/credits", STEWARD, rest=NOT_YOURS, send=CREDIT),
    get(f"{SPACE}/changes", ANYONE),
    get(f"{SPACE}/changes?by={{author_handle}}", ANYONE),
    get(f"{SPACE}/changes.atom", ANYONE),
    get(f"{SPACE}/pages", ANYONE),
    get(f"{SPACE}/pages/new", PEOPLE, rest=NOT_YOURS),
    post(f"{SPACE}/pages/new", PEOPLE, rest=NOT_YOURS, send=PAGE),
    post(f"{SPACE}/pages/draft", PEOPLE, rest=NOT_YOURS, send=PAGE),
    get(f"{SPACE}/pages/{{page}}", ANYONE),
    get(f"{SPACE}/pages/no-such", NOBODY, public=True),
    get(f"{SPACE}/pages/{{page}}/revisions/1", ANYONE),
    get(f"{SPACE}/pages/{{page}}/history", ANYONE),
    get(f"{SPACE}/pages/{{page}}/diff", ANYONE),
    get(f"{SPACE}/pages/{{page}}/diff?from=1&to={{page_number}}", ANYONE),
    get(f"{SPACE}/pages/{{page}}/edit", PEOPLE, rest=NOT_YOURS),
    get(f"{SPACE}/pages/{{locked_page}}/edit", STEWARD | EDITOR, rest=NOT_YOURS),
    post(f"{SPACE}/pages/{{page}}/edit", PEOPLE, rest=NOT_YOURS, send=TEXT),
    post(f"{SPACE}/pages/{{locked_page}}/edit", STEWARD | EDITOR, rest=NOT_YOURS, send=TEXT | {"title": "Rules of the house", "base": "1"}),
    post(f"{SPACE}/pages/{{page}}/draft", PEOPLE, rest=NOT_YOURS, send=TEXT),
    get(f"{SPACE}/pages/{{page}}/merge?draft={{conflict_draft}}", MEMBER),
    post(f"{SPACE}/pages/{{page}}/merge?draft={{conflict_draft}}", MEMBER, send={"seen": "{page_number}", "part-0": "both"}),
    post(f"{SPACE}/pages/{{page}}/restore", PEOPLE, rest=NOT_YOURS, send={"number": "1", "base": "{page_number}"}),
    post(f"{SPACE}/pages/{{page}}/watch", SIGNED),
    post(f"{SPACE}/pages/{{page}}/unwatch", SIGNED),
    post(f"{SPACE}/pages/{{page}}/lock", STEWARD, rest=NOT_YOURS),
    post(f"{SPACE}/pages/{{locked_page}}/unlock", STEWARD, rest=NOT_YOURS),
    post(f"{SPACE}/pages/{{page}}/retire", STEWARD | EDITOR, rest=NOT_YOURS),
    post(f"{SPACE}/pages/{{retired_page}}/bring_back", STEWARD | EDITOR, rest=NOT_YOURS),
    get("/my/drafts", SIGNED),
    get("/my/drafts/{conflict_draft}", MEMBER, ok=MOVED),
    post("/my/drafts/{conflict_draft}/discard", MEMBER),
]

PROGRAMS = [
    get("/api/v1/spaces", ANYONE),
    get("/api/v1/spaces?mine=true", SIGNED, public=True, asks=True),
    post("/api/v1/spaces", SIGNED, send=FOUND),
    get(API, ANYONE),
    patch(API, STEWARD, rest=NOT_YOURS, send=CHANGE),
    get(f"{API}/charters", ANYONE),
    post(f"{API}/charters", STEWARD, rest=NOT_YOURS, send=CHARTER),
    get(f"{API}/membership", SIGNED),
    put(f"{API}/membership", SIGNED, send={"charter": 2}),
    delete(f"{API}/membership", PEOPLE),
    get(f"{API}/members", ANYONE),
    patch(f"{API}/members/{{judge_handle}}", STEWARD, rest=NOT_YOURS, send={"role": "editor"}),
    delete(f"{API}/members/{{judge_handle}}", STEWARD, rest=NOT_YOURS, send={"reason": "Advertising"}),
    post(f"{API}/archive", STEWARD | ADMIN, rest=NOT_YOURS),
    post("/api/v1/spaces/{archived_space}/reopen", STEWARD | ADMIN, rest=NOT_YOURS),
    get(f"{API}/credits", ANYONE),
    post(f"{API}/credits", STEWARD, rest=NOT_YOURS, send=CREDIT),
    get(f"{API}/changes", ANYONE),
    get(f"{API}/pages", ANYONE),
    post(f"{API}/pages", PEOPLE, rest=NOT_YOURS, send=PAGE),
    get(f"{API}/pages/{{page}}", ANYONE),
    put(f"{API}/pages/{{page}}", PEOPLE, rest=NOT_YOURS, send={"body": "Another text.", "base_revision": 3}),
    put(f"{API}/pages/{{locked_page}}", STEWARD | EDITOR, rest=NOT_YOURS, send={"body": "Another text.", "base_revision": 1}),
    post(f"{API}/pages/{{page}}/restore", PEOPLE, rest=NOT_YOURS, send={"revision": 1, "base_revision": 3}),
    get(f"{API}/pages/{{page}}/revisions", ANYONE),
    get(f"{API}/pages/{{page}}/revisions/1", ANYONE),
    get(f"{API}/pages/{{page}}/diff", ANYONE),
    put(f"{API}/pages/{{page}}/watch", SIGNED),
    delete(f"{API}/pages/{{page}}/watch", SIGNED),
    post(f"{API}/pages/{{page}}/lock", STEWARD, rest=NOT_YOURS),
    post(f"{API}/pages/{{locked_page}}/unlock", STEWARD, rest=NOT_YOURS),
    post(f"{API}/pages/{{page}}/retire", STEWARD | EDITOR, rest=NOT_YOURS),
    post(f"{API}/pages/{{retired_page}}/bring-back", STEWARD | EDITOR, rest=NOT_YOURS),
]

ROWS: list[Row] = [*PAGES, *PROGRAMS]
DEMO = {
    "consultant": "consultant@demo.example",
    "author": "solver@demo.example",
    "judge": "expert@demo.example",
    "member": "volunteer@demo.example",
}


def places() -> dict[str, str]:
    """A space with a contributor, an editor, a changed charter, pages in every state and a conflict; and an archived one."""
    people = {}
    for name, email in DEMO.items():
        person = accounts.by_email(email)
        assert person is not None
        people[name] = accounts.actor_of(person.id)
    author, judge, member = people["author"], people["judge"], people["member"]
    space = founded.space(author, name="Matrix of soil sensors")
    spaces.set_charter(
        actor=author, space=space, charter=founded.CHARTER + "\n\nWe meet on Mondays.", licence=space.licence, note="Mondays"
    )
    founded.join(space, judge)
    founded.join(space, people["consultant"], role=SpaceRole.STEWARD, by=author)
    founded.join(space, member, role=SpaceRole.EDITOR, by=author)
    page = made.page(space, author)
    conflict = pages.keep_draft(
        actor=judge, space=space, page=page, title=page.title, text=made.TEXT.replace("a mixture", "a living thing"), base_revision=1
    )  # fmt: skip
    made.edit(page, author, made.TEXT.replace("a mixture", "a mixture of minerals"), summary="Which mixture")
    made.edit(page, member, made.TEXT.replace("a mixture", "a mixture of minerals and air"))
    locked = pages.lock(actor=author, page=made.page(space, author, "Rules of the house"))
    retired = pages.retire(actor=author, page=made.page(space, author, "Old plans"))
    archived = founded.space(author, name="Matrix of old sensors")
    founded.join(archived, people["consultant"], role=SpaceRole.STEWARD, by=author)
    spaces.archive(actor=author, space=archived)
    assert conflict is not None
    cards = {name: accounts.card(actor.person_id or 0) for name, actor in people.items()}
    return {
        "space": space.slug, "archived_space": archived.slug, "page": page.slug, "page_number": str(page.number),
        "locked_page": locked.slug, "retired_page": retired.slug, "conflict_draft": str(conflict.id),
        "judge_id": str(judge.person_id), "judge_handle": cards["judge"].handle,
    }  # fmt: skip
