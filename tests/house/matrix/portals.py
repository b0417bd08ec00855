"""The doors of the portals, for people and for programs.

The portal `fresh` belongs to the organisation of member, finance, manager and owner; of them only `manager` is named to run it. `other_draft`
belongs to another organisation, whose owner `other` is named to run it, and is a draft.
"""

from __future__ import annotations

import io

from hub.core.accounts import queries as people
from hub.core.organisations import queries as organisations
from hub.kernel.actor import Actor
from hub.portals.desk import operations as desk
from hub.portals.desk.states import State
from hub.portals.forms import operations as forms
from hub.portals.sites import operations as sites
from hub.portals.sites.rules import fingerprint
from tests.factories import portals
from tests.house.matrix.table import (
    ANYONE,
    MOVED,
    NOBODY,
    NOT_YOURS,
    OK,
    SIGNED,
    STAFF,
    Row,
    delete,
    get,
    patch,
    post,
    put,
    who,
)  # fmt: skip

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

QUESTION = {"kind": "short", "label.en": "Where are you based?"}
FORM = {"fields": [{"key": "q9", "kind": "short", "label": {"en": "Where?"}}]}
RUN_PAGES = ("/form", "/form/new", "/form/questions/q2", "/form/versions/1", "/pipeline", "/pipeline?show=late", "/figures")
ONE = "/p/{portal}/manage/submissions/{submission}"
DECISION = {"act": "advance", "reason": "It fits.", "step": "1"}
SENDER = who("author")

FORMS = [
    *(get(f"/p/{{portal}}/manage{page}", RUN, rest=NOT_YOURS) for page in RUN_PAGES),
    post("/p/{portal}/manage/form/new", RUN, rest=NOT_YOURS, send=QUESTION),
    post("/p/{portal}/manage/form/questions/q1", RUN, rest=NOT_YOURS, send={"label.en": "Your solution?"}),
    *(post(f"/p/{{portal}}/manage/form/questions/q2/{act}", RUN, rest=NOT_YOURS) for act in ("up", "down", "remove")),
    post("/p/{other_portal}/manage/form/publish", RUN_OTHER),
    post("/p/{other_portal}/manage/form/drop", RUN_OTHER),
]

SENDING = [
    get("/p/{portal}/submit", ANYONE),
    get("/p/{other_portal}/submit", RUN_OTHER, public=True, about="a draft"),
    post("/p/{portal}/submit", SIGNED, send={"title": "An idea", "keep": "1"}),
    post("/p/{portal}/submit/discard", SIGNED),
    get("/p/{portal}/submit/check", SIGNED, ok=OK | MOVED),
    post("/p/{portal}/submit/check", SENDER, rest=302, send={"terms_hash": "{terms_hash}", "agree": "1"}),
    get("/my/submissions", SIGNED),
    get("/p/{portal}/submissions/{submission}", SENDER, own=SENDER),
    get("/p/{portal}/submissions/{asked_submission}", SENDER, own=SENDER),
    get("/p/{portal}/submissions/{submission}/files/{submission_file}", SENDER, own=SENDER),
    post("/p/{portal}/submissions/{asked_submission}/answer", SENDER, send={"answer": "Three of them."}, own=SENDER),
    post("/p/{portal}/submissions/{submission}/withdraw", SENDER, own=SENDER),
]

DECIDING = [
    get(ONE, RUN, rest=NOT_YOURS),
    get(ONE + "/people", RUN, rest=NOT_YOURS),
    get(ONE + "/files/{submission_file}", RUN, rest=NOT_YOURS),
    get("/p/{other_portal}/manage/submissions/{submission}", NOBODY, about="of another portal"),
    post(ONE + "/decide", RUN, rest=NOT_YOURS, send=DECISION),
    post(ONE + "/notes", RUN, rest=NOT_YOURS, send={"note": "Look twice."}),
    post(ONE + "/assign", RUN, rest=NOT_YOURS, send={"person": "{manager_id}"}),
]

