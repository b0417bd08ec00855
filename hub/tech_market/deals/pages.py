"""The HTML door to deals and annexes, and what stands beside a listing."""

from __future__ import annotations

from typing import Any

from babel.dates import format_timedelta
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import get_locale, gettext, ngettext
from sqlalchemy import select

from hub.core.agreements import queries as agreements
from hub.core.agreements.schemas import ReadForm
from hub.core.clauses import queries as clauses
from hub.core.contracts import queries as contracts
from hub.core.files import pages as file_pages
from hub.core.files import queries as files
from hub.core.files.rules import ACCEPT
from hub.core.organisations import queries as organisations
from hub.core.wording import rules as agreement_rules
from hub.kernel.actor import Actor
from hub.kernel.errors import NotAllowed, NotFound
from hub.kernel.words import N_
from hub.tech_market.deals import operations, queries, rules
from hub.tech_market.deals.models import Deal
from hub.tech_market.deals.policy import POLICY
from hub.tech_market.deals.rules import Rate
from hub.tech_market.deals.schemas import AcceptForm, AnnexIn, CloseIn, InterestForm, PostIn, ReasonIn
from hub.tech_market.deals.states import KNOWN, TALKING, Act, Side, State
from hub.tech_market.listings import queries as listings
from hub.tech_market.listings.models import Listing
from hub.tech_market.listings.queries import Beside
from hub.tech_market.listings.rules import Kind
from hub.tech_market.listings.states import State as ListingState
from hub.web import deeds
from hub.web.handle import actor, check_version, parse, writes
from hub.web.paging import Page, page_number
from hub.web.proof import asks_proof
from hub.web.security import limiter
from hub.web.todo import Waiting, waits

pages = Blueprint("deals", __name__, template_folder="templates")
PLACE = "tech_market/deals/"
NEED, OFFER = {"kind": Kind.NEED}, {"kind": Kind.OFFER}
SIZE = 20
ENOUGH = 5
"""A share of fewer interests than this is shown as numbers alone."""


# Interest


@pages.get("/needs/<int:listing_id>/interest", defaults=NEED)
@pages.get("/offers/<int:listing_id>/interest", defaults=OFFER)
def interest(kind: Kind, listing_id: int) -> Any:
    listing = listings.get_for(actor(), listing_id, kind)
    mine = queries.open_deal(actor(), listing)
    if mine is not None and request.method == "GET":
        return redirect(mine.path)
    sketches = queries.sketches_of(actor())
    return render_template(
        PLACE + "interest.html",
        listing=listing,
        managed=[(number, name) for number, name, _ in sketches if number is not None],
        sketches=sketches[: ENOUGH + 1],
        may=actor().verified,
        is_own=actor().belongs_to(listing.organisation_id),
        is_open=listing.state is ListingState.PUBLISHED and not listing.is_imported,
        beside=_beside(actor(), listing),
    )


@pages.post("/needs/<int:listing_id>/interest", defaults=NEED)
@pages.post("/offers/<int:listing_id>/interest", defaults=OFFER)
@limiter.limit("30 per hour")
@writes(again=interest)
def express(kind: Kind, listing_id: int) -> Any:
    listing = listings.get_for(actor(), listing_id, kind)
    deal = operations.express_interest(actor=actor(), listing=listing, **parse(InterestForm()))
    flash(gettext("Sent without your name. You will be told as soon as the owner answers."))
    return redirect(deal.path)


# A deal


@pages.get("/my/deals")
def mine() -> Any:
    number = page_number()
    found, total = queries.of_actor(actor(), page=number, size=SIZE)
    return render_template(PLACE + "mine.html", views=queries.views(actor(), found), page=Page(number, SIZE, total))


