"""One schema per direction serves the JSON body, the HTML form and OpenAPI."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext
from marshmallow import Schema, fields, pre_load, validate

from hub.communities.spaces import rules
from hub.communities.spaces.rules import Licence
from hub.communities.spaces.states import SpaceRole, State
from hub.kernel.taxonomy import Sector
from hub.web.forms import Text, Tick

CHOOSE = {"unknown": lazy_gettext("Choose one of the options."), "required": lazy_gettext("Choose one of the options.")}
ORGANISATION = {"description": "The address name (slug) of the organisation that steers it; null for none."}
Row = dict[str, Any]


class SpaceIn(Schema):
    """What a space says about itself; what is left out stays."""

    name = Text(rules.SHORTEST_NAME, rules.LONGEST_NAME)
    summary = Text(rules.SHORTEST_SUMMARY, rules.LONGEST_SUMMARY)
    language = fields.String(validate=validate.OneOf(["en", "zh"], error=CHOOSE["unknown"]))
    sector = fields.Enum(Sector, by_value=True, allow_none=True, error_messages=CHOOSE)
    organisation = Text(0, 80, allow_none=True, metadata=ORGANISATION)


class NewSpaceIn(SpaceIn):
    name = Text(rules.SHORTEST_NAME, rules.LONGEST_NAME, required=True)
    summary = Text(rules.SHORTEST_SUMMARY, rules.LONGEST_SUMMARY, required=True)
    charter = Text(rules.SHORTEST_CHARTER, rules.LONGEST_CHARTER, required=True, metadata={"description": "Markdown."})
    licence = fields.Enum(Licence, by_value=True, required=True, error_messages=CHOOSE)


class CharterIn(Schema):
    charter = Text(rules.SHORTEST_CHARTER, rules.LONGEST_CHARTER, required=True, metadata={"description": "Markdown."})
    licence = fields.Enum(Licence, by_value=True, required=True, error_messages=CHOOSE)
    note = Text(0, rules.LONGEST_NOTE, load_default="", metadata={"description": "What changes and why; every member reads it."})


class FormMixin:
    """What a form sends: empty cells mean none."""

    @pre_load
    def empty_is_none(self, data: Row, **_: Any) -> Row:
        return {name: None if name in {"sector", "organisation"} and not value.strip() else value for name, value in data.items()}


class SpaceForm(FormMixin, SpaceIn):
    pass


class NewSpaceForm(FormMixin, NewSpaceIn):
    pass


class JoinIn(Schema):
    charter = fields.Integer(
        required=True,
        validate=validate.Range(1, 1_000_000),
        metadata={"description": "The number of the charter you have read and accept."},
    )


class JoinForm(JoinIn):
    """The page's form; the tick says yes to charter and licence."""

    accepted = Tick()


class RoleIn(Schema):
    role = fields.Enum(SpaceRole, by_value=True, required=True, error_messages=CHOOSE)


class ReasonIn(Schema):
    reason = Text(1, 500, required=True, metadata={"description": "The person reads it word for word."})


class SpaceListIn(Schema):
    sector = fields.Enum(Sector, by_value=True, load_default=None, error_messages=CHOOSE)
    language = fields.String(load_default="")
    state = fields.Enum(State, by_value=True, load_default=State.OPEN, error_messages=CHOOSE)
    mine = fields.Boolean(load_default=False, metadata={"description": "Those that you belong to."})
    cursor = fields.String()
    limit = fields.String()


class BodyOut(Schema):
    slug = fields.String()
    name = fields.String()


class SpaceOut(Schema):
    id = fields.Integer()
    slug = fields.String(attribute="space.slug")
    url = fields.String(attribute="space.path")
    name = fields.String(attribute="space.name")
    summary = fields.String(attribute="space.summary")
    charter = fields.String(attribute="space.charter", metadata={"description": "Markdown."})
    charter_number = fields.Integer(attribute="space.charter_number")
    licence = fields.Enum(Licence, by_value=True, attribute="space.licence")
    language = fields.String(attribute="space.language")
    sector = fields.Enum(Sector, by_value=True, attribute="space.sector", allow_none=True)
    organisation = fields.Nested(BodyOut, allow_none=True)
    state = fields.Enum(State, by_value=True, attribute="space.state")
    members = fields.Integer()
    created_at = fields.DateTime(attribute="space.created_at")
    active_at = fields.DateTime(attribute="space.active_at")
    version = fields.Integer(attribute="space.version")


class CharterOut(Schema):
    number = fields.Integer()
    charter = fields.String()
    licence = fields.Enum(Licence, by_value=True)
    hash = fields.String(metadata={"description": "SHA-256 of what is accepted."})
    note = fields.String()
    published_at = fields.DateTime()


class SpaceMemberOut(Schema):
    handle = fields.String(attribute="person.handle")
    name = fields.String(attribute="person.name")
    role = fields.Enum(SpaceRole, by_value=True)
    joined_at = fields.DateTime()
    is_up_to_date = fields.Boolean(metadata={"description": "Has the member accepted the charter as it stands?"})


class SeatOut(Schema):
    role = fields.Enum(SpaceRole, by_value=True, allow_none=True)
    accepted = fields.Integer(metadata={"description": "The newest charter that you have accepted; 0 for none."})
