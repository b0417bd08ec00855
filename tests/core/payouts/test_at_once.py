"""A payout is decided once, however many say what became of it at the same moment: people, the call's answer, the processor's notices."""

from __future__ import annotations

import itertools
from datetime import timedelta

import pytest

from hub.core.ledger import operations as ledger
from hub.core.ledger import rules as accounts
from hub.core.ledger.rules import Kind, OwnerKind
from hub.core.payments import queries as payments
from hub.core.payouts import operations, queries
from hub.core.payouts.states import PayoutState
from hub.db import work
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import SYSTEM
from hub.kernel.errors import Conflict, Invalid, NotNow
from tests.factories.money import earned, payout, race, usd
from tests.factories.people import api_headers, sign_in
from tests.faults.test_at_once import DONE, REFUSED, at_once


def settled(cast, number: int):
    work.rollback()
    db.session.expire_all()
    me = cast.people["solver"].id
    return queries.payout(number).state, payments.balances("person", me), queries.in_transit("person", me)


def said(number: int, transfer: str = "tr_1"):
    """What may be said of a payout through Stripe, each as its reaction does it."""
    key = f"payout:{number}:transfer:1"
    found = lambda: queries.payout(number)  # noqa: E731
    return {
        "answer": lambda: operations.note_transfer(payout=found(), transfer_id=transfer),
        "created": lambda: operations.note_transfer(payout=found(), transfer_id=transfer),
        "part": lambda: operations.note_transfer(payout=found(), transfer_id=transfer, reversed_minor=200),
        "whole": lambda: operations.note_transfer(payout=found(), transfer_id=transfer, reversed_minor=600),
        "refused": lambda: operations.note_transfer_refused(payout=found(), key=key, code="no", message="Closed"),
    }


@pytest.fixture
def sending(cast, counter):
    """A payout of USD 6.00 of 10.00 through Stripe, which has not answered."""
    earned(cast.company, cast.people["solver"].id, usd(1000))
    counter.enabled(cast.solver)
    return counter.ask(cast.solver, usd(600))


@pytest.mark.parametrize("who", ["answer created answer created", "answer part whole created", "whole whole part part"])
def test_the_answer_and_the_notices_at_once_move_the_money_once(app, cast, sending, who):
    acts = said(sending)
    results = race(app, *(acts[name] for name in who.split()))
    assert [one for one in results if isinstance(one, Exception)] == []
    bounced = "whole" in who
    state = PayoutState.RETURNED if bounced else PayoutState.PAID
    assert settled(cast, sending) == (state, [usd(1000 if bounced else 400)], [])


def test_a_refusal_against_a_notice_that_it_was_sent_has_one_outcome(app, cast, sending):
    acts = said(sending)
    race(app, acts["refused"], acts["created"], acts["refused"], acts["answer"])
    state, balance, transit = settled(cast, sending)
    assert (state, balance, transit) in [(PayoutState.PAID, [usd(400)], []), (PayoutState.REJECTED, [usd(1000)], [])]


@pytest.mark.parametrize("pair", list(itertools.combinations(("confirm", "reject", "return"), 2)))
def test_people_decide_on_a_bank_transfer_at_once(app, cast, pair):
    earned(cast.company, cast.people["solver"].id, usd(1000))
    number, admin = payout(cast.solver, usd(600)).id, cast.admin
    if "return" in pair:
        with work.unit():
            operations.confirm_payout(actor=admin, payout=queries.payout(number), bank_reference="OUT")
    acts = {
        "confirm": lambda: operations.confirm_payout(actor=admin, payout=queries.payout(number), bank_reference="OUT").id,
        "reject": lambda: operations.reject_payout(actor=admin, payout=queries.payout(number), reason="Closed").id,
        "return": lambda: operations.return_payout(actor=admin, payout=queries.payout(number), reason="Closed").id,
    }
    results = race(app, *(acts[name] for name in (*pair, *pair)))
    assert {type(one) for one in results if isinstance(one, Exception)} <= {NotNow, Conflict}
    assert len([one for one in results if not isinstance(one, Exception)]) == 1
    state, balance, transit = settled(cast, number)
    assert (balance, transit) == ([usd(400 if state is PayoutState.PAID else 1000)], [])


def test_processes_say_it_at_once(cast, counter, sending):
    """As above with processes: no lock inside one of them is what decides."""
    acts = said(sending)
    codes = at_once(counter, acts["answer"], acts["refused"], acts["whole"], acts["created"])
    assert set(codes) <= {DONE, REFUSED}
    state, balance, transit = settled(cast, sending)
    assert (state, balance, transit) in [(PayoutState.RETURNED, [usd(1000)], []), (PayoutState.REJECTED, [usd(1000)], [])]


def test_what_is_set_aside_for_something_undecided_is_not_offered_and_cannot_be_asked_for(app, cast, client):
    """USD 10.00 on the balance, USD 7.00 of it pending: USD 3.00 are free."""
    me = cast.people["solver"].id
    earned(cast.company, me, usd(1000))
    own, other = (accounts.balance_of(OwnerKind.PERSON, number, "USD") for number in (me, cast.people["owner"].id))
    with work.unit():
        ledger.pend(actor=SYSTEM, kind=Kind.ROYALTY, key="waits", legs=accounts.from_to(own, other, 700))
    assert queries.available("person", me) == [usd(300)]
    with pytest.raises(Invalid) as refusal:
        payout(cast.solver, usd(301))
    work.rollback()
    assert (refusal.value.code, "3.00" in str(refusal.value)) == ("over_balance", True)
    told = client.get("/api/v1/me/balances", headers=api_headers(cast.people["solver"])).json
    assert [(one["amount"], free["amount"]) for one, free in zip(told["balances"], told["available"], strict=True)] == [("10.00", "3.00")]
    sign_in(client, cast.people["solver"])
    page = client.get("/my/earnings/payout").get_data(as_text=True)
    assert "Free to be paid out" in page
    assert 'value="3.00"' in page
    with work.unit():
        operations.plan_payouts(actor=cast.solver, destination="DE89370400440532013000")
    clock.advance(timedelta(days=30))
    with work.unit():
        made = operations.pay_plan(plan=queries.plan_of(me), minimum={})
        assert [one.minor for one in made] == [300], "each month, what is free is paid out"
