"""Money that goes back: refunds to the card, disputes; every cent is somewhere, at every moment."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text, update

from hub.core.cards import operations, queries, rules
from hub.core.cards.states import DisputeState, RefundState
from hub.core.controls import queries as controls
from hub.core.holds import operations as holding
from hub.core.holds import queries as holds
from hub.core.ledger import queries as books
from hub.core.ledger.rules import OwnerKind, Purpose, checked_legs
from hub.core.messages import queries as messages
from hub.core.papers import operations as papers
from hub.core.papers.models import Paper
from hub.core.payments import operations as payments
from hub.core.payments import queries as payments_read
from hub.db import work
from hub.db.delivery import deliver_all
from hub.db.extensions import db
from hub.db.journal import Delivery, DeliveryState
from hub.kernel.actor import SYSTEM
from hub.kernel.errors import Invalid, NotAllowed, NotNow
from hub.kernel.money import Money
from tests.factories.money import asked, usd

PRIZE = usd(4_000_000)
SUBJECT = "challenge:1"


def site(purpose):
    return books.balances(OwnerKind.SITE, 0, purpose)


def balance(cast):
    return payments_read.balances("organisation", cast.company.id)


def of_company(cast, purpose):
    return books.balances(OwnerKind.ORGANISATION, cast.company.id, purpose)


@pytest.fixture
def topped_up(till, cast):
    """USD 1,000 on the company's balance, paid by card."""
    return till.paid(asked(cast.company, usd(100_000), subject=""))


def release(amount, key="award"):
    with work.unit():
        holding.release(actor=SYSTEM, subject=SUBJECT, to_person_id=1, gross=amount, fee_bp=0, key=key, memo="")


def test_a_refund_goes_back_to_the_card_and_our_books_follow_the_processors(till, cast, topped_up):
    till.fake.settle()
    before = till.fake.available("usd")
    refund = till.refund(topped_up, usd(30_000), cast.finance)
    assert (refund.state, balance(cast)) == (RefundState.SENT, [usd(70_000)])
    assert till.fake.available("usd") == before - 30_000 == -site(Purpose.PROCESSOR)[0].minor
    assert till.payment(topped_up.id).refundable == usd(70_000)


def test_parts_add_up_to_the_whole_and_no_more(till, cast, topped_up):
    for _ in range(2):
        till.refund(topped_up, usd(50_000), cast.owner)
    with work.unit():
        payments.take_deposit(actor=SYSTEM, organisation_id=cast.company.id, received=PRIZE, bank_reference="D")
    with pytest.raises(Invalid) as refusal:
        till.refund(topped_up, usd(1), cast.owner)
    work.rollback()
    assert refusal.value.code == "over_refund"
    assert till.fake.all("charge")[0]["amount_refunded"] == 100_000
    assert balance(cast) == [PRIZE]


@pytest.mark.parametrize(
    ("amount", "code"),
    [(usd(0), "amount_zero"), (usd(-5), "amount_negative"), (usd(100_001), "over_refund"), (Money(100, "EUR"), "currency_differs")],
)
def test_bad_amounts_change_nothing(till, cast, topped_up, amount, code):
    with pytest.raises(Invalid) as refusal:
        till.refund(topped_up, amount, cast.owner)
    work.rollback()
    assert refusal.value.code == code
    assert (queries.refunds_of(topped_up.id), balance(cast)) == ([], [usd(100_000)])


def test_what_is_not_on_the_balance_cannot_go_back(till, cast):
    held = till.paid(asked(cast.company, PRIZE))
    with pytest.raises(Invalid) as refusal:
        till.refund(held, usd(100), cast.owner)
    work.rollback()
    assert (refusal.value.code, holds.held(SUBJECT, "USD")) == ("over_balance", PRIZE.minor)


@pytest.mark.parametrize("who", ["manager", "member", "solver", "admin"])
def test_only_those_who_keep_the_books_refund(till, cast, topped_up, who):
    with pytest.raises(NotAllowed):
        till.refund(topped_up, usd(100), cast.actor(who))
    work.rollback()
    assert balance(cast) == [usd(100_000)]


