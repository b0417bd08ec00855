"""The doors of the evidence log, open to everybody, and of the seeker's filings."""

from __future__ import annotations

from sqlalchemy import select

from hub.contests.challenges.models import Challenge
from hub.contests.filings import queries
from hub.core.accounts import queries as people
from hub.core.evidence.models import EvidenceLeaf
from hub.db.extensions import db
from hub.kernel import clock
from tests.factories import filings
from tests.house.matrix.contests import BYSTANDERS, CSV, INSIDERS
from tests.house.matrix.table import ANYONE, AUTHOR, JUDGE, MANAGERS, NOT_YOURS, STAFF, STOPPED, get, patch, post

V1 = "/api/v1"
NEW = {"title": "Dyes we know", "body": "Since 2019, in our notebooks."}
CLAIM = {"filing_id": "{filing_closed}", "words": "The same dye stands on page 3 of what we filed."}

LOG = [
    get("/trust", ANYONE),
    get("/evidence/verify", ANYONE),
    post("/evidence/verify", ANYONE, files={"file": (b"{}", "receipt.json")}, ok=STOPPED, about="not a receipt"),
    get("/evidence/checkpoints", ANYONE),
    get("/evidence/checkpoints/{checkpoint_day}.json", ANYONE),
    get("/evidence/checkpoints/{checkpoint_day}.tsr", ANYONE, ok=frozenset({404}), about="no authority stamped it"),
    get("/evidence/consistency?first=1&second=2", ANYONE),
    get("/evidence/consistency.json?first=1&second=2", ANYONE),
    get("/.well-known/evidence-keys.json", ANYONE),
    get(f"{V1}/evidence/checkpoints", ANYONE),
    get(V1 + "/evidence/checkpoints/{checkpoint_day}", ANYONE),
    get(f"{V1}/evidence/consistency?first=1&second=2", ANYONE),
    get(V1 + "/evidence/proof?hash={sealed_hash}", ANYONE),
    get(f"{V1}/evidence/keys", ANYONE),
]

# Meridian filed twice for its open challenge (a draft and a sealed one), and once for the one that is judged.
SEEKERS = MANAGERS | STAFF
READERS = AUTHOR | JUDGE | STAFF
"""Of the entry, who may not claim."""
FILINGS = [
    get("/challenges/{open}/prior-knowledge", SEEKERS, rest=NOT_YOURS),
    get("/challenges/{closed}/prior-knowledge", SEEKERS, rest=NOT_YOURS, about="too late to file"),
    get("/challenges/{draft}/prior-knowledge", SEEKERS, INSIDERS - SEEKERS),
    post("/challenges/{open}/prior-knowledge", MANAGERS, rest=NOT_YOURS, send=NEW),
    post("/challenges/{draft}/prior-knowledge", MANAGERS, BYSTANDERS, send=NEW),
    post("/challenges/{closed}/prior-knowledge", MANAGERS, rest=NOT_YOURS, send=NEW, ok=STOPPED, about="the entries are open"),
    get("/filings/{filing_draft}", SEEKERS),
    get("/filings/{filing_sealed}", SEEKERS),
    post("/filings/{filing_draft}", MANAGERS, STAFF, send=NEW),
    post("/filings/{filing_sealed}", MANAGERS, STAFF, send=NEW, ok=STOPPED, about="sealed"),
    post("/filings/{filing_draft}/files", MANAGERS, STAFF, files=CSV),
    get("/filings/{filing_draft}/files/{filing_file}", SEEKERS),
    post("/filings/{filing_draft}/files/{filing_file}/remove", MANAGERS, STAFF),
    get("/filings/{filing_draft}/seal", MANAGERS, STAFF),
    post("/filings/{filing_draft}/seal", MANAGERS, STAFF),
    get("/filings/{filing_sealed}/receipt.json", SEEKERS),
    get("/entries/{entry_closed}/prior-claim", MANAGERS, READERS),
    post("/entries/{entry_closed}/prior-claim", MANAGERS, READERS, send=CLAIM),
]
PROGRAMS = [
    get(V1 + "/challenges/{open}/filings", SEEKERS, rest=NOT_YOURS),
    post(V1 + "/challenges/{open}/filings", MANAGERS, rest=NOT_YOURS, send=NEW),
    get(V1 + "/filings/{filing_sealed}", SEEKERS),
    patch(V1 + "/filings/{filing_draft}", MANAGERS, STAFF, send={"title": "Better"}),
    post(V1 + "/filings/{filing_draft}/files", MANAGERS, STAFF, files=CSV),
    post(V1 + "/filings/{filing_draft}/seal", MANAGERS, STAFF),
    get(V1 + "/filings/{filing_sealed}/receipt", SEEKERS),
    get(V1 + "/entries/{entry_closed}/prior-claim", MANAGERS | JUDGE | STAFF, ok=frozenset({404}), about="nothing was claimed"),
    post(V1 + "/entries/{entry_closed}/prior-claim", MANAGERS, READERS, send=CLAIM),
]
ROWS = [*LOG, *FILINGS, *PROGRAMS]


def places() -> dict[str, str]:
    owner = people.by_email("company@demo.example")
    assert owner is not None
    actor = people.actor_of(owner.id)
    found = db.session.scalars(select(Challenge).where(Challenge.title.startswith("Detect spoilage"))).one()
    draft = filings.draft(found, actor, "Dyes in a drawer", {"notes.txt": b"page 3"})
    sealed = filings.sealed(found, actor)
    first = db.session.scalars(select(EvidenceLeaf.commitment).order_by(EvidenceLeaf.place)).first()
    return {
        "filing_draft": str(draft.id), "filing_sealed": str(sealed.id), "sealed_hash": str(first),
        "filing_file": str(queries.files_of(draft)[0].id), "checkpoint_day": clock.now().date().isoformat(),
    }  # fmt: skip
