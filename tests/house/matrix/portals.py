"""The doors of the portals, for people and for programs.

The portal `fresh` belongs to the organisation of member, finance, manager and owner; of them only `manager` is named to run it. `other_draft`
belongs to another organisation, whose owner `other` is named to run it, and is a draft.
"""

from __future__ import annotations

from hub.core.accounts import queries as people
from hub.core.organisations import queries as organisations
from hub.kernel.actor import Actor
from hub.portals.sites import operations as sites
from tests.factories import portals
from tests.house.matrix.table import ANYONE, NOT_YOURS, SIGNED, STAFF, Row, get, post, who

RUN = STAFF | who("manager")
"""Who runs the portal `fresh`."""
RUN_OTHER = STAFF | who("other")
TEXTS = {"names.en": "Fresher", "taglines.en": "Ideas", "welcomes.en": "Welcome", "terms.en": "Nothing is secret."}
STAGES = {f"stages.{n}.en": f"Step {n}" for n in (1, 2, 3)} | {f"days.{n}": "9" for n in (1, 2, 3)}
COLOURS = {"light.accent": "#0b3d91", "radius": "4"}

PAGES = [
    get("/p/{portal}", ANYONE),
    get("/p/{portal}/theme.css", ANYONE),
    get("/p/{portal}/logo", ANYONE),
    get("/p/{other_portal}", RUN_OTHER, public=True, about="a draft"),
    get("/p/{other_portal}/theme.css", RUN_OTHER, public=True, about="a draft's"),
    get("/portals", SIGNED),
    get("/portals/new", STAFF, rest=NOT_YOURS),
    post("/portals/new", STAFF, rest=NOT_YOURS, send={"organisation": "{org}", "slug": "brand-new", "languages": "en", "names.en": "New"}),
    *(
        get(f"/p/{{portal}}/manage{page}", RUN, rest=NOT_YOURS)
        for page in ("", "/texts", "/theme", "/theme/preview.css?light.accent=%230b3d91", "/list", "/pipeline/stages")
    ),
    get("/p/{other_portal}/manage", RUN_OTHER, about="a draft is not known of"),
    post("/p/{portal}/manage/close", STAFF, rest=NOT_YOURS),
    post("/p/{other_portal}/manage/open", STAFF, who("other")),
    post("/p/{portal}/manage/managers", STAFF, rest=NOT_YOURS, send={"email": "volunteer@demo.example"}),
    post("/p/{portal}/manage/managers/{manager_id}/remove", STAFF, rest=NOT_YOURS),
    post("/p/{portal}/manage/texts", RUN, rest=NOT_YOURS, send=TEXTS),
    post("/p/{portal}/manage/theme", RUN, rest=NOT_YOURS, send=COLOURS),
    post("/p/{portal}/manage/theme/preview", RUN, rest=NOT_YOURS, send=COLOURS),
    post("/p/{portal}/manage/logo", RUN, rest=NOT_YOURS, files={"logo": (portals.image().getvalue(), "logo.png")}),
    post("/p/{portal}/manage/logo/remove", RUN, rest=NOT_YOURS),
    post("/p/{portal}/manage/list", RUN, rest=NOT_YOURS),
    post("/p/{portal}/manage/pipeline/stages", RUN, rest=NOT_YOURS, send=STAGES),
]

ROWS: list[Row] = [*PAGES]


def _actor(email: str) -> Actor:
    found = people.by_email(email)
    assert found is not None
    return people.actor_of(found.id)


def places() -> dict[str, str]:
    """What the world holds of it beyond the demo content, by the names that the rows use. Called inside a unit of work."""
    consultant = _actor("consultant@demo.example")
    open_one = portals.portal(organisations.by_slug("meridian-foods"), consultant, slug="matrix-fresh")
    draft = portals.portal(organisations.by_slug("loom-materials-lab"), consultant, "draft", slug="matrix-coats")
    sites.name_manager(actor=consultant, portal=open_one, email="manager@demo.example")
    sites.name_manager(actor=consultant, portal=draft, email="owner@demo.example")
    sites.set_logo(actor=consultant, portal=open_one, stream=portals.image(), filename="logo.png")
    return {"portal": open_one.slug, "other_portal": draft.slug}
