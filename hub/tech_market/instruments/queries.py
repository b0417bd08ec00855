"""Reads of the instruments room."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, or_, select

from hub.core.accounts import queries as accounts
from hub.core.organisations import queries as organisations
from hub.core.organisations.queries import OrganisationCard
from hub.db.cursors import older
from hub.db.extensions import db
from hub.db.personal import Hindrance, hinders_leaving
from hub.db.types import NO_DUE
from hub.kernel import clock
from hub.kernel.actor import Actor
from hub.kernel.errors import NotFound
from hub.kernel.words import N_
from hub.tech_market.instruments import policy, rules
from hub.tech_market.instruments.models import Instrument, InstrumentBooking
from hub.tech_market.instruments.policy import BOOKINGS
from hub.tech_market.instruments.rules import Interval
from hub.tech_market.instruments.states import TAKING, BookingAct, BookingState, InstrumentState

NO_INSTRUMENT, NO_BOOKING = N_("There is no such instrument."), N_("There is no such booking.")


@dataclass(frozen=True)
class Shown:
    """An instrument with its lab."""

    instrument: Instrument
    lab: OrganisationCard

    @property
    def id(self) -> int:
        return self.instrument.id


@dataclass(frozen=True)
class Booked:
    """A booking with who booked, the lab, and who pays (if anybody)."""

    booking: InstrumentBooking
    person: Any
    lab: OrganisationCard
    payer: OrganisationCard | None

    @property
    def id(self) -> int:
        return self.booking.id


@dataclass(frozen=True)
class Day:
    """A day of the week view, in the reader's zone: what is free and what is taken, in order."""

    day: date
    free: Sequence[Interval]
    taken: Sequence[Interval]

    @property
    def times(self) -> list[tuple[Interval, bool]]:
        """Both in order, each with whether it is free."""
        return sorted([(time, True) for time in self.free] + [(time, False) for time in self.taken])


def get_for(actor: Actor, instrument_id: int) -> Instrument:
    """The instrument, if this actor may read it. Raises NotFound otherwise."""
    found = db.session.get(Instrument, instrument_id)
    if found is None or not policy.may_read(actor, found):
        raise NotFound(NO_INSTRUMENT)
    return found


def booking_for(actor: Actor, booking_id: int) -> InstrumentBooking:
    """The booking, for who booked, who pays and the lab. Raises NotFound."""
    found = db.session.get(InstrumentBooking, booking_id)
    if found is None or not BOOKINGS.can(actor, BookingAct.READ, found):
        raise NotFound(NO_BOOKING)
    return found


def lock(instrument_id: int) -> Instrument:
    """The instrument, read afresh; who else wants to decide on its time waits until this unit of work ends."""
    db.session.flush()
    query = select(Instrument).where(Instrument.id == instrument_id).with_for_update().execution_options(populate_existing=True)
    found = db.session.scalars(query).one_or_none()
    if found is None:
        raise NotFound(NO_INSTRUMENT)
    return found


def shown(instruments: Iterable[Instrument]) -> list[Shown]:
    """Each with its lab. One statement."""
    instruments = list(instruments)
    labs = organisations.cards(one.organisation_id for one in instruments)
    return [Shown(one, labs[one.organisation_id]) for one in instruments]


def booked(bookings: Iterable[InstrumentBooking]) -> list[Booked]:
    """Each with its people. Two statements."""
    bookings = list(bookings)
    cards = organisations.cards(n for one in bookings for n in (one.instrument.organisation_id, one.organisation_id))
    people = accounts.cards(one.person_id for one in bookings)
    return [
        Booked(one, people.get(one.person_id), cards[one.instrument.organisation_id], cards.get(one.organisation_id or 0))
        for one in bookings
    ]


def listed(*, page: int = 1, size: int = 20) -> tuple[Sequence[Instrument], int]:
    """One page of what can be booked, by name, and how many there are."""
    chosen = Instrument.state == InstrumentState.OPEN
    total = db.session.scalar(select(func.count()).select_from(Instrument).where(chosen)) or 0
    query = select(Instrument).where(chosen).order_by(func.lower(Instrument.name), Instrument.id)
    return db.session.scalars(query.limit(size).offset((page - 1) * size)).all(), total


def public_after(last_id: int | None, limit: int) -> Sequence[Instrument]:
    """Up to `limit` + 1 open instruments, newest first."""
    query = select(Instrument).where(Instrument.state == InstrumentState.OPEN)
    return db.session.scalars(older(query, Instrument.id, last_id, limit + 1)).all()


def of_organisation(organisation_id: int) -> Sequence[Instrument]:
    """All of a lab's, whatever their state. For its own people."""
    return db.session.scalars(select(Instrument).where(Instrument.organisation_id == organisation_id).order_by(Instrument.id)).all()


def by_ids(ids: Iterable[int]) -> Sequence[Instrument]:
    """Unchecked."""
    return db.session.scalars(select(Instrument).where(Instrument.id.in_(list(ids)))).all()


def public_ids() -> Sequence[int]:
    return db.session.scalars(select(Instrument.id).where(Instrument.state == InstrumentState.OPEN)).all()


