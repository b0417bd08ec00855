"""One schema per direction serves the JSON body, the HTML form and OpenAPI. Texts by language are checked by the operations."""

from __future__ import annotations

from marshmallow import Schema, fields

from hub.portals.sites.states import State
from hub.web.forms import Text

TEXTS = {"description": "Texts by language, such as {en, zh}."}


def texts(**more: object) -> fields.Dict:
    return fields.Dict(keys=fields.String(), values=fields.String(), metadata=TEXTS, **more)  # type: ignore[arg-type]


class NewPortalIn(Schema):
    slug = Text(1, 40, required=True, metadata={"description": "Its address: /p/<slug>."})
    organisation = Text(1, 80, required=True, metadata={"description": "The customer's address name (slug)."})
    names = texts(required=True)
    languages = fields.List(fields.String(), required=True, metadata={"description": "The first is the portal's own."})


class PortalChangeIn(Schema):
    """Any part; what is left out stays."""

    names = texts()
    taglines = texts()
    welcomes = texts()
    terms = texts()
    languages = fields.List(fields.String())


class ThemeIn(Schema):
    light = texts()
    dark = texts()
    radius = fields.Integer(strict=True)


class ManagerIn(Schema):
    email = Text(1, 254, required=True)


class ItemOut(Schema):
    ref = fields.String()
    title = fields.String()
    url = fields.String(attribute="path")


class PortalOut(Schema):
    """What everybody may know of a portal."""

    id = fields.Integer()
    slug = fields.String()
    url = fields.String(attribute="path")
    customer = fields.Function(lambda place: {"slug": place.owner.slug, "name": place.owner.name})
    state = fields.Enum(State, by_value=True)
    languages = fields.List(fields.String())
    names = texts()
    taglines = texts()
    welcomes = texts()
    terms = texts()
    stages = fields.List(texts())
    theme = fields.Raw()
    opened_at = fields.DateTime(allow_none=True)
    version = fields.Integer()