def test_a_refund_that_the_bank_sends_back_returns_to_the_balance(till, cast, topped_up):
    refund = till.refund(topped_up, usd(30_000), cast.owner)
    till.fake.fail_refund(till.fake.all("refund")[0]["id"])
    till.settle()
    refund = queries.refund(refund.id)
    assert (refund.state, refund.failure, balance(cast)) == (RefundState.FAILED, "lost_or_stolen_card", [usd(100_000)])
    assert till.payment(topped_up.id).refundable == usd(100_000)
    assert -site(Purpose.PROCESSOR)[0].minor == till.fake.available("usd") + till.fake.pending("usd")


def test_a_refund_that_the_processor_refuses_returns_to_the_balance(till, cast, topped_up):
    till.fake.dispute(till.charge(topped_up), amount=5)
    till.fake.webhooks.queue.clear()  # nobody has heard of the dispute yet
    refund = till.refund(topped_up, usd(30_000), cast.owner)
    assert (refund.state, balance(cast)) == (RefundState.FAILED, [usd(100_000)])
    assert of_company(cast, Purpose.RETURNING) == []


@pytest.mark.parametrize("how", ["timeout_after_send", "error_500", "error_500_without_effect", "rate_limit_429", "reset_after_send"])
def test_a_refund_over_a_bad_wire_is_one_refund(till, cast, topped_up, how):
    till.fake.fail_next("/v1/refunds", how, times=2)
    till.refund(topped_up, usd(30_000), cast.owner)
    for _ in range(4):
        till.later(minutes=3)
    assert [one.state for one in queries.refunds_of(topped_up.id)] == [RefundState.SENT]
    assert [one["amount"] for one in till.fake.all("refund")] == [30_000]
    assert balance(cast) == [usd(70_000)]


def test_a_refund_twice_at_once_takes_the_money_once_each(till, cast, topped_up):
    with work.unit():
        operations.ask_refund(actor=cast.owner, payment=queries.payment(topped_up.id), amount=usd(60_000))
    with pytest.raises(Invalid), work.unit():
        operations.ask_refund(actor=cast.owner, payment=queries.payment(topped_up.id), amount=usd(60_000))
    till.settle()
    assert balance(cast) == [usd(40_000)]


# Disputes


def test_a_dispute_freezes_what_is_left_and_winning_gives_it_back(till, cast):
    paid = till.paid(asked(cast.company, PRIZE))
    release(usd(1_000_000))
    dispute = till.dispute(paid)
    assert (dispute.state, dispute.frozen) == (DisputeState.OPEN, usd(3_000_000))
    assert (holds.held(SUBJECT, "USD"), of_company(cast, Purpose.DISPUTED)) == (0, [usd(3_000_000)])
    with pytest.raises(NotNow):
        release(usd(1), key="more")
    assert site(Purpose.LOSSES) == [-PRIZE]
    dispute = till.close(dispute, won=True)
    assert (dispute.state, holds.held(SUBJECT, "USD")) == (DisputeState.WON, 3_000_000)
    assert (site(Purpose.LOSSES), of_company(cast, Purpose.DISPUTED)) == ([], [])
    release(usd(3_000_000), key="rest")


def test_a_lost_dispute_is_the_payers_first_and_then_the_sites(till, cast):
    paid = till.paid(asked(cast.company, PRIZE))
    release(usd(1_000_000))
    with work.unit():
        payments.take_deposit(actor=SYSTEM, organisation_id=cast.company.id, received=usd(400_000), bank_reference="D")
    dispute = till.dispute(paid)
    assert (dispute.hold_minor, dispute.balance_minor) == (3_000_000, 400_000)
    with work.unit():  # money that comes while it is open is the payer's, too
        payments.take_deposit(actor=SYSTEM, organisation_id=cast.company.id, received=usd(100_000), bank_reference="E")
    dispute = till.close(dispute, won=False)
    assert (dispute.state, dispute.frozen, balance(cast)) == (DisputeState.LOST, usd(3_500_000), [])
    assert site(Purpose.LOSSES) == [usd(-500_000)], "what the winner has keeps the winner; the site bears it"
    assert -site(Purpose.PROCESSOR)[0].minor == till.fake.available("usd") + till.fake.pending("usd")


