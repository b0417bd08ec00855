"""Money in, held, awarded, returned, paid out: what each step does, and what it refuses without a trace."""

from __future__ import annotations

import dataclasses

import pytest

from hub.core.holds import operations as holds
from hub.core.holds import queries as holds_read
from hub.core.payments import operations, queries
from hub.core.payments.states import FundingState
from hub.core.payouts import operations as payouts
from hub.core.payouts import queries as payouts_read
from hub.core.payouts.states import PayoutState
from hub.db import journal, work
from hub.kernel.actor import ANONYMOUS, SYSTEM
from hub.kernel.errors import Conflict, Invalid, NotAllowed, NotNow, NotSignedIn
from hub.kernel.money import MAX_MINOR, Money
from tests.factories.money import IBAN, asked, deposited, earned, held, payout, refused, usd

PRIZE = usd(4_000_000)
SUBJECT = "challenge:1"


def confirm(cast, funding, amount, **more):
    with work.unit():
        return operations.confirm_funding(actor=cast.admin, funding=funding, received=amount, **more)


def release(actor=SYSTEM, gross=PRIZE, key="award:1", fee_bp=500, to=1, subject=SUBJECT):
    with work.unit():
        return holds.release(actor=actor, subject=subject, to_person_id=to, gross=gross, fee_bp=fee_bp, key=key, memo="Award")


def refund(key="refund"):
    with work.unit():
        return operations.refund(actor=SYSTEM, subject=SUBJECT, key=key)


# Paying in


def test_a_prize_paid_in_is_held_and_the_payers_are_named_in_the_event(cast):
    with work.unit():
        funding = operations.request_funding(
            actor=cast.manager, organisation_id=cast.company.id, subject=SUBJECT, amount=PRIZE, label="Disinfect"
        )
        assert journal.pending_kinds() == ["FundingRequested"]
    with work.unit():
        operations.confirm_funding(actor=cast.admin, funding=funding, received=PRIZE, bank_reference="TRX 1")
        assert journal.pending_kinds() == ["FundingConfirmed"]
    assert funding.state is FundingState.CONFIRMED
    assert holds_read.held(SUBJECT, "USD") == PRIZE.minor
    assert queries.balances("organisation", cast.company.id) == []
    people = {cast.people[name].id for name in ("owner", "finance", "manager")}
    assert set(queries.payers(funding)) == people


def test_less_than_due_stays_open_for_the_rest(cast):
    funding = asked(cast.company, PRIZE)
    confirm(cast, funding, usd(1_500_000), bank_reference="A")
    assert (funding.state, funding.due) == (FundingState.OPEN, usd(2_500_000))
    assert holds_read.held(SUBJECT, "USD") == 1_500_000
    confirm(cast, funding, usd(2_500_000), bank_reference="B")
    assert (funding.state, funding.due) == (FundingState.CONFIRMED, usd(0))
    assert holds_read.held(SUBJECT, "USD") == PRIZE.minor


def test_more_than_due_lands_on_the_organisations_balance(cast):
    funding = asked(cast.company, PRIZE)
    confirm(cast, funding, usd(4_000_123))
    assert holds_read.held(SUBJECT, "USD") == PRIZE.minor
    assert queries.balances("organisation", cast.company.id) == [usd(123)]


def test_a_top_up_lands_on_the_balance_and_can_be_held_for_a_prize(cast):
    funding = asked(cast.company, PRIZE, subject="", label="")
    confirm(cast, funding, PRIZE)
    assert queries.balances("organisation", cast.company.id) == [PRIZE]
    arguments = {"actor": cast.manager, "organisation_id": cast.company.id, "subject": SUBJECT, "amount": PRIZE, "label": "", "key": "k"}
    with work.unit():
        first = operations.fund_from_balance(**arguments)
        assert "FundingConfirmed" in journal.pending_kinds()
    with work.unit():
        assert operations.fund_from_balance(**arguments).id == first.id
    assert (queries.balances("organisation", cast.company.id), holds_read.held(SUBJECT, "USD")) == ([], PRIZE.minor)
    refused("idempotency_key_reused", Conflict, operations.fund_from_balance, **{**arguments, "amount": usd(1)})
    refused("over_balance", Invalid, operations.fund_from_balance, **{**arguments, "key": "k2"})


