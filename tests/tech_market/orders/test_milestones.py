"""An order in milestones: each delivered, accepted and paid on its own; what was not released goes back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.core.controls import queries as controls
from hub.core.holds import queries as holds_read
from hub.core.ledger import queries as ledger
from hub.core.ledger.rules import fees
from hub.core.payments import queries as books
from hub.db import work
from hub.kernel import clock
from hub.kernel.errors import Conflict, Invalid, NotNow
from hub.kernel.money import Money
from hub.tech_market.orders import operations, queries
from hub.tech_market.orders.rules import Pay
from hub.tech_market.orders.schemas import OrderOut
from hub.tech_market.orders.states import State
from hub.tech_market.quotes import rules
from hub.tech_market.quotes.rules import Line
from tests.factories import money, people
from tests.factories import services as making
from tests.factories.people import sign_in

LINES = [Line("Plan", 10_001, 2), Line("Measurement", 80_003, 6), Line("Report", 10_006, 10)]
GROSS = 100_010
NETS = [9_501, 76_003, 9_506]
"""Each milestone less 5 %, rounded half up by itself."""


@pytest.fixture
def deal(app):
    buyer, lab = people.person("Bea Buyer"), people.person("Lars Lab")
    house, bench = people.organisation(buyer, "Buyers"), people.organisation(lab, "Bench", "lab")
    buying, working = people.actor_of(buyer), people.actor_of(lab)
    money.deposited(house, money.usd(500_000))
    with work.unit():
        request = making.request(house, buying, [making.service(bench, working)])
        (quote,) = making.quotes(request)
        making.give(quote, working, lines=LINES)
    made = type("Deal", (), {})()
    made.buyer, made.lab, made.buying, made.working, made.house, made.bench, made.quote = buyer, lab, buying, working, house, bench, quote
    return made


def placed(deal):
    with work.unit():
        return making.ordered(deal.quote, deal.buying, Pay.BALANCE)


def deliver(deal, order, text="Here it is."):
    with work.unit():
        operations.deliver(actor=deal.working, order=order, text=text)


def accept(deal, order):
    with work.unit():
        return operations.accept(actor=deal.buying, order=order)


def balances(deal):
    return books.spendable(deal.house.id, "USD").minor, books.spendable(deal.bench.id, "USD").minor


def test_each_milestone_is_paid_on_its_own_and_the_last_ends_the_order(deal):
    order = placed(deal)
    assert order.split.net == Money(sum(NETS), "USD") and deal.quote.split == order.split
    assert [(one.title, one.amount.minor, one.is_paid) for one in queries.milestones(order)] == [(x.text, x.minor, False) for x in LINES]
    assert [one.due_on for one in queries.milestones(order)] == [(order.held_at + timedelta(days=x.days)).date() for x in LINES]
    for place, net in enumerate(NETS):
        with pytest.raises(NotNow):
            accept(deal, order)
        deliver(deal, order)
        accept(deal, order)
        assert balances(deal) == (500_000 - GROSS, sum(NETS[: place + 1]))
        assert order.state is (State.ACCEPTED if place == 2 else State.IN_PROGRESS)
        assert order.accept_by is None or place == 2
        assert net == NETS[place]
    assert holds_read.held(order.ref, "USD") == 0
    assert ledger.balance(fees("USD")) == GROSS - sum(NETS)
    with pytest.raises(NotNow):
        accept(deal, order)
    assert controls.verify().ok


def test_called_off_the_rest_goes_back_and_what_was_accepted_stays_paid(deal):
    order = placed(deal)
    deliver(deal, order)
    accept(deal, order)
    deliver(deal, order)
    with work.unit():
        operations.ask_stop(actor=deal.working, order=order, reason="The instrument broke for good.")
    with work.unit():
        operations.call_off(actor=deal.buying, order=order)
    assert order.state is State.CANCELLED
    assert balances(deal) == (500_000 - LINES[0].minor, NETS[0])
    assert controls.verify().ok


def test_silence_accepts_one_milestone_and_the_work_goes_on(deal):
    order = placed(deal)
    deliver(deal, order)
    with clock.at(order.accept_by), work.unit():
        assert operations.accept_silent() == 1
    with clock.at(clock.now() + timedelta(days=90)), work.unit():
        assert operations.accept_silent() == 0
    assert order.state is State.IN_PROGRESS and balances(deal)[1] == NETS[0]
    for _ in range(2):
        deliver(deal, order)
        with clock.at(order.accept_by), work.unit():
            assert operations.accept_silent() == 1
    assert order.state is State.ACCEPTED and balances(deal)[1] == sum(NETS)


def test_sent_back_a_milestone_is_delivered_again_and_paid_once(deal):
    order = placed(deal)
    deliver(deal, order)
    with work.unit():
        operations.send_back(actor=deal.buying, order=order, reason="The plan lacks its dates.")
    deliver(deal, order, "With dates.")
    accept(deal, order)
    assert balances(deal)[1] == NETS[0] and order.state is State.IN_PROGRESS


def test_two_who_accept_at_once_pay_one_milestone(app, deal):
    order = placed(deal)
    deliver(deal, order)
    number, buying = order.id, deal.buying

    def act():
        return operations.accept(actor=buying, order=queries.by_id(number)).state

    results = money.race(app, act, act)
    work.rollback()
    assert sorted(type(one) is NotNow for one in results) == [False, True]
    assert balances(deal)[1] == NETS[0]


def test_other_milestones_than_those_shown_are_not_ordered(deal):
    seen = making.order_rules.fingerprint(queries.agreement(deal.quote))
    with work.unit():
        making.give(deal.quote, deal.working, lines=[*LINES[:1], Line("Measurement and report", 90_009, 10)])
    with pytest.raises(Conflict), work.unit():
        operations.place(actor=deal.buying, quote=deal.quote, seen_hash=seen, pay=Pay.BALANCE)
    assert balances(deal) == (500_000, 0)


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ([Line("Plan", 5, 2), Line("Report", 5)], "milestones_incomplete"),
        ([Line("Plan", 0, 2), Line("Report", 5, 3)], "milestone_without_price"),
        ([Line("Plan", 5, 4), Line("Report", 5, 3)], "milestones_out_of_order"),
        ([Line("Plan", 5, 4), Line("Report", 5, 11)], "milestones_out_of_order"),
        ([Line("Plan", 5, 0), Line("Report", 5, 1)], "milestones_out_of_order"),
    ],
)
def test_milestones_that_make_no_sense_are_refused(deal, lines, code):
    before = deal.quote.lines
    with pytest.raises(Invalid) as refusal, work.unit():
        making.give(deal.quote, deal.working, lines=lines)
    assert refusal.value.code == code and deal.quote.lines == before


@given(st.lists(st.integers(1, 10**9), min_size=1, max_size=12), st.integers(0, 10_000))
def test_the_fee_is_that_of_the_milestones_and_no_cent_is_lost(minors, fee_bp):
    lines = [Line("Part", minor, 1) for minor in minors]
    gross = Money(sum(minors), "JPY")
    parts = rules.split(lines, gross, fee_bp)
    assert parts.gross == gross == parts.fee + parts.net
    assert abs(parts.fee.minor * 10_000 - gross.minor * fee_bp) <= 5_000 * len(minors)
    assert rules.split([Line("All", gross.minor)], gross, fee_bp).gross == gross


def test_people_see_and_accept_a_milestone_on_the_pages_and_programs_read_it(deal, client):
    order = placed(deal)
    deliver(deal, order)
    sign_in(client, deal.buyer)
    page = client.get(f"/orders/{order.id}").get_data(as_text=True)
    assert "Milestones" in page and "Measurement" in page
    check = client.get(f"/orders/{order.id}/accept").get_data(as_text=True)
    assert "1 of 3: Plan" in check and "USD 100.01" in check and "USD 95.01" in check
    assert client.post(f"/orders/{order.id}/accept").status_code == 302
    work.rollback()
    told = OrderOut().dump(queries.shown([queries.by_id(order.id)])[0])
    assert [bool(one["paid_at"]) for one in told["milestones"]] == [True, False, False]
    assert told["state"] == "in_progress"


def test_a_lab_types_milestones_and_a_mistake_comes_back_as_it_was_typed(deal, client):
    sign_in(client, deal.lab)
    sent = {
        "line_text": ["Plan", "Report"], "line_amount": ["10.00", "20.00"], "line_days": ["3", "soon"], "currency": "USD",
        "turnaround_days": "9", "valid_until": (clock.now() + timedelta(days=60)).date().isoformat(), "terms": "",
    }  # fmt: skip
    answer = client.post(f"/quotes/{deal.quote.id}/check", data=sent)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422 and 'value="soon"' in page and "Between 1 and 730 days." in page
    fine = client.post(f"/quotes/{deal.quote.id}/check", data=sent | {"line_days": ["3", "9"]})
    assert fine.status_code == 200 and "day 9" in fine.get_data(as_text=True)
    assert client.post(f"/quotes/{deal.quote.id}/give", data=sent | {"line_days": ["3", "9"]}).status_code == 302
    work.rollback()
    assert deal.quote.lines == [["Plan", 1000, 3], ["Report", 2000, 9]]
