"""The only writes of this room. A booking locks its instrument first, so that of two who want one time the second sees the first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy.exc import IntegrityError

from hub.core.holds import operations as holds
from hub.core.messages import operations as messages
from hub.core.messages.states import Kind as About
from hub.core.payments import operations as payments
from hub.core.payments import queries as payments_read
from hub.db import journal
from hub.db.extensions import db
from hub.kernel import clock, reasons
from hub.kernel.actor import SYSTEM, Actor
from hub.kernel.errors import NotAllowed, NotNow, one_field
from hub.kernel.permissions import require_verified
from hub.kernel.words import N_
from hub.search.index import operations as index
from hub.tech_market.instruments import queries, rules
from hub.tech_market.instruments.events import (
    BookingCancelled,
    BookingConfirmed,
    BookingDeclined,
    BookingDone,
    InstrumentBooked,
    InstrumentChanged,
    InstrumentDrafted,
    InstrumentMoved,
)
from hub.tech_market.instruments.models import Instrument, InstrumentBooking
from hub.tech_market.instruments.policy import BOOKINGS, INSTRUMENTS
from hub.tech_market.instruments.rules import Audience, Interval
from hub.tech_market.instruments.states import BOOKING, INSTRUMENT, BookingAct, BookingState, InstrumentAct, InstrumentState
from hub.tech_market.services import queries as services

FIELDS = (
    "name", "description", "language", "zone", "opens", "closes", "days", "min_minutes", "max_minutes", "lead_hours", "cancel_hours",
    "audience",
)  # fmt: skip
"""What is kept as it is given; `hourly` (Money or None) is taken apart first."""
UNANSWERED = N_("Nobody answered before it would have begun.")


def draft(*, actor: Actor, organisation_id: int, name: str, **content: Any) -> Instrument:
    """Describe an instrument. `content` as in `edit`. Raises NotAllowed (not a manager, or e-mail not verified), Invalid."""
    now = clock.now()
    instrument = Instrument(
        organisation_id=organisation_id, author_id=actor.person_id, name=name, description="", language="en", currency="USD", zone="UTC",
        opens=8 * 60, closes=18 * 60, days=[0, 1, 2, 3, 4], min_minutes=60, max_minutes=480, lead_hours=24, cancel_hours=24,
        audience=Audience.ANYONE, state=INSTRUMENT.initial, created_at=now, updated_at=now,
    )  # fmt: skip
    INSTRUMENTS.require(actor, InstrumentAct.DRAFT, instrument)
    require_verified(actor)
    _write(instrument, content)
    db.session.add(instrument)
    db.session.flush()
    _record(actor, instrument, InstrumentDrafted(instrument_id=instrument.id))
    return instrument


def edit(*, actor: Actor, instrument: Instrument, **content: Any) -> Instrument:
    """Change any of FIELDS and `hourly`; bookings that stand keep their time and price. Raises NotAllowed, NotNow, Invalid."""
    INSTRUMENTS.require(actor, InstrumentAct.EDIT, instrument)
    if instrument.state is InstrumentState.RETIRED:
        raise NotNow(N_("This instrument is retired."))
    if changed := _write(instrument, content):
        instrument.updated_at = clock.now()
        _record(actor, instrument, InstrumentChanged(instrument_id=instrument.id, fields=",".join(changed)))
    return instrument


def _write(instrument: Instrument, content: Mapping[str, Any]) -> list[str]:
    given = {name: value for name, value in content.items() if name in FIELDS}
    if "days" in given:
        given["days"] = sorted({int(day) for day in given["days"]})
    if "hourly" in content:
        hourly = content["hourly"]
        given["hourly_minor"] = hourly.minor if hourly is not None else None
        given |= {"currency": hourly.currency} if hourly is not None else {}
    now = {name: given.get(name, getattr(instrument, name)) for name in (*FIELDS, "hourly_minor")}
    rules.check_settings(
        zone_name=now["zone"], opens=now["opens"], closes=now["closes"], days=now["days"], min_minutes=now["min_minutes"],
        max_minutes=now["max_minutes"], hourly_minor=now["hourly_minor"],
    )  # fmt: skip
    changed = [name for name, value in given.items() if getattr(instrument, name) != value]
    for name in changed:
        setattr(instrument, name, given[name])
    return changed


def open_(*, actor: Actor, instrument: Instrument) -> Instrument:
    """InstrumentAct.OPEN: take bookings, once a consultant vouches for the lab with a published service. Raises NotAllowed, NotNow."""
    INSTRUMENTS.require(actor, InstrumentAct.OPEN, instrument)
    require_verified(actor)
    if not services.has_published(instrument.organisation_id):
        message = N_("Publish a service of your lab first: a consultant reads it, and vouches for the lab.")
        raise NotNow(message, code="lab_not_vouched_for")
    return _move(actor, instrument, InstrumentAct.OPEN)


def pause(*, actor: Actor, instrument: Instrument) -> Instrument:
    """Take no more bookings for now; those that stand stay. Raises NotAllowed, NotNow."""
    INSTRUMENTS.require(actor, InstrumentAct.PAUSE, instrument)
    return _move(actor, instrument, InstrumentAct.PAUSE)


def retire(*, actor: Actor, instrument: Instrument) -> Instrument:
    """Take it off for good. What is booked must be cancelled or over before. Raises NotAllowed, NotNow (code still_booked)."""
    INSTRUMENTS.require(actor, InstrumentAct.RETIRE, instrument)
    queries.lock(instrument.id)
    if queries.taken(instrument.id, Interval(clock.now(), clock.now() + 2 * rules.FARTHEST)):
        raise NotNow(N_("There are bookings still to come: cancel them first, with a reason."), code="still_booked")
    return _move(actor, instrument, InstrumentAct.RETIRE)


def _move(actor: Actor, instrument: Instrument, act: InstrumentAct) -> Instrument:
    INSTRUMENT.fire(instrument, act)
    instrument.updated_at = clock.now()
    _record(actor, instrument, InstrumentMoved(instrument_id=instrument.id, state=instrument.state.value))
    return instrument


def book(
    *, actor: Actor, instrument: Instrument, time: Interval, purpose: str = "", organisation_id: int | None = None, fee_bp: int = 0
) -> InstrumentBooking:
    """Ask for `time`. It is yours from now on, until the lab declines it. What it costs is held when the lab confirms.

    `organisation_id` pays; the lab's own people book without a price, and its managers' bookings are confirmed at once. Raises
    NotAllowed, NotNow (not open, too many waiting), Invalid about `start`, `minutes` or `organisation`, Conflict (code slot_taken).
    """
    INSTRUMENTS.require(actor, InstrumentAct.BOOK, instrument)
    require_verified(actor)
    instrument = queries.lock(instrument.id)
    now = clock.now()
    if instrument.state is not InstrumentState.OPEN:
        raise NotNow(N_("This instrument takes no bookings now."), code="not_open")
    rules.check_time(instrument, time, now)
    if queries.taken(instrument.id, time):
        raise rules.taken()
    if queries.asked_by(actor.person_id or 0) >= rules.MOST_ASKED:
        raise NotNow(N_("Ten of your bookings wait for an answer: wait, or cancel one."), code="too_many_waiting")
    payer, minor = _price(actor, instrument, time, organisation_id)
    booking = InstrumentBooking(
        instrument=instrument, instrument_id=instrument.id, person_id=actor.person_id, organisation_id=payer, starts_at=time.start,
        ends_at=time.end, purpose=purpose.strip()[: rules.LONGEST_PURPOSE], price_minor=minor, currency=instrument.currency, fee_bp=fee_bp,
        state=BOOKING.initial, reason="", created_at=now,
    )  # fmt: skip
    db.session.add(booking)
    try:
        db.session.flush()
    except IntegrityError as error:  # the database's own guard, should anybody have come past the lock
        raise rules.taken() from error
    journal.record(
        InstrumentBooked(booking_id=booking.id, instrument_id=instrument.id), actor=actor, subject=booking.ref, scope=instrument.ref
    )
    if actor.manages(instrument.organisation_id):
        return confirm(actor=actor, booking=booking)
    _tell(actor, services.manager_ids(instrument.organisation_id), booking, N_("A booking of “%(name)s” waits for your answer: %(when)s."))
    return booking


def _price(actor: Actor, instrument: Instrument, time: Interval, organisation_id: int | None) -> tuple[int | None, int | None]:
    """Who pays how much. Raises Invalid about `organisation`, NotAllowed."""
    if instrument.hourly_minor is None or actor.belongs_to(instrument.organisation_id):
        return None, None
    if organisation_id is None:
        raise one_field("organisation", N_("Say which organisation pays."), code="payer_missing")
    if not (actor.manages(organisation_id) or actor.keeps_books_of(organisation_id)):
        raise NotAllowed(N_("Only owners, managers and finance people spend their organisation's money."))
    minor = rules.price(instrument.hourly_minor, time.minutes)
    left = payments_read.spendable(organisation_id, instrument.currency)
    if left.minor < minor:
        message = N_("The balance is %(left)s, less than the price: pay in first.")
        raise one_field("organisation", message, code="over_balance", left=str(left))
    return organisation_id, minor


def confirm(*, actor: Actor, booking: InstrumentBooking) -> InstrumentBooking:
    """Say yes: the price is held from the payer's balance. Raises NotAllowed, NotNow (begun, code no_money)."""
    BOOKINGS.require(actor, BookingAct.CONFIRM, booking)
    _lock(booking)
    BOOKING.fire(booking, BookingAct.CONFIRM)
    booking.decided_at = clock.now()
    if booking.price is not None and booking.organisation_id is not None:
        if payments_read.spendable(booking.organisation_id, booking.currency) < booking.price:
            raise NotNow(N_("The payer's balance does not cover the price any more: decline it, or ask them to pay in."), code="no_money")
        db.session.flush()
        payments.fund_from_balance(
            actor=SYSTEM, organisation_id=booking.organisation_id, subject=booking.ref, amount=booking.price,
            label=booking.instrument.name, key=f"{booking.ref}:hold",
        )  # fmt: skip
    _note(actor, booking, BookingConfirmed(booking_id=booking.id, instrument_id=booking.instrument_id))
    _tell(actor, [booking.person_id], booking, N_("Your booking of “%(name)s” is confirmed: %(when)s."))
    return booking