def test_asking_again_for_the_same_returns_the_open_request(cast):
    first = asked(cast.company, PRIZE)
    assert asked(cast.company, PRIZE).reference == first.reference
    refusal = refused(
        "funding_open",
        Conflict,
        operations.request_funding,
        actor=cast.owner,
        organisation_id=cast.company.id,
        subject=SUBJECT,
        amount=usd(5),
        label="",
    )
    assert first.reference in str(refusal)


def test_a_cancelled_request_is_not_expected_but_what_came_stays_held(cast):
    funding = asked(cast.company, PRIZE)
    confirm(cast, funding, usd(100))
    with work.unit():
        operations.cancel_funding(actor=cast.finance, funding=funding)
    assert funding.state is FundingState.CANCELLED
    assert holds_read.held(SUBJECT, "USD") == 100
    refused("not_now", NotNow, operations.confirm_funding, actor=cast.admin, funding=funding, received=usd(7))
    assert asked(cast.company, usd(50)).id != funding.id


def test_money_that_nobody_announced_is_never_lost(cast):
    deposited(cast.company, usd(700))
    assert queries.balances("organisation", cast.company.id) == [usd(700)]


@pytest.mark.parametrize("bank_reference", ["TRX 1", ""])
def test_the_same_transfer_counts_once(cast, bank_reference):
    funding = asked(cast.company, PRIZE)
    confirm(cast, funding, usd(100), bank_reference=bank_reference)
    again = {"actor": cast.admin, "funding": funding, "received": usd(100), "bank_reference": bank_reference}
    refused("transfer_known", Conflict, operations.confirm_funding, **again)
    assert holds_read.held(SUBJECT, "USD") == 100
    deposit = {"actor": cast.admin, "organisation_id": cast.company.id, "received": usd(5), "bank_reference": "D"}
    with work.unit():
        operations.take_deposit(**deposit)
    refused("transfer_known", Conflict, operations.take_deposit, **deposit)


# What is left of a hold goes back


def test_a_refund_returns_all_that_is_left_once_and_stops_expecting_more(cast):
    held(cast.company, PRIZE)
    release(gross=usd(1_000_000))
    late = asked(cast.company, usd(500))
    first = refund()
    assert queries.balances("organisation", cast.company.id) == [usd(3_000_000)]
    assert late.state is FundingState.CANCELLED
    assert [transaction.id for transaction in refund()] == [first[0].id]
    assert queries.balances("organisation", cast.company.id) == [usd(3_000_000)]


def test_a_refund_of_nothing_is_nothing(cast):
    funding = asked(cast.company, PRIZE)
    assert refund() == []
    assert funding.state is FundingState.CANCELLED


def test_a_later_refund_with_a_used_key_does_not_pretend_to_have_worked(cast):
    held(cast.company, PRIZE)
    refund()
    held(cast.company, usd(70))
    refused("idempotency_key_reused", Conflict, operations.refund, actor=SYSTEM, subject=SUBJECT, key="refund")
    assert refund("another")[0].kind.value == "refund"


# Payouts


def test_a_payout_is_put_aside_at_once_and_leaves_when_it_is_confirmed(cast):
    earned(cast.company, cast.people["solver"].id, usd(1000))
    made = payout(cast.solver, usd(600))
    me = cast.people["solver"].id
    assert (queries.balances("person", me), payouts_read.in_transit("person", me)) == ([usd(400)], [usd(600)])
    with work.unit():
        payouts.confirm_payout(actor=cast.admin, payout=made, bank_reference=" OUT  7 ")
    assert (made.state, made.bank_reference, made.decided_by) == (PayoutState.PAID, "OUT 7", cast.people["admin"].id)
    assert (queries.balances("person", me), payouts_read.in_transit("person", me)) == ([usd(400)], [])


def test_a_refused_payout_is_back_on_the_balance_with_its_reason(cast):
    earned(cast.company, cast.people["solver"].id, usd(1000))
    made = payout(cast.solver, usd(600))
    with work.unit():
        payouts.reject_payout(actor=cast.admin, payout=made, reason="  The account was closed. ")
    assert (made.state, made.reason) == (PayoutState.REJECTED, "The account was closed.")
    assert queries.balances("person", made.owner_id) == [usd(1000)]


@pytest.mark.parametrize("first", ["confirm", "reject"])
@pytest.mark.parametrize("second", ["confirm", "reject"])
def test_a_payout_is_decided_once(cast, first, second):
    earned(cast.company, cast.people["solver"].id, usd(1000))
    made = payout(cast.solver, usd(600))
    acts = {
        "confirm": (payouts.confirm_payout, {"bank_reference": "X"}),
        "reject": (payouts.reject_payout, {"reason": "Not possible"}),
    }
    call, more = acts[first]
    with work.unit():
        call(actor=cast.admin, payout=made, **more)
    before = queries.balances("person", made.owner_id)
    call, more = acts[second]
    refused("not_now", NotNow, call, actor=cast.admin, payout=made, **more)
    assert queries.balances("person", made.owner_id) == before


