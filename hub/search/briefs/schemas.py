"""One schema per direction serves the JSON body, the HTML form and OpenAPI."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext, lazy_gettext
from marshmallow import Schema, ValidationError, fields, post_load, pre_load, validate

from hub.kernel.taxonomy import Sector
from hub.search.briefs import rules
from hub.search.briefs.rules import Pay
from hub.search.briefs.states import FeeState, State
from hub.web.forms import Amount, Currency, Moment, Text, Tick, as_money

CHOOSE = {"unknown": lazy_gettext("Choose one of the options.")}
Row = dict[str, Any]


class Lines(fields.List):
    """Short texts. Programs send a list; a form sends one a line."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(Text(0, 20_000), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[Any]:
        said: list[Any] = super()._deserialize([value] if isinstance(value, str) else value, attr, data, **kwargs)
        lines = [line.strip() for text in said for line in text.split("\n") if line.strip()]
        if len(lines) > rules.MOST_CRITERIA:
            raise ValidationError(gettext("At most %(n)s lines.", n=rules.MOST_CRITERIA))
        if any(len(line) > rules.LONGEST_CRITERION for line in lines):
            raise ValidationError(gettext("Write at most %(n)s characters.", n=rules.LONGEST_CRITERION))
        return lines


class BriefIn(Schema):
    """A draft's content. It may be saved with gaps; the client signs off only what is complete."""

    title = Text(1, rules.LONGEST_TITLE, required=True)
    background = Text(0, rules.LONGEST_TEXT, metadata={"description": "Markdown; public once published."})
    sought = Text(0, rules.LONGEST_TEXT, metadata={"description": "Markdown; public once published."})
    must_haves = Lines(metadata={"description": "What a proposal must meet; each is a question to answer."})
    criteria = Lines(metadata={"description": "By what proposals are compared; each is a question to answer."})
    sector = fields.Enum(Sector, by_value=True, allow_none=True, error_messages=CHOOSE)
    language = fields.String(validate=validate.OneOf(["en", "zh"], error=CHOOSE["unknown"]))
    closes_at = Moment(allow_none=True, metadata={"description": "The deadline; a proposal at this very moment is late."})
    client_shown = fields.Boolean()


class BriefForm(BriefIn):
    must_haves = Lines(load_default=list)
    criteria = Lines(load_default=list)

    @pre_load
    def empty_is_none(self, data: Row, **_: Any) -> Row:
        blank = {"sector", "closes_at"}
        shown = {"client_shown": data.get("client_shown", False)}
        return {name: None if name in blank and not value.strip() else value for name, value in data.items()} | shown


class NewBriefForm(BriefForm):
    organisation = Text(1, 80, required=True)


class NewBriefIn(BriefIn):
    organisation = Text(1, 80, required=True, metadata={"description": "The client's address name (slug)."})


class BriefChangeIn(BriefIn):
    """Any part of a draft; what is left out stays."""

    title = Text(1, rules.LONGEST_TITLE)


class RemarksIn(Schema):
    remarks = Text(1, rules.LONGEST_REASON, required=True, metadata={"description": "The consultant reads them word for word."})


class SignOffIn(Schema):
    version = fields.Integer(load_default=None, allow_none=True, metadata={"description": "Of the brief that was read."})


class SignOffForm(SignOffIn):
    """The form also asks for a tick."""

    agreed = Tick(validate=validate.Equal(True, error=lazy_gettext("Tick that you have read the brief and agree.")))

    @pre_load
    def an_absent_tick_is_no(self, data: Row, **_: Any) -> Row:
        return {"agreed": False, **data}


class WithdrawIn(Schema):
    reason = Text(0, rules.LONGEST_REASON, load_default="", metadata={"description": "Whoever proposed reads it."})


class InviteIn(Schema):
    key = Text(3, 80, required=True, metadata={"description": "A match: expert:12 or offer:17."})


class ListIn(Schema):
    mine = fields.Boolean(
        load_default=False, metadata={"description": "Those you work on or that are of your organisations, in every state."}
    )
    cursor = fields.String()
    limit = fields.String()


class ClientOut(Schema):
    slug = fields.String()
    name = fields.String()


class BriefOut(Schema):
    id = fields.Integer(attribute="brief.id")
    url = fields.String(attribute="brief.path")
    client = fields.Nested(ClientOut, allow_none=True, metadata={"description": "Null where the client is not named."})
    client_shown = fields.Boolean(attribute="brief.client_shown")
    title = fields.String(attribute="brief.title")
    background = fields.String(attribute="brief.background")
    sought = fields.String(attribute="brief.sought")
    must_haves = fields.List(fields.String(), attribute="brief.must_haves")
    criteria = fields.List(fields.String(), attribute="brief.criteria")
    sector = fields.Enum(Sector, by_value=True, attribute="brief.sector", allow_none=True)
    language = fields.String(attribute="brief.language")
    closes_at = fields.DateTime(attribute="brief.closes_at", allow_none=True)
    state = fields.Enum(State, by_value=True, attribute="brief.state")
    published_at = fields.DateTime(attribute="brief.signed_off_at", allow_none=True)
    decided_at = fields.DateTime(attribute="brief.decided_at", allow_none=True)
    version = fields.Integer(attribute="brief.version")


class MatchOut(Schema):
    key = fields.String(attribute="match.key")
    title = fields.String(attribute="match.title")
    url = fields.String(attribute="match.url")
    score = fields.Float(attribute="match.score", metadata={"description": "Likeness of the texts, 0 to 1."})
    reasons = fields.Function(
        lambda one: [{"word": word, "adds": part} for word, part in one.match.reasons],
        metadata={"type": "array", "items": {"type": "object"}, "description": "Words of the brief and what each adds to the score."},
    )
    invited = fields.String(allow_none=True)
    reachable = fields.Boolean()


class MatchesOut(Schema):
    expert = fields.List(fields.Nested(MatchOut))
    offer = fields.List(fields.Nested(MatchOut))


class InvitedOut(Schema):
    invited = fields.Integer(metadata={"description": "How many people were asked now."})


class FeeIn(Schema):
    """What the search costs; nothing, empty or 0 means that it costs nothing."""

    amount = Amount(load_default="", metadata={"description": "The gross: what the client pays."})
    currency = Currency(load_default="USD")

    @post_load
    def parsed(self, data: Row, **_: Any) -> Row:
        if data["amount"].strip().strip("0.,") == "":
            return {"gross": None}
        return {"gross": as_money(data, "amount")["amount"]}


class HoldFeeIn(Schema):
    """`gross` and `currency` are those that were read: another fee is not agreed to unseen."""

    pay = fields.Enum(Pay, by_value=True, required=True, error_messages=CHOOSE | {"required": CHOOSE["unknown"]})
    gross = Amount(required=True)
    currency = Currency(required=True)

    @post_load
    def parsed(self, data: Row, **_: Any) -> Row:
        return {"pay": data["pay"], "seen": as_money(data, "gross")["gross"]}


class FeeOut(Schema):
    """The consultant's fee. Amounts in figures: gross = fee + net."""

    gross = fields.Function(lambda one: one.split.gross.plain(), metadata={"type": "string"})
    fee = fields.Function(lambda one: one.split.fee.plain(), metadata={"type": "string"})
    net = fields.Function(lambda one: one.split.net.plain(), metadata={"type": "string"})
    currency = fields.String()
    fee_bp = fields.Integer(metadata={"description": "The site's fee in 1/100 %."})
    state = fields.Enum(FeeState, by_value=True)
    held_at = fields.DateTime(allow_none=True)
    closed_at = fields.DateTime(allow_none=True)
