"""One schema per direction serves the JSON body, the HTML form and OpenAPI."""

from __future__ import annotations

from itertools import zip_longest
from typing import Any

from flask_babel import lazy_gettext
from marshmallow import Schema, ValidationError, fields, pre_load

from hub.core.profiles import rules
from hub.core.profiles.states import Availability, EvidenceKind, Fluency, Terms
from hub.kernel.levels import Level
from hub.kernel.taxonomy import Sector
from hub.web.forms import Text, Tick, Words

CHOOSE = {"unknown": lazy_gettext("Choose one of the options.")}
DAY = {"invalid": lazy_gettext("Write a day like 2027-11-30.")}
YEAR = {"invalid": lazy_gettext("Write a year like 2024.")}


NUMBER = {"invalid": lazy_gettext("Write a whole number.")}


class LanguageCode(fields.String):
    """A language as BCP 47 writes it, of those that CLDR names."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        code = rules.language_code(super()._deserialize(value, attr, data, **kwargs)[:40])
        if not code:
            raise ValidationError(str(CHOOSE["unknown"]))
        return code


def language_codes(**more: Any) -> fields.List:
    return fields.List(LanguageCode(), metadata={"description": "BCP 47: en, zh-Hant, pt-BR."}, **more)


def levels(**more: Any) -> fields.Dict:
    said = fields.Enum(Fluency, by_value=True, error_messages=CHOOSE)
    about = {"description": "How well, by the code of the language: native, or a level of the CEFR (C2 to A1)."}
    return fields.Dict(keys=LanguageCode(), values=said, metadata=about, **more)


def terms(**more: Any) -> fields.List:
    return fields.List(fields.Enum(Terms, by_value=True, error_messages=CHOOSE), **more)


def sectors(**more: Any) -> fields.List:
    return fields.List(fields.Enum(Sector, by_value=True, error_messages=CHOOSE), **more)


class ProfileIn(Schema):
    """Any part of the own profile; what is left out stays."""

    headline = Text(0, rules.LONGEST_HEADLINE)
    bio = Text(0, rules.LONGEST_BIO, metadata={"description": "Markdown."})
    skills = Words(metadata={"description": "Free words; at most 30 are kept, each once."})
    languages = language_codes()
    language_levels = levels()
    sectors = sectors()
    availability = fields.Enum(Availability, by_value=True, error_messages=CHOOSE)
    available_from = fields.Date(allow_none=True, error_messages=DAY, metadata={"description": "With the availability `later`."})
    available_until = fields.Date(allow_none=True, error_messages=DAY, metadata={"description": "The last day on which all this holds."})
    hours_a_week = fields.Integer(allow_none=True, error_messages=NUMBER)
    terms = terms()
    visible = fields.Boolean(metadata={"description": "May everybody read the page /people/<handle>?"})
    is_expert = fields.Boolean(metadata={"description": "Is the visible profile also found by search and matched with needs?"})
    name_shown = fields.Boolean(metadata={"description": "False shows the handle instead of the name."})
    record_shown = fields.Boolean(metadata={"description": "Does the page count, by year, what the person has done on this site?"})


class ProfileForm(ProfileIn):
    """What the form sends: no ticked box means none of them, an empty day means none, and each language has its level beside it."""

    languages = language_codes(load_default=list)
    language_level = fields.List(fields.String())
    sectors = sectors(load_default=list)
    terms = terms(load_default=list)
    visible = Tick()
    is_expert = Tick()
    name_shown = Tick()
    record_shown = Tick()

    @pre_load
    def empty_is_none(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        said = dict(data)
        for name in ("available_from", "available_until", "hours_a_week"):
            if not str(said.get(name, "")).strip():
                said[name] = None
        told = zip_longest(said.get("languages", []), said.pop("language_level", []), fillvalue="")
        pairs = [(language, level) for language, level in told if language]
        said["languages"] = [language for language, _ in pairs]
        said["language_levels"] = {language: level for language, level in pairs if level}
        return said


class EvidenceIn(Schema):
    kind = fields.Enum(EvidenceKind, by_value=True, required=True, error_messages=CHOOSE)
    title = Text(1, rules.LONGEST_TITLE, required=True)
    text = Text(0, rules.LONGEST_TEXT, metadata={"description": "What it was and what you did; plain text or Markdown."})
    year = fields.Integer(allow_none=True, error_messages=YEAR)
    venue = Text(0, rules.LONGEST_VENUE, metadata={"description": "Where it appeared: a journal, a conference, an office."})
    doi = Text(0, rules.LONGEST_DOI)
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
    venue = fields.String()
    doi = fields.String()
    url = fields.String()


class EvidenceOut(PublicEvidenceOut):
    version = fields.Integer()


class ProfileOut(Schema):
    headline = fields.String()
    bio = fields.String()
    skills = fields.List(fields.String(), attribute="skill_names")
    languages = fields.List(fields.String())
    language_levels = fields.Dict(keys=fields.String(), values=fields.String())
    sectors = fields.List(fields.String())
    availability = fields.Enum(Availability, by_value=True)
    available_from = fields.Date(allow_none=True)
    available_until = fields.Date(allow_none=True)
    hours_a_week = fields.Integer(allow_none=True)
    terms = fields.List(fields.String())
    availability_said_on = fields.Date(allow_none=True)
    visible = fields.Boolean()
    is_expert = fields.Boolean()
    name_shown = fields.Boolean()
    record_shown = fields.Boolean()
    version = fields.Integer()


class PlaceOut(Schema):
    slug = fields.String()
    name = fields.String()


class DeedOut(Schema):
    """One kind of thing done on this site; `says` is in the reader's language."""

    name = fields.String()
    says = fields.String()
    total = fields.Integer()
    years = fields.List(fields.List(fields.Integer()), metadata={"description": "Pairs of the year and how many, the latest first."})


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
    language_levels = fields.Dict(keys=fields.String(), values=fields.Enum(Fluency, by_value=True), attribute="fluency")
    sectors = fields.List(fields.Enum(Sector, by_value=True))
    availability = fields.Enum(
        Availability, by_value=True, allow_none=True, metadata={"description": "Null when what was said no longer holds."}
    )
    available_from = fields.Date(allow_none=True)
    available_until = fields.Date(
        allow_none=True, attribute="last_day", metadata={"description": "The last day on which it holds, or held."}
    )
    hours_a_week = fields.Integer(allow_none=True)
    terms = fields.List(fields.Enum(Terms, by_value=True))
    organisations = fields.List(fields.Nested(PlaceOut))
    evidence = fields.List(fields.Nested(PublicEvidenceOut))
    record = fields.List(fields.Nested(DeedOut), metadata={"description": "What they have done on this site, counted by year."})
