"""The HTML door to instruments and bookings."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date
from flask import Blueprint, Response, current_app, flash, redirect, render_template, request
from flask_babel import get_locale, gettext

from hub.core.fees import queries as fees
from hub.core.fees.rules import Mode
from hub.core.organisations import queries as organisations
from hub.kernel import clock
from hub.kernel.actor import Actor
from hub.kernel.errors import NotAllowed
from hub.kernel.money import Money, breakdown
from hub.kernel.words import N_
from hub.tech_market.instruments import documents, operations, queries, rules
from hub.tech_market.instruments.models import Instrument, InstrumentBooking
from hub.tech_market.instruments.policy import BOOKINGS, INSTRUMENTS
from hub.tech_market.instruments.queries import Shown
from hub.tech_market.instruments.rules import Audience, Weekday
from hub.tech_market.instruments.schemas import BookingForm, InstrumentForm, NewInstrumentForm, WhyIn
from hub.tech_market.instruments.states import BOOKING, INSTRUMENT, BookingAct, BookingState, InstrumentAct, InstrumentState
from hub.web import auth, pagecache
from hub.web.agenda import Dates, in_calendar
from hub.web.handle import actor, check_version, checks, parse, public, writes
from hub.web.i18n import label, language, show_money
from hub.web.paging import Page, page_number
from hub.web.todo import Waiting, waits

pages = Blueprint("instruments", __name__, template_folder="templates")
PLACE = "tech_market/instruments/"
SIZE, MOST_WEEKS = 20, 60
LENGTHS = (15, 30, 45, 60, 90, 120, 180, 240, 300, 360, 420, 480, 600, 720, 1440, 2 * 1440, 3 * 1440, 5 * 1440, 7 * 1440, 14 * 1440)
MOVES: dict[str, tuple[Callable[..., Instrument], str]] = {
    "open": (operations.open_, N_("Open: it can be booked now.")),
    "pause": (operations.pause, N_("Out of service. Bookings that stand stay.")),
    "retire": (operations.retire, N_("Retired.")),
}


@pages.app_template_filter("clock")
def clock_time(minutes: int) -> str:
    """Minutes after midnight as 08:30."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


@pages.app_template_filter("weekday")
def weekday(day: date) -> str:
    """“Mon 23 Nov” in the reader's language."""
    pattern = "EEE d MMM" if language() == "en" else "M月d日 EEE"
    return format_date(day, pattern, locale=str(get_locale() or "en"))


@pages.app_template_filter("in_zone")
def in_zone(moment: datetime, place: ZoneInfo) -> datetime:
    return moment.astimezone(place)


def length(minutes: int) -> str:
    """Minutes as people say them."""
    days, rest = divmod(minutes, rules.DAY_MINUTES)
    hours, left = divmod(rest, 60)
    parts = (
        [gettext("%(n)s d", n=days)] * bool(days)
        + [gettext("%(n)s h", n=hours)] * bool(hours)
        + [gettext("%(n)s min", n=left)] * bool(left)
    )
    return " ".join(parts)


def price(instrument: Instrument) -> str:
    return gettext("%(price)s an hour", price=show_money(instrument.hourly)) if instrument.hourly else gettext("Free of charge")


# Lists


@pages.get("/instruments")
@public
@pagecache.for_visitors
def index() -> Any:
    number = page_number()
    found, total = queries.listed(page=number, size=SIZE)
    return render_template(PLACE + "index.html", cards=[_card(one) for one in queries.shown(found)], page=Page(number, SIZE, total))


def _card(shown: Shown) -> dict[str, Any]:
    """As `ui.card` takes it."""
    one = shown.instrument
    return {
        "mode": "market",
        "url": one.path,
        "kind_label": gettext("Instrument"),
        "title": one.name,
        "summary": documents.first_lines(one.description),
        "badges": [] if one.state is InstrumentState.OPEN else [("warn", label(one.state))],
        "facts": [("", shown.lab.name), price(one), f"{length(one.min_minutes)} – {length(one.max_minutes)}", one.zone],
    }


