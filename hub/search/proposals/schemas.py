"""One schema per direction serves the JSON body, the HTML form and OpenAPI."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext
from marshmallow import Schema, fields, pre_load, validate

from hub.search.briefs.rules import MOST_CRITERIA
from hub.search.proposals import rules
from hub.search.proposals.states import ProposalState
from hub.web.forms import Text, Tick

MOST_ANSWERS = 2 * MOST_CRITERIA
YES_OR_NO = {"required": lazy_gettext("Choose one of the options."), "invalid": lazy_gettext("Choose one of the options.")}
Row = dict[str, Any]


class ProposalIn(Schema):
    title = Text(0, rules.LONGEST_TITLE, load_default="")
    approach = Text(0, rules.LONGEST_TEXT, load_default="", metadata={"description": "Markdown; nothing confidential."})
    answers = fields.List(
        Text(0, rules.LONGEST_ANSWER), load_default=list, validate=validate.Length(max=MOST_ANSWERS),
        metadata={"description": "In the order of must-haves, then criteria."},
    )  # fmt: skip
    version = fields.Integer(load_default=None, allow_none=True)


class ProposalForm(ProposalIn):
    """A form sends `answers.0`, `answers.1` and so on."""

    @pre_load
    def gather(self, data: Row, **_: Any) -> Row:
        plain = {name: value for name, value in data.items() if not name.startswith("answers.")}
        count = sum(1 for name in data if name.startswith("answers."))
        answers = [data.get(f"answers.{number}", "") for number in range(min(count, MOST_ANSWERS))]
        return {name: None if name == "version" and value == "" else value for name, value in plain.items()} | {"answers": answers}


class HandInIn(Schema):
    non_confidential = fields.Boolean(
        load_default=False, metadata={"description": "Your declaration that nothing in the proposal is confidential."}
    )


class HandInForm(Schema):
    non_confidential = Tick()


class SortIn(Schema):
    shortlisted = fields.Boolean(required=True, error_messages=YES_OR_NO)


class AnswerIn(Schema):
    chosen = fields.Boolean(required=True, error_messages=YES_OR_NO)
    reason = Text(
        rules.SHORTEST_REASON, rules.LONGEST_REASON, required=True, metadata={"description": "The author reads it with the decision."}
    )


class UploadIn(Schema):
    file = fields.Raw(required=True, metadata={"type": "string", "format": "binary"})


class CursorIn(Schema):
    cursor = fields.String()
    limit = fields.String()


class FileOut(Schema):
    id = fields.Integer()
    filename = fields.String()
    size = fields.Integer(metadata={"description": "In bytes."})
    media_type = fields.String()
    sha256 = fields.String()


class ProposalOut(Schema):
    """`answer` and `chosen` are for those who compare, and for the author once the brief is decided."""

    id = fields.Integer(attribute="proposal.id")
    brief_id = fields.Integer(attribute="proposal.brief_id")
    url = fields.String(attribute="proposal.path")
    author = fields.String(attribute="handle")
    name = fields.String(metadata={"description": "Once selected."})
    email = fields.String(metadata={"description": "Once selected."})
    title = fields.String(attribute="proposal.title")
    approach = fields.String(attribute="proposal.approach")
    answers = fields.List(fields.String(), attribute="proposal.answers")
    state = fields.Enum(ProposalState, by_value=True, attribute="proposal.state")
    handed_in_at = fields.DateTime(attribute="proposal.handed_in_at", allow_none=True)
    version = fields.Integer(attribute="proposal.version")
    chosen = fields.Boolean(allow_none=True)
    answer = fields.String()
