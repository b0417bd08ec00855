"""Reads of discussions, and what the rooms above tell of the things that are talked about."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, func, literal, or_, select

from hub.core.accounts import queries as accounts
from hub.core.accounts.models import Person
from hub.core.accounts.queries import PersonCard
from hub.core.accounts.states import State as AccountState
from hub.core.discussions import rules
from hub.core.discussions.models import Post, PostFile, PostText, Thread, ThreadWish
from hub.core.discussions.policy import may_read
from hub.core.discussions.rules import Place, Source, Trust, Way
from hub.core.discussions.states import PostState, State, Wish
from hub.core.files.models import File
from hub.db.extensions import db
from hub.db.types import Question
from hub.kernel import clock, refs
from hub.kernel.actor import ANONYMOUS, Actor
from hub.kernel.errors import HubError, NotFound, NotNow
from hub.kernel.permissions import consults, require_verified
from hub.kernel.words import N_

NO_THREAD, NO_POST, NO_PLACE = N_("There is no such discussion."), N_("There is no such post."), N_("There is no such thing to talk about.")
LOCKED = N_("This discussion is locked: it can be read, and nobody writes in it any more.")

_sources: dict[str, Source] = {}
Acts = Callable[[int], Select[int]]
_accepted: list[Acts] = []


def talks_about(
    kind: str,
    *,
    places: Callable[[Actor, Sequence[int]], Mapping[int, Place]],
    enter: Callable[[Actor, int], bool],
    keepers: Callable[[int], Sequence[int]],
) -> None:
    """Let people talk about things of this kind ("challenge"); rooms above call it when they are imported. See rules.Source."""
    _sources[kind] = Source(places, enter, keepers)


def counts_accepted(count: Acts) -> Acts:
    """Register a room's question how many of a person's acts others accepted (one number): they raise the person's trust."""
    if count not in _accepted:
        _accepted.append(count)
    return count


def source_of(subject: str) -> Source:
    """Raises NotFound for things that nobody talks about."""
    kind, number = refs.split(subject)
    if kind not in _sources or not number:
        raise NotFound(NO_PLACE)
    return _sources[kind]


def place_for(actor: Actor, subject: str) -> Place:
    """The thing "challenge:5", if the actor may know of it. Raises NotFound."""
    number = refs.split(subject)[1]
    found = source_of(subject).places(actor, [number]).get(number)
    if found is None:
        raise NotFound(NO_PLACE)
    return found


def places(actor: Actor, subjects: Iterable[str]) -> dict[str, Place]:
    """Those of the things that the actor may know of, in one statement for each kind."""
    by_kind: dict[str, list[int]] = {}
    for subject in dict.fromkeys(subjects):
        kind, number = refs.split(subject)
        by_kind.setdefault(kind, []).append(number)
    known = [_sources[kind].places(actor, numbers) for kind, numbers in by_kind.items() if kind in _sources]
    return {place.ref: place for found in known for place in found.values()}


def way_to(actor: Actor, subject: str, thread: Thread | None = None) -> Way:
    """May the actor write about the subject, or in this thread of it? What keeps them from it, else whether they speak for it."""
    try:
        require_verified(actor)
        if thread is not None and thread.state is not State.OPEN:
            raise NotNow(LOCKED, code="locked")
        return Way(speaks_for_it=source_of(subject).enter(actor, refs.split(subject)[1]))
    except HubError as refusal:
        return Way(refusal)


# Threads


def get_for(actor: Actor, thread_id: int) -> Thread:
    """The thread, if the actor may read it and know of what it is about. Raises NotFound."""
    thread = db.session.get(Thread, thread_id)
    if thread is None or not may_read(actor, thread):
        raise NotFound(NO_THREAD)
    try:
        place_for(actor, thread.subject)
    except NotFound:
        raise NotFound(NO_THREAD) from None
    return thread


def by_id(thread_id: int) -> Thread:
    """Unchecked, for reactions and rooms above."""
    return db.session.get_one(Thread, thread_id)


def locked(thread_id: int) -> Thread:
    """The thread as it is now, kept from everybody else who writes in it or decides about it until this unit of work ends."""
    db.session.flush()
    query = select(Thread).where(Thread.id == thread_id).with_for_update()
    return db.session.scalars(query.execution_options(populate_existing=True)).one()


def _listed(subject: str | None, follower: int | None) -> list[ColumnElement[bool]]:
    chosen: list[ColumnElement[bool]] = [Thread.state != State.HIDDEN]
    if subject is not None:
        chosen.append(Thread.subject == subject)
    if follower is not None:
        followed = select(ThreadWish.thread_id).where(ThreadWish.person_id == follower, ThreadWish.wish == Wish.FOLLOW)
        chosen.append(Thread.id.in_(followed))
    return chosen