def taken(instrument_id: int, within: Interval) -> list[Interval]:
    """The times in `within` that somebody has, in order."""
    query = select(InstrumentBooking.starts_at, InstrumentBooking.ends_at).where(
        InstrumentBooking.instrument_id == instrument_id,
        InstrumentBooking.state.in_(sorted(TAKING)),
        InstrumentBooking.starts_at < within.end,
        InstrumentBooking.ends_at > within.start,
    )
    return [Interval(start, end) for start, end in db.session.execute(query.order_by(InstrumentBooking.starts_at))]


def free(instrument: Instrument, within: Interval) -> list[Interval]:
    """What can be booked in `within`. One statement."""
    return rules.free(instrument, within, taken(instrument.id, within), clock.now())


def week(instrument: Instrument, monday: date, place: ZoneInfo) -> list[Day]:
    """Seven days from `monday` in the zone `place`. One statement; a free time that goes past midnight is cut there."""
    starts = [rules.at_wall(monday + timedelta(days=n), 0, place) for n in range(8)]
    whole = Interval(starts[0], starts[7])
    busy = taken(instrument.id, whole)
    open_now = rules.free(instrument, whole, busy, clock.now()) if instrument.state is InstrumentState.OPEN else []
    days = (Interval(starts[n], starts[n + 1]) for n in range(7))
    return [
        Day(monday + timedelta(days=n), list(rules.clipped(open_now, day)), list(rules.clipped(busy, day))) for n, day in enumerate(days)
    ]


def bookings_of(person_id: int, *, before: int | None = None, limit: int = 50) -> Sequence[InstrumentBooking]:
    """Up to `limit` + 1 bookings of a person, the newest first."""
    query = select(InstrumentBooking).where(InstrumentBooking.person_id == person_id)
    return db.session.scalars(older(query, InstrumentBooking.id, before, limit + 1)).all()


def at_labs(organisation_ids: Iterable[int], limit: int = 50) -> Sequence[InstrumentBooking]:
    """What is booked at these labs and not over, the next first."""
    query = select(InstrumentBooking).join(Instrument, Instrument.id == InstrumentBooking.instrument_id)
    query = query.where(Instrument.organisation_id.in_(list(organisation_ids)), InstrumentBooking.ends_at > clock.now())
    query = query.where(InstrumentBooking.state.in_([BookingState.REQUESTED, BookingState.CONFIRMED]))
    return db.session.scalars(query.order_by(InstrumentBooking.starts_at).limit(limit)).all()


def asked_by(person_id: int) -> int:
    """How many bookings of a person wait for an answer."""
    mine = InstrumentBooking.person_id == person_id
    query = select(func.count()).select_from(InstrumentBooking).where(mine, InstrumentBooking.state == BookingState.REQUESTED)
    return db.session.scalar(query) or 0


def over(limit: int = 200) -> Sequence[InstrumentBooking]:
    """Confirmed bookings whose time has passed, and requests that nobody answered before they would have begun."""
    now = clock.now()
    finished = (InstrumentBooking.state == BookingState.CONFIRMED) & (InstrumentBooking.ends_at <= now)
    unanswered = (InstrumentBooking.state == BookingState.REQUESTED) & (InstrumentBooking.starts_at <= now)
    return db.session.scalars(select(InstrumentBooking).where(or_(finished, unanswered)).order_by(InstrumentBooking.id).limit(limit)).all()


def to_answer(organisation_ids: Iterable[int]) -> Any:
    """As hub.web.todo asks: bookings that wait for these labs."""
    query = select(Instrument.name.label("detail"), InstrumentBooking.id.label("key"), InstrumentBooking.starts_at.label("due"))
    query = query.join(Instrument, Instrument.id == InstrumentBooking.instrument_id)
    return query.where(Instrument.organisation_id.in_(list(organisation_ids)), InstrumentBooking.state == BookingState.REQUESTED)


def dates_of(person_id: int, state: BookingState) -> Any:
    """As hub.web.agenda asks: a person's bookings that are to come or not long over."""
    query = select(
        Instrument.name.label("detail"), InstrumentBooking.id.label("key"),
        InstrumentBooking.starts_at.label("starts"), InstrumentBooking.ends_at.label("ends"),
    ).join(Instrument, Instrument.id == InstrumentBooking.instrument_id)  # fmt: skip
    mine = (InstrumentBooking.person_id == person_id, InstrumentBooking.state == state)
    return query.where(*mine, InstrumentBooking.ends_at > clock.now() - timedelta(days=90)).order_by(InstrumentBooking.starts_at)


def monday_of(moment: datetime, place: ZoneInfo) -> date:
    """The Monday of the week that `moment` falls in, in the zone `place`."""
    day = moment.astimezone(UTC).astimezone(place).date()
    return day - timedelta(days=day.weekday())


@hinders_leaving
def still_booked(person_id: int) -> list[Hindrance]:
    """Bookings that are still to come or to be settled."""
    asked = select(Instrument.name.label("detail"), InstrumentBooking.id.label("key"), NO_DUE).join(
        InstrumentBooking, InstrumentBooking.instrument_id == Instrument.id
    )
    open_ones = (BookingState.REQUESTED, BookingState.CONFIRMED)
    mine = asked.where(InstrumentBooking.person_id == person_id, InstrumentBooking.state.in_(open_ones))
    return [Hindrance(mine, N_("You have booked it"), "/bookings/{}", N_("Cancel it, or wait until it is over"))]
