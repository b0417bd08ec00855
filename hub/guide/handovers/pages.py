"""Taking a thing on into another mode: a page to check before, and the trail on every page it left or reached."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, url_for
from flask_babel import gettext

from hub.contests.challenges.models import Challenge
from hub.contests.entries import queries as entries
from hub.core.fees import queries as fees
from hub.core.fees.rules import Mode
from hub.guide.handovers import operations, queries
from hub.guide.handovers.models import Handover
from hub.guide.handovers.schemas import EvidenceIn, OfferIn
from hub.kernel.actor import Actor
from hub.kernel.errors import NotAllowed
from hub.kernel.permissions import consults
from hub.kernel.words import N_
from hub.tech_market.listings import queries as listings
from hub.tech_market.listings.rules import Kind
from hub.tech_market.listings.states import State as ListingState
from hub.web.handle import actor, parse, writes
from hub.web.trail import Step, tells_trail

pages = Blueprint("handovers", __name__, template_folder="templates")

BECAME = {"offer": N_("Became the offer"), "challenge": N_("Became the challenge"), "brief": N_("Became the search brief")}
BEGAN = {"need": N_("Began as the need"), "entry": N_("Began as your entry")}


@pages.get("/entries/<int:entry_id>/offer")
def entry_offer(entry_id: int) -> Any:
    entry = entries.own(actor(), entry_id)
    return render_template(
        "guide/handovers/offer.html",
        entry=entry,
        challenge=entry.challenge,
        organisations=queries.offering_for(actor()),
        kept=entries.why_not_free(entry),
        made=queries.made_of(entry.ref, "offer"),
    )


@pages.post("/entries/<int:entry_id>/offer")
@writes(again=entry_offer)
def offer_entry(entry_id: int) -> Any:
    made = operations.offer_entry(actor=actor(), entry=entries.own(actor(), entry_id), **parse(OfferIn()))
    flash(gettext("A draft of your offer, filled from your entry. Nobody sees it before you send it for review."))
    return redirect(queries.draft_of(made))


def _page_of(challenge: Challenge) -> str:
    return f"{current_app.config['HUB'].base_url}/challenges/{challenge.slug}"


@pages.get("/entries/<int:entry_id>/evidence")
def entry_evidence(entry_id: int) -> Any:
    entry = entries.own(actor(), entry_id)
    return render_template(
        "guide/handovers/evidence.html",
        entry=entry,
        challenge=entry.challenge,
        kept=queries.why_not_evidence(entry),
        made=queries.evidence_from(actor(), _page_of(entry.challenge)),
    )


@pages.post("/entries/<int:entry_id>/evidence")
@writes(again=entry_evidence)
def show_entry(entry_id: int) -> Any:
    entry = entries.own(actor(), entry_id)
    operations.entry_to_evidence(actor=actor(), entry=entry, url=_page_of(entry.challenge), **parse(EvidenceIn()))
    flash(gettext("It stands on your profile now. Change or remove it there at any time."))
    return redirect(url_for("profiles.expert"))


@pages.get("/needs/<int:listing_id>/challenge")
def need_challenge(listing_id: int) -> Any:
    need = listings.get_for(actor(), listing_id, Kind.NEED)
    if not actor().manages(need.organisation_id):
        raise NotAllowed(N_("Only managers of the organisation that has the need can take it further."))
    return render_template("guide/handovers/challenge.html", need=need, made=queries.made_of(need.ref, "challenge"))


@pages.post("/needs/<int:listing_id>/challenge")
@writes(again=need_challenge)
def challenge_need(listing_id: int) -> Any:
    need = listings.get_for(actor(), listing_id, Kind.NEED)
    made = operations.need_to_challenge(actor=actor(), need=need, fee_bp=fees.rate(Mode.CONTESTS))
    flash(gettext("A draft of the challenge, filled from the need. Add the prize, the criteria and the deadline."))
    return redirect(queries.draft_of(made))


@pages.get("/needs/<int:listing_id>/brief")
def need_brief(listing_id: int) -> Any:
    need = listings.get_for(actor(), listing_id, Kind.NEED)
    if not consults(actor(), need):
        raise NotAllowed(N_("Search briefs are written by the consultants of this site."))
    return render_template("guide/handovers/brief.html", need=need, made=queries.made_of(need.ref, "brief"))


@pages.post("/needs/<int:listing_id>/brief")
@writes(again=need_brief)
def brief_need(listing_id: int) -> Any:
    made = operations.need_to_brief(actor=actor(), need=listings.get_for(actor(), listing_id, Kind.NEED))
    flash(gettext("A draft of the brief, filled from the need. Its organisation signs it off before anybody reads it."))
    return redirect(queries.draft_of(made))


# The trail


@tells_trail
def trail(who: Actor, ref: str) -> Sequence[Step]:
    steps = []
    handovers = queries.about(ref)
    for handover in handovers:
        if queries.would_name(who, handover):
            continue
        step = _led_to(who, handover) if handover.source == ref else _came_from(who, handover)
        steps += [step] if step is not None else []
    return [*steps, *_next(who, ref, {handover.target_kind for handover in handovers if handover.source == ref})]


def _led_to(who: Actor, handover: Handover) -> Step | None:
    place = queries.place(who, handover.target)
    return Step(gettext(BECAME[handover.target_kind]), place.title, place.href) if place is not None else None


def _came_from(who: Actor, handover: Handover) -> Step | None:
    place = queries.place(who, handover.source)
    if place is not None:
        return Step(gettext(BEGAN[handover.source.partition(":")[0]]), place.title, place.href)
    if handover.is_shown and handover.source.startswith("entry:"):
        challenge = queries.entered_to(handover.source)
        return Step(gettext("Was entered to the challenge"), challenge.title, challenge.href)
    return None


def _next(who: Actor, ref: str, done: set[str]) -> list[Step]:
    """What the actor can do with the thing now."""
    kind, _, number = ref.partition(":")
    if kind == "entry" and who.signed_in:
        return _for_entry(who, int(number), done)
    if kind == "need" and who.signed_in:
        return [step for target, step in _for_need(who, int(number)) if target not in done]
    return []


def _for_entry(who: Actor, number: int, done: set[str]) -> list[Step]:
    entry, steps = entries.find(number), []
    if entry.person_id != who.person_id or entry.sealed_at is None:
        return []
    if "offer" not in done and not entries.why_not_free(entry):
        steps.append(Step(gettext("All rights are back with you:"), gettext("offer it on the market"), f"/entries/{number}/offer", True))
    if not queries.why_not_evidence(entry) and queries.evidence_from(who, _page_of(entry.challenge)) is None:
        text, title = gettext("Be found by what you have worked on:"), gettext("put it on your profile")
        steps.append(Step(text, title, f"/entries/{number}/evidence", True))
    return steps


def _for_need(who: Actor, number: int) -> list[tuple[str, Step]]:
    need, steps = listings.by_id(number), []
    if need is None or need.state is ListingState.WITHDRAWN:
        return []
    if who.manages(need.organisation_id):
        text, title = gettext("Nobody has it yet?"), gettext("Set a prize: make it a challenge")
        steps.append(("challenge", Step(text, title, f"/needs/{number}/challenge", True)))
    if consults(who, need) and need.state is ListingState.PUBLISHED:
        text, title = gettext("Nobody has answered?"), gettext("Ask the right ones: make it a search brief")
        steps.append(("brief", Step(text, title, f"/needs/{number}/brief", True)))
    return steps
