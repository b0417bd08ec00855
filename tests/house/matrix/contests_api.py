"""The contests' doors for programs."""

from __future__ import annotations

from tests.house.matrix.contests import BARRED, BYSTANDERS, CSV, HASH, INSIDERS, OTHERS_OF_THE_HOUSE, REASON
from tests.house.matrix.table import (
    ADMIN,
    ANYONE,
    AUTHOR,
    HOUSE,
    JUDGE,
    MANAGERS,
    MONEY,
    NOBODY,
    NOT_YOURS,
    SIGNED,
    STAFF,
    STOPPED,
    delete,
    get,
    patch,
    post,
    put,
)  # fmt: skip

V1 = "/api/v1"
BASE = f"{V1}/challenges"

DRAFT = {"title": "A new and shiny problem", "summary": "In short.", "prize": "100", "currency": "EUR"}
CHALLENGES = [
    get(BASE, ANYONE),
    post(BASE, MANAGERS, rest=NOT_YOURS, send=DRAFT | {"organisation": "{org}"}),
    get(BASE + "/{open}", ANYONE),
    get(BASE + "/{draft}", INSIDERS, public=True),
    patch(BASE + "/{draft}", MANAGERS, BYSTANDERS, send={"title": "Another title altogether"}),
    post(BASE + "/{ready}/submit", MANAGERS, BYSTANDERS),
    post(BASE + "/{in_review}/return", STAFF, HOUSE, send={"remarks": "Say what you have tried."}),
    post(BASE + "/{in_review}/approve", STAFF, HOUSE),
    get(BASE + "/{in_review}/remarks", INSIDERS),
    get(BASE + "/{open}/remarks", INSIDERS, about="also of a public one"),
    post(BASE + "/{funded}/reopen", MANAGERS, BYSTANDERS),
    post(BASE + "/{requested}/fund", MONEY, INSIDERS - MONEY, money=True),
    post(BASE + "/{funded}/publish", MANAGERS, BYSTANDERS),
    post(BASE + "/{overdue}/close", SIGNED, about="the clock has decided"),
    post(BASE + "/{open}/close", SIGNED, ok=STOPPED, about="not yet"),
    post(BASE + "/{requested}/withdraw", MANAGERS, BYSTANDERS, money=True),
    post(BASE + "/{open}/cancel", ADMIN, rest=NOT_YOURS, send={"reason": "It breaks the rules of the site."}, money=True),
    put(BASE + "/{open}/follow", SIGNED),
    delete(BASE + "/{open}/follow", SIGNED),
]

ENTRIES = [
    get(BASE + "/{open}/agreement", SIGNED),
    post(BASE + "/{open}/agreement", SIGNED - BARRED, BARRED, send={"seen_hash": "{entry_hash}"}),
    get(BASE + "/{open}/entry", AUTHOR),
    post(BASE + "/{open}/entry", AUTHOR, rest=NOT_YOURS, about="after the signature"),
    get(f"{V1}/entries", SIGNED),
    get(V1 + "/entries/{entry_closed}", AUTHOR | JUDGE | MANAGERS | STAFF),
    get(V1 + "/entries/{entry_draft}", AUTHOR, about="before the close"),
    patch(V1 + "/entries/{entry_draft}", AUTHOR, send={"title": "Better"}),
    post(V1 + "/entries/{entry_draft}/files", AUTHOR, files=CSV),
    get(V1 + "/entries/{entry_closed}/files/{file_closed}", AUTHOR | JUDGE | MANAGERS | STAFF),
    get(V1 + "/entries/{entry_draft}/files/{file_draft}", AUTHOR, about="before the close"),
    delete(V1 + "/entries/{entry_draft}/files/{file_draft}", AUTHOR),
    post(V1 + "/entries/{entry_draft}/seal", AUTHOR),
    get(V1 + "/entries/{entry_closed}/receipt", AUTHOR),
    post(V1 + "/entries/{entry_draft}/withdraw", AUTHOR),
    get(V1 + "/entries/{entry_closed}/looks", AUTHOR),
]

SCORES = {"scores": [{"criterion_id": "{judging_criterion}", "points": 8, "reason": REASON}]}
JUDGING = [
    get(BASE + "/{judging}/judging", MANAGERS | STAFF, rest=NOT_YOURS),
    get(BASE + "/{judging}/judges", MANAGERS | STAFF, rest=NOT_YOURS),
    get(BASE + "/{draft}/judges", MANAGERS | STAFF, OTHERS_OF_THE_HOUSE),
    post(BASE + "/{open}/judges", MANAGERS | STAFF, rest=NOT_YOURS, send={"email": "newcomer@demo.example"}),
    post(V1 + "/judges/{asked}/accept", JUDGE, MANAGERS | STAFF, send={"declared": True}),
    post(V1 + "/judges/{asked}/decline", JUDGE, MANAGERS | STAFF, send={"reason": "No time."}),
    post(V1 + "/judges/{judging_judge}/dismiss", MANAGERS | STAFF, JUDGE),
    get(f"{V1}/judge/appointments", SIGNED),
    get(f"{V1}/judge/entries", SIGNED),
    get(V1 + "/entries/{entry_judging}/scores", JUDGE),
    post(V1 + "/entries/{entry_judging}/scores", JUDGE, send=SCORES),
]

AWARDS = [
    get(V1 + "/entries/{entry_closed}/result", AUTHOR),
    post(BASE + "/{closed}/select", MANAGERS, rest=NOT_YOURS, send={"entry_id": "{entry_closed}", "message": ""}, money=True),
    post(BASE + "/{closed}/select", NOBODY, SIGNED - MANAGERS, send={"entry_id": "{entry_judging}"}, money=True, about="another's entry"),
    post(BASE + "/{closed}/end", MANAGERS, rest=NOT_YOURS, send={"reason": "Nothing we could use, for the reasons given."}, money=True),
    get(f"{V1}/awards", SIGNED),
    get(V1 + "/awards/{award}", AUTHOR | MANAGERS | STAFF),
    post(V1 + "/awards/{award}/accept", AUTHOR, MANAGERS | STAFF, send=HASH, money=True),
    post(V1 + "/awards/{award}/decline", AUTHOR, MANAGERS | STAFF, send={"reason": "We changed our plans."}),
]

ROWS = [*CHALLENGES, *ENTRIES, *JUDGING, *AWARDS]
