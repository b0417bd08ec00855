"""What the doors of papers take and give."""

from __future__ import annotations

import json

from flask import request
from marshmallow import Schema, fields

from hub.core.papers.models import Paper
from hub.core.papers.rules import PaperKind
from hub.core.payments.schemas import MoneyOut
from hub.web.forms import Text


def chosen_kind() -> PaperKind | None:
    """The kind that the address asks for; nothing for one that there is not."""
    said = request.args.get("kind", "")
    return PaperKind(said) if said in {kind.value for kind in PaperKind} else None


def chosen_year() -> int | None:
    said = request.args.get("year", "")
    return int(said) if said.isdecimal() and said.isascii() and len(said) == 4 else None


class CancelIn(Schema):
    reason = Text(3, 300, required=True, metadata={"description": "What was wrong: it stands on the credit note."})


class PaperOut(Schema):
    """A paper as it stands in a list."""

    id = fields.Integer()
    number = fields.String()
    kind = fields.Enum(PaperKind, by_value=True)
    issuer = fields.String(metadata={"description": "“site:0”, “organisation:12”."})
    recipient = fields.String(metadata={"description": "“person:7”, “organisation:12”."})
    amount = fields.Nested(MoneyOut)
    subject = fields.String()
    month = fields.String(attribute="period")
    happened_at = fields.AwareDateTime()
    issued_at = fields.AwareDateTime()
    fingerprint = fields.String(metadata={"description": "SHA-256 of its content in canonical JSON."})


class PapersOut(Schema):
    items = fields.List(fields.Nested(PaperOut))
    next = fields.String(allow_none=True)


def _content(paper: Paper) -> object:
    return json.loads(paper.content)


class WholePaperOut(PaperOut):
    """With all that it says; amounts in it are minor units."""

    content = fields.Function(_content, metadata={"type": "object"})


class CancelledOut(Schema):
    credit_note = fields.Nested(PaperOut)
    paper = fields.Nested(PaperOut, metadata={"description": "The paper anew, with today's details."})
