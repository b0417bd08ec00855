"""Reads of the packages room. Packages and what was submitted are public, as everything of a space is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, cast, func, or_, select

from hub.communities.credit.queries import links_with
from hub.communities.packages.models import PackageSubmission, WorkPackage
from hub.communities.packages.policy import Bench
from hub.communities.packages.rules import Proposal, propose
from hub.communities.packages.states import IN_HAND, LIVE, State
from hub.communities.pages import queries as pages
from hub.communities.pages.models import SpacePage
from hub.communities.spaces import queries as spaces
from hub.communities.spaces.models import Space, SpaceMember
from hub.communities.spaces.states import SpaceRole
from hub.communities.spaces.states import State as SpaceState
from hub.core.accounts import queries as accounts
from hub.core.discussions import queries as talks
from hub.db.cursors import older
from hub.db.extensions import db
from hub.db.types import NO_DUE, Question
from hub.kernel import clock
from hub.kernel.actor import Actor
from hub.kernel.errors import NotFound, NotNow
from hub.kernel.words import N_

MOST_LIVE = 200
"""Packages that a space may have under way at once: more than a board can show helps nobody."""


@dataclass(frozen=True)
class Shown:
    """A package with what lists and programs show beside it."""

    package: WorkPackage
    page: SpacePage
    claimant: accounts.PersonCard | None

    @property
    def id(self) -> int:
        return self.package.id


@dataclass(frozen=True)
class Submitted:
    """A submission with its author."""

    made: PackageSubmission
    author: accounts.PersonCard

    @property
    def id(self) -> int:
        return self.made.id


def path(space: Space, package_id: int) -> str:
    return f"{space.path}/packages/{package_id}"


links_with("package", lambda space, subject: path(space, int(subject.partition(":")[2])))


def get_for(actor: Actor, space: Space, package_id: int) -> WorkPackage:
    """The space's package of this number. Raises NotFound."""
    package = db.session.get(WorkPackage, package_id)
    if package is None or package.space_id != space.id:
        raise NotFound(N_("There is no such work package."))
    return package


def locked(package_id: int) -> WorkPackage:
    """The package as it is now, held until we commit. Row locks are PostgreSQL's; SQLite has one writer anyway."""
    db.session.flush()
    query = select(WorkPackage).where(WorkPackage.id == package_id).with_for_update()
    return db.session.scalars(query.execution_options(populate_existing=True)).one()


def space_of(package: WorkPackage) -> Space:
    space = db.session.get(Space, package.space_id)
    assert space is not None
    return space


def page_of(package: WorkPackage) -> SpacePage:
    page = pages.by_id(package.page_id)
    assert page is not None
    return page


def bench(actor: Actor, space: Space, package: WorkPackage | None) -> Bench:
    """What this room's policy asks about. One statement; none for visitors."""
    return Bench(package, spaces.seat(actor, space))


def shown(package: WorkPackage) -> Shown:
    return Shown(package, page_of(package), accounts.cards([package.claimant_id]).get(package.claimant_id or 0))


def _shown(rows: Iterable[Any]) -> list[Shown]:
    found = [(package, page) for package, page in rows]
    people = accounts.cards(package.claimant_id for package, _ in found)
    return [Shown(package, page, people.get(package.claimant_id or 0)) for package, page in found]


def _stands_as(state: State) -> ColumnElement[bool]:
    """`WorkPackage.stands` as a condition: a claim whose time is over counts as open."""
    now = clock.now()
    if state in IN_HAND:
        return (WorkPackage.state == state) & (WorkPackage.lease_until > now)
    if state is State.OPEN:
        return or_(WorkPackage.state == state, WorkPackage.lease_until <= now)
    return WorkPackage.state == state


def live(space: Space) -> list[Shown]:
    """All packages under way, the oldest first. Two statements."""
    query = select(WorkPackage, SpacePage).join(SpacePage, SpacePage.id == WorkPackage.page_id)
    query = query.where(WorkPackage.space_id == space.id, WorkPackage.state.in_(LIVE))
    return _shown(db.session.execute(query.order_by(WorkPackage.id).limit(MOST_LIVE)))


def ended(space: Space, *, number: int = 1, size: int = 8) -> tuple[list[Shown], int]:
    """One page of those merged or withdrawn, what ended last first, and how many there are. Three statements."""
    over = (WorkPackage.space_id == space.id) & WorkPackage.state.not_in(LIVE)
    total = db.session.scalar(select(func.count()).select_from(WorkPackage).where(over)) or 0
    query = select(WorkPackage, SpacePage).join(SpacePage, SpacePage.id == WorkPackage.page_id).where(over)
    query = query.order_by(WorkPackage.moved_at.desc(), WorkPackage.id.desc()).limit(size).offset((number - 1) * size)
    return _shown(db.session.execute(query)), total


