"""The JSON door to questions. The asker's name is in no answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hub.core.questions import operations, queries
from hub.core.questions.models import Question
from hub.core.questions.schemas import AnswerIn, AskIn, DeclineIn, MyQuestionOut, QuestionListIn, QuestionOut
from hub.kernel.errors import NotAllowed
from hub.kernel.permissions import consults
from hub.kernel.words import N_
from hub.web.api import ApiBlueprint
from hub.web.handle import actor, check_version, public, tagged, writes
from hub.web.paging import cursor, paged

api = ApiBlueprint("questions", __name__, prefix="", description="Questions asked without a name and answered to everybody.")


def _told(question: Question, status: int = 200) -> Any:
    return tagged(QuestionOut().dump(question), question.version, status)


@api.get("/questions")
@public
@api.arguments(QuestionListIn, location="query")
@api.response(200, QuestionOut(many=True))
def questions(asked: dict[str, Any]) -> Any:
    """The answered ones about one thing, or with `?waiting=1` those that wait for your answer; in the order of asking."""
    after, limit = cursor()
    desk, who = queries.desk_for(actor(), asked["subject"]), actor()
    if not asked["waiting"]:
        return paged(queries.answered_after(desk.ref, after, limit), QuestionOut(), limit)
    if not who.manages(desk.organisation_id) and not (consults(who, None) and not who.belongs_to(desk.organisation_id)):
        raise NotAllowed(N_("You may not do this here: it takes another role."))
    return paged(queries.waiting_in(desk.ref, after, limit), QuestionOut(), limit)


@api.post("/questions")
@writes
@api.arguments(AskIn)
@api.response(201, QuestionOut)
def ask(data: dict[str, Any]) -> Any:
    """Ask without being named. Takes an Idempotency-Key."""
    return _told(operations.ask(actor=actor(), **data), 201)


@api.get("/questions/<int:question_id>")
@public
@api.response(200, QuestionOut)
def show(question_id: int) -> Any:
    return _told(queries.get_for(actor(), question_id))


def _decides(act: str, schema: Any, operate: Callable[..., Question], says: str) -> None:
    def decide(data: dict[str, Any], question_id: int) -> Any:
        question = queries.get_for(actor(), question_id)
        check_version(question.version)
        return _told(operate(actor=actor(), question=question, **data))

    decide.__doc__ = says
    route = api.post(f"/questions/<int:question_id>/{act}", endpoint=act)
    route(writes(api.arguments(schema)(api.response(200, QuestionOut)(decide))))


_decides("answer", AnswerIn, operations.answer, "Publish the question with its answer.")
_decides("correct", AnswerIn, operations.correct, "Replace a published answer; the earlier one stays readable. Takes If-Match.")
_decides("decline", DeclineIn, operations.decline, "Leave it unanswered, with a reason for the asker alone.")


@api.post("/questions/<int:question_id>/withdraw")
@writes
@api.response(200, QuestionOut)
def withdraw(question_id: int) -> Any:
    """Take your own question back before it is answered."""
    return _told(operations.withdraw(actor=actor(), question=queries.get_for(actor(), question_id)))


@api.get("/me/questions")
@api.response(200, MyQuestionOut(many=True))
def mine() -> Any:
    """Your own questions, the newest first."""
    before, limit = cursor()
    return paged(queries.asked_by(actor().person_id or 0, before=before, limit=limit), MyQuestionOut(), limit)
