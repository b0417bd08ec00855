"""Bookings: no two at once whatever happens, what is free can be booked, clocks that change, money held and returned."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import current_app
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from icalendar import Calendar
from sqlalchemy.exc import IntegrityError

from hub.core.controls import queries as controls
from hub.core.holds import queries as holds_read
from hub.core.payments import queries as books
from hub.db import work
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import Actor
from hub.kernel.errors import Conflict, HubError, Invalid, NotAllowed, NotNow
from hub.tech_market.instruments import operations, queries, rules
from hub.tech_market.instruments.models import Instrument, InstrumentBooking
from hub.tech_market.instruments.rules import Audience, Interval
from hub.tech_market.instruments.states import TAKING, BookingState, InstrumentState
from tests.conftest import NOON
from tests.factories import money, people
from tests.factories import services as making

MONDAY = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
"""Nine o'clock in Stockholm, two days after NOON."""


@dataclass
class Lab:
    owner: Any
    place: Any
    working: Actor
    instrument: Instrument
    guest: Any

    @property
    def booker(self) -> Actor:
        return people.actor_of(self.guest)


@pytest.fixture
def lab(app) -> Lab:
    owner, guest = people.person("Lars Lab"), people.person("Gil Guest")
    place = people.organisation(owner, "Bench", "lab")
    working = people.actor_of(owner)
    with work.unit():
        making.service(place, working)
        instrument = making.instrument(place, working, hourly=None)
    return Lab(owner, place, working, instrument, guest)


def book(lab: Lab, start: datetime = MONDAY, minutes: int = 60, actor: Actor | None = None, **more: Any) -> InstrumentBooking:
    with work.unit():
        return making.booking(lab.instrument, actor or lab.booker, start, minutes, **more)


def test_a_time_is_taken_from_the_moment_it_is_asked_for(lab):
    book(lab)
    for start, minutes in (
        (MONDAY, 60),
        (MONDAY - timedelta(minutes=30), 60),
        (MONDAY + timedelta(minutes=45), 60),
        (MONDAY - timedelta(hours=1), 180),
    ):
        with pytest.raises((Conflict, Invalid)) as refused:
            book(lab, start, minutes)
        assert refused.value.code in {"slot_taken", "closed_then"}
    assert book(lab, MONDAY + timedelta(hours=1)).state is BookingState.REQUESTED  # half-open: it begins when the other ends


def test_of_twenty_who_want_one_time_one_gets_it(lab):
    actors = [people.actor_of(people.person(f"Guest {n}")) for n in range(20)]
    number = lab.instrument.id

    def wanting(actor: Actor):
        def call():
            return making.booking(db.session.get(Instrument, number), actor, MONDAY).id

        return call

    results = money.race(current_app._get_current_object(), *map(wanting, actors))
    assert sum(isinstance(result, int) for result in results) == 1
    assert {type(result) for result in results if not isinstance(result, int)} == {Conflict}
    db.session.rollback()
    assert len(queries.taken(number, Interval(MONDAY, MONDAY + timedelta(hours=1)))) == 1


def test_the_database_itself_refuses_an_overlap(lab):
    first = book(lab)
    second = book(lab, MONDAY + timedelta(hours=2))
    for change in ({"starts_at": MONDAY + timedelta(minutes=30)},):
        with pytest.raises(IntegrityError), work.unit():
            db.session.execute(db.update(InstrumentBooking).where(InstrumentBooking.id == second.id).values(**change))
    with work.unit():
        operations.cancel(actor=lab.booker, booking=first)
    third = book(lab)
    with pytest.raises(IntegrityError), work.unit():
        db.session.execute(db.update(InstrumentBooking).where(InstrumentBooking.id == first.id).values(state=BookingState.CONFIRMED))
    assert third.id != first.id


