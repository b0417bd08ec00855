"""From one mode to the next. Each operation goes through the other mode's own operation and notes where it came from."""

from __future__ import annotations

from hub.contests.challenges import operations as challenges
from hub.contests.challenges.models import Challenge
from hub.contests.entries import queries as entries
from hub.contests.entries.models import Entry
from hub.contests.entries.states import State as EntryState
from hub.core.accounts import queries as accounts
from hub.core.organisations import operations as organisations
from hub.core.organisations import queries as organisations_read
from hub.core.organisations.states import Kind as OrganisationKind
from hub.core.profiles import operations as profiles
from hub.core.profiles.queries import EvidenceItem
from hub.core.profiles.states import EvidenceKind
from hub.db import journal
from hub.db.extensions import db
from hub.guide.handovers import queries
from hub.guide.handovers.events import HandedOver
from hub.guide.handovers.models import Handover
from hub.kernel import clock
from hub.kernel.actor import Actor, Role
from hub.kernel.errors import Conflict, NotAllowed, NotFound, NotNow, one_field
from hub.kernel.permissions import consults, require_verified
from hub.kernel.words import N_
from hub.search.briefs import operations as briefs
from hub.tech_market.listings import operations as listings
from hub.tech_market.listings.models import Listing
from hub.tech_market.listings.rules import Kind
from hub.tech_market.listings.states import State as ListingState


def offer_entry(*, actor: Actor, entry: Entry, title: str, summary: str = "", organisation: str = "", is_shown: bool = False) -> Handover:
    """A losing entry becomes the draft of an offer: its text, the challenge's sector and language.

    `organisation`: the slug of one that the author manages; empty for the author alone, who then stands on the market as an individual.
    Raises NotFound for anybody but the author, NotAllowed, NotNow (code `rights_elsewhere`) while the agreement keeps the rights, Conflict
    (code `handed_over`) the second time, Invalid.
    """
    if actor.person_id is None or entry.person_id != actor.person_id:
        raise NotFound(N_("There is no such entry."))
    require_verified(actor)
    if reason := entries.why_not_free(entry):
        raise NotNow(reason, code="rights_elsewhere")
    _only_once(entry.ref, "offer")
    challenge = entry.challenge
    seller, organisation_id = _offering(actor, organisation)
    offer = listings.draft(
        actor=seller,
        kind=Kind.OFFER,
        organisation_id=organisation_id,
        title=title,
        summary=summary,
        body=entry.body,
        sector=challenge.sector,
    )
    return _note(actor, entry.ref, offer.ref, is_shown)


def _offering(actor: Actor, slug: str) -> tuple[Actor, int]:
    """Who offers: the actor (with the role in what was just founded) and the organisation's id."""
    assert actor.person_id is not None
    mine = [(found, role) for found, role in organisations_read.of_person(actor.person_id) if role in {Role.OWNER, Role.MANAGER}]
    if slug:
        chosen = next((found for found, _ in mine if found.slug == slug), None)
        if chosen is None:
            raise one_field("organisation", N_("Choose an organisation that you manage."))
        return actor, chosen.id
    alone = next((found for found, _ in mine if found.kind is OrganisationKind.INDIVIDUAL), None)
    if alone is None:
        name = accounts.card(actor.person_id).name
        alone = organisations.found(actor=actor, name=name, kind=OrganisationKind.INDIVIDUAL)
        return accounts.actor_of(actor.person_id), alone.id
    return actor, alone.id


def entry_to_evidence(*, actor: Actor, entry: Entry, url: str, text: str = "") -> EvidenceItem:
    """That one took part becomes an item of evidence on the author's profile, so that search briefs find them by what they have worked on.

    Only what is public already goes there, the challenge's title and summary, and `text`, the author's own words; `url` is the challenge's
    page. Raises NotFound for anybody but the author, NotNow (code `not_decided`) before the challenge has ended, Conflict (code
    `handed_over`) while the item is there, and what `profiles.add_evidence` raises.
    """
    if actor.person_id is None or entry.person_id != actor.person_id:
        raise NotFound(N_("There is no such entry."))
    if reason := queries.why_not_evidence(entry):
        raise NotNow(reason, code="not_decided")
    if queries.evidence_from(actor, url) is not None:
        raise Conflict(N_("It is on your profile already."), code="handed_over")
    challenge, won = entry.challenge, entry.state is EntryState.SELECTED
    return profiles.add_evidence(
        actor=actor,
        kind=EvidenceKind.AWARD if won else EvidenceKind.PROJECT,
        title=challenge.title,
        text="\n\n".join(part for part in (text.strip(), challenge.summary) if part),
        year=entry.sealed_at.year if entry.sealed_at else None,
        url=url,
    )


def need_to_challenge(*, actor: Actor, need: Listing, fee_bp: int) -> Handover:
    """A need becomes the draft of a challenge of the same organisation; the need stays as it is.

    Raises NotAllowed for whoever does not manage the need's organisation, NotNow for a withdrawn need, Conflict the second time.
    """
    _require_manager(actor, need)
    _only_once(need.ref, "challenge")
    challenge: Challenge = challenges.draft(
        actor=actor,
        organisation_id=need.organisation_id,
        fee_bp=fee_bp,
        title=need.title,
        summary=need.summary,
        problem=need.body,
        sector=need.sector,
        language=need.language,
        seeker_shown=need.owner_shown,
    )
    return _note(actor, need.ref, challenge.ref, is_shown=True)


def need_to_brief(*, actor: Actor, need: Listing) -> Handover:
    """A need becomes the draft of a search brief, written by a consultant for the organisation that has it, which signs it off.

    Raises NotAllowed for whoever is no consultant, NotNow unless the need is published, Conflict the second time.
    """
    if not consults(actor, need):
        raise NotAllowed(N_("Search briefs are written by the consultants of this site."))
    if need.state is not ListingState.PUBLISHED:
        raise NotNow(N_("Only a published need becomes a brief."))
    _only_once(need.ref, "brief")
    brief = briefs.draft(
        actor=actor,
        organisation_id=need.organisation_id,
        title=need.title,
        background=need.summary,
        sought=need.body,
        sector=need.sector,
        language=need.language,
        client_shown=need.owner_shown,
    )
    return _note(actor, need.ref, brief.ref, is_shown=True)


def _require_manager(actor: Actor, need: Listing) -> None:
    if not actor.manages(need.organisation_id):
        raise NotAllowed(N_("Only managers of the organisation that has the need can take it further."))
    require_verified(actor)
    if need.state is ListingState.WITHDRAWN:
        raise NotNow(N_("This need was withdrawn."))


def _only_once(source: str, target_kind: str) -> None:
    if queries.made_of(source, target_kind) is not None:
        raise Conflict(N_("It has been taken there already: its page leads to what it became."), code="handed_over")


def _note(actor: Actor, source: str, target: str, is_shown: bool) -> Handover:
    assert actor.person_id is not None
    handover = Handover(
        source=source, target=target, target_kind=target.partition(":")[0], is_shown=is_shown, person_id=actor.person_id, at=clock.now()
    )
    db.session.add(handover)
    db.session.flush()
    journal.record(HandedOver(handover_id=handover.id, source=source, target=target), actor=actor, subject=target, scope=source)
    return handover
