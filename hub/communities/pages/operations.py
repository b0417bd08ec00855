"""The only writes of this room: revisions, drafts, watching, and what may be done with a page. None commits."""

from __future__ import annotations

from sqlalchemy import delete, select

from hub.communities.pages import queries, rules
from hub.communities.pages.events import EditCollided, PageMoved, PageWritten
from hub.communities.pages.models import PageDraft, PageRevision, PageShare, PageWatch, SpacePage
from hub.communities.pages.policy import POLICY, Desk
from hub.communities.pages.rules import Kind
from hub.communities.pages.states import LIFE, Act, State
from hub.communities.spaces import operations as spaces
from hub.communities.spaces import queries as spaces_read
from hub.communities.spaces.models import Space
from hub.communities.spaces.policy import Seat
from hub.communities.spaces.states import Act as Part
from hub.core.accounts import queries as accounts
from hub.core.messages import operations as messages
from hub.core.messages.states import Kind as About
from hub.db import journal
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import Actor
from hub.kernel.errors import Conflict, NotAllowed, NotNow, NotSignedIn, one_field
from hub.kernel.whose import Of
from hub.kernel.words import N_
from hub.search.index import operations as index

MOST_DRAFTS = 100
"""Drafts one person may have of one page, or of new pages of one space: enough for every window, not for a flood."""


def create(*, actor: Actor, space: Space, title: str, text: str, summary: str = "", token: str = "") -> SpacePage:
    """Begin a page with its first revision; its maker watches it. `token` names the draft it was typed in, which is then done with.

    Raises what `spaces.queries.require_seat` raises, Invalid about `title` (code `page_exists` where another page has it) or `body`.
    """
    seat = spaces_read.require_seat(actor, space)
    title, text = _title(title), clean_text(text)
    slug = rules.page_slug(title)
    if not slug:
        raise one_field("title", N_("Give the page a title with letters or figures."))
    if slug in rules.RESERVED_SLUGS:
        slug += "-page"
    db.session.execute(select(Space.id).where(Space.id == space.id).with_for_update())
    _require_free(space, title, None)
    assert actor.person_id is not None
    now = clock.now()
    page = SpacePage(
        space_id=space.id, slug=slug, title=title, number=1, size=0, state=LIFE.initial, created_by=actor.person_id, created_at=now,
        updated_by=actor.person_id, updated_at=now,
    )  # fmt: skip
    db.session.add(page)
    db.session.flush()
    _save(actor, seat, page, None, Kind.CREATED, title=title, text=text, summary=summary)
    _drop(actor, space, None, token)
    watch(actor=actor, page=page)
    return page


def write(
    *,
    actor: Actor,
    page: SpacePage,
    text: str,
    base_revision: int,
    summary: str = "",
    title: str | None = None,
    author_id: int | None = None,
    kind: Kind = Kind.EDITED,
    token: str = "",
) -> PageRevision:
    """Save a revision made of `base_revision`, which must be the newest; an unchanged text gives that one back.

    `author_id` is whose work it is, if not the actor's (a reviewer merges somebody's submission); `token` names the actor's draft, which
    is then done with. Watchers are told, but for author and actor. Raises Conflict (code `edit_conflict`) when the page has gone on,
    NotAllowed (code `page_locked`), NotNow (retired, archived), Invalid about `body` or `title`, and what `require_seat` raises.
    """
    space, seat = _seat(actor, page)
    title, text = _title(page.title if title is None else title), clean_text(text)
    _lock(page)
    require_writable(actor=actor, page=page, seat=seat)
    if base_revision != page.number:
        raise Conflict(N_("Somebody else saved this page while you wrote. Both texts are kept: bring them together."), code="edit_conflict")
    before = queries.current(page)
    if (before.title, before.body) == (title, text):
        _drop(actor, space, page, token)
        return before
    _require_free(space, title, page)
    saved = _save(actor, seat, page, before, kind, title=title, text=text, summary=summary, author_id=author_id)
    _drop(actor, space, page, token)
    return saved


def save(
    *,
    actor: Actor,
    page: SpacePage,
    title: str,
    text: str,
    base_revision: int,
    summary: str = "",
    kind: Kind = Kind.EDITED,
    token: str = "",
) -> PageRevision | PageDraft:
    """What a form does: `write`, or when the page has gone on, keep the text as a draft that waits to be merged, and give that back."""
    space, seat = _seat(actor, page)
    title, text = _title(title), clean_text(text)
    _lock(page)
    require_writable(actor=actor, page=page, seat=seat)
    if base_revision == page.number:
        return write(
            actor=actor, page=page, text=text, base_revision=base_revision, summary=summary, title=title, kind=kind, token=token
        )  # fmt: skip
    newest = queries.current(page)
    if (newest.title, newest.body) == (title, text):
        _drop(actor, space, page, token)
        return newest
    draft = keep_draft(
        actor=actor, space=space, page=page, title=title, text=text, summary=summary, base_revision=base_revision, token=token
    )
    assert draft is not None
    collided = EditCollided(page_id=page.id, draft_id=draft.id, base=base_revision, number=page.number)
    journal.record(collided, actor=actor, subject=page.ref, scope=space.ref)
    return draft


