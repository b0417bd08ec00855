"""The choices as forms and programs send them: one schema for challenges, deals, templates and agreements between parties."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from flask_babel import gettext, lazy_gettext
from marshmallow import Schema, ValidationError, fields, post_load, pre_load, validate

from hub.core.clauses import rules
from hub.core.wording.rules import MOST_OWN, OWN_SIZES, Kind, Losing, Payment, Transfer
from hub.web.forms import Text, Tick

WHOLE = {"invalid": lazy_gettext("Write a whole number."), "null": lazy_gettext("Write a whole number.")}
CHOOSE = lazy_gettext("Choose one of the options.")
Row = dict[str, Any]


def whole(least: int, most: int, **more: Any) -> fields.Integer:
    between = lazy_gettext("Write a whole number from %(least)s to %(most)s.", least=least, most=most)
    return fields.Integer(validate=validate.Range(least, most, error=between), error_messages=WHOLE, **more)


class TermsIn(Schema):
    """The choices that an agreement is composed of; what is left out keeps its value."""

    transfer = fields.String(validate=validate.OneOf(list(Transfer), error=CHOOSE))
    sublicensable = fields.Boolean()
    term_years = whole(1, 99, allow_none=True)
    territory = Text(1, 80)
    revocable = fields.Boolean()
    payment = fields.String(validate=validate.OneOf(list(Payment), error=CHOOSE))
    royalty_bp = whole(1, 5000, allow_none=True)
    evaluation_days = whole(1, 365)
    losing_entries = fields.String(validate=validate.OneOf(list(Losing), error=CHOOSE))
    confidentiality_years = whole(1, 30)
    originality_warranty = fields.Boolean()
    employer_waiver = fields.Boolean()
    reversion_years = whole(1, 20, allow_none=True, metadata={"description": "Rights go back if not used within so many years."})
    reversion_unpaid = fields.Boolean(metadata={"description": "Rights go back if what is due is not paid."})
    prior_knowledge = fields.Boolean(metadata={"description": "What the receiving side can show it knew before is excepted."})


class Percent(fields.Integer):
    """`2.5` as 250: hundredths of a per cent, as they are kept."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        try:
            hundredths = Decimal(str(value).replace(",", ".").removesuffix("%").strip()) * 100
        except InvalidOperation:
            hundredths = Decimal("NaN")
        if not hundredths.is_finite() or hundredths != int(hundredths):
            raise ValidationError(gettext("Write a percentage like 2.5."))
        return int(hundredths)


class TermsForm(TermsIn):
    """The same choices as a form sends them: ticks that are absent mean no, an empty number of years means for ever."""

    sublicensable = Tick()
    revocable = Tick()
    originality_warranty = Tick()
    employer_waiver = Tick()
    reversion_unpaid = Tick()
    prior_knowledge = Tick()
    royalty_bp = Percent(
        allow_none=True, validate=validate.Range(1, 5000, error=lazy_gettext("The royalty lies between 0.01 and 50 per cent."))
    )

    @pre_load
    def empty_means_unlimited(self, data: Row, **_: Any) -> Row:
        return data | {name: None for name in ("term_years", "royalty_bp", "reversion_years") if not data.get(name, "").strip()}


def folded(data: Row) -> Row:
    """A form's flat names ("terms.transfer") as the schemas take them."""
    flat = {name: value for name, value in data.items() if not name.startswith("terms.")}
    return flat | {"terms": {name.removeprefix("terms."): value for name, value in data.items() if name.startswith("terms.")}}


def folded_own(data: Row) -> Row:
    """The same for the clauses of one's own ("own.0.text_en")."""
    return {name: value for name, value in data.items() if not name.startswith("own.")} | {"own": own_rows(data)}


class OwnIn(Schema):
    """A clause in your own words. English is needed, as it prevails; where the Chinese is empty the English stands. An empty line begins a
    paragraph; `plain_*` says in one sentence what it means, and is not part of what is signed."""

    heading_en = Text(0, OWN_SIZES["heading"], load_default="")
    text_en = Text(0, OWN_SIZES["text"], load_default="")
    plain_en = Text(0, OWN_SIZES["plain"], load_default="")
    heading_zh = Text(0, OWN_SIZES["heading"], load_default="")
    text_zh = Text(0, OWN_SIZES["text"], load_default="")
    plain_zh = Text(0, OWN_SIZES["plain"], load_default="")


