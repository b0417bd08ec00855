"""One schema per direction serves the JSON body, the HTML form and OpenAPI."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext, lazy_gettext
from marshmallow import Schema, ValidationError, fields, post_load, validate

from hub.contests.judging import rules
from hub.contests.judging.rules import LONGEST_REASON, TOP
from hub.contests.judging.states import State
from hub.web.forms import Text, Tick


class AppointIn(Schema):
    email = Text(3, 254, required=True)


class AcceptIn(Schema):
    """`declared`: no conflict of interest, in the words that were shown."""

    declared = Tick()


class WhyIn(Schema):
    reason = Text(0, 500, load_default="")


class ScoreIn(Schema):
    """`points` from 0 to 10 for a scored criterion, `met` for a must-have; the author reads the reason."""

    criterion_id = fields.Integer(required=True)
    points = fields.Integer(
        strict=True, allow_none=True, load_default=None,
        validate=validate.Range(0, TOP, error=lazy_gettext("Give a whole number of points from 0 to 10.")),
    )  # fmt: skip
    met = fields.Boolean(allow_none=True, load_default=None)
    reason = Text(0, LONGEST_REASON, required=True)

    @post_load
    def one_of_both(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        if (data["points"] is None) == (data["met"] is None):
            raise ValidationError(gettext("Send either points or met."), "points")
        met = data.pop("met")
        return data if met is None else data | {"points": int(met)}


class ScoresIn(Schema):
    scores = fields.List(fields.Nested(ScoreIn), required=True, validate=validate.Length(1, 100))


class ScoreOut(Schema):
    criterion_id = fields.Integer()
    points = fields.Integer()
    reason = fields.String()
    changed_at = fields.DateTime()


class JudgeOut(Schema):
    id = fields.Integer()
    challenge = fields.String(attribute="challenge.slug")
    person_id = fields.Integer()
    state = fields.Enum(State, by_value=True)
    appointed_at = fields.DateTime()
    declared_at = fields.DateTime(allow_none=True)


class StandingOut(Schema):
    """`total` is 0..10 as text with two decimals, null while a scored criterion is missing; `means` per criterion id."""

    entry_id = fields.Integer()
    place = fields.Integer(allow_none=True)
    total = fields.Function(lambda s: rules.shown(s.total) or None, metadata={"type": "string", "nullable": True})
    means = fields.Function(lambda s: {str(k): rules.shown(v) for k, v in s.means.items()}, metadata={"type": "object"})
    missing = fields.List(fields.Integer())
    failed = fields.List(fields.Integer())
    complete = fields.Boolean()
    judges = fields.Integer()


class ProgressOut(Schema):
    judge_id = fields.Integer(attribute="judge.id")
    state = fields.Enum(State, by_value=True, attribute="judge.state")
    done = fields.Integer()
    of = fields.Integer()


class SheetOut(Schema):
    """The ranking in its order, how far the judges are, and whether a winner can be selected."""

    method = fields.Constant(rules.METHOD)
    complete = fields.Boolean()
    missing = fields.Function(lambda sheet: len(sheet.unanswered), metadata={"type": "integer"})
    standings = fields.List(fields.Nested(StandingOut))
    progress = fields.List(fields.Nested(ProgressOut))


class QueueOut(Schema):
    """One entry in a judge's queue: `done` of `of` criteria are scored."""

    entry_id = fields.Integer()
    challenge = fields.String()
    title = fields.String()
    done = fields.Integer()
    of = fields.Integer()
