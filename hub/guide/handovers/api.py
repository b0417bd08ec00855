"""Handovers for programs."""

from __future__ import annotations

from typing import Any

from flask import current_app

from hub.contests.entries import queries as entries
from hub.core.fees import queries as fees
from hub.core.fees.rules import Mode
from hub.guide.handovers import operations, queries
from hub.guide.handovers.models import Handover
from hub.guide.handovers.schemas import EvidenceIn, EvidenceOut, HandoverOut, OfferIn
from hub.tech_market.listings import queries as listings
from hub.tech_market.listings.rules import Kind
from hub.web.api import ApiBlueprint
from hub.web.handle import actor, writes

api = ApiBlueprint("handovers", __name__, prefix="", description="From one mode to the next, with the trail kept.")


def _told(made: Handover) -> dict[str, Any]:
    url = current_app.config["HUB"].base_url + queries.draft_of(made)
    return {"source": made.source, "target": made.target, "url": url, "at": made.at}


@api.post("/entries/<int:entry_id>/offer")
@writes
@api.doc(summary="A losing entry becomes the draft of an offer")
@api.arguments(OfferIn)
@api.response(201, HandoverOut)
def offer_entry(sent: dict[str, Any], entry_id: int) -> Any:
    return _told(operations.offer_entry(actor=actor(), entry=entries.own(actor(), entry_id), **sent))


@api.post("/entries/<int:entry_id>/evidence")
@writes
@api.doc(summary="That one took part in a challenge becomes evidence on the author's profile")
@api.arguments(EvidenceIn)
@api.response(201, EvidenceOut)
def show_entry(sent: dict[str, Any], entry_id: int) -> Any:
    entry = entries.own(actor(), entry_id)
    url = f"{current_app.config['HUB'].base_url}/challenges/{entry.challenge.slug}"
    return operations.entry_to_evidence(actor=actor(), entry=entry, url=url, **sent)


@api.post("/needs/<int:listing_id>/challenge")
@writes
@api.doc(summary="A need becomes the draft of a challenge")
@api.response(201, HandoverOut)
def challenge_need(listing_id: int) -> Any:
    need = listings.get_for(actor(), listing_id, Kind.NEED)
    return _told(operations.need_to_challenge(actor=actor(), need=need, fee_bp=fees.rate(Mode.CONTESTS)))


@api.post("/needs/<int:listing_id>/brief")
@writes
@api.doc(summary="A need becomes the draft of a search brief")
@api.response(201, HandoverOut)
def brief_need(listing_id: int) -> Any:
    return _told(operations.need_to_brief(actor=actor(), need=listings.get_for(actor(), listing_id, Kind.NEED)))
