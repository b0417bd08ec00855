"""The doors to needs and offers, for people and for programs; the same for both kinds."""

from __future__ import annotations

from tests.house.matrix.contests import BYSTANDERS, INSIDERS
from tests.house.matrix.table import (
    ADMIN,
    ANYONE,
    HOUSE,
    MANAGERS,
    NOBODY,
    NOT_YOURS,
    SIGNED,
    STAFF,
    Row,
    both,
    get,
    patch,
    post,
)  # fmt: skip

KINDS = ("need", "offer")
NEW = {"organisation": "{org}", "title": "Something new"}
CONTENT = {"title": "Something else", "summary": "In short."}
REMARKS = {"remarks": "Say what you have tried."}

PAGES = [
    get("/KINDs", ANYONE),
    get("/KINDs/{KIND_published}", ANYONE),
    *(get(f"/KINDs/{{KIND_{state}}}", INSIDERS, public=True) for state in ("draft", "in_review", "withdrawn")),
    get("/KINDs/new", SIGNED),
    post("/KINDs/new", MANAGERS, rest=NOT_YOURS, send=NEW),
    get("/KINDs/{KIND_draft}/edit", MANAGERS, BYSTANDERS),
    get("/KINDs/{KIND_published}/edit", MANAGERS, rest=NOT_YOURS),
    post("/KINDs/{KIND_draft}/edit", MANAGERS, BYSTANDERS, send=CONTENT),
    get("/KINDs/{KIND_draft}/check", MANAGERS, BYSTANDERS),
    post("/KINDs/{KIND_draft}/submit", MANAGERS, BYSTANDERS),
    post("/KINDs/{KIND_in_review}/publish", STAFF, HOUSE),
    post("/KINDs/{KIND_in_review}/return", STAFF, HOUSE, send=REMARKS),
    post("/KINDs/{KIND_published}/revise", MANAGERS, rest=NOT_YOURS),
    post("/KINDs/{KIND_published}/renew", MANAGERS, rest=NOT_YOURS),
    post("/KINDs/{KIND_published}/withdraw", MANAGERS | ADMIN, rest=NOT_YOURS),
    post("/KINDs/{KIND_draft}/withdraw", MANAGERS | ADMIN, BYSTANDERS - ADMIN),
    get("/orgs/{org}/KINDs", HOUSE | ADMIN, rest=NOT_YOURS),
]

API = [
    get("/api/v1/KINDs", ANYONE),
    post("/api/v1/KINDs", MANAGERS, rest=NOT_YOURS, send=NEW),
    get("/api/v1/KINDs/{KIND_published}", ANYONE),
    get("/api/v1/KINDs/{KIND_draft}", INSIDERS, public=True),
    patch("/api/v1/KINDs/{KIND_draft}", MANAGERS, BYSTANDERS, send=CONTENT),
    post("/api/v1/KINDs/{KIND_draft}/submit", MANAGERS, BYSTANDERS),
    post("/api/v1/KINDs/{KIND_in_review}/publish", STAFF, HOUSE),
    post("/api/v1/KINDs/{KIND_in_review}/return", STAFF, HOUSE, send=REMARKS),
    post("/api/v1/KINDs/{KIND_published}/revise", MANAGERS, rest=NOT_YOURS),
    post("/api/v1/KINDs/{KIND_published}/renew", MANAGERS, rest=NOT_YOURS),
    post("/api/v1/KINDs/{KIND_published}/withdraw", MANAGERS | ADMIN, rest=NOT_YOURS),
]

ROWS: list[Row] = [
    *(row for door in (*PAGES, *API) for row in both(KINDS, door)),
    get("/offers/{need_published}", NOBODY, public=True, about="a need is no offer"),
    get("/needs/{offer_draft}/edit", NOBODY, about="an offer is no need"),
    get("/offers/{imported_offer}", ANYONE),
    post("/offers/{imported_offer}/edit", NOBODY, SIGNED, send=CONTENT, about="it follows its source"),
    post("/offers/{imported_offer}/withdraw", ADMIN, rest=NOT_YOURS),
    get("/desk/listings", STAFF, rest=NOT_YOURS),
]