def test_no_more_than_the_balance_can_be_paid_out(cast):
    earned(cast.company, cast.people["solver"].id, usd(1000))
    payout(cast.solver, usd(600))
    arguments = {"actor": cast.solver, "owner": "person", "owner_id": cast.people["solver"].id, "destination": IBAN}
    refusal = refused("over_balance", Invalid, payouts.request_payout, amount=usd(401), **arguments)
    assert "USD 4.00" in refusal.fields["amount"]
    refused("over_balance", Invalid, payouts.request_payout, amount=Money(1, "EUR"), **arguments)
    refused("destination_missing", Invalid, payouts.request_payout, amount=usd(1), **{**arguments, "destination": " "})
    refused("iban_wrong", Invalid, payouts.request_payout, amount=usd(1), **{**arguments, "destination": IBAN[:-1] + "1"})
    refused("owner_unknown", Invalid, payouts.request_payout, amount=usd(1), **{**arguments, "owner": "site"})


def test_an_organisation_is_paid_out_by_its_bookkeepers(cast):
    deposited(cast.company, usd(900))
    arguments = {"owner": "organisation", "owner_id": cast.company.id, "amount": usd(900), "destination": IBAN}
    for name in ("manager", "member", "stranger", "admin"):
        refused("not_allowed", NotAllowed, payouts.request_payout, actor=cast.actor(name), **arguments)
    with work.unit():
        made = payouts.request_payout(actor=cast.finance, **arguments)
    assert set(payouts_read.told_to(made)) == {cast.people["owner"].id, cast.people["finance"].id}


@pytest.mark.parametrize(("text", "code"), [("", "bank_reference_missing"), ("x" * 81, "bank_reference_too_long")])
def test_a_payout_is_confirmed_with_the_banks_reference(cast, text, code):
    earned(cast.company, cast.people["solver"].id, usd(1000))
    made = payout(cast.solver, usd(600))
    refused(code, Invalid, payouts.confirm_payout, actor=cast.admin, payout=made, bank_reference=text)
    refused("reason_missing", Invalid, payouts.reject_payout, actor=cast.admin, payout=made, reason=" ")
    assert made.state is PayoutState.REQUESTED


def test_an_unconfirmed_address_gets_no_payout(cast):
    me = cast.people["solver"].id
    earned(cast.company, me, usd(1000))
    actor = dataclasses.replace(cast.solver, verified=False)
    arguments = {"owner": "person", "owner_id": me, "amount": usd(1), "destination": IBAN}
    refused("unverified_address", NotAllowed, payouts.request_payout, actor=actor, **arguments)
    assert queries.balances("person", me) == [usd(1000)]


# Who may, and which amounts nobody may


def test_each_act_asks_for_its_role(cast):
    funding = asked(cast.company, PRIZE)
    earned(cast.company, cast.people["solver"].id, usd(1000))
    made = payout(cast.solver, usd(600))
    request = {"organisation_id": cast.company.id, "subject": "challenge:2", "amount": PRIZE, "label": ""}
    for name in ("owner", "manager", "finance", "member", "solver", "stranger"):
        actor = cast.actor(name)
        refused("not_allowed", NotAllowed, operations.confirm_funding, actor=actor, funding=funding, received=PRIZE)
        refused("not_allowed", NotAllowed, payouts.confirm_payout, actor=actor, payout=made, bank_reference="X")
        refused("not_allowed", NotAllowed, payouts.reject_payout, actor=actor, payout=made, reason="No way")
        deposit = {"organisation_id": cast.company.id, "received": PRIZE, "bank_reference": "X"}
        refused("not_allowed", NotAllowed, operations.take_deposit, actor=actor, **deposit)
    for name in ("member", "solver", "stranger"):
        refused("not_allowed", NotAllowed, operations.request_funding, actor=cast.actor(name), **request)
        refused("not_allowed", NotAllowed, operations.cancel_funding, actor=cast.actor(name), funding=funding)
        refused("not_allowed", NotAllowed, operations.fund_from_balance, actor=cast.actor(name), key="k", **request)
    own = {"owner": "person", "owner_id": cast.people["solver"].id, "amount": usd(1), "destination": IBAN}
    for actor in (cast.stranger, cast.admin):
        refused("not_allowed", NotAllowed, payouts.request_payout, actor=actor, **own)
    refused("not_signed_in", NotSignedIn, payouts.request_payout, actor=ANONYMOUS, **own)
    award = {"subject": SUBJECT, "to_person_id": 1, "gross": usd(1), "fee_bp": 0, "key": "k", "memo": ""}
    refused("not_allowed", NotAllowed, holds.release, actor=ANONYMOUS, **award)
    refused("not_allowed", NotAllowed, operations.refund, actor=ANONYMOUS, subject=SUBJECT, key="k")
    assert (funding.state, made.state) == (FundingState.OPEN, PayoutState.REQUESTED)