@pages.get("/orgs/<slug>/instruments")
def of_organisation(slug: str) -> Any:
    organisation, who = organisations.by_slug(slug), actor()
    if not (who.belongs_to(organisation.id) or who.is_admin):
        raise NotAllowed(N_("Only its own people see everything that an organisation has drafted."))
    waiting = queries.booked(queries.at_labs([organisation.id]))
    return render_template(
        PLACE + "organisation.html", organisation=organisation, instruments=queries.of_organisation(organisation.id), waiting=waiting,
        may_draft=who.manages(organisation.id), price=price,
    )  # fmt: skip


# One instrument


@pages.get("/instruments/<int:instrument_id>")
@public
@pagecache.for_visitors
def show(instrument_id: int) -> Any:
    instrument = queries.get_for(actor(), instrument_id)
    (shown,) = queries.shown([instrument])
    place = _zone(instrument)
    this_week = queries.monday_of(clock.now(), place)
    monday = _monday(this_week, queries.monday_of(rules.next_opening(instrument, clock.now()), place))
    moves = INSTRUMENT.moves_for(actor(), instrument, INSTRUMENTS) if actor().signed_in else []
    return render_template(
        PLACE + "show.html",
        instrument=instrument,
        lab=shown.lab,
        days=queries.week(instrument, monday, place),
        place=place,
        zones=_zones(instrument),
        monday=monday,
        before=monday - timedelta(days=7) if monday > this_week else None,
        after=monday + timedelta(days=7) if monday < this_week + timedelta(weeks=MOST_WEEKS) else None,
        price=price(instrument),
        length=length,
        weekdays=[label(day) for day in Weekday if int(day.value) in instrument.days],
        may_book=_may_book(instrument),
        may_edit=INSTRUMENTS.can(actor(), InstrumentAct.EDIT, instrument),
        moves=moves,
    )  # fmt: skip


def _may_book(instrument: Instrument) -> bool:
    """Visitors are shown the way, too: it leads past the sign-in."""
    return instrument.state is InstrumentState.OPEN and (not actor().signed_in or INSTRUMENTS.can(actor(), InstrumentAct.BOOK, instrument))


def _zone(instrument: Instrument) -> ZoneInfo:
    """The zone asked for, else the reader's own setting, else the instrument's."""
    viewer = auth.viewer()
    own = viewer.timezone if viewer is not None and viewer.timezone != "UTC" else ""
    for name in (request.args.get("zone", ""), own, instrument.zone):
        if name and len(name) <= 64 and (found := rules.zone(name)) is not None:
            return found
    return ZoneInfo("UTC")


def _zones(instrument: Instrument) -> list[str]:
    return list(dict.fromkeys([_zone(instrument).key, instrument.zone, *rules.NEXT_ZONES]))


def _monday(this_week: date, usual: date) -> date:
    """The Monday asked for with ?week=2026-11-23, within what can be booked; the `usual` one for anything unreadable."""
    try:
        asked = date.fromisoformat(request.args.get("week", ""))
    except ValueError:
        return usual
    monday = asked - timedelta(days=min(asked.weekday(), (asked - date.min).days))
    return monday if this_week <= monday <= this_week + timedelta(weeks=MOST_WEEKS) else usual


@pages.get("/instruments/new")
def new() -> Any:
    places = organisations.of_person(actor().person_id or 0)
    managed = [(place.slug, place.name) for place, _ in places if actor().manages(place.id)]
    return _form(None, managed)


def _form(instrument: Instrument | None, managed: list[tuple[str, str]]) -> Any:
    own = [instrument.zone] if instrument else []
    viewer = auth.viewer()
    zones = list(dict.fromkeys([*own, viewer.timezone if viewer else "UTC", *rules.NEXT_ZONES]))
    return render_template(
        PLACE + "form.html", instrument=instrument, managed=managed, zones=zones, audiences=Audience, weekdays=Weekday, length=length
    )


