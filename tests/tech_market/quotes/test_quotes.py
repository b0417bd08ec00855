"""Requests and quotes: sealed from one another, in time or not at all, answered with a reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.core.messages.models import Notification
from hub.core.organisations import operations as organisations
from hub.db import work
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import Actor, Role
from hub.kernel.errors import Invalid, NotAllowed, NotFound, NotNow
from hub.kernel.money import Money, breakdown
from hub.tech_market.quotes import operations, queries, rules
from hub.tech_market.quotes.models import Quote, QuoteRequest
from hub.tech_market.quotes.rules import Compared, Line
from hub.tech_market.quotes.states import QuoteState, RequestState
from tests.conftest import NOON
from tests.factories import people
from tests.factories import services as making

SECRET = "Ultra-dry chamber, price for friends"


@dataclass
class Market:
    buyer: Any
    labs: list[Any]
    buying: Actor
    working: list[Actor]
    organisation: Any
    request: QuoteRequest

    @property
    def quotes(self) -> list[Quote]:
        return making.quotes(self.request)


@pytest.fixture
def market(app) -> Market:
    """One buyer, three labs, one request to all."""
    buyer = people.person("Bea Buyer")
    organisation = people.organisation(buyer, "Buyers")
    labs = [people.person(f"Lab {n}") for n in range(3)]
    theirs = [people.organisation(lab, f"Lab {n}", "lab") for n, lab in enumerate(labs)]
    working, buying = [people.actor_of(lab) for lab in labs], people.actor_of(buyer)
    with work.unit():
        services = [making.service(place, actor) for place, actor in zip(theirs, working, strict=True)]
        request = making.request(organisation, buying, services)
    return Market(buyer, labs, buying, working, organisation, request)


def test_each_lab_is_told_and_asked(market):
    told = db.session.scalars(db.select(Notification.person_id).where(Notification.link.like("/quotes/%"))).all()
    assert set(told) == {lab.id for lab in market.labs}
    assert [quote.state for quote in market.quotes] == [QuoteState.ASKED] * 3


def test_no_lab_ever_sees_another_labs_quote(client, market):
    with work.unit():
        for n, (quote, lab) in enumerate(zip(market.quotes, market.working, strict=True)):
            making.give(quote, lab, 100_000 + n, terms=SECRET + str(n))
    for n, lab in enumerate(market.labs):
        people.sign_in(client, lab)
        headers = people.api_headers(lab)
        for other, quote in enumerate(market.quotes):
            seen = client.get(quote.path)
            assert seen.status_code == (200 if other == n else 404)
            assert client.get(f"/api/v1/quotes/{quote.id}", headers=headers).status_code == (200 if other == n else 404)
            assert client.get(f"/api/v1/quotes/{quote.id}/agreement", headers=headers).status_code == (200 if other == n else 404)
        everywhere = "".join(client.get(page).text for page in ("/my/quotes", "/home", "/my/orders", market.quotes[n].path))
        everywhere += client.get("/api/v1/quotes", headers=headers).text + client.get("/api/v1/quote-requests", headers=headers).text
        assert not [other for other in range(3) if other != n and (SECRET + str(other) in everywhere or f"Lab {other}" in everywhere)]
        assert client.get(market.request.path).status_code == 404
        client.post("/logout")


def test_whoever_belongs_to_a_lab_that_was_asked_reads_its_quote_alone_even_as_the_buyer(market):
    torn = people.person("Tor Torn")
    with work.unit():
        organisations.add_member(actor=market.buying, organisation=market.organisation, email=torn.email, role=Role.MANAGER)
        lab = db.session.get(type(market.organisation), market.quotes[0].organisation_id)
        organisations.add_member(actor=market.working[0], organisation=lab, email=torn.email, role=Role.MEMBER)
        for quote, actor in zip(market.quotes, market.working, strict=True):
            making.give(quote, actor)
    me = people.actor_of(torn)
    assert queries.visible(me, market.quotes) == [market.quotes[0]]
    (asked,) = queries.asked(me, [market.request])
    assert [one.quote.id for one in asked.quotes] == [market.quotes[0].id]
    with pytest.raises(NotFound), work.unit():
        operations.choose(actor=me, quote=market.quotes[1], reason=making.WHY)


def test_the_deadline_is_half_open(market):
    with work.unit(), clock.at(market.request.quotes_by - timedelta(microseconds=1)):
        making.give(market.quotes[0], market.working[0])
    with clock.at(market.request.quotes_by):
        with pytest.raises(NotNow) as late, work.unit():
            making.give(market.quotes[1], market.working[1])
        assert late.value.code == "deadline_passed"
        with pytest.raises(NotNow), work.unit():
            operations.decline(actor=market.working[0], quote=market.quotes[0], reason="We have no time after all.")
        with work.unit():
            assert operations.end_due() == 1
        assert operations.end_due() == 0
    db.session.refresh(market.request)
    assert market.request.state is RequestState.COMPARING
    assert [quote.state for quote in market.quotes] == [QuoteState.GIVEN, QuoteState.LAPSED, QuoteState.LAPSED]


def test_nothing_is_chosen_while_a_lab_still_has_time(market):
    with work.unit():
        making.give(market.quotes[0], market.working[0])
    with pytest.raises(NotNow) as early, work.unit():
        operations.choose(actor=market.buying, quote=market.quotes[0], reason=making.WHY)
    assert early.value.code == "labs_still_asked"
    with work.unit():
        for quote, lab in zip(market.quotes[1:], market.working[1:], strict=True):
            operations.decline(actor=lab, quote=quote, reason="Our chamber is full until June.")
    with work.unit():
        operations.choose(actor=market.buying, quote=market.quotes[0], reason="")
    assert market.request.state is RequestState.CHOSEN


def test_the_others_read_the_reason_and_nobody_chooses_twice(market):
    with work.unit():
        for quote, lab in zip(market.quotes, market.working, strict=True):
            making.give(quote, lab)
    with pytest.raises(Invalid), work.unit():
        operations.choose(actor=market.buying, quote=market.quotes[0], reason="no")
    with work.unit():
        operations.choose(actor=market.buying, quote=market.quotes[0], reason=making.WHY)
    assert [quote.state for quote in market.quotes] == [QuoteState.CHOSEN, QuoteState.PASSED_OVER, QuoteState.PASSED_OVER]
    told = db.session.scalars(
        db.select(Notification).where(Notification.person_id == market.labs[1].id).order_by(Notification.id.desc())
    ).first()
    assert told.values["reason"] == making.WHY
    with pytest.raises(NotNow), work.unit():
        operations.choose(actor=market.buying, quote=market.quotes[1], reason=making.WHY)
    with pytest.raises(NotNow) as decided, work.unit():
        making.give(market.quotes[1], market.working[1])
    assert decided.value.code == "decided"


def test_a_quote_past_its_last_day_is_not_taken(market):
    with work.unit():
        for quote, lab in zip(market.quotes, market.working, strict=True):
            making.give(quote, lab, valid_until=(NOON + timedelta(days=7)).date())
    with clock.at(NOON + timedelta(days=8)), pytest.raises(NotNow) as over, work.unit():
        operations.choose(actor=market.buying, quote=market.quotes[0], reason=making.WHY)
    assert over.value.code == "no_longer_valid"


def test_a_stranger_changes_nothing(market):
    stranger = people.actor_of(people.person("Sly Stranger"))
    before = [(quote.state, quote.version) for quote in market.quotes]
    for attempt in (
        lambda: making.give(market.quotes[0], market.working[1]),
        lambda: operations.decline(actor=stranger, quote=market.quotes[0], reason="I do not like them."),
        lambda: operations.close(actor=stranger, request=market.request, reason="I do not like them."),
        lambda: making.request(market.organisation, stranger, []),
    ):
        with pytest.raises(NotAllowed), work.unit():
            attempt()
    assert [(quote.state, quote.version) for quote in market.quotes] == before


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"lines": []}, "lines"),
        ({"lines": [Line("", 5)]}, "lines"),
        ({"lines": [Line("Free", 0)]}, "lines"),
        ({"lines": [Line("Rebate", -5), Line("Work", 10)]}, "lines"),
        ({"lines": [Line("Too dear", 10**14)]}, "lines"),
        ({"lines": [Line("x", 1)] * 13}, "lines"),
        ({"turnaround_days": 0}, "turnaround_days"),
        ({"valid_until": date(2026, 11, 22)}, "valid_until"),
        ({"valid_until": date(2999, 1, 1)}, "valid_until"),
    ],
)
def test_quotes_that_cannot_be(market, changes, field):
    with pytest.raises(Invalid) as refused, work.unit():
        making.give(market.quotes[0], market.working[0], **changes)
    assert field in refused.value.fields
    assert market.quotes[0].state is QuoteState.ASKED


def test_requests_that_cannot_be(market):
    other = people.actor_of(people.person())
    services = [queries.services.by_ids([quote.service_id])[quote.service_id] for quote in market.quotes]
    for services_asked, changes, field in (
        ([], {}, "services"),
        (services, {"quotes_by": NOON}, "quotes_by"),
        (services, {"quotes_by": NOON + timedelta(days=999)}, "quotes_by"),
        (services, {"needed_by": date(2026, 11, 22)}, "needed_by"),
    ):
        with pytest.raises(Invalid) as refused, work.unit():
            making.request(market.organisation, market.buying, services_asked, **changes)
        assert field in refused.value.fields
    own = people.organisation(market.labs[0], "Second hat")
    with pytest.raises(Invalid) as torn, work.unit():
        making.request(own, people.actor_of(market.labs[0]), [services[0]])
    assert torn.value.code == "own_lab"
    assert other.person_id


def test_the_lab_sees_gross_fee_and_net_before_it_sends(client, market):
    quote = market.quotes[0]
    people.sign_in(client, market.labs[0])
    sent = {
        "line_text": ["Measurement", "", "Report"], "line_amount": ["1,000.00", "", "0.10"], "currency": "EUR", "turnaround_days": "9",
        "valid_until": "2026-12-31", "terms": "We keep the samples.",
    }  # fmt: skip
    page = client.post(f"{quote.path}/check", data=sent).text
    assert "EUR 1,000.10" in page and "EUR 50.01" in page and "EUR 950.09" in page
    assert quote.state is QuoteState.ASKED
    again = client.post(f"{quote.path}/check", data={**sent, "line_amount": ["1,000.00", "", "ten"]})
    assert again.status_code == 422 and 'value="ten"' in again.text and "We keep the samples." in again.text
    assert client.post(f"{quote.path}/give", data=sent).status_code == 302
    db.session.refresh(quote)
    assert (quote.gross, quote.fee_bp) == (Money(100_010, "EUR"), 500)


def test_the_matrix_shows_all_quotes_side_by_side_with_the_best_of_each_row(client, market):
    with work.unit():
        for n, (quote, lab) in enumerate(zip(market.quotes, market.working, strict=True)):
            making.give(quote, lab, 300_000 - n * 100_000, turnaround_days=5 + n)
    people.sign_in(client, market.buyer)
    page = client.get(market.request.path).text
    assert all(text in page for text in ("USD 3,000", "USD 2,000", "USD 1,000", "Lab 0", "Lab 2"))
    assert page.count('class="best"') == 2
    assert "Choose this quote" in page


def test_what_is_best():
    a = Compared(Money(100, "USD"), 9, date(2027, 1, 1))
    b = Compared(Money(90, "USD"), 9, date(2027, 2, 1))
    assert rules.best([a, b]) == {"price": 1, "valid": 1}
    assert "price" not in rules.best([a, Compared(Money(1, "EUR"), 9, None)])
    assert rules.best([a]) == {} == rules.best([])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(1, 10**9), min_size=1, max_size=12), st.integers(0, 10_000), st.sampled_from(["USD", "JPY", "KWD"]))
def test_fees_lose_no_cent(amounts, fee_bp, currency):
    gross = rules.total([Line("x", minor) for minor in amounts], currency)
    parts = breakdown(gross, fee_bp)
    assert parts.fee + parts.net == gross == Money(sum(amounts), currency)
    assert 0 <= parts.fee.minor <= gross.minor
    assert abs(parts.fee.minor * 10_000 - gross.minor * fee_bp) <= 5_000
