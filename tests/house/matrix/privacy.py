"""The doors of privacy: one's own data, leaving, and how long things are kept."""

from __future__ import annotations

from hub.core.accounts import queries as accounts
from hub.core.privacy import operations
from hub.core.privacy.models import Export
from hub.core.privacy.rules import ConsentKind
from hub.core.privacy.states import ExportState
from hub.db.extensions import db
from tests.house.matrix.table import ADMIN, ANYONE, AUTHOR, NOT_YOURS, OK, SIGNED, STOPPED, delete, get, patch, post

MINE, API = "/settings/privacy", "/api/v1/me/privacy"
OTHERS = SIGNED - AUTHOR

ROWS = [
    get("/terms", ANYONE),
    get("/privacy", ANYONE),
    get(MINE, SIGNED),
    post(f"{MINE}/exports", SIGNED),
    get(f"{MINE}/exports/{{export}}", AUTHOR),
    post(f"{MINE}/consents/matching/withdraw", SIGNED),
    post(f"{MINE}/consents/terms/withdraw", SIGNED, ok=STOPPED, about="ends with the account"),
    get(f"{MINE}/erase", SIGNED),
    post(f"{MINE}/erase", SIGNED, ok=STOPPED, about="not ticked"),
    post(f"{MINE}/erase/cancel", SIGNED, ok=STOPPED, about="nobody asked"),
    get("/admin/retention", ADMIN, rest=NOT_YOURS),
    post("/admin/retention/check", ADMIN, rest=NOT_YOURS, ok=OK, send={"mails": "30"}),
    post("/admin/retention", ADMIN, rest=NOT_YOURS, send={"mails": "300"}),
    get(API, SIGNED),
    post(f"{API}/exports", SIGNED, ok=frozenset({202})),
    get(f"{API}/exports/{{export}}", AUTHOR),
    get(f"{API}/exports/{{export}}/file", AUTHOR),
    delete(f"{API}/consents/matching", SIGNED),
    get("/api/v1/retention", ADMIN, rest=NOT_YOURS),
    patch("/api/v1/retention", ADMIN, rest=NOT_YOURS, send={"days": {"mails": 200}}),
]


def places() -> dict[str, str]:
    """The author has an export that is ready, and lets themselves be found."""
    author = accounts.by_email("solver@demo.example")
    assert author is not None
    actor = accounts.actor_of(author.id)
    export = operations.ask_export(actor=actor)
    attempt = operations.begin_build(export_id=export.id)
    assert attempt is not None
    made = operations.write_file(person_id=author.id, say=str, lang="en")
    operations.finish_build(export_id=export.id, attempt=attempt, made=made, days=7)
    operations.agree(actor=actor, kind=ConsentKind.MATCHING)
    assert db.session.get_one(Export, export.id).state is ExportState.READY
    return {"export": str(export.id)}
