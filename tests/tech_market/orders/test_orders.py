"""Orders: money first, paid once, given back whole, and silence accepts."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from flask import current_app

from hub.core.controls import queries as controls
from hub.core.holds import operations as holds
from hub.core.holds import queries as holds_read
from hub.core.ledger import queries as ledger
from hub.core.ledger.rules import fees
from hub.core.messages.models import Notification
from hub.core.payments import operations as payments
from hub.core.payments import queries as books
from hub.db import delivery, work
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import SYSTEM, Actor
from hub.kernel.errors import Conflict, Invalid, NotAllowed, NotNow
from hub.kernel.money import Money
from hub.tech_market.orders import operations, queries, rules
from hub.tech_market.orders.models import ServiceOrder
from hub.tech_market.orders.rules import Pay
from hub.tech_market.orders.states import State
from hub.tech_market.quotes.models import Quote
from hub.tech_market.quotes.states import QuoteState
from tests.factories import money, people
from tests.factories import services as making

GROSS = 100_010
FEE, NET = 5_001, 95_009


@dataclass
class Deal:
    buyer: Any
    lab: Any
    buying: Actor
    working: Actor
    house: Any
    bench: Any
    quote: Quote

    def balance(self, organisation: Any) -> int:
        return books.spendable(organisation.id, "USD").minor


@pytest.fixture
def deal(app) -> Deal:
    buyer, lab = people.person("Bea Buyer"), people.person("Lars Lab")
    house, bench = people.organisation(buyer, "Buyers"), people.organisation(lab, "Bench", "lab")
    buying, working = people.actor_of(buyer), people.actor_of(lab)
    with work.unit():
        request = making.request(house, buying, [making.service(bench, working)])
        (quote,) = making.quotes(request)
        making.give(quote, working, GROSS)
    return Deal(buyer, lab, buying, working, house, bench, quote)


@pytest.fixture
def rich(deal) -> Deal:
    money.deposited(deal.house, money.usd(500_000))
    return deal


def order_of(deal: Deal, pay: Pay = Pay.BALANCE) -> ServiceOrder:
    with work.unit():
        return making.ordered(deal.quote, deal.buying, pay)


def clean() -> bool:
    return controls.verify().ok


def test_from_the_choice_to_the_labs_balance(rich):
    order = order_of(rich)
    assert order.state is State.IN_PROGRESS and holds_read.held(order.ref, "USD") == GROSS
    assert rich.balance(rich.house) == 500_000 - GROSS
    with work.unit():
        operations.deliver(actor=rich.working, order=order, text="All forty films.")
    with work.unit():
        operations.accept(actor=rich.buying, order=order)
    assert order.state is State.ACCEPTED and holds_read.held(order.ref, "USD") == 0
    assert rich.balance(rich.bench) == NET and ledger.balance(fees("USD")) == FEE
    assert clean()


def test_the_release_comes_once(rich):
    order = order_of(rich)
    with work.unit():
        operations.deliver(actor=rich.working, order=order, text="All forty films.")

    number = order.id

    def accept():
        found = db.session.get(ServiceOrder, number)
        return operations.accept(actor=rich.buying, order=found).state

    results = money.race(current_app._get_current_object(), *[accept] * 4)
    assert sum(result is State.ACCEPTED for result in results) == 1, results
    assert {type(result) for result in results if result is not State.ACCEPTED} <= {NotNow, Conflict}, results
    db.session.rollback()
    assert rich.balance(rich.bench) == NET and clean()


def test_a_transfer_starts_the_work_when_it_is_in(deal):
    order = order_of(deal, Pay.TRANSFER)
    assert order.state is State.AWAITING_FUNDS
    with pytest.raises(NotNow), work.unit():
        operations.deliver(actor=deal.working, order=order, text="Too early.")
    (funding,) = books.open_fundings_for(order.ref)
    with work.unit():
        payments.confirm_funding(actor=SYSTEM, funding=funding, received=Money(GROSS - 1, "USD"), bank_reference="A")
    delivery.deliver_all()
    db.session.refresh(order)
    assert order.state is State.AWAITING_FUNDS
    with work.unit():
        payments.confirm_funding(actor=SYSTEM, funding=funding, received=Money(1, "USD"), bank_reference="B")
    delivery.deliver_all()
    delivery.deliver_all()
    db.session.refresh(order)
    assert order.state is State.IN_PROGRESS and order.due_on == (clock.now() + timedelta(days=10)).date()
    assert clean()


def test_the_balance_may_pay_what_a_transfer_was_asked_for(rich):
    order = order_of(rich, Pay.TRANSFER)
    with work.unit():
        operations.hold(actor=rich.buying, order=order)
    assert order.state is State.IN_PROGRESS and not books.open_fundings_for(order.ref) and clean()


def test_too_small_a_balance_orders_nothing(deal):
    with pytest.raises(Invalid) as refused, work.unit():
        making.ordered(deal.quote, deal.buying, Pay.BALANCE)
    assert set(refused.value.fields) == {"pay"}
    db.session.rollback()
    assert db.session.get(Quote, deal.quote.id).state is QuoteState.GIVEN
    assert not db.session.scalars(db.select(ServiceOrder)).all()


def test_only_the_text_that_was_shown_is_ordered(rich):
    seen = rules.fingerprint(queries.agreement(rich.quote))
    with work.unit():
        making.give(rich.quote, rich.working, GROSS + 1)
    with pytest.raises(Conflict) as changed, work.unit():
        operations.place(actor=rich.buying, quote=rich.quote, seen_hash=seen, pay=Pay.BALANCE)
    assert changed.value.code == "terms_changed"
    order = order_of(rich)
    assert order.terms_hash == rules.fingerprint(order.agreed) and order.agreed["gross"] == "1000.11"


def test_rework_and_the_boundary_of_silence(rich):
    order = order_of(rich)
    with work.unit():
        operations.deliver(actor=rich.working, order=order, text="First try.")
    limit = order.accept_by
    with work.unit(), clock.at(limit - timedelta(seconds=1)):
        operations.send_back(actor=rich.buying, order=order, reason="Film 17 is missing from the table.")
    assert order.state is State.IN_PROGRESS and order.remarks
    with work.unit(), clock.at(limit):
        operations.deliver(actor=rich.working, order=order, text="Second try.")
        assert operations.accept_silent() == 0
    with clock.at(order.accept_by):
        with pytest.raises(NotNow), work.unit():
            operations.send_back(actor=rich.buying, order=order, reason="Film 18 is missing, too.")
        with work.unit():
            assert operations.accept_silent() == 1
        assert operations.accept_silent() == 0
    assert order.state is State.ACCEPTED and rich.balance(rich.bench) == NET and clean()
    assert [one.delivery.number for one in queries.deliveries(order.id)] == [2, 1]


def test_called_off_by_both_the_whole_hold_goes_back(rich):
    order = order_of(rich)
    with pytest.raises(NotNow) as alone, work.unit():
        operations.call_off(actor=rich.buying, order=order)
    assert alone.value.code == "needs_consent"
    with work.unit():
        operations.ask_stop(actor=rich.working, order=order, reason="Our chamber has broken down.")
    with pytest.raises(NotNow), work.unit():
        operations.call_off(actor=rich.working, order=order)
    with work.unit():
        operations.refuse_stop(actor=rich.buying, order=order)
    assert order.stop_side is None
    with work.unit():
        operations.ask_stop(actor=rich.buying, order=order, reason="We do not need it any more.")
    with work.unit():
        operations.call_off(actor=rich.working, order=order)
    assert order.state is State.CANCELLED and rich.balance(rich.house) == 500_000 and rich.balance(rich.bench) == 0 and clean()
    told = {note.person_id for note in db.session.scalars(db.select(Notification)) if "called off" in note.text}
    assert {rich.buyer.id} <= told


def test_administrators_decide_alone_with_a_reason(rich):
    order, admin = order_of(rich), people.actor_of(people.person(admin=True))
    with pytest.raises(Invalid), work.unit():
        operations.call_off(actor=admin, order=order)
    with work.unit():
        operations.call_off(actor=admin, order=order, reason="The lab does not answer for a month.")
    assert rich.balance(rich.house) == 500_000 and clean()


def test_dropped_before_the_money_is_here_nothing_is_lost(deal):
    order = order_of(deal, Pay.TRANSFER)
    (funding,) = books.open_fundings_for(order.ref)
    with work.unit():
        payments.confirm_funding(actor=SYSTEM, funding=funding, received=Money(300, "USD"), bank_reference="A")
    with work.unit():
        operations.drop(actor=deal.working, order=order, reason="We cannot do it after all.")
    assert order.state is State.CANCELLED and deal.balance(deal.house) == 300 and clean()


def test_each_side_does_its_own_part_alone(rich):
    order = order_of(rich)
    stranger = people.actor_of(people.person("Sly Stranger"))
    attempts = [
        (rich.buying, lambda who: operations.deliver(actor=who, order=order, text="Mine.")),
        (stranger, lambda who: operations.deliver(actor=who, order=order, text="Mine.")),
        (rich.working, lambda who: operations.accept(actor=who, order=order)),
        (rich.working, lambda who: operations.send_back(actor=who, order=order, reason="Not good enough.")),
        (stranger, lambda who: operations.ask_stop(actor=who, order=order, reason="I do not like it.")),
    ]
    for who, attempt in attempts:
        with pytest.raises(NotAllowed), work.unit():
            attempt(who)
    assert order.state is State.IN_PROGRESS and holds_read.held(order.ref, "USD") == GROSS


def test_both_sides_in_their_pages(client, rich):
    people.sign_in(client, rich.buyer)
    page = client.get(f"/quotes/{rich.quote.id}/choose").text
    fingerprint = rules.fingerprint(queries.agreement(rich.quote))
    assert "USD 1,000.10" in page and fingerprint in page and "14 days" in page
    sent = {"terms_hash": fingerprint, "pay": "balance"}
    assert client.post(f"/quotes/{rich.quote.id}/choose", data={**sent, "pay": "promise"}).status_code == 422
    path = client.post(f"/quotes/{rich.quote.id}/choose", data=sent).location
    people.sign_in(lab := client.application.test_client(), rich.lab)
    upload = {"text": "All forty films.", "file": [(io.BytesIO(b"film,otr\n1,0.4\n"), "otr.csv")]}
    assert lab.post(f"{path}/deliver", data=upload).status_code == 302
    disguised = {"text": "More", "file": [(io.BytesIO(b"MZ\x90"), "otr.pdf")]}
    assert lab.post(f"{path}/deliver", data=disguised).status_code in {409, 422}
    seen = client.get(path).text
    assert "otr.csv" in seen and "Accept or send back" in seen
    file = next(part.split('"')[0] for part in seen.split('href="') if f"{path}/files/" in part)
    assert client.get(file).data == b"film,otr\n1,0.4\n"
    people.sign_in(stranger := client.application.test_client(), people.person("Sly Stranger"))
    assert stranger.get(file).status_code == stranger.get(path).status_code == 404
    assert "USD 950.09" in client.get(f"{path}/accept").text
    assert client.post(f"{path}/accept").status_code == 302
    assert "Accepted and paid" in lab.get(path).text
    assert rich.balance(rich.bench) == NET and clean()


def test_a_program_orders_once_with_its_key(client, rich):
    headers = people.api_headers(rich.buyer)
    shown = client.get(f"/api/v1/quotes/{rich.quote.id}/agreement", headers=headers).json
    sent = {"quote": rich.quote.id, "terms_hash": shown["hash"], "pay": "balance"}
    first = client.post("/api/v1/orders", json=sent, headers={**headers, "Idempotency-Key": "one"})
    again = client.post("/api/v1/orders", json=sent, headers={**headers, "Idempotency-Key": "one"})
    assert first.status_code == again.status_code == 201 and first.json == again.json
    assert (first.json["gross"], first.json["fee"], first.json["net"]) == ("1000.10", "50.01", "950.09")
    assert client.post("/api/v1/orders", json=sent, headers=headers).status_code == 409
    assert len(client.get("/api/v1/orders", headers=headers).json["items"]) == 1


def test_a_hold_goes_to_one_payee_alone(rich):
    order = order_of(rich)
    for payees in ({}, {"to_person_id": rich.lab.id, "to_organisation_id": rich.bench.id}):
        with pytest.raises(ValueError):
            holds.release(actor=SYSTEM, subject=order.ref, gross=Money(1, "USD"), fee_bp=0, key="k", memo="", **payees)