API_ONE = "/api/v1/portals/{portal}/submissions/{submission}"
SENT = {"title": "An idea", "answers": portals.ANSWERS, "terms_hash": "{terms_hash}"}
API = [
    get("/api/v1/portals", ANYONE),
    post(
        "/api/v1/portals",
        STAFF,
        rest=NOT_YOURS,
        send={"organisation": "{org}", "slug": "brand-new", "languages": ["en"], "names": {"en": "New"}},
    ),
    get("/api/v1/portals/{portal}", ANYONE),
    get("/api/v1/portals/{other_portal}", RUN_OTHER, public=True, about="a draft"),
    get("/api/v1/portals/{portal}/items", ANYONE),
    patch("/api/v1/portals/{portal}", RUN, rest=NOT_YOURS, send={"taglines": {"en": "Fresher"}}),
    put("/api/v1/portals/{portal}/theme", RUN, rest=NOT_YOURS, send={"light": {"accent": "#0b3d91"}}),
    post("/api/v1/portals/{portal}/close", STAFF, rest=NOT_YOURS),
    post("/api/v1/portals/{other_portal}/open", STAFF, who("other")),
    post("/api/v1/portals/{portal}/managers", STAFF, rest=NOT_YOURS, send={"email": "volunteer@demo.example"}),
    delete("/api/v1/portals/{portal}/managers/{manager_id}", STAFF, rest=NOT_YOURS),
    get("/api/v1/portals/{portal}/form", ANYONE),
    get("/api/v1/portals/{portal}/form/draft", RUN, rest=NOT_YOURS),
    put("/api/v1/portals/{portal}/form", RUN, rest=NOT_YOURS, send=FORM),
    post("/api/v1/portals/{other_portal}/form/publish", RUN_OTHER),
    get("/api/v1/submissions", SIGNED),
    put("/api/v1/portals/{portal}/draft", SIGNED, send={"title": "An idea"}),
    post("/api/v1/portals/{portal}/draft/files/q5", SENDER, files={"file": (b"ppm,days\n5,12\n", "data.csv")}),
    post("/api/v1/portals/{portal}/submissions", SIGNED, send=SENT),
    get("/api/v1/submissions/{submission}", SENDER, own=SENDER),
    post("/api/v1/submissions/{asked_submission}/answer", SENDER, send={"answer": "Three of them."}, own=SENDER),
    post("/api/v1/submissions/{submission}/withdraw", SENDER, own=SENDER),
    get("/api/v1/portals/{portal}/submissions", RUN, rest=NOT_YOURS),
    get(API_ONE, RUN, rest=NOT_YOURS),
    get(API_ONE + "/files/{submission_file}", RUN, rest=NOT_YOURS),
    get("/api/v1/portals/{other_portal}/submissions/{submission}", NOBODY, about="of another portal"),
    post(API_ONE + "/decide", RUN, rest=NOT_YOURS, send={**DECISION, "step": 1}),
    post(API_ONE + "/notes", RUN, rest=NOT_YOURS, send={"note": "Look twice."}),
    put(API_ONE + "/assignee", RUN, rest=NOT_YOURS, send={"person": None}),
]

ROWS: list[Row] = [*PAGES, *FORMS, *SENDING, *DECIDING, *API]


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
    forms.save(actor=consultant, portal=draft, fields=[{"key": "q9", "kind": "short", "label": {"en": "Where?"}}])
    author = _actor("solver@demo.example")
    made = portals.draft(open_one, author, "Salt that cools when it rains")
    desk.attach(actor=author, draft=made, key="q5", stream=io.BytesIO(b"ppm,days\n5,12\n"), filename="data.csv")
    terms_hash = fingerprint(open_one.terms["en"])
    desk.submit(actor=author, draft=made, terms_hash=terms_hash, language="en")
    asked = portals.decided(open_one, author, consultant, State.ASKED_FIRST, "A lid that whistles")
    portals.draft(open_one, author, "Still being written")
    return {
        "portal": open_one.slug, "other_portal": draft.slug, "submission": str(made.id), "asked_submission": str(asked.id),
        "submission_file": str(made.files[0].file_id), "terms_hash": terms_hash,
    }  # fmt: skip
