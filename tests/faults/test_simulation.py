"""Ten thousand steps of people, banks, a bad wire and a jumping clock, in any order; what must always hold is looked at after each step.

A step is one small thing: somebody asks, pays, awards, refunds, disputes; one notice arrives (perhaps again); the worker does one round; a
request to Stripe goes wrong; time jumps. After each step the books sum to nought, no hold is below nought, and we know of nothing that did
not happen at Stripe. At the end of each run the wire is mended, everything settles, and both sides agree to the cent.
"""

from __future__ import annotations

import os
import random
import time
from datetime import timedelta
from typing import Any

import pytest
import stripe
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import text

from hub.core.cards import operations as cards
from hub.core.cards import reactions as card_reactions
from hub.core.cards.models import CardPayment
from hub.core.cards.states import PaymentState
from hub.core.controls import queries as controls
from hub.core.gateways import gateway_stripe
from hub.core.gateways import queries as calls
from hub.core.gateways import reactions as gateway_reactions
from hub.core.holds import operations as holding
from hub.core.holds import queries as holds
from hub.core.ledger import queries as books
from hub.core.ledger.rules import OwnerKind, Purpose
from hub.core.payees.reactions import onboard
from hub.core.payments import operations as payments
from hub.core.payments import queries as payments_read
from hub.core.payouts import operations as payouts
from hub.core.payouts import queries as payouts_read
from hub.core.payouts import reactions as payout_reactions
from hub.core.payouts.states import PayoutState
from hub.db import journal, work
from hub.db.delivery import deliver_all, deliver_due
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import SYSTEM
from hub.kernel.errors import HubError
from tests.factories.money import IBAN, usd
from tests.fakes.stripe.errors import Refusal
from tests.fakes.stripe.faults import HOWS
from tests.fakes.stripe.inprocess import InProcess
from tests.postgres import POSTGRES

STEPS, RUNS = 250, 10
SEEDS = (4, 5) if POSTGRES else (1, 2, 3)
"""5 seeds of at least 2,000 steps: 10,000, three on SQLite and two on PostgreSQL."""

SUMS = text(
    "SELECT (SELECT coalesce(sum(balance), 0) FROM account), (SELECT coalesce(sum(minor), 0) FROM posting),"
    " (SELECT count(*) FROM account WHERE purpose IN ('hold', 'balance', 'in_transit', 'returning', 'disputed') AND balance < 0),"
    " (SELECT coalesce(sum(paid_minor), 0) FROM card_payment),"
    " (SELECT coalesce(sum(minor), 0) FROM card_refund WHERE state = 'sent'),"
    " (SELECT coalesce(sum(fee_minor), 0) FROM card_payment)"
)
seeds = st.integers(0, 2**16)
amounts = st.integers(100, 50_000)


