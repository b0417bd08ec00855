"""Reads of the pages room. Pages and their revisions are public; drafts are their writer's alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Text, cast, func, literal, null, select

from hub.communities.credit.queries import Written, written_with
from hub.communities.pages.models import PageDraft, PageRevision, PageShare, PageWatch, SpacePage
from hub.communities.pages.policy import Desk
from hub.communities.pages.rules import Merge, Resolve, merge3, merged_title, page_slug
from hub.communities.pages.states import State
from hub.communities.spaces import queries as spaces
from hub.communities.spaces.models import Space, SpaceMember
from hub.core.accounts import queries as accounts
from hub.db.cursors import older
from hub.db.extensions import db
from hub.db.types import UtcDateTime
from hub.kernel.actor import Actor
from hub.kernel.errors import NotFound
from hub.kernel.words import N_

_NO_DUE = cast(null(), UtcDateTime()).label("due")


@dataclass(frozen=True)
class Change:
    """A revision without its text, as lists show it."""

    id: int
    page_id: int
    page_slug: str
    page_title: str
    number: int
    base: int
    kind: Any
    restored: int | None
    title: str
    summary: str
    size: int
    delta: int
    author: accounts.PersonCard
    saved_by: accounts.PersonCard
    at: Any


@dataclass(frozen=True)
class Collision:
    """A draft whose page went on without it: what it began from, what is there now, and what both make together."""

    draft: PageDraft
    base: PageRevision | None
    current: PageRevision
    merge: Merge
    title: str


def get_for(actor: Actor, space: Space, slug: str) -> SpacePage:
    """The page of this address in the space. Raises NotFound."""
    page = db.session.scalars(select(SpacePage).where(SpacePage.space_id == space.id, SpacePage.slug == slug)).one_or_none()
    if page is None:
        raise NotFound(N_("There is no such page."))
    return page


def by_id(page_id: int) -> SpacePage | None:
    """Unchecked: pages are public."""
    return db.session.get(SpacePage, page_id)


def titled(space: Space, title: str) -> SpacePage | None:
    """The page that a title leads to, by its address or its present title."""
    slug = page_slug(title)
    return next((page for page in listed(space, retired=True) if slug in {page.slug, page_slug(page.title)}), None)


def desk(actor: Actor, space: Space, page: SpacePage) -> Desk:
    """What this room's policy asks about. One statement; none for visitors."""
    return Desk(page, spaces.seat(actor, space))


def listed(space: Space, *, retired: bool = False) -> Sequence[SpacePage]:
    """The pages of the space in the order of their titles."""
    query = select(SpacePage).where(SpacePage.space_id == space.id)
    if not retired:
        query = query.where(SpacePage.state != State.RETIRED)
    return db.session.scalars(query.order_by(func.lower(SpacePage.title), SpacePage.id)).all()


def listed_after(space: Space, last_id: int | None, limit: int) -> Sequence[SpacePage]:
    """Up to `limit` + 1 pages in the order of their making, after the one numbered `last_id`."""
    query = select(SpacePage).where(SpacePage.space_id == space.id, SpacePage.id > (last_id or 0)).order_by(SpacePage.id)
    return db.session.scalars(query.limit(limit + 1)).all()


def resolver(space: Space) -> Resolve:
    """How [[Title]] finds its page in this space: an address, and whether there is one. One statement."""
    rows = db.session.execute(select(SpacePage.slug, SpacePage.title).where(SpacePage.space_id == space.id)).all()
    known = {page_slug(row.title): row.slug for row in rows} | {row.slug: row.slug for row in rows}

    def resolve(title: str) -> tuple[str, bool]:
        slug = known.get(page_slug(title))
        return (f"{space.path}/pages/{slug}", True) if slug else (f"{space.path}/pages/new?title={title.replace('&', '%26')}", False)

    return resolve


def current(page: SpacePage) -> PageRevision:
    """The newest revision: `.body`, `.title`, `.number`."""
    return revision(page, page.number)


def revision(page: SpacePage, number: int) -> PageRevision:
    """Raises NotFound."""
    found = find_revision(page, number)
    if found is None:
        raise NotFound(N_("This page has no such revision."))
    return found


