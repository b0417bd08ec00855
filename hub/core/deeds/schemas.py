"""What the doors of deeds take and answer."""

from __future__ import annotations

from marshmallow import EXCLUDE, Schema, fields, validate

from hub.core.agreements.rules import Became

LANGUAGES = ("en", "zh")


class SinceIn(Schema):
    """`since` is the number of the earlier version; `text` the language that is compared."""

    class Meta:
        unknown = EXCLUDE

    since = fields.Integer(load_default=None, allow_none=True, validate=validate.Range(1, 2**31 - 1))
    text = fields.String(load_default="en", validate=validate.OneOf(LANGUAGES))


class PieceOut(Schema):
    kind = fields.String(metadata={"description": "same, added or removed"})
    text = fields.String()


class ParagraphOut(Schema):
    kind = fields.String(metadata={"description": "same, changed, added or removed"})
    pieces = fields.List(fields.Nested(PieceOut))


class ChangeOut(Schema):
    """A clause of the newer text, or one that is gone; numbers are empty where it was not."""

    kind = fields.Enum(Became, by_value=True)
    before = fields.String(metadata={"description": "Its number then."})
    number = fields.String(metadata={"description": "Its number now."})
    heading = fields.String()
    paragraphs = fields.List(fields.Nested(ParagraphOut))


class ChangesOut(Schema):
    since = fields.Integer(metadata={"description": "The earlier version's number."})
    number = fields.Integer(metadata={"description": "This version's number."})
    language = fields.String()
    clauses = fields.List(fields.Nested(ChangeOut))


class StandardOut(Schema):
    author = fields.String(metadata={"description": "Who wrote it; empty for the site's standard, or while it is not for you to know."})
    own_from = fields.Integer(allow_none=True, metadata={"description": "From this clause on the words are the author's own."})
    is_standard = fields.Boolean(metadata={"description": "Drawn up from the site's standard text."})
    language = fields.String()
    clauses = fields.List(fields.Nested(ChangeOut))


class EvidenceOut(Schema):
    """An agreement's file of evidence: check it with `hub evidence verify FILE` or at /evidence/verify."""

    format = fields.String()
    site = fields.String()
    agreement = fields.Integer()
    subject = fields.String()
    kind = fields.String()
    version = fields.Integer()
    drawn_up_at = fields.String()
    title_en = fields.String()
    title_zh = fields.String()
    text_en = fields.String()
    text_zh = fields.String()
    hash = fields.String()
    hash_is = fields.String()
    signed_is = fields.String()
    in_force = fields.Boolean()
    parties = fields.List(fields.Dict())
    signatures = fields.List(fields.Dict(), metadata={"description": "Those that you may see, each signed by the site."})
    key = fields.Dict()
    signature = fields.String()
