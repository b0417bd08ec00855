"""The HTML door to requests and quotes."""

from __future__ import annotations

from itertools import zip_longest
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext

from hub.core.fees import queries as fees
from hub.core.fees.rules import Mode
from hub.core.organisations import queries as organisations
from hub.kernel import money
from hub.kernel.actor import Actor
from hub.kernel.words import N_
from hub.tech_market.quotes import operations, queries, rules
from hub.tech_market.quotes.models import Quote
from hub.tech_market.quotes.policy import QUOTES, REQUESTS
from hub.tech_market.quotes.queries import Asked, Shown
from hub.tech_market.quotes.schemas import QuoteForm, ReasonIn, RequestForm
from hub.tech_market.quotes.states import QuoteAct, QuoteState, RequestAct, RequestState
from hub.tech_market.services import queries as services
from hub.tech_market.services.models import Service
from hub.tech_market.services.queries import Wanted
from hub.tech_market.services.states import State as ServiceState
from hub.web.handle import actor, checks, parse, writes
from hub.web.i18n import day, label, show_money
from hub.web.todo import Waiting, waits

pages = Blueprint("quotes", __name__, template_folder="templates")
PLACE = "tech_market/quotes/"
OFFERED = 24
"""How many services the form offers to tick beside those already chosen."""
OPEN_LINES = 6


# Asking


@pages.get("/quote-requests/new")
def new() -> Any:
    managed = [(place.slug, place.name) for place, _ in organisations.of_person(actor().person_id or 0) if actor().manages(place.id)]
    chosen = _chosen()
    offered = _offered(chosen) if managed else []
    return render_template(
        PLACE + "new.html", managed=managed, chosen=[str(service.id) for service in chosen], most=rules.MOST_SERVICES,
        offered=[(str(one.service.id), one.service.title, one.lab.name) for one in services.shown(offered)],
    )  # fmt: skip


def _chosen() -> list[Service]:
    """The services named in the address or ticked before."""
    sent = request.form.getlist("services") or request.args.getlist("service")
    numbers = [int(said) for said in sent[: rules.MOST_SERVICES] if said.isdecimal() and len(said) < 10]
    known = services.by_ids(numbers)
    return [known[number] for number in numbers if number in known and known[number].state is ServiceState.PUBLISHED]


def _offered(chosen: list[Service]) -> list[Service]:
    """Those chosen, then others of the same sectors (of all, if none is chosen); never those of one's own labs."""
    sectors = tuple({service.sector for service in chosen if service.sector})
    others, _ = services.listed(Wanted(sectors=sectors), size=OFFERED)
    every = {service.id: service for service in [*chosen, *others] if not actor().belongs_to(service.organisation_id)}
    return list(every.values())


@pages.post("/quote-requests/new")
@writes(again=new)
def create() -> Any:
    data = parse(RequestForm())
    organisation = organisations.by_slug(data.pop("organisation"))
    made = operations.ask(actor=actor(), organisation_id=organisation.id, service_ids=data.pop("services"), **data)
    flash(gettext("Sent. Each lab has been told, and none will see another’s quote."), "success")
    return redirect(made.path)


@pages.get("/quote-requests/<int:request_id>")
def show_request(request_id: int) -> Any:
    found = queries.request_for(actor(), request_id)
    (asked,) = queries.asked(actor(), [found])
    given = [
        one for one in asked.quotes if one.quote.state in {QuoteState.GIVEN, QuoteState.CHOSEN, QuoteState.PASSED_OVER} and one.quote.gross
    ]
    may_choose = REQUESTS.can(actor(), RequestAct.CHOOSE, found)
    waiting = found.state is RequestState.OPEN and not rules.is_over(found.quotes_by) and asked.answered < len(asked.quotes)
    return render_template(
        PLACE + "request.html",
        asked=asked,
        found=found,
        given=given,
        matrix=_matrix(given),
        may_choose=may_choose and found.state in {RequestState.OPEN, RequestState.COMPARING},
        waiting=waiting,
        holds=rules.still_holds,
        states=RequestState,
        quote_states=QuoteState,
    )  # fmt: skip


def _matrix(given: list[Shown]) -> dict[str, Any]:
    """As ui.quote_matrix takes it: a column a lab, a row a thing to compare."""
    price, days, valid = gettext("Price"), gettext("Time"), gettext("Holds until")
    rows = [
        (price, [show_money(one.quote.gross) for one in given]),
        (days, [gettext("%(n)s days", n=one.quote.turnaround_days) for one in given]),
        (valid, [day(one.quote.valid_until) for one in given]),
        (gettext("Lines"), [len(one.quote.lines) for one in given]),
        (gettext("State"), [label(one.quote.state) for one in given]),
    ]
    names = {"price": price, "days": days, "valid": valid}
    best = {names[row]: place for row, place in queries.best(given).items()}
    return {"columns": [one.lab.name for one in given], "rows": rows, "best": best}


