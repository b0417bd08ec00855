"""The doors of the briefs and proposals, for people and for programs."""

from __future__ import annotations

import io
from datetime import timedelta

from sqlalchemy import select

from hub.core.accounts import queries as people
from hub.core.organisations.models import Organisation
from hub.db.extensions import db
from hub.kernel import clock, money
from hub.kernel.actor import Actor
from hub.search.briefs import operations as briefing
from hub.search.briefs.models import Invitation
from hub.search.proposals import operations as proposing
from tests.factories import briefs
from tests.house.matrix.table import (
    ADMIN,
    ANYONE,
    AUTHOR,
    DONE,
    HOUSE,
    JUDGE,
    MANAGERS,
    NOT_YOURS,
    SIGNED,
    STAFF,
    STOPPED,
    Row,
    delete,
    get,
    patch,
    post,
    put,
    who,
)  # fmt: skip

NEW = {"organisation": "{org}", "title": "A new brief"}
FORM = {"title": "Another title", "criteria": "One"}
REMARKS = {"remarks": "Name the temperature."}
INVITE = {"key": "expert:{judge_id}"}
COMPARE = STAFF | MANAGERS
FEE = {"amount": "1500", "currency": "EUR"}
HOLD_FEE = {"pay": "transfer", "gross": "1200", "currency": "EUR"}
OUTSIDE = SIGNED - HOUSE - STAFF
"""Who may propose: neither the client's people nor those who work on the brief."""
PROPOSAL = {"title": "Printed strips", "approach": briefs.APPROACH, "answers.0": "Yes.", "answers.1": "1.6 cents.", "answers.2": "Data."}
BODY = {"title": "Printed strips", "approach": briefs.APPROACH, "answers": ["Yes.", "1.6 cents.", "Data."]}
ANSWER = {"chosen": "true", "reason": briefs.REASON}
FILE = {"file": (b"ppm\n3\n", "data.csv")}
ONE = "/briefs/{brief_selecting}/proposals/{proposal_selecting}"
OPEN_ONE = "/briefs/{brief_open}/proposals/{proposal_open}"
READERS = COMPARE | AUTHOR

PAGES = [
    get("/briefs", ANYONE),
    get("/briefs/{brief_open}", ANYONE),
    get("/briefs/{brief_draft}", HOUSE | STAFF, public=True),
    get("/briefs/{brief_sign_off}", HOUSE | STAFF, public=True),
    get("/briefs/new", STAFF, rest=NOT_YOURS),
    post("/briefs/new", STAFF, rest=NOT_YOURS, send=NEW),
    get("/briefs/{brief_draft}/edit", STAFF, no=HOUSE),
    post("/briefs/{brief_draft}/edit", STAFF, no=HOUSE, send=FORM),
    post("/briefs/{brief_draft}/submit", STAFF, no=HOUSE),
    get("/briefs/{brief_sign_off}/signoff", MANAGERS, no=(HOUSE | STAFF) - MANAGERS),
    post("/briefs/{brief_sign_off}/signoff", MANAGERS, no=(HOUSE | STAFF) - MANAGERS, send={"agreed": "1"}),
    post("/briefs/{brief_sign_off}/return", MANAGERS, no=(HOUSE | STAFF) - MANAGERS, send=REMARKS),
    post("/briefs/{brief_draft}/withdraw", COMPARE, no=HOUSE - MANAGERS),
    get("/briefs/{brief_open}/matches", STAFF, rest=NOT_YOURS),
    post("/briefs/{brief_open}/invite", STAFF, rest=NOT_YOURS, send=INVITE),
    post("/briefs/{brief_open}/decline", who("newcomer"), about="who was invited"),
    get("/briefs/{brief_sign_off}/fee", COMPARE, no=HOUSE - MANAGERS),
    get("/briefs/{brief_draft}/fee", COMPARE, no=HOUSE - MANAGERS),
    post("/briefs/{brief_draft}/fee", STAFF, no=HOUSE, send=FEE),
    post("/briefs/{brief_fee}/fee/hold", MANAGERS, no=(HOUSE | STAFF) - MANAGERS, send=HOLD_FEE),
    get("/orgs/{org}/briefs", HOUSE | ADMIN, rest=NOT_YOURS),
    get("/desk/briefs", STAFF, rest=NOT_YOURS),
]

PROPOSALS = [
    get("/my/proposals", SIGNED),
    get("/briefs/{brief_open}/propose", OUTSIDE, rest=NOT_YOURS),
    post("/briefs/{brief_open}/propose", OUTSIDE, rest=NOT_YOURS, send=PROPOSAL),
    get("/briefs/{brief_open}/propose/check", AUTHOR | JUDGE, no=HOUSE | STAFF, about="who has begun one"),
    post(
        "/briefs/{brief_open}/propose/handin",
        AUTHOR | JUDGE,
        no=HOUSE | STAFF,
        ok=DONE | STOPPED,
        send={"non_confidential": "1"},
        about="who has one to hand in",
    ),
    post("/briefs/{brief_open}/propose/files", OUTSIDE, rest=NOT_YOURS, files=FILE),
    post("/briefs/{brief_open}/propose/files/{proposal_file}/remove", AUTHOR, no=HOUSE | STAFF),
    get("/briefs/{brief_open}/proposals", COMPARE, rest=NOT_YOURS),
    get(OPEN_ONE, READERS),
    get(ONE, READERS),
    get(OPEN_ONE + "/files/{proposal_file}", READERS),
    get("/looks/proposal/{proposal_open}", AUTHOR),
    post(OPEN_ONE + "/withdraw", AUTHOR, no=COMPARE),
    post(ONE + "/sort", COMPARE, no=AUTHOR, send={"shortlisted": "true"}),
    post(ONE + "/answer", COMPARE, no=AUTHOR, send=ANSWER),
    get("/briefs/{brief_selecting}/select", COMPARE, rest=NOT_YOURS),
    post("/briefs/{brief_answered}/select", MANAGERS, rest=NOT_YOURS),
]

