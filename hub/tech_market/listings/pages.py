"""The HTML door to needs and offers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from marshmallow import Schema

from hub.core.organisations import queries as organisations
from hub.kernel.actor import Actor
from hub.kernel.errors import NotAllowed
from hub.kernel.taxonomy import Sector
from hub.kernel.words import N_
from hub.search.matching import queries as matching
from hub.tech_market.listings import operations, queries, rules
from hub.tech_market.listings.documents import TONES
from hub.tech_market.listings.models import Listing
from hub.tech_market.listings.policy import POLICY
from hub.tech_market.listings.queries import Shown, Wanted
from hub.tech_market.listings.rules import Deal, IpStatus, Kind
from hub.tech_market.listings.schemas import NeedForm, NewNeedForm, NewOfferForm, OfferForm, RemarksIn
from hub.tech_market.listings.states import LIFE, Act, Order, Readiness, State
from hub.web import pagecache
from hub.web.facets import chips, chosen, chosen_numbers, group
from hub.web.handle import actor, check_version, parse, public, safe_next, writes
from hub.web.i18n import day, label
from hub.web.paging import Page, page_number
from hub.web.shell import add_to_nav
from hub.web.standing import Standing, standings
from hub.web.todo import Waiting, waits

pages = Blueprint("listings", __name__, template_folder="templates")
add_to_nav(60, "/needs", N_("Needs"))
add_to_nav(61, "/offers", N_("Offers"))

SIZE = 20
PAST = "past"
"""The status of challenges in the index whose time is over."""
SHOWN_CENTRES = 24
NEED, OFFER = {"kind": Kind.NEED}, {"kind": Kind.OFFER}
FORMS: dict[Kind, type[Schema]] = {Kind.NEED: NeedForm, Kind.OFFER: OfferForm}
NEW_FORMS: dict[Kind, type[Schema]] = {Kind.NEED: NewNeedForm, Kind.OFFER: NewOfferForm}
SIMPLE_MOVES: dict[str, tuple[Callable[..., Listing], str]] = {
    "publish": (operations.publish, N_("Published.")),
    "revise": (operations.revise, N_("Taken back: change it, then send it for review again.")),
    "renew": (operations.renew, N_("Renewed for a year.")),
    "withdraw": (operations.withdraw, N_("Withdrawn.")),
}
MOVES = ",".join(SIMPLE_MOVES)


# The public lists


def _wanted(kind: Kind) -> Wanted:
    return Wanted(
        kind=kind,
        sectors=chosen("sector", Sector),
        statuses=chosen("status", IpStatus) if kind is Kind.OFFER else (),
        deals=chosen("deal", Deal),
        readiness=chosen("trl", Readiness),
        organisation_ids=chosen_numbers("owner"),
    )


@pages.get("/needs", defaults=NEED)
@pages.get("/offers", defaults=OFFER)
@public
@pagecache.for_visitors
def index(kind: Kind) -> Any:
    wanted, number = _wanted(kind), page_number()
    order = next(iter(chosen("sort", Order)), Order.NEWEST)
    found, total = queries.listed(wanted, page=number, size=SIZE, order=order)
    counts = queries.counts(wanted)
    owners = organisations.cards([*counts.organisations, *wanted.organisation_ids])
    groups = _facets(wanted, counts, owners)
    shown = queries.shown(actor(), found)
    known = standings(f"organisation:{one.owner.id}" for one in shown if one.owner)
    return render_template(
        "tech_market/listings/index.html",
        kind=kind,
        cards=[_card(one, known) for one in shown],
        page=Page(number, SIZE, total),
        groups=groups,
        chips=chips(groups),
        orders=[(each.value, label(each)) for each in Order if kind is Kind.OFFER or each is not Order.ENDING],
        order=order,
    )


def _facets(wanted: Wanted, counts: queries.Counts, owners: dict[int, organisations.OrganisationCard]) -> list[dict[str, Any]]:
    numbers = {number: counts.organisations.get(number, 0) for number in wanted.organisation_ids} | counts.organisations
    shown = {number: count for number, count in list(numbers.items())[:SHOWN_CENTRES] if number in owners}
    chosen = [number for number in wanted.organisation_ids if number in shown]
    groups = [
        group("sector", gettext("Sector"), counts.sectors, wanted.sectors),
        group("status", gettext("Right"), counts.statuses, wanted.statuses) if wanted.kind is Kind.OFFER else None,
        group("deal", gettext("Deal"), dict.fromkeys(Deal), wanted.deals),
        group("trl", gettext("Readiness (TRL)"), dict.fromkeys(Readiness), wanted.readiness),
        group("owner", gettext("Organisation"), shown, chosen, lambda number: owners[number].name),
    ]
    return [each for each in groups if each]


def _card(shown: Shown, known: Mapping[str, Standing]) -> dict[str, Any]:
    """As `ui.card` takes it; `known` says how those stand whose names are shown."""
    listing = shown.listing
    facts: list[Any] = [("", shown.owner.name) if shown.owner else gettext("Owner not named")]
    stands = known.get(f"organisation:{shown.owner.id}") if shown.owner and not listing.is_imported else None
    facts += [stands.words] if stands else []
    facts += [listing.case_number] if listing.case_number else []
    if listing.patent_expires_on and listing.ip_status is not IpStatus.EXPIRED:
        facts.append((gettext("to"), day(listing.patent_expires_on)))
    facts.append(", ".join(label(deal) for deal in listing.deal_kinds))
    if listing.trl:
        facts.append(gettext("TRL %(n)s", n=listing.trl))
    return {
        "mode": "market",
        "url": listing.path,
        "kind_label": label(listing.kind),
        "title": listing.title,
        "summary": listing.summary,
        "badges": _badges(listing),
        "facts": [fact for fact in facts if fact],
    }


def _badges(listing: Listing) -> list[tuple[str, str]]:
    """The state while it is not public, and where the right stands."""
    state = [] if listing.state is State.PUBLISHED else [("warn" if listing.state is State.EXPIRED else "", label(listing.state))]
    right = [(TONES.get(listing.ip_status, ""), label(listing.ip_status))] if listing.kind is Kind.OFFER else []
    return [*state, *right]


# One need or offer


@pages.get("/needs/<int:listing_id>", defaults=NEED)
@pages.get("/offers/<int:listing_id>", defaults=OFFER)
@public
@pagecache.for_visitors
def show(kind: Kind, listing_id: int) -> Any:
    listing = queries.get_for(actor(), listing_id, kind)
    (shown,) = queries.shown(actor(), [listing])
    moves = LIFE.moves_for(actor(), listing, POLICY) if actor().signed_in else []
    return render_template(
        "tech_market/listings/show.html",
        listing=listing,
        owner=shown.owner,
        badges=_badges(listing),
        moves=[move for move in moves if move.act not in {Act.RETURN, Act.SUBMIT, Act.EXPIRE}],
        may_return=any(move.act is Act.RETURN for move in moves),
        may_submit=any(move.act is Act.SUBMIT for move in moves),
        belongs=actor().belongs_to(listing.organisation_id),
        beside=queries.beside(actor(), listing),
        **_fitting(listing),
    )


def _fitting(listing: Listing) -> dict[str, Any]:
    """What fits a published need (offers, experts) or an offer (needs, open challenges), with the reasons."""
    if listing.state is not State.PUBLISHED:
        return {"matches": []}
    text = "\n".join([listing.title, listing.summary, listing.body, *listing.categories])
    if listing.kind is Kind.NEED:
        return {"matches": matching.matches_for(text, ("offer",), limit=6), "experts": matching.matches_for(text, ("expert",), limit=4)}
    found = matching.matches_for(text, ("need", "challenge"), limit=20)
    return {"matches": [match for match in found if match.document.status != PAST][:4]}


@pages.get("/needs/new", defaults=NEED)
@pages.get("/offers/new", defaults=OFFER)
def new(kind: Kind) -> Any:
    places = organisations.of_person(actor().person_id or 0)
    managed = [(place.slug, place.name) for place, _ in places if actor().manages(place.id)]
    return render_template("tech_market/listings/form.html", kind=kind, listing=None, managed=managed, **_choices())


def _choices() -> dict[str, Any]:
    return {
        "sectors": Sector,
        "deals": Deal,
        "statuses": IpStatus,
        "languages": [("en", "English"), ("zh", "中文")],
        "trl_levels": [(n, f"TRL {n}") for n in range(1, 10)],
    }


@pages.post("/needs/new", defaults=NEED)
@pages.post("/offers/new", defaults=OFFER)
@writes(again=new)
def create(kind: Kind) -> Any:
    data = parse(NEW_FORMS[kind]())
    organisation = organisations.by_slug(data.pop("organisation"))
    listing = operations.draft(actor=actor(), kind=kind, organisation_id=organisation.id, **data)
    return redirect(url_for("listings.check", kind=kind, listing_id=listing.id))


@pages.get("/needs/<int:listing_id>/edit", defaults=NEED)
@pages.get("/offers/<int:listing_id>/edit", defaults=OFFER)
def edit(kind: Kind, listing_id: int) -> Any:
    listing = _own(kind, listing_id, Act.EDIT)
    return render_template("tech_market/listings/form.html", kind=kind, listing=listing, managed=[], **_choices())


def _own(kind: Kind, listing_id: int, act: Act) -> Listing:
    """Raises NotFound, NotAllowed."""
    listing = queries.get_for(actor(), listing_id, kind)
    POLICY.require(actor(), act, listing)
    return listing


@pages.post("/needs/<int:listing_id>/edit", defaults=NEED)
@pages.post("/offers/<int:listing_id>/edit", defaults=OFFER)
@writes(again=edit)
def change(kind: Kind, listing_id: int) -> Any:
    listing = _own(kind, listing_id, Act.EDIT)
    check_version(listing.version)
    operations.edit(actor=actor(), listing=listing, **parse(FORMS[kind]()))
    return redirect(url_for("listings.check", kind=kind, listing_id=listing_id))


@pages.get("/needs/<int:listing_id>/check", defaults=NEED)
@pages.get("/offers/<int:listing_id>/check", defaults=OFFER)
def check(kind: Kind, listing_id: int) -> Any:
    """Check your answers, then send it for review."""
    listing = _own(kind, listing_id, Act.SUBMIT)
    (shown,) = queries.shown(actor(), [listing])
    return render_template("tech_market/listings/check.html", listing=listing, owner=shown.owner, gaps=rules.gaps(listing))


@pages.post("/needs/<int:listing_id>/submit", defaults=NEED)
@pages.post("/offers/<int:listing_id>/submit", defaults=OFFER)
@writes(again=check)
def submit(kind: Kind, listing_id: int) -> Any:
    operations.submit(actor=actor(), listing=queries.get_for(actor(), listing_id, kind))
    flash(gettext("Sent for review. You will be told as soon as somebody has read it."))
    return redirect(url_for("listings.show", kind=kind, listing_id=listing_id))


@pages.post(f"/needs/<int:listing_id>/<any({MOVES}):act>", defaults=NEED)
@pages.post(f"/offers/<int:listing_id>/<any({MOVES}):act>", defaults=OFFER)
@writes
def move(kind: Kind, listing_id: int, act: str) -> Any:
    operate, said = SIMPLE_MOVES[act]
    listing = operate(actor=actor(), listing=queries.get_for(actor(), listing_id, kind))
    flash(gettext(said))
    if act == "withdraw":
        return redirect(safe_next(request.form.get("next"), url_for("listings.index", kind=kind)))
    return redirect(url_for("listings.edit" if act == "revise" else "listings.show", kind=kind, listing_id=listing.id))


def _show_again(kind: Kind, listing_id: int) -> Any:
    return show(kind=kind, listing_id=listing_id)


@pages.post("/needs/<int:listing_id>/return", defaults=NEED)
@pages.post("/offers/<int:listing_id>/return", defaults=OFFER)
@writes(again=_show_again)
def send_back(kind: Kind, listing_id: int) -> Any:
    listing = queries.get_for(actor(), listing_id, kind)
    operations.send_back(actor=actor(), listing=listing, **parse(RemarksIn()))
    flash(gettext("Sent back with your remarks."))
    return redirect(url_for("listings.desk"))


# For members and consultants


@pages.get("/orgs/<slug>/needs", defaults=NEED)
@pages.get("/orgs/<slug>/offers", defaults=OFFER)
def of_organisation(kind: Kind, slug: str) -> Any:
    organisation, who, number = organisations.by_slug(slug), actor(), page_number()
    if not (who.belongs_to(organisation.id) or who.is_admin):
        raise NotAllowed(N_("Only its own people see everything that an organisation has drafted."))
    found, total = queries.of_organisation(organisation.id, kind, page=number)
    return render_template(
        "tech_market/listings/organisation.html",
        kind=kind,
        organisation=organisation,
        listings=found,
        page=Page(number, 50, total),
        may_draft=who.manages(organisation.id),
    )


@pages.get("/desk/listings")
def desk() -> Any:
    if not (actor().is_consultant or actor().is_admin):
        raise NotAllowed(N_("This is the consultants’ desk."))
    return render_template("tech_market/listings/desk.html", waiting=queries.shown(actor(), queries.in_review()))


@waits
def waiting(who: Actor) -> Iterator[Waiting]:
    """Reviews that wait for a consultant, drafts that came back to their authors."""
    managed = [number for number in who.roles if who.manages(number)]
    for kind, to_review, returned in TODOS:
        if who.is_consultant:
            yield Waiting(queries.to_review(kind, who.roles), to_review, f"/{kind.value}s/{{}}", N_("Review"), "market")
        if managed:
            yield Waiting(queries.returned_to(kind, managed), returned, f"/{kind.value}s/{{}}/edit", N_("Mend and send again"), "market")


TODOS = (
    (Kind.NEED, N_("A need to review"), N_("Came back with remarks")),
    (Kind.OFFER, N_("An offer to review"), N_("Came back with remarks")),
)


@organisations.lists_on_page
def needs_shelf(organisation: Any) -> organisations.Shelf:
    query, see_all = queries.need_lines(organisation.id), url_for("listings.index", kind=Kind.NEED, owner=organisation.id)
    return organisations.Shelf(N_("Needs"), query, queries.NEWEST, "/needs/{}", _sector, "market", see_all)


def _sector(said: organisations.Said) -> str:
    return label(Sector(said.words)) if said.words else ""


@organisations.shows_on_page
def offers_panel(who: Actor, organisation: Any) -> organisations.Panel | None:
    found, total = queries.first_offers(organisation.id)
    if not total:
        return None
    owner = organisations.card_of(organisation)
    href = url_for("listings.index", kind=Kind.OFFER, owner=organisation.id)
    return organisations.Panel(f"{gettext('Offers')} ({total})", [_card(Shown(listing, owner), {}) for listing in found], href)
