"""Who may do what with a question. The seeker's people never learn who asked."""

from __future__ import annotations

from hub.core.questions.models import Question
from hub.core.questions.states import Act, State
from hub.kernel.actor import Actor
from hub.kernel.permissions import Policy, by_the_system, consults, either


def asked_it(actor: Actor, question: Question) -> bool:
    return actor.person_id is not None and actor.person_id == question.asker_id


def mediates(actor: Actor, question: Question) -> bool:
    """The platform: consultants and administrators who have no part in it."""
    return consults(actor, question) and not actor.belongs_to(question.organisation_id) and not asked_it(actor, question)


def answers_for_it(actor: Actor, question: Question) -> bool:
    return actor.manages(question.organisation_id)


def may_read(actor: Actor, question: Question) -> bool:
    """An answered one is for everybody; another for its asker and for those who decide about it."""
    mine = asked_it(actor, question) or mediates(actor, question)
    return question.state is State.ANSWERED or mine or (question.state is State.ASKED and answers_for_it(actor, question))


POLICY = Policy(
    "question",
    {
        Act.ANSWER: either(answers_for_it, mediates),
        Act.DECLINE: either(answers_for_it, mediates),
        Act.CORRECT: either(answers_for_it, mediates),
        Act.WITHDRAW: asked_it,
        Act.LAPSE: by_the_system,
        Act.SEE_ASKER: either(asked_it, mediates),
    },
)
