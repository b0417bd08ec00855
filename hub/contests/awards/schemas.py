"""One schema per direction serves the JSON body, the HTML form and OpenAPI."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields

from hub.contests.awards.rules import LONGEST_MESSAGE
from hub.contests.awards.states import State
from hub.contests.entries.states import State as EntryState
from hub.contests.judging import rules as judging
from hub.web.forms import Text


class MessageIn(Schema):
    """`message` goes to everybody who entered; it is needed where the choice is not the first of the ranking."""

    message = Text(0, LONGEST_MESSAGE, load_default="")


class SelectIn(MessageIn):
    entry_id = fields.Integer(required=True, metadata={"description": "The winning entry."})


class EndIn(Schema):
    """`reason` goes to everybody who entered."""

    reason = Text(0, LONGEST_MESSAGE, load_default="")


class DeclineIn(Schema):
    reason = Text(0, 500, load_default="")


class TermsOut(Schema):
    """What the winner signs. `hash` is what goes back as `seen_hash`."""

    id = fields.Integer()
    version = fields.Integer(attribute="number")
    hash = fields.String()
    title = fields.String(attribute="title_en")
    text = fields.String(attribute="text_en")
    text_zh = fields.String()
    summary = fields.List(fields.String(), attribute="summary_en")


class AwardOut(Schema):
    """An award. Amounts in figures, of `currency`; `fee_bp` in 1/100 %."""

    id = fields.Integer(attribute="award.id")
    challenge = fields.String(attribute="award.challenge.slug")
    entry_id = fields.Integer(attribute="award.entry_id")
    state = fields.Enum(State, by_value=True, attribute="award.state")
    gross = fields.Function(lambda shown: shown["award"].split.gross.plain(), metadata={"type": "string"})
    fee = fields.Function(lambda shown: shown["award"].split.fee.plain(), metadata={"type": "string"})
    net = fields.Function(lambda shown: shown["award"].split.net.plain(), metadata={"type": "string"})
    currency = fields.String(attribute="award.currency")
    fee_bp = fields.Integer(attribute="award.fee_bp")
    message = fields.String(attribute="award.message")
    selected_at = fields.DateTime(attribute="award.selected_at")
    sign_by = fields.DateTime(attribute="award.sign_by")
    signed_at = fields.DateTime(attribute="award.signed_at", allow_none=True)
    paid_at = fields.DateTime(attribute="award.paid_at", allow_none=True)
    agreement = fields.Nested(TermsOut, attribute="terms")


class ReasonOut(Schema):
    """One judge's word on one criterion: `points` 0..10, or `met` for a must-have; `judge` counts them from 1."""

    criterion_id = fields.Integer(attribute="criterion.id")
    criterion = fields.String(attribute="criterion.title")
    judge = fields.Integer()
    points = fields.Function(
        lambda reason: None if reason.met is not None else reason.points, metadata={"type": "integer", "nullable": True}
    )
    met = fields.Boolean(allow_none=True)
    reason = fields.String(attribute="text")


class PriorOut(Schema):
    """What the seeker claims to have known before, and the filing sealed before the entries were opened (see /filings)."""

    filing_id = fields.Integer(attribute="filing.id")
    filing_hash = fields.String(attribute="filing.hash")
    filed_at = fields.DateTime(attribute="filing.sealed_at")
    words = fields.String(attribute="claim.words")


class ResultOut(Schema):
    """The author's result; `decided` is false, and the rest empty, until the seeker has decided."""

    entry_id = fields.Integer(attribute="entry.id")
    state = fields.Enum(EntryState, by_value=True, attribute="entry.state")
    decided = fields.Boolean()
    place = fields.Function(
        lambda result: result.standing.place if result.standing else None, metadata={"type": "integer", "nullable": True}
    )
    of = fields.Integer()
    total = fields.Method("_total", metadata={"type": "string", "nullable": True})
    reasons = fields.List(fields.Nested(ReasonOut))
    message = fields.String()
    award_id = fields.Function(lambda result: result.award.id if result.award else None, metadata={"type": "integer", "nullable": True})
    prior_knowledge = fields.Nested(PriorOut, attribute="held", allow_none=True)

    def _total(self, result: Any) -> str | None:
        return judging.shown(result.standing.total) or None if result.standing else None
