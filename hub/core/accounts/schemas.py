"""What the doors of this room take and give."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from flask_babel import gettext, lazy_gettext
from marshmallow import Schema, ValidationError, fields, post_load, validate

from hub.core.accounts import rules
from hub.web.forms import Text, Tick
from hub.web.i18n import LANGUAGES

_OLD_NAMES = ("Etc/", "SystemV/", "US/", "Canada/", "Brazil/", "Chile/", "Mexico/", "posix/", "right/")
TIMEZONES = sorted(zone for zone in available_timezones() if zone == "UTC" or ("/" in zone and not zone.startswith(_OLD_NAMES)))


class EmailAddress(Text):
    """An address in its one spelling, at most 254 characters."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(1, 254, metadata={"format": "email"}, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = rules.normal_email(super()._deserialize(value, attr, data, **kwargs))
        try:
            return validate.Email()(text)
        except ValidationError:
            raise ValidationError(gettext("Write an address like ada@example.org.")) from None


class Password(fields.String):
    """Taken as it was typed; what it must be like is for the operation to say."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=True, load_only=True, validate=validate.Length(max=1000), **kwargs)


class LanguageCode(fields.String):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(validate=validate.OneOf(list(LANGUAGES), error=lazy_gettext("We do not speak this language yet.")), **kwargs)


class RegisterIn(Schema):
    name = Text(1, 120, required=True)
    email = EmailAddress(required=True)
    password = Password()


class AddressIn(Schema):
    email = EmailAddress(required=True)


class NewPasswordIn(Schema):
    password = Password()


class AccountIn(Schema):
    """Any part of the own account."""

    name = Text(1, 120)
    handle = Text(1, 40, metadata={"description": "3 to 30 small letters, digits or single hyphens"})
    language = LanguageCode()
    timezone = fields.String(validate=validate.OneOf(TIMEZONES, error=lazy_gettext("Choose a time zone from the list.")))


class BelongingOut(Schema):
    slug = fields.String()
    name = fields.String()
    role = fields.String()


class MeOut(Schema):
    """Who the key speaks for, and what it may do."""

    id = fields.Integer()
    email = fields.String()
    email_verified = fields.Boolean()
    name = fields.String()
    handle = fields.String()
    language = fields.String()
    timezone = fields.String()
    duties = fields.List(fields.String())
    scopes = fields.List(fields.String())
    organisations = fields.List(fields.Nested(BelongingOut))
    version = fields.Integer()


class DutiesIn(Schema):
    admin = Tick()
    consultant = Tick()


class ReasonIn(Schema):
    reason = Text(1, 500, required=True)

    @post_load
    def one_line(self, data: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        data["reason"] = " ".join(data["reason"].split())
        return data
