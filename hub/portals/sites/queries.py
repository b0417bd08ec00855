"""Reads of the sites room."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, select, true

from hub.contests.challenges import queries as challenges
from hub.core.accounts import queries as accounts
from hub.core.organisations import queries as organisations
from hub.db.cursors import older
from hub.db.extensions import db
from hub.db.types import Lines, lines
from hub.kernel.actor import ANONYMOUS, Actor, Duty
from hub.kernel.errors import NotFound
from hub.kernel.permissions import consults
from hub.kernel.words import N_
from hub.portals.sites import policy
from hub.portals.sites.models import Portal, PortalManager
from hub.portals.sites.policy import POLICY
from hub.portals.sites.states import Act, State
from hub.tech_market.listings import queries as listings
from hub.tech_market.listings.rules import Kind as ListingKind

NO_SUCH = N_("There is no such portal.")
MOST_SHOWN = 100
"""Challenges, and needs, of one customer on its portal."""


@dataclass(frozen=True)
class Item:
    """A challenge or need of the customer, as the portal may show it. `thing` is the mode's own `Shown`."""

    ref: str
    title: str
    path: str
    thing: Any
    is_challenge: bool
    past: bool = False
    """A challenge that takes no more entries."""


def get_for(actor: Actor, slug: str) -> Portal:
    """The portal, if this actor may know of it. Raises NotFound, for drafts of others, too."""
    portal = db.session.scalars(select(Portal).where(Portal.slug == slug)).one_or_none()
    if portal is None or not policy.may_see(actor, portal):
        raise NotFound(NO_SUCH)
    return portal


def managed_by(actor: Actor, slug: str) -> Portal:
    """The portal, if this actor runs it. Raises NotFound, NotAllowed."""
    portal = get_for(actor, slug)
    POLICY.require(actor, Act.EDIT, portal)
    return portal


def by_id(portal_id: int) -> Portal:
    """Unchecked. Raises NotFound."""
    portal = db.session.get(Portal, portal_id)
    if portal is None:
        raise NotFound(NO_SUCH)
    return portal


def by_ids(ids: Iterable[int]) -> dict[int, Portal]:
    """Unchecked, by id."""
    wanted = set(ids)
    return {portal.id: portal for portal in db.session.scalars(select(Portal).where(Portal.id.in_(wanted)))} if wanted else {}


def listed(*, page: int = 1, size: int = 50) -> tuple[Sequence[Portal], int]:
    """All portals for the consultants, the last changed first."""
    total = db.session.scalar(select(func.count()).select_from(Portal)) or 0
    query = select(Portal).order_by(Portal.updated_at.desc(), Portal.id.desc()).limit(size).offset((page - 1) * size)
    return db.session.scalars(query).all(), total


def run_by(actor: Actor) -> ColumnElement[bool]:
    """The condition on Portal that this actor runs it; as `policy.runs_it`, for statements over many."""
    if consults(actor, None):
        return true()
    if actor.person_id is None or not actor.roles:
        return false()
    named = select(PortalManager.id).where(PortalManager.portal_id == Portal.id, PortalManager.person_id == actor.person_id)
    return and_(Portal.organisation_id.in_(list(actor.roles)), named.exists())


def run_by_person(actor: Actor) -> Sequence[Portal]:
    """The portals that this actor runs as a named manager."""
    if actor.person_id is None or not actor.roles:
        return []
    named = select(PortalManager.portal_id).where(PortalManager.person_id == actor.person_id)
    query = select(Portal).where(Portal.id.in_(named), Portal.organisation_id.in_(list(actor.roles))).order_by(Portal.name, Portal.id)
    return db.session.scalars(query).all()


def open_after(last_id: int | None, limit: int) -> Sequence[Portal]:
    """Up to `limit` + 1 open portals, the newest first, after the one numbered `last_id`."""
    query = select(Portal).where(Portal.state == State.OPEN)
    return db.session.scalars(older(query, Portal.id, last_id, limit + 1)).all()


def open_lines(organisation_id: int, language: str) -> Lines:
    """The open portals of a customer as its page asks for them: name and tagline in this language, else the name in the portal's first."""
    name = func.coalesce(func.nullif(Portal.names[language].as_string(), ""), Portal.name)
    open_ones = Portal.organisation_id == organisation_id, Portal.state == State.OPEN
    return lines(name, Portal.slug, words=Portal.taglines[language].as_string()).where(*open_ones)


def manager_ids(portal: Portal) -> list[int]:
    """Whom a portal's news go to: the named managers who still belong to the customer, and the consultant who opened it."""
    members = set(organisations.member_ids(portal.organisation_id))
    named = [manager.person_id for manager in portal.managers if manager.person_id in members]
    opener = [person_id for person_id in accounts.with_duty(Duty.CONSULTANT) if person_id == portal.opened_by]
    return list(dict.fromkeys([*named, *opener]))


def public_items(portal: Portal) -> list[Item]:
    """Every public challenge and need of the customer, in the portal's order: the hand-picked, open challenges, needs, past challenges.

    Challenges whose seeker stays anonymous are not among them. At most four statements.
    """
    found = challenges.shown(ANONYMOUS, challenges.shown_by(portal.organisation_id, limit=MOST_SHOWN))
    items = [
        Item(each.challenge.ref, each.challenge.title, f"/challenges/{each.challenge.slug}", each, True, past=not each.open)
        for each in found
    ]
    wanted = listings.Wanted(kind=ListingKind.NEED, organisation_ids=(portal.organisation_id,))
    items += [Item(need.ref, need.title, need.path, need, False) for need in listings.public_after(None, MOST_SHOWN, wanted)[:MOST_SHOWN]]
    places = {ref: number for number, ref in enumerate(portal.first)}
    return sorted(items, key=lambda item: (places.get(item.ref, len(places)), item.past, not item.is_challenge))


def published(portal: Portal) -> list[Item]:
    """What the portal shows: `public_items` without those hidden."""
    return [item for item in public_items(portal) if item.ref not in portal.hidden]
