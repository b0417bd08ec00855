"""One schema per direction serves the JSON body, the HTML form and OpenAPI."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from hub.communities.pages import rules
from hub.communities.pages.rules import Kind
from hub.communities.pages.states import State
from hub.communities.spaces.rules import Licence
from hub.web.forms import Text

REVISION = validate.Range(1, 2**31 - 1)
MARKDOWN = {"description": "Markdown; [[Title]] links to another page of the community."}
SUMMARY = {"description": "What was changed and why, in a line."}


class NewPageIn(Schema):
    title = Text(1, rules.LONGEST_TITLE, required=True)
    body = Text(1, rules.LONGEST_BODY, required=True, metadata=MARKDOWN)
    summary = Text(0, rules.LONGEST_SUMMARY, load_default="", metadata=SUMMARY)


class PageIn(Schema):
    """A whole page. Say what it was made of: by If-Match, or by `base_revision`."""

    title = Text(1, rules.LONGEST_TITLE)
    body = Text(1, rules.LONGEST_BODY, required=True, metadata=MARKDOWN)
    summary = Text(0, rules.LONGEST_SUMMARY, load_default="", metadata=SUMMARY)
    base_revision = fields.Integer(validate=REVISION, metadata={"description": "The number of the revision it was made of."})


class RestoreIn(Schema):
    revision = fields.Integer(required=True, validate=REVISION, metadata={"description": "The revision to save again."})
    base_revision = fields.Integer(validate=REVISION, metadata={"description": "The newest revision you know of."})
    summary = Text(0, rules.LONGEST_SUMMARY, load_default="", metadata=SUMMARY)


class NewPageForm(NewPageIn):
    """`version` names the draft that the window knows (PageDraft.token)."""

    version = Text(0, 40, load_default="")


class PageForm(NewPageForm):
    base = fields.Integer(required=True, validate=REVISION)


class DraftForm(Schema):
    """What was typed so far, gaps and all."""

    title = Text(0, rules.LONGEST_TITLE, load_default="")
    body = Text(0, rules.LONGEST_BODY, load_default="")
    summary = Text(0, rules.LONGEST_SUMMARY, load_default="")
    base = fields.Integer(load_default=0, validate=validate.Range(0, 2**31 - 1))
    version = Text(0, 40, load_default="")


class RestoreForm(Schema):
    number = fields.Integer(required=True, validate=REVISION)
    base = fields.Integer(required=True, validate=REVISION)


class DiffIn(Schema):
    before = fields.Integer(data_key="from", validate=REVISION, metadata={"description": "Default: the one before `to`."})
    after = fields.Integer(data_key="to", validate=REVISION, metadata={"description": "Default: the newest."})


class AuthorOut(Schema):
    handle = fields.String()
    name = fields.String()


class RevisionOut(Schema):
    id = fields.Integer()
    page = fields.String(attribute="page_slug")
    number = fields.Integer()
    base = fields.Integer(metadata={"description": "The revision it was made of; 0 for the first."})
    kind = fields.Enum(Kind, by_value=True)
    restored = fields.Integer(allow_none=True, metadata={"description": "Which revision was saved again."})
    title = fields.String()
    summary = fields.String()
    size = fields.Integer(metadata={"description": "In characters."})
    delta = fields.Integer(metadata={"description": "Characters more (or fewer) than before."})
    author = fields.Nested(AuthorOut)
    saved_by = fields.Nested(AuthorOut)
    at = fields.DateTime()


class TextOut(Schema):
    """A revision with its text."""

    number = fields.Integer()
    title = fields.String()
    body = fields.String(metadata=MARKDOWN)
    summary = fields.String()
    licence = fields.Enum(Licence, by_value=True)
    at = fields.DateTime()


class PageOut(Schema):
    id = fields.Integer()
    slug = fields.String()
    title = fields.String()
    number = fields.Integer(metadata={"description": "The newest revision; also the ETag."})
    size = fields.Integer()
    state = fields.Enum(State, by_value=True)
    created_at = fields.DateTime()
    updated_at = fields.DateTime()


class FullPageOut(PageOut):
    body = fields.String(metadata=MARKDOWN)
    licence = fields.Enum(Licence, by_value=True)


class PieceOut(Schema):
    text = fields.String()
    changed = fields.Boolean()


class DiffRowOut(Schema):
    kind = fields.String(metadata={"enum": ["same", "changed", "added", "removed", "gap"]})
    before = fields.List(fields.Nested(PieceOut))
    after = fields.List(fields.Nested(PieceOut))
    hidden = fields.Integer(metadata={"description": "Unchanged lines left out (kind gap)."})


class DiffOut(Schema):
    before = fields.Integer(data_key="from")
    after = fields.Integer(data_key="to")
    rows = fields.List(fields.Nested(DiffRowOut))
