"""The HTML door to briefs: the calls, the draft and its sign-off, matches and invitations."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from markupsafe import Markup
from sqlalchemy import select

from hub.core.fees import queries as fees
from hub.core.fees.rules import Mode, percent
from hub.core.organisations import queries as organisations
from hub.core.payments import queries as payments
from hub.core.payments.gateway_bank_transfer import BANK_TRANSFER
from hub.db.types import NO_DUE
from hub.kernel.actor import Actor
from hub.kernel.errors import NotAllowed, NotFound, one_field
from hub.kernel.taxonomy import Sector
from hub.kernel.words import N_
from hub.search.briefs import operations, queries, schemas
from hub.search.briefs.models import Brief
from hub.search.briefs.policy import FEES, POLICY
from hub.search.briefs.queries import Shown
from hub.search.briefs.rules import Pay
from hub.search.briefs.states import LIFE, Act, FeeAct, FeeState, InvitationState, State
from hub.web import pagecache
from hub.web.handle import actor, check_version, needs_scope, parse, public, writes
from hub.web.i18n import label, until
from hub.web.markdown import excerpt
from hub.web.paging import Page, page_number
from hub.web.proof import asks_proof
from hub.web.todo import Waiting, waits

pages = Blueprint("briefs", __name__, template_folder="templates")
PLACE = "search/briefs/"
SIZE = 20
UNSETTLED = frozenset({FeeState.OFFERED, FeeState.CALLED_OFF})
CURRENCIES = ("USD", "EUR", "CNY", "GBP", "CHF", "JPY")
LANGUAGES = [("en", "English"), ("zh", "中文")]


# The calls


@pages.get("/briefs")
@public
@pagecache.for_visitors
def index() -> Any:
    is_open, number = request.args.get("show") != "past", page_number()
    found, total = queries.listed(only_open=is_open, page=number, size=SIZE)
    cards = [card(shown) for shown in queries.shown(actor(), found)]
    return render_template(PLACE + "index.html", cards=cards, page=Page(number, SIZE, total), is_open=is_open, may_draft=_consults(actor()))


def _consults(who: Actor) -> bool:
    return who.is_consultant or who.is_admin


def card(shown: Shown) -> dict[str, Any]:
    """As `ui.card` takes it."""
    brief = shown.brief
    is_open = queries.takes_proposals(brief)
    facts: list[Any] = [("", shown.client.name) if shown.client else gettext("Client not named"), label(brief.sector)]
    facts.append(ngettext("%(num)s criterion", "%(num)s criteria", len(brief.questions)))
    return {
        "mode": "search",
        "url": brief.path,
        "kind_label": gettext("Search brief"),
        "title": brief.title,
        "summary": excerpt(brief.sought),
        "badges": [("good" if is_open else "", gettext("Open for proposals") if is_open else label(brief.state))],
        "facts": [fact for fact in facts if fact],
        "note": "",
    }


@pages.get("/briefs/<int:brief_id>")
@public
@pagecache.for_visitors
def show(brief_id: int) -> Any:
    brief, who = queries.get_for(actor(), brief_id), actor()
    (shown,) = queries.shown(who, [brief])
    invited = queries.invitation(brief, who.person_id)
    return render_template(
        PLACE + "show.html",
        brief=brief,
        client=shown.client,
        is_open=queries.takes_proposals(brief),
        step=queries.next_step(who, brief),
        invited=invited is not None and invited.state is InvitationState.INVITED,
        declined=invited is not None and invited.state is InvitationState.DECLINED,
        may_propose=POLICY.can(who, Act.PROPOSE, brief) or not who.signed_in,
        inside=POLICY.can(who, Act.COMPARE, brief),
        moves=_moves(brief),
        acts=Act,
    )


def _moves(brief: Brief) -> dict[Any, str]:
    """What this reader may do next, with the reason why not now."""
    return {move.act: move.blocked(brief) for move in LIFE.moves_for(actor(), brief, POLICY)} if actor().signed_in else {}


# Written and signed off


@pages.get("/briefs/new")
def new() -> Any:
    POLICY.require(actor(), Act.DRAFT, None)
    return render_template(PLACE + "form.html", brief=None, sectors=Sector, languages=LANGUAGES, version=0)


@pages.post("/briefs/new")
@writes(again=new)
def create() -> Any:
    POLICY.require(actor(), Act.DRAFT, None)
    data = parse(schemas.NewBriefForm())
    try:
        client = organisations.by_slug(data.pop("organisation").removeprefix("/orgs/"))
    except NotFound:
        raise one_field("organisation", N_("There is no organisation with this address name.")) from None
    brief = operations.draft(actor=actor(), organisation_id=client.id, **data)
    return redirect(brief.path)


def _to_edit(brief_id: int) -> Brief:
    brief = queries.get_for(actor(), brief_id)
    POLICY.require(actor(), Act.EDIT, brief)
    return brief


@pages.get("/briefs/<int:brief_id>/edit")
def edit(brief_id: int) -> Any:
    brief = _to_edit(brief_id)
    return render_template(PLACE + "form.html", brief=brief, sectors=Sector, languages=LANGUAGES, version=brief.version)


@pages.post("/briefs/<int:brief_id>/edit")
@writes(again=edit)
def change(brief_id: int) -> Any:
    brief = _to_edit(brief_id)
    check_version(brief.version)
    operations.edit(actor=actor(), brief=brief, **parse(schemas.BriefForm()))
    flash(gettext("Saved."))
    return redirect(brief.path)


def _show_again(brief_id: int) -> Any:
    return show(brief_id=brief_id)


@pages.post("/briefs/<int:brief_id>/submit")
@writes(again=_show_again)
def submit(brief_id: int) -> Any:
    brief = operations.submit(actor=actor(), brief=queries.get_for(actor(), brief_id))
    flash(gettext("Sent to the client. You will be told when they have signed it off or sent it back."))
    return redirect(brief.path)


@pages.get("/briefs/<int:brief_id>/signoff")
def signoff(brief_id: int) -> Any:
    """Check what will be published, then sign it off or send it back."""
    brief = queries.get_for(actor(), brief_id)
    POLICY.require(actor(), Act.SIGN_OFF, brief)
    blocked = LIFE.open_moves(brief) and _moves(brief).get(Act.SIGN_OFF, "")
    return render_template(PLACE + "signoff.html", brief=brief, fee=queries.fee_of(brief), fee_states=FeeState, blocked=blocked)


@pages.post("/briefs/<int:brief_id>/signoff")
@writes(again=signoff)
def sign_off(brief_id: int) -> Any:
    said = parse(schemas.SignOffForm())
    brief = operations.sign_off(actor=actor(), brief=queries.get_for(actor(), brief_id), version=said["version"])
    flash(gettext("Signed off: the call is published."))
    return redirect(brief.path)


@pages.post("/briefs/<int:brief_id>/return")
@writes(again=signoff)
def send_back(brief_id: int) -> Any:
    brief = operations.send_back(actor=actor(), brief=queries.get_for(actor(), brief_id), **parse(schemas.RemarksIn()))
    flash(gettext("Sent back with your remarks."))
    return redirect(brief.path)


@pages.post("/briefs/<int:brief_id>/withdraw")
@writes(again=_show_again)
def withdraw(brief_id: int) -> Any:
    brief = operations.withdraw(actor=actor(), brief=queries.get_for(actor(), brief_id), **parse(schemas.WithdrawIn()))
    flash(gettext("Withdrawn."))
    return redirect(brief.path)


# The consultant's fee


@pages.get("/briefs/<int:brief_id>/fee")
def fee(brief_id: int) -> Any:
    """The consultant names it; the client sees gross, fee and net, and sets it aside."""
    brief, who = queries.get_for(actor(), brief_id), actor()
    FEES.require(who, FeeAct.READ, brief)
    found, asked = queries.fee_of(brief), payments.open_funding(brief.ref)
    account = current_app.config["HUB"].bank_account
    may_offer = FEES.can(who, FeeAct.OFFER, brief) and brief.state is State.DRAFT and (found is None or found.state in UNSETTLED)
    waits = found is not None and found.state is FeeState.OFFERED and brief.state is State.SIGN_OFF
    return render_template(
        PLACE + "fee.html", brief=brief, fee=found, states=FeeState, pays=Pay, funding=asked, may_offer=may_offer,
        may_hold=waits and FEES.can(who, FeeAct.HOLD, brief), is_payee=found is not None and found.consultant_id == who.person_id,
        balance=payments.spendable(brief.organisation_id, found.currency) if found is not None and waits else None,
        percent=percent(fees.rate(Mode.BRIEFS)), currencies=CURRENCIES,
        instructions=BANK_TRANSFER.instructions(amount=asked.due, reference=asked.reference, account=account) if asked else None,
    )  # fmt: skip


@pages.post("/briefs/<int:brief_id>/fee")
@needs_scope("money")
@writes(again=fee)
def offer_fee(brief_id: int) -> Any:
    made = operations.offer_fee(actor=actor(), brief=queries.get_for(actor(), brief_id), **parse(schemas.FeeIn()))
    flash(gettext("The client sees this fee before signing off.") if made is not None else gettext("The search costs the client nothing."))
    return redirect(url_for(".fee", brief_id=brief_id))


@pages.post("/briefs/<int:brief_id>/fee/hold")
@needs_scope("money")
@asks_proof
@writes(again=fee)
def hold_fee(brief_id: int) -> Any:
    found = operations.hold_fee(actor=actor(), brief=queries.get_for(actor(), brief_id), **parse(schemas.HoldFeeIn()))
    if found.state is not FeeState.HELD:
        return redirect(url_for(".fee", brief_id=brief_id))
    flash(gettext("The fee is held. You can sign the brief off now."))
    return redirect(url_for(".signoff", brief_id=brief_id))


# Matched


@pages.get("/briefs/<int:brief_id>/matches")
def matches(brief_id: int) -> Any:
    brief = queries.get_for(actor(), brief_id)
    POLICY.require(actor(), Act.INVITE, brief)
    found = queries.matches(brief)
    may_invite = queries.takes_proposals(brief)
    return render_template(
        PLACE + "matches.html", brief=brief, experts=found["expert"], offers=found["offer"], past=queries.past_challenges(brief),
        may_invite=may_invite,
    )  # fmt: skip


@pages.post("/briefs/<int:brief_id>/invite")
@writes(again=matches)
def invite(brief_id: int) -> Any:
    fresh = operations.invite(actor=actor(), brief=queries.get_for(actor(), brief_id), **parse(schemas.InviteIn()))
    flash(gettext("Invited.") if fresh else gettext("Everybody behind this match has been invited before."))
    return redirect(url_for(".matches", brief_id=brief_id))


@pages.post("/briefs/<int:brief_id>/decline")
@writes(again=_show_again)
def decline(brief_id: int) -> Any:
    brief = queries.get_for(actor(), brief_id)
    operations.decline_invitation(actor=actor(), brief=brief)
    flash(gettext("Declined. The consultant is told; you will not be asked about this again."))
    return redirect(brief.path)


# For members and consultants


@pages.get("/orgs/<slug>/briefs")
def of_organisation(slug: str) -> Any:
    organisation, who, number = organisations.by_slug(slug), actor(), page_number()
    if not (who.belongs_to(organisation.id) or who.is_admin):
        raise NotAllowed(N_("Only its own people see everything that an organisation has drafted."))
    found, total = queries.of_organisation(organisation.id, page=number, size=SIZE)
    return render_template(PLACE + "organisation.html", organisation=organisation, briefs=found, page=Page(number, SIZE, total))


@pages.get("/desk/briefs")
def desk() -> Any:
    if not _consults(actor()):
        raise NotAllowed(N_("This is the consultants’ desk."))
    number = page_number()
    found, total = queries.everything(page=number, size=SIZE)
    return render_template(PLACE + "desk.html", shown=queries.shown(actor(), found), page=Page(number, SIZE, total))


@organisations.lists_on_page
def shelf(organisation: Any) -> organisations.Shelf:
    query = queries.open_lines(organisation.id)
    return organisations.Shelf(N_("Search briefs"), query, queries.LINES_ORDER, "/briefs/{}", _closes, "search")


def _closes(said: organisations.Said) -> str:
    return Markup("{} {}").format(gettext("closes"), until(said.at))


@waits
def waiting(who: Actor) -> list[Waiting]:
    """Briefs to sign off or to mend."""
    asked: Any = select(Brief.title.label("detail"), Brief.id.label("key"), NO_DUE)
    managed = [number for number in who.roles if who.manages(number)]
    found = []
    if managed:
        to_sign = asked.where(Brief.organisation_id.in_(managed), Brief.state == State.SIGN_OFF, Brief.consultant_id != who.person_id)
        found.append(Waiting(to_sign, N_("Sign off the brief"), "/briefs/{}/signoff", N_("Read"), "search"))
    if who.is_consultant:
        returned = asked.where(Brief.consultant_id == who.person_id, Brief.state == State.DRAFT, Brief.remarks != "")
        found.append(Waiting(returned, N_("The client sent it back"), "/briefs/{}/edit", N_("Mend and send again"), "search"))
    return found