@pages.get("/orgs/<slug>/deals")
def of_organisation(slug: str) -> Any:
    organisation, number = organisations.by_slug(slug), page_number()
    if not (actor().manages(organisation.id) or actor().is_admin):
        raise NotAllowed(N_("Deals are confidential: only owners and managers of the organisation see them."))
    found, total = queries.of_organisation(organisation.id, page=number, size=SIZE)
    return render_template(
        PLACE + "organisation.html",
        organisation=organisation,
        views=queries.views(actor(), found),
        page=Page(number, SIZE, total),
        rate=queries.rate_of_organisation(organisation.id),
        rate_words=rate_words,
    )


@pages.get("/deals/<int:deal_id>")
def show(deal_id: int) -> Any:
    deal = queries.get_for(actor(), deal_id)
    view = queries.view(actor(), deal)
    may_sign = deal.state in {State.ACCEPTED, State.SIGNED} and POLICY.can(actor(), Act.SIGN, deal)
    terms = agreements.get(deal.terms_id) if may_sign and deal.terms_id else None
    may_answer = deal.state is State.INTERESTED and view.side is Side.OWNER
    return render_template(
        PLACE + "deal.html",
        deal=deal,
        view=view,
        listing=deal.listing,
        sketch=queries.sketch(deal),
        terms=terms,
        clauses={"en": agreement_rules.clauses(terms.text_en), "zh": agreement_rules.clauses(terms.text_zh)} if terms else {},
        posts=queries.posts(deal),
        written=agreements.written(actor(), terms) if terms else None,
        may_answer=may_answer,
        texts=clauses.of_organisation(deal.listing.organisation_id, queries.AGREEMENT) if may_answer else [],
        may_sign=may_sign,
        may_post=deal.state in TALKING and view.side is not None,
        may_close=POLICY.can(actor(), Act.GIVE_UP, deal) and (deal.state in TALKING or deal.state is State.INTERESTED),
        contracts=contracts.belonging_to(actor(), deal.ref) if deal.names_are_known else [],
        may_draw_up=deal.state in KNOWN and view.side is not None,
        has_annex=deal.names_are_known and queries.has_annex(deal.listing),
        years=[(str(n), ngettext("%(num)s year", "%(num)s years", n)) for n in range(rules.LEAST_YEARS, rules.MOST_YEARS + 1)],
        usual=str(rules.USUAL_YEARS),
        sides=Side,
        states=State,
    )


@pages.post("/deals/<int:deal_id>/accept")
@writes(again=show)
def accept(deal_id: int) -> Any:
    deal = operations.accept(actor=actor(), deal=queries.get_for(actor(), deal_id), **parse(AcceptForm()))
    flash(gettext("Accepted. The other side is told; both now sign for confidentiality."))
    return redirect(deal.path)


@pages.post("/deals/<int:deal_id>/decline")
@writes(again=show)
def decline(deal_id: int) -> Any:
    deal = operations.decline(actor=actor(), deal=queries.get_for(actor(), deal_id), **parse(ReasonIn()))
    flash(gettext("Declined. The other side reads your reason."))
    return redirect(deal.path)


@pages.post("/deals/<int:deal_id>/sign")
@asks_proof
@writes(again=show)
def sign(deal_id: int) -> Any:
    deal = operations.sign(actor=actor(), deal=queries.get_for(actor(), deal_id), **parse(ReadForm()))
    both = deal.state is State.REVEALED
    flash(gettext("Both sides have signed: you know each other now.") if both else gettext("Signed. It is the other side’s turn."))
    return redirect(deal.path)


@pages.post("/deals/<int:deal_id>/posts")
@limiter.limit("60 per hour")
@writes(again=show)
def post(deal_id: int) -> Any:
    written = operations.post(actor=actor(), deal=queries.get_for(actor(), deal_id), **parse(PostIn()))
    return redirect(url_for(".show", deal_id=deal_id, _anchor=f"post-{written.id}"))


@pages.post("/deals/<int:deal_id>/close")
@writes(again=show)
def close(deal_id: int) -> Any:
    deal = operations.close(actor=actor(), deal=queries.get_for(actor(), deal_id), **parse(CloseIn()))
    flash(gettext("Closed. The other side reads your reason."))
    return redirect(deal.path)