API = [
    get("/api/v1/briefs", ANYONE),
    post("/api/v1/briefs", STAFF, rest=NOT_YOURS, send=NEW),
    get("/api/v1/briefs/{brief_open}", ANYONE),
    patch("/api/v1/briefs/{brief_draft}", STAFF, no=HOUSE, send={"title": "Another title"}),
    post("/api/v1/briefs/{brief_draft}/submit", STAFF, no=HOUSE),
    post("/api/v1/briefs/{brief_sign_off}/signoff", MANAGERS, no=(HOUSE | STAFF) - MANAGERS),
    post("/api/v1/briefs/{brief_sign_off}/return", MANAGERS, no=(HOUSE | STAFF) - MANAGERS, send=REMARKS),
    post("/api/v1/briefs/{brief_draft}/withdraw", COMPARE, no=HOUSE - MANAGERS),
    get("/api/v1/briefs/{brief_fee}/fee", COMPARE, no=HOUSE - MANAGERS),
    put("/api/v1/briefs/{brief_draft}/fee", STAFF, no=HOUSE, send=FEE, money=True),
    post("/api/v1/briefs/{brief_fee}/fee/hold", MANAGERS, no=(HOUSE | STAFF) - MANAGERS, send=HOLD_FEE, money=True),
    get("/api/v1/briefs/{brief_open}/matches", STAFF, rest=NOT_YOURS),
    post("/api/v1/briefs/{brief_open}/invite", STAFF, rest=NOT_YOURS, send=INVITE),
    post("/api/v1/briefs/{brief_open}/decline", who("newcomer"), about="who was invited"),
    get("/api/v1/proposals", SIGNED),
    get("/api/v1/briefs/{brief_open}/proposals", COMPARE, rest=NOT_YOURS),
    put("/api/v1/briefs/{brief_open}/proposal", OUTSIDE, rest=NOT_YOURS, send=BODY),
    post(
        "/api/v1/briefs/{brief_open}/proposal/handin", AUTHOR | JUDGE, no=HOUSE | STAFF, ok=DONE | STOPPED,
        send={"non_confidential": "true"},
        about="who has one to hand in",
    ),
    post("/api/v1/briefs/{brief_open}/proposal/files", OUTSIDE, rest=NOT_YOURS, files=FILE),
    delete("/api/v1/briefs/{brief_open}/proposal/files/{proposal_file}", AUTHOR, no=HOUSE | STAFF),
    get("/api/v1" + OPEN_ONE, READERS),
    get("/api/v1" + OPEN_ONE + "/files/{proposal_file}", READERS),
    get("/api/v1/looks/proposal/{proposal_open}", AUTHOR),
    post("/api/v1" + OPEN_ONE + "/withdraw", AUTHOR, no=COMPARE),
    post("/api/v1" + ONE + "/sort", COMPARE, no=AUTHOR, send={"shortlisted": "true"}),
    post("/api/v1" + ONE + "/answer", COMPARE, no=AUTHOR, send=ANSWER),
    post("/api/v1/briefs/{brief_answered}/decide", MANAGERS, rest=NOT_YOURS),
]  # fmt: skip

ROWS: list[Row] = [*PAGES, *PROPOSALS, *API]


def _actor(email: str) -> Actor:
    found = people.by_email(f"{email}@demo.example")
    assert found is not None
    return people.actor_of(found.id)


def places() -> dict[str, str]:
    """Briefs for the owner's organisation at each step; the author has proposed, the judge has a draft, the newcomer is invited."""
    owner, author, judge, consultant = (_actor(name) for name in ("company", "solver", "expert", "consultant"))
    meridian = db.session.scalars(select(Organisation).where(Organisation.slug == "meridian-foods")).one()
    made = {state: briefs.brief(meridian, consultant, owner, state, title=f"Brief that is {state}") for state in ("draft", "sign_off")}
    made["fee"] = briefs.brief(meridian, consultant, owner, "draft", title="Brief with a fee")
    briefing.offer_fee(actor=consultant, brief=made["fee"], gross=money.parse("1200", "EUR"))
    briefing.submit(actor=consultant, brief=made["fee"])
    made["open"] = briefs.brief(meridian, consultant, owner, title="Brief that is open")
    found = {"judge_id": str(judge.person_id)}
    briefs.draft(made["open"], judge)
    briefs.draft(made["open"], author)
    attached = proposing.attach(actor=author, brief=made["open"], stream=stream(), filename="data.csv")
    handed_in = proposing.hand_in(actor=author, brief=made["open"], non_confidential=True)
    found |= {"proposal_open": str(handed_in.id), "proposal_file": str(attached.file_id)}
    newcomer = _actor("newcomer").person_id
    db.session.add(Invitation(brief_id=made["open"].id, person_id=newcomer, key=f"expert:{newcomer}", invited_at=clock.now()))
    for state in ("selecting", "answered"):
        with clock.at(clock.now() - timedelta(days=9)):
            made[state] = briefs.brief(meridian, consultant, owner, title=f"Brief that is {state}", days=8)
            one = briefs.proposal(made[state], author)
        proposing.close_due()
        found[f"proposal_{state}"] = str(one.id)
    proposing.answer(actor=owner, proposal=one, chosen=True, reason=briefs.REASON)
    return found | {f"brief_{state}": str(brief.id) for state, brief in made.items()}


def stream() -> io.BytesIO:
    return io.BytesIO(b"ppm\n3\n")
