"""One schema per direction serves the JSON body, the HTML form and OpenAPI."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, post_load, pre_load

from hub.core.clauses.schemas import CHOOSE, Row, TermsForm, TermsIn, folded
from hub.core.contracts import rules
from hub.core.contracts.rules import Takes
from hub.core.contracts.states import State
from hub.core.wording.rules import Kind
from hub.web.forms import Amount, Currency, Text, as_money

UNKNOWN = {"unknown": CHOOSE}


class ContractIn(Schema):
    """What is agreed. `price` is gross, in figures, with its `currency`; without one there is none."""

    title = Text(rules.SHORTEST_TITLE, rules.LONGEST_TITLE, required=True)
    object = Text(rules.SHORTEST_OBJECT, rules.LONGEST_OBJECT, required=True, metadata={"description": "What exactly it is about."})
    takes = fields.Enum(Takes, by_value=True, load_default=Takes.RECEIVES, error_messages=UNKNOWN)
    price = Amount(load_default=None, allow_none=True)
    currency = Currency(load_default="USD")
    terms = fields.Nested(TermsIn, load_default=dict)

    @post_load
    def read_price(self, data: Row, **_: Any) -> Row:
        if not (data.get("price") or "").strip():
            data["price"] = None
        as_money(data, "price")
        data.pop("currency", None)
        return data


class NewContractIn(ContractIn):
    """`other` names the other side: an organisation's address name, a person's handle, or the address of their page."""

    kind = fields.Enum(Kind, by_value=True, required=True, error_messages=UNKNOWN)
    organisation = Text(0, 80, load_default="", metadata={"description": "Yours, by its address name; without it you are the party."})
    other = Text(0, 300, load_default="")
    about = Text(0, 40, load_default="", metadata={"description": "What it belongs to, like deal:3; then its two sides are the parties."})


class ContractForm(ContractIn):
    terms = fields.Nested(TermsForm, load_default=dict)

    @pre_load
    def fold(self, data: Row, **_: Any) -> Row:
        return folded(data)


class NewContractForm(ContractForm):
    kind = fields.Enum(Kind, by_value=True, required=True, error_messages=UNKNOWN)
    organisation = Text(0, 80, load_default="")
    other = Text(0, 300, load_default="")
    about = Text(0, 40, load_default="")


class ReasonIn(Schema):
    reason = Text(rules.SHORTEST_REASON, rules.LONGEST_REASON, required=True, metadata={"description": "The other side reads it."})


class MaybeReasonIn(Schema):
    """Needed once the other side was asked to sign."""

    reason = Text(0, rules.LONGEST_REASON, load_default="")


class PartyOut(Schema):
    name = fields.String()
    url = fields.String()


class ContractOut(Schema):
    id = fields.Integer(attribute="contract.id")
    url = fields.String(attribute="contract.path")
    kind = fields.Enum(Kind, by_value=True, attribute="contract.kind")
    state = fields.Enum(State, by_value=True, attribute="contract.state")
    title = fields.String(attribute="said.title")
    object = fields.String(attribute="said.object")
    takes = fields.Enum(Takes, by_value=True, attribute="said.takes", metadata={"description": "The place of the side drawing it up."})
    price = fields.Function(lambda told: told["said"].price.plain() if told["said"].price else None, metadata={"type": ["string", "null"]})
    currency = fields.Function(lambda told: told["said"].price.currency if told["said"].price else "", metadata={"type": "string"})
    about = fields.String(attribute="contract.about")
    drawn_up_by = fields.Nested(PartyOut)
    other = fields.Nested(PartyOut)
    terms = fields.Dict(attribute="said.choices")
    terms_id = fields.Integer(attribute="contract.terms_id", allow_none=True, metadata={"description": "Newest words: /agreements/<id>."})
    in_force_id = fields.Integer(attribute="contract.force_terms_id", allow_none=True, metadata={"description": "The version that binds."})
    in_force_at = fields.DateTime(attribute="contract.in_force_at", allow_none=True)
    version = fields.Integer(attribute="contract.version", metadata={"description": "For If-Match."})


class ContractsOut(Schema):
    items = fields.List(fields.Nested(ContractOut))
    next = fields.String(allow_none=True)
