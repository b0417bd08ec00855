"""One schema per direction serves the JSON body, the HTML form and OpenAPI. None names the asker."""

from __future__ import annotations

from marshmallow import Schema, fields

from hub.core.questions import rules
from hub.core.questions.states import State, Voice
from hub.web.forms import Text

ABOUT = {"description": "What it is about: “challenge:5”."}


class AskForm(Schema):
    text = Text(rules.SHORTEST, rules.LONGEST, required=True, metadata={"description": "Do not say who you are: everybody reads it."})


class AskIn(AskForm):
    subject = Text(3, 80, required=True, metadata=ABOUT)


class AnswerIn(Schema):
    answer = Text(1, rules.LONGEST_ANSWER, required=True, metadata={"description": "Markdown; everybody reads it."})


class DeclineIn(Schema):
    reason = Text(rules.SHORTEST_REASON, rules.LONGEST_REASON, required=True, metadata={"description": "The asker alone reads it."})


class QuestionListIn(Schema):
    subject = Text(3, 80, required=True, metadata=ABOUT)
    waiting = fields.Boolean(load_default=False, metadata={"description": "Those that wait for your answer, instead of the answered ones."})
    cursor = fields.String()
    limit = fields.String()


class QuestionOut(Schema):
    id = fields.Integer()
    subject = fields.String(metadata=ABOUT)
    text = fields.String()
    state = fields.Enum(State, by_value=True)
    answer = fields.String(metadata={"description": "Markdown; empty until it is answered."})
    answered_by = fields.Enum(Voice, by_value=True, attribute="voice", allow_none=True)
    asked_at = fields.DateTime()
    decided_at = fields.DateTime(allow_none=True)
    corrected_at = fields.DateTime(allow_none=True)
    href = fields.String(attribute="path")


class MyQuestionOut(QuestionOut):
    reason = fields.String(metadata={"description": "Why it was declined."})
