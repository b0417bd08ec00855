"""A payout through Stripe: one transfer and one movement in the books, whatever happens in between."""

from __future__ import annotations

import itertools

import pytest

from hub.core.controls import queries as controls
from hub.core.ledger import queries as books
from hub.core.ledger import rules as accounts
from hub.core.ledger.rules import Purpose
from hub.core.messages.models import Notification
from hub.core.payees import queries as payees
from hub.core.payees.states import PayeeState
from hub.core.payments import queries as payments
from hub.core.payouts import operations, queries
from hub.core.payouts.states import PayoutState
from hub.db import work
from hub.db.delivery import deliver_all
from hub.db.extensions import db
from hub.kernel.errors import Invalid, NotAllowed, NotNow
from hub.kernel.money import Money
from tests.factories.money import earned, usd


@pytest.fixture
def paid_in(cast, counter):
    """The solver has earned USD 10.00 and may be paid through Stripe, where the site has plenty."""
    earned(cast.company, cast.people["solver"].id, usd(1000))
    counter.enabled(cast.solver)
    counter.rich()
    return counter


def money(cast) -> tuple[list[Money], list[Money], int]:
    """On the balance, on its way, and what the books say is at the processor."""
    me = cast.people["solver"].id
    at_processor = books.balance(accounts.of_site(Purpose.PROCESSOR, "USD"))
    return payments.balances("person", me), queries.in_transit("person", me), at_processor


def test_it_is_put_aside_sent_and_paid(cast, paid_in):
    number = paid_in.ask(cast.solver, usd(600))
    made = paid_in.payout(number)
    assert (made.state, money(cast)) == (PayoutState.SENDING, ([usd(400)], [usd(600)], 0))
    paid_in.settle()
    made, (transfer,) = paid_in.payout(number), paid_in.transfers()
    assert (made.state, made.bank_reference) == (PayoutState.PAID, transfer["id"])
    assert (transfer["amount"], transfer["transfer_group"], transfer["currency"]) == (600, f"payout:{number}", "usd")
    assert money(cast) == ([usd(400)], [], 600)
    assert controls.verify().ok
    told = db.session.query(Notification).filter_by(person_id=cast.people["solver"].id).all()
    assert any("was sent" in note.text for note in told)


def test_without_an_enabled_account_it_is_refused_and_nothing_is_put_aside(cast, counter):
    earned(cast.company, cast.people["solver"].id, usd(1000))
    counter.rich()
    for prepare in (lambda: None, lambda: counter.open(cast.solver)):
        prepare()
        with pytest.raises(NotNow) as refusal:
            counter.ask(cast.solver, usd(600))
        assert refusal.value.code == "payouts_not_enabled"
    assert money(cast) == ([usd(1000)], [], 0)
    assert counter.transfers() == []


def test_an_account_is_opened_once_and_says_what_stripe_asks_for(cast, counter):
    remote = counter.open(cast.solver)
    assert counter.open(cast.solver) == remote
    account = payees.account_of("person", cast.people["solver"].id)
    assert account.state is PayeeState.ASKED
    assert "the bank account to pay to" in account.asks_for
    counter.fake.onboard(remote, payouts=False)
    counter.settle()
    account = payees.account_of("person", cast.people["solver"].id)
    assert (account.state, account.asks_for) == (PayeeState.ASKED, ["a document that shows who you are"])
    counter.fake.onboard(remote)
    counter.settle()
    account = payees.account_of("person", cast.people["solver"].id)
    assert (account.state, account.due, len(counter.fake.all("account"))) == (PayeeState.READY, [], 1)


@pytest.mark.parametrize("end", ["restrict", "deauthorize"])
def test_an_account_that_stripe_stops_or_that_leaves_is_not_paid_any_more(cast, paid_in, end):
    remote = payees.account_of("person", cast.people["solver"].id).remote_id
    getattr(paid_in.fake, end)(remote)
    paid_in.settle()
    state = payees.account_of("person", cast.people["solver"].id).state
    assert state is (PayeeState.ASKED if end == "restrict" else PayeeState.FAILED)
    with pytest.raises(NotNow):
        paid_in.ask(cast.solver, usd(600))
    if end == "deauthorize":
        assert paid_in.open(cast.solver) != remote


def test_an_account_closed_after_asking_sends_the_money_back_with_the_reason(cast, paid_in):
    remote = payees.account_of("person", cast.people["solver"].id).remote_id
    number = paid_in.ask(cast.solver, usd(600))
    paid_in.fake.restrict(remote)
    paid_in.settle()
    made = paid_in.payout(number)
    assert (made.state, money(cast)) == (PayoutState.REJECTED, ([usd(1000)], [], 0))
    assert made.reason.startswith("Stripe: ")
    assert paid_in.transfers() == []


def test_too_little_at_stripe_waits_and_is_sent_when_there_is_enough(cast, counter):
    earned(cast.company, cast.people["solver"].id, usd(1000))
    counter.enabled(cast.solver)
    number = counter.ask(cast.solver, usd(600))
    counter.settle()
    made = counter.payout(number)
    assert (made.state, made.tries) == (PayoutState.SENDING, 1)
    assert "Waits until enough" in made.trouble
    counter.later(minutes=20)
    assert (counter.payout(number).tries, counter.payout(number).state) == (2, PayoutState.SENDING)
    counter.rich()
    counter.later(minutes=10)
    assert counter.payout(number).state is PayoutState.SENDING, "it waits longer each time"
    counter.later(minutes=25)
    made = counter.payout(number)
    assert (made.state, made.trouble, len(counter.transfers())) == (PayoutState.PAID, "", 1)
    assert money(cast) == ([usd(400)], [], 600)


