"""What the doors of this room take and give."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext, lazy_gettext
from marshmallow import Schema, ValidationError, fields, validate

from hub.core.accounts.schemas import EmailAddress
from hub.core.organisations import rules
from hub.core.organisations.states import Kind
from hub.kernel.actor import Role
from hub.kernel.errors import Invalid
from hub.kernel.levels import Level
from hub.web.forms import Text


class WebAddress(Text):
    """An http(s) address or nothing."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(0, 300, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        try:
            return rules.web_address(text)
        except Invalid as error:
            raise ValidationError(gettext(error.message)) from error


class Country(fields.String):
    """An ISO 3166-1 alpha-2 code or nothing."""

    def __init__(self, **kwargs: Any) -> None:
        allowed = ["", *sorted(rules.COUNTRIES)]
        super().__init__(validate=validate.OneOf(allowed, error=lazy_gettext("Choose a country from the list.")), **kwargs)


class KindField(fields.Enum):
    default_error_messages = {"unknown": lazy_gettext("Choose one of the list."), "required": lazy_gettext("Please fill this in.")}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(Kind, by_value=True, **kwargs)


class RoleField(fields.Enum):
    default_error_messages = {"unknown": lazy_gettext("Choose one of the list."), "required": lazy_gettext("Please fill this in.")}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(Role, by_value=True, **kwargs)


class OrganisationIn(Schema):
    name = Text(2, 160, required=True)
    kind = KindField(required=True)
    country = Country()
    website = WebAddress()
    about = Text(0, 5000, metadata={"description": "Markdown"})


class OrganisationChangeIn(OrganisationIn):
    """Any part of it."""

    name = Text(2, 160)
    kind = KindField()


class OrganisationOut(Schema):
    id = fields.Integer()
    slug = fields.String()
    name = fields.String()
    kind = fields.Enum(Kind, by_value=True)
    country = fields.String()
    website = fields.String()
    about = fields.String()
    level = fields.Enum(Level, by_value=True, metadata={"description": "How well the site knows it; see /trust/levels."})
    source = fields.String(metadata={"description": "The data set it came with; empty for those founded here."})
    created_at = fields.AwareDateTime()
    version = fields.Integer()


class OwnOrganisationOut(OrganisationOut):
    role = fields.Enum(Role, by_value=True, metadata={"description": "What the key's person is there."})


class OwnOrganisationsOut(Schema):
    items = fields.List(fields.Nested(OwnOrganisationOut))
    next = fields.String(allow_none=True)


class MemberIn(Schema):
    email = EmailAddress(required=True)
    role = RoleField(required=True)


class RoleIn(Schema):
    role = RoleField(required=True)


class MemberOut(Schema):
    person_id = fields.Integer()
    name = fields.String()
    handle = fields.String()
    role = fields.Enum(Role, by_value=True)
    since = fields.AwareDateTime()


class MembersOut(Schema):
    items = fields.List(fields.Nested(MemberOut))
    next = fields.String(allow_none=True)