STEPS = st.lists(
    st.tuples(st.sampled_from(["book", "book", "free", "cancel", "confirm", "decline"]), st.integers(0, 40), st.integers(1, 12)),
    min_size=3, max_size=14,
)  # fmt: skip


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_no_sequence_leaves_an_overlap_and_what_is_free_can_be_booked(lab, steps):
    day = Interval(MONDAY - timedelta(hours=1), MONDAY + timedelta(hours=24))
    rows = lambda: db.session.scalars(db.select(InstrumentBooking).order_by(InstrumentBooking.id)).all()  # noqa: E731
    try:
        for act, place, length in steps:
            try:
                with work.unit():
                    if act == "book":
                        making.booking(lab.instrument, lab.working, MONDAY + timedelta(minutes=15 * place), 15 * length)
                    elif act == "free":
                        for one in queries.free(lab.instrument, day)[:1]:
                            making.booking(lab.instrument, lab.working, one.start, min(one.minutes, lab.instrument.max_minutes))
                    elif found := rows():
                        booking = found[place % len(found)]
                        {"cancel": operations.cancel, "confirm": operations.confirm}.get(
                            act, lambda **k: operations.decline(reason="No longer needed here.", **k)
                        )(actor=lab.working, booking=booking)
            except HubError:
                assert act != "free", "what was shown as free could not be booked"
            taking = sorted(one.time for one in rows() if one.state in TAKING)
            assert all(not a.overlaps(b) for a, b in itertools.pairwise(taking))
            left = queries.free(lab.instrument, day)
            assert all(not one.overlaps(other) for one in left for other in taking)
    finally:
        with work.unit():
            db.session.execute(db.delete(InstrumentBooking))


@pytest.mark.parametrize(
    ("start", "minutes", "code"),
    [
        (MONDAY + timedelta(minutes=7), 60, "off_the_grid"),
        (MONDAY, 45, "too_short"),
        (MONDAY, 495, "too_long"),
        (MONDAY, 0, "empty_time"),
        (NOON + timedelta(minutes=45), 60, "too_soon"),
        (MONDAY + timedelta(days=400), 60, "too_far"),
        (MONDAY - timedelta(days=1), 60, "closed_then"),
        (MONDAY - timedelta(hours=2), 60, "closed_then"),
        (MONDAY + timedelta(hours=8), 120, "closed_then"),
    ],
)
def test_times_that_cannot_be_booked(lab, start, minutes, code):
    with pytest.raises(Invalid) as refused:
        book(lab, start, minutes)
    assert refused.value.code == code


def test_lead_time_is_half_open(lab):
    opens = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
    with clock.at(opens - timedelta(hours=2)):
        assert book(lab, opens).id
    with clock.at(opens - timedelta(hours=2) + timedelta(microseconds=1)), pytest.raises(Invalid):
        book(lab, opens + timedelta(hours=0), 60, people.actor_of(lab.owner))


class Hours:
    """A schedule for the pure rules."""

    def __init__(self, zone: str, opens: int = 0, closes: int = 1440) -> None:
        self.zone, self.opens, self.closes, self.days = zone, opens, closes, list(range(7))
        self.min_minutes, self.max_minutes, self.lead_hours = 15, 20160, 0


@pytest.mark.parametrize(("day", "hours"), [(date(2027, 3, 28), 23), (date(2027, 10, 31), 25), (date(2027, 6, 1), 24)])
def test_days_on_which_clocks_change_are_shorter_and_longer(day, hours):
    found = rules.opening(Hours("Europe/Stockholm"), day)
    assert found is not None and found.minutes == hours * 60
    night = rules.opening(Hours("Europe/Stockholm", 60, 240), day)
    assert night is not None and night.minutes == (hours - 21) * 60
    assert rules.price(6_000, night.minutes) == 6_000 * (hours - 21)


