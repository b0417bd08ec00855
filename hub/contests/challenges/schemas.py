"""One schema per direction serves the JSON body, the HTML form and OpenAPI."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext, lazy_gettext
from marshmallow import Schema, ValidationError, fields, post_load, pre_load, validate, validates_schema

from hub.contests.challenges import rules
from hub.contests.challenges.rules import Kind
from hub.contests.challenges.states import Phase, State
from hub.core.clauses.schemas import CHOOSE, Row, TermsForm, TermsIn, whole
from hub.kernel.taxonomy import Sector
from hub.web.forms import Amount, Currency, Moment, Text, Whole, as_money


class CriterionIn(Schema):
    """`weight` in per cent, for scored criteria."""

    title = Text(1, 200, required=True)
    detail = Text(0, 1000, load_default="")
    kind = fields.Enum(Kind, by_value=True, load_default=Kind.SCORED, error_messages={"unknown": CHOOSE})
    weight = whole(0, 100, load_default=0)

    @post_load
    def must_haves_weigh_nothing(self, data: Row, **_: Any) -> Row:
        return data | {"weight": 0} if data["kind"] is Kind.MUST else data


class ChallengeIn(Schema):
    """A draft's content. It may be saved with gaps; a review begins only without any."""

    title = Text(rules.SHORTEST_TITLE, rules.LONGEST_TITLE, required=True)
    summary = Text(0, rules.LONGEST_SUMMARY)
    problem = Text(0, rules.LONGEST_PROBLEM, metadata={"description": "Markdown."})
    language = fields.String(validate=validate.OneOf(["en", "zh"], error=CHOOSE))
    sector = fields.Enum(Sector, by_value=True, allow_none=True, error_messages={"unknown": CHOOSE})
    prize = Amount(metadata={"description": "Gross amount in figures, together with its currency."})
    currency = Currency()
    closes_at = Moment(allow_none=True, metadata={"description": "The deadline; an entry at this very second is late."})
    review_days = whole(rules.SHORTEST_REVIEW, rules.LONGEST_REVIEW)
    seeker_shown = fields.Boolean(metadata={"description": "False keeps the seeker's name to its own people and the consultants."})
    eligibility = Text(0, rules.LONGEST_ELIGIBILITY)
    terms = fields.Nested(TermsIn)
    own_clauses = whole(
        1, 2**31 - 1, allow_none=True,
        metadata={"description": "The `version_id` of one of your templates (kind challenge_entry): its own clauses join the agreement."},
    )  # fmt: skip
    criteria = fields.List(
        Whole(CriterionIn), validate=validate.Length(max=rules.MOST_CRITERIA, error=lazy_gettext("Name at most 20 criteria."))
    )

    @validates_schema
    def currency_has_its_prize(self, data: Row, **_: Any) -> None:
        if "currency" in data and "prize" not in data:
            raise ValidationError(gettext("Send the prize together with its currency."), "prize")

    @validates_schema(skip_on_field_errors=False)
    def prize_is_an_amount(self, data: Row, **_: Any) -> None:
        """Told together with the other fields' errors, not after them."""
        if "prize" in data and "currency" in data:
            as_money(dict(data), "prize")

    @post_load
    def read_prize(self, data: Row, **_: Any) -> Row:
        as_money(data, "prize")
        data.pop("currency", None)
        return data


class NewChallengeIn(ChallengeIn):
    organisation = Text(1, 80, required=True, metadata={"description": "The organisation's address name (slug)."})


class CriterionForm(CriterionIn):
    """A row of the form; an empty one is no criterion."""

    title = Text(0, 200, load_default="")

    @pre_load
    def empty_weight_is_none(self, data: Row, **_: Any) -> Row:
        return data | {"weight": "0"} if not data.get("weight", "").strip() else data

    @validates_schema
    def a_filled_row_has_a_title(self, data: Row, **_: Any) -> None:
        if not data.get("title") and (data.get("detail") or data.get("weight")):
            raise ValidationError(gettext("Name this criterion, or empty the whole row."), "title")


class ChallengeForm(ChallengeIn):
    """The form: inputs are named as the errors are ("terms.transfer", "criteria.0.title")."""

    terms = fields.Nested(TermsForm)
    criteria = fields.List(fields.Nested(CriterionForm))

    @pre_load
    def unfold(self, data: Row, **_: Any) -> Row:
        sent: Row = {name: value for name, value in data.items() if "." not in name}
        for name in ("closes_at", "sector", "own_clauses"):
            if name in sent and not sent[name].strip():
                sent[name] = None
        if "prize" in sent:
            sent["prize"] = sent["prize"].strip() or "0"
        sent["terms"] = {name.removeprefix("terms."): value for name, value in data.items() if name.startswith("terms.")}
        sent["criteria"] = _rows(data)
        return sent

    @post_load
    def drop_empty_rows(self, data: Row, **_: Any) -> Row:
        data["criteria"] = [row for row in data.get("criteria", []) if row["title"]]
        return data


