"""Reads of moderation: the queue, a case with everything about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, ScalarSelect, and_, exists, func, literal, or_, select

from hub.core.accounts import queries as accounts
from hub.core.accounts.models import Person
from hub.core.accounts.queries import PersonCard
from hub.core.discussions.models import Post, PostText, Thread
from hub.core.moderation.models import Case, Concerned, Flag
from hub.core.moderation.policy import may_read
from hub.core.moderation.rules import Measure, Source, Thing
from hub.core.moderation.states import State
from hub.core.organisations import queries as organisations
from hub.core.parties import queries as parties
from hub.core.parties.rules import Side
from hub.core.profiles import queries as profiles
from hub.db.extensions import db
from hub.db.types import Question
from hub.kernel import clock
from hub.kernel.actor import Actor, Duty, Role
from hub.kernel.errors import NotFound, NotNow
from hub.kernel.words import N_

NO_CASE = N_("There is no such case.")
DECIDED = (State.UPHELD, State.DISMISSED, State.CONFIRMED, State.OVERTURNED)


_sources: dict[str, Source] = {}


def can_be_reported(kind: str, source: Source) -> None:
    """Let things of this kind ("idea") be reported; rooms above call it when they are imported."""
    _sources[kind] = source


def source(subject: str) -> Source:
    """Raises NotFound if no room knows such things (any more)."""
    kind = subject.partition(":")[0]
    if kind not in _sources:
        raise NotFound(N_("There is nothing here that can be reported."))
    return _sources[kind]


def _person(actor: Actor, number: int) -> Thing:
    """A public profile. It is never taken down: its owner is warned or suspended."""
    shown = profiles.public_profile(actor, accounts.card(number).handle)
    text = "\n\n".join(part for part in (shown.headline, shown.bio) if part)
    return Thing(f"person:{number}", f"@{shown.handle}", f"/people/{shown.handle}", number, text)


def _organisation(actor: Actor, number: int) -> Thing:
    """An organisation's public page. It is never taken down: an owner answers for it. Raises NotFound, NotNow."""
    body = organisations.get(number)
    answers = next(iter(organisations.member_ids(number, [Role.OWNER])), None)
    if answers is None:
        raise NotNow(
            N_("It comes from a public record, and nobody here answers for it. Tell the site’s administrators."), code="nobody_answers"
        )
    return Thing(f"organisation:{number}", body.name, f"/orgs/{body.slug}", answers, body.about, sides=(Side(organisation_id=number),))


can_be_reported("person", Source(N_("Profile"), _person))
can_be_reported("organisation", Source(N_("Organisation"), _organisation))


def thing_for(actor: Actor, kind: str, number: int) -> Thing:
    """What may be reported, if the actor may know of it. Raises NotFound."""
    return source(f"{kind}:{number}").one(actor, number)


@dataclass(frozen=True)
class Listed:
    """A case as the queue shows it."""

    case: Case
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


def number_of(case: Case) -> int:
    return int(case.subject.partition(":")[2])


def ways(case: Case) -> tuple[Measure, ...]:
    """The measures that can be taken about this thing."""
    if case.post_id is not None:
        return tuple(Measure)
    hides = source(case.subject).take_down is not None
    return tuple(one for one in Measure if one is not Measure.LOCK and (hides or one is not Measure.HIDE))


def waiting_about(subject: str) -> Case | None:
    """The case in which reports of a thing are gathered now. Ask for it with the thing locked, where it can be."""
    query = select(Case).where(Case.subject == subject, Case.state == State.OPEN)
    return db.session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def reported(person_id: int, post: Post) -> bool:
    """Has the person reported this text of the post before, whatever became of it?"""
    query = select(Flag.id).join(Case, Case.id == Flag.case_id).where(Flag.person_id == person_id, Case.post_id == post.id)
    return db.session.scalar(query.where(Flag.edits >= post.edits).limit(1)) is not None


def reported_before(person_id: int, subject: str) -> bool:
    """Has the person reported the thing in a case that waits, or that was decided lately?"""
    query = select(Flag.id).join(Case, Case.id == Flag.case_id).where(Flag.person_id == person_id, Case.subject == subject)
    lately = or_(Case.state == State.OPEN, Flag.at > clock.now() - timedelta(days=30))
    return db.session.scalar(query.where(lately).limit(1)) is not None