def test_a_time_that_the_clocks_skip_is_refused_and_one_shown_twice_is_the_first():
    stockholm = ZoneInfo("Europe/Stockholm")
    with pytest.raises(Invalid) as refused:
        rules.from_wall(datetime(2027, 3, 28, 2, 30), stockholm)
    assert refused.value.code == "skipped_time"
    assert rules.from_wall(datetime(2027, 10, 31, 2, 30), stockholm) == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize("zone", ["Europe/Stockholm", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Apia", "UTC"])
def test_open_all_day_means_open_without_a_gap_whatever_the_clocks_do(zone):
    for month in range(1, 13):
        start = datetime(2027, month, 1, tzinfo=UTC)
        span = Interval(start, start + timedelta(days=31))
        assert rules.open_time(Hours(zone), span) == [span]


moments = st.integers(0, 500).map(lambda n: MONDAY + timedelta(minutes=15 * n))
intervals = st.tuples(moments, st.integers(1, 40)).map(lambda pair: Interval(pair[0], pair[0] + timedelta(minutes=15 * pair[1])))


@settings(max_examples=60, deadline=None)
@given(st.lists(intervals, max_size=8), st.lists(intervals, max_size=8))
def test_what_is_left_and_what_is_taken_make_up_the_whole(whole, taken):
    whole = rules.joined(whole)
    left = rules.without(whole, taken)
    assert all(not one.overlaps(other) for one in left for other in taken)
    assert all(any(one.holds(part) for one in whole) for part in left)
    cut = rules.joined(part for one in whole for part in rules.clipped(taken, one))
    assert sum(one.minutes for one in left) + sum(one.minutes for one in cut) == sum(one.minutes for one in whole)


@pytest.fixture
def priced(lab) -> Lab:
    """USD 90 an hour, and a guest with an organisation and money."""
    lab.house = people.organisation(lab.guest, "Guests")  # type: ignore[attr-defined]
    money.deposited(lab.house, money.usd(50_000))  # type: ignore[attr-defined]
    with work.unit():
        operations.edit(actor=lab.working, instrument=lab.instrument, hourly=money.usd(9_001))
    return lab


def balance(organisation: Any) -> int:
    return books.spendable(organisation.id, "USD").minor


def test_held_on_confirmation_and_paid_when_it_is_over(priced):
    booking = book(priced, minutes=90, organisation_id=priced.house.id)
    assert booking.price == money.usd(13_502) and balance(priced.house) == 50_000  # 1.5 x 90.01, rounded half up
    with work.unit():
        operations.confirm(actor=priced.working, booking=booking)
    assert balance(priced.house) == 50_000 - 13_502 and holds_read.held(booking.ref, "USD") == 13_502
    with work.unit(), clock.at(booking.ends_at - timedelta(seconds=1)):
        assert operations.finish_due() == 0
    with work.unit(), clock.at(booking.ends_at):
        assert operations.finish_due() == 1
        assert operations.finish_due() == 0
    assert booking.state is BookingState.DONE and balance(priced.place) == 13_502 - 675 and controls.verify().ok


def test_cancelled_in_time_all_comes_back_and_too_late_nothing_changes(priced):
    booking = book(priced, organisation_id=priced.house.id)
    with work.unit():
        operations.confirm(actor=priced.working, booking=booking)
    limit = booking.starts_at - timedelta(hours=24)
    with clock.at(limit), pytest.raises(NotNow) as late, work.unit():
        operations.cancel(actor=priced.booker, booking=booking)
    assert late.value.code == "too_late_to_cancel" and holds_read.held(booking.ref, "USD") == 9_001
    with clock.at(limit - timedelta(seconds=1)), work.unit():
        operations.cancel(actor=priced.booker, booking=booking)
    assert booking.state is BookingState.CANCELLED and balance(priced.house) == 50_000 and controls.verify().ok


def test_the_lab_cancels_later_but_with_a_reason(priced):
    booking = book(priced, organisation_id=priced.house.id)
    with work.unit():
        operations.confirm(actor=priced.working, booking=booking)
    with clock.at(booking.starts_at - timedelta(minutes=1)):
        with pytest.raises(Invalid), work.unit():
            operations.cancel(actor=priced.working, booking=booking)
        with work.unit():
            operations.cancel(actor=priced.working, booking=booking, reason="The vacuum pump has failed.")
    assert balance(priced.house) == 50_000


def test_who_pays_must_be_said_allowed_and_able(priced):
    with pytest.raises(Invalid):
        book(priced)
    with pytest.raises(NotAllowed):
        book(priced, organisation_id=priced.place.id, actor=people.actor_of(people.person("Sly Stranger")))
    with pytest.raises(Invalid) as poor:
        book(priced, minutes=480, organisation_id=priced.house.id)
    assert poor.value.code == "over_balance"
    own = book(priced, actor=priced.working)
    assert own.price is None and own.state is BookingState.CONFIRMED


def test_nobody_waits_for_an_answer_that_comes_too_late(lab):
    booking = book(lab)
    with work.unit(), clock.at(booking.starts_at):
        assert operations.finish_due() == 1
    assert booking.state is BookingState.DECLINED and booking.reason


def test_who_may_book_and_decide(lab):
    booking = book(lab)
    stranger = people.actor_of(people.person("Sly Stranger"))
    for attempt in (operations.confirm, operations.decline, operations.cancel):
        more = {"reason": "I do not like it."} if attempt is not operations.confirm else {}
        with pytest.raises(NotAllowed), work.unit():
            attempt(actor=stranger, booking=booking, **more)
    with work.unit():
        operations.edit(actor=lab.working, instrument=lab.instrument, audience=Audience.OWN)
    with pytest.raises(NotAllowed):
        book(lab, MONDAY + timedelta(hours=4))
    with work.unit():
        operations.edit(actor=lab.working, instrument=lab.instrument, audience=Audience.ORGANISATIONS)
    with pytest.raises(NotAllowed):
        book(lab, MONDAY + timedelta(hours=4))


def test_a_lab_opens_an_instrument_once_somebody_vouches_for_it(app):
    owner = people.person("New Lab")
    place = people.organisation(owner, "New bench", "lab")
    me = people.actor_of(owner)
    with work.unit():
        made = making.instrument(place, me, "draft")
    with pytest.raises(NotNow) as refused, work.unit():
        operations.open_(actor=me, instrument=made)
    assert refused.value.code == "lab_not_vouched_for"
    with work.unit():
        making.service(place, me)
        operations.open_(actor=me, instrument=made)
    assert made.state is InstrumentState.OPEN


def test_an_instrument_with_bookings_to_come_is_not_retired(lab):
    book(lab)
    with pytest.raises(NotNow), work.unit():
        operations.retire(actor=lab.working, instrument=lab.instrument)


def test_the_week_names_its_zone_and_hides_who_booked(client, lab):
    book(lab)
    page = client.get(lab.instrument.path).text
    assert "All times in Europe/Stockholm." in page and "Gil Guest" not in page
    assert 'datetime="2026-11-23T09:00:00+00:00"' in client.get(f"{lab.instrument.path}?week=2026-11-23").text
    tokyo = client.get(f"{lab.instrument.path}?week=2026-11-23&zone=Asia/Tokyo").text
    assert "All times in Asia/Tokyo." in tokyo and "17:00" in tokyo
    for odd in ("week=0001-01-01", "week=9999-12-31", "week=x", "zone=../../etc/passwd", "zone=Mars", "zone=%00", "zone=" + "x" * 500):
        assert client.get(f"{lab.instrument.path}?{odd}").status_code == 200, odd


def test_booking_by_the_page_in_local_time(client, lab):
    people.sign_in(client, lab.guest)
    sent = {"start": "2026-11-23T09:00", "zone": "Europe/Stockholm", "minutes": "60", "purpose": "Fracture faces"}
    page = client.post(f"{lab.instrument.path}/book/check", data=sent).text
    assert "23 Nov 2026" in page and "09:00" in page and "Fracture faces" in page
    for wrong in ({"start": "soon"}, {"zone": "Mars"}, {"minutes": "7"}, {"start": "2026-11-22T09:00"}, {"start": "9999-12-31T23:45"}):
        again = client.post(f"{lab.instrument.path}/book/check", data={**sent, **wrong})
        assert again.status_code == 422 and "Fracture faces" in again.text, wrong
    answer = client.post(f"{lab.instrument.path}/book", data=sent)
    booking = db.session.scalars(db.select(InstrumentBooking)).one()
    assert answer.location == booking.path and booking.starts_at == MONDAY
    assert client.post(f"{lab.instrument.path}/book", data=sent).status_code == 409


def test_ones_bookings_as_a_calendar(client, lab):
    booking = book(lab)
    people.sign_in(client, lab.guest)
    answer = client.get("/my/bookings.ics")
    (event,) = Calendar.from_ical(answer.data).walk("VEVENT")
    assert answer.content_type.startswith("text/calendar") and event["STATUS"] == "TENTATIVE"
    assert (event.decoded("dtstart"), event.decoded("dtend")) == (booking.starts_at, booking.ends_at)
    assert "no-cache" in answer.headers["Cache-Control"]


def test_a_program_asks_what_is_free_and_books_it(client, lab):
    headers = people.api_headers(lab.guest)
    span = "start=2026-11-23T00:00:00Z&end=2026-11-24T00:00:00Z"
    (free,) = client.get(f"/api/v1/instruments/{lab.instrument.id}/free?{span}").json["free"]
    sent = {"instrument": lab.instrument.id, "starts_at": free["start"], "ends_at": "2026-11-23T09:00:00+00:00"}
    made = client.post("/api/v1/bookings", json=sent, headers=headers)
    assert made.status_code == 201 and made.json["state"] == "requested"
    again = client.post("/api/v1/bookings", json=sent, headers=headers)
    assert (again.status_code, again.json["code"]) == (409, "slot_taken")
    seen = client.get(f"/api/v1/instruments/{lab.instrument.id}/free?{span}").json
    assert seen["free"][0]["start"] == "2026-11-23T09:00:00+00:00" and len(seen["taken"]) == 1
    wide = client.get(f"/api/v1/instruments/{lab.instrument.id}/free?start=2026-01-01T00:00:00Z&end=2027-01-01T00:00:00Z")
    assert wide.status_code == 422