def decline(*, actor: Actor, booking: InstrumentBooking, reason: str) -> InstrumentBooking:
    """Say no, with a reason. Raises NotAllowed, NotNow, Invalid about `reason`."""
    BOOKINGS.require(actor, BookingAct.DECLINE, booking)
    told = reasons.given(reason, reasons.TO_THE_OTHER)
    _lock(booking)
    BOOKING.fire(booking, BookingAct.DECLINE)
    return _declined(actor, booking, told)


def _declined(actor: Actor, booking: InstrumentBooking, reason: str) -> InstrumentBooking:
    booking.reason, booking.decided_at = reason, clock.now()
    _note(actor, booking, BookingDeclined(booking_id=booking.id, instrument_id=booking.instrument_id))
    _tell(actor, [booking.person_id], booking, N_("Your booking of “%(name)s” (%(when)s) was declined: %(reason)s"), reason=reason)
    return booking


def cancel(*, actor: Actor, booking: InstrumentBooking, reason: str = "") -> InstrumentBooking:
    """Give the time free again; what was held goes back. The booker may until `cancel_hours` before a confirmed start, the lab until the
    start, with a reason. Raises NotAllowed, NotNow (code too_late_to_cancel), Invalid about `reason`."""
    BOOKINGS.require(actor, BookingAct.CANCEL, booking)
    of_the_lab = actor.manages(booking.instrument.organisation_id)
    mine = booking.person_id == actor.person_id
    told = reasons.given(reason, reasons.TO_THE_OTHER) if of_the_lab and not mine else reason.strip()[: rules.LONGEST_REASON] or "–"
    _lock(booking)
    limit = booking.starts_at - timedelta(hours=booking.instrument.cancel_hours)
    if not of_the_lab and booking.state is BookingState.CONFIRMED and not clock.within(None, limit):
        message = N_("It could be cancelled until %(limit)s. Ask the lab.")
        raise NotNow(message, code="too_late_to_cancel", limit=f"{limit:%Y-%m-%d %H:%M} UTC")
    BOOKING.fire(booking, BookingAct.CANCEL)
    booking.reason, booking.decided_at = told, clock.now()
    db.session.flush()
    if booking.price is not None:
        payments.refund(actor=actor, subject=booking.ref, key=f"{booking.ref}:refund")
    _note(actor, booking, BookingCancelled(booking_id=booking.id, instrument_id=booking.instrument_id))
    people = [booking.person_id, *services.manager_ids(booking.instrument.organisation_id)]
    _tell(actor, people, booking, N_("The booking of “%(name)s” (%(when)s) was cancelled: %(reason)s"), reason=told)
    return booking


