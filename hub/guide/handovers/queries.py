"""What came from where, and what can become of a thing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import or_, select

from hub.contests.challenges import queries as challenges
from hub.contests.challenges.states import Phase
from hub.contests.entries import queries as entries
from hub.contests.entries.models import Entry
from hub.contests.entries.states import State as EntryState
from hub.core.organisations import queries as organisations
from hub.core.profiles import queries as profiles
from hub.core.profiles.queries import EvidenceItem
from hub.db.extensions import db
from hub.guide.handovers.models import Handover
from hub.kernel.actor import Actor, Role
from hub.kernel.errors import HubError
from hub.kernel.permissions import consults
from hub.kernel.words import N_
from hub.search.briefs import queries as briefs
from hub.tech_market.listings import queries as listings
from hub.tech_market.listings.rules import Kind


@dataclass(frozen=True)
class Place:
    """A thing as its trail names it."""

    title: str
    href: str


def about(ref: str) -> list[Handover]:
    """The handovers from and to the thing, the oldest first. One statement."""
    return list(db.session.scalars(select(Handover).where(or_(Handover.source == ref, Handover.target == ref)).order_by(Handover.id)))


def made_of(source: str, target_kind: str) -> Handover | None:
    return db.session.scalars(select(Handover).where(Handover.source == source, Handover.target_kind == target_kind)).one_or_none()


def why_not_evidence(entry: Entry) -> str:
    """Why it cannot stand on the author's profile; empty if it can."""
    if entry.sealed_at is None or entry.state is EntryState.WITHDRAWN:
        return N_("Only a sealed entry shows that you took part.")
    if challenges.phase(entry.challenge) is not Phase.PAST:
        return N_("Until the challenge has ended, nobody is told who takes part.")
    return ""


def evidence_from(actor: Actor, url: str) -> EvidenceItem | None:
    """The item on the actor's own profile that names this page."""
    return next((item for item in profiles.evidence_of(actor.person_id or 0) if item.url == url), None)


def place(actor: Actor, ref: str) -> Place | None:
    """The thing, if this actor may read it."""
    kind, _, number = ref.partition(":")
    try:
        return _PLACES[kind](actor, int(number))
    except HubError:
        return None


def would_name(actor: Actor, made: Handover) -> bool:
    """Would the link between a need and what it became name an organisation that one of the two keeps from this actor?"""
    kind, _, number = made.target.partition(":")
    need = listings.by_id(int(made.source.partition(":")[2])) if made.source.startswith("need:") else None
    if need is None or actor.belongs_to(need.organisation_id) or consults(actor, need):
        return False
    if kind == "challenge":
        return need.owner_shown != challenges.by_id(int(number)).seeker_shown
    found = briefs.by_ids([int(number)])
    return bool(found) and need.owner_shown != found[int(number)].client_shown


def draft_of(made: Handover) -> str:
    """Where whoever made the handover goes on with the draft; unchecked, since they have just become its owner."""
    kind, _, number = made.target.partition(":")
    return f"/challenges/{challenges.by_id(int(number)).slug}/edit" if kind == "challenge" else f"/{kind}s/{number}/edit"


def entered_to(entry_ref: str) -> Place:
    """The challenge an entry was made for, which is public."""
    challenge = entries.find(int(entry_ref.partition(":")[2])).challenge
    return Place(challenge.title, f"/challenges/{challenge.slug}")


def _entry(actor: Actor, number: int) -> Place:
    entry = entries.own(actor, number)
    return Place(entry.title or entry.challenge.title, f"/entries/{entry.id}")


def _challenge(actor: Actor, number: int) -> Place | None:
    challenge = challenges.by_id(number)
    return Place(challenge.title, f"/challenges/{challenge.slug}") if challenges.may_see(actor, challenge) else None


def _listing(kind: Kind) -> Callable[[Actor, int], Place]:
    def found(actor: Actor, number: int) -> Place:
        listing = listings.get_for(actor, number, kind)
        return Place(listing.title, listing.path)

    return found


def _brief(actor: Actor, number: int) -> Place:
    brief = briefs.get_for(actor, number)
    return Place(brief.title, f"/briefs/{brief.id}")


_PLACES: dict[str, Callable[[Actor, int], Place | None]] = {
    "entry": _entry,
    "brief": _brief,
    "challenge": _challenge,
    "need": _listing(Kind.NEED),
    "offer": _listing(Kind.OFFER),
}


def offering_for(actor: Actor) -> list[tuple[str, str]]:
    """Slug and name of the organisations that this person may offer for."""
    return [(found.slug, found.name) for found, role in organisations.of_person(actor.person_id or 0) if role in {Role.OWNER, Role.MANAGER}]
