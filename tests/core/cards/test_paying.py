"""Paying in by card: what is paid arrives once, whole, whatever the wire does."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hub.core.cards import queries
from hub.core.cards.states import PaymentState
from hub.core.holds import queries as holds
from hub.core.ledger import queries as books
from hub.core.ledger.rules import OwnerKind, Purpose
from hub.core.payments import operations as payments
from hub.core.payments import queries as payments_read
from hub.core.payments.states import FundingState
from hub.db import work
from hub.db.delivery import deliver_all
from hub.kernel import clock
from hub.kernel.actor import SYSTEM
from hub.kernel.errors import Invalid, NotAllowed, NotNow
from hub.kernel.money import Money
from tests.factories.gateways import call_of
from tests.factories.money import asked, usd

PRIZE = usd(4_000_000)
SUBJECT = "challenge:1"


def site(purpose):
    return books.balances(OwnerKind.SITE, 0, purpose)


def test_what_is_paid_by_card_is_held_and_what_it_cost_is_the_sites(till, cast):
    funding = asked(cast.company, PRIZE)
    visit = till.start(funding)
    session = till.session(visit)
    assert (session["amount_total"], session["currency"], session["client_reference_id"]) == (4_000_000, "usd", funding.reference)
    assert queries.page_of(visit) == session["url"]
    assert holds.held(SUBJECT, "USD") == 0
    till.pay(visit)
    till.settle()
    visit = till.payment(visit.id)
    assert (visit.state, visit.paid_minor) == (PaymentState.PAID, 4_000_000)
    assert till.fake.get(visit.intent_id)["transfer_group"] == SUBJECT
    assert holds.held(SUBJECT, "USD") == PRIZE.minor
    found = payments_read.funding(funding.id)
    assert (found.state, found.gateway) == (FundingState.CONFIRMED, "stripe")
    assert visit.fee_minor == till.fake.all("balance_transaction")[-1]["fee"] > 0
    assert site(Purpose.COSTS) == [usd(-visit.fee_minor)]
    assert site(Purpose.PROCESSOR) == [usd(visit.fee_minor - PRIZE.minor)]
    assert -site(Purpose.PROCESSOR)[0].minor == till.fake.pending("usd"), "our books and the processor's say the same"
    assert site(Purpose.BANK) == []


def test_every_notice_ten_times_and_in_any_order_has_one_effect(till, cast):
    funding = asked(cast.company, PRIZE)
    till.fake.webhooks.duplicate(10)
    till.fake.webhooks.reorder(3)
    till.paid(funding)
    assert holds.held(SUBJECT, "USD") == PRIZE.minor
    assert len(till.fake.all("charge")) == 1


@pytest.mark.parametrize("order", ["reversed", 1, 2])
def test_notices_before_the_answer_of_the_call_itself(till, cast, order):
    """The answer to opening the page is lost; somebody pays on it all the same, and its notice comes first."""
    funding = asked(cast.company, PRIZE)
    till.fake.fail_next("/v1/checkout/sessions", "reset_after_send")
    visit = till.start(funding)
    assert (visit.state, queries.page_of(visit)) == (PaymentState.OPEN, "")
    [session] = till.fake.all("checkout.session")
    till.fake.pay(session["id"])
    till.fake.webhooks.release(order)
    till.fake.webhooks.wait()
    till.settle()
    assert (till.payment(visit.id).state, holds.held(SUBJECT, "USD")) == (PaymentState.PAID, PRIZE.minor)
    till.later(minutes=5)
    assert len(till.fake.all("checkout.session")) == 1


@pytest.mark.parametrize(
    "how", ["timeout_before", "timeout_after_send", "error_500", "error_503", "rate_limit_429", "reset", "reset_after_send"]
)
def test_a_page_that_could_not_be_opened_is_opened_a_little_later_once(till, cast, how):
    funding = asked(cast.company, PRIZE)
    till.fake.fail_next("/v1/checkout/sessions", how)
    visit = till.start(funding)
    assert visit.state is PaymentState.OPEN
    till.later(minutes=3)
    till.later(minutes=3)
    again = till.start(funding)
    assert again.id == visit.id
    assert queries.page_of(again)
    assert len(till.fake.all("checkout.session")) == 1
    till.pay(again)
    till.settle()
    assert holds.held(SUBJECT, "USD") == PRIZE.minor


def test_lost_notices_are_made_up_for_by_looking(till, cast):
    funding = asked(cast.company, PRIZE)
    visit = till.start(funding)
    till.pay(visit)
    till.fake.webhooks.queue.clear()
    till.later(minutes=11)
    assert (till.payment(visit.id).state, holds.held(SUBJECT, "USD")) == (PaymentState.PAID, PRIZE.minor)
    assert till.payment(visit.id).fee_minor


def test_a_cost_that_is_known_late_is_booked_late(till, cast):
    till.fake.late_balances = True
    visit = till.paid(asked(cast.company, PRIZE))
    assert (visit.state, visit.fee_minor, site(Purpose.COSTS)) == (PaymentState.PAID, None, [])
    till.fake.release_balances()
    till.settle()
    assert till.payment(visit.id).fee_minor == -site(Purpose.COSTS)[0].minor


def test_the_same_page_is_used_until_it_is_nearly_over(till, cast):
    funding = asked(cast.company, PRIZE)
    first = till.start(funding)
    assert till.start(funding).id == first.id
    clock.set_to(clock.now() + timedelta(minutes=111))
    assert till.start(funding).id != first.id


def test_a_page_that_nobody_paid_on_expires_and_a_transfer_still_pays(till, cast):
    funding = asked(cast.company, PRIZE)
    visit = till.start(funding)
    till.later(hours=3)
    assert till.payment(visit.id).state is PaymentState.EXPIRED
    assert payments_read.funding(funding.id).state is FundingState.OPEN
    with work.unit():
        payments.confirm_funding(actor=SYSTEM, funding=payments_read.funding(funding.id), received=PRIZE, bank_reference="T")
    assert holds.held(SUBJECT, "USD") == PRIZE.minor


def test_what_is_paid_after_the_request_was_cancelled_lands_on_the_balance(till, cast):
    funding = asked(cast.company, PRIZE)
    visit = till.start(funding)
    with work.unit():
        payments.cancel_funding(actor=SYSTEM, funding=payments_read.funding(funding.id))
    till.pay(visit)
    till.settle()
    assert (holds.held(SUBJECT, "USD"), payments_read.balances("organisation", cast.company.id)) == (0, [PRIZE])
    assert payments_read.funding(funding.id).state is FundingState.CANCELLED


def test_paid_by_card_and_by_transfer_as_well_the_second_lands_on_the_balance(till, cast):
    funding = asked(cast.company, PRIZE)
    visit = till.start(funding)
    with work.unit():
        payments.confirm_funding(actor=SYSTEM, funding=payments_read.funding(funding.id), received=PRIZE, bank_reference="T")
    till.pay(visit)
    till.settle()
    assert (holds.held(SUBJECT, "USD"), payments_read.balances("organisation", cast.company.id)) == (PRIZE.minor, [PRIZE])


def test_what_another_organisation_pays_for_by_now_lands_on_the_balance(till, cast):
    funding = asked(cast.company, PRIZE)
    visit = till.start(funding)
    from tests.factories.people import organisation, person

    other = organisation(person("rival"))
    with work.unit():
        payments.take_deposit(actor=SYSTEM, organisation_id=other.id, received=PRIZE, bank_reference="X")
    with work.unit():
        payments.fund_from_balance(actor=SYSTEM, organisation_id=other.id, subject=SUBJECT, amount=PRIZE, label="", key="rival")
    till.pay(visit)
    till.settle()
    assert payments_read.balances("organisation", cast.company.id) == [PRIZE]
    assert payments_read.funding(funding.id).state is FundingState.CONFIRMED


@pytest.mark.parametrize("paid", [True, False])
def test_a_debit_is_money_once_the_bank_says_so(till, cast, paid):
    funding = asked(cast.company, PRIZE)
    visit = till.start(funding)
    till.session(visit)["payment_method_types"].append("us_bank_account")  # as if the account's settings added a debit
    till.pay(visit, delayed=True)
    till.settle()
    assert (till.payment(visit.id).state, holds.held(SUBJECT, "USD")) == (PaymentState.OPEN, 0)
    till.fake.finish_delayed(queries.session_id(visit), paid=paid)
    till.settle()
    assert holds.held(SUBJECT, "USD") == (PRIZE.minor if paid else 0)


@pytest.mark.parametrize(("minor", "currency"), [(5000, "JPY"), (12_340, "KWD"), (9_999, "EUR")])
def test_amounts_go_over_in_the_currencys_own_units(till, cast, minor, currency):
    amount = Money(minor, currency)
    till.paid(asked(cast.company, amount))
    assert till.fake.all("charge")[0]["amount"] == minor
    assert holds.held(SUBJECT, currency) == minor


@pytest.mark.parametrize("amount", [Money(12_345, "KWD"), Money(5000, "UGX"), usd(100_000_000)])
def test_amounts_that_no_card_can_pay_are_refused_before_anybody_is_asked(till, cast, amount):
    funding = asked(cast.company, amount)
    with pytest.raises(Invalid) as refusal:
        till.start(funding)
    assert refusal.value.code == "card_cannot"
    assert till.fake.requests == []
    assert queries.payments_of(funding.id) == []


def test_what_the_processor_refuses_leaves_the_request_open(till, cast):
    funding = asked(cast.company, usd(10))  # below what Stripe takes
    visit = till.start(funding)
    deliver_all()
    visit = till.payment(visit.id)
    assert visit.state is PaymentState.REFUSED
    assert visit.trouble
    assert payments_read.funding(funding.id).state is FundingState.OPEN


def test_a_closed_request_is_not_paid_by_card(till, cast):
    funding = asked(cast.company, PRIZE)
    till.paid(funding)
    with pytest.raises(NotNow) as refusal:
        till.start(funding)
    assert refusal.value.code == "funding_closed"


@pytest.mark.parametrize("who", ["member", "solver", "stranger", "admin"])
def test_only_those_who_pay_in_for_it_may_open_the_page(till, cast, who):
    funding = asked(cast.company, PRIZE)
    with pytest.raises(NotAllowed):
        till.start(funding, cast.actor(who))
    assert till.fake.requests == []


def test_a_person_pays_onto_the_own_balance(till, cast):
    me = cast.solver
    with work.unit():
        funding = payments.request_top_up(actor=me, person_id=me.person_id, amount=usd(5000), label="For a pool")
    till.paid(funding)
    assert payments_read.balances("person", me.person_id) == [usd(5000)]
    with pytest.raises(NotAllowed), work.unit():
        payments.request_top_up(actor=cast.owner, person_id=me.person_id, amount=usd(5000), label="")


def test_what_the_processor_pays_to_the_bank_moves_in_the_books(till, cast):
    till.paid(asked(cast.company, PRIZE))
    till.fake.settle()
    whole = till.fake.available("usd")
    payout = till.fake.payout()
    till.settle()
    assert site(Purpose.BANK) == []
    till.fake.finish_payout(payout["id"])
    till.settle()
    assert (site(Purpose.BANK), site(Purpose.PROCESSOR)) == ([usd(-whole)], [])


def test_a_declined_card_changes_nothing_and_another_pays(till, cast):
    from tests.fakes.stripe.errors import Refusal

    funding = asked(cast.company, PRIZE)
    visit = till.start(funding)
    with pytest.raises(Refusal):
        till.pay(visit, card="4000000000000002")
    till.settle()
    assert (till.payment(visit.id).state, holds.held(SUBJECT, "USD")) == (PaymentState.OPEN, 0)
    till.pay(visit)
    till.settle()
    assert holds.held(SUBJECT, "USD") == PRIZE.minor
    assert call_of(visit.ref).attempts == 1