def restore(*, actor: Actor, page: SpacePage, number: int, base_revision: int, summary: str = "") -> PageRevision:
    """Save revision `number` again, as a new one; its words stay their writers'. Raises what `write` raises, NotFound."""
    _, seat = _seat(actor, page)
    _lock(page)
    require_writable(actor=actor, page=page, seat=seat)
    old = queries.revision(page, number)
    if base_revision != page.number:
        raise Conflict(
            N_("Somebody saved this page since you opened its history. Look at it again before you restore."), code="edit_conflict"
        )
    before = queries.current(page)
    if (before.title, before.body) == (old.title, old.body):
        return before
    return _save(actor, seat, page, before, Kind.RESTORED, title=old.title, text=old.body, summary=summary, restored=old)


def _save(
    actor: Actor,
    seat: Seat,
    page: SpacePage,
    before: PageRevision | None,
    kind: Kind,
    *,
    title: str,
    text: str,
    summary: str,
    author_id: int | None = None,
    restored: PageRevision | None = None,
) -> PageRevision:
    assert actor.person_id is not None
    author, now = author_id or actor.person_id, clock.now()
    runs = restored.runs if restored else rules.carry(before.body if before else "", before.runs if before else [], text, author)
    saved = PageRevision(
        space_id=page.space_id, page_id=page.id, number=before.number + 1 if before else 1, base=before.number if before else 0, kind=kind,
        restored=restored.number if restored else None, title=title, body=text, summary=" ".join(summary.split())[: rules.LONGEST_SUMMARY],
        author_id=author, saved_by=actor.person_id, size=len(text), delta=len(text) - (before.size if before else 0),
        licence=seat.space.licence, runs=runs, at=now,
    )  # fmt: skip
    db.session.add(saved)
    page.number, page.title, page.size, page.updated_by, page.updated_at = saved.number, title, len(text), author, now
    db.session.flush()
    db.session.execute(delete(PageShare).where(PageShare.page_id == page.id))
    db.session.add_all(
        PageShare(page_id=page.id, person_id=person, characters=size) for person, size in rules.shares(text, runs).items()
    )  # fmt: skip
    event = PageWritten(page_id=page.id, number=saved.number, kind=kind.value, author_id=author)
    journal.record(event, actor=actor, subject=page.ref, scope=seat.space.ref)
    spaces.note_activity(actor=actor, space=seat.space, at=now)
    index.mark([seat.space.ref])
    _tell(actor, seat.space, page, saved)
    return saved


def _tell(actor: Actor, space: Space, page: SpacePage, saved: PageRevision) -> None:
    people = [person for person in queries.watcher_ids(page) if person not in {actor.person_id, saved.author_id}]
    if not people:
        return
    author, summary = (Of(saved.author_id, text) for text in (accounts.card(saved.author_id).name, saved.summary))
    values = {"author": author, "page": page.title, "space": space.name, "summary": summary}
    text = (
        N_("%(author)s changed “%(page)s” in “%(space)s”: %(summary)s")
        if saved.summary
        else N_("%(author)s changed “%(page)s” in “%(space)s”.")
    )
    link = f"{space.path}/pages/{page.slug}/diff?to={saved.number}"
    messages.notify(actor=actor, person_ids=people, text=text, kind=About.PAGE, values=values, link=link)


def keep_draft(
    *,
    actor: Actor,
    space: Space,
    page: SpacePage | None,
    title: str,
    text: str,
    base_revision: int,
    summary: str = "",
    token: str = "",
) -> PageDraft | None:
    """Keep what the actor has typed so far. `token` names the draft as their window knows it; if it has changed since in another window,
    both are kept. None if there is nothing to keep: an empty form, or the page's own text. Raises what `require_seat` raises.
    """
    spaces_read.require_seat(actor, space)
    assert actor.person_id is not None
    body = text.replace("\r\n", "\n").strip()[: rules.LONGEST_BODY]
    title, summary = " ".join(title.split())[: rules.LONGEST_TITLE], " ".join(summary.split())[: rules.LONGEST_SUMMARY]
    if not body or (page is not None and _is_saved(page, title, body)):
        return None
    draft = _named(actor, space, page, token)
    if draft is None:
        if len(queries.drafts_of(actor, space, page)) >= MOST_DRAFTS:
            raise NotNow(N_("You have very many drafts here: save or discard some of them first."), code="too_many_drafts")
        draft = PageDraft(space_id=space.id, page_id=page.id if page is not None else None, person_id=actor.person_id)
        db.session.add(draft)
    draft.base = min(max(base_revision, 1), page.number) if page is not None else 0
    draft.title, draft.body, draft.summary, draft.saved_at = title, body, summary, clock.now()
    db.session.flush()
    return draft


def _is_saved(page: SpacePage, title: str, body: str) -> bool:
    newest = queries.current(page)
    return (newest.title, newest.body) == (title, body)


