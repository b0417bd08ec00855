"""One schema per direction serves the JSON body, the HTML form and OpenAPI."""

from __future__ import annotations

from marshmallow import Schema, fields

from hub.contests.filings.models import MOST_TITLE
from hub.contests.filings.states import State
from hub.web.forms import Text

MOST_BODY = 100_000
MOST_WORDS = 5_000


class FilingTextIn(Schema):
    """A draft may have gaps; sealing needs a title and a text."""

    title = Text(0, MOST_TITLE, load_default="")
    body = Text(0, MOST_BODY, load_default="", metadata={"description": "Markdown: what you know already, and since when."})


class FilingIn(FilingTextIn):
    """`version` is that of the draft that was edited."""

    version = fields.Integer(load_default=None, allow_none=True)


class SealIn(Schema):
    """`version`, if given, must be that of the draft: then nothing is sealed that was not checked."""

    version = fields.Integer(load_default=None, allow_none=True)


class UploadIn(Schema):
    file = fields.Raw(required=True, metadata={"type": "string", "format": "binary"})


class ClaimIn(Schema):
    """Which sealed filing holds what the entry holds, and what that is. The author reads it beside the decision."""

    filing_id = fields.Integer(required=True)
    words = Text(0, MOST_WORDS, load_default="")


class FilingFileOut(Schema):
    """An attachment. `sha256` in hex, `size` in bytes."""

    id = fields.Integer()
    filename = fields.String()
    size = fields.Integer()
    sha256 = fields.String()


class FilingOut(Schema):
    """A filing of prior knowledge; the whole receipt of a sealed one is at /receipt."""

    id = fields.Integer()
    challenge = fields.String(attribute="challenge.slug")
    state = fields.Enum(State, by_value=True)
    title = fields.String()
    body = fields.String()
    receipt_no = fields.Function(lambda filing: filing.receipt_no if filing.hash else "", metadata={"type": "string"})
    hash = fields.String(allow_none=True, metadata={"description": "The fingerprint in the evidence log."})
    sealed_at = fields.DateTime(allow_none=True)
    version = fields.Integer()


class ClaimOut(Schema):
    """A claim of prior knowledge against an entry, and the filing on which it rests."""

    entry_id = fields.Integer()
    filing_id = fields.Integer()
    words = fields.String()
    at = fields.DateTime()
