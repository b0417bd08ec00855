"""Stripe's notices, as they really come: many times, at once, in every order, before the answer they belong to, late or never."""

from __future__ import annotations

import itertools
import threading
from typing import Any

import pytest
import stripe

from hub.core.cards import operations as cards
from hub.core.cards import queries as cards_read
from hub.core.cards.states import DisputeState, PaymentState, RefundState
from hub.core.controls import queries as controls
from hub.core.holds import queries as holds
from hub.core.ledger import queries as books
from hub.core.ledger.models import Transaction
from hub.core.ledger.rules import OwnerKind, Purpose
from hub.core.payments import queries as payments_read
from hub.db import work
from hub.db.delivery import deliver_all
from hub.db.extensions import db
from hub.db.journal import JournalRow
from tests.factories.money import asked, usd

PRIZE = usd(100_000)
SUBJECTS = itertools.count(1)


def ours() -> int:
    """What the processor has of ours, by our books."""
    return -sum(each.minor for each in books.balances(OwnerKind.SITE, 0, Purpose.PROCESSOR))


def there(till) -> int:
    return int(till.fake.available("usd") + till.fake.pending("usd"))


def agree(till) -> None:
    """Our books and the processor's say the same of the money that is there, and ours are in order."""
    work.rollback()
    db.session.expire_all()
    assert ours() == there(till)
    assert controls.verify().problems == []


def told(till) -> list[dict[str, Any]]:
    """The notices that wait, taken out of the queue."""
    waiting = [each.event for each in till.fake.webhooks.queue]
    till.fake.webhooks.queue.clear()
    return waiting


def arrive(till, events) -> None:
    """The notices arrive in this order; each is worked off before the next comes."""
    for event in events:
        work.rollback()
        assert till.fake.webhooks.deliver(event) == 200
        deliver_all()
    work.rollback()
    db.session.expire_all()


def count(model, *where) -> int:
    return db.session.query(model).filter(*where).count()


ORDERS = list(itertools.permutations(("charge.succeeded", "payment_intent.succeeded", "checkout.session.completed", "charge.updated")))


def test_a_payment_told_in_every_order_is_received_once(till, cast):
    for order in ORDERS:
        subject = f"prize:{next(SUBJECTS)}"
        visit = till.start(asked(cast.company, PRIZE, subject))
        till.pay(visit)
        named = {event["type"]: event for event in told(till)}
        arrive(till, [named[kind] for kind in order])
        visit = till.payment(visit.id)
        assert (visit.state, holds.held(subject, "USD")) == (PaymentState.PAID, PRIZE.minor), order
        assert visit.fee_minor == 2_930, order
    assert len(till.fake.all("charge")) == len(ORDERS) == count(Transaction, Transaction.kind == "funding")
    agree(till)


DISPUTE = ("checkout.session.completed", "charge.dispute.created", "charge.dispute.funds_withdrawn", "charge.dispute.closed")


@pytest.mark.parametrize("won", [True, False])
def test_a_dispute_told_in_every_order_even_before_its_payment_has_one_end(till, cast, won):
    for order in itertools.permutations(DISPUTE):
        subject = f"prize:{next(SUBJECTS)}"
        visit = till.start(asked(cast.company, PRIZE, subject))
        till.pay(visit)
        charge = till.fake.all("charge")[0]["id"]
        till.fake.close_dispute(till.fake.dispute(charge)["id"], won=won)
        named = {event["type"]: event for event in told(till)}
        arrive(till, [named[kind] for kind in order])
        [dispute] = cards_read.disputes_of(visit.id)
        assert dispute.state is (DisputeState.WON if won else DisputeState.LOST), order
        assert holds.held(subject, "USD") == (PRIZE.minor if won else 0), order
        cards_now(visit.id)
    agree(till)


def cards_now(payment_id: int) -> None:
    """What the payment cost is looked up, as the clock would."""
    from hub.core.cards import reactions

    with work.unit():
        reactions.find_cost(payment_id)


REFUND = ("refund.created", "charge.refunded", "refund.failed", "refund.updated")


def test_a_refund_that_failed_told_in_every_order_is_back_on_the_balance(till, cast):
    visit = till.paid(asked(cast.company, PRIZE, subject=""))
    for number, order in enumerate(itertools.permutations(REFUND), 1):
        with work.unit():
            refund = cards.ask_refund(actor=cast.owner, payment=cards_read.payment(visit.id), amount=usd(1_000)).id
        deliver_all()
        till.fake.fail_refund(till.fake.all("refund")[0]["id"])
        named = {event["type"]: event for event in told(till)}
        arrive(till, [named[kind] for kind in order])
        assert cards_read.refund(refund).state is RefundState.FAILED, order
        assert payments_read.balances("organisation", cast.company.id) == [PRIZE], order
        assert len(till.fake.all("refund")) == number
    agree(till)


