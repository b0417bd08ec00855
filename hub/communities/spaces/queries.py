"""Reads of the spaces room. Everything of a space is public but what its people draft."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, cast, func, null, select
from sqlalchemy.orm import aliased

from hub.communities.spaces.models import CharterAcceptance, Space, SpaceCharter, SpaceMember
from hub.communities.spaces.policy import POLICY, Seat, stewards_it
from hub.communities.spaces.states import Act, SpaceRole, State
from hub.core.accounts import queries as accounts
from hub.core.discussions import queries as discussions
from hub.core.discussions.rules import Place
from hub.core.organisations import queries as organisations
from hub.core.pools import queries as pools
from hub.core.pools.rules import Subject
from hub.db.extensions import db
from hub.db.personal import Hindrance, hinders_leaving
from hub.db.types import NO_DUE, Lines, UtcDateTime, lines
from hub.kernel.actor import Actor
from hub.kernel.errors import NotAllowed, NotFound, NotNow, NotSignedIn
from hub.kernel.permissions import require_verified
from hub.kernel.taxonomy import Sector
from hub.kernel.words import N_

CHUNK = 500
_NO_DUE = cast(null(), UtcDateTime()).label("due")


@dataclass(frozen=True)
class Member:
    """A member as lists show them; `is_up_to_date` is False while they have not accepted the charter as it stands."""

    person: accounts.PersonCard
    role: SpaceRole
    joined_at: datetime
    is_up_to_date: bool

    @property
    def id(self) -> int:
        return self.person.id


@dataclass(frozen=True)
class Shown:
    """A space with what lists and programs show beside it."""

    space: Space
    members: int
    organisation: organisations.OrganisationCard | None

    @property
    def id(self) -> int:
        return self.space.id


@dataclass(frozen=True)
class Line:
    """One line of a panel: a link, and a few words about it (already in the reader's language)."""

    title: str
    href: str
    detail: str = ""
    at: datetime | None = None


@dataclass(frozen=True)
class Panel:
    """What a room above shows on a space's own page; words in the reader's language."""

    title: str
    lines: Sequence[Line]
    href: str = ""
    more: str = ""
    empty: str = ""
    action: tuple[str, str] | None = field(default=None)
    """A button: its words and where it leads."""


PanelProvider = Callable[[Actor, Space], Panel | None]
_panels: list[tuple[int, PanelProvider]] = []
_tabs: list[tuple[int, str, str]] = []


def shows_in_space(position: int) -> Callable[[PanelProvider], PanelProvider]:
    """Register a room's panel for a space's own page: one or two statements, public things only, None for nothing."""

    def register(provider: PanelProvider) -> PanelProvider:
        if provider not in [known for _, known in _panels]:
            _panels.append((position, provider))
        return provider

    return register


def panels(actor: Actor, space: Space) -> list[Panel]:
    found = (provider(actor, space) for _, provider in sorted(_panels, key=lambda known: known[0]))
    return [panel for panel in found if panel is not None]


def add_tab(position: int, rest: str, label: str) -> None:
    """Give a room its place among the tabs of every space: `rest` follows the space's address ("/pages"), `label` is marked with N_."""
    if (position, rest, label) not in _tabs:
        _tabs.append((position, rest, label))


def tabs() -> list[tuple[str, str]]:
    """(rest of the address, label) of every tab, in order."""
    return [(rest, label) for _, rest, label in sorted(_tabs)]


def get_for(actor: Actor, slug: str) -> Space:
    """The space at this address; spaces are public. Raises NotFound."""
    space = db.session.scalars(select(Space).where(Space.slug == slug)).one_or_none()
    if space is None:
        raise NotFound(N_("There is no such community."))
    return space


def by_ids(ids: Iterable[int]) -> dict[int, Space]:
    """Spaces by id, one statement for each 500."""
    wanted = list(ids)
    found: dict[int, Space] = {}
    for start in range(0, len(wanted), CHUNK):
        found |= {space.id: space for space in db.session.scalars(select(Space).where(Space.id.in_(wanted[start : start + CHUNK])))}
    return found


def public_ids() -> Sequence[int]:
    """All of them, for the search index; archived ones can be read and found, too."""
    return db.session.scalars(select(Space.id)).all()


def role_in(space: Space, person_id: int | None) -> SpaceRole | None:
    """The person's role in the space, None for whoever does not belong to it. One statement."""
    if person_id is None:
        return None
    query = select(SpaceMember.role).where(SpaceMember.space_id == space.id, SpaceMember.person_id == person_id)
    return db.session.scalars(query).one_or_none()


def seat(actor: Actor, space: Space) -> Seat:
    """The actor's place in the space, as its policies ask for it. One statement; none for visitors."""
    if actor.person_id is None:
        return Seat(space)
    accepted = _accepted(CharterAcceptance.person_id == actor.person_id, CharterAcceptance.space_id == space.id)
    role = select(SpaceMember.role).where(SpaceMember.space_id == space.id, SpaceMember.person_id == actor.person_id).scalar_subquery()
    row = db.session.execute(select(role, accepted.scalar_subquery())).one()
    return Seat(space, row[0], row[1] or 0)


def _accepted(*conditions: ColumnElement[bool]) -> Select[int]:
    return select(func.coalesce(func.max(CharterAcceptance.number), 0)).where(*conditions)


def require_seat(actor: Actor, space: Space, act: Act = Act.CONTRIBUTE) -> Seat:
    """The actor's place, if they may do this in the space as it is now: what every room asks before it writes in one.

    Raises NotSignedIn; NotAllowed (code `join_first` for whoever does not belong, `accept_first` while a changed charter waits to be
    accepted, `unverified_address`, or `not_allowed` for another role); NotNow (code `archived`).
    """
    if not actor.signed_in:
        raise NotSignedIn(N_("Sign in first."))
    found = seat(actor, space)
    if not found.belongs and not POLICY.can(actor, act, found):
        raise NotAllowed(N_("Join the community first: its charter and licence say how people work together here."), code="join_first")
    require_verified(actor)
    POLICY.require(actor, act, found)
    if space.state is not State.OPEN:
        raise NotNow(N_("This community is archived: everything can be read, nothing is changed any more."), code="archived")
    if found.belongs and not found.is_up_to_date:
        raise NotAllowed(
            N_("The charter has changed since you accepted it. Read and accept it as it stands now, then go on."), code="accept_first"
        )
    return found


def members(space: Space, *, page: int = 1, size: int = 500) -> list[Member]:
    """One page of who belongs to the space, stewards and editors first, then in the order of joining. Two statements."""
    accepted = _accepted(CharterAcceptance.space_id == space.id, CharterAcceptance.person_id == SpaceMember.person_id)
    rank = case({role: number for number, role in enumerate(SpaceRole)}, value=SpaceMember.role)
    rows = db.session.execute(
        select(SpaceMember, accepted.correlate(SpaceMember).scalar_subquery())
        .where(SpaceMember.space_id == space.id)
        .order_by(rank, SpaceMember.joined_at, SpaceMember.person_id)
        .limit(size)
        .offset((page - 1) * size)
    ).all()
    cards = accounts.cards(member.person_id for member, _ in rows)
    return [Member(cards[m.person_id], m.role, m.joined_at, number == space.charter_number) for m, number in rows if m.person_id in cards]


def members_after(space: Space, last_id: int | None, limit: int) -> list[Member]:
    """Up to `limit` + 1 members in the order of their ids, after the person `last_id`. Two statements."""
    accepted = _accepted(CharterAcceptance.space_id == space.id, CharterAcceptance.person_id == SpaceMember.person_id)
    rows = db.session.execute(
        select(SpaceMember, accepted.correlate(SpaceMember).scalar_subquery())
        .where(SpaceMember.space_id == space.id, SpaceMember.person_id > (last_id or 0))
        .order_by(SpaceMember.person_id)
        .limit(limit + 1)
    ).all()
    cards = accounts.cards(member.person_id for member, _ in rows)
    return [Member(cards[m.person_id], m.role, m.joined_at, number == space.charter_number) for m, number in rows]


def member_ids(space: Space, roles: Iterable[SpaceRole] = tuple(SpaceRole)) -> list[int]:
    """Ids of the members with one of the roles: whom the space's news goes to."""
    query = select(SpaceMember.person_id).where(SpaceMember.space_id == space.id, SpaceMember.role.in_(list(roles)))
    return list(db.session.scalars(query.order_by(SpaceMember.person_id)))


def membership(space: Space, person_id: int) -> SpaceMember:
    """Raises NotFound, also for people who exist but do not belong."""
    found = db.session.get(SpaceMember, (space.id, person_id))
    if found is None:
        raise NotFound(N_("This person does not belong to the community."))
    return found


def charters(space: Space) -> Sequence[SpaceCharter]:
    """All versions of the charter, the newest first."""
    return db.session.scalars(select(SpaceCharter).where(SpaceCharter.space_id == space.id).order_by(SpaceCharter.number.desc())).all()


def charter(space: Space, number: int) -> SpaceCharter | None:
    """One version."""
    query = select(SpaceCharter).where(SpaceCharter.space_id == space.id, SpaceCharter.number == number)
    return db.session.scalars(query).one_or_none()


@dataclass(frozen=True)
class Wanted:
    """A visitor's choice in the list. Several values of one kind mean any of them; none means all."""

    sectors: tuple[Sector, ...] = ()
    languages: tuple[str, ...] = ()
    states: tuple[State, ...] = (State.OPEN,)
    organisation_id: int | None = None
    person_id: int | None = None


def _chosen(wanted: Wanted) -> ColumnElement[bool]:
    chosen: list[ColumnElement[bool]] = [Space.state.in_(wanted.states)]
    if wanted.sectors:
        chosen.append(Space.sector.in_(wanted.sectors))
    if wanted.languages:
        chosen.append(Space.language.in_(wanted.languages))
    if wanted.organisation_id is not None:
        chosen.append(Space.organisation_id == wanted.organisation_id)
    if wanted.person_id is not None:
        chosen.append(Space.id.in_(select(SpaceMember.space_id).where(SpaceMember.person_id == wanted.person_id)))
    return and_(*chosen)


def _with_members(wanted: Wanted) -> Select[Space, int]:
    count = select(func.count()).where(SpaceMember.space_id == Space.id).correlate(Space).scalar_subquery()
    return select(Space, count).where(_chosen(wanted))


def _shown(rows: Iterable[Any]) -> list[Shown]:
    found = [(space, number) for space, number in rows]
    owners = organisations.cards(space.organisation_id for space, _ in found)
    return [Shown(space, number, owners.get(space.organisation_id or 0)) for space, number in found]


def shown(space: Space) -> Shown:
    """One space as lists show it. One or two statements."""
    number = db.session.scalar(select(func.count()).where(SpaceMember.space_id == space.id)) or 0
    return _shown([(space, number)])[0]


def listed(wanted: Wanted, *, page: int = 1, size: int = 20) -> tuple[list[Shown], int]:
    """One page of the spaces, where something happened last first, and how many there are. Three statements at most."""
    total = db.session.scalar(select(func.count()).select_from(Space).where(_chosen(wanted))) or 0
    query = _with_members(wanted).order_by(Space.active_at.desc(), Space.id.desc()).limit(size).offset((page - 1) * size)
    return _shown(db.session.execute(query)), total


LINES_ORDER = (Space.active_at.desc(), Space.id.desc())


def lines_of(organisation_id: int) -> Lines:
    """The open spaces that an organisation steers, as its page asks for them, with the number of their members."""
    count = select(func.count()).where(SpaceMember.space_id == Space.id).correlate(Space).scalar_subquery()
    return lines(Space.name, Space.slug, number=count).where(_chosen(Wanted(organisation_id=organisation_id)))


def listed_after(last_id: int | None, limit: int, wanted: Wanted) -> list[Shown]:
    """Up to `limit` + 1 spaces, newest first, after the one numbered `last_id`."""
    query = _with_members(wanted).order_by(Space.id.desc()).limit(limit + 1)
    return _shown(db.session.execute(query.where(Space.id < last_id) if last_id is not None else query))


def counts(wanted: Wanted) -> tuple[dict[Sector, int], dict[str, int]]:
    """How many spaces each sector and each language has, among those of the wanted states. Two statements."""
    among = Space.state.in_(wanted.states)
    sectors = db.session.execute(select(Space.sector, func.count()).where(among, Space.sector.is_not(None)).group_by(Space.sector))
    languages: Any = db.session.execute(select(Space.language, func.count()).where(among).group_by(Space.language))
    by_size = sorted(((Sector(key), n) for key, n in sectors if key), key=lambda pair: (-pair[1], pair[0].value))
    return dict(by_size), dict(sorted(map(tuple, languages)))


def waiting_for(person_id: int) -> Any:
    """A question for the home page: the person's spaces whose changed charter they have not accepted yet."""
    accepted = _accepted(CharterAcceptance.space_id == Space.id, CharterAcceptance.person_id == person_id).correlate(Space)
    return (
        select(Space.name.label("detail"), Space.slug.label("key"), _NO_DUE)
        .join(SpaceMember, SpaceMember.space_id == Space.id)
        .where(SpaceMember.person_id == person_id, Space.state == State.OPEN, accepted.scalar_subquery() < Space.charter_number)
    )


def fundable(space: Space) -> Subject:
    """The community as co-funding knows it: the money is held by the organisation that steers it."""
    why_not = "" if space.state is State.OPEN else N_("This community is archived.")
    return Subject(space.ref, space.name, space.organisation_id, space.summary, space.path, why_not)


def _fundable(space_id: int) -> Subject | None:
    space = db.session.get(Space, space_id)
    return fundable(space) if space is not None else None


def _fundable_of(organisation_ids: Sequence[int]) -> list[Subject]:
    query = select(Space).where(Space.organisation_id.in_(organisation_ids), Space.state == State.OPEN).order_by(Space.name).limit(20)
    return [fundable(space) for space in db.session.scalars(query)]


pools.funds("space", one=_fundable, of=_fundable_of)


# What people talk about in a community


def _places(actor: Actor, ids: Sequence[int]) -> Mapping[int, Place]:
    return {space.id: Place(space.ref, space.name, space.path, "community", N_("Steward")) for space in by_ids(ids).values()}


def _enter(actor: Actor, space_id: int) -> bool:
    """Members write; stewards speak for the community. Raises what `require_seat` does."""
    space = db.session.get_one(Space, space_id)
    return stewards_it(actor, require_seat(actor, space))


def _keepers(space_id: int) -> Sequence[int]:
    return member_ids(db.session.get_one(Space, space_id), (SpaceRole.STEWARD,))


discussions.talks_about("space", places=_places, enter=_enter, keepers=_keepers)


@hinders_leaving
def kept_alone(person_id: int) -> list[Hindrance]:
    """Open spaces with other people, whose only steward this is."""
    other = aliased(SpaceMember)
    others = select(other.person_id).where(other.space_id == Space.id, other.person_id != person_id)
    asked = (
        select(Space.name.label("detail"), Space.slug.label("key"), NO_DUE)
        .join(SpaceMember, SpaceMember.space_id == Space.id)
        .where(Space.state == State.OPEN, SpaceMember.person_id == person_id, SpaceMember.role == SpaceRole.STEWARD)
        .where(others.exists(), ~others.where(other.role == SpaceRole.STEWARD).exists())
    )
    return [Hindrance(asked, N_("You are its only steward"), "/communities/{}/people", N_("Make somebody else a steward"))]
