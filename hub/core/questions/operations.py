"""The only writes on questions. Whoever decides about one locks its row first."""

from __future__ import annotations

from typing import Any

from hub.core.messages import operations as messages
from hub.core.messages.states import Kind
from hub.core.questions import events, queries, rules
from hub.core.questions.models import Question, QuestionAnswer
from hub.core.questions.policy import POLICY, answers_for_it
from hub.core.questions.rules import Desk
from hub.core.questions.states import LIFE, Act, State, Voice
from hub.db import journal
from hub.db.extensions import db
from hub.kernel import clock, refs
from hub.kernel.actor import SYSTEM, Actor
from hub.kernel.errors import NotAllowed, NotNow, TooMany, one_field
from hub.kernel.permissions import require_verified
from hub.kernel.words import N_, extent


def ask(*, actor: Actor, subject: str, text: str) -> Question:
    """Ask about "challenge:5" without being named.

    Raises NotFound, NotSignedIn, NotAllowed (unverified_address, own_subject), NotNow (questions_closed), TooMany, Invalid.
    """
    require_verified(actor)
    desk = queries.desk_for(actor, subject)
    if actor.belongs_to(desk.organisation_id):
        raise NotAllowed(N_("You belong to those who answer: ask them in person."), code="own_subject")
    rules.check_open(desk)
    said = _within(text, "text", rules.SHORTEST, rules.LONGEST)
    here, today = queries.load_of(actor.person_id or 0, subject)
    if here >= rules.MOST_WAITING or today >= rules.MOST_A_DAY:
        raise TooMany(N_("Several questions of yours wait already. Ask more when they are answered."), retry_after=3600)
    question = Question(
        subject=subject, organisation_id=desk.organisation_id, asker_id=actor.person_id, text=said, state=LIFE.initial,
        asked_at=clock.now(), due_at=clock.now() + rules.WITHIN, lapses_at=desk.ends_at,
    )  # fmt: skip
    db.session.add(question)
    db.session.flush()
    _record(actor, question, events.QuestionAsked(question_id=question.id))
    told = N_("A question about “%(title)s” waits for your answer. Everybody will read it.")
    _tell(_people(question, "answerers"), told, desk, f"{question.path}/answer")
    return question


def answer(*, actor: Actor, question: Question, answer: str) -> Question:
    """Publish the question with its answer to everybody. Raises NotAllowed, NotNow, Invalid."""
    question, desk = _begin(actor, question, Act.ANSWER)
    said = _within(answer, "answer", 1, rules.LONGEST_ANSWER)
    LIFE.fire(question, Act.ANSWER)
    question.answer, question.voice = said, Voice.SEEKER if answers_for_it(actor, question) else Voice.SITE
    _decided(actor, question, events.QuestionAnswered(question_id=question.id), scope=question.subject)
    _tell(
        [question.asker_id],
        N_("Your question about “%(title)s” is answered; everybody reads it without your name."),
        desk,
        _public(question),
    )
    others = [person for person in _people(question, "followers") if person not in (question.asker_id, actor.person_id)]
    _tell(others, N_("A question about “%(title)s” was answered to everybody."), desk, _public(question))
    return question


def correct(*, actor: Actor, question: Question, answer: str) -> Question:
    """Replace a published answer; the earlier one stays readable with its date. Raises NotAllowed, NotNow, Invalid."""
    question, desk = _begin(actor, question, Act.CORRECT)
    if question.state is not State.ANSWERED:
        raise NotNow(N_("Only an answered question has an answer to correct."), code="not_answered")
    said = _within(answer, "answer", 1, rules.LONGEST_ANSWER)
    if said == question.answer:
        return question
    number = len(queries.earlier_answers([question.id]).get(question.id, [])) + 1
    db.session.add(QuestionAnswer(question_id=question.id, number=number, text=question.answer, at=clock.now()))
    question.answer, question.corrected_at = said, clock.now()
    question.voice = Voice.SEEKER if answers_for_it(actor, question) else Voice.SITE
    _record(actor, question, events.AnswerCorrected(question_id=question.id, number=number), scope=question.subject)
    concerned = [person for person in [question.asker_id, *_people(question, "followers")] if person != actor.person_id]
    _tell(concerned, N_("The answer to a question about “%(title)s” was corrected."), desk, _public(question))
    return question


def decline(*, actor: Actor, question: Question, reason: str) -> Question:
    """Leave it unanswered, with a reason for its asker alone. Raises NotAllowed, NotNow, Invalid."""
    question, desk = _begin(actor, question, Act.DECLINE)
    said = _within(reason, "reason", rules.SHORTEST_REASON, rules.LONGEST_REASON)
    LIFE.fire(question, Act.DECLINE)
    question.reason = said
    _decided(actor, question, events.QuestionDeclined(question_id=question.id))
    told = N_("Your question about “%(title)s” was declined: %(reason)s")
    _tell([question.asker_id], told, desk, question.path, reason=said[:300])
    return question


def withdraw(*, actor: Actor, question: Question) -> Question:
    """Take one's own question back before it is answered. Raises NotAllowed, NotNow."""
    question, _desk = _begin(actor, question, Act.WITHDRAW)
    LIFE.fire(question, Act.WITHDRAW)
    _decided(actor, question, events.QuestionWithdrawn(question_id=question.id))
    return question


def lapse_due() -> int:
    """End every question that was not answered by the deadline; asker and seeker are told. Returns how many. Bears being repeated."""
    lapsed = 0
    for question_id in queries.due_to_lapse():
        question = queries.locked(question_id)
        if question.state is not State.ASKED:
            continue
        LIFE.fire(question, Act.LAPSE)
        _decided(SYSTEM, question, events.QuestionLapsed(question_id=question.id))
        desk = queries.desk_for(SYSTEM, question.subject)
        _tell([question.asker_id], N_("Your question about “%(title)s” was not answered before the deadline."), desk, question.path)
        told = N_("A question about “%(title)s” was not answered before the deadline.")
        _tell(_people(question, "answerers"), told, desk, f"/questions/{question.subject.replace(':', '/')}")
        lapsed += 1
    return lapsed


def _begin(actor: Actor, question: Question, act: Act) -> tuple[Question, Desk]:
    POLICY.require(actor, act, question)
    return queries.locked(question.id), queries.desk_for(actor, question.subject)


def _within(text: str, field: str, least: int, most: int) -> str:
    if extent(text) < least:
        raise one_field(field, N_("Write at least %(n)s characters."), code="too_short", n=least)
    if len(text) > most:
        raise one_field(field, N_("Write at most %(n)s characters."), code="too_long", n=most)
    return text.strip()


def _public(question: Question) -> str:
    return f"/questions/{question.subject.replace(':', '/')}#question-{question.id}"


def _people(question: Question, who: str) -> list[int]:
    source = queries.source_of(question.subject)
    return list(getattr(source, who)(refs.split(question.subject)[1]))


def _tell(people: list[int], text: str, desk: Desk, link: str, **values: Any) -> None:
    messages.notify(actor=SYSTEM, person_ids=people, text=text, values={"title": desk.title, **values}, link=link, kind=Kind.QUESTION)


def _decided(actor: Actor, question: Question, event: Any, scope: str = "") -> None:
    question.decided_at, question.decided_by = clock.now(), actor.person_id
    _record(actor, question, event, scope)


def _record(actor: Actor, question: Question, event: Any, scope: str = "") -> None:
    """What an asker does is no part of the subject's story, which the seeker's people read: it would name them."""
    journal.record(event, actor=actor, subject=question.ref, scope=scope or question.ref)
