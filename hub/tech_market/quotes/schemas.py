"""One schema per direction serves the JSON body, the HTML form and OpenAPI."""

from __future__ import annotations

from itertools import zip_longest
from typing import Any

from flask_babel import gettext, lazy_gettext
from marshmallow import Schema, ValidationError, fields, post_load, pre_load, validate

from hub.kernel import money
from hub.kernel.errors import Invalid
from hub.tech_market.quotes import rules
from hub.tech_market.quotes.rules import Line
from hub.tech_market.quotes.states import QuoteState, RequestState
from hub.web.forms import Amount, Currency, Moment, Text

DAY = {"invalid": lazy_gettext("Write a day like 2027-11-30."), "null": lazy_gettext("Write a day like 2027-11-30.")}
WHOLE = {"invalid": lazy_gettext("Write a whole number."), "null": lazy_gettext("Write a whole number.")}
MISSING = {"required": lazy_gettext("Please fill this in.")}
LARGEST_ID = 2**31 - 1
Row = dict[str, Any]


class RequestIn(Schema):
    """One request to several services at once."""

    organisation = Text(1, 80, required=True, metadata={"description": "Who asks: the address name (slug) of an organisation you manage."})
    services = fields.List(
        fields.Integer(validate=validate.Range(1, LARGEST_ID), error_messages=WHOLE),
        required=True,
        error_messages={"required": lazy_gettext("Choose between one and eight services.")},
        metadata={"description": "Ids of published services, at most eight."},
    )
    title = Text(8, rules.LONGEST_TITLE, required=True)
    body = Text(20, rules.LONGEST_BODY, required=True, metadata={"description": "What is wanted; Markdown. Every lab asked reads it."})
    quantity = Text(0, rules.LONGEST_QUANTITY, load_default="")
    quotes_by = Moment(required=True, metadata={"description": "Quotes are taken before this moment."})
    needed_by = fields.Date(allow_none=True, load_default=None, error_messages=DAY)


class RequestForm(RequestIn):
    services = fields.List(fields.Integer(validate=validate.Range(1, LARGEST_ID), error_messages=WHOLE), load_default=list)

    @pre_load
    def empty_is_none(self, data: Row, **_: Any) -> Row:
        return {**data, "needed_by": data.get("needed_by") or None}


class LineIn(Schema):
    text = Text(1, rules.LONGEST_LINE, required=True)
    amount = Amount(required=True)
    days = fields.Integer(
        allow_none=True, load_default=None, validate=validate.Range(1, rules.MOST_DAYS), error_messages=WHOLE,
        metadata={"description": "Said for every line, the lines are milestones, each accepted and paid on its own: due in so many days."},
    )  # fmt: skip


class QuoteContent(Schema):
    currency = Currency(required=True)
    turnaround_days = fields.Integer(
        required=True,
        validate=validate.Range(1, rules.MOST_DAYS, error=lazy_gettext("Between 1 and 730 days.")),
        error_messages=WHOLE | MISSING,
    )
    valid_until = fields.Date(
        required=True, error_messages=DAY | MISSING, metadata={"description": "The last day on which the quote can be taken."}
    )
    terms = Text(0, rules.LONGEST_TERMS, load_default="", metadata={"description": "Your terms; part of what is agreed."})


class QuoteIn(QuoteContent):
    lines = fields.List(fields.Nested(LineIn), required=True, metadata={"description": "What each part costs; the sum is the price."})

    @post_load
    def as_lines(self, data: Row, **_: Any) -> Row:
        said = [(line["text"], line["amount"], f"lines.{place}.amount", line["days"]) for place, line in enumerate(data["lines"])]
        return {**data, "lines": _lines(said, data["currency"])}


