"""Reads of the quotes room. Every way to a quote leads through `visible`: no lab sees another lab's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import aliased

from hub.core.organisations import queries as organisations
from hub.core.organisations.queries import OrganisationCard
from hub.db.cursors import older
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import Actor
from hub.kernel.errors import NotFound
from hub.kernel.words import N_
from hub.tech_market.quotes import rules
from hub.tech_market.quotes.models import Quote, QuoteRequest
from hub.tech_market.quotes.policy import QUOTES, REQUESTS
from hub.tech_market.quotes.rules import Compared
from hub.tech_market.quotes.states import QuoteAct, QuoteState, RequestAct, RequestState
from hub.tech_market.services import queries as services
from hub.tech_market.services.models import Service

NO_REQUEST, NO_QUOTE = N_("There is no such request."), N_("There is no such quote.")
UNANSWERED = frozenset({QuoteState.ASKED})


@dataclass(frozen=True)
class Shown:
    """A quote with the service asked for, its lab and who asks."""

    quote: Quote
    service: Service
    lab: OrganisationCard
    buyer: OrganisationCard

    @property
    def id(self) -> int:
        return self.quote.id


@dataclass(frozen=True)
class Asked:
    """A request with who asks, and the quotes that its reader may see."""

    request: QuoteRequest
    buyer: OrganisationCard
    quotes: Sequence[Shown]

    @property
    def id(self) -> int:
        return self.request.id

    @property
    def answered(self) -> int:
        return sum(shown.quote.state is not QuoteState.ASKED for shown in self.quotes)


def request_for(actor: Actor, request_id: int) -> QuoteRequest:
    """The request, for the people of the organisation that asks. Raises NotFound."""
    request = db.session.get(QuoteRequest, request_id)
    if request is None or not REQUESTS.can(actor, RequestAct.READ, request):
        raise NotFound(NO_REQUEST)
    return request


def get_for(actor: Actor, quote_id: int) -> Quote:
    """The quote, for the lab's people and the buyer's. Raises NotFound."""
    quote = db.session.get(Quote, quote_id)
    if quote is None or quote not in visible(actor, [quote]):
        raise NotFound(NO_QUOTE)
    return quote


def visible(actor: Actor, quotes: Iterable[Quote]) -> list[Quote]:
    """Those of `quotes` that this actor may read. Whoever belongs to a lab that a request asked reads that lab's quote alone,
    even on the buyer's side."""
    mine = [quote for quote in quotes if QUOTES.can(actor, QuoteAct.READ, quote)]
    as_buyer = {quote.request_id for quote in mine if not actor.belongs_to(quote.organisation_id)}
    torn = _torn(actor, as_buyer)
    return [quote for quote in mine if actor.belongs_to(quote.organisation_id) or quote.request_id not in torn]


def _torn(actor: Actor, request_ids: set[int]) -> set[int]:
    """Requests among these in which a lab of the actor's own was asked."""
    if not request_ids or not actor.roles:
        return set()
    query = select(Quote.request_id).where(Quote.request_id.in_(request_ids), Quote.organisation_id.in_(list(actor.roles)))
    return set(db.session.scalars(query))


def quotes_of(request_id: int) -> Sequence[Quote]:
    """Unchecked, in the order of asking: for operations."""
    return db.session.scalars(select(Quote).where(Quote.request_id == request_id).order_by(Quote.id)).all()


def locked(request_id: int) -> QuoteRequest:
    """The request, read afresh and kept from others until this unit of work ends. Unchecked."""
    db.session.flush()
    query = select(QuoteRequest).where(QuoteRequest.id == request_id).with_for_update().execution_options(populate_existing=True)
    return db.session.scalars(query).one()


def shown(quotes: Iterable[Quote]) -> list[Shown]:
    """Each with its service, lab and buyer. Two statements."""
    quotes = list(quotes)
    known = services.by_ids({quote.service_id for quote in quotes})
    cards = organisations.cards(number for quote in quotes for number in (quote.organisation_id, quote.request.organisation_id))
    return [Shown(q, known[q.service_id], cards[q.organisation_id], cards[q.request.organisation_id]) for q in quotes]


def asked(actor: Actor, requests: Sequence[QuoteRequest]) -> list[Asked]:
    """Each with the quotes that the actor may see. Five statements, however many there are."""
    ids = [request.id for request in requests]
    found = db.session.scalars(select(Quote).where(Quote.request_id.in_(ids)).order_by(Quote.id)).all() if ids else []
    by_request: dict[int, list[Shown]] = {}
    for one in shown(visible(actor, found)):
        by_request.setdefault(one.quote.request_id, []).append(one)
    cards = organisations.cards(request.organisation_id for request in requests)
    return [Asked(request, cards[request.organisation_id], by_request.get(request.id, [])) for request in requests]


def requests_of(organisation_ids: Iterable[int], *, before: int | None = None, limit: int = 50) -> Sequence[QuoteRequest]:
    """Up to `limit` + 1 requests of these organisations, the newest first."""
    query = select(QuoteRequest).where(QuoteRequest.organisation_id.in_(list(organisation_ids)))
    return db.session.scalars(older(query, QuoteRequest.id, before, limit + 1)).all()


def quotes_by_labs(organisation_ids: Iterable[int], *, before: int | None = None, limit: int = 50) -> Sequence[Quote]:
    """Up to `limit` + 1 quotes that these labs were asked for, the newest first."""
    query = select(Quote).where(Quote.organisation_id.in_(list(organisation_ids)))
    return db.session.scalars(older(query, Quote.id, before, limit + 1)).all()


def due(limit: int = 200) -> Sequence[QuoteRequest]:
    """Open requests whose time is over."""
    query = select(QuoteRequest).where(QuoteRequest.state == RequestState.OPEN, QuoteRequest.quotes_by <= clock.now())
    return db.session.scalars(query.order_by(QuoteRequest.id).limit(limit)).all()


def best(quotes: Sequence[Shown]) -> Mapping[str, int]:
    """See rules.best."""
    return rules.best([Compared(one.quote.gross, one.quote.turnaround_days, one.quote.valid_until) for one in quotes])


def to_answer(organisation_ids: Iterable[int]) -> Any:
    """As hub.web.todo asks: requests that wait for a quote of these labs."""
    asking = aliased(QuoteRequest)
    return (
        select(asking.title.label("detail"), Quote.id.label("key"), asking.quotes_by.label("due"))
        .join(asking, asking.id == Quote.request_id)
        .where(Quote.organisation_id.in_(list(organisation_ids)), Quote.state == QuoteState.ASKED)
        .where(asking.state == RequestState.OPEN, asking.quotes_by > clock.now())
    )


def to_compare(organisation_ids: Iterable[int]) -> Any:
    """As hub.web.todo asks: requests of these organisations whose time is over and that hold quotes."""
    given = select(Quote.id).where(Quote.request_id == QuoteRequest.id, Quote.state == QuoteState.GIVEN)
    return select(QuoteRequest.title.label("detail"), QuoteRequest.id.label("key"), QuoteRequest.quotes_by.label("due")).where(
        QuoteRequest.organisation_id.in_(list(organisation_ids)), QuoteRequest.state == RequestState.COMPARING, given.exists()
    )