@pytest.mark.parametrize("fault", ["timeout_after_send", "timeout_before", "error_500", "error_503", "rate_limit_429", "reset_after_send"])
def test_whatever_fails_on_the_wire_there_is_one_transfer(cast, paid_in, fault):
    paid_in.fake.fail_next("/v1/transfers", fault, times=2)
    number = paid_in.ask(cast.solver, usd(600))
    deliver_all()
    for minutes in (1, 2, 5, 60):
        paid_in.later(minutes=minutes)
    assert (paid_in.payout(number).state, len(paid_in.transfers())) == (PayoutState.PAID, 1)
    assert money(cast) == ([usd(400)], [], 600)


def test_a_notice_before_the_answer_confirms_once(cast, paid_in):
    paid_in.fake.fail_next("/v1/transfers", "timeout_after_send")
    number = paid_in.ask(cast.solver, usd(600))
    deliver_all()
    assert paid_in.payout(number).state is PayoutState.SENDING
    paid_in.settle()
    assert paid_in.payout(number).state is PayoutState.PAID, "transfer.created told it"
    paid_in.later(minutes=5)
    assert (len(paid_in.transfers()), money(cast)) == (1, ([usd(400)], [], 600))


def test_a_reversed_transfer_is_back_on_the_balance_part_by_part(cast, paid_in):
    number = paid_in.ask(cast.solver, usd(600))
    paid_in.settle()
    transfer = paid_in.transfers()[0]["id"]
    reverse(paid_in, transfer, 200)
    paid_in.fake.webhooks.duplicate(3)
    paid_in.settle()
    made = paid_in.payout(number)
    assert (made.state, made.returned, money(cast)) == (PayoutState.PAID, usd(200), ([usd(600)], [], 400))
    reverse(paid_in, transfer, 400)
    paid_in.settle()
    made = paid_in.payout(number)
    assert (made.state, made.returned, money(cast)) == (PayoutState.RETURNED, usd(600), ([usd(1000)], [], 0))


def reverse(counter, transfer: str, amount: int) -> None:
    """Somebody at Stripe takes a part of the transfer back."""
    from tests.fakes.stripe import connect

    with counter.fake.world.lock:
        connect.reverse(counter.fake.world, counter.fake.get(transfer), {"amount": amount})


STEPS = ("answer", "created", "part", "whole")


@pytest.mark.parametrize("order", list(itertools.permutations(STEPS))[::3])
def test_in_any_order_the_books_end_alike(cast, paid_in, order):
    """The call's answer and three notices, each twice, however they come; a notice reads the transfer as it is by then."""
    number = paid_in.ask(cast.solver, usd(600))
    said = {
        "answer": lambda payout: operations.note_transfer(payout=payout, transfer_id="tr_1"),
        "created": lambda payout: operations.note_transfer(payout=payout, transfer_id="tr_1", reversed_minor=600),
        "part": lambda payout: operations.note_transfer(payout=payout, transfer_id="tr_1", reversed_minor=200),
        "whole": lambda payout: operations.note_transfer(payout=payout, transfer_id="tr_1", reversed_minor=600),
    }
    for step in (*order, *order):
        with work.unit():
            said[step](queries.payout(number))
        assert controls.verify().ok
    assert (paid_in.payout(number).state, money(cast)) == (PayoutState.RETURNED, ([usd(1000)], [], 0))


def test_people_do_not_decide_what_stripe_decides(cast, paid_in):
    number = paid_in.ask(cast.solver, usd(600))
    for call, more in ((operations.confirm_payout, {"bank_reference": "X"}), (operations.reject_payout, {"reason": "Not this way"})):
        with pytest.raises(NotNow) as refusal, work.unit():
            call(actor=cast.admin, payout=queries.payout(number), **more)
        assert refusal.value.code == "decided_by_processor"
    assert paid_in.payout(number).state is PayoutState.SENDING


@pytest.mark.parametrize(
    ("amount", "code"), [(Money(100_000_000, "USD"), "amount_not_sendable"), (Money(5001, "BHD"), "amount_not_sendable")]
)
def test_what_stripe_cannot_send_is_refused_before_anything_moves(cast, paid_in, amount, code):
    earned(cast.company, cast.people["solver"].id, amount)
    with pytest.raises(Invalid) as refusal:
        paid_in.ask(cast.solver, amount)
    assert refusal.value.code == code
    assert queries.in_transit("person", cast.people["solver"].id) == []


def test_nobody_opens_anothers_account(cast, counter):
    from hub.core.payees import operations as opening

    for owner, number in (("person", cast.people["owner"].id), ("organisation", cast.company.id)):
        with pytest.raises(NotAllowed), work.unit():
            opening.open_account(actor=cast.solver, owner=owner, owner_id=number, country="DE")
    with pytest.raises(Invalid) as refusal, work.unit():
        opening.open_account(actor=cast.solver, owner="person", owner_id=cast.solver.person_id, country="Germany")
    assert refusal.value.code == "country_unknown"
    assert counter.fake.all("account") == []


def test_a_refused_account_says_why_and_may_be_tried_again(cast, counter):
    from hub.core.payees import operations as opening

    with work.unit():
        account, _ = opening.open_account(actor=cast.solver, owner="person", owner_id=cast.solver.person_id, country="DE")
        opening.note_refused(account=account, reason="Not in this country.")
    assert payees.account_of("person", cast.solver.person_id).state is PayeeState.FAILED
    counter.open(cast.solver)
    assert payees.account_of("person", cast.solver.person_id).state is PayeeState.ASKED
