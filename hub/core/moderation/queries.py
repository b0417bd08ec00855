"""Reads of moderation: the queue, a case with everything about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ScalarSelect, func, literal, or_, select

from hub.core.accounts import queries as accounts
from hub.core.accounts.models import Person
from hub.core.accounts.queries import PersonCard
from hub.core.discussions.models import Post, PostText, Thread
from hub.core.moderation.models import Case, Flag
from hub.core.moderation.policy import may_read
from hub.core.moderation.states import State
from hub.db.extensions import db
from hub.db.types import Question
from hub.kernel import clock
from hub.kernel.actor import Actor, Duty
from hub.kernel.errors import NotFound
from hub.kernel.words import N_

NO_CASE = N_("There is no such case.")
DECIDED = (State.UPHELD, State.DISMISSED, State.CONFIRMED, State.OVERTURNED)


@dataclass(frozen=True)
class Listed:
    """A case as the queue shows it."""

    case: Case
    post: Post
    thread: Thread
    author: PersonCard
    reports: int

    @property
    def id(self) -> int:
        return self.case.id


def get_for(actor: Actor, case_id: int) -> Case:
    """Raises NotFound."""
    case = db.session.get(Case, case_id)
    if case is None or not may_read(actor, case):
        raise NotFound(NO_CASE)
    return case


def locked(case_id: int) -> Case:
    """The case as it is now, kept from every other moderator until this unit of work ends."""
    db.session.flush()
    query = select(Case).where(Case.id == case_id).with_for_update()
    return db.session.scalars(query.execution_options(populate_existing=True)).one()


def waiting_about(post_id: int) -> Case | None:
    """The case in which reports of the post are gathered now. Ask for it with the post locked."""
    query = select(Case).where(Case.post_id == post_id, Case.state == State.OPEN)
    return db.session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def reported(person_id: int, post: Post) -> bool:
    """Has the person reported this text of the post before, whatever became of it?"""
    query = select(Flag.id).join(Case, Case.id == Flag.case_id).where(Flag.person_id == person_id, Case.post_id == post.id)
    return db.session.scalar(query.where(Flag.edits >= post.edits).limit(1)) is not None


def flags_in_a_day(person_id: int) -> int:
    since = clock.now() - timedelta(days=1)
    return db.session.scalar(select(func.count()).select_from(Flag).where(Flag.person_id == person_id, Flag.at > since)) or 0


def queue(actor: Actor, states: Sequence[State], *, page: int = 1, size: int = 20) -> tuple[list[Listed], int]:
    """One page of the cases in these states but the actor's own posts', the longest waiting first, and how many there are."""
    chosen = (Case.state.in_(states), Case.author_id != (actor.person_id or 0))
    total = db.session.scalar(select(func.count()).select_from(Case).where(*chosen)) or 0
    order = Case.due_at if State.OPEN in states or State.APPEALED in states else Case.decided_at.desc()
    count = select(func.count()).where(Flag.case_id == Case.id).correlate(Case).scalar_subquery()
    query = select(Case, Post, Thread, count).join(Post, Post.id == Case.post_id).join(Thread, Thread.id == Post.thread_id).where(*chosen)
    rows = db.session.execute(query.order_by(order, Case.id).limit(size).offset((page - 1) * size)).all()
    people = accounts.cards(case.author_id for case, *_ in rows)
    return [Listed(case, post, thread, people[case.author_id], number) for case, post, thread, number in rows], total


def cases_after(actor: Actor, after: int | None, limit: int, state: State) -> list[Case]:
    """Up to `limit` + 1 cases in this state, in the order of their opening, but the actor's own posts'."""
    query = select(Case).where(Case.state == state, Case.author_id != (actor.person_id or 0), Case.id > (after or 0))
    return list(db.session.scalars(query.order_by(Case.id).limit(limit + 1)))


@dataclass(frozen=True)
class File:
    """Everything about a case."""

    case: Case
    post: Post
    thread: Thread
    people: dict[int, PersonCard]
    flags: list[Flag]
    texts: list[PostText]
    upheld_before: int
    member_since: datetime


def file_of(case: Case) -> File:
    """In five statements."""
    post, thread, since, before = db.session.execute(
        select(Post, Thread, Person.created_at, _upheld(case))
        .join(Thread, Thread.id == Post.thread_id)
        .join(Person, Person.id == Post.author_id)
        .where(Post.id == case.post_id)
    ).one()
    flags = list(db.session.scalars(select(Flag).where(Flag.case_id == case.id).order_by(Flag.id)))
    texts = list(db.session.scalars(select(PostText).where(PostText.post_id == post.id).order_by(PostText.number.desc())))
    people = accounts.cards([case.author_id, case.decided_by, case.settled_by, *(flag.person_id for flag in flags)])
    return File(case, post, thread, people, flags, texts, before, since)


def _upheld(case: Case) -> ScalarSelect[int]:
    """How many other cases about the author's posts ended with measures that stand."""
    stands = Case.state.in_((State.UPHELD, State.APPEALED, State.CONFIRMED))
    return select(func.count()).select_from(Case).where(Case.author_id == case.author_id, stands, Case.id != case.id).scalar_subquery()


def flaggers(case_id: int) -> list[int]:
    """Person ids of those who reported it."""
    return list(db.session.scalars(select(Flag.person_id).where(Flag.case_id == case_id).order_by(Flag.id)))


def moderators(but: int | None = None) -> list[int]:
    """Person ids of consultants and administrators."""
    everybody = dict.fromkeys([*accounts.with_duty(Duty.CONSULTANT), *accounts.with_duty(Duty.ADMIN)])
    return [person for person in everybody if person != but]


def to_decide(person_id: int) -> Question:
    """What waits for a moderator, as the home page asks it: reports, and appeals against others' decisions."""
    query = select(Thread.title.label("detail"), Case.id.label("key"), Case.due_at.label("due"))
    query = query.join(Post, Post.id == Case.post_id).join(Thread, Thread.id == Post.thread_id)
    others = (Case.state == State.APPEALED) & (func.coalesce(Case.decided_by, literal(0)) != person_id)
    return query.where(or_(Case.state == State.OPEN, others), Case.author_id != person_id)