def find_revision(page: SpacePage, number: int) -> PageRevision | None:
    query = select(PageRevision).where(PageRevision.page_id == page.id, PageRevision.number == number)
    return db.session.scalars(query).one_or_none() if 0 < number <= page.number else None


_CHANGE = (
    PageRevision.id, PageRevision.page_id, PageRevision.number, PageRevision.base, PageRevision.kind, PageRevision.restored,
    PageRevision.title, PageRevision.summary, PageRevision.size, PageRevision.delta, PageRevision.author_id, PageRevision.saved_by,
    PageRevision.at, SpacePage.slug.label("page_slug"), SpacePage.title.label("page_title"),
)  # fmt: skip


def _changes(query: Any) -> list[Change]:
    rows = db.session.execute(query).all()
    cards = accounts.cards([person for row in rows for person in (row.author_id, row.saved_by)])
    return [
        Change(
            row.id, row.page_id, row.page_slug, row.page_title, row.number, row.base, row.kind, row.restored, row.title, row.summary,
            row.size, row.delta, cards[row.author_id], cards[row.saved_by], row.at,
        )
        for row in rows
    ]  # fmt: skip


def history(page: SpacePage, *, number: int = 1, size: int = 50) -> list[Change]:
    """Page `number` of the revisions, the newest first; `page.number` says how many there are. Two statements."""
    query = select(*_CHANGE).join(SpacePage, SpacePage.id == PageRevision.page_id).where(PageRevision.page_id == page.id)
    return _changes(query.order_by(PageRevision.number.desc()).limit(size).offset((number - 1) * size))


def history_after(page: SpacePage, last_id: int | None, limit: int) -> list[Change]:
    """Up to `limit` + 1 revisions, the newest first, after the one whose id is `last_id`."""
    query = select(*_CHANGE).join(SpacePage, SpacePage.id == PageRevision.page_id).where(PageRevision.page_id == page.id)
    return _changes(older(query, PageRevision.id, last_id, limit + 1))


def recent(space: Space, *, before: int | None = None, limit: int = 50, author_id: int | None = None) -> list[Change]:
    """Up to `limit` + 1 of the space's newest revisions, all or one author's, after the one whose id is `before`. Two statements."""
    query = select(*_CHANGE).join(SpacePage, SpacePage.id == PageRevision.page_id).where(PageRevision.space_id == space.id)
    if author_id is not None:
        query = query.where(PageRevision.author_id == author_id)
    return _changes(older(query, PageRevision.id, before, limit + 1))


def shares_of(page: SpacePage) -> list[tuple[int, int]]:
    """(person id, characters of the present text that are theirs), whoever wrote most first."""
    query = select(PageShare.person_id, PageShare.characters).where(PageShare.page_id == page.id)
    return [(row.person_id, row.characters) for row in db.session.execute(query.order_by(PageShare.characters.desc(), PageShare.person_id))]


def watcher_ids(page: SpacePage) -> list[int]:
    """Who wants to hear of revisions and belongs to an active account: person ids."""
    return list(db.session.scalars(select(PageWatch.person_id).where(PageWatch.page_id == page.id).order_by(PageWatch.person_id)))


def watches(actor: Actor, page: SpacePage) -> bool:
    return actor.person_id is not None and db.session.get(PageWatch, (page.id, actor.person_id)) is not None


# Drafts


def drafts_of(actor: Actor, space: Space, page: SpacePage | None) -> Sequence[PageDraft]:
    """The actor's drafts of the page, or of pages that are not there yet; the newest first."""
    if actor.person_id is None:
        return []
    query = select(PageDraft).where(PageDraft.person_id == actor.person_id, PageDraft.space_id == space.id)
    query = query.where(PageDraft.page_id == page.id if page is not None else PageDraft.page_id.is_(None))
    return db.session.scalars(query.order_by(PageDraft.saved_at.desc(), PageDraft.id.desc())).all()


def draft_for(actor: Actor, draft_id: int) -> PageDraft:
    """One of the actor's own drafts. Raises NotFound."""
    draft = db.session.get(PageDraft, draft_id) if actor.person_id is not None else None
    if draft is None or draft.person_id != actor.person_id:
        raise NotFound(N_("There is no such draft."))
    return draft


