"""One schema per direction serves the JSON body, the HTML form and OpenAPI."""

from __future__ import annotations

from flask_babel import lazy_gettext
from marshmallow import Schema, fields, validate

from hub.core.moderation import rules
from hub.core.moderation.rules import Measure, Reason
from hub.core.moderation.states import State
from hub.web.forms import Text

CHOOSE = lazy_gettext("Choose one of the options.")


class FlagForm(Schema):
    reason = fields.Enum(
        Reason, by_value=True, required=True, error_messages={"unknown": CHOOSE, "required": CHOOSE, "null": CHOOSE},
        metadata={"description": "What is wrong with it."},
    )  # fmt: skip
    words = Text(0, rules.LONGEST_WORDS, load_default="", metadata={"description": "In your own words; needed for “other”."})


class FlagIn(FlagForm):
    post_id = fields.Integer(required=True, validate=validate.Range(1, 2**31 - 1))


class ReportIn(FlagForm):
    subject = fields.String(
        required=True, validate=validate.Regexp(r"^[a-z_]{1,40}:[1-9][0-9]{0,8}\Z", error=CHOOSE), metadata={"description": "What: idea:7."}
    )


class DecideIn(Schema):
    measures = fields.List(
        fields.String(validate=validate.OneOf([measure.value for measure in Measure], error=CHOOSE)), load_default=list,
        metadata={"description": "None of them leaves it as it is."},
    )  # fmt: skip
    reason = Text(1, rules.LONGEST_REASON, required=True, metadata={"description": "The people concerned read it word for word."})


class AppealIn(Schema):
    appeal = Text(1, rules.LONGEST_REASON, required=True, metadata={"description": "Why the decision is wrong."})


class SettleIn(Schema):
    reason = Text(1, rules.LONGEST_REASON, required=True, metadata={"description": "The author reads it word for word."})


class CaseListIn(Schema):
    state = fields.Enum(State, by_value=True, load_default=State.OPEN)
    cursor = fields.String()
    limit = fields.String()


class FlaggedOut(Schema):
    """What those who report a post get back."""

    post_id = fields.Integer()
    reported = fields.Constant(True)


class ReportedOut(Schema):
    """What those who report something else get back."""

    subject = fields.String()
    reported = fields.Constant(True)


class CaseOut(Schema):
    id = fields.Integer()
    subject = fields.String(metadata={"description": "What it is about: post:5, idea:7."})
    title = fields.String()
    post_id = fields.Integer(allow_none=True)
    state = fields.Enum(State, by_value=True)
    measures = fields.Function(
        lambda case: [measure.value for measure in case.taken], metadata={"type": "array", "items": {"type": "string"}}
    )
    reason = fields.String()
    opened_at = fields.DateTime()
    due_at = fields.DateTime()
    decided_at = fields.DateTime(allow_none=True)
    appeal = fields.String()
    appealed_at = fields.DateTime(allow_none=True)
    settlement = fields.String()
    settled_at = fields.DateTime(allow_none=True)
    href = fields.String(attribute="path")
