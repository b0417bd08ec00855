"""The doors of cards. The world of the matrix has no payment processor: paying is closed there, what was paid stays to be seen."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from hub.core.accounts import queries as people
from hub.core.cards import operations as cards
from hub.core.cards.models import CardPayment
from hub.core.cards.states import PaymentState
from hub.core.organisations.models import Organisation
from hub.core.payments import operations as payments
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import SYSTEM
from hub.kernel.money import Money
from tests.house.matrix.table import ADMIN, AUTHOR, BOOKS, MONEY, NOBODY, NOT_YOURS, SIGNED, Row, get, post, who

AMOUNT = Money(150_000, "USD")
OTHERS = who("other")
REFUND = {"amount": "10.00", "currency": "USD"}
PAYMENT, OTHER = "/card-payments/{card_payment}", "/card-payments/{other_card_payment}"
FOUND = "/admin/payments/cards/refunds/{found_refund}"
NO_PROCESSOR = "there is no processor"

ROWS: list[Row] = [
    get("/pay/{card_funding}", MONEY | ADMIN),
    get("/pay/{other_card_funding}", OTHERS | ADMIN, about="another's"),
    post("/pay/{card_funding}", NOBODY, about=NO_PROCESSOR),
    get("/pay/{card_funding}/done?payment={card_payment}", MONEY | ADMIN),
    get(PAYMENT, MONEY | ADMIN),
    get(OTHER, OTHERS | ADMIN, about="another's"),
    post(f"{PAYMENT}/refund/check", BOOKS, no=who("manager admin"), send=REFUND),
    post(f"{PAYMENT}/refund", BOOKS, no=who("manager admin"), send=REFUND),
    post(f"{OTHER}/refund", OTHERS, no=ADMIN, send=REFUND, about="another's"),
    get("/admin/payments/cards", ADMIN, rest=NOT_YOURS),
    get(FOUND, ADMIN, rest=NOT_YOURS),
    post(FOUND, ADMIN, rest=NOT_YOURS),
    get("/api/v1/admin/found-refunds", ADMIN, rest=NOT_YOURS),
    post("/api/v1/admin/found-refunds/{found_refund}/adopt", ADMIN, rest=NOT_YOURS, money=True),
    get("/my/money/pay-in", SIGNED),
    post("/my/money/pay-in", SIGNED, send=REFUND),
    get("/my/money/fundings/{own_funding}", AUTHOR, about="one's own"),
    post("/my/money/fundings/{own_funding}/cancel", AUTHOR, about="one's own"),
    post("/api/v1/fundings/{card_funding}/card", NOBODY, money=True, about=NO_PROCESSOR),
    get("/api/v1" + PAYMENT, MONEY | ADMIN),
    get("/api/v1" + OTHER, OTHERS | ADMIN, about="another's"),
    post("/api/v1" + PAYMENT + "/refunds", BOOKS, no=who("manager admin"), send=REFUND, money=True),
]


def places() -> dict[str, str]:
    """What the organisation paid by card, what another did, and what the author is about to pay in."""
    ours, theirs = _paid("meridian-foods"), _paid("loom-materials-lab")
    author = people.by_email("solver@demo.example")
    assert author is not None
    own = payments.request_top_up(actor=SYSTEM, person_id=author.id, amount=AMOUNT, label="For a pool")
    made_there = {"id": "re_dashboard", "status": "succeeded", "amount": 2_000, "currency": "usd", "balance_transaction": "txn_dashboard"}
    found = cards.note_found_refund(payment=theirs, found=made_there)
    assert found is not None
    return {
        "found_refund": str(found.id),
        "card_payment": str(ours.id),
        "card_funding": str(ours.funding_id),
        "other_card_payment": str(theirs.id),
        "other_card_funding": str(theirs.funding_id),
        "own_funding": str(own.id),
    }


def _paid(slug: str) -> CardPayment:
    """As if the processor had said so."""
    payer = db.session.scalars(select(Organisation).where(Organisation.slug == slug)).one()
    funding = payments.request_funding(actor=SYSTEM, organisation_id=payer.id, subject="", amount=AMOUNT, label="By card")
    now = clock.now()
    paid = CardPayment(
        funding_id=funding.id, minor=AMOUNT.minor, currency=AMOUNT.currency, paid_minor=AMOUNT.minor, refunded_minor=0, disputed_minor=0,
        state=PaymentState.PAID, intent_id=f"pi_{slug}", created_at=now, expires_at=now + timedelta(hours=2), looked_at=now, closed_at=now,
    )  # fmt: skip
    db.session.add(paid)
    db.session.flush()
    payments.receive_from_processor(actor=SYSTEM, funding=funding, received=AMOUNT, key=paid.ref)
    return paid