@dataclass(frozen=True)
class OwnDraft:
    """A draft in the list of its writer's; `page` is None for one that is not there yet."""

    draft: PageDraft
    space: Space
    page: SpacePage | None

    @property
    def is_behind(self) -> bool:
        """Did somebody else save since it was begun?"""
        return self.page is not None and self.draft.base < self.page.number


def own_drafts(person_id: int, *, only: int | None = None, limit: int = 200) -> list[OwnDraft]:
    """Everything the person typed into pages and has not saved (or `only` this draft), the newest first. One statement."""
    query = (
        select(PageDraft, Space, SpacePage)
        .join(Space, Space.id == PageDraft.space_id)
        .outerjoin(SpacePage, SpacePage.id == PageDraft.page_id)
        .where(PageDraft.person_id == person_id)
        .order_by(PageDraft.saved_at.desc(), PageDraft.id.desc())
    )
    if only is not None:
        query = query.where(PageDraft.id == only)
    return [OwnDraft(*row) for row in db.session.execute(query.limit(limit))]


def collision(page: SpacePage, draft: PageDraft) -> Collision:
    """The draft against the page as it is now. Two statements."""
    base, now = find_revision(page, draft.base), current(page)
    merge = merge3(base.body if base else "", now.body, draft.body)
    return Collision(draft, base, now, merge, merged_title(base.title if base else "", now.title, draft.title))


def waiting_for(person_id: int) -> Any:
    """A question for the home page: the person's drafts whose page has gone on without them."""
    return (
        select(SpacePage.title.label("detail"), cast(PageDraft.id, Text).label("key"), _NO_DUE)
        .join(SpacePage, SpacePage.id == PageDraft.page_id)
        .join(SpaceMember, (SpaceMember.space_id == PageDraft.space_id) & (SpaceMember.person_id == PageDraft.person_id))
        .where(PageDraft.person_id == person_id, PageDraft.base < SpacePage.number, SpacePage.state != literal(State.RETIRED.value))
    )


# For the credit list and the search index


@written_with
def written(space: Space) -> dict[int, Written]:
    """What each person wrote on the space's pages: revisions, and characters of today's text. Retired pages count as revisions only."""
    mine = (
        select(PageRevision.author_id.label("person"), func.count().label("revisions"))
        .where(PageRevision.space_id == space.id)
        .group_by(PageRevision.author_id)
        .subquery()
    )
    stands = (
        select(PageShare.person_id.label("person"), func.sum(PageShare.characters).label("characters"))
        .join(SpacePage, SpacePage.id == PageShare.page_id)
        .where(SpacePage.space_id == space.id, SpacePage.state != State.RETIRED)
        .group_by(PageShare.person_id)
        .subquery()
    )
    rows = db.session.execute(
        select(mine.c.person, mine.c.revisions, stands.c.characters).outerjoin(stands, stands.c.person == mine.c.person)
    )
    return {person: Written(revisions, int(characters or 0)) for person, revisions, characters in rows}


def bodies(space_ids: Iterable[int]) -> dict[int, list[PageRevision]]:
    """The newest revision of each page of these spaces, by space; retired pages are left out. One statement for each 200."""
    wanted = list(space_ids)
    found: dict[int, list[PageRevision]] = {}
    for start in range(0, len(wanted), 200):
        rows = db.session.scalars(
            select(PageRevision)
            .join(SpacePage, (SpacePage.id == PageRevision.page_id) & (SpacePage.number == PageRevision.number))
            .where(SpacePage.space_id.in_(wanted[start : start + 200]), SpacePage.state != State.RETIRED)
            .order_by(func.lower(SpacePage.title))
        )
        for row in rows:
            found.setdefault(row.space_id, []).append(row)
    return found


def moves_of(space_ids: Iterable[int]) -> dict[int, int]:
    """A number for each space that grows with every revision of its pages."""
    query = (
        select(SpacePage.space_id, func.sum(SpacePage.number)).where(SpacePage.space_id.in_(list(space_ids))).group_by(SpacePage.space_id)
    )
    return {space_id: int(number) for space_id, number in db.session.execute(query)}
