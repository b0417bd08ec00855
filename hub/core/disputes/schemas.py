"""One schema per direction serves the JSON body, the HTML form and OpenAPI."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext
from marshmallow import Schema, fields, post_load, validate

from hub.core.disputes import rules
from hub.core.disputes.rules import Ground, Role
from hub.core.disputes.states import OfferState, State
from hub.web.forms import Amount, Currency, Text, Tick, as_money

CHOOSE = lazy_gettext("Choose one of the options.")
CHOICE = {"unknown": CHOOSE, "required": CHOOSE, "null": CHOOSE}


class SayIn(Schema):
    statement = Text(1, rules.LONGEST_WORDS, required=True, metadata={"description": "Markdown; both sides and the mediator read it."})


class OpenForm(SayIn):
    ground = fields.Enum(Ground, by_value=True, required=True, error_messages=CHOICE)


class OpenIn(OpenForm):
    about = fields.String(required=True, validate=validate.Regexp(r"^[a-z_]{1,30}:[1-9][0-9]{0,8}$", error=CHOOSE))


class WaysIn(Schema):
    """A way in which it can end. `amount` and `currency` go with those that name an amount."""

    outcome = fields.String(required=True, validate=validate.Length(min=1, max=40), error_messages=CHOICE)
    amount = Amount(load_default=None, allow_none=True)
    currency = Currency(load_default="USD")

    @post_load
    def money(self, data: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        data["amount"] = data.get("amount") or None
        data = as_money(data, "amount")
        data.pop("currency", None)
        return data


class ResolutionIn(WaysIn):
    words = Text(0, rules.LONGEST_REASON, load_default="", metadata={"description": "Why; both sides read it."})


class WhyIn(Schema):
    reason = Text(0, rules.LONGEST_REASON, load_default="", metadata={"description": "Why; the other side reads it."})


class NameIn(Schema):
    person = fields.Integer(
        required=True, validate=validate.Range(1, 2**31 - 1), error_messages={"required": CHOOSE, "invalid": CHOOSE, "null": CHOOSE}
    )


class DeclareIn(Schema):
    declared = Tick(metadata={"description": "No conflict of interest, in the words that were shown."})


class EffectOut(Schema):
    """What one party gets; amounts in figures, `gross` = `fee` + `net`."""

    whom = fields.String()
    currency = fields.Function(lambda one: one.gross.currency, metadata={"type": "string"})
    gross = fields.Function(lambda one: one.gross.plain(), metadata={"type": "string"})
    fee = fields.Function(lambda one: one.fee.plain(), metadata={"type": "string"})
    net = fields.Function(lambda one: one.net.plain(), metadata={"type": "string"})


class OutcomeOut(Schema):
    key = fields.String()
    label = fields.String()
    most = fields.Function(lambda one: str(one.most) if one.most else None, metadata={"type": ["string", "null"]})


class MatterOut(Schema):
    """A thing whose decision one may dispute, and until when."""

    about = fields.String(attribute="matter.ref")
    title = fields.String(attribute="matter.title")
    decision = fields.String(attribute="claim.decision")
    decided_at = fields.DateTime(attribute="claim.decided_at")
    until = fields.DateTime(attribute="claim.until")
    grounds = fields.List(fields.Enum(Ground, by_value=True), attribute="matter.grounds")
    at_stake = fields.Function(lambda one: str(one.matter.at_stake) if one.matter.at_stake else None, metadata={"type": ["string", "null"]})


class FileOut(Schema):
    id = fields.Integer()
    name = fields.String(attribute="filename")
    size = fields.Integer()
    sha256 = fields.String()


class StatementOut(Schema):
    id = fields.Integer(attribute="statement.id")
    role = fields.Enum(Role, by_value=True, attribute="statement.role")
    body = fields.String(attribute="statement.body")
    at = fields.DateTime(attribute="statement.at")
    files = fields.List(fields.Nested(FileOut))


class OfferOut(Schema):
    id = fields.Integer()
    role = fields.Enum(Role, by_value=True)
    outcome = fields.String()
    words = fields.String()
    state = fields.Enum(OfferState, by_value=True)
    at = fields.DateTime()
    opener_at = fields.DateTime(allow_none=True)
    other_at = fields.DateTime(allow_none=True)
    effects = fields.List(fields.Nested(EffectOut), attribute="moves")


class OutsideOut(Schema):
    """What administrators, and a mediator who has not declared, know of a dispute: that there is one, and where it stands."""

    id = fields.Integer()
    about = fields.String(attribute="subject")
    title = fields.String()
    state = fields.Enum(State, by_value=True)
    opened_at = fields.DateTime()
    due_at = fields.DateTime(allow_none=True, metadata={"description": "When the present step ends."})
    mediator = fields.Integer(attribute="mediator_id", allow_none=True)
    href = fields.String(attribute="path")
    version = fields.Integer()


class DisputeOut(OutsideOut):
    ground = fields.Enum(Ground, by_value=True)
    decision = fields.String()
    decided_at = fields.DateTime()
    closed_at = fields.DateTime(allow_none=True)
    at_stake = fields.Function(lambda one: str(one.stake) if one.stake else None, metadata={"type": ["string", "null"]})
    outcome = fields.String()
    effects = fields.List(fields.Nested(EffectOut), attribute="moved")
    reason = fields.String()