@pages.post("/quote-requests/<int:request_id>/close")
@writes(again=show_request)
def close(request_id: int) -> Any:
    operations.close(actor=actor(), request=queries.request_for(actor(), request_id), **parse(ReasonIn()))
    flash(gettext("Closed. The labs have been told why."))
    return redirect(url_for(".show_request", request_id=request_id))


# Answering


@pages.get("/quotes/<int:quote_id>")
def show(quote_id: int) -> Any:
    quote = queries.get_for(actor(), quote_id)
    (shown,) = queries.shown([quote])
    in_time = quote.request.state is RequestState.OPEN and not rules.is_over(quote.request.quotes_by)
    may_answer = QUOTES.can(actor(), QuoteAct.GIVE, quote) and in_time and quote.state in {QuoteState.ASKED, QuoteState.GIVEN}
    return render_template(
        PLACE + "quote.html", shown=shown, quote=quote, found=quote.request, may_answer=may_answer, states=QuoteState,
        is_lab=actor().belongs_to(quote.organisation_id), is_buyer=actor().belongs_to(quote.request.organisation_id),
    )  # fmt: skip


def _to_answer(quote_id: int) -> Quote:
    """Raises NotFound, NotAllowed."""
    quote = queries.get_for(actor(), quote_id)
    QUOTES.require(actor(), QuoteAct.GIVE, quote)
    return quote


@pages.get("/quotes/<int:quote_id>/answer")
def answer(quote_id: int) -> Any:
    quote = _to_answer(quote_id)
    (shown,) = queries.shown([quote])
    rows: list[tuple[str, ...]] = [(line.text, quote.money(line.minor).plain(), str(line.days or "")) for line in quote.priced_lines]
    sent = (request.form.getlist(name) for name in ("line_text", "line_amount", "line_days"))
    rows = list(zip_longest(*sent, fillvalue=""))[: rules.MOST_LINES] or rows
    rows += [("", "", "")] * max(1, OPEN_LINES - len(rows))
    return render_template(
        PLACE + "answer.html", shown=shown, quote=quote, found=quote.request, rows=rows[: rules.MOST_LINES], fee_percent=_fee_percent()
    )


def _fee_bp() -> int:
    return fees.rate(Mode.SERVICES)


def _fee_percent() -> str:
    return f"{_fee_bp() / 100:g}"


@pages.post("/quotes/<int:quote_id>/check")
@checks(again=answer)
def check(quote_id: int) -> Any:
    """What is paid and what arrives, before the quote binds."""
    quote = _to_answer(quote_id)
    data = parse(QuoteForm())
    gross = rules.total(data["lines"], data["currency"])
    rules.check_validity(data["valid_until"], quote.request.quotes_by)
    (shown,) = queries.shown([quote])
    rules.check_milestones(data["lines"], data["turnaround_days"])
    split = rules.split(data["lines"], gross, _fee_bp())
    lines = [(line.text, money.Money(line.minor, gross.currency)) for line in data["lines"]]
    return render_template(
        PLACE + "check.html", shown=shown, quote=quote, found=quote.request, data=data, lines=lines, split=split, fee_percent=_fee_percent()
    )


@pages.post("/quotes/<int:quote_id>/give")
@writes(again=answer)
def give(quote_id: int) -> Any:
    quote = _to_answer(quote_id)
    operations.give(actor=actor(), quote=quote, fee_bp=_fee_bp(), **parse(QuoteForm()))
    flash(gettext("Your quote is with the buyer. You can change it until the deadline."), "success")
    return redirect(quote.path)


@pages.post("/quotes/<int:quote_id>/decline")
@writes(again=show)
def decline(quote_id: int) -> Any:
    quote = queries.get_for(actor(), quote_id)
    operations.decline(actor=actor(), quote=quote, **parse(ReasonIn()))
    flash(gettext("Declined. The buyer reads your reason."))
    return redirect(quote.path)


# What concerns me


@pages.get("/my/quotes")
def mine() -> Any:
    """Requests of my organisations, and requests that wait for my labs."""
    roles = list(actor().roles)
    requests: list[Asked] = queries.asked(actor(), queries.requests_of(roles, limit=50)[:50]) if roles else []
    answers = queries.shown(queries.quotes_by_labs(roles, limit=50)[:50]) if roles else []
    return render_template(PLACE + "mine.html", requests=requests, answers=answers, states=QuoteState, request_states=RequestState)


@waits
def waiting(who: Actor) -> list[Waiting]:
    managed = [number for number in who.roles if who.manages(number)]
    if not managed:
        return []
    return [
        Waiting(queries.to_answer(managed), N_("A request waits for your quote"), "/quotes/{}", N_("Answer"), "market"),
        Waiting(queries.to_compare(managed), N_("Quotes to compare"), "/quote-requests/{}", N_("Compare"), "market"),
    ]