def listed(*, subject: str | None = None, follower: int | None = None, page: int = 1, size: int = 20) -> tuple[list[Thread], int]:
    """One page of the threads, where somebody wrote last first, and how many there are: of one subject, or that somebody follows."""
    chosen = _listed(subject, follower)
    total = db.session.scalar(select(func.count()).select_from(Thread).where(*chosen)) or 0
    query = select(Thread).where(*chosen).order_by(Thread.last_at.desc(), Thread.id.desc())
    return list(db.session.scalars(query.limit(size).offset((page - 1) * size))), total


def listed_after(last_id: int | None, limit: int, *, subject: str | None = None) -> list[Thread]:
    """Up to `limit` + 1 threads, the newest first, after the one numbered `last_id`."""
    query = select(Thread).where(*_listed(subject, None)).order_by(Thread.id.desc()).limit(limit + 1)
    return list(db.session.scalars(query.where(Thread.id < last_id) if last_id is not None else query))


def panel(subject: str) -> Question:
    """The threads of a subject where somebody wrote last, as its page asks for them (hub.web.beside)."""
    columns = (Thread.title, Thread.id.label("key"), literal("").label("words"), Thread.posts.label("number"), Thread.last_at.label("at"))
    query = select(*columns, func.count().over().label("total")).where(*_listed(subject, None))
    return query.order_by(Thread.last_at.desc(), Thread.id.desc())


def public_ids() -> Sequence[int]:
    """Every thread worth asking for, for the search index."""
    return db.session.scalars(select(Thread.id).where(Thread.state != State.HIDDEN)).all()


def for_index(ids: Iterable[int]) -> list[tuple[Thread, Place, str]]:
    """Of the threads that anybody may read: the thread, what it is about, and what was said in it first and last (up to 60 posts)."""
    query = select(Thread).where(Thread.id.in_(list(ids)), Thread.state != State.HIDDEN)
    threads = db.session.scalars(query).all()
    known = places(ANONYMOUS, (thread.subject for thread in threads))
    found = []
    for thread in (each for each in threads if each.subject in known):
        said = select(Post.body).where(Post.thread_id == thread.id, Post.state == PostState.SHOWN).limit(30)
        texts = [*db.session.scalars(said.order_by(Post.number)), *db.session.scalars(said.order_by(Post.number.desc()))]
        found.append((thread, known[thread.subject], "\n".join(dict.fromkeys(texts))))
    return found


# Posts


@dataclass(frozen=True)
class Said:
    """A post as pages show it: who wrote it, its files, and the one that it answers (with its author)."""

    post: Post
    who: PersonCard
    files: list[File]
    answers: Post | None = None
    answered: PersonCard | None = None

    @property
    def id(self) -> int:
        return self.post.id


def posts(thread: Thread, *, page: int) -> list[Said]:
    """One page of the thread, in order. Four statements at most, however long the thread is."""
    first = (page - 1) * rules.PER_PAGE
    query = select(Post).where(Post.thread_id == thread.id, Post.number > first, Post.number <= first + rules.PER_PAGE)
    return _said(db.session.scalars(query.order_by(Post.number)).all())


def posts_after(thread: Thread, number: int, limit: int) -> list[Said]:
    """Up to `limit` + 1 posts after the id `number`, in order."""
    query = select(Post).where(Post.thread_id == thread.id, Post.id > number).order_by(Post.id).limit(limit + 1)
    return _said(db.session.scalars(query).all())


def said(post: Post) -> Said:
    """One post as pages show it."""
    return _said([post])[0]


def _said(found: Sequence[Post]) -> list[Said]:
    if not found:
        return []
    own = {post.number: post for post in found}
    elsewhere = {post.reply_to for post in found if post.reply_to is not None} - set(own)
    answered = own | {post.number: post for post in _numbered(found[0].thread_id, elsewhere)}
    people = accounts.cards(post.author_id for post in answered.values())
    files = files_of(post.id for post in found)
    return [
        Said(post, people[post.author_id], files.get(post.id, []), to, people[to.author_id] if to is not None else None)
        for post in found
        for to in [answered.get(post.reply_to or 0)]
    ]


def _numbered(thread_id: int, numbers: Iterable[int | None]) -> Sequence[Post]:
    wanted = list(numbers)
    return db.session.scalars(select(Post).where(Post.thread_id == thread_id, Post.number.in_(wanted))).all() if wanted else []


def files_of(post_ids: Iterable[int]) -> dict[int, list[File]]:
    """The files of posts, by post id. One statement."""
    query = select(PostFile.post_id, File).join(File, File.id == PostFile.file_id).where(PostFile.post_id.in_(list(post_ids)))
    found: dict[int, list[File]] = {}
    for post_id, file in db.session.execute(query.order_by(File.id)):
        found.setdefault(post_id, []).append(file)
    return found


def post_for(actor: Actor, post_id: int) -> Post:
    """The post, with its thread, if the actor may read the thread. Raises NotFound."""
    post = db.session.get(Post, post_id)
    if post is None:
        raise NotFound(NO_POST)
    try:
        get_for(actor, post.thread_id)
    except NotFound:
        raise NotFound(NO_POST) from None
    return post