class QuoteForm(QuoteContent):
    """Two columns of a table; rows without any word and price are passed over."""

    line_text = fields.List(Text(0, rules.LONGEST_LINE), load_default=list)
    line_amount = fields.List(fields.String(validate=validate.Length(max=40)), load_default=list)
    line_days = fields.List(fields.String(validate=validate.Length(max=10)), load_default=list)

    @post_load
    def as_lines(self, data: Row, **_: Any) -> Row:
        texts, amounts, days = data.pop("line_text"), data.pop("line_amount"), data.pop("line_days")
        said = []
        for place, (words, amount, due) in enumerate(zip_longest(texts, amounts, days[: len(texts)], fillvalue="")):
            if not words and not amount.strip():
                continue
            if not words:
                raise ValidationError({f"line_text.{place}": [gettext("Say what each price is for.")]})
            said.append((words, amount, f"line_amount.{place}", _days(due.strip(), f"line_days.{place}")))
        return {**data, "lines": _lines(said, data["currency"])}


def _days(said: str, name: str) -> int | None:
    """Raises ValidationError about the field `name`."""
    if not said:
        return None
    if not said.isdecimal() or not 1 <= int(said) <= rules.MOST_DAYS:
        raise ValidationError({name: [gettext("Between 1 and 730 days.")]})
    return int(said)


def _lines(said: list[tuple[str, str, str, int | None]], currency: str) -> list[Line]:
    """Raises ValidationError about the field that cannot be read."""
    try:
        return [Line(words, money.parse(amount, currency, field=name).minor, days) for words, amount, name, days in said]
    except Invalid as error:
        raise ValidationError({field: [gettext(text)] for field, text in error.fields.items()}) from error


class ReasonIn(Schema):
    reason = Text(0, rules.LONGEST_REASON, load_default="", metadata={"description": "Why; the other side reads it word for word."})


class PartyOut(Schema):
    slug = fields.String()
    name = fields.String()


class QuoteOut(Schema):
    """A quote as its lab and the buyer see it; amounts in figures, of `currency`; `gross` = `fee` + `net`."""

    id = fields.Integer(attribute="quote.id")
    url = fields.String(attribute="quote.path")
    request = fields.Integer(attribute="quote.request_id")
    title = fields.String(attribute="quote.request.title")
    body = fields.String(attribute="quote.request.body")
    quantity = fields.String(attribute="quote.request.quantity")
    quotes_by = fields.DateTime(attribute="quote.request.quotes_by")
    needed_by = fields.Date(attribute="quote.request.needed_by", allow_none=True)
    service = fields.Integer(attribute="quote.service_id")
    lab = fields.Nested(PartyOut)
    buyer = fields.Nested(PartyOut)
    state = fields.Enum(QuoteState, by_value=True, attribute="quote.state")
    lines = fields.Function(
        lambda one: [
            {"text": line.text, "amount": one.quote.money(line.minor).plain(), "days": line.days} for line in one.quote.priced_lines
        ]
    )
    gross = fields.Function(lambda one: one.quote.gross.plain() if one.quote.gross else None)
    fee = fields.Function(lambda one: one.quote.split.fee.plain() if one.quote.split else None)
    net = fields.Function(lambda one: one.quote.split.net.plain() if one.quote.split else None)
    currency = fields.String(attribute="quote.currency")
    turnaround_days = fields.Integer(attribute="quote.turnaround_days", allow_none=True)
    valid_until = fields.Date(attribute="quote.valid_until", allow_none=True)
    terms = fields.String(attribute="quote.terms")
    reason = fields.String(attribute="quote.reason")
    version = fields.Integer(attribute="quote.version")


class RequestOut(Schema):
    id = fields.Integer(attribute="request.id")
    url = fields.String(attribute="request.path")
    buyer = fields.Nested(PartyOut)
    title = fields.String(attribute="request.title")
    body = fields.String(attribute="request.body")
    quantity = fields.String(attribute="request.quantity")
    quotes_by = fields.DateTime(attribute="request.quotes_by")
    needed_by = fields.Date(attribute="request.needed_by", allow_none=True)
    state = fields.Enum(RequestState, by_value=True, attribute="request.state")
    reason = fields.String(attribute="request.reason")
    quotes = fields.List(fields.Nested(QuoteOut))
    version = fields.Integer(attribute="request.version")
