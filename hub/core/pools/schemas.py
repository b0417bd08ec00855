"""One schema per direction serves the JSON body, the HTML form and OpenAPI. Amounts travel as text with their currency."""

from __future__ import annotations

import secrets
from typing import Any

from flask_babel import lazy_gettext
from marshmallow import Schema, fields, pre_load, validate

from hub.core.accounts import queries as accounts
from hub.core.organisations import queries as organisations
from hub.core.payments.schemas import MoneyOut
from hub.core.pools import rules
from hub.core.pools.models import Pool
from hub.core.pools.states import For, PledgeState, State
from hub.kernel import money
from hub.kernel.errors import one_field
from hub.kernel.words import N_
from hub.web.forms import Amount, Moment, Text, Tick

CHOOSE = {"unknown": lazy_gettext("Choose one of the options.")}
ORGANISATION = {"description": "An organisation's address name (slug)."}
Row = dict[str, Any]


def with_amounts(data: Row, currency: str) -> Row:
    """`goal` and `minimum` as Money, where they were sent. Raises Invalid about the right field."""
    for name in ("goal", "minimum"):
        if data.get(name):
            data[name] = money.parse(data[name], currency, field=name)
        else:
            data.pop(name, None)
    return data


class PoolIn(Schema):
    """A draft's content. It may be saved with gaps; it is reviewed only without any."""

    title = Text(1, rules.LONGEST_TITLE, required=True)
    summary = Text(0, rules.LONGEST_SUMMARY, metadata={"description": "For lists, in a sentence or two."})
    story = Text(0, rules.LONGEST_STORY, metadata={"description": "Markdown."})
    language = fields.String(validate=validate.OneOf(["en", "zh"], error=CHOOSE["unknown"]))
    goal = Amount(metadata={"description": "As text: “2500.00”, in the pool's currency."})
    minimum = Amount(metadata={"description": "The smallest pledge."})
    closes_at = Moment(allow_none=True, metadata={"description": "The deadline: a pledge at this very second is late."})


class PoolForm(PoolIn):
    @pre_load
    def empty_is_none(self, data: Row, **_: Any) -> Row:
        return {name: None if name == "closes_at" and not value.strip() else value for name, value in data.items()}


class NewPool(Schema):
    organisation = Text(1, 80, required=True, metadata=ORGANISATION)
    subject = fields.String(
        load_default="", validate=validate.Regexp(r"^$|^(challenge|space):\d{1,9}$", error=CHOOSE["unknown"]),
        metadata={"description": "“challenge:5”, “space:7”; empty for a project of the organisation's own."},
    )  # fmt: skip
    currency = Text(3, 3, required=True, metadata={"description": "ISO 4217, three letters."})


class NewPoolIn(NewPool, PoolIn):
    pass


class NewPoolForm(NewPool, PoolForm):
    pass


class PoolChangeIn(PoolIn):
    """Any part of a draft; what is left out stays."""

    title = Text(1, rules.LONGEST_TITLE)


class PoolReasonIn(Schema):
    reason = Text(1, rules.LONGEST_REASON, required=True, metadata={"description": "The people concerned read it word for word."})


class StoryIn(Schema):
    story = Text(1, rules.LONGEST_STORY, required=True, metadata={"description": "Markdown."})


class UpdateIn(Schema):
    title = Text(1, rules.LONGEST_TITLE, required=True)
    body = Text(1, rules.LONGEST_UPDATE, required=True, metadata={"description": "Markdown."})


class PledgeIn(Schema):
    amount = Amount(required=True, metadata={"description": "As text: “25.00”, in the pool's currency."})
    organisation = Text(0, 80, load_default="", metadata={"description": "Whose money: an organisation's slug; empty for one's own."})
    named = Tick(metadata={"description": "May the backer's name be shown?"})


class SpendIn(Schema):
    amount = Amount(required=True)
    to_person = Text(0, 80, load_default="", metadata={"description": "A person's handle; or"})
    to_organisation = Text(0, 80, load_default="", metadata=ORGANISATION)
    purpose = Text(1, 200, required=True, metadata={"description": "What it pays for: everybody reads it."})


def payee(data: Row) -> dict[str, int]:
    """Whom a payment goes to, as the operation takes it. Raises Invalid about "to_person" unless exactly one is named, NotFound."""
    person, firm = data["to_person"].removeprefix("@"), data["to_organisation"]
    if bool(person) == bool(firm):
        raise one_field("to_person", N_("Name one person or one organisation."), code="payee_missing")
    if firm:
        return {"to_organisation_id": organisations.by_slug(firm).id}
    found = accounts.by_handle(person)
    if found is None:
        raise one_field("to_person", N_("Nobody here has this name."), code="payee_unknown")
    return {"to_person_id": found.id}


def spending_key(said: str) -> str:
    """What makes a payment happen once: what the sender calls it, else something new."""
    return said[:80] or secrets.token_hex(12)


class PoolListIn(Schema):
    """What a list may be narrowed to."""

    state = fields.Enum(State, by_value=True, load_default=None, error_messages=CHOOSE)
    kind = fields.Enum(For, by_value=True, load_default=None, error_messages=CHOOSE)
    cursor = fields.String()
    limit = fields.String()


class PoolOut(Schema):
    id = fields.Integer()
    slug = fields.String()
    url = fields.String(attribute="path")
    organisation_id = fields.Integer()
    kind = fields.Enum(For, by_value=True)
    subject = fields.String()
    title = fields.String()
    summary = fields.String()
    story = fields.String()
    language = fields.String()
    state = fields.Enum(State, by_value=True)
    goal = fields.Nested(MoneyOut)
    minimum = fields.Nested(MoneyOut)
    pledged = fields.Nested(MoneyOut)
    percent = fields.Function(lambda pool: rules.percent(pool), metadata={"type": "integer"})
    backers = fields.Integer()
    fee_bp = fields.Integer(metadata={"description": "The site's fee in basis points, shown before anybody pledges."})
    opened_at = fields.DateTime(allow_none=True)
    closes_at = fields.DateTime(allow_none=True)
    firm_from = fields.Function(lambda pool: _firm(pool), metadata={"type": "string", "description": "Pledges stand from then on."})
    closed_at = fields.DateTime(allow_none=True)
    reason = fields.String(metadata={"description": "The reviewer's remarks, or why it was cancelled."})
    version = fields.Integer()


def _firm(pool: Pool) -> str | None:
    return rules.firm_from(pool).isoformat() if pool.closes_at is not None else None


class PledgeOut(Schema):
    id = fields.Integer()
    pool = fields.String(attribute="pool.slug")
    amount = fields.Nested(MoneyOut)
    organisation_id = fields.Function(
        lambda pledge: pledge.owner_id if pledge.owner_kind == "organisation" else None, metadata={"type": ["integer", "null"]}
    )
    named = fields.Boolean()
    state = fields.Enum(PledgeState, by_value=True)
    made_at = fields.DateTime()
    ended_at = fields.DateTime(allow_none=True)
    back = fields.Nested(MoneyOut, metadata={"description": "What came back of it later, because it was not needed."})


class BackerOut(Schema):
    id = fields.Integer()
    name = fields.String(metadata={"description": "Empty for who does not want to be named."})
    amount = fields.Nested(MoneyOut, attribute="pledge.amount")
    made_at = fields.DateTime(attribute="pledge.made_at")


class UpdateOut(Schema):
    id = fields.Integer()
    title = fields.String()
    body = fields.String()
    at = fields.DateTime()


class SpentOut(Schema):
    transaction_id = fields.Integer()
