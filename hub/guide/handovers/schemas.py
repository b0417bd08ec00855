"""One schema per direction serves the JSON body, the HTML form and OpenAPI."""

from __future__ import annotations

from marshmallow import Schema, fields

from hub.core.profiles.states import EvidenceKind
from hub.web.forms import Text, Tick


class OfferIn(Schema):
    """`organisation`: the slug of the offering organisation that the author manages; empty for the author alone.

    `is_shown`: say on the offer which challenge it was entered to.
    """

    organisation = Text(0, 80, load_default="")
    title = Text(1, 200, required=True)
    summary = Text(0, 500, load_default="")
    is_shown = Tick()


class EvidenceIn(Schema):
    text = Text(0, 2000, load_default="", metadata={"description": "What you did, in your own words: it is public on your profile."})


class EvidenceOut(Schema):
    """The item on the author's profile."""

    id = fields.Integer()
    kind = fields.Enum(EvidenceKind, by_value=True)
    title = fields.String()
    text = fields.String()
    year = fields.Integer(allow_none=True)
    url = fields.String()


class HandoverOut(Schema):
    """What became of it."""

    source = fields.String(metadata={"description": "Like entry:5."})
    target = fields.String(metadata={"description": "Like offer:9."})
    url = fields.String(metadata={"description": "Where the draft is edited."})
    at = fields.DateTime()
