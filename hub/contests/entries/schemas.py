"""One schema per direction serves the JSON body, the HTML form and OpenAPI."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields

from hub.contests.entries.models import MOST_TITLE
from hub.contests.entries.states import Capacity, State
from hub.web.forms import Text

MOST_BODY = 100_000


class DraftIn(Schema):
    """A draft may have gaps; sealing needs a title and a text. `version` is that of the draft that was edited."""

    title = Text(0, MOST_TITLE, load_default="")
    body = Text(0, MOST_BODY, load_default="", metadata={"description": "Markdown."})
    version = fields.Integer(load_default=None, allow_none=True)


class SealIn(Schema):
    """`version`, if given, must be that of the draft: then nothing is sealed that was not checked."""

    version = fields.Integer(load_default=None, allow_none=True)


class FileOut(Schema):
    """An attachment. `sha256` in hex, `size` in bytes."""

    id = fields.Integer()
    filename = fields.String()
    size = fields.Integer()
    media_type = fields.String()
    sha256 = fields.String()


class SealOut(Schema):
    """A seal; the whole receipt is at /receipt."""

    number = fields.Integer()
    receipt_no = fields.String()
    hash = fields.String(metadata={"description": "SHA-256 of the sealed manifest's canonical JSON."})
    sealed_at = fields.DateTime()


class EntryOut(Schema):
    """An entry as its author sees it: the draft, its files, all its seals."""

    id = fields.Integer(attribute="entry.id")
    challenge = fields.String(attribute="entry.challenge.slug")
    state = fields.Enum(State, by_value=True, attribute="entry.state")
    title = fields.String(attribute="entry.title")
    body = fields.String(attribute="entry.body")
    files = fields.List(fields.Nested(FileOut))
    seals = fields.List(fields.Nested(SealOut))
    changed = fields.Boolean(metadata={"description": "Has the draft changed since the last seal?"})
    closes_at = fields.DateTime(attribute="entry.challenge.closes_at")
    updated_at = fields.DateTime(attribute="entry.updated_at")
    version = fields.Integer(attribute="entry.version")


class EntryLineOut(Schema):
    """An entry in a list."""

    id = fields.Integer()
    challenge = fields.String(attribute="challenge.slug")
    state = fields.Enum(State, by_value=True)
    title = fields.String()
    sealed_at = fields.DateTime(allow_none=True)
    closes_at = fields.DateTime(attribute="challenge.closes_at")


class SealedFileOut(Schema):
    id = fields.Integer()
    name = fields.String()
    size = fields.Integer()
    media_type = fields.String()
    sha256 = fields.String()


class SealedEntryOut(Schema):
    """An entry as sealed last: what those who decide on it read. Its author is not named."""

    id = fields.Integer(attribute="entry_id")
    receipt_no = fields.String()
    hash = fields.String()
    sealed_at = fields.DateTime()
    title = fields.String()
    body = fields.String()
    files = fields.List(fields.Nested(SealedFileOut))


class AgreementOut(Schema):
    """What an entrant signs. `hash` is what goes back as `seen_hash`."""

    id = fields.Integer(attribute="terms.id")
    version = fields.Integer(attribute="terms.number")
    hash = fields.String(attribute="terms.hash")
    title = fields.String(attribute="terms.title_en")
    text = fields.String(attribute="terms.text_en")
    text_zh = fields.String(attribute="terms.text_zh")
    summary = fields.List(fields.String(), attribute="terms.summary_en")
    signed_at = fields.Method("_signed_at", metadata={"type": "string", "format": "date-time", "nullable": True})

    def _signed_at(self, shown: Any) -> str | None:
        return shown["signature"].signed_at.isoformat() if shown["signature"] else None


class ViewOut(Schema):
    """One look at the entry by somebody else; `file` is empty for the entry itself, else the copy's number and SHA-256 stand beside it."""

    id = fields.Integer()
    at = fields.DateTime()
    capacity = fields.Enum(Capacity, by_value=True)
    file = fields.String(attribute="file_name")
    copy_no = fields.String()
    copy_sha256 = fields.String()


class UploadIn(Schema):
    file = fields.Raw(required=True, metadata={"type": "string", "format": "binary"})


class NumberIn(Schema):
    """Which seal; the last by default."""

    number = fields.Integer(load_default=None, allow_none=True)
