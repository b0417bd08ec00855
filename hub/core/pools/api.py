"""The JSON door to pools and pledges."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import request

from hub.core.organisations import queries as organisations
from hub.core.pools import operations, queries, schemas
from hub.core.pools.models import Pool
from hub.core.pools.schemas import (
    BackerOut,
    NewPoolIn,
    PledgeIn,
    PledgeOut,
    PoolChangeIn,
    PoolListIn,
    PoolOut,
    PoolReasonIn,
    SpendIn,
    SpentOut,
    StoryIn,
    UpdateIn,
    UpdateOut,
)
from hub.kernel import money
from hub.web.api import ApiBlueprint
from hub.web.handle import actor, check_version, needs_scope, public, tagged, writes
from hub.web.paging import cursor, paged

api = ApiBlueprint("pools", __name__, prefix="", description="Co-funding: pledges towards one goal, all or nothing.")


def _told(pool: Pool, status: int = 200) -> Any:
    return tagged(PoolOut().dump(pool), pool.version, status)


def _found(slug: str) -> Pool:
    return queries.get_for(actor(), slug)


@api.get("/pools")
@public
@api.arguments(PoolListIn, location="query")
@api.response(200, PoolOut(many=True))
def pools(asked: dict[str, Any]) -> Any:
    """The public ones, the oldest first."""
    after, limit = cursor()
    return paged(queries.public_after(after, limit, asked["state"], asked["kind"]), PoolOut(), limit)


@api.post("/pools")
@writes
@api.arguments(NewPoolIn)
@api.response(201, PoolOut)
def draft(data: dict[str, Any]) -> Any:
    """Begin a pool for an organisation that you manage."""
    host = organisations.by_slug(data.pop("organisation"))
    content = schemas.with_amounts(data, data["currency"])
    return _told(operations.draft(actor=actor(), organisation_id=host.id, **content), 201)


@api.get("/pools/<slug>")
@public
@api.response(200, PoolOut)
def show(slug: str) -> Any:
    """One pool, with the ETag that an edit of its draft sends back."""
    return _told(_found(slug))


@api.patch("/pools/<slug>")
@writes
@api.arguments(PoolChangeIn)
@api.response(200, PoolOut)
def change(data: dict[str, Any], slug: str) -> Any:
    """Change a draft; what is left out stays. Takes If-Match. Once open, goal and deadline never change."""
    pool = _found(slug)
    check_version(pool.version)
    return _told(operations.edit(actor=actor(), pool=pool, **schemas.with_amounts(data, pool.currency)))


def _move_door(act: str, operate: Callable[..., Pool], says: str) -> None:
    def move(slug: str) -> Any:
        return _told(operate(actor=actor(), pool=_found(slug)))

    move.__doc__ = says
    api.post(f"/pools/<slug>/{act}", endpoint=act)(writes(api.response(200, PoolOut)(move)))


_move_door("submit", operations.submit, "Send a complete draft to review.")
_move_door("recall", operations.recall, "Take it back from the review.")
_move_door("discard", operations.discard, "Throw the draft away.")
_move_door("approve", operations.approve, "Open it for pledges (consultants, not of their own organisation).")


@api.post("/pools/<slug>/return")
@writes
@api.arguments(PoolReasonIn)
@api.response(200, PoolOut)
def send_back(data: dict[str, Any], slug: str) -> Any:
    """Send it back to its organiser, with remarks (consultants)."""
    return _told(operations.return_(actor=actor(), pool=_found(slug), **data))


@api.post("/pools/<slug>/cancel")
@needs_scope("money")
@writes
@api.arguments(PoolReasonIn)
@api.response(200, PoolOut)
def cancel(data: dict[str, Any], slug: str) -> Any:
    """Stop an open pool: every pledge goes back, whole, and all backers read the reason. Takes an Idempotency-Key."""
    return _told(operations.cancel(actor=actor(), pool=_found(slug), **data))


@api.post("/pools/<slug>/story")
@writes
@api.arguments(StoryIn)
@api.response(200, PoolOut)
def retell(data: dict[str, Any], slug: str) -> Any:
    """Change the story of an open pool; the earlier ones stay readable with their dates."""
    return _told(operations.retell(actor=actor(), pool=_found(slug), **data))


@api.get("/pools/<slug>/updates")
@public
@api.response(200, UpdateOut(many=True))
def updates(slug: str) -> Any:
    """The organiser's news, the newest first."""
    pool = _found(slug)
    return paged(queries.updates(pool.id), UpdateOut(), 50)


@api.post("/pools/<slug>/updates")
@writes
@api.arguments(UpdateIn)
@api.response(201, UpdateOut)
def post_update(data: dict[str, Any], slug: str) -> Any:
    """Tell all backers something."""
    return operations.post_update(actor=actor(), pool=_found(slug), **data)


@api.get("/pools/<slug>/pledges")
@public
@api.response(200, BackerOut(many=True))
def backers(slug: str) -> Any:
    """The pledges that stand or stood at the end, the newest first; names only of those who want to be named."""
    before, limit = cursor()
    return paged(queries.backers(_found(slug), before=before, limit=limit + 1), BackerOut(), limit)


@api.post("/pools/<slug>/pledges")
@needs_scope("money")
@writes
@api.arguments(PledgeIn)
@api.response(201, PledgeOut)
def pledge(data: dict[str, Any], slug: str) -> Any:
    """Set money of your own balance, or of an organisation's, aside until the deadline. Takes an Idempotency-Key."""
    pool, wallet = _found(slug), data.pop("organisation")
    data["amount"] = money.parse(data["amount"], pool.currency, field="amount")
    organisation_id = organisations.by_slug(wallet).id if wallet else None
    return operations.pledge(actor=actor(), pool=pool, organisation_id=organisation_id, **data)


@api.get("/me/pledges")
@api.response(200, PledgeOut(many=True))
def mine() -> Any:
    """Your pledges and those of the organisations whose money you may pledge, the newest first."""
    before, limit = cursor()
    return paged(queries.pledges_by(actor(), before=before, limit=limit + 1), PledgeOut(), limit)


@api.post("/me/pledges/<int:pledge_id>/withdraw")
@needs_scope("money")
@writes
@api.response(200, PledgeOut)
def withdraw(pledge_id: int) -> Any:
    """Take a pledge back, until 24 hours before the deadline. Takes an Idempotency-Key."""
    return operations.withdraw(actor=actor(), pledge=queries.pledge_for(actor(), pledge_id))


@api.post("/pools/<slug>/spend")
@needs_scope("money")
@writes
@api.arguments(SpendIn)
@api.response(201, SpentOut)
def spend(data: dict[str, Any], slug: str) -> Any:
    """Pay for a community's work out of its hold. Takes an Idempotency-Key: the same one pays once."""
    pool = _found(slug)
    gross, key = (
        money.parse(data["amount"], pool.currency, field="amount"),
        schemas.spending_key(request.headers.get("Idempotency-Key", "")),
    )
    posted = operations.spend(actor=actor(), pool=pool, gross=gross, purpose=data["purpose"], key=key, **schemas.payee(data))
    return {"transaction_id": posted.id}


@api.post("/pools/<slug>/return-rest")
@needs_scope("money")
@writes
@api.response(200, PoolOut)
def return_rest(slug: str) -> Any:
    """Give what is left of a community's money back to who gave it, pro rata. Takes an Idempotency-Key."""
    pool = _found(slug)
    operations.return_rest(actor=actor(), pool=pool)
    return _told(pool)
