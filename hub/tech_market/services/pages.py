"""The HTML door to lab services."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext

from hub.core.organisations import queries as organisations
from hub.kernel.actor import Actor
from hub.kernel.errors import NotAllowed
from hub.kernel.money import Money
from hub.kernel.taxonomy import Sector
from hub.kernel.words import N_
from hub.tech_market.services import operations, queries, rules
from hub.tech_market.services.models import Service
from hub.tech_market.services.policy import POLICY
from hub.tech_market.services.queries import Shown, Wanted
from hub.tech_market.services.rules import Tongue
from hub.tech_market.services.schemas import NewServiceForm, RemarksIn, ServiceForm
from hub.tech_market.services.states import LIFE, Act, State
from hub.web import pagecache
from hub.web.facets import chips, chosen, chosen_numbers, group
from hub.web.handle import actor, check_version, parse, public, safe_next, writes
from hub.web.i18n import label, show_money
from hub.web.paging import Page, page_number
from hub.web.shell import add_to_nav
from hub.web.standing import Standing, standings
from hub.web.todo import Waiting, waits

pages = Blueprint("services", __name__, template_folder="templates")
add_to_nav(62, "/services", N_("Services"))

PLACE = "tech_market/services/"
SIZE, SHOWN_LABS = 20, 24
SIMPLE_MOVES: dict[str, tuple[Callable[..., Service], str]] = {
    "publish": (operations.publish, N_("Published.")),
    "revise": (operations.revise, N_("Taken back: change it, then send it for review again.")),
    "withdraw": (operations.withdraw, N_("Withdrawn.")),
}
MOVES = ",".join(SIMPLE_MOVES)


# The public list


def _wanted() -> Wanted:
    return Wanted(sectors=chosen("sector", Sector), tongues=chosen("tongue", Tongue), organisation_ids=chosen_numbers("lab"))


@pages.get("/services")
@public
@pagecache.for_visitors
def index() -> Any:
    wanted, number = _wanted(), page_number()
    found, total = queries.listed(wanted, page=number, size=SIZE)
    counts = queries.counts(wanted)
    labs = organisations.cards([*(service.organisation_id for service in found), *counts.organisations, *wanted.organisation_ids])
    groups = _facets(wanted, counts, labs)
    known = standings(f"organisation:{service.organisation_id}" for service in found)
    return render_template(
        PLACE + "index.html",
        cards=[card(Shown(service, labs[service.organisation_id]), known) for service in found],
        page=Page(number, SIZE, total),
        groups=groups,
        chips=chips(groups),
    )


def _facets(wanted: Wanted, counts: queries.Counts, labs: Mapping[int, organisations.OrganisationCard]) -> list[dict[str, Any]]:
    known = {number: count for number, count in list(counts.organisations.items())[:SHOWN_LABS] if number in labs}
    asked = [number for number in wanted.organisation_ids if number in labs]
    return [
        group("sector", gettext("Sector"), counts.sectors, wanted.sectors),
        group("tongue", gettext("Works in"), dict.fromkeys(Tongue), wanted.tongues),
        group("lab", gettext("Lab"), known, asked, lambda number: labs[number].name),
    ]


def price(service: Service) -> str:
    """“USD 80 – USD 120 per sample”, or that it is on request."""
    if service.price_from is None:
        return gettext("Price on request")
    amounts = " – ".join(show_money(amount) for amount in (service.price_from, service.price_to) if amount)
    return gettext("%(price)s per %(unit)s", price=amounts, unit=service.unit) if service.unit else amounts


def card(shown: Shown, known: Mapping[str, Standing]) -> dict[str, Any]:
    """As `ui.card` takes it."""
    service = shown.service
    facts: list[Any] = [("", shown.lab.name), known[f"organisation:{service.organisation_id}"].words, price(service)]
    if service.turnaround_days:
        facts.append(gettext("about %(n)s days", n=service.turnaround_days))
    facts.append(", ".join(label(tongue) for tongue in service.tongues))
    return {
        "mode": "market",
        "url": service.path,
        "kind_label": gettext("Service"),
        "title": service.title,
        "summary": service.summary,
        "badges": [] if service.state is State.PUBLISHED else [("", label(service.state))],
        "facts": [fact for fact in facts if fact],
    }


# One service


@pages.get("/services/<int:service_id>")
@public
@pagecache.for_visitors
def show(service_id: int) -> Any:
    service = queries.get_for(actor(), service_id)
    (shown,) = queries.shown([service])
    moves = LIFE.moves_for(actor(), service, POLICY) if actor().signed_in else []
    return render_template(
        PLACE + "show.html",
        service=service,
        lab=shown.lab,
        price=price(service),
        moves=[move for move in moves if move.act.value in SIMPLE_MOVES],
        may_return=any(move.act is Act.RETURN for move in moves),
        may_submit=any(move.act is Act.SUBMIT for move in moves),
        belongs=actor().belongs_to(service.organisation_id),
    )


@pages.get("/services/new")
def new() -> Any:
    places = organisations.of_person(actor().person_id or 0)
    managed = [(place.slug, place.name) for place, _ in places if actor().manages(place.id)]
    return render_template(PLACE + "form.html", service=None, managed=managed, sectors=Sector, tongues=Tongue)


@pages.post("/services/new")
@writes(again=new)
def create() -> Any:
    data = parse(NewServiceForm())
    organisation = organisations.by_slug(data.pop("organisation"))
    service = operations.draft(actor=actor(), organisation_id=organisation.id, **data)
    return redirect(url_for(".check", service_id=service.id))


def _own(service_id: int, act: Act) -> Service:
    """Raises NotFound, NotAllowed."""
    service = queries.get_for(actor(), service_id)
    POLICY.require(actor(), act, service)
    return service


@pages.get("/services/<int:service_id>/edit")
def edit(service_id: int) -> Any:
    return render_template(PLACE + "form.html", service=_own(service_id, Act.EDIT), managed=[], sectors=Sector, tongues=Tongue)


@pages.post("/services/<int:service_id>/edit")
@writes(again=edit)
def change(service_id: int) -> Any:
    service = _own(service_id, Act.EDIT)
    check_version(service.version)
    operations.edit(actor=actor(), service=service, **parse(ServiceForm()))
    return redirect(url_for(".check", service_id=service_id))


@pages.get("/services/<int:service_id>/check")
def check(service_id: int) -> Any:
    """Check your answers, then send it for review."""
    service = _own(service_id, Act.SUBMIT)
    (shown,) = queries.shown([service])
    return render_template(PLACE + "check.html", service=service, lab=shown.lab, gaps=rules.gaps(service), rows=_answers(service))


def _answers(service: Service) -> Iterable[tuple[str, Any, str]]:
    """What was said of it, with the field that changes it."""
    return [
        (gettext("Title"), service.title, "title"),
        (gettext("In one or two sentences"), service.summary, "summary"),
        (gettext("Description"), service.description, "description"),
        (gettext("Sector"), label(service.sector), "sector"),
        (gettext("One unit is"), service.unit, "unit"),
        (gettext("Typical price"), price(service), "price_from"),
        (gettext("Usual time in days"), service.turnaround_days or "", "turnaround_days"),
        (gettext("The lab works in"), ", ".join(label(tongue) for tongue in service.tongues), "languages"),
        (gettext("What the customer must send"), service.send_us, "send_us"),
    ]


@pages.post("/services/<int:service_id>/submit")
@writes(again=check)
def submit(service_id: int) -> Any:
    operations.submit(actor=actor(), service=queries.get_for(actor(), service_id))
    flash(gettext("Sent for review. You will be told as soon as somebody has read it."))
    return redirect(url_for(".show", service_id=service_id))


@pages.post(f"/services/<int:service_id>/<any({MOVES}):act>")
@writes
def move(service_id: int, act: str) -> Any:
    operate, said = SIMPLE_MOVES[act]
    service = operate(actor=actor(), service=queries.get_for(actor(), service_id))
    flash(gettext(said))
    if act == "withdraw":
        return redirect(safe_next(request.form.get("next"), url_for(".index")))
    return redirect(url_for(".edit" if act == "revise" else ".show", service_id=service.id))


@pages.post("/services/<int:service_id>/return")
@writes(again=show)
def send_back(service_id: int) -> Any:
    service = queries.get_for(actor(), service_id)
    operations.send_back(actor=actor(), service=service, **parse(RemarksIn()))
    flash(gettext("Sent back with your remarks."))
    return redirect(url_for(".desk"))


# For members and consultants


@pages.get("/orgs/<slug>/services")
def of_organisation(slug: str) -> Any:
    organisation, who, number = organisations.by_slug(slug), actor(), page_number()
    if not (who.belongs_to(organisation.id) or who.is_admin):
        raise NotAllowed(N_("Only its own people see everything that an organisation has drafted."))
    found, total = queries.of_organisation(organisation.id, page=number)
    return render_template(
        PLACE + "organisation.html", organisation=organisation, services=found, page=Page(number, 50, total),
        may_draft=who.manages(organisation.id), price=price,
    )  # fmt: skip


@pages.get("/desk/services")
def desk() -> Any:
    if not (actor().is_consultant or actor().is_admin):
        raise NotAllowed(N_("This is the consultants’ desk."))
    return render_template(PLACE + "desk.html", waiting=queries.shown(queries.in_review()))


@waits
def waiting(who: Actor) -> list[Waiting]:
    """Reviews that wait for a consultant, drafts that came back to their authors."""
    asked: list[Waiting] = []
    if who.is_consultant:
        asked.append(Waiting(queries.waiting_for_review(who.roles), N_("A service to review"), "/services/{}", N_("Review"), "market"))
    managed = [number for number in who.roles if who.manages(number)]
    if managed:
        text, action = N_("Came back with remarks"), N_("Mend and send again")
        asked.append(Waiting(queries.returned_to(managed), text, "/services/{}/edit", action, "market"))
    return asked


@organisations.lists_on_page
def shelf(organisation: Any) -> organisations.Shelf:
    query, order, see_all = queries.lines_of(organisation.id), queries.LINES_ORDER, url_for("services.index", lab=organisation.id)
    return organisations.Shelf(N_("Services"), query, order, "/services/{}", _from, "market", see_all)


def _from(said: organisations.Said) -> str:
    if said.number is None:
        return gettext("Price on request")
    return gettext("from %(price)s", price=show_money(Money(said.number, said.words or "")))
