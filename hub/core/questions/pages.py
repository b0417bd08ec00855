"""The HTML door to questions: reading what was answered, asking, answering."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from hub.core.accounts import queries as accounts
from hub.core.questions import operations, policy, queries, rules, schemas
from hub.core.questions.models import Question
from hub.core.questions.policy import POLICY
from hub.core.questions.states import Act, State
from hub.kernel import refs
from hub.kernel.actor import Actor
from hub.kernel.errors import NotNow
from hub.kernel.permissions import consults
from hub.kernel.words import N_
from hub.web import pagecache
from hub.web.beside import Line, Panel, lies_beside
from hub.web.handle import actor, check_version, parse, public, writes
from hub.web.markdown import excerpt
from hub.web.paging import Page, page_number
from hub.web.todo import Waiting, waits

pages = Blueprint("questions", __name__, template_folder="templates")
SIZE = 20


def show_page(template: str, **context: Any) -> str:
    return render_template(f"core/questions/{template}.html", **context)


@pages.get("/questions/<kind>/<int:number>")
@public
@pagecache.for_visitors
def about(kind: str, number: int) -> Any:
    """Every answer about one thing; for those concerned what still waits."""
    desk, page = queries.desk_for(actor(), f"{kind}:{number}"), page_number()
    found, total = queries.answered(desk.ref, page=page, size=SIZE)
    who = actor()
    concerning = queries.concerning(who, desk)
    return show_page(
        "about", desk=desk, questions=found, page=Page(page, SIZE, total), earlier=queries.earlier_answers([one.id for one in found]),
        mine=[one for one in concerning if policy.asked_it(who, one)], waiting=[one for one in concerning if not policy.asked_it(who, one)],
        may_ask=desk.is_open and not who.belongs_to(desk.organisation_id), states=State,
        may_correct=who.manages(desk.organisation_id) or (consults(who, None) and not who.belongs_to(desk.organisation_id)),
    )  # fmt: skip


@pages.get("/questions/<kind>/<int:number>/ask")
def asking(kind: str, number: int) -> Any:
    desk = queries.desk_for(actor(), f"{kind}:{number}")
    return show_page("ask", desk=desk, rules=rules, own=actor().belongs_to(desk.organisation_id))


@pages.post("/questions/<kind>/<int:number>/ask")
@writes(again=asking)
def ask(kind: str, number: int) -> Any:
    question = operations.ask(actor=actor(), subject=f"{kind}:{number}", **parse(schemas.AskForm()))
    flash(_("Asked. You are told as soon as it is answered or declined."))
    return redirect(question.path)


@pages.get("/questions/<int:question_id>")
@public
@pagecache.for_visitors
def show(question_id: int) -> Any:
    question, who = queries.get_for(actor(), question_id), actor()
    asker = accounts.card(question.asker_id) if policy.mediates(who, question) else None
    return show_page(
        "show", question=question, desk=queries.desk_for(who, question.subject), states=State, asker=asker,
        own=policy.asked_it(who, question),
        may_answer=question.state is State.ASKED and POLICY.can(who, Act.ANSWER, question),
        may_correct=question.state is State.ANSWERED and POLICY.can(who, Act.CORRECT, question),
        earlier=queries.earlier_answers([question.id]).get(question.id, []),
    )  # fmt: skip


def _asked(question_id: int, act: Act) -> Question:
    question = queries.get_for(actor(), question_id)
    POLICY.require(actor(), act, question)
    return question


def _form(question_id: int, act: Act, state: State) -> Any:
    question = _asked(question_id, act)
    if question.state is not state and request.method == "GET":
        raise NotNow(N_("This cannot be done while it is “%(state)s”."), state=question.state.label)
    return show_page("decide", question=question, desk=queries.desk_for(actor(), question.subject), what=act.value, rules=rules)


@pages.get("/questions/<int:question_id>/answer")
def answering(question_id: int) -> Any:
    return _form(question_id, Act.ANSWER, State.ASKED)


@pages.post("/questions/<int:question_id>/answer")
@writes(again=answering)
def answer(question_id: int) -> Any:
    question = operations.answer(actor=actor(), question=_asked(question_id, Act.ANSWER), **parse(schemas.AnswerIn()))
    flash(_("Answered to everybody."))
    return redirect(_place_of(question))


@pages.get("/questions/<int:question_id>/decline")
def declining(question_id: int) -> Any:
    return _form(question_id, Act.DECLINE, State.ASKED)


@pages.post("/questions/<int:question_id>/decline")
@writes(again=declining)
def decline(question_id: int) -> Any:
    question = operations.decline(actor=actor(), question=_asked(question_id, Act.DECLINE), **parse(schemas.DeclineIn()))
    flash(_("Declined. The asker reads your reason."))
    return redirect(_place_of(question))


@pages.get("/questions/<int:question_id>/correct")
def correcting(question_id: int) -> Any:
    return _form(question_id, Act.CORRECT, State.ANSWERED)


@pages.post("/questions/<int:question_id>/correct")
@writes(again=correcting)
def correct(question_id: int) -> Any:
    question = _asked(question_id, Act.CORRECT)
    check_version(question.version)
    operations.correct(actor=actor(), question=question, **parse(schemas.AnswerIn()))
    flash(_("Corrected. The earlier answer stays readable, with its date."))
    return redirect(_place_of(question))


@pages.post("/questions/<int:question_id>/withdraw")
@writes(again=show)
def withdraw(question_id: int) -> Any:
    question = operations.withdraw(actor=actor(), question=_asked(question_id, Act.WITHDRAW))
    flash(_("Withdrawn."))
    return redirect(_place_of(question))


def _place_of(question: Question) -> str:
    kind, number = refs.split(question.subject)
    anchor = f"question-{question.id}" if question.state is State.ANSWERED else None
    return url_for("questions.about", kind=kind, number=number, _anchor=anchor)


# On others' pages


@lies_beside(10)
def panel(who: Actor, ref: str) -> Panel | None:
    """What was answered last about a thing, and where to ask."""
    kind, _sep, number = ref.partition(":")
    if kind not in queries.kinds():
        return None
    here = f"/questions/{kind}/{number}"
    return Panel(
        "questions", _("Questions to the seeker"), queries.panel(ref),
        lambda row: Line(excerpt(row.title, 120), f"{here}#question-{row.key}", excerpt(row.words, 160), row.at),
        _("No question has been answered yet. Whoever asks is not named."),
        more=(lambda total: ngettext("%(num)s answer", "%(num)s answers", total), here), action=(_("Questions and answers"), here),
    )  # fmt: skip


@waits
def waiting(who: Actor) -> Iterable[Waiting]:
    managed = [number for number in who.roles if who.manages(number)]
    if managed:
        yield Waiting(queries.to_answer(managed), N_("Answer a question"), "/questions/{}/answer", N_("Answer"), "contest")
    if consults(who, None):
        late = queries.overdue(who.roles, who.person_id or 0)
        yield Waiting(late, N_("A question has waited for two days"), "/questions/{}", N_("See to it"), "contest")
