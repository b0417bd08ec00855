"""One schema per direction serves the JSON body, the HTML form and OpenAPI."""

from __future__ import annotations

from flask_babel import lazy_gettext
from marshmallow import Schema, fields, validate

from hub.portals.desk import rules
from hub.portals.desk.states import DECISIONS, Act, State
from hub.web.forms import Text

CHOOSE = lazy_gettext("Choose what happens next.")
PERSON = {"invalid": lazy_gettext("Choose somebody who runs this portal.")}


class DecisionIn(Schema):
    act = fields.Enum(
        Act, by_value=True, required=True, validate=validate.OneOf(DECISIONS, error=CHOOSE),
        error_messages={"unknown": CHOOSE, "required": CHOOSE}, metadata={"description": "advance, accept, ask or decline."},
    )  # fmt: skip
    reason = Text(1, rules.LONGEST_REASON, required=True, metadata={"description": "The submitter reads it word for word."})
    step = fields.Integer(
        required=True, validate=validate.Range(0, 2**31 - 1),
        metadata={"description": "The submission's `step` as you read it; if it has moved on, the answer is 409."},
    )  # fmt: skip


class AnswerIn(Schema):
    answer = Text(1, rules.LONGEST_REASON, required=True)


class NoteIn(Schema):
    note = Text(1, rules.LONGEST_REASON, required=True)


class AssignIn(Schema):
    person = fields.Integer(allow_none=True, required=True, validate=validate.Range(1, 2**31 - 1), error_messages=PERSON)


class NumberIn(Schema):
    """The form's version that somebody saw."""

    form = fields.Integer(load_default=None, validate=validate.Range(0, 2**31 - 1))
    terms_hash = Text(0, 64, load_default="")
    agree = fields.String(load_default="")


class DraftIn(Schema):
    title = Text(0, rules.LONGEST_TITLE, load_default="")
    answers = fields.Dict(
        keys=fields.String(), values=fields.Raw(allow_none=True), load_default=dict,
        metadata={"description": "By the keys of the form's questions: text, a list of option keys, or true for a consent."},
    )  # fmt: skip


class SendIn(DraftIn):
    terms_hash = Text(64, 64, required=True, metadata={"description": "SHA-256 of the terms as the portal gives them: you agree to these."})
    language = Text(2, 8, load_default="", metadata={"description": "The language in which you read the terms."})


class StepOut(Schema):
    number = fields.Integer()
    act = fields.Enum(Act, by_value=True)
    stage = fields.Integer()
    said = fields.String()
    at = fields.DateTime()


class FileOut(Schema):
    id = fields.Integer()
    filename = fields.String()
    size = fields.Integer()
    sha256 = fields.String()


class SubmissionOut(Schema):
    """A submission in a list."""

    id = fields.Integer()
    title = fields.String()
    state = fields.Enum(State, by_value=True)
    stage = fields.Integer()
    step = fields.Integer()
    due_at = fields.DateTime(allow_none=True)
    submitted_at = fields.DateTime(allow_none=True)
    decided_at = fields.DateTime(allow_none=True)
    version = fields.Integer()


class WholeOut(SubmissionOut):
    form = fields.Integer(metadata={"description": "The form's version that it answers."})
    answers = fields.Dict()
    files = fields.Dict(keys=fields.String(), values=fields.List(fields.Nested(FileOut)))
    steps = fields.List(fields.Nested(StepOut))
    terms_hash = fields.String()
