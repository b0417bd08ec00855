"""Reads of questions, and what the rooms above tell of the things that are asked about."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta

from sqlalchemy import ColumnElement, func, literal, or_, select

from hub.core.questions.models import Question, QuestionAnswer
from hub.core.questions.policy import may_read
from hub.core.questions.rules import Desk, Source
from hub.core.questions.states import State
from hub.db.extensions import db
from hub.db.types import Question as Asked
from hub.kernel import clock, refs
from hub.kernel.actor import Actor
from hub.kernel.errors import NotFound
from hub.kernel.words import N_

NO_QUESTION, NO_DESK = N_("There is no such question."), N_("There is no such thing to ask about.")

_sources: dict[str, Source] = {}


def asks_about(
    kind: str,
    *,
    desks: Callable[[Actor, Sequence[int]], Mapping[int, Desk]],
    answerers: Callable[[int], Sequence[int]],
    followers: Callable[[int], Sequence[int]],
) -> None:
    """Let people ask about things of this kind ("challenge"); rooms above call it when they are imported. See rules.Source."""
    _sources[kind] = Source(desks, answerers, followers)


def kinds() -> frozenset[str]:
    """The kinds of things that questions are asked about."""
    return frozenset(_sources)


def source_of(subject: str) -> Source:
    """Raises NotFound for things that nobody asks about."""
    kind, number = refs.split(subject)
    if kind not in _sources or not number:
        raise NotFound(NO_DESK)
    return _sources[kind]


def desk_for(actor: Actor, subject: str) -> Desk:
    """The thing "challenge:5" as questions know it, if the actor may know of it. Raises NotFound."""
    number = refs.split(subject)[1]
    found = source_of(subject).desks(actor, [number]).get(number)
    if found is None:
        raise NotFound(NO_DESK)
    return found


def get_for(actor: Actor, question_id: int) -> Question:
    """The question, if the actor may read it. Raises NotFound."""
    question = db.session.get(Question, question_id)
    if question is None or not may_read(actor, question):
        raise NotFound(NO_QUESTION)
    desk_for(actor, question.subject)
    return question


def locked(question_id: int) -> Question:
    """The question as it is now, kept from everybody else who decides about it until this unit of work ends."""
    db.session.flush()
    query = select(Question).where(Question.id == question_id).with_for_update()
    return db.session.scalars(query.execution_options(populate_existing=True)).one()


def answered(subject: str, *, page: int = 1, size: int = 20) -> tuple[list[Question], int]:
    """One page of the answered questions about a thing, the newest answer first, and how many there are."""
    chosen: tuple[ColumnElement[bool], ...] = (Question.subject == subject, Question.state == State.ANSWERED)
    total = db.session.scalar(select(func.count()).select_from(Question).where(*chosen)) or 0
    query = select(Question).where(*chosen).order_by(Question.decided_at.desc(), Question.id.desc())
    return list(db.session.scalars(query.limit(size).offset((page - 1) * size))), total


def answered_after(subject: str, after: int | None, limit: int) -> list[Question]:
    """Up to `limit` + 1 answered questions about a thing in the order of asking, after the id `after`."""
    query = select(Question).where(Question.subject == subject, Question.state == State.ANSWERED, Question.id > (after or 0))
    return list(db.session.scalars(query.order_by(Question.id).limit(limit + 1)))


def panel(subject: str) -> Asked:
    """The questions about a thing that were answered last, as its page asks for them (hub.web.beside)."""
    columns = (Question.text.label("title"), Question.id.label("key"), Question.answer.label("words"), literal(0).label("number"))
    query = select(*columns, Question.decided_at.label("at"), func.count().over().label("total"))
    query = query.where(Question.subject == subject, Question.state == State.ANSWERED)
    return query.order_by(Question.decided_at.desc(), Question.id.desc())


def concerning(actor: Actor, desk: Desk) -> list[Question]:
    """Questions about a thing that are not answered: the actor's own, and those that wait for the actor's answer. The oldest first."""
    if actor.person_id is None:
        return []
    decides = actor.manages(desk.organisation_id) or (
        (actor.is_consultant or actor.is_admin) and not actor.belongs_to(desk.organisation_id)
    )
    waiting = Question.state == State.ASKED
    whose = or_(Question.asker_id == actor.person_id, waiting) if decides else Question.asker_id == actor.person_id
    query = select(Question).where(Question.subject == desk.ref, Question.state != State.ANSWERED, whose)
    return list(db.session.scalars(query.order_by(Question.id).limit(50)))


def asked_by(person_id: int, *, before: int | None, limit: int) -> list[Question]:
    """Up to `limit` + 1 of the person's own questions, the newest first."""
    query = select(Question).where(Question.asker_id == person_id).order_by(Question.id.desc()).limit(limit + 1)
    return list(db.session.scalars(query.where(Question.id < before) if before is not None else query))


def waiting_in(subject: str, after: int | None, limit: int) -> list[Question]:
    """Up to `limit` + 1 questions about a thing that wait for an answer, the oldest first."""
    query = select(Question).where(Question.subject == subject, Question.state == State.ASKED, Question.id > (after or 0))
    return list(db.session.scalars(query.order_by(Question.id).limit(limit + 1)))


def earlier_answers(question_ids: Iterable[int]) -> dict[int, list[QuestionAnswer]]:
    """Answers that were corrected later, by question id, the newest first. One statement."""
    query = select(QuestionAnswer).where(QuestionAnswer.question_id.in_(list(question_ids)))
    found: dict[int, list[QuestionAnswer]] = {}
    for one in db.session.scalars(query.order_by(QuestionAnswer.number.desc())):
        found.setdefault(one.question_id, []).append(one)
    return found


def load_of(person_id: int, subject: str) -> tuple[int, int]:
    """How many of the person's questions wait about this thing, and how many they asked anywhere in a day. One statement."""
    mine, waiting = Question.asker_id == person_id, Question.state == State.ASKED
    lately = Question.asked_at > clock.now() - timedelta(days=1)
    counts = select(func.count().filter(Question.subject == subject, waiting), func.count().filter(lately)).where(mine)
    here, today = db.session.execute(counts).one()
    return here, today


def due_to_lapse() -> list[int]:
    """Questions whose deadline has passed without an answer."""
    query = select(Question.id).where(Question.state == State.ASKED, Question.lapses_at <= clock.now())
    return list(db.session.scalars(query.order_by(Question.id)))


def to_answer(organisation_ids: Iterable[int]) -> Asked:
    """What waits for the managers of these organisations, as the home page asks it."""
    query = select(func.substr(Question.text, 1, 90).label("detail"), Question.id.label("key"), Question.due_at.label("due"))
    return query.where(Question.state == State.ASKED, Question.organisation_id.in_(list(organisation_ids)))


def overdue(beside: Iterable[int], person_id: int) -> Asked:
    """What the consultants answer or decline, because the seeker has not in time; of others' organisations, and not one's own questions."""
    query = select(func.substr(Question.text, 1, 90).label("detail"), Question.id.label("key"), Question.due_at.label("due"))
    waiting = (Question.state == State.ASKED, Question.due_at <= clock.now(), Question.asker_id != person_id)
    return query.where(*waiting, Question.organisation_id.not_in(list(beside)))