@pages.post("/instruments/new")
@writes(again=new)
def create() -> Any:
    data = parse(NewInstrumentForm())
    organisation = organisations.by_slug(data.pop("organisation"))
    made = operations.draft(actor=actor(), organisation_id=organisation.id, **data)
    flash(gettext("Kept as a draft. Open it for booking when it is complete."))
    return redirect(made.path)


def _own(instrument_id: int) -> Instrument:
    """Raises NotFound, NotAllowed."""
    instrument = queries.get_for(actor(), instrument_id)
    INSTRUMENTS.require(actor(), InstrumentAct.EDIT, instrument)
    return instrument


@pages.get("/instruments/<int:instrument_id>/edit")
def edit(instrument_id: int) -> Any:
    return _form(_own(instrument_id), [])


@pages.post("/instruments/<int:instrument_id>/edit")
@writes(again=edit)
def change(instrument_id: int) -> Any:
    instrument = _own(instrument_id)
    check_version(instrument.version)
    operations.edit(actor=actor(), instrument=instrument, **parse(InstrumentForm()))
    flash(gettext("Saved."))
    return redirect(instrument.path)


@pages.post(f"/instruments/<int:instrument_id>/<any({','.join(MOVES)}):act>")
@writes(again=lambda instrument_id, act: show(instrument_id))
def move(instrument_id: int, act: str) -> Any:
    operate, said = MOVES[act]
    instrument = operate(actor=actor(), instrument=queries.get_for(actor(), instrument_id))
    flash(gettext(said))
    return redirect(instrument.path)


# Booking


@pages.get("/instruments/<int:instrument_id>/book")
def book(instrument_id: int) -> Any:
    instrument = queries.get_for(actor(), instrument_id)
    INSTRUMENTS.require(actor(), InstrumentAct.BOOK, instrument)
    place = _zone(instrument)
    lengths = [(n, length(n)) for n in sorted({*LENGTHS, instrument.min_minutes, instrument.max_minutes})]
    paid = instrument.hourly is not None and not actor().belongs_to(instrument.organisation_id)
    return render_template(
        PLACE + "book.html", instrument=instrument, zones=_zones(instrument), place=place, start=_asked_start(place),
        price=price(instrument),
        lengths=[pair for pair in lengths if instrument.min_minutes <= pair[0] <= instrument.max_minutes],
        payers=_payers() if paid else [], paid=paid,
    )  # fmt: skip


def _asked_start(place: ZoneInfo) -> str:
    """?start=2026-11-23T08:00:00+00:00 as the clock in `place` shows it; empty for anything else."""
    try:
        moment = datetime.fromisoformat(request.args.get("start", "").replace(" ", "+"))
        return f"{moment.astimezone(place):%Y-%m-%dT%H:%M}" if moment.tzinfo else ""
    except (ValueError, OverflowError):
        return ""


def _payers() -> list[tuple[str, str]]:
    who = actor()
    found = organisations.of_person(who.person_id or 0)
    return [(place.slug, place.name) for place, _ in found if who.manages(place.id) or who.keeps_books_of(place.id)]


@pages.post("/instruments/<int:instrument_id>/book/check")
@checks(again=book)
def check_booking(instrument_id: int) -> Any:
    """What is booked and what it costs, before it binds."""
    instrument = queries.get_for(actor(), instrument_id)
    INSTRUMENTS.require(actor(), InstrumentAct.BOOK, instrument)
    data = parse(BookingForm())
    rules.check_time(instrument, data["time"], clock.now())
    if queries.taken(instrument.id, data["time"]):
        raise rules.taken()
    paid = instrument.hourly_minor is not None and not actor().belongs_to(instrument.organisation_id)
    gross = Money(rules.price(instrument.hourly_minor or 0, data["time"].minutes), instrument.currency) if paid else None
    return render_template(
        PLACE + "check.html", instrument=instrument, data=data, sent=request.form, length=length, place=ZoneInfo(instrument.zone),
        split=breakdown(gross, _fee_bp()) if gross else None, payer=dict(_payers()).get(data["organisation"], ""),
        at_once=actor().manages(instrument.organisation_id),
    )  # fmt: skip