MOST_ROWS = 2 * MOST_OWN


def own_rows(data: Row) -> list[Row]:
    """`own.N.column` of a form as rows, each at its place N."""
    rows: dict[int, Row] = {}
    for name, value in data.items():
        prefix, _, rest = name.partition(".")
        number, _, column = rest.partition(".")
        if prefix == "own" and number.isdecimal() and len(number) < 3 and int(number) < MOST_ROWS:
            rows.setdefault(int(number), {})[column] = value
    return [rows.get(number, {}) for number in range(max(rows, default=-1) + 1)]


class TemplateIn(Schema):
    """`own` are clauses of your own words, where the kind takes any; left out of a change, they stay."""

    name = Text(rules.SHORTEST_NAME, rules.LONGEST_NAME, required=True)
    terms = fields.Nested(TermsIn, required=True)
    own = fields.List(fields.Nested(OwnIn), load_default=None, allow_none=True, validate=validate.Length(max=MOST_ROWS))


class NewTemplateIn(TemplateIn):
    """`organisation` is the address name of the owner; without it the template is yours."""

    kind = fields.Enum(Kind, by_value=True, required=True, error_messages={"unknown": CHOOSE})
    organisation = Text(0, 80, load_default="")


class TemplateForm(TemplateIn):
    terms = fields.Nested(TermsForm, required=True)

    @pre_load
    def fold(self, data: Row, **_: Any) -> Row:
        return folded_own(folded(data))


class NewTemplateForm(TemplateForm):
    kind = fields.Enum(Kind, by_value=True, required=True, error_messages={"unknown": CHOOSE})
    organisation = Text(0, 80, load_default="")


class PreviewIn(Schema):
    """What is to be shown: the words of one kind for these choices."""

    kind = fields.Enum(Kind, by_value=True, required=True, error_messages={"unknown": CHOOSE})
    terms = fields.Nested(TermsIn, load_default=dict)
    own = fields.List(fields.Nested(OwnIn), load_default=list, validate=validate.Length(max=MOST_ROWS))


class PreviewForm(Schema):
    """The same from within any form that holds the builder: the rest of it is left out."""

    preview_kind = fields.List(fields.Enum(Kind, by_value=True), required=True, validate=validate.Length(1, 4))
    terms = fields.Nested(TermsForm)
    own = fields.List(fields.Nested(OwnIn))
    title = Text(0, 400, load_default="")
    object = Text(0, 4000, load_default="")

    @pre_load
    def fold(self, data: Row, **_: Any) -> Row:
        return folded_own(folded(data))

    @post_load
    def one_of_each(self, data: Row, **_: Any) -> Row:
        return data | {"preview_kind": list(dict.fromkeys(data["preview_kind"]))}


class PreviewOut(Schema):
    """The words in both languages; nothing is drawn up."""

    kind = fields.Enum(Kind, by_value=True)
    title_en = fields.String(attribute="composed.title_en")
    title_zh = fields.String(attribute="composed.title_zh")
    text_en = fields.String(attribute="composed.text_en")
    text_zh = fields.String(attribute="composed.text_zh")
    summary_en = fields.List(fields.String(), attribute="composed.summary_en")
    summary_zh = fields.List(fields.String(), attribute="composed.summary_zh")


class TemplateOut(Schema):
    id = fields.Integer(attribute="template.id")
    kind = fields.Enum(Kind, by_value=True, attribute="template.kind")
    name = fields.String(attribute="template.name")
    number = fields.Integer(attribute="template.number", metadata={"description": "Its newest version."})
    organisation_id = fields.Integer(attribute="template.organisation_id", allow_none=True)
    archived = fields.Function(lambda said: said["template"].archived_at is not None, metadata={"type": "boolean"})
    terms = fields.Dict(metadata={"description": "The choices of the newest version."})
    own = fields.List(fields.Nested(OwnIn), metadata={"description": "Its clauses in the owner's own words."})
    version_id = fields.Integer(metadata={"description": "Send it as `template` where an agreement is drawn up with this version."})
    version = fields.Integer(attribute="template.version", metadata={"description": "For If-Match."})


class TemplatesOut(Schema):
    items = fields.List(fields.Nested(TemplateOut))
    next = fields.String(allow_none=True)