def flags_in_a_day(person_id: int) -> int:
    since = clock.now() - timedelta(days=1)
    return db.session.scalar(select(func.count()).select_from(Flag).where(Flag.person_id == person_id, Flag.at > since)) or 0


def _for_others(actor: Actor) -> ColumnElement[bool]:
    """Cases that concern the actor in no way: those about which a moderator may decide."""
    mine = or_(Concerned.person_id == (actor.person_id or 0), Concerned.organisation_id.in_(list(actor.roles)))
    return and_(Case.author_id != (actor.person_id or 0), ~exists().where(Concerned.case_id == Case.id, mine))


def queue(actor: Actor, states: Sequence[State], *, page: int = 1, size: int = 20) -> tuple[list[Listed], int]:
    """One page of the cases in these states that do not concern the actor, the longest waiting first, and how many there are."""
    chosen = (Case.state.in_(states), _for_others(actor))
    total = db.session.scalar(select(func.count()).select_from(Case).where(*chosen)) or 0
    order = Case.due_at if State.OPEN in states or State.APPEALED in states else Case.decided_at.desc()
    count = select(func.count()).where(Flag.case_id == Case.id).correlate(Case).scalar_subquery()
    query = select(Case, count).where(*chosen).order_by(order, Case.id)
    rows = db.session.execute(query.limit(size).offset((page - 1) * size)).all()
    people = accounts.cards(case.author_id for case, _ in rows)
    return [Listed(case, people[case.author_id], number) for case, number in rows], total


def cases_after(actor: Actor, after: int | None, limit: int, state: State) -> list[Case]:
    """Up to `limit` + 1 cases in this state, in the order of their opening, but none that concerns the actor."""
    query = select(Case).where(Case.state == state, _for_others(actor), Case.id > (after or 0))
    return list(db.session.scalars(query.order_by(Case.id).limit(limit + 1)))


@dataclass(frozen=True)
class File:
    """Everything about a case; `post` and `thread` are None for other things than posts."""

    case: Case
    post: Post | None
    thread: Thread | None
    people: dict[int, PersonCard]
    flags: list[Flag]
    texts: list[PostText]
    upheld_before: int
    member_since: datetime


def file_of(case: Case) -> File:
    """In five statements."""
    post, thread, since, before = db.session.execute(
        select(Post, Thread, Person.created_at, _upheld(case))
        .select_from(Person)
        .outerjoin(Post, Post.id == case.post_id)
        .outerjoin(Thread, Thread.id == Post.thread_id)
        .where(Person.id == case.author_id)
    ).one()
    flags = list(db.session.scalars(select(Flag).where(Flag.case_id == case.id).order_by(Flag.id)))
    texts = list(db.session.scalars(select(PostText).where(PostText.post_id == case.post_id).order_by(PostText.number.desc())))
    people = accounts.cards([case.author_id, case.decided_by, case.settled_by, *(flag.person_id for flag in flags)])
    return File(case, post, thread, people, flags, texts, before, since)


def _upheld(case: Case) -> ScalarSelect[int]:
    """How many other cases about the author's posts ended with measures that stand."""
    stands = Case.state.in_((State.UPHELD, State.APPEALED, State.CONFIRMED))
    return select(func.count()).select_from(Case).where(Case.author_id == case.author_id, stands, Case.id != case.id).scalar_subquery()


def flaggers(case_id: int) -> list[int]:
    """Person ids of those who reported it."""
    return list(db.session.scalars(select(Flag.person_id).where(Flag.case_id == case_id).order_by(Flag.id)))


def moderators(case: Case) -> list[int]:
    """Person ids of consultants and administrators who may decide about it now: whom it concerns may not, nor whoever did before."""
    sides = [Side(person_id=one) for one in (case.author_id, case.decided_by) if one is not None]
    sides += [one.side for one in case.concerned]
    return parties.staff_beside(sides, Duty.CONSULTANT, Duty.ADMIN)


def to_decide(actor: Actor) -> Question:
    """What waits for a moderator, as the home page asks it: reports, and appeals against others' decisions."""
    query = select(Case.title.label("detail"), Case.id.label("key"), Case.due_at.label("due"))
    others = (Case.state == State.APPEALED) & (func.coalesce(Case.decided_by, literal(0)) != (actor.person_id or 0))
    return query.where(or_(Case.state == State.OPEN, others), _for_others(actor))
