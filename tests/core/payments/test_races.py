"""Two at once: each race is run with real threads, sessions and transactions, and has one effect."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from hub.core.holds import operations as holds
from hub.core.holds import queries as holds_read
from hub.core.ledger.models import Transaction
from hub.core.payments import operations, queries
from hub.core.payments.models import Funding
from hub.core.payments.states import FundingState
from hub.core.payouts import operations as payouts
from hub.core.payouts import queries as payouts_read
from hub.core.payouts.states import PayoutState
from hub.db import work
from hub.db.extensions import db
from hub.kernel.actor import SYSTEM
from hub.kernel.errors import Conflict, Invalid, NotNow
from tests.db.children import DONE, REFUSED, at_once
from tests.factories.money import IBAN, asked, deposited, earned, held, payout, race, usd

PRIZE = usd(4_000_000)
SUBJECT = "challenge:1"


def release(key: str, gross=PRIZE, to: int = 1):
    return lambda: holds.release(actor=SYSTEM, subject=SUBJECT, to_person_id=to, gross=gross, fee_bp=500, key=key, memo="").id


def refund():
    return [transaction.id for transaction in operations.refund(actor=SYSTEM, subject=SUBJECT, key="refund")]


def confirm(cast, funding_id: int, reference: str):
    admin = cast.admin
    return lambda: (
        operations.confirm_funding(actor=admin, funding=queries.funding(funding_id), received=PRIZE, bank_reference=reference).state
    )


def raised(results) -> list[type]:
    return [type(result) for result in results if isinstance(result, Exception)]


def settled() -> None:
    """Read afresh what the threads wrote."""
    work.rollback()
    db.session.expire_all()


def test_of_two_awards_of_the_whole_hold_one_is_made(app, cast):
    held(cast.company, PRIZE)
    results = race(app, release("a", to=1), release("b", to=2))
    assert raised(results) == [NotNow]
    settled()
    assert holds_read.held(SUBJECT, "USD") == 0
    assert [*queries.balances("person", 1), *queries.balances("person", 2)] == [usd(3_800_000)]


def test_the_same_award_sent_eight_times_at_once_is_one_award(app, cast):
    held(cast.company, PRIZE)
    results = race(app, *[release("same", gross=usd(1_000_000))] * 8)
    assert raised(results) == []
    assert len(set(results)) == 1
    settled()
    assert holds_read.held(SUBJECT, "USD") == 3_000_000


def test_eight_parts_of_one_hold_awarded_at_once_are_all_counted(app, cast):
    held(cast.company, PRIZE)
    results = race(app, *(release(f"part {n}", gross=usd(500_000)) for n in range(8)))
    assert raised(results) == []
    settled()
    hold = holds_read.holds_of(SUBJECT)[0]
    assert (hold.awarded_minor, hold.fee_minor, hold.left_minor) == (3_800_000, 200_000, 0)


def test_an_award_against_a_refund_gives_the_money_to_one_of_them(app, cast):
    held(cast.company, PRIZE)
    award, returned = race(app, release("a"), refund)
    settled()
    won, back = queries.balances("person", 1), queries.balances("organisation", cast.company.id)
    if isinstance(award, Exception):
        assert (type(award), won, back) == (NotNow, [], [PRIZE])
    else:
        assert (returned, won, back) == ([], [usd(3_800_000)], [])


def test_two_refunds_at_once_return_the_money_once(app, cast):
    held(cast.company, PRIZE)
    results = race(app, refund, refund)
    assert raised(results) == []
    assert results[0] == results[1]
    settled()
    assert queries.balances("organisation", cast.company.id) == [PRIZE]


@pytest.mark.parametrize("references", [("TRX", "TRX"), ("TRX 1", "TRX 2")])
def test_two_administrators_confirm_one_funding_once(app, cast, references):
    funding = asked(cast.company, PRIZE)
    results = race(app, *(confirm(cast, funding.id, reference) for reference in references))
    assert raised(results) == [Conflict if references[0] == references[1] else NotNow]
    settled()
    assert holds_read.held(SUBJECT, "USD") == PRIZE.minor
    assert queries.balances("organisation", cast.company.id) == []


def test_confirming_against_cancelling_a_funding_has_one_outcome(app, cast):
    funding = asked(cast.company, PRIZE)
    owner = cast.owner
    number = funding.id

    def cancel():
        return operations.cancel_funding(actor=owner, funding=queries.funding(number)).state

    results = race(app, confirm(cast, number, "TRX"), cancel)
    assert raised(results) == [NotNow]
    settled()
    state = queries.funding(number).state
    assert holds_read.held(SUBJECT, "USD") == (PRIZE.minor if state is FundingState.CONFIRMED else 0)


def test_the_same_deposit_confirmed_twice_at_once_counts_once(app, cast):
    admin, number = cast.admin, cast.company.id

    def take():
        return operations.take_deposit(actor=admin, organisation_id=number, received=usd(100), bank_reference="D").id

    results = race(app, take, take)
    assert raised(results) == [Conflict]
    settled()
    assert queries.balances("organisation", number) == [usd(100)]


def test_two_requests_for_one_subject_make_one_request(app, cast):
    number = cast.company.id

    def ask():
        return operations.request_funding(actor=SYSTEM, organisation_id=number, subject=SUBJECT, amount=PRIZE, label="").reference

    results = race(app, ask, ask)
    settled()
    assert db.session.scalar(select(func.count()).select_from(Funding)) == 1
    references = {result for result in results if not isinstance(result, Exception)}
    assert len(references) == 1
    assert set(raised(results)) <= {IntegrityError}  # the doors answer it with 409


@pytest.mark.parametrize("against", ["confirm", "reject"])
def test_a_payout_is_decided_once_by_two_administrators(app, cast, against):
    me = cast.people["solver"].id
    earned(cast.company, me, usd(1000))
    number, admin = payout(cast.solver, usd(600)).id, cast.admin

    def confirm_it():
        return payouts.confirm_payout(actor=admin, payout=payouts_read.payout(number), bank_reference="X").state

    def reject_it():
        return payouts.reject_payout(actor=admin, payout=payouts_read.payout(number), reason="Closed").state

    results = race(app, confirm_it, confirm_it if against == "confirm" else reject_it)
    assert raised(results) == [NotNow]
    settled()
    paid = payouts_read.payout(number).state is PayoutState.PAID
    assert queries.balances("person", me) == [usd(400 if paid else 1000)]
    assert payouts_read.in_transit("person", me) == []


def test_eight_payouts_at_once_take_no_more_than_the_balance(app, cast):
    me, solver = cast.people["solver"].id, cast.solver
    earned(cast.company, me, usd(1000))

    def ask():
        return payouts.request_payout(actor=solver, owner="person", owner_id=me, amount=usd(300), destination=IBAN).id

    results = race(app, *[ask] * 8)
    assert raised(results) == [Invalid] * 5
    settled()
    assert (queries.balances("person", me), payouts_read.in_transit("person", me)) == ([usd(100)], [usd(900)])


def test_setting_the_balance_aside_twice_spends_it_once(app, cast):
    number = cast.company.id
    deposited(cast.company, PRIZE)

    def set_aside(subject: str):
        return lambda: (
            operations.fund_from_balance(
                actor=SYSTEM, organisation_id=number, subject=subject, amount=PRIZE, label="", key=f"{subject}:balance"
            ).id
        )

    results = race(app, set_aside("challenge:1"), set_aside("challenge:2"))
    assert raised(results) == [Invalid]
    settled()
    assert holds_read.held("challenge:1", "USD") + holds_read.held("challenge:2", "USD") == PRIZE.minor
    assert queries.balances("organisation", number) == []


def test_the_first_money_of_all_opens_each_account_once(app, cast):
    numbers = [asked(cast.company, usd(100), f"challenge:{n}").id for n in range(6)]
    admin = cast.admin

    def confirm_one(number: int):
        return lambda: operations.confirm_funding(actor=admin, funding=queries.funding(number), received=usd(100)).id

    results = race(app, *(confirm_one(number) for number in numbers))
    assert raised(results) == []
    settled()
    assert sum(holds_read.held(f"challenge:{n}", "USD") for n in range(6)) == 600


def test_two_processes_award_the_whole_hold_once(app, cast):
    """As `race`, but with processes: no lock inside one process can be what decides."""
    held(cast.company, PRIZE)
    assert sorted(at_once(release("a"), release("b"))) == [DONE, REFUSED]
    assert holds_read.held(SUBJECT, "USD") == 0
    assert db.session.scalar(select(func.count()).select_from(Transaction).where(Transaction.kind == "award")) == 1