def listed_after(space: Space, last_id: int | None, limit: int, state: State | None = None) -> list[Shown]:
    """Up to `limit` + 1 packages, the newest first, after the one numbered `last_id`."""
    query = select(WorkPackage, SpacePage).join(SpacePage, SpacePage.id == WorkPackage.page_id).where(WorkPackage.space_id == space.id)
    if state is not None:
        query = query.where(_stands_as(state))
    return _shown(db.session.execute(older(query, WorkPackage.id, last_id, limit + 1)))


def count_live(space: Space) -> int:
    query = select(func.count()).select_from(WorkPackage).where(WorkPackage.space_id == space.id, WorkPackage.state.in_(LIVE))
    return db.session.scalar(query) or 0


def submissions(package: WorkPackage) -> Sequence[PackageSubmission]:
    """All of them, the newest first."""
    query = select(PackageSubmission).where(PackageSubmission.package_id == package.id)
    return db.session.scalars(query.order_by(PackageSubmission.number.desc())).all()


def newest(package: WorkPackage) -> PackageSubmission | None:
    query = select(PackageSubmission).where(PackageSubmission.package_id == package.id)
    return db.session.scalars(query.order_by(PackageSubmission.number.desc()).limit(1)).one_or_none()


def waiting(package: WorkPackage) -> PackageSubmission:
    """The submission that waits for a review. Raises NotNow (code `nothing_to_review`)."""
    made = newest(package)
    if made is None or package.state is not State.SUBMITTED:
        raise NotNow(N_("There is nothing to review: no text waits."), code="nothing_to_review")
    return made


def submission(package: WorkPackage, number: int) -> PackageSubmission:
    """Raises NotFound."""
    query = select(PackageSubmission).where(PackageSubmission.package_id == package.id, PackageSubmission.number == number)
    found = db.session.scalars(query).one_or_none()
    if found is None:
        raise NotFound(N_("There is no such submission."))
    return found


def proposal(page: SpacePage, made: PackageSubmission) -> Proposal:
    """The submission against the page as it stands now. Two statements."""
    base = pages.revision(page, made.base)
    current = base if made.base == page.number else pages.current(page)
    return propose(number=page.number, base=made.base, base_text=base.body, current=current.body, proposed=made.body)


def overdue(limit: int = 200) -> Sequence[int]:
    """Ids of packages whose claim is over."""
    query = select(WorkPackage.id).where(WorkPackage.state.in_(IN_HAND), WorkPackage.lease_until <= clock.now())
    return db.session.scalars(query.order_by(WorkPackage.lease_until).limit(limit)).all()


def key_of() -> ColumnElement[str]:
    """The package's address without its beginning: what the home page puts into its link."""
    return Space.slug + "/packages/" + cast(WorkPackage.id, Text)


def claimed_by(person_id: int, state: State) -> Question:
    """A question for the home page: what the person has in hand in this state, due when the claim ends."""
    query = select(WorkPackage.title.label("detail"), key_of().label("key"), WorkPackage.lease_until.label("due"))
    query = query.join(Space, Space.id == WorkPackage.space_id)
    mine = (WorkPackage.claimant_id == person_id) & (WorkPackage.state == state) & (WorkPackage.lease_until > clock.now())
    return query.where(mine, Space.state == SpaceState.OPEN)


def to_review(person_id: int) -> Question:
    """A question for the home page: submissions that wait in the spaces where the person is steward or editor, their own left out."""
    query = select(WorkPackage.title.label("detail"), (key_of() + "/review").label("key"), NO_DUE)
    query = query.join(Space, Space.id == WorkPackage.space_id).join(SpaceMember, SpaceMember.space_id == Space.id)
    reviewer = (SpaceMember.person_id == person_id) & SpaceMember.role.in_([SpaceRole.STEWARD, SpaceRole.EDITOR])
    waits = (WorkPackage.state == State.SUBMITTED) & (WorkPackage.claimant_id != person_id)
    return query.where(reviewer, waits, Space.state == SpaceState.OPEN)


@talks.counts_accepted
def merged_of(person_id: int) -> Select[int]:
    """Work of the person's that was merged."""
    return select(func.count()).select_from(WorkPackage).where(WorkPackage.claimant_id == person_id, WorkPackage.state == State.MERGED)
