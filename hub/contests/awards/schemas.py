"""One schema per direction serves the JSON body, the HTML form and OpenAPI."""

from __future__ import annotations

from itertools import zip_longest
from typing import Any

from flask_babel import lazy_gettext
from marshmallow import Schema, ValidationError, fields, post_load, validate

from hub.contests.awards.rules import LONGEST_MESSAGE, MOST_PEOPLE
from hub.contests.awards.states import SharingState, State
from hub.contests.entries.states import State as EntryState
from hub.contests.judging import rules as judging
from hub.core.fees.rules import basis_points
from hub.core.holds.rules import WHOLE_BP, Way
from hub.kernel.errors import Invalid
from hub.web.errors import said_by_field
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


# Sharing

CHOOSE = {"unknown": lazy_gettext("Choose one of the options."), "required": lazy_gettext("Choose one of the options.")}
Row = dict[str, Any]


class MemberIn(Schema):
    handle = Text(1, 80, required=True, metadata={"description": "As on the person's profile, with or without @."})
    percent = Text(0, 12, load_default="", metadata={"description": "Not for equal parts."})


class SharingContent(Schema):
    """For `half` and `free` the percentages, one's own among them, add up to 100; of `half` they divide the leader's half."""

    way = fields.Enum(Way, by_value=True, required=True, error_messages=CHOOSE)
    own_percent = Text(0, 12, load_default="", metadata={"description": "The leader's own; not for equal parts."})


class SharingIn(SharingContent):
    members = fields.List(fields.Nested(MemberIn), required=True, validate=validate.Length(max=MOST_PEOPLE))

    @post_load
    def as_parts(self, data: Row, **_: Any) -> Row:
        return _parts(data, [(member["handle"], member["percent"]) for member in data["members"]])


class SharingForm(SharingContent):
    """The same as rows of a form: `member` and `percent`, line by line; empty lines do not count."""

    member = fields.List(fields.String(validate=validate.Length(max=80)), load_default=list)
    percent = fields.List(fields.String(validate=validate.Length(max=12)), load_default=list)

    @post_load
    def as_parts(self, data: Row, **_: Any) -> Row:
        rows = zip_longest(data.pop("member"), data.pop("percent"), fillvalue="")
        return _parts(data, [(handle.strip(), said) for handle, said in rows if handle.strip() or said.strip()])


def _parts(data: Row, said: list[tuple[str, str]]) -> Row:
    """Percentages as basis points. Raises ValidationError about `parts`."""
    counts = data["way"] is not Way.EQUAL
    try:
        points = [basis_points(text or "0", "parts", WHOLE_BP) if counts else 0 for text in (data["own_percent"], *(p for _, p in said))]
    except Invalid as error:
        raise ValidationError({field: [text] for field, text in said_by_field(error).items()}) from error
    members = [(handle, part) for (handle, _), part in zip(said, points[1:], strict=True)]
    return {"way": data["way"], "own_points": points[0], "members": members}


class AnswerIn(Schema):
    """`number` is that of the sharing that was read: another one is not agreed to unseen."""

    number = fields.Integer(required=True)


class RefusalIn(AnswerIn):
    reason = Text(1, 500, required=True, metadata={"description": "The leader reads it."})


class PartOut(Schema):
    """One person's part. Amounts in figures: gross = fee + net."""

    handle = fields.String(attribute="person.handle")
    name = fields.String(attribute="person.name")
    leads = fields.Boolean()
    gross = fields.Function(lambda part: part.paid.gross.plain(), metadata={"type": "string"})
    fee = fields.Function(lambda part: part.paid.fee.plain(), metadata={"type": "string"})
    net = fields.Function(lambda part: part.paid.net.plain(), metadata={"type": "string"})
    agreed_at = fields.DateTime(allow_none=True)


class SharingOut(Schema):
    number = fields.Integer(attribute="sharing.number")
    way = fields.Enum(Way, by_value=True, attribute="sharing.way")
    state = fields.Enum(SharingState, by_value=True, attribute="sharing.state")
    currency = fields.String(attribute="award.currency")
    parts = fields.List(fields.Nested(PartOut))
    reason = fields.String(attribute="sharing.reason")
