"""One schema per direction serves the JSON body, the HTML form and OpenAPI."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext
from marshmallow import Schema, fields, pre_load, validate

from hub.core.discussions import rules
from hub.core.discussions.states import PostState, State, Wish
from hub.web.forms import Text

CHOOSE = lazy_gettext("Choose one of the options.")
ABOUT = {"description": "What it is about: “challenge:5”, “space:7”."}


class PostIn(Schema):
    body = Text(1, rules.LONGEST_POST, required=True, metadata={"description": "Markdown; @handle tells that person of it."})


class ReplyIn(PostIn):
    reply_to = fields.Integer(
        allow_none=True, load_default=None, strict=True, validate=validate.Range(1, 2**31 - 1),
        metadata={"description": "The number of the post that it answers."},
    )  # fmt: skip


class ReplyForm(PostIn):
    reply_to = fields.Integer(allow_none=True, load_default=None, validate=validate.Range(1, 2**31 - 1, error=CHOOSE))

    @pre_load
    def empty_is_none(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        return {name: None if name == "reply_to" and not value else value for name, value in data.items()}


class ThreadForm(PostIn):
    title = Text(rules.SHORTEST_TITLE, rules.LONGEST_TITLE, required=True)


class ThreadIn(ThreadForm):
    subject = Text(3, 80, required=True, metadata=ABOUT)


class WishIn(Schema):
    wish = fields.Enum(Wish, by_value=True, allow_none=True, required=True, metadata={"description": "`null`: neither."})


class ListIn(Schema):
    subject = Text(0, 80, load_default="", metadata=ABOUT)
    cursor = fields.String()
    limit = fields.String()


class PersonOut(Schema):
    name = fields.String()
    handle = fields.String()


class ThreadOut(Schema):
    id = fields.Integer()
    subject = fields.String(metadata=ABOUT)
    title = fields.String()
    state = fields.Enum(State, by_value=True)
    posts = fields.Integer(metadata={"description": "How many were written, deleted and hidden ones among them."})
    opened_at = fields.DateTime()
    last_at = fields.DateTime()
    href = fields.String(attribute="path")


class AttachmentOut(Schema):
    id = fields.Integer()
    filename = fields.String()
    size = fields.Integer()
    media_type = fields.String()


class PostOut(Schema):
    id = fields.Integer()
    number = fields.Integer(attribute="post.number")
    reply_to = fields.Integer(attribute="post.reply_to", allow_none=True)
    author = fields.Nested(PersonOut, attribute="who")
    for_host = fields.Boolean(attribute="post.for_host", metadata={"description": "Did the author speak for the subject's own people?"})
    state = fields.Enum(PostState, by_value=True, attribute="post.state")
    body = fields.Function(
        lambda said: shown_text(said), metadata={"type": "string", "description": "Markdown; empty for what is deleted or hidden."}
    )
    files = fields.Function(
        lambda said: AttachmentOut(many=True).dump(said.files if said.post.state is PostState.SHOWN else []), metadata={"type": "array"}
    )
    at = fields.DateTime(attribute="post.at")
    edited_at = fields.DateTime(attribute="post.edited_at", allow_none=True)
    href = fields.String(attribute="post.permalink")


def shown_text(said: Any) -> str:
    return said.post.body if said.post.state is PostState.SHOWN else ""


class TextOut(Schema):
    number = fields.Integer()
    body = fields.String()
    at = fields.DateTime(metadata={"description": "When it was replaced."})
