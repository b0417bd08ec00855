"""One schema per direction serves the JSON body, the HTML form and OpenAPI."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

from flask_babel import gettext, lazy_gettext
from marshmallow import Schema, ValidationError, fields, post_load, pre_load, validate

from hub.kernel.errors import Invalid
from hub.tech_market.instruments import rules
from hub.tech_market.instruments.rules import DAY_MINUTES, Audience, Interval
from hub.tech_market.instruments.states import BookingState, InstrumentState
from hub.web.forms import Amount, Currency, Moment, Text, as_money

CHOOSE = {"unknown": lazy_gettext("Choose one of the options."), "required": lazy_gettext("Choose one of the options.")}
WHOLE = {"invalid": lazy_gettext("Write a whole number."), "null": lazy_gettext("Write a whole number.")}
MISSING = {"required": lazy_gettext("Please fill this in.")}
LOCAL = {"invalid": lazy_gettext("Write a date and time like 2026-12-10 17:00."), "required": lazy_gettext("Please fill this in.")}
Row = dict[str, Any]


class WallTime(fields.Field[int]):
    """Minutes after midnight, said as `HH:MM`; with `ends` midnight means the day's end."""

    def __init__(self, *, ends: bool = False, **kwargs: Any) -> None:
        self.ends = ends
        super().__init__(**kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        found = re.fullmatch(r"(\d{1,2}):(\d{2})", str(value).strip())
        minutes = int(found[1]) * 60 + int(found[2]) if found else DAY_MINUTES + 1
        if found is None or int(found[2]) > 59 or minutes > DAY_MINUTES:
            raise ValidationError(gettext("Write a time like 08:30."))
        return DAY_MINUTES if self.ends and minutes == 0 else minutes

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str:
        return f"{value // 60:02d}:{value % 60:02d}"


def whole(least: int, most: int, **kwargs: Any) -> fields.Integer:
    message = lazy_gettext("A whole number from %(least)s to %(most)s.", least=least, most=most)
    return fields.Integer(validate=validate.Range(least, most, error=message), error_messages=WHOLE, **kwargs)


class InstrumentIn(Schema):
    """What can be booked, when, by whom and for how much. `hourly` goes together with `currency`; without it nothing is paid."""

    name = Text(3, rules.LONGEST_NAME, required=True)
    description = Text(0, rules.LONGEST_DESCRIPTION, metadata={"description": "Markdown; public."})
    language = fields.String(validate=validate.OneOf(["en", "zh"], error=CHOOSE["unknown"]))
    hourly = Amount(allow_none=True)
    currency = Currency()
    zone = Text(1, 64, metadata={"description": "The instrument's time zone, like Europe/Stockholm."})
    opens = WallTime(metadata={"type": "string", "description": "HH:MM in its zone."})
    closes = WallTime(ends=True, metadata={"type": "string", "description": "HH:MM in its zone; 00:00 is the end of the day."})
    days = fields.List(whole(0, 6), metadata={"description": "Weekdays on which it is open, 0 for Monday."})
    min_minutes = whole(rules.STEP, rules.LONGEST_BOOKING)
    max_minutes = whole(rules.STEP, rules.LONGEST_BOOKING)
    lead_hours = whole(0, rules.MOST_HOURS, metadata={"description": "Booked at least so many hours ahead."})
    cancel_hours = whole(0, rules.MOST_HOURS, metadata={"description": "Cancelled until so many hours before."})
    audience = fields.Enum(Audience, by_value=True, error_messages=CHOOSE)

    @post_load
    def money(self, data: Row, **_: Any) -> Row:
        if data.get("hourly") is not None:
            data.setdefault("currency", "USD")
        return as_money(data, "hourly")


class NewInstrumentIn(InstrumentIn):
    organisation = Text(1, 80, required=True, metadata={"description": "The lab's address name (slug)."})


class InstrumentChangeIn(InstrumentIn):
    """Any part; what is left out stays."""

    name = Text(3, rules.LONGEST_NAME)


class FormMixin:
    days = fields.List(whole(0, 6), load_default=list)

    @pre_load
    def empty_is_none(self, data: Row, **_: Any) -> Row:
        return {name: None if name == "hourly" and not value.strip() else value for name, value in data.items()}


class InstrumentForm(FormMixin, InstrumentIn):
    pass


class NewInstrumentForm(FormMixin, NewInstrumentIn):
    pass


class BookingContent(Schema):
    purpose = Text(0, rules.LONGEST_PURPOSE, load_default="", metadata={"description": "What for; the lab reads it."})
    organisation = Text(0, 80, load_default="", metadata={"description": "Who pays: an organisation that you manage or keep the books of."})


class BookingIn(BookingContent):
    """A booking of [starts_at, ends_at), on quarter hours."""

    instrument = fields.Integer(required=True, validate=validate.Range(1, 2**31 - 1))
    starts_at = Moment(required=True)
    ends_at = Moment(required=True)

    @post_load
    def as_time(self, data: Row, **_: Any) -> Row:
        time = Interval(data.pop("starts_at"), data.pop("ends_at"))
        return {**data, "time": time}


class BookingForm(BookingContent):
    """A local time with its zone, and a length."""

    start = fields.NaiveDateTime(required=True, error_messages=LOCAL)
    zone = Text(1, 64, required=True)
    minutes = whole(rules.STEP, rules.LONGEST_BOOKING, required=True)

    @post_load
    def as_time(self, data: Row, **_: Any) -> Row:
        start: datetime = data.pop("start")
        minutes: int = data.pop("minutes")
        place = rules.zone(data.pop("zone"))
        if place is None:
            raise ValidationError({"zone": [gettext("We do not know this time zone.")]})
        try:
            moment = rules.from_wall(start, place)
            return {**data, "time": Interval(moment, moment + timedelta(minutes=minutes))}
        except Invalid as error:
            raise ValidationError({field: [gettext(text)] for field, text in error.fields.items()}) from error
        except OverflowError:
            raise ValidationError({"start": [str(LOCAL["invalid"])]}) from None


class WhyIn(Schema):
    reason = Text(0, rules.LONGEST_REASON, load_default="", metadata={"description": "Why; the other side reads it word for word."})


class SpanIn(Schema):
    """The time to look at; four weeks at most."""

    start = Moment(required=True)
    end = Moment(required=True)


class LabOut(Schema):
    slug = fields.String()
    name = fields.String()


class SpanOut(Schema):
    start = fields.DateTime()
    end = fields.DateTime()


class FreeOut(Schema):
    free = fields.List(fields.Nested(SpanOut))
    taken = fields.List(fields.Nested(SpanOut))


class InstrumentOut(Schema):
    id = fields.Integer(attribute="instrument.id")
    url = fields.String(attribute="instrument.path")
    organisation = fields.Nested(LabOut, attribute="lab")
    name = fields.String(attribute="instrument.name")
    description = fields.String(attribute="instrument.description")
    language = fields.String(attribute="instrument.language")
    hourly = fields.Function(lambda one: one.instrument.hourly.plain() if one.instrument.hourly else None)
    currency = fields.String(attribute="instrument.currency")
    zone = fields.String(attribute="instrument.zone")
    opens = WallTime(attribute="instrument.opens", metadata={"type": "string"})
    closes = WallTime(attribute="instrument.closes", metadata={"type": "string"})
    days = fields.List(fields.Integer(), attribute="instrument.days")
    min_minutes = fields.Integer(attribute="instrument.min_minutes")
    max_minutes = fields.Integer(attribute="instrument.max_minutes")
    lead_hours = fields.Integer(attribute="instrument.lead_hours")
    cancel_hours = fields.Integer(attribute="instrument.cancel_hours")
    audience = fields.Enum(Audience, by_value=True, attribute="instrument.audience")
    state = fields.Enum(InstrumentState, by_value=True, attribute="instrument.state")
    version = fields.Integer(attribute="instrument.version")


class BookingOut(Schema):
    """`price` = `fee` + `net`, None where it costs nothing."""

    id = fields.Integer(attribute="booking.id")
    url = fields.String(attribute="booking.path")
    instrument = fields.Integer(attribute="booking.instrument_id")
    name = fields.String(attribute="booking.instrument.name")
    lab = fields.Nested(LabOut)
    payer = fields.Nested(LabOut, allow_none=True)
    person = fields.String(attribute="person.handle")
    starts_at = fields.DateTime(attribute="booking.starts_at")
    ends_at = fields.DateTime(attribute="booking.ends_at")
    purpose = fields.String(attribute="booking.purpose")
    price = fields.Function(lambda one: one.booking.price.plain() if one.booking.price else None)
    fee = fields.Function(lambda one: one.booking.split.fee.plain() if one.booking.split else None)
    net = fields.Function(lambda one: one.booking.split.net.plain() if one.booking.split else None)
    currency = fields.String(attribute="booking.currency")
    state = fields.Enum(BookingState, by_value=True, attribute="booking.state")
    reason = fields.String(attribute="booking.reason")
    version = fields.Integer(attribute="booking.version")
