"""The JSON door to requests and quotes."""

from __future__ import annotations

from typing import Any

from hub.core.fees import queries as fees
from hub.core.fees.rules import Mode
from hub.core.organisations import queries as organisations
from hub.tech_market.quotes import operations, queries
from hub.tech_market.quotes.models import Quote, QuoteRequest
from hub.tech_market.quotes.schemas import QuoteIn, QuoteOut, ReasonIn, RequestIn, RequestOut
from hub.web.api import ApiBlueprint
from hub.web.handle import actor, check_version, tagged, writes
from hub.web.paging import cursor, paged

api = ApiBlueprint("quotes", __name__, prefix="", description="Requests for quotes, and labs' answers, sealed from one another.")


def _request(found: QuoteRequest, status: int = 200) -> Any:
    (asked,) = queries.asked(actor(), [found])
    return tagged(RequestOut().dump(asked), found.version, status)


def _quote(found: Quote) -> Any:
    (shown,) = queries.shown([found])
    return tagged(QuoteOut().dump(shown), found.version)


@api.get("/quote-requests")
@api.response(200, RequestOut(many=True))
def requests() -> Any:
    """Those of your organisations, the newest first, each with the quotes that are there."""
    before, limit = cursor()
    return paged(queries.asked(actor(), queries.requests_of(actor().roles, before=before, limit=limit)), RequestOut(), limit)


@api.post("/quote-requests")
@writes
@api.arguments(RequestIn)
@api.response(201, RequestOut)
def ask(data: dict[str, Any]) -> Any:
    """Ask for quotes for up to eight services at once. Takes an Idempotency-Key."""
    organisation = organisations.by_slug(data.pop("organisation"))
    found = operations.ask(actor=actor(), organisation_id=organisation.id, service_ids=data.pop("services"), **data)
    return _request(found, 201)


@api.get("/quote-requests/<int:request_id>")
@api.response(200, RequestOut)
def request(request_id: int) -> Any:
    """One request of your organisation's, with its quotes."""
    return _request(queries.request_for(actor(), request_id))


@api.post("/quote-requests/<int:request_id>/close")
@writes
@api.arguments(ReasonIn)
@api.response(200, RequestOut)
def close(data: dict[str, Any], request_id: int) -> Any:
    """Close it without a choice; the labs read the reason."""
    return _request(operations.close(actor=actor(), request=queries.request_for(actor(), request_id), **data))


@api.get("/quotes")
@api.response(200, QuoteOut(many=True))
def quotes() -> Any:
    """What your labs were asked for, the newest first."""
    before, limit = cursor()
    return paged(queries.shown(queries.quotes_by_labs(actor().roles, before=before, limit=limit)), QuoteOut(), limit)


@api.get("/quotes/<int:quote_id>")
@api.response(200, QuoteOut)
def quote(quote_id: int) -> Any:
    """One quote, for its lab and for the buyer."""
    return _quote(queries.get_for(actor(), quote_id))


@api.post("/quotes/<int:quote_id>/give")
@writes
@api.arguments(QuoteIn)
@api.response(200, QuoteOut)
def give(data: dict[str, Any], quote_id: int) -> Any:
    """Give or change your quote before the deadline. Takes If-Match and an Idempotency-Key."""
    found = queries.get_for(actor(), quote_id)
    check_version(found.version)
    return _quote(operations.give(actor=actor(), quote=found, fee_bp=fees.rate(Mode.SERVICES), **data))


@api.post("/quotes/<int:quote_id>/decline")
@writes
@api.arguments(ReasonIn)
@api.response(200, QuoteOut)
def decline(data: dict[str, Any], quote_id: int) -> Any:
    """Decline to quote, or take your quote back; the buyer reads the reason."""
    return _quote(operations.decline(actor=actor(), quote=queries.get_for(actor(), quote_id), **data))
