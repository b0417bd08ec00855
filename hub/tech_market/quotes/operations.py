"""The only writes of this room: asking, answering, ending, choosing, closing. Each locks the request first; none commits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from hub.core.messages import operations as messages
from hub.core.messages.states import Kind as About
from hub.core.organisations import queries as organisations
from hub.db import journal
from hub.db.extensions import db
from hub.kernel import clock, reasons
from hub.kernel.actor import SYSTEM, Actor
from hub.kernel.errors import NotFound, NotNow, one_field
from hub.kernel.permissions import require_verified
from hub.kernel.words import N_
from hub.tech_market.quotes import queries, rules
from hub.tech_market.quotes.events import (
    QuoteChosen,
    QuoteDeclined,
    QuoteGiven,
    QuoteRequestClosed,
    QuotesEnded,
    QuotesRequested,
)
from hub.tech_market.quotes.models import Quote, QuoteRequest
from hub.tech_market.quotes.policy import QUOTES, REQUESTS
from hub.tech_market.quotes.rules import Line
from hub.tech_market.quotes.states import QUOTE, REQUEST, QuoteAct, QuoteState, RequestAct, RequestState
from hub.tech_market.services import queries as services
from hub.tech_market.services.models import Service
from hub.tech_market.services.states import State as ServiceState

LATE = N_("The time for quotes ended %(deadline)s, and it is %(now)s by the hub's clock.")


def ask(
    *, actor: Actor, organisation_id: int, service_ids: Iterable[int], title: str, body: str, quotes_by: datetime,
    quantity: str = "", needed_by: date | None = None,
) -> QuoteRequest:  # fmt: skip
    """Ask for quotes for up to eight published services at once; each lab is told.

    Raises NotAllowed (not a manager, or e-mail not verified), Invalid about `services`, `quotes_by` or `needed_by`.
    """
    now = clock.now()
    request = QuoteRequest(
        organisation_id=organisation_id, author_id=actor.person_id, title=title, body=body, quantity=quantity, quotes_by=quotes_by,
        needed_by=needed_by, state=REQUEST.initial, reason="", created_at=now,
    )  # fmt: skip
    REQUESTS.require(actor, RequestAct.ASK, request)
    require_verified(actor)
    wanted = _services(actor, organisation_id, service_ids)
    rules.check_deadline(quotes_by, needed_by)
    db.session.add(request)
    db.session.flush()
    quotes = [
        Quote(request=request, service_id=service.id, organisation_id=service.organisation_id, state=QUOTE.initial, lines=[])
        for service in wanted
    ]
    db.session.add_all(quotes)
    db.session.flush()
    event = QuotesRequested(request_id=request.id, service_ids=[service.id for service in wanted])
    journal.record(event, actor=actor, subject=request.ref)
    buyer = organisations.card(organisation_id).name
    for quote in quotes:
        text = N_("%(buyer)s asks for a quote: “%(title)s”. Answer by %(by)s.")
        _tell(actor, services.manager_ids(quote.organisation_id), text, quote.path, request, buyer=buyer, by=_moment(quotes_by))
    return request


def _services(actor: Actor, organisation_id: int, service_ids: Iterable[int]) -> list[Service]:
    wanted = list(dict.fromkeys(service_ids))
    if not 1 <= len(wanted) <= rules.MOST_SERVICES:
        raise one_field("services", N_("Choose between one and eight services."), code="services_count")
    known = services.by_ids(wanted)
    found = [known[number] for number in wanted if number in known and known[number].state is ServiceState.PUBLISHED]
    if len(found) < len(wanted):
        raise one_field("services", N_("One of these services is not on the list any more."), code="service_gone")
    if any(service.organisation_id == organisation_id for service in found):
        raise one_field("services", N_("Nobody asks their own organisation for a quote."), code="own_service")
    if any(actor.belongs_to(service.organisation_id) for service in found):
        raise one_field(
            "services", N_("You belong to one of these labs: have somebody else ask, so that quotes stay sealed."), code="own_lab"
        )
    return found


def give(
    *, actor: Actor, quote: Quote, lines: Sequence[Line], currency: str, turnaround_days: int, valid_until: date, terms: str, fee_bp: int
) -> Quote:
    """Give a quote, or change the one given, before the deadline. `fee_bp` is the site's fee that the lab was shown.

    Raises NotAllowed, NotNow (code deadline_passed, or decided), Invalid about `lines`, `turnaround_days` or `valid_until`.
    """
    QUOTES.require(actor, QuoteAct.GIVE, quote)
    require_verified(actor)
    request = _open_request(quote)
    gross = rules.total(lines, currency)
    rules.check_validity(valid_until, request.quotes_by)
    if not 1 <= turnaround_days <= rules.MOST_DAYS:
        raise one_field("turnaround_days", N_("Between 1 and 730 days."))
    rules.check_milestones(lines, turnaround_days)
    rules.split(lines, gross, fee_bp)
    first = quote.state is QuoteState.ASKED
    QUOTE.fire(quote, QuoteAct.GIVE)
    quote.lines, quote.gross_minor, quote.currency, quote.fee_bp = (
        [line.plain for line in lines],
        gross.minor,
        currency,
        fee_bp,
    )
    quote.turnaround_days, quote.valid_until, quote.terms = turnaround_days, valid_until, terms
    quote.answered_by, quote.given_at = actor.person_id, clock.now()
    db.session.flush()
    journal.record(QuoteGiven(quote_id=quote.id, request_id=request.id), actor=actor, subject=quote.ref, scope=request.ref)
    text = N_("%(lab)s quoted for “%(title)s”.") if first else N_("%(lab)s changed its quote for “%(title)s”.")
    _tell_buyer(actor, request, text, lab=organisations.card(quote.organisation_id).name)
    return quote


def decline(*, actor: Actor, quote: Quote, reason: str) -> Quote:
    """Decline to quote, or take the quote back, with a reason that the buyer reads. Raises NotAllowed, NotNow, Invalid."""
    QUOTES.require(actor, QuoteAct.DECLINE, quote)
    told = reasons.given(reason, reasons.TO_THE_OTHER)
    request = _open_request(quote)
    QUOTE.fire(quote, QuoteAct.DECLINE)
    quote.reason, quote.answered_by = told, actor.person_id
    journal.record(QuoteDeclined(quote_id=quote.id, request_id=request.id), actor=actor, subject=quote.ref, scope=request.ref)
    _tell_buyer(actor, request, N_("%(lab)s declined to quote for “%(title)s”."), lab=organisations.card(quote.organisation_id).name)
    return quote


def _open_request(quote: Quote) -> QuoteRequest:
    """The clock is read after the lock: whoever waited for it may have become late. Raises NotNow."""
    request = queries.locked(quote.request_id)
    db.session.refresh(quote)
    if request.state in {RequestState.CHOSEN, RequestState.CLOSED}:
        raise NotNow(N_("This request has been decided."), code="decided")
    now = clock.now()
    if request.state is not RequestState.OPEN or rules.is_over(request.quotes_by, now):
        raise NotNow(LATE, code="deadline_passed", deadline=_moment(request.quotes_by), now=_moment(now))
    return request


def end_due() -> int:
    """Act.END and QuoteAct.LAPSE: requests whose time is over are compared from now on. Returns how many. Bears being repeated."""
    return sum(_end(queries.locked(request.id)) for request in queries.due())


def _end(request: QuoteRequest) -> bool:
    if request.state is not RequestState.OPEN:
        return False
    REQUEST.fire(request, RequestAct.END)
    quotes = queries.quotes_of(request.id)
    for quote in quotes:
        if quote.state is QuoteState.ASKED:
            QUOTE.fire(quote, QuoteAct.LAPSE)
    journal.record(QuotesEnded(request_id=request.id), actor=SYSTEM, subject=request.ref)
    given = sum(quote.state is QuoteState.GIVEN for quote in quotes)
    _tell_buyer(SYSTEM, request, N_("The time for quotes for “%(title)s” is over: %(n)s to compare."), n=given)
    return True


def choose(*, actor: Actor, quote: Quote, reason: str) -> Quote:
    """Choose one; the other labs are told `reason`. What follows from it (the order) is the calling room's.

    Raises NotAllowed, NotFound (a quote that the actor may not see), NotNow (code labs_still_asked, no_longer_valid, decided), Invalid.
    """
    if quote not in queries.visible(actor, [quote]):
        raise NotFound(queries.NO_QUOTE)
    QUOTES.require(actor, QuoteAct.CHOOSE, quote)
    require_verified(actor)
    request = queries.locked(quote.request_id)
    db.session.refresh(quote)
    if request.state is RequestState.OPEN and rules.is_over(request.quotes_by):
        _end(request)
    others = [other for other in queries.quotes_of(request.id) if other.id != quote.id]
    if request.state is RequestState.OPEN and any(other.state is QuoteState.ASKED for other in others):
        message = N_("Labs still have until %(deadline)s to answer: choose when all have, or then.")
        raise NotNow(message, code="labs_still_asked", deadline=_moment(request.quotes_by))
    passed = [other for other in others if other.state is QuoteState.GIVEN]
    told = reasons.given(reason, reasons.TO_THE_OTHER) if passed else reason.strip()[: rules.LONGEST_REASON]
    if quote.state is QuoteState.GIVEN and (quote.valid_until is None or not rules.still_holds(quote.valid_until)):
        raise NotNow(N_("This quote no longer holds: its last day has passed."), code="no_longer_valid")
    REQUEST.fire(request, RequestAct.CHOOSE)
    QUOTE.fire(quote, QuoteAct.CHOOSE)
    request.closed_at = clock.now()
    db.session.flush()
    journal.record(QuoteChosen(quote_id=quote.id, request_id=request.id), actor=actor, subject=quote.ref, scope=request.ref)
    _pass_over(actor, request, passed, told)
    return quote


def close(*, actor: Actor, request: QuoteRequest, reason: str) -> QuoteRequest:
    """Close the request without a choice; every lab that has not declined reads `reason`. Raises NotAllowed, NotNow, Invalid."""
    REQUESTS.require(actor, RequestAct.CLOSE, request)
    told = reasons.given(reason, reasons.TO_THE_OTHER)
    request = queries.locked(request.id)
    REQUEST.fire(request, RequestAct.CLOSE)
    request.reason, request.closed_at = told, clock.now()
    waiting = [quote for quote in queries.quotes_of(request.id) if quote.state in {QuoteState.ASKED, QuoteState.GIVEN}]
    journal.record(QuoteRequestClosed(request_id=request.id), actor=actor, subject=request.ref)
    _pass_over(actor, request, waiting, told)
    return request


def _pass_over(actor: Actor, request: QuoteRequest, quotes: Sequence[Quote], reason: str) -> None:
    for quote in quotes:
        QUOTE.fire(quote, QuoteAct.PASS_OVER)
        quote.reason = reason
        text = N_("Your quote for “%(title)s” was not chosen. The reason: %(reason)s")
        if quote.gross_minor is None:
            text = N_("The request “%(title)s” was closed before you answered. The reason: %(reason)s")
        _tell(actor, services.manager_ids(quote.organisation_id), text, quote.path, request, reason=reason)
    db.session.flush()


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC" if moment.second else f"{moment:%Y-%m-%d %H:%M} UTC"


def _tell_buyer(actor: Actor, request: QuoteRequest, text: str, **values: Any) -> None:
    _tell(actor, [request.author_id, *services.manager_ids(request.organisation_id)], text, request.path, request, **values)


def _tell(actor: Actor, person_ids: Iterable[int], text: str, link: str, request: QuoteRequest, **values: Any) -> None:
    others = [person_id for person_id in person_ids if person_id != actor.person_id]
    messages.notify(actor=actor, person_ids=others, text=text, kind=About.MARKET, values={"title": request.title, **values}, link=link)
