"""The doors of lists that people bring from elsewhere, and of the sectors."""

from __future__ import annotations

from sqlalchemy import select

from hub.core.accounts import queries as people
from hub.core.works.models import EvidenceDraft
from hub.db.extensions import db
from tests.house.matrix.table import ANYONE, AUTHOR, SIGNED, Row, get, post

MINE, API = "/settings/profile/evidence/import", "/api/v1/me/evidence"
LIST = "TY  - JOUR\nTI  - Drift of printed sensors\nPY  - 2022\nER  -\n"

ROWS: list[Row] = [
    get(MINE, SIGNED),
    post(MINE, SIGNED, send={"text": LIST}),
    get(MINE + "/{works}", AUTHOR),
    post(MINE + "/{works}", AUTHOR, send={"take": "1"}),
    post(f"{API}/preview", SIGNED, send={"text": LIST}),
    get(API + "/preview/{works}", AUTHOR),
    post(API + "/preview/{works}/import", AUTHOR, send={}),
    get("/sectors", ANYONE),
    get("/api/v1/sectors", ANYONE),
    get("/api/v1/sectors.csv", ANYONE),
]


def places() -> dict[str, str]:
    """What the author looked at and has not taken in."""
    author = people.by_email("solver@demo.example")
    assert author is not None
    found = db.session.scalars(select(EvidenceDraft.id).where(EvidenceDraft.person_id == author.id)).one()
    return {"works": str(found)}
