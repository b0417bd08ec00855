"""One schema per direction serves the JSON body, the HTML form and OpenAPI."""

from __future__ import annotations

from flask_babel import lazy_gettext
from marshmallow import Schema, fields, validate

from hub.core.reputation import rules
from hub.core.reputation.rules import Badge, Mode, Part
from hub.core.reputation.states import State
from hub.web.forms import Text

CHOOSE = lazy_gettext("Choose one of the options.")
CHOICE = {"unknown": CHOOSE, "required": CHOOSE, "null": CHOOSE, "invalid": CHOOSE}


def _grade(description: str) -> fields.Integer:
    within = validate.Range(rules.LOWEST, rules.HIGHEST, error=CHOOSE)
    return fields.Integer(required=True, validate=within, error_messages=CHOICE, metadata={"description": description})


class RateIn(Schema):
    """From 1 to 5 each. The other side reads it, and then everybody."""

    substance = _grade("Quality of what was delivered; of whoever asked: how clear it was what was wanted.")
    communication = _grade("How it was to talk with them.")
    reliability = _grade("Kept to what was agreed; of whoever asked: fair when deciding and paying.")
    words = Text(rules.SHORTEST, rules.LONGEST, required=True, metadata={"description": "One sentence."})


class ReplyIn(Schema):
    reply = Text(rules.SHORTEST, rules.LONGEST, required=True, metadata={"description": "One sentence; everybody reads it."})


class RecommendIn(Schema):
    score = fields.Integer(required=True, validate=validate.Range(0, 10, error=CHOOSE), error_messages=CHOICE)
    why = Text(0, rules.LONGEST_WHY, load_default="", metadata={"description": "Administrators read it, without your name."})


class RatingOut(Schema):
    id = fields.Integer()
    by = fields.Enum(Part, by_value=True, attribute="part", metadata={"description": "The part that says it."})
    mode = fields.Enum(Mode, by_value=True, attribute="deal.mode")
    substance = fields.Integer()
    communication = fields.Integer()
    reliability = fields.Integer()
    mean = fields.String()
    words = fields.String()
    state = fields.Enum(State, by_value=True)
    shown_at = fields.DateTime(allow_none=True)
    reply = fields.String()
    replied_at = fields.DateTime(allow_none=True)


class DealOut(Schema):
    id = fields.Integer()
    key = fields.String(metadata={"description": "What it was: “order:7”."})
    mode = fields.Enum(Mode, by_value=True)
    title = fields.String()
    link = fields.String()
    finished_at = fields.DateTime()
    rate_from = fields.DateTime()
    closes_at = fields.DateTime(metadata={"description": "It can be rated before this moment."})
    shown_at = fields.DateTime(allow_none=True)


class DealViewOut(DealOut):
    """`theirs` is there once both are shown."""

    part = fields.Enum(Part, by_value=True, allow_none=True)
    other = fields.String(metadata={"description": "The other side’s name."})
    mine = fields.Nested(RatingOut, allow_none=True)
    theirs = fields.Nested(RatingOut, allow_none=True)


class RateOut(Schema):
    percent = fields.Integer()
    hits = fields.Integer()
    total = fields.Integer()


class RecordOut(Schema):
    """`score` is null while nobody has rated; rates are null below three facts."""

    deals = fields.Integer()
    ratings = fields.Integer()
    score = fields.String(allow_none=True, metadata={"description": "Shrunk towards 3.5 by count, with one decimal."})
    answers = fields.Nested(RateOut, allow_none=True)
    median_answer_hours = fields.Float(allow_none=True)
    on_time = fields.Nested(RateOut, allow_none=True)
    disputes_lost = fields.Nested(RateOut, allow_none=True)
    badges = fields.List(fields.Enum(Badge, by_value=True))


class ScoresOut(Schema):
    mode = fields.Enum(Mode, by_value=True, allow_none=True)
    month = fields.String(allow_none=True)
    net = fields.Integer(allow_none=True, metadata={"description": "Null below three answers."})
    total = fields.Integer()
    promoters = fields.Integer()
    passives = fields.Integer()
    detractors = fields.Integer()
