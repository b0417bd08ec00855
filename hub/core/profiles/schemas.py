"""One schema per direction serves the JSON body, the HTML form and OpenAPI."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext
from marshmallow import Schema, fields, pre_load, validate

from hub.core.profiles import rules
from hub.core.profiles.states import Availability, EvidenceKind
from hub.kernel.levels import Level
from hub.kernel.taxonomy import Sector
from hub.web.forms import Text, Tick, Words

CHOOSE = {"unknown": lazy_gettext("Choose one of the options.")}
DAY = {"invalid": lazy_gettext("Write a day like 2027-11-30.")}
YEAR = {"invalid": lazy_gettext("Write a year like 2024.")}


def language_codes(**more: Any) -> fields.List:
    code = fields.String(validate=validate.OneOf(list(rules.LANGUAGES), error=CHOOSE["unknown"]))
    return fields.List(code, metadata={"description": "ISO 639-1 codes."}, **more)


def sectors(**more: Any) -> fields.List:
    return fields.List(fields.Enum(Sector, by_value=True, error_messages=CHOOSE), **more)


class ProfileIn(Schema):
    """Any part of the own profile; what is left out stays."""

    headline = Text(0, rules.LONGEST_HEADLINE)
    bio = Text(0, rules.LONGEST_BIO, metadata={"description": "Markdown."})
    skills = Words(metadata={"description": "Free words; at most 30 are kept, each once."})
    languages = language_codes()
    sectors = sectors()
    availability = fields.Enum(Availability, by_value=True, error_messages=CHOOSE)
    available_from = fields.Date(allow_none=True, error_messages=DAY, metadata={"description": "With the availability `later`."})
    visible = fields.Boolean(metadata={"description": "May everybody read the page /people/<handle>?"})
    is_expert = fields.Boolean(metadata={"description": "Is the visible profile also found by search and matched with needs?"})
    name_shown = fields.Boolean(metadata={"description": "False shows the handle instead of the name."})


class ProfileForm(ProfileIn):
    """What the form sends: no ticked box means none of them, an empty day means none."""

    languages = language_codes(load_default=list)
    sectors = sectors(load_default=list)
    visible = Tick()
    is_expert = Tick()
    name_shown = Tick()

    @pre_load
    def empty_is_none(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        return data if data.get("available_from") else data | {"available_from": None}


class EvidenceIn(Schema):
    kind = fields.Enum(EvidenceKind, by_value=True, required=True, error_messages=CHOOSE)
    title = Text(1, rules.LONGEST_TITLE, required=True)
    text = Text(0, rules.LONGEST_TEXT, metadata={"description": "What it was and what you did; plain text or Markdown."})
    year = fields.Integer(allow_none=True, error_messages=YEAR)
    url = Text(0, 500)


class EvidenceChangeIn(EvidenceIn):
    """Any part of an item; what is left out stays."""

    kind = fields.Enum(EvidenceKind, by_value=True, error_messages=CHOOSE)
    title = Text(1, rules.LONGEST_TITLE)


class EvidenceForm(EvidenceIn):
    @pre_load
    def empty_is_none(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        return data if data.get("year", "").strip() else data | {"year": None}


class PublicEvidenceOut(Schema):
    id = fields.Integer()
    kind = fields.Enum(EvidenceKind, by_value=True)
    title = fields.String()
    text = fields.String()
    year = fields.Integer(allow_none=True)
    url = fields.String()


class EvidenceOut(PublicEvidenceOut):
    version = fields.Integer()


class ProfileOut(Schema):
    headline = fields.String()
    bio = fields.String()
    skills = fields.List(fields.String(), attribute="skill_names")
    languages = fields.List(fields.String())
    sectors = fields.List(fields.String())
    availability = fields.Enum(Availability, by_value=True)
    available_from = fields.Date(allow_none=True)
    visible = fields.Boolean()
    is_expert = fields.Boolean()
    name_shown = fields.Boolean()
    version = fields.Integer()


class PlaceOut(Schema):
    slug = fields.String()
    name = fields.String()


class PersonOut(Schema):
    """A person as everybody may see them."""

    handle = fields.String()
    name = fields.String()
    verified = fields.Boolean(metadata={"description": "Is the e-mail address confirmed?"})
    level = fields.Enum(Level, by_value=True, metadata={"description": "How well the site knows them; see /trust/levels."})
    headline = fields.String()
    bio = fields.String()
    skills = fields.List(fields.String())
    languages = fields.List(fields.String())
    sectors = fields.List(fields.Enum(Sector, by_value=True))
    availability = fields.Enum(Availability, by_value=True)
    available_from = fields.Date(allow_none=True)
    organisations = fields.List(fields.Nested(PlaceOut))
    evidence = fields.List(fields.Nested(PublicEvidenceOut))