class Site(RuleBasedStateMachine):
    """One site and one Stripe for all runs of a test; each run has subjects of its own."""

    till: Any = None
    cast: Any = None
    steps = 0
    runs = 0

    def __init__(self) -> None:
        super().__init__()
        Site.runs += 1
        self.number = Site.runs
        self.subjects = [f"run:{self.number}{name}" for name in "abc"] + [""]
        self.fake = self.till.fake
        self.company = self.cast.company_id

    def step(self) -> None:
        Site.steps += self.number > 1  # the first run of all is hypothesis's simplest: one step over and over
        work.rollback()
        db.session.expire_all()

    def act(self, operation: Any, **arguments: Any) -> Any:
        """One operation of a person; what is not possible now is refused and changes nothing."""
        try:
            with work.unit():
                return operation(**arguments)
        except HubError:
            return None

    # --- people ----------------------------------------------------------------------------------------------------------------------

    @rule(number=seeds, amount=amounts)
    def ask(self, number: int, amount: int) -> None:
        self.step()
        self.asked(number, amount)

    @rule(number=seeds, amount=amounts)
    def go_to_the_page(self, number: int, amount: int) -> None:
        """Of what was asked for, whatever became of it; or of something new."""
        self.step()
        funding = self.asked(number, amount) if number % 3 else self.some(payments_read.fundings_of(self.company), number)
        if funding is not None:
            try:
                self.till.start(funding)
            except HubError:
                work.rollback()

    def asked(self, number: int, amount: int) -> Any:
        arguments = {"organisation_id": self.company, "subject": self.subjects[number % 4], "amount": usd(amount), "label": ""}
        return self.act(payments.request_funding, actor=SYSTEM, **arguments)

    @rule(number=seeds, card=st.sampled_from(("4242424242424242", "4242424242424242", "4000000000000077", "4000000000009995")))
    def pay(self, number: int, card: str) -> None:
        """On Stripe's page; some cards are declined."""
        self.step()
        session = self.some([each for each in self.fake.all("checkout.session")[:6] if each["status"] == "open"], number)
        if session is not None:
            try:
                self.fake.pay(session["id"], card=card)
            except Refusal:
                return

    @rule(number=seeds, amount=amounts)
    def pay_straight_away(self, number: int, amount: int) -> None:
        self.go_to_the_page(number - number % 3 + 1, amount)
        session = next(iter(self.fake.all("checkout.session")), None)
        if session is not None and session["status"] == "open":
            self.fake.pay(session["id"])

    @rule(number=seeds, amount=amounts)
    def transfer_in(self, number: int, amount: int) -> None:
        self.step()
        funding = self.some(payments_read.fundings_of(self.company), number)
        if funding is not None:
            self.act(payments.confirm_funding, actor=SYSTEM, funding=funding, received=usd(amount), bank_reference=f"T{Site.steps}")

    @rule(number=seeds)
    def cancel(self, number: int) -> None:
        self.step()
        funding = self.some(payments_read.fundings_of(self.company), number)
        if funding is not None:
            self.act(payments.cancel_funding, actor=SYSTEM, funding=funding)

    @rule(number=seeds, amount=amounts, key=st.integers(0, 3))
    def award(self, number: int, amount: int, key: int) -> None:
        """A few keys only: the same award comes again, and must not be paid again."""
        self.step()
        subject = self.subjects[number % 3]
        arguments = {"subject": subject, "to_person_id": self.cast.solver_id, "gross": usd(amount), "fee_bp": 500, "memo": ""}
        self.act(holding.release, actor=SYSTEM, key=f"{subject}:award:{key}", **arguments)

    @rule(number=seeds)
    def return_the_rest(self, number: int) -> None:
        self.step()
        self.act(payments.refund, actor=SYSTEM, subject=self.subjects[number % 3], key=f"rest:{Site.steps}")

    @rule(number=seeds, amount=amounts)
    def set_aside(self, number: int, amount: int) -> None:
        self.step()
        arguments = {"organisation_id": self.company, "subject": self.subjects[number % 3], "amount": usd(amount), "label": ""}
        self.act(payments.fund_from_balance, actor=SYSTEM, key=f"aside:{Site.steps}", **arguments)

    @rule(number=seeds, amount=amounts)
    def back_to_the_card(self, number: int, amount: int) -> None:
        self.step()
        payment = self.some(self.paid(), number)
        if payment is not None:
            self.act(cards.ask_refund, actor=self.cast.owner_actor, payment=payment, amount=usd(amount))

    @rule(amount=amounts)
    def ask_for_a_payout(self, amount: int) -> None:
        self.step()
        solver = self.cast.solver_actor
        self.act(payouts.request_payout, actor=solver, owner="person", owner_id=solver.person_id, amount=usd(amount), destination=IBAN)

    @rule(amount=amounts)
    def ask_for_a_transfer(self, amount: int) -> None:
        """A payout to the person's account at Stripe."""
        self.step()
        solver = self.cast.solver_actor
        self.act(payouts.request_payout, actor=solver, owner="person", owner_id=solver.person_id, amount=usd(amount), gateway="stripe")

    @rule(number=seeds)
    def a_transfer_comes_back(self, number: int) -> None:
        """Somebody reverses it in Stripe's dashboard."""
        self.step()
        left = [each for each in self.fake.all("transfer")[:4] if not each["reversed"]]
        transfer = self.some(left, number)
        if transfer is not None and number % 3 == 0:
            part = max(1, (transfer["amount"] - transfer["amount_reversed"]) // (1 + number % 2))
            self.fake.reverse(transfer["id"], part)

    @rule(number=seeds, paid=st.booleans())
    def decide_a_payout(self, number: int, paid: bool) -> None:
        self.step()
        payout = self.some(payouts_read.payouts_of("person", self.cast.solver_id)[:5], number)
        if payout is not None and paid:
            self.act(payouts.confirm_payout, actor=self.cast.admin_actor, payout=payout, bank_reference=f"P{Site.steps}")
        elif payout is not None:
            self.act(payouts.reject_payout, actor=self.cast.admin_actor, payout=payout, reason="The account is closed.")

    # --- banks and Stripe ------------------------------------------------------------------------------------------------------------

    @rule(number=seeds)
    def dispute(self, number: int) -> None:
        self.step()
        open_to_it = [each for each in self.fake.all("charge", "platform")[:8] if each["status"] == "succeeded" and not each["disputed"]]
        charge = self.some([each for each in open_to_it if each["amount"] > each["amount_refunded"]], number)
        if charge is not None and number % 3 == 0:
            self.fake.dispute(charge["id"])

    @rule(number=seeds, won=st.booleans())
    def decide_a_dispute(self, number: int, won: bool) -> None:
        self.step()
        dispute = self.some([each for each in self.fake.all("dispute")[:5] if each["status"] == "needs_response"], number)
        if dispute is not None:
            self.fake.close_dispute(dispute["id"], won=won)

    @rule(number=seeds)
    def a_refund_comes_back(self, number: int) -> None:
        self.step()
        refund = self.some([each for each in self.fake.all("refund", "platform")[:5] if each["status"] == "succeeded"], number)
        if refund is not None and number % 2 == 0:
            self.fake.fail_refund(refund["id"])

    @rule(
        how=st.sampled_from(sorted(HOWS)),
        path=st.sampled_from(("/v1/checkout/sessions", "/v1/refunds", "/v1/transfers", "/v1/*")),
        reading=st.booleans(),
    )
    def the_wire_goes_bad(self, how: str, path: str, reading: bool) -> None:
        self.step()
        self.fake.fail_next(path, how, method="GET" if reading else "POST")

    # --- time and work ---------------------------------------------------------------------------------------------------------------

    @rule(minutes=st.sampled_from((1, 1, 5, 5, 11, 60, 180, 1500)))
    def time_passes(self, minutes: int) -> None:
        self.step()
        clock.set_to(clock.now() + timedelta(minutes=minutes))
        self.fake.tick()
        self.by_the_clock()

    @rule(number=seeds)
    def notices_arrive(self, number: int) -> None:
        """Any two of those that wait; one in three comes again later."""
        self.step()
        queue = self.fake.webhooks.queue
        for place in (number, number // 7):
            if queue:
                delivery = queue[place % len(queue)]
                if self.fake.webhooks.deliver(delivery.event) == 200 and place % 3:
                    queue.remove(delivery)

    @rule()
    def the_worker_works(self) -> None:
        self.step()
        deliver_due(5)

    # --- what must always hold -------------------------------------------------------------------------------------------------------

    @invariant()
    def nothing_comes_from_nowhere(self) -> None:
        work.rollback()
        balances, postings, below, paid, refunded, fees = db.session.execute(SUMS).one()
        assert (balances, postings, below) == (0, 0, 0)
        world = self.fake.world.totals
        assert paid <= world["charge"], "we have received more than was paid"
        assert refunded <= world["refund"], "we say more went back than did"
        assert fees <= world["fee"]

    def teardown(self) -> None:
        """The wire is mended and everything settles: then both sides say the same, to the cent."""
        self.fake.heal()
        for _ in range(30):
            clock.set_to(clock.now() + timedelta(hours=1, minutes=1))
            self.fake.tick()
            self.by_the_clock()
            self.fake.webhooks.flush()
            self.fake.webhooks.hold()
            deliver_all()
            if not self.waits():
                break
        assert not self.waits(), "it never comes to rest"
        work.rollback()
        db.session.expire_all()
        there = self.fake.available("usd") + self.fake.pending("usd")
        ours = -sum(each.minor for each in books.balances(OwnerKind.SITE, 0, Purpose.PROCESSOR))
        assert ours == there, f"our books say {ours}, Stripe {there}"
        received = {payment.intent_id: payment.paid_minor for payment in self.paid()}
        charged = {each["payment_intent"]: each["amount"] for each in self.fake.all("charge", "platform") if each["status"] == "succeeded"}
        assert received == charged
        self.transfers_agree()
        assert all(hold.left_minor >= 0 for hold in holds.holds_by(self.company))
        assert controls.verify().problems == []
        self.fake.check()

    def transfers_agree(self) -> None:
        """One transfer for each payout that was sent to Stripe, none for another."""
        mine = [each for each in payouts_read.payouts_of("person", self.cast.solver_id, limit=10_000) if each.gateway == "stripe"]
        sent = {
            each.bank_reference: (each.minor, each.returned_minor)
            for each in mine
            if each.state in (PayoutState.PAID, PayoutState.RETURNED)
        }
        assert sent == {each["id"]: (each["amount"], each["amount_reversed"]) for each in self.fake.all("transfer")}

    def waits(self) -> bool:
        open_calls = list(calls.due_calls()) or payouts_read.to_try_again()
        unknown = [payment for payment in self.paid() if payment.fee_minor is None]
        return bool(self.fake.webhooks.queue or open_calls or unknown)

    def by_the_clock(self) -> None:
        for due in (gateway_reactions.make_due_calls, card_reactions.look_after_payments, payout_reactions.try_again):
            with work.unit():
                due()

    @staticmethod
    def paid() -> list[CardPayment]:
        return db.session.query(CardPayment).filter(CardPayment.state == PaymentState.PAID).order_by(CardPayment.id).all()

    @staticmethod
    def some(things: Any, number: int) -> Any:
        return things[number % len(things)] if things else None


MONEY = (
    "hub.core.gateways.",
    "hub.core.cards.",
    "hub.core.payees.",
    "hub.core.payouts.",
    "hub.core.payments.",
    "hub.core.holds.",
    "hub.core.papers.",
)


@pytest.fixture
def money_alone(wired, monkeypatch):
    """Mail and search index have tests of their own: here the rooms of money react, and nobody else."""
    kept = {kind: [each for each in known if each[0].startswith(MONEY)] for kind, known in journal._reactions.items()}
    monkeypatch.setattr(journal, "_reactions", kept)


class People:
    """Who takes part, free of the database."""

    def __init__(self, cast: Any) -> None:
        self.company_id, self.solver_id = cast.company.id, cast.people["solver"].id
        self.owner_actor, self.solver_actor, self.admin_actor = cast.owner, cast.solver, cast.admin


@pytest.mark.slow
@pytest.mark.parametrize("number", SEEDS)
def test_any_order_of_people_faults_and_time_keeps_the_books(money_alone, till, cast, number, record_property):
    speaks: Any = gateway_stripe.configured()
    speaks._client = stripe.StripeClient(
        till.fake.secret, base_addresses={"api": till.fake.base}, max_network_retries=0, http_client=InProcess(till.fake.desk)
    )
    with work.unit():
        onboard(cast.solver, "person", cast.people["solver"].id, "US", "/my/earnings/payout")
    till.fake.onboard(till.fake.all("account")[0]["id"])
    till.settle()
    Site.till, Site.cast, Site.steps, Site.runs = till, People(cast), 0, 0
    random.seed(number)
    few = settings(
        max_examples=int(os.environ.get("SIMULATION_RUNS", RUNS)), stateful_step_count=STEPS, deadline=None, database=None,
        suppress_health_check=list(HealthCheck), phases=(Phase.generate,), print_blob=False, report_multiple_bugs=False,
    )  # fmt: skip
    started = time.process_time()
    run_state_machine_as_test(seed(number)(Site), settings=few)
    done = {kind: len(till.fake.all(kind, "platform")) for kind in ("charge", "refund", "dispute", "transfer", "event")}
    record_property("told", f"simulation, seed {number}: {Site.steps} steps, {done}, {time.process_time() - started:.0f} s of CPU")
    assert Site.steps >= 2_000 or "SIMULATION_RUNS" in os.environ