def _fee_bp() -> int:
    return fees.rate(Mode.BOOKINGS)


@pages.post("/instruments/<int:instrument_id>/book")
@writes(again=book)
def make_booking(instrument_id: int) -> Any:
    instrument = queries.get_for(actor(), instrument_id)
    data = parse(BookingForm())
    payer = data.pop("organisation")
    organisation_id = organisations.by_slug(payer).id if payer else None
    booking = operations.book(actor=actor(), instrument=instrument, organisation_id=organisation_id, fee_bp=_fee_bp(), **data)
    flash(
        gettext("Booked.") if booking.state is BookingState.CONFIRMED else gettext("Asked for. The time is yours until the lab answers."),
        "success",
    )
    return redirect(booking.path)


@pages.get("/bookings/<int:booking_id>")
def show_booking(booking_id: int) -> Any:
    booking = queries.booking_for(actor(), booking_id)
    (booked,) = queries.booked([booking])
    moves = {move.act: move.blocked(booking) for move in BOOKING.moves_for(actor(), booking, BOOKINGS)}
    limit = booking.starts_at - timedelta(hours=booking.instrument.cancel_hours)
    return render_template(
        PLACE + "booking.html", booked=booked, booking=booking, instrument=booking.instrument, moves=moves, acts=BookingAct, length=length,
        place=ZoneInfo(booking.instrument.zone), limit=limit, of_the_lab=actor().manages(booking.instrument.organisation_id),
        mine=booking.person_id == actor().person_id,
    )  # fmt: skip


def _show_again(booking_id: int, **_: Any) -> Any:
    return show_booking(booking_id)


def _answer(booking_id: int, operate: Callable[..., InstrumentBooking], said: str, **more: Any) -> Any:
    booking = operate(actor=actor(), booking=queries.booking_for(actor(), booking_id), **more)
    flash(said, "success")
    return redirect(booking.path)


@pages.post("/bookings/<int:booking_id>/confirm")
@writes(again=_show_again)
def confirm(booking_id: int) -> Any:
    return _answer(booking_id, operations.confirm, gettext("Confirmed. Whoever booked has been told."))


@pages.post("/bookings/<int:booking_id>/decline")
@writes(again=_show_again)
def decline(booking_id: int) -> Any:
    return _answer(booking_id, operations.decline, gettext("Declined. Whoever booked reads your reason."), **parse(WhyIn()))


@pages.post("/bookings/<int:booking_id>/cancel")
@writes(again=_show_again)
def cancel(booking_id: int) -> Any:
    return _answer(booking_id, operations.cancel, gettext("Cancelled. The time is free again."), **parse(WhyIn()))


@pages.get("/my/bookings")
def mine() -> Any:
    labs = [number for number in actor().roles if actor().manages(number)]
    at_labs = queries.booked(queries.at_labs(labs)) if labs else []
    return render_template(PLACE + "mine.html", mine=queries.booked(queries.bookings_of(actor().person_id or 0)[:50]), at_labs=at_labs)


@pages.get("/my/bookings.ics")
def my_calendar() -> Any:
    found = queries.booked(queries.bookings_of(actor().person_id or 0, limit=500))
    body = documents.calendar(found, base_url=current_app.config["HUB"].base_url, name=gettext("My bookings"))
    return Response(body, content_type="text/calendar; charset=utf-8", headers={"Cache-Control": "private, no-cache"})


@waits
def waiting(who: Actor) -> list[Waiting]:
    managed = [number for number in who.roles if who.manages(number)]
    return [Waiting(queries.to_answer(managed), N_("A booking to answer"), "/bookings/{}", N_("Answer"), "market")] if managed else []


@in_calendar
def booked_dates(who: Actor) -> list[Dates]:
    if who.person_id is None:
        return []
    confirmed, asked = (queries.dates_of(who.person_id, state) for state in (BookingState.CONFIRMED, BookingState.REQUESTED))
    return [
        Dates(confirmed, N_("Booked"), "/bookings/{}"),
        Dates(asked, N_("Booking not confirmed yet"), "/bookings/{}", tentative=True),
    ]