# The annex


def _own(kind: Kind, listing_id: int) -> Listing:
    """Raises NotFound, NotAllowed."""
    listing = listings.get_for(actor(), listing_id, kind)
    POLICY.require(actor(), Act.WRITE_ANNEX, listing)
    return listing


@pages.get("/needs/<int:listing_id>/annex", defaults=NEED)
@pages.get("/offers/<int:listing_id>/annex", defaults=OFFER)
@writes
def annex(kind: Kind, listing_id: int) -> Any:
    """The confidential part; the look of the interested side is written down."""
    listing = listings.get_for(actor(), listing_id, kind)
    seen = queries.annex_for(actor(), listing)
    operations.look(actor=actor(), seen=seen)
    is_own = seen.opened_by is None
    looks, total = queries.looks(actor(), listing, page=page_number()) if is_own else ([], 0)
    return render_template(
        PLACE + "annex.html",
        listing=listing,
        seen=seen,
        is_own=is_own,
        looks=looks,
        page=Page(page_number(), 50, total),
        may_write=POLICY.can(actor(), Act.WRITE_ANNEX, listing),
    )


@pages.get("/needs/<int:listing_id>/annex/edit", defaults=NEED)
@pages.get("/offers/<int:listing_id>/annex/edit", defaults=OFFER)
def edit_annex(kind: Kind, listing_id: int) -> Any:
    listing = _own(kind, listing_id)
    seen = queries.annex_for(actor(), listing)
    return render_template(PLACE + "annex_edit.html", listing=listing, seen=seen, accept=ACCEPT, most=rules.MOST_FILES)


@pages.post("/needs/<int:listing_id>/annex/edit", defaults=NEED)
@pages.post("/offers/<int:listing_id>/annex/edit", defaults=OFFER)
@writes(again=edit_annex)
def write_annex(kind: Kind, listing_id: int) -> Any:
    listing = _own(kind, listing_id)
    before = queries.annex_for(actor(), listing).annex
    check_version(before.version if before else 0)
    operations.write_annex(actor=actor(), listing=listing, **parse(AnnexIn()))
    flash(gettext("Saved."))
    return redirect(url_for(".annex", kind=kind, listing_id=listing_id))


@pages.post("/needs/<int:listing_id>/annex/files", defaults=NEED)
@pages.post("/offers/<int:listing_id>/annex/files", defaults=OFFER)
@writes(again=edit_annex)
def attach(kind: Kind, listing_id: int) -> Any:
    listing, sent = _own(kind, listing_id), file_pages.some_uploads()
    for file in sent:
        operations.attach(actor=actor(), listing=listing, stream=file.stream, filename=file.filename)
    return redirect(url_for(".edit_annex", kind=kind, listing_id=listing_id, _anchor="files"))


@pages.get("/needs/<int:listing_id>/annex/files/<int:file_id>", defaults=NEED)
@pages.get("/offers/<int:listing_id>/annex/files/<int:file_id>", defaults=OFFER)
@writes
def file(kind: Kind, listing_id: int, file_id: int) -> Any:
    seen = queries.annex_for(actor(), listings.get_for(actor(), listing_id, kind))
    found = next((one for one in seen.files if one.id == file_id), None)
    if found is None:
        raise NotFound(N_("There is no such file."))
    copy = operations.take_copy(actor=actor(), seen=seen, file=found, content=lambda: files.path_of(found).read_bytes())
    return file_pages.send_read(found, copy)


def _edit_again(kind: Kind, listing_id: int, file_id: int) -> Any:
    return edit_annex(kind=kind, listing_id=listing_id)


