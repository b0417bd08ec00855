"""The clock is followed: what nobody answered before the deadline has lapsed."""

from __future__ import annotations

from typing import Any

from hub.core.questions import operations
from hub.core.questions.events import QuestionAnswered, QuestionAsked, QuestionDeclined
from hub.core.questions.models import Question
from hub.core.webhooks import operations as webhooks
from hub.core.webhooks.queries import Seen, seen
from hub.db.delivery import every
from hub.db.extensions import db


@every(60)
def lapse_at_the_deadline() -> None:
    operations.lapse_due()


# What programs may hear of it


def _question(event: Any) -> Question:
    return db.session.get_one(Question, event.question_id)


def _of_asked(event: QuestionAsked) -> Seen:
    """Whoever answers. Who asked is not said."""
    return seen(organisations=[_question(event).organisation_id], path=f"/api/v1/questions/{event.question_id}")


def _of_answered(event: Any) -> Seen:
    return seen(people=[_question(event).asker_id], path=f"/api/v1/questions/{event.question_id}")


webhooks.sends({"question.asked": QuestionAsked}, _of_asked, data=("question_id",))
webhooks.sends({"question.answered": QuestionAnswered, "question.declined": QuestionDeclined}, _of_answered, data=("question_id",))