def test_every_notice_of_a_whole_story_ten_times_at_once(till, cast):
    """Paid, refunded in part, disputed, won: each notice is delivered by ten threads at the same moment, while the worker works."""
    visit = till.start(asked(cast.company, PRIZE, subject=""))
    till.fake.webhooks.duplicate(10)
    till.pay(visit)
    till.settle()
    refund = till.refund(visit, usd(30_000), cast.owner)
    dispute = till.dispute(visit, amount=50_000)
    till.close(dispute, won=True)
    till.settle()
    notices = len(till.fake.events)
    assert count(JournalRow, JournalRow.kind == "GatewayEventReceived") == notices
    assert [status for _, _, status in till.fake.webhooks.log] == [200] * notices
    kinds = [kind.value for (kind,) in db.session.query(Transaction.kind)]
    for kind in ("card_refund_sent", "dispute_opened", "dispute_won"):
        assert kinds.count(kind) == 1
    assert cards_read.refund(refund.id).state is RefundState.SENT
    assert payments_read.balances("organisation", cast.company.id) == [usd(70_000)]
    agree(till)


@pytest.mark.parametrize("path", ["/v1/checkout/sessions", "/v1/refunds"])
def test_a_notice_overtakes_the_answer_of_the_call_that_caused_it(app, till, cast, path):
    """Stripe has done it and told everybody; its answer is still on the wire."""
    visit = None if "checkout" in path else till.paid(asked(cast.company, PRIZE, subject=""))
    gate, owner, number = till.fake.gate(path, "after"), cast.owner, visit.id if visit else 0

    def call() -> None:
        with app.app_context():
            if not number:
                till.start(asked(cast.company, PRIZE, subject=""))
            else:
                with work.unit():
                    cards.ask_refund(actor=owner, payment=cards_read.payment(number), amount=usd(40_000))
                deliver_all()

    thread = threading.Thread(target=call)
    thread.start()
    assert gate.arrived.wait(10)
    if visit is None:
        till.fake.pay(till.fake.all("checkout.session")[0]["id"])
    arrive(till, told(till))
    till.fake.heal()
    thread.join(10)
    till.settle()
    left = PRIZE if visit is None else usd(60_000)
    assert payments_read.balances("organisation", cast.company.id) == [left]
    assert len(till.fake.all("checkout.session")) == 1
    agree(till)


@pytest.mark.parametrize("before", [True, False])
def test_a_refund_told_before_its_charge_does_not_hide_the_payment(till, cast, before):
    """Pressed by an operator in Stripe's dashboard, perhaps before we had heard of the payment at all. It is not ours to post: the payment
    is received whole, and the difference to Stripe's balance, which the reconciliation names, is that refund and nothing else."""
    subject = f"prize:{next(SUBJECTS)}"
    visit = till.start(asked(cast.company, PRIZE, subject))
    till.pay(visit)
    if not before:
        till.settle()
    charge = till.fake.all("charge")[0]["id"]
    stripe.StripeClient(till.fake.secret, base_addresses={"api": till.fake.base}).v1.refunds.create({"charge": charge, "amount": 30_000})
    arrive(till, sorted(told(till), key=lambda event: not event["type"].startswith(("refund", "charge.refunded"))))
    visit = till.payment(visit.id)
    assert (visit.state, visit.fee_minor, holds.held(subject, "USD")) == (PaymentState.PAID, 2_930, PRIZE.minor)
    assert ours() - there(till) == 30_000
    assert controls.verify().problems == []


def test_a_refund_that_waits_for_money_at_stripe_is_on_its_way_until_it_left(till, cast):
    """The money of the charge was paid out to the site's bank meanwhile: Stripe takes the refund, and carries it out when there is money."""
    visit = till.paid(asked(cast.company, PRIZE, subject=""))
    till.fake.settle()
    till.fake.finish_payout(till.fake.payout()["id"])
    refund = till.refund(visit, usd(30_000), cast.owner)
    assert (till.fake.all("refund")[0]["status"], refund.state) == ("pending", RefundState.ASKED)
    agree(till)
    till.fake.top_up(50_000)
    till.settle()
    assert cards_read.refund(refund.id).state is RefundState.SENT
    assert there(till) - ours() == 50_000, "the operator's own money"
    assert controls.verify().problems == []


def test_notices_that_never_come_are_made_up_for_by_looking(till, cast):
    visit = till.start(asked(cast.company, PRIZE, subject=""))
    till.pay(visit)
    told(till)
    till.later(minutes=11)
    assert payments_read.balances("organisation", cast.company.id) == [PRIZE]
    agree(till)


@pytest.mark.parametrize("how", ["stale", "foreign"])
def test_a_notice_that_is_old_or_not_stripes_is_not_taken(till, cast, how):
    visit = till.start(asked(cast.company, PRIZE, subject=""))
    till.pay(visit)
    for event in told(till):
        work.rollback()
        answer = till.fake.webhooks.deliver(event, stale=301) if how == "stale" else till.fake.webhooks.deliver(event, secret="whsec_other")
        assert answer == 400
    deliver_all()
    assert till.payment(visit.id).state is PaymentState.OPEN
    assert count(JournalRow, JournalRow.kind == "GatewayEventReceived") == 0
