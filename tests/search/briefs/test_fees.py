"""The consultant's fee: seen before it is agreed to, held before the call begins, paid with the decision or given back, once."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from hub.core.controls import queries as controls
from hub.core.holds import queries as holds
from hub.core.messages import queries as messages
from hub.core.payments import operations as payments
from hub.core.payments import queries as payments_read
from hub.db import delivery, journal, work
from hub.db.extensions import db
from hub.kernel.actor import SYSTEM
from hub.kernel.errors import Conflict, HubError, Invalid, NotAllowed, NotFound, NotNow
from hub.kernel.money import Money
from hub.search.briefs import operations, queries
from hub.search.briefs.models import BriefFee
from hub.search.briefs.rules import Pay
from hub.search.briefs.states import FEE, FeeState, State
from hub.search.proposals import operations as proposing
from tests.db.children import killed_before
from tests.factories import briefs as make
from tests.factories import people
from tests.factories.damage import break_books
from tests.factories.money import deposited, race

FEE_GROSS = Money(120_001, "USD")
NET = FEE_GROSS.minor - 6_000


class Desk:
    """A client's draft with a fee, and USD 5,000 on the client's balance."""

    def __init__(self) -> None:
        self.owner, self.writer, self.author = people.person("Owner"), people.person("Writer", consultant=True), people.person("Author")
        self.client = people.organisation(self.owner)
        deposited(self.client, Money(500_000, "USD"))
        with work.unit():
            self.brief = make.brief(self.client, self.consultant, self.manager, "draft")
            operations.offer_fee(actor=self.consultant, brief=self.brief, gross=FEE_GROSS)

    consultant = property(lambda self: people.actor_of(self.writer))
    manager = property(lambda self: people.actor_of(self.owner))

    @property
    def fee(self) -> BriefFee:
        found = queries.fee_of(self.brief)
        assert found is not None
        return found

    def submit(self) -> None:
        with work.unit():
            operations.submit(actor=self.consultant, brief=self.brief)

    def hold(self, pay: Pay = Pay.BALANCE, seen: Money = FEE_GROSS) -> None:
        with work.unit():
            operations.hold_fee(actor=self.manager, brief=self.brief, seen=seen, pay=pay)

    def publish(self) -> None:
        self.submit()
        self.hold()
        with work.unit():
            operations.sign_off(actor=self.manager, brief=self.brief)

    def propose_and_close(self) -> None:
        with work.unit():
            made = make.proposal(self.brief, people.actor_of(self.author))
        with work.unit():
            make.close(self.brief)
        with work.unit():
            proposing.answer(actor=self.consultant, proposal=made, chosen=True, reason=make.REASON)

    def money(self) -> tuple[int, int, int]:
        """The client's balance, what is held, the consultant's balance."""
        left, got = payments_read.balances("organisation", self.client.id), payments_read.balances("person", self.writer.id)
        return sum(m.minor for m in left), holds.held(self.brief.ref, "USD"), sum(m.minor for m in got)


@pytest.fixture
def desk(app: Flask) -> Desk:
    return Desk()


def refused(expected: type[HubError], code: str, act: Any) -> None:
    before = journal.last_id()
    with pytest.raises(expected) as caught, work.unit():
        act()
    assert caught.value.code == code, caught.value
    assert journal.last_id() == before


def test_the_fee_is_held_before_the_call_and_paid_with_the_decision(desk: Desk) -> None:
    desk.submit()
    refused(NotNow, "fee_not_held", lambda: operations.sign_off(actor=desk.manager, brief=desk.brief))
    desk.hold()
    assert (desk.fee.state, desk.money()) == (FeeState.HELD, (500_000 - 120_001, 120_001, 0))
    with work.unit():
        operations.sign_off(actor=desk.manager, brief=desk.brief)
    desk.propose_and_close()
    with work.unit():
        proposing.decide(actor=desk.manager, brief=desk.brief)
    assert (desk.fee.state, desk.money()) == (FeeState.PAID, (379_999, 0, NET))
    delivery.deliver_all()
    assert any("are on your balance" in note.text for note in messages.inbox(desk.writer.id))
    assert controls.verify().ok


def test_a_transfer_lets_it_be_signed_off_when_it_has_arrived(desk: Desk) -> None:
    desk.submit()
    desk.hold(Pay.TRANSFER)
    (funding,) = payments_read.open_fundings_for(desk.brief.ref)
    refused(NotNow, "fee_not_held", lambda: operations.sign_off(actor=desk.manager, brief=desk.brief))
    with work.unit():
        payments.confirm_funding(actor=SYSTEM, funding=funding, received=FEE_GROSS, bank_reference="IN-FEE")
    delivery.deliver_all()
    db.session.expire_all()
    assert desk.fee.state is FeeState.HELD
    assert any("is held" in note.text for note in messages.inbox(desk.writer.id))
    with work.unit():
        operations.sign_off(actor=desk.manager, brief=desk.brief)


def _withdrawn(desk: Desk) -> None:
    with work.unit():
        operations.withdraw(actor=desk.consultant, brief=desk.brief, reason="The client has found a supplier elsewhere.")


def _empty(desk: Desk) -> None:
    with work.unit():
        make.close(desk.brief)


@pytest.mark.parametrize("end", [_withdrawn, _empty])
def test_without_a_result_all_of_it_goes_back(desk: Desk, end: Any) -> None:
    desk.publish()
    end(desk)
    assert (desk.fee.state, desk.money()) == (FeeState.CALLED_OFF, (500_000, 0, 0)) and controls.verify().ok


def test_the_fee_changes_only_until_it_is_agreed_to(desk: Desk) -> None:
    def offer(gross: Money | None) -> None:
        with work.unit():
            operations.offer_fee(actor=desk.consultant, brief=desk.brief, gross=gross)

    offer(None)
    assert desk.fee.state is FeeState.CALLED_OFF
    offer(Money(50_000, "EUR"))
    offer(FEE_GROSS)
    refused(Invalid, "amount_negative", lambda: offer(Money(-5, "USD")))
    desk.submit()
    refused(NotNow, "not_draft", lambda: offer(Money(1, "USD")))
    desk.hold(Pay.TRANSFER)
    (funding,) = payments_read.open_fundings_for(desk.brief.ref)
    with work.unit():
        payments.confirm_funding(actor=SYSTEM, funding=funding, received=Money(20_000, "USD"), bank_reference="A-PART")
        operations.send_back(actor=desk.manager, brief=desk.brief, remarks="Cheaper, please.")
    offer(Money(100_000, "USD"))
    assert desk.money() == (520_000, 0, 0), "what had come for another sum is on the balance"
    assert payments_read.open_fundings_for(desk.brief.ref) == []
    desk.submit()
    refused(Conflict, "fee_changed", lambda: operations.hold_fee(actor=desk.manager, brief=desk.brief, seen=FEE_GROSS, pay=Pay.BALANCE))
    desk.hold(seen=Money(100_000, "USD"))
    with work.unit():
        operations.send_back(actor=desk.manager, brief=desk.brief, remarks="One more criterion.")
    refused(NotNow, "fee_held", lambda: offer(Money(1, "USD")))
    assert controls.verify().ok


def test_who_names_it_who_agrees_and_who_knows(desk: Desk) -> None:
    def hold(actor: Any, **changes: Any) -> None:
        operations.hold_fee(**{"actor": actor, "brief": desk.brief, "seen": FEE_GROSS, "pay": Pay.BALANCE, **changes})

    refused(NotAllowed, "not_allowed", lambda: operations.offer_fee(actor=desk.manager, brief=desk.brief, gross=FEE_GROSS))
    refused(NotNow, "not_in_sign_off", lambda: hold(desk.manager))
    desk.submit()
    refused(NotAllowed, "not_allowed", lambda: hold(desk.consultant))
    refused(NotAllowed, "not_allowed", lambda: hold(people.actor_of(desk.author)))
    with work.unit():
        payments.request_funding(actor=desk.manager, organisation_id=desk.client.id, subject="", amount=Money(1, "USD"), label="")
        payments.fund_from_balance(
            actor=desk.manager, organisation_id=desk.client.id, subject="challenge:9", amount=Money(450_000, "USD"), label="", key="k"
        )
    refused(Invalid, "over_balance", lambda: hold(desk.manager))
    with work.unit():
        free = make.brief(desk.client, desk.consultant, desk.manager, "sign_off")
    refused(NotFound, "not_found", lambda: hold(desk.manager, brief=free))


def test_held_twice_at_the_same_moment_it_is_held_once(app: Flask, desk: Desk) -> None:
    desk.submit()
    brief_id, manager = desk.brief.id, desk.manager

    def hold() -> int:
        found = queries.by_ids([brief_id])[brief_id]
        return operations.hold_fee(actor=manager, brief=found, seen=FEE_GROSS, pay=Pay.BALANCE).id

    work.rollback()
    done = race(app, hold, hold)
    assert sum(isinstance(one, NotNow) for one in done) == 1, done
    db.session.expire_all()
    assert desk.money() == (379_999, 120_001, 0)


def test_the_decision_against_the_withdrawal_pays_or_returns_never_both(app: Flask, desk: Desk) -> None:
    desk.publish()
    desk.propose_and_close()
    brief_id, manager = desk.brief.id, desk.manager

    def found() -> Any:
        return queries.by_ids([brief_id])[brief_id]

    work.rollback()
    race(
        app,
        lambda: proposing.decide(actor=manager, brief=found()).id,
        lambda: payments.refund(actor=SYSTEM, subject=found().ref, key="other"),
    )
    db.session.expire_all()
    assert desk.money() in {(379_999, 0, NET), (500_000, 0, 0)} and controls.verify().ok
    assert (desk.brief.state is State.DECIDED) is (desk.fee.state is FeeState.PAID)


def test_killed_at_any_statement_the_consultant_is_paid_or_nothing_happened(desk: Desk) -> None:
    desk.publish()
    desk.propose_and_close()
    brief_id, manager, number = desk.brief.id, desk.manager, 0
    while killed_before(number, lambda: proposing.decide(actor=manager, brief=queries.by_ids([brief_id])[brief_id])):
        work.rollback()
        db.session.expire_all()
        assert desk.money() == (379_999, 120_001, 0) and desk.brief.state is State.SELECTING, f"killed before statement {number}"
        number += 3
    db.session.expire_all()
    assert number > 8 and desk.money() == (379_999, 0, NET) and controls.verify().ok


@pytest.mark.parametrize(
    ("code", "damage"),
    [
        ("brief_fee_state", "UPDATE brief_fee SET state = 'held', closed_at = NULL"),
        ("brief_fee_paid", "UPDATE brief_fee SET gross_minor = gross_minor + 100"),
    ],
)
def test_the_check_of_the_books_finds_a_fee_that_was_changed(desk: Desk, code: str, damage: str) -> None:
    desk.publish()
    desk.propose_and_close()
    with work.unit():
        proposing.decide(actor=desk.manager, brief=desk.brief)
    break_books(damage)
    assert {problem.code for problem in controls.verify().problems} == {code}


def test_the_client_sees_gross_fee_and_net_and_a_program_holds_it(desk: Desk, app: Flask) -> None:
    desk.submit()
    client, path = app.test_client(), desk.brief.path
    people.sign_in(client, desk.owner)
    for page in (client.get(f"{path}/signoff").text, client.get(f"{path}/fee").text):
        assert all(figure in page for figure in ("1,200.01", "USD 60", "1,140.01"))
    assert "I have read the brief" not in client.get(f"{path}/signoff").text
    form = {"pay": "balance", "gross": "1200.00", "currency": "USD"}
    assert client.post(f"{path}/fee/hold", data=form).status_code == 409
    assert client.post(f"{path}/fee/hold", data={"gross": "x"}).status_code == 422
    headers = people.api_headers(desk.owner)
    told = client.get(f"/api/v1{path}/fee", headers=headers).json
    assert {name: told[name] for name in ("gross", "fee", "net", "state")} == {
        "gross": "1200.01", "fee": "60.00", "net": "1140.01", "state": "offered",
    }  # fmt: skip
    answer = app.test_client().post(f"/api/v1{path}/fee/hold", json={**form, "gross": "1200.01"}, headers=headers)
    assert (answer.status_code, answer.json["state"]) == (200, "held")
    assert "I have read the brief" in client.get(f"{path}/signoff").text


def test_every_state_is_reached() -> None:
    assert FEE.reachable() == set(FeeState)