@pages.post("/needs/<int:listing_id>/annex/files/<int:file_id>/remove", defaults=NEED)
@pages.post("/offers/<int:listing_id>/annex/files/<int:file_id>/remove", defaults=OFFER)
@writes(again=_edit_again)
def detach(kind: Kind, listing_id: int, file_id: int) -> Any:
    operations.detach(actor=actor(), listing=_own(kind, listing_id), file_id=file_id)
    return redirect(url_for(".edit_annex", kind=kind, listing_id=listing_id, _anchor="files"))


# What other pages ask of this room


def rate_words(rate: Rate) -> tuple[str, str, str]:
    """A response rate for the trust strip, honest about small numbers."""
    if not rate.counted:
        return ("clock", gettext("No requests yet"), "")
    said = gettext("%(n)s of %(of)s requests answered within 14 days", n=rate.in_time, of=rate.counted)
    if rate.counted >= ENOUGH:
        said = gettext("%(n)s %% of %(of)s requests answered within 14 days", n=rate.per_cent, of=rate.counted)
    if rate.median is not None:
        span = format_timedelta(rate.median, granularity="hour", threshold=1.2, locale=str(get_locale() or "en"))
        said = gettext("%(rate)s, typically in %(span)s", rate=said, span=span)
    return ("clock", said, "good" if rate.in_time == rate.counted else "warn" if rate.in_time * 2 < rate.counted else "")


@listings.stands_beside
def _beside(who: Actor, listing: Listing) -> Beside:
    if listing.is_imported:
        return Beside()
    here = f"{listing.path}/annex"
    has_annex, own = queries.has_annex(listing), who.belongs_to(listing.organisation_id)
    rate = queries.rate_of_organisation(listing.organisation_id) if listing.owner_shown else queries.rate_of_listing(listing.id)
    trust = [rate_words(rate)]
    if own:
        return Beside(trust=tuple(trust), links=((gettext("Confidential annex"), here),))
    if has_annex:
        trust.append(("lock", gettext("Has a confidential annex: it opens when both sides have signed"), ""))
    deal = queries.open_deal(who, listing)
    if deal is not None:
        opened = ((gettext("Confidential annex"), here),) if has_annex and deal.state is State.REVEALED else ()
        return Beside(gettext("See your deal"), deal.path, trust=tuple(trust), links=opened)
    if listing.state is not ListingState.PUBLISHED:
        return Beside(trust=tuple(trust))
    action = gettext("I can offer this") if listing.kind is Kind.NEED else gettext("I am interested")
    return Beside(action, f"{listing.path}/interest", trust=tuple(trust))


@organisations.vouches
def vouch(organisation: Any) -> tuple[str, str, str]:
    return rate_words(queries.rate_of_organisation(organisation.id))


@waits
def waiting(who: Actor) -> list[Waiting]:
    """Interests to answer, agreements to sign."""
    managed = [number for number in who.roles if who.manages(number)]
    asked: Any = select(Listing.title.label("detail"), Deal.id.label("key"), Deal.answer_by.label("due")).join(
        Deal, Deal.listing_id == Listing.id
    )
    to_sign = asked.where(Deal.state.in_((State.ACCEPTED, State.SIGNED)))
    found = [
        Waiting(
            to_sign.where(Deal.person_id == who.person_id, Deal.party_signed_at.is_(None)),
            N_("Sign for confidentiality"), "/deals/{}", N_("Read and sign"), "market",
        ),
    ]  # fmt: skip
    if managed:
        ours = Listing.organisation_id.in_(managed)
        found += [
            Waiting(
                asked.where(Deal.state == State.INTERESTED, ours), N_("Somebody is interested"), "/deals/{}", N_("Answer"), "market"
            ),
            Waiting(
                to_sign.where(ours, Deal.owner_signed_at.is_(None)),
                N_("Sign for confidentiality"), "/deals/{}", N_("Read and sign"), "market",
            ),
        ]  # fmt: skip
    return found


deeds.tells(20, deeds.Told("deals", N_("Deals concluded"), "market", organisation=queries.concluded_by))
