"""The JSON door to what stands on papers."""

from __future__ import annotations

from typing import Any

from hub.core.billing import operations, queries
from hub.core.billing.policy import DETAILS, DetailsAct
from hub.core.billing.rules import Owner
from hub.core.billing.schemas import BillingIn, BillingOut
from hub.core.ledger.rules import OwnerKind
from hub.core.organisations import queries as organisations
from hub.kernel.errors import NotFound
from hub.kernel.words import N_
from hub.web.api import ApiBlueprint
from hub.web.handle import actor, check_version, tagged, writes

api = ApiBlueprint("billing", __name__, prefix="", description="What stands on papers of money: names, addresses, tax numbers.")


def _told(owner: Owner) -> Any:
    found = queries.of(owner)
    if found is None:
        raise NotFound(N_("There are no such details yet: send them with PUT."))
    return tagged(BillingOut().dump(found), found.version)


def _saved(owner: Owner, data: dict[str, Any]) -> Any:
    found = queries.of(owner)
    check_version(found.version if found else 0)
    saved = operations.save(actor=actor(), owner=owner, **data)
    return tagged(BillingOut().dump(saved), saved.version)


def _me() -> Owner:
    return Owner(OwnerKind.PERSON, actor().person_id or 0)


def _ours(slug: str) -> Owner:
    owner = Owner(OwnerKind.ORGANISATION, organisations.by_slug(slug).id)
    DETAILS.require(actor(), DetailsAct.SAY, owner)
    return owner


@api.get("/me/billing")
@api.response(200, BillingOut)
def mine() -> Any:
    """What stands on the papers of the key's person. 404 until it is saved for the first time."""
    return _told(_me())


@api.put("/me/billing")
@writes
@api.arguments(BillingIn)
@api.response(200, BillingOut)
def save_mine(data: dict[str, Any]) -> Any:
    """Write it whole, for the papers issued from now on. Takes If-Match."""
    return _saved(_me(), data)


@api.get("/organisations/<slug>/billing")
@api.response(200, BillingOut)
def ours(slug: str) -> Any:
    """What stands on the organisation's papers. For its owners and finance people."""
    return _told(_ours(slug))


@api.put("/organisations/<slug>/billing")
@writes
@api.arguments(BillingIn)
@api.response(200, BillingOut)
def save_ours(data: dict[str, Any], slug: str) -> Any:
    """Write it whole, for the papers issued from now on. Takes If-Match."""
    return _saved(_ours(slug), data)