def test_a_lost_dispute_with_nothing_left_is_all_the_sites(till, cast):
    paid = till.paid(asked(cast.company, PRIZE))
    release(PRIZE)
    dispute = till.close(till.dispute(paid), won=False)
    assert (dispute.frozen, site(Purpose.LOSSES)) == (usd(0), [-PRIZE])


def test_what_was_held_for_something_that_is_over_comes_back_to_the_balance(till, cast):
    paid = till.paid(asked(cast.company, PRIZE))
    dispute = till.dispute(paid, amount=1_000_000)
    with work.unit():
        payments.refund(actor=SYSTEM, subject=SUBJECT, key="withdrawn")
    till.close(dispute, won=True)
    assert (holds.held(SUBJECT, "USD"), balance(cast)) == (0, [PRIZE])


@pytest.mark.parametrize("won", [True, False])
@pytest.mark.parametrize("order", ["reversed", 1, 5])
def test_payment_dispute_and_decision_told_in_any_order_and_many_times(till, cast, won, order):
    funding = asked(cast.company, PRIZE)
    visit = till.start(funding)
    till.pay(visit)
    charge = till.fake.all("charge")[0]["id"]
    till.fake.close_dispute(till.fake.dispute(charge)["id"], won=won)
    till.fake.webhooks.duplicate(4)
    till.fake.webhooks.release(order)
    till.fake.webhooks.wait()
    till.settle()
    assert holds.held(SUBJECT, "USD") == (PRIZE.minor if won else 0)
    assert site(Purpose.LOSSES) == []
    assert -site(Purpose.PROCESSOR)[0].minor == till.fake.available("usd") + till.fake.pending("usd")


def test_while_a_payment_is_disputed_nothing_of_it_goes_back(till, cast, topped_up):
    with work.unit():
        payments.take_deposit(actor=SYSTEM, organisation_id=cast.company.id, received=PRIZE, bank_reference="D")
    till.dispute(topped_up)
    with pytest.raises(NotNow) as refusal:
        till.refund(topped_up, usd(100), cast.owner)
    work.rollback()
    assert refusal.value.code == "payment_disputed"


def test_refund_against_dispute_at_once_loses_no_cent(till, cast, topped_up):
    """The refund is asked for here while the cardholder's bank takes the payment back there."""
    with work.unit():
        operations.ask_refund(actor=cast.owner, payment=queries.payment(topped_up.id), amount=usd(60_000))
    till.fake.dispute(till.charge(topped_up))
    deliver_all()
    till.settle()
    [dispute] = queries.disputes_of(topped_up.id)
    till.close(dispute, won=False)
    assert (balance(cast), of_company(cast, Purpose.RETURNING), of_company(cast, Purpose.DISPUTED)) == ([], [], [])
    assert -site(Purpose.PROCESSOR)[0].minor == till.fake.available("usd") + till.fake.pending("usd")


@settings(max_examples=60, deadline=None)
@given(
    disputed=st.integers(1, 10**6), in_hold=st.integers(0, 10**6), on_balance=st.integers(0, 10**6),
    more_hold=st.integers(0, 10**5), more_balance=st.integers(0, 10**5), back=st.booleans(),
)  # fmt: skip
def test_the_legs_of_a_dispute_add_up_and_come_back_to_where_they_were(disputed, in_hold, on_balance, more_hold, more_balance, back):
    owner = rules.Owner(OwnerKind.ORGANISATION, 1, "USD")
    frozen = rules.freeze(disputed, in_hold=in_hold, on_balance=on_balance)
    assert 0 <= frozen.minor <= disputed
    assert frozen.hold <= in_hold
    assert frozen.balance <= on_balance
    opened = checked_legs(rules.opened_legs(owner, SUBJECT, frozen, disputed))
    won = checked_legs(rules.won_legs(owner, SUBJECT, frozen, disputed, back_to_hold=back))
    left = {leg.account: leg.minor for leg in opened}
    for leg in won:
        left[leg.account] = left.get(leg.account, 0) + leg.minor
    assert sum(left.values()) == 0
    assert {account.purpose for account, minor in left.items() if minor} <= (set() if back else {Purpose.HOLD, Purpose.BALANCE})
    more = rules.freeze(disputed - frozen.minor, in_hold=more_hold, on_balance=more_balance)
    if frozen.minor + more.minor:
        lost = checked_legs(rules.lost_legs(owner, SUBJECT, frozen, more))
        loss = sum(leg.minor for leg in [*opened, *lost] if leg.account.purpose is Purpose.LOSSES)
        assert loss == frozen.minor + more.minor - disputed <= 0


