"""What the clock does to requests, and who is looked at."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select

from hub.core.disputes.rules import Side
from hub.core.integrity import operations as integrity
from hub.core.reputation import queries as records
from hub.core.webhooks import operations as webhooks
from hub.core.webhooks.queries import Seen, seen
from hub.db.delivery import every
from hub.db.extensions import db
from hub.db.journal import Fact, reacts_to
from hub.tech_market.quotes import operations, queries
from hub.tech_market.quotes.events import QuoteChosen, QuoteDeclined, QuoteGiven, QuotesEnded, QuotesRequested
from hub.tech_market.quotes.models import Quote, QuoteRequest
from hub.tech_market.quotes.states import QuoteState

MINUTE = 60


@every(MINUTE)
def end_what_is_over() -> None:
    operations.end_due()


@reacts_to(QuoteGiven)
def look_who_quotes(event: QuoteGiven, fact: Fact) -> None:
    """Staff may have to look at a quote of the buyer's own people, or at several of one hand."""
    quotes = {quote.id: quote for quote in queries.quotes_of(event.request_id)}
    quote = quotes.get(event.quote_id)
    if quote is not None and quote.answered_by is not None:
        integrity.look(
            subject=f"quote:{quote.id}", title=quote.request.title, link=quote.path, person_id=quote.answered_by,
            host_id=quote.request.organisation_id, among=[one.answered_by for one in quotes.values() if one.answered_by is not None],
        )  # fmt: skip


# What programs may hear of it


def _of_request(event: Any) -> Seen | None:
    """The buyer alone: labs are not told who else was asked."""
    request = db.session.get(QuoteRequest, event.request_id)
    return seen(organisations=[request.organisation_id], path=f"/api/v1/quote-requests/{request.id}") if request is not None else None


def _of_quote(event: Any) -> Seen | None:
    quote = db.session.get(Quote, event.quote_id)
    if quote is None:
        return None
    return seen(organisations=[quote.organisation_id, quote.request.organisation_id], path=f"/api/v1/quotes/{quote.id}")


webhooks.sends({"quotes.requested": QuotesRequested, "quotes.ended": QuotesEnded}, _of_request, data=("request_id",))
webhooks.sends(
    {"quote.given": QuoteGiven, "quote.declined": QuoteDeclined, "quote.chosen": QuoteChosen}, _of_quote, data=("quote_id", "request_id")
)


# Reputation


@records.counts_answers
def _requests(side: Side) -> Iterable[records.Answers]:
    """Requests for quotes. One that was declined is not dated, so it counts neither way."""
    if side.organisation_id is not None:
        query = select(QuoteRequest.created_at, Quote.given_at, QuoteRequest.quotes_by).join(Quote, Quote.request_id == QuoteRequest.id)
        yield query.where(Quote.organisation_id == side.organisation_id, Quote.state != QuoteState.DECLINED)