def _rows(data: Row) -> list[Row]:
    """`criteria.N.column` as rows, each at its place N; at most twice as many as are allowed."""
    rows: dict[int, Row] = {}
    for name, value in data.items():
        prefix, _, rest = name.partition(".")
        number, _, column = rest.partition(".")
        if prefix == "criteria" and number.isdecimal() and len(number) < 3 and int(number) < 2 * rules.MOST_CRITERIA:
            rows.setdefault(int(number), {})[column] = value
    return [rows.get(number, {}) for number in range(max(rows, default=-1) + 1)]


class NewChallengeForm(ChallengeForm):
    organisation = Text(1, 80, required=True)


class ReturnIn(Schema):
    remarks = Text(1, 4000, required=True, metadata={"description": "What the seeker should mend; they read it word for word."})


class ApproveIn(Schema):
    remarks = Text(0, 4000, load_default="")


class ReasonIn(Schema):
    reason = Text(1, 4000, required=True)


class ListIn(Schema):
    """What a list may be narrowed to."""

    state = fields.Enum(Phase, by_value=True, load_default=None, error_messages={"unknown": CHOOSE})
    sector = fields.Enum(Sector, by_value=True, load_default=None, error_messages={"unknown": CHOOSE})
    organisation = Text(0, 80, load_default="", metadata={"description": "Address name of one of the key's own organisations."})
    cursor = fields.String()
    limit = fields.String()


class FundIn(Schema):
    from_balance = fields.Boolean(load_default=False, metadata={"description": "Take it from the balance instead of a transfer."})


class CriterionOut(Schema):
    id = fields.Integer()
    title = fields.String()
    detail = fields.String()
    kind = fields.Enum(Kind, by_value=True)
    weight = fields.Integer()


class SeekerOut(Schema):
    name = fields.String()
    slug = fields.String()


class RangeOut(Schema):
    """While entries are taken the number is told as a range; `most` is null where it is open."""

    least = fields.Integer()
    most = fields.Integer(allow_none=True)


class ChallengeOut(Schema):
    """A challenge as this reader may see it: `seeker` is null while it stays anonymous for them."""

    id = fields.Integer(attribute="challenge.id")
    slug = fields.String(attribute="challenge.slug")
    url = fields.Method("_url", metadata={"type": "string"})
    title = fields.String(attribute="challenge.title")
    summary = fields.String(attribute="challenge.summary")
    problem = fields.String(attribute="challenge.problem")
    language = fields.String(attribute="challenge.language")
    sector = fields.Enum(Sector, by_value=True, attribute="challenge.sector", allow_none=True)
    state = fields.Enum(State, by_value=True, attribute="challenge.state")
    open = fields.Boolean(metadata={"description": "Does it take entries at this moment?"})
    prize = fields.String(attribute="prize_plain", metadata={"description": "Gross, in figures."})
    net = fields.String(attribute="net_plain", metadata={"description": "What the winner receives after the fee."})
    currency = fields.String(attribute="challenge.currency")
    fee_bp = fields.Integer(attribute="challenge.fee_bp", metadata={"description": "The fee in 1/100 %."})
    closes_at = fields.DateTime(attribute="challenge.closes_at", allow_none=True)
    review_days = fields.Integer(attribute="challenge.review_days")
    seeker = fields.Nested(SeekerOut, allow_none=True, attribute="known_seeker")
    seeker_shown = fields.Boolean(attribute="challenge.seeker_shown")
    eligibility = fields.String(attribute="challenge.eligibility")
    terms = fields.Dict(attribute="challenge.terms")
    own_clauses = fields.Integer(attribute="challenge.own_clauses", allow_none=True)
    criteria = fields.List(fields.Nested(CriterionOut), attribute="challenge.criteria")
    entries = fields.Nested(RangeOut, attribute="entry_range")
    published_at = fields.DateTime(attribute="challenge.published_at", allow_none=True)
    source_url = fields.String(attribute="challenge.source_url")
    version = fields.Integer(attribute="challenge.version")

    def _url(self, shown: Any) -> str:
        return f"/challenges/{shown.challenge.slug}"


class ChallengesOut(Schema):
    items = fields.List(fields.Nested(ChallengeOut))
    next = fields.String(allow_none=True)


class FundingOut(Schema):
    """What is to be paid in: write `reference` on the bank transfer."""

    id = fields.Integer()
    reference = fields.String()
    amount = fields.Function(lambda funding: funding.amount.plain(), metadata={"type": "string"})
    due = fields.Function(lambda funding: funding.due.plain(), metadata={"type": "string", "description": "What is still to come."})
    currency = fields.String()
    state = fields.String()


class RemarkOut(Schema):
    id = fields.Integer()
    decision = fields.String()
    text = fields.String()
    at = fields.DateTime()
