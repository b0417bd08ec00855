"""Any order of funding, confirming, awarding, returning and paying out, against a plain model in a few dictionaries."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, multiple, rule, run_state_machine_as_test

from hub.core.controls import queries as controls
from hub.core.holds import operations as holds
from hub.core.holds import queries as holds_read
from hub.core.ledger import queries as books
from hub.core.ledger import rules as accounts
from hub.core.ledger.rules import OwnerKind
from hub.core.payments import operations, queries
from hub.core.payments.states import FundingState
from hub.core.payouts import operations as payouts
from hub.core.payouts import queries as payouts_read
from hub.db import work
from hub.kernel.actor import SYSTEM
from hub.kernel.errors import Conflict, Invalid, NotNow
from hub.kernel.money import Money, breakdown
from tests.factories.money import IBAN
from tests.factories.people import actor_of, organisation, person

CURRENCY = "JPY"
KEYS = itertools.count(1)
amounts = st.integers(1, 10_000)
subjects = st.sampled_from(("a", "b"))


def yen(minor: int) -> Money:
    return Money(minor, CURRENCY)


class Bank(RuleBasedStateMachine):
    """Each run has an organisation and a person of its own; the site's accounts are shared, so their changes are compared."""

    cast = None
    fundings = Bundle("fundings")
    payouts = Bundle("payouts")

    def __init__(self) -> None:
        super().__init__()
        self.run = next(KEYS)
        self.company = organisation(self.cast.people["owner"], f"Run {self.run}").id
        self.winner, self.admin = actor_of(person()), self.cast.admin
        self.model = self._actual()
        self.holds = {"a": 0, "b": 0}
        self.due: dict[int, int] = {}
        self.awards: list[tuple[str, int, int, str]] = []

    def subject(self, name: str) -> str:
        return f"run:{self.run}{name}"

    def _actual(self) -> dict[str, int]:
        refs = {
            "company": accounts.balance_of(OwnerKind.ORGANISATION, self.company, CURRENCY),
            "winner": accounts.balance_of(OwnerKind.PERSON, self.winner.person_id, CURRENCY),
            "transit": accounts.in_transit_of(OwnerKind.PERSON, self.winner.person_id, CURRENCY),
            "fees": accounts.fees(CURRENCY),
            "bank": accounts.bank(CURRENCY),
        }
        return {name: books.balance(ref) for name, ref in refs.items()}

    @rule(target=fundings, name=subjects, amount=amounts)
    def ask(self, name, amount):
        with work.unit():
            open_one = queries.open_funding(self.subject(name))
            if open_one is not None and open_one.amount != yen(amount):
                with pytest.raises(Conflict):
                    self._ask(name, amount)
                return multiple()
            funding = self._ask(name, amount)
        if open_one is not None:
            assert funding.id == open_one.id
            return multiple()
        self.due[funding.id] = amount
        return funding.id, name

    def _ask(self, name, amount):
        return operations.request_funding(
            actor=SYSTEM, organisation_id=self.company, subject=self.subject(name), amount=yen(amount), label=""
        )

    @rule(asked=fundings, received=amounts)
    def receive(self, asked, received):
        number, name = asked
        with work.unit():
            funding = queries.funding(number)
            act = lambda: operations.confirm_funding(  # noqa: E731
                actor=self.admin, funding=funding, received=yen(received), bank_reference=f"T{next(KEYS)}"
            )
            if funding.state is not FundingState.OPEN:
                with pytest.raises(NotNow):
                    act()
                return
            act()
        held = min(received, self.due[number])
        self.due[number] -= held
        self.holds[name] += held
        self.model["company"] += received - held
        self.model["bank"] -= received

    @rule(asked=fundings)
    def cancel(self, asked):
        with work.unit():
            funding = queries.funding(asked[0])
            if funding.state is FundingState.OPEN:
                operations.cancel_funding(actor=SYSTEM, funding=funding)

    @rule(amount=amounts, name=subjects)
    def set_aside(self, name, amount):
        arguments = {"actor": SYSTEM, "organisation_id": self.company, "subject": self.subject(name), "amount": yen(amount), "label": ""}
        if amount > self.model["company"]:
            with pytest.raises(Invalid), work.unit():
                operations.fund_from_balance(**arguments, key=f"s{next(KEYS)}")
            return
        with work.unit():
            operations.fund_from_balance(**arguments, key=f"s{next(KEYS)}")
        self.model["company"] -= amount
        self.holds[name] += amount

    @rule(name=subjects, gross=amounts, fee_bp=st.integers(0, 10_000))
    def award(self, name, gross, fee_bp):
        award = (name, gross, fee_bp, f"award:{next(KEYS)}")
        if gross > self.holds[name]:
            with pytest.raises(NotNow), work.unit():
                self._release(*award)
            return
        with work.unit():
            self._release(*award)
        self.awards.append(award)
        parts = breakdown(yen(gross), fee_bp)
        self.holds[name] -= gross
        self.model["winner"] += parts.net.minor
        self.model["fees"] += parts.fee.minor

    def _release(self, name, gross, fee_bp, key):
        holds.release(
            actor=SYSTEM, subject=self.subject(name), to_person_id=self.winner.person_id, gross=yen(gross), fee_bp=fee_bp, key=key, memo=""
        )

    @rule(place=st.integers(0, 50))
    def award_again_with_the_same_key(self, place):
        if self.awards:
            with work.unit():
                self._release(*self.awards[place % len(self.awards)])

    @rule(name=subjects)
    def refund(self, name):
        with work.unit():
            operations.refund(actor=SYSTEM, subject=self.subject(name), key=f"refund:{next(KEYS)}")
        self.model["company"] += self.holds[name]
        self.holds[name] = 0

    @rule(target=payouts, amount=amounts)
    def ask_payout(self, amount):
        own = {"actor": self.winner, "owner": "person", "owner_id": self.winner.person_id, "destination": IBAN}
        if amount > self.model["winner"]:
            with pytest.raises(Invalid), work.unit():
                payouts.request_payout(amount=yen(amount), **own)
            return multiple()
        with work.unit():
            made = payouts.request_payout(amount=yen(amount), **own)
        self.model["winner"] -= amount
        self.model["transit"] += amount
        return made.id, amount

    @rule(made=consumes(payouts), paid=st.booleans())
    def decide_payout(self, made, paid):
        number, amount = made
        with work.unit():
            self._decide(number, paid)
        self.model["transit"] -= amount
        self.model["bank" if paid else "winner"] += amount
        for again in (True, False):
            with pytest.raises(NotNow), work.unit():
                self._decide(number, again)

    def _decide(self, number, paid):
        if paid:
            payouts.confirm_payout(actor=self.admin, payout=payouts_read.payout(number), bank_reference="X")
        else:
            payouts.reject_payout(actor=self.admin, payout=payouts_read.payout(number), reason="Closed")

    @invariant()
    def the_books_say_what_the_model_says(self):
        assert self._actual() == self.model
        assert {name: holds_read.held(self.subject(name), CURRENCY) for name in self.holds} == self.holds
        assert all(minor >= 0 for name, minor in self.model.items() if name != "bank")

    def teardown(self):
        work.rollback()
        report = controls.verify()
        assert report.ok, report.problems


def test_in_any_order_no_unit_is_lost_or_made(cast):
    bound = type("BankOfThisTest", (Bank,), {"cast": cast})
    checked = settings(max_examples=25, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    run_state_machine_as_test(bound, settings=checked)