# The check


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("UPDATE card_payment SET paid_minor = paid_minor + 1", "card_payment_amounts"),
        ("UPDATE card_payment SET fee_minor = fee_minor + 1", "card_payment_amounts"),
        ("UPDATE card_payment SET refunded_minor = refunded_minor + 1", "card_payment_amounts"),
        ("UPDATE card_refund SET minor = minor + 1", "card_refund_postings"),
        ("UPDATE card_refund SET state = 'failed', failure = 'x'", "card_refund_postings"),
        ("UPDATE card_dispute SET minor = minor + 1", "card_dispute_postings"),
        ("UPDATE card_dispute SET balance_minor = balance_minor - 1", "card_dispute_postings"),
        ("UPDATE card_dispute SET state = 'lost', closed_at = created_at", "card_dispute_postings"),
        ("UPDATE card_dispute SET balance_minor = balance_minor - 1", "disputed"),
        ("UPDATE card_refund SET state = 'asked', closed_at = NULL", "returning"),
    ],
)
def test_the_check_finds_what_does_not_fit(till, cast, topped_up, statement, code):
    till.refund(topped_up, usd(30_000), cast.owner)
    till.dispute(topped_up, amount=50_000)
    assert controls.verify().ok
    cast.breaks_the_books = True
    with work.unit():
        db.session.execute(text(statement))
    db.session.expire_all()
    assert code in {problem.code for problem in controls.verify().problems}


def test_people_are_told_of_disputes_and_refunds(till, cast, topped_up):
    till.refund(topped_up, usd(30_000), cast.finance)
    till.close(till.dispute(topped_up, amount=50_000), won=False)
    said = [messages.in_words(note, str) for note in messages.inbox(cast.people["owner"].id)]
    assert "USD 300.00 for “Disinfect seasoning” went back to the card that paid." in said
    assert any("is disputed by the cardholder. Until the bank decides, USD 500.00 are frozen." in text for text in said)
    admin = [messages.in_words(note, str) for note in messages.inbox(cast.people["admin"].id)]
    assert any("USD 500.00 were the payer’s, USD 0.00 are this site’s loss." in text for text in admin)


def test_refunds_and_lost_disputes_get_their_papers_at_once_and_the_check_misses_one(till, cast, topped_up, monkeypatch):
    till.refund(topped_up, usd(30_000), cast.finance)
    till.close(till.dispute(topped_up, amount=20_000), won=False)
    assert credit_notes() == [30_000, 20_000]

    def fail(**given):
        raise RuntimeError("no papers today")

    second = till.paid(asked(cast.company, usd(10_000), subject=""))
    monkeypatch.setattr(papers, "issue", fail)
    till.refund(second, usd(10_000), cast.finance)
    assert controls.verify().ok, "its reaction is still to come"
    work.rollback()
    with work.unit():
        db.session.execute(update(Delivery).where(Delivery.state == DeliveryState.DUE).values(state=DeliveryState.DEAD))
    assert [problem.code for problem in controls.verify().problems] == ["paper_missing"]
    monkeypatch.undo()
    till.later(minutes=11)
    assert credit_notes() == [30_000, 20_000, 10_000]


def credit_notes() -> list[int]:
    work.rollback()
    return [paper.minor for paper in db.session.query(Paper).filter_by(kind="credit_note").order_by(Paper.id)]