def finish_due() -> int:
    """BookingAct.FINISH and BookingAct.LAPSE: what is over is done and paid, what nobody answered is declined. Returns how many.
    Bears being repeated."""
    due = queries.over()
    for booking in due:
        _lock(booking)
        if booking.state is BookingState.REQUESTED:
            BOOKING.fire(booking, BookingAct.LAPSE)
            _declined(SYSTEM, booking, UNANSWERED)
        elif booking.state is BookingState.CONFIRMED:
            BOOKING.fire(booking, BookingAct.FINISH)
            _finish(booking)
    return len(due)


def _finish(booking: InstrumentBooking) -> None:
    if booking.price is not None:
        holds.release(
            actor=SYSTEM, subject=booking.ref, to_organisation_id=booking.instrument.organisation_id, gross=booking.price,
            fee_bp=booking.fee_bp, key=f"{booking.ref}:release", memo=booking.instrument.name,
        )  # fmt: skip
    _note(SYSTEM, booking, BookingDone(booking_id=booking.id, instrument_id=booking.instrument_id))


def _lock(booking: InstrumentBooking) -> None:
    queries.lock(booking.instrument_id)
    db.session.refresh(booking)


def _record(actor: Actor, instrument: Instrument, event: object) -> None:
    db.session.flush()
    journal.record(event, actor=actor, subject=instrument.ref)
    index.mark([instrument.ref])


def _note(actor: Actor, booking: InstrumentBooking, event: object) -> None:
    db.session.flush()
    journal.record(event, actor=actor, subject=booking.ref, scope=booking.instrument.ref)


def _tell(actor: Actor, person_ids: Iterable[int], booking: InstrumentBooking, text: str, **values: Any) -> None:
    when = f"{booking.starts_at:%Y-%m-%d %H:%M} – {booking.ends_at:%Y-%m-%d %H:%M} UTC"
    others = [person_id for person_id in person_ids if person_id != actor.person_id]
    facts = {"name": booking.instrument.name, "when": when, **values}
    messages.notify(actor=actor, person_ids=others, text=text, kind=About.BOOKING, values=facts, link=booking.path)