def _named(actor: Actor, space: Space, page: SpacePage | None, token: str) -> PageDraft | None:
    """The actor's own draft that the token names, unchanged since."""
    number = token.partition(".")[0]
    if not number.isdecimal() or len(number) > 9:
        return None
    draft = db.session.get(PageDraft, int(number), with_for_update=True, populate_existing=True)
    mine = draft is not None and draft.person_id == actor.person_id and draft.space_id == space.id
    return (
        draft if draft is not None and mine and draft.page_id == (page.id if page is not None else None) and draft.token == token else None
    )


def _drop(actor: Actor, space: Space, page: SpacePage | None, token: str) -> None:
    draft = _named(actor, space, page, token)
    if draft is not None:
        db.session.delete(draft)
        db.session.flush()


def discard(*, actor: Actor, draft: PageDraft) -> None:
    """Throw one's own draft away. Raises NotAllowed."""
    if draft.person_id != actor.person_id:
        raise NotAllowed(N_("This is somebody else’s draft."))
    db.session.delete(draft)
    db.session.flush()


def watch(*, actor: Actor, page: SpacePage) -> None:
    """Hear of every revision. Twice is once. Raises NotSignedIn."""
    if actor.person_id is None:
        raise NotSignedIn(N_("Sign in to watch a page."))
    if not queries.watches(actor, page):
        db.session.add(PageWatch(page_id=page.id, person_id=actor.person_id, since=clock.now()))
        db.session.flush()


def unwatch(*, actor: Actor, page: SpacePage) -> None:
    """Hear no more of it; without having watched it, nothing happens."""
    if actor.person_id is not None:
        db.session.execute(delete(PageWatch).where(PageWatch.page_id == page.id, PageWatch.person_id == actor.person_id))


def lock(*, actor: Actor, page: SpacePage) -> SpacePage:
    """Have only editors and stewards write on it. Raises NotAllowed, NotNow."""
    return _move(actor, page, Act.LOCK)


def unlock(*, actor: Actor, page: SpacePage) -> SpacePage:
    """Have every member write on it again. Raises NotAllowed, NotNow."""
    return _move(actor, page, Act.UNLOCK)


def retire(*, actor: Actor, page: SpacePage) -> SpacePage:
    """Take it off the list and out of the search; its address and history can still be read. Raises NotAllowed, NotNow."""
    return _move(actor, page, Act.RETIRE)


def bring_back(*, actor: Actor, page: SpacePage) -> SpacePage:
    """Put a retired page back on the list. Raises NotAllowed, NotNow."""
    return _move(actor, page, Act.BRING_BACK)


def _move(actor: Actor, page: SpacePage, act: Act) -> SpacePage:
    space, seat = _seat(actor, page, steer=True)
    _lock(page)
    POLICY.require(actor, act, Desk(page, seat))
    LIFE.fire(page, act)
    db.session.flush()
    journal.record(PageMoved(page_id=page.id, act=act.value), actor=actor, subject=page.ref, scope=space.ref)
    index.mark([space.ref])
    return page


def _seat(actor: Actor, page: SpacePage, steer: bool = False) -> tuple[Space, Seat]:
    """The page's space and the actor's place there, if they may work in it. `steer`: managers of the steering body, too."""
    space = db.session.get(Space, page.space_id)
    assert space is not None
    return space, spaces_read.require_seat(actor, space, Part.EDIT if steer else Part.CONTRIBUTE)


def require_writable(*, actor: Actor, page: SpacePage, seat: Seat) -> None:
    """Raises NotNow (code `page_retired`), NotAllowed (code `page_locked`)."""
    if page.state is State.RETIRED:
        raise NotNow(N_("This page is retired: bring it back before you change it."), code="page_retired")
    if not POLICY.can(actor, Act.WRITE, Desk(page, seat)):
        raise NotAllowed(N_("This page is locked: only editors and stewards of the community change it."), code="page_locked")


def _lock(page: SpacePage) -> None:
    """The page as it is now, held until we commit. Row locks are PostgreSQL's; SQLite has one writer anyway."""
    db.session.flush()
    query = select(SpacePage).where(SpacePage.id == page.id).with_for_update()
    db.session.scalars(query.execution_options(populate_existing=True)).one()


def _require_free(space: Space, title: str, page: SpacePage | None) -> None:
    """Does the title lead to no other page of the space?"""
    other = queries.titled(space, title)
    if other is not None and (page is None or other.id != page.id):
        raise one_field("title", N_("There is a page of this title already: change that one, or choose another title."), code="page_exists")


def _title(title: str) -> str:
    plain = " ".join(title.split())
    if not plain or len(plain) > rules.LONGEST_TITLE:
        raise one_field("title", N_("Give the page a title of at most 120 characters."))
    return plain


def clean_text(text: str) -> str:
    plain = text.replace("\r\n", "\n").strip("\n").rstrip()
    if not plain.strip():
        raise one_field("body", N_("Write something: to take a page off the list, an editor retires it."))
    if len(plain) > rules.LONGEST_BODY or plain.count("\n") >= rules.MOST_LINES:
        raise one_field("body", N_("A page takes at most 100,000 characters in 5,000 lines: divide it into several."))
    return plain
