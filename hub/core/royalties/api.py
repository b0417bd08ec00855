"""The JSON door to royalties."""

from __future__ import annotations

from typing import Any

from hub.core.organisations import queries as organisations
from hub.core.payments.queries import organisation_seen
from hub.core.royalties import operations, queries
from hub.core.royalties.models import Royalty
from hub.core.royalties.schemas import DueOut, ReasonIn, ReportIn, RoyaltyIn, RoyaltyOut
from hub.kernel import money
from hub.web.api import ApiBlueprint
from hub.web.handle import actor, needs_scope, writes
from hub.web.paging import cursor, paged

api = ApiBlueprint("royalties", __name__, prefix="", description="Royalties: agreed, reported, due, paid.")


def _told(royalty: Royalty) -> Any:
    return queries.shown([royalty])[0]


@api.get("/organisations/<slug>/royalties")
@api.response(200, RoyaltyOut(many=True))
def royalties(slug: str) -> Any:
    """Those in which the organisation is a side, the newest first, with what fell due."""
    before, limit = cursor()
    found = queries.of_organisation(organisation_seen(actor(), slug), before=before, limit=limit)
    return paged(queries.shown(found), RoyaltyOut(), limit)


@api.post("/organisations/<slug>/royalties")
@needs_scope("money")
@writes
@api.arguments(RoyaltyIn)
@api.response(201, RoyaltyOut)
def propose(data: dict[str, Any], slug: str) -> Any:
    """Propose a royalty as the licensor. Takes an Idempotency-Key."""
    return _told(operations.propose(actor=actor(), licensor_id=organisations.by_slug(slug).id, **data))


@api.get("/royalties/<int:royalty_id>")
@api.response(200, RoyaltyOut)
def royalty(royalty_id: int) -> Any:
    """One royalty, for the money people of both sides."""
    return _told(queries.get_for(actor(), royalty_id))


@api.post("/royalties/<int:royalty_id>/accept")
@needs_scope("money")
@writes
@api.response(200, RoyaltyOut)
def accept(royalty_id: int) -> Any:
    """Agree as the licensee; a fixed sum falls due at once. Takes an Idempotency-Key."""
    return _told(operations.accept(actor=actor(), royalty=queries.get_for(actor(), royalty_id)))


@api.post("/royalties/<int:royalty_id>/decline")
@writes
@api.arguments(ReasonIn)
@api.response(200, RoyaltyOut)
def decline(data: dict[str, Any], royalty_id: int) -> Any:
    """Do not agree; the licensor reads the reason."""
    return _told(operations.decline(actor=actor(), royalty=queries.get_for(actor(), royalty_id), **data))


@api.post("/royalties/<int:royalty_id>/end")
@writes
@api.arguments(ReasonIn)
@api.response(200, RoyaltyOut)
def end(data: dict[str, Any], royalty_id: int) -> Any:
    """Ask for no more reports, as the licensor; what is due stays due."""
    return _told(operations.end(actor=actor(), royalty=queries.get_for(actor(), royalty_id), **data))


@api.post("/royalties/<int:royalty_id>/report")
@needs_scope("money")
@writes
@api.arguments(ReportIn)
@api.response(201, DueOut)
def report(data: dict[str, Any], royalty_id: int) -> Any:
    """Report what was sold in the next period; what it comes to falls due. Takes an Idempotency-Key."""
    found = queries.get_for(actor(), royalty_id)
    sales = money.parse(data["sales"], found.currency, field="sales")
    return operations.report_sales(actor=actor(), royalty=found, sales=sales, from_on=data["from_on"])


@api.post("/royalties/dues/<int:due_id>/pay")
@needs_scope("money")
@writes
@api.response(200, DueOut)
def pay(due_id: int) -> Any:
    """Pay what is due from the licensee's balance. Takes an Idempotency-Key."""
    found, due = queries.due_for(actor(), due_id)
    return operations.pay(actor=actor(), royalty=found, due=due)