def post_by_id(post_id: int) -> Post:
    """Unchecked, for reactions and rooms above."""
    return db.session.get_one(Post, post_id)


def locked_post(post_id: int) -> Post:
    """The post as it is now, kept from everybody else until this unit of work ends."""
    db.session.flush()
    query = select(Post).where(Post.id == post_id).with_for_update()
    return db.session.scalars(query.execution_options(populate_existing=True)).one()


def numbered(thread: Thread, number: int) -> Post | None:
    """The thread's post with this number."""
    return next(iter(_numbered(thread.id, [number])), None)


def history(post: Post) -> Sequence[PostText]:
    """What the post said before, the newest first."""
    return db.session.scalars(select(PostText).where(PostText.post_id == post.id).order_by(PostText.number.desc())).all()


def people_named(handles: Iterable[str]) -> dict[str, int]:
    """Person ids of those who have these handles and may sign in. One statement."""
    wanted = list(handles)
    if not wanted:
        return {}
    rows = db.session.execute(select(Person.handle, Person.id).where(Person.handle.in_(wanted), Person.state == AccountState.ACTIVE))
    return dict(rows.all())


# Who wants to hear of a thread


def wish(actor: Actor, thread: Thread) -> Wish | None:
    if actor.person_id is None:
        return None
    found = db.session.get(ThreadWish, (thread.id, actor.person_id))
    return found.wish if found is not None else None


def wishes(thread_id: int, *, until: datetime) -> dict[int, Wish]:
    """What everybody wants to hear of a thread, by person id: who mutes it now, and who followed it at the moment `until`."""
    counts = or_(ThreadWish.wish == Wish.MUTE, ThreadWish.since <= until)
    rows = db.session.execute(select(ThreadWish.person_id, ThreadWish.wish).where(ThreadWish.thread_id == thread_id, counts))
    return dict(rows.all())


# How much somebody may write


@dataclass(frozen=True)
class Record:
    """What somebody has written so far: posts, and changes of posts that named somebody new; `named` people were told of them in a day."""

    trust: Trust
    in_hour: int
    in_day: int
    named: int


def record_of(person_id: int) -> Record:
    """The person's trust, and what they wrote lately. Up to six statements."""
    now = clock.now()
    shown, hidden = Post.state == PostState.SHOWN, Post.state == PostState.HIDDEN
    counts = select(
        func.count().filter(shown),
        func.count().filter(hidden, Post.ended_at > now - rules.HELD_AGAINST),
        func.count().filter(Post.at > now - timedelta(hours=1)),
        func.count().filter(Post.at > now - timedelta(days=1)),
    ).where(Post.author_id == person_id)
    standing, held_against, in_hour, in_day = db.session.execute(counts).one()
    since: datetime = accounts.get(person_id).created_at
    accepted = _accepted_of(person_id)
    trust = rules.trust(age=now - since, standing=standing, accepted=accepted, hidden=held_against)
    naming = _namings(person_id, now - timedelta(days=1))
    changes = [at for at, _, is_change in naming if is_change]
    in_hour += sum(at > now - timedelta(hours=1) for at in changes)
    return Record(trust, in_hour, in_day + len(changes), sum(people for _, people, _ in naming))


LOOKED_AT = 2000
"""Posts and former texts at most: far more than anybody may write in a day."""


def _namings(author_id: int, since: datetime) -> list[tuple[datetime, int, bool]]:
    """When the author's posts named people that they had not named before: how many, and was it by a change?"""
    lately = select(Post).where(Post.author_id == author_id, or_(Post.at > since, Post.edited_at > since)).order_by(Post.id.desc())
    posts = db.session.scalars(lately.limit(LOOKED_AT)).all()
    changed = [post.id for post in posts if post.edits]
    former = select(PostText).where(PostText.post_id.in_(changed)).order_by(PostText.at.desc(), PostText.number.desc())
    texts: dict[int, list[PostText]] = {}
    for text in db.session.scalars(former.limit(LOOKED_AT)) if changed else ():
        texts.setdefault(text.post_id, []).insert(0, text)
    found = []
    for post in posts:
        before = texts.get(post.id, [])
        begun = [post.at, *(text.at for text in before)]
        fresh = rules.newly_named([*(text.body for text in before), post.body])
        found += [(at, names, number > 0) for number, (at, names) in enumerate(zip(begun, fresh, strict=True)) if names and at > since]
    known = people_named({name for _, names, _ in found for name in names})
    counted = ((at, len(names & known.keys()), is_change) for at, names, is_change in found)
    return [one for one in counted if one[1]]


def _accepted_of(person_id: int) -> int:
    """All rooms' counts in one statement."""
    counts = [count(person_id).scalar_subquery() for count in _accepted]
    return sum(number or 0 for number in db.session.execute(select(*counts)).one()) if counts else 0


def is_unlimited(actor: Actor) -> bool:
    """Those who run the site write as much as they have to."""
    return consults(actor, None)


def kinds() -> frozenset[str]:
    """The kinds of things that people talk about ("challenge")."""
    return frozenset(_sources)