@pytest.mark.parametrize(
    ("amount", "code"),
    [
        (usd(0), "amount_zero"),
        (usd(-1), "amount_negative"),
        (usd(MAX_MINOR + 1), "amount_too_large"),
        (Money(10**30, "JPY"), "amount_too_large"),
    ],
)
def test_amounts_that_nobody_moves(cast, amount, code):
    funding = asked(cast.company, PRIZE)
    held(cast.company, PRIZE, "challenge:2")
    me = cast.people["solver"].id
    calls = [
        (
            operations.request_funding,
            {"actor": cast.owner, "organisation_id": cast.company.id, "subject": "", "amount": amount, "label": ""},
        ),
        (
            holds.release,
            {"actor": SYSTEM, "subject": "challenge:2", "to_person_id": 1, "gross": amount, "fee_bp": 0, "key": "k", "memo": ""},
        ),
        (payouts.request_payout, {"actor": cast.solver, "owner": "person", "owner_id": me, "amount": amount, "destination": IBAN}),
        (operations.take_deposit, {"actor": cast.admin, "organisation_id": cast.company.id, "received": amount, "bank_reference": "X"}),
        (operations.confirm_funding, {"actor": cast.admin, "funding": funding, "received": amount}),
    ]
    for call, arguments in calls:
        refusal = refused(code, Invalid, call, **arguments)
        assert "amount" in refusal.fields


def test_another_currency_than_the_holds_is_refused(cast):
    funding = asked(cast.company, PRIZE)
    refused("currency_differs", Invalid, operations.confirm_funding, actor=cast.admin, funding=funding, received=Money(5, "EUR"))
    held(cast.company, PRIZE, "challenge:2")
    award = {"actor": SYSTEM, "subject": "challenge:2", "to_person_id": 1, "fee_bp": 0, "key": "k", "memo": ""}
    refused("currency_differs", Invalid, holds.release, gross=Money(5, "EUR"), **award)
    request = {"actor": cast.owner, "organisation_id": cast.company.id, "subject": "challenge:2", "label": ""}
    refused("currency_differs", Invalid, operations.request_funding, amount=Money(5, "EUR"), **request)


def test_one_subject_is_paid_for_by_one_organisation(cast):
    held(cast.company, PRIZE)
    request = {"organisation_id": cast.company.id + 1, "subject": SUBJECT, "amount": usd(1), "label": ""}
    refused("other_payer", Conflict, operations.request_funding, actor=SYSTEM, **request)


def test_currencies_are_kept_apart_on_one_balance(cast):
    me = cast.people["solver"].id
    for amount in (usd(500), Money(700, "JPY"), Money(900, "KWD")):
        earned(cast.company, me, amount)
    assert [str(amount) for amount in queries.balances("person", me)] == ["JPY 700", "KWD 0.900", "USD 5.00"]


def test_what_a_room_counts_is_not_reversed_in_the_books_alone(cast):
    """A funding, a payout, an award: reversed beside its row, the books and what people see would disagree."""
    from hub.core.ledger import operations as ledger
    from hub.core.ledger import queries as books

    me = cast.people["solver"].id
    funding = held(cast.company, usd(5_000))
    earned(cast.company, me, usd(1_000))
    asked_for = payout(cast.solver, usd(600))
    for cause in (funding.ref, asked_for.ref, "hold:1"):
        for one in books.transactions_of(cause):
            refused("undone_by_its_room", NotNow, ledger.reverse, actor=cast.admin, transaction_id=one.id, key="undo", reason="Wrong")
    deposited(cast.company, usd(300))
    deposit = books.transactions_of(f"organisation:{cast.company.id}")[0]
    with work.unit():
        ledger.reverse(actor=cast.admin, transaction_id=deposit.id, key="undo", reason="Another's money")
