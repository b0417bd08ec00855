"""What somebody did at the processor itself is noticed, by its notice or by the daily comparison, and taken over into the books."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from hub.core.cards import operations, queries
from hub.core.cards.states import FoundState, RefundState
from hub.core.controls import queries as controls
from hub.core.controls.reactions import reconcile_daily, reconcile_day
from hub.core.controls.rules import Difference
from hub.core.holds import operations as holding
from hub.core.holds import queries as holds
from hub.core.messages import queries as messages
from hub.core.papers.models import Paper
from hub.core.payments import queries as payments_read
from hub.db import work
from hub.db.delivery import deliver_all
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import SYSTEM
from hub.kernel.errors import NotAllowed, NotNow
from tests.conftest import NOON
from tests.factories.money import asked, usd
from tests.fakes.stripe import payments as processing
from tests.faults.test_webhooks import agree

PRIZE, SUBJECT = usd(100_000), "challenge:1"


def refunded_there(till, visit, minor: int) -> str:
    """Somebody refunds it in the processor's own dashboard: nothing of ours is in its metadata."""
    intent = till.payment(visit.id).intent_id
    with till.fake.world.lock:
        made = processing.refund(till.fake.world, {"payment_intent": intent, "amount": minor})
    return str(made["id"])


def adopt(cast, remote: str):
    with work.unit():
        number = operations.adopt_refund(actor=cast.admin, found=queries.found_named(remote)).id
    deliver_all()
    return queries.found_refund(number)


def said_to(cast, name: str) -> list[str]:
    return [messages.in_words(note, str) for note in messages.inbox(cast.people[name].id)]


def kinds(day=NOON.date()) -> dict[str, Difference]:
    with work.unit():
        number = reconcile_day(day, SYSTEM).id
    deliver_all()
    work.rollback()
    return {one.name: one.kind for one in controls.differences(number)}


def test_a_refund_made_there_waits_for_an_administrator_and_is_taken_from_what_the_payer_has(till, cast):
    visit = till.paid(asked(cast.company, PRIZE))
    with work.unit():
        holding.release(actor=SYSTEM, subject=SUBJECT, to_person_id=1, gross=usd(70_000), fee_bp=0, key="award", memo="")
    remote = refunded_there(till, visit, 40_000)
    till.fake.webhooks.duplicate(5)
    till.settle()
    found = queries.found_named(remote)
    assert (found.state, till.payment(visit.id).refundable) == (FoundState.FOUND, usd(60_000))
    assert any("was made at the payment processor" in one for one in said_to(cast, "admin"))
    assert kinds() == {found.ref: Difference.MISSING_HERE}
    with pytest.raises(NotAllowed), work.unit():
        operations.adopt_refund(actor=cast.owner, found=queries.found_named(remote))
    work.rollback()
    found = adopt(cast, remote)
    assert (found.state, found.hold_minor, found.balance_minor, found.taken) == (FoundState.ADOPTED, 30_000, 0, usd(30_000))
    assert holds.held(SUBJECT, "USD") == 0
    assert any("USD 300.00 of it were taken from your money" in one for one in said_to(cast, "owner"))
    assert sum(paper.minor for paper in db.session.query(Paper).filter_by(kind="credit_note")) == 30_000
    assert kinds() == {}
    agree(till)
    with pytest.raises(NotNow), work.unit():
        operations.adopt_refund(actor=cast.admin, found=queries.found_named(remote))


@pytest.mark.parametrize("adopted", [True, False])
def test_a_refund_made_there_that_the_bank_sends_back_is_undone(till, cast, adopted):
    visit = till.paid(asked(cast.company, PRIZE, subject=""))
    remote = refunded_there(till, visit, 40_000)
    till.settle()
    if adopted:
        adopt(cast, remote)
        assert payments_read.balances("organisation", cast.company.id) == [usd(60_000)]
    till.fake.fail_refund(remote)
    till.settle()
    assert (queries.found_named(remote).state, till.payment(visit.id).refundable) == (FoundState.FAILED, PRIZE)
    assert payments_read.balances("organisation", cast.company.id) == [PRIZE]
    agree(till)


def test_one_whose_notices_were_all_lost_is_found_by_the_daily_comparison(till, cast):
    visit = till.paid(asked(cast.company, PRIZE, subject=""))
    remote = refunded_there(till, visit, 40_000)
    till.fake.settle()
    swept = till.fake.payout(amount=10_000)
    till.fake.finish_payout(swept["id"])
    till.fake.webhooks.queue.clear()
    assert set(kinds().values()) == {Difference.MISSING_HERE}
    assert queries.found_named(remote).state is FoundState.FOUND
    found = adopt(cast, remote)
    assert kinds() == {}, f"{found.ref} and what the processor paid to the bank are in the books"
    agree(till)


def test_what_still_differs_is_compared_again_an_hour_later(till, cast):
    visit = till.paid(asked(cast.company, PRIZE, subject=""))
    remote = refunded_there(till, visit, 40_000)
    till.fake.webhooks.queue.clear()
    clock.set_to(NOON + timedelta(days=3))
    with work.unit():
        reconcile_daily()
    deliver_all()
    adopt(cast, remote)
    clock.advance(timedelta(hours=1))
    with work.unit():
        reconcile_daily()
    done = controls.reconciliations()[0]
    assert (done.day, done.matched, done.different) == (NOON.date().isoformat(), 2, 0)


def test_a_refund_all_of_whose_notices_were_lost_is_read_again_by_the_clock(till, cast):
    visit = till.paid(asked(cast.company, PRIZE, subject=""), card="4000000000000077")
    till.fake.fail_next("/v1/refunds/*", "error_503", method="GET", times=50)
    with work.unit():
        number = operations.ask_refund(actor=cast.owner, payment=queries.payment(visit.id), amount=usd(30_000)).id
    deliver_all()
    till.fake.webhooks.queue.clear()
    assert queries.refund(number).state is RefundState.ASKED
    db.session.execute(text("UPDATE delivery SET state = 'dead' WHERE state = 'due'"))
    db.session.commit()
    till.fake.heal()
    till.later(minutes=11)
    assert queries.refund(number).state is RefundState.SENT
    till.fake.fail_refund(till.fake.all("refund")[0]["id"])
    till.fake.webhooks.queue.clear()
    till.later(days=1, minutes=1)
    assert queries.refund(number).state is RefundState.FAILED
    assert payments_read.balances("organisation", cast.company.id) == [PRIZE]
    agree(till)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE card_found_refund SET minor = minor + 1",
        "UPDATE card_found_refund SET balance_minor = balance_minor - 1",
        "UPDATE card_found_refund SET state = 'failed', failure = 'x'",
    ],
)
def test_the_check_finds_what_does_not_fit(till, cast, statement):
    visit = till.paid(asked(cast.company, PRIZE, subject=""))
    remote = refunded_there(till, visit, 40_000)
    till.settle()
    adopt(cast, remote)
    cast.breaks_the_books = True
    with work.unit():
        db.session.execute(text(statement))
    db.session.expire_all()
    assert "card_found_refund_postings" in {problem.code for problem in controls.verify().problems}
