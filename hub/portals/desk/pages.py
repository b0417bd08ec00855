"""The HTML door of the desk: sending an idea, following it, and deciding on it."""

from __future__ import annotations

from typing import Any, BinaryIO, cast

from flask import Blueprint, flash, g, jsonify, make_response, redirect, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy import String, and_, or_, select, true
from sqlalchemy import cast as sql_cast

from hub.core.accounts import queries as accounts
from hub.core.files import pages as file_pages
from hub.core.files import queries as stored
from hub.core.files import rules as file_rules
from hub.kernel import clock
from hub.kernel.actor import Actor
from hub.kernel.errors import Invalid, one_field
from hub.kernel.words import N_
from hub.portals.desk import operations, queries, rules
from hub.portals.desk.models import Submission
from hub.portals.desk.policy import POLICY
from hub.portals.desk.queries import Filter
from hub.portals.desk.schemas import AnswerIn, AssignIn, DecisionIn, NoteIn, NumberIn
from hub.portals.desk.states import ASKED, DECIDING, DECISIONS, FINAL, LIFE, Act, State
from hub.portals.forms import queries as forms
from hub.portals.forms.rules import Field, Kind
from hub.portals.sites import queries as sites
from hub.portals.sites import rules as texts
from hub.portals.sites.models import Portal
from hub.portals.sites.pages import Place, managed, visited
from hub.web import i18n
from hub.web.errors import said, said_by_field
from hub.web.handle import actor, parse, public, writes
from hub.web.paging import Page, page_number
from hub.web.todo import Waiting, waits

pages = Blueprint("desk", __name__, template_folder="templates")
PLACE = "portals/desk/"
TONES = {State.ACCEPTED: "good", State.DECLINED: "bad", **dict.fromkeys(ASKED, "warn"), **dict.fromkeys(DECIDING, "info")}


def show(template: str, place: Place, **more: Any) -> str:
    return render_template(f"{PLACE}{template}.html", place=place, portal=place.portal, tones=TONES, **more)


# Sending an idea


@pages.get("/p/<slug>/submit")
@public
def form(slug: str) -> Any:
    """The intake form; for visitors what it asks and how to get in."""
    place = visited(slug)
    asked = forms.in_use(place.portal)
    draft = queries.draft_of(actor(), place.portal)
    return show(
        "form", place, asked=asked, draft=draft, files=queries.files_of(draft) if draft else {}, accept=file_rules.ACCEPT,
        terms=place.portal.said(place.portal.terms, place.language), verified=actor().verified,
        changed=bool(draft and asked.id and draft.form_id != asked.id),
    )  # fmt: skip


@pages.post("/p/<slug>/submit")
@writes(again=form)
def save(slug: str) -> Any:
    """Keeps the draft whatever it holds; then goes on to the check, if nothing is wrong. Also what saves while one types."""
    portal = visited(slug).portal
    asked = forms.in_use(portal).questions
    draft = operations.save(actor=actor(), portal=portal, title=request.form.get("title", ""), answers=_typed(asked))
    if request.accept_mimetypes.best == "application/json":
        return jsonify(saved_at=draft.updated_at.isoformat())
    _attach(draft, asked)
    removed = request.form.get("remove", "")
    if removed:
        operations.detach(actor=actor(), draft=draft, file_id=_number(removed))
    elif "check" in request.form:
        _, refused = operations.check(draft, asked)
        if refused:
            return _ask_again(slug, refused, asked)
        return redirect(url_for(".check", slug=slug))
    else:
        flash(gettext("Draft saved. Only you can see it."))
    return redirect(url_for(".form", slug=slug))


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and text.isascii() and len(text) < 10 else 0


def _typed(asked: list[Field]) -> dict[str, Any]:
    """What was typed into the questions' fields, by key."""
    return {q.key: request.form.getlist(f"a-{q.key}") if q.kind is Kind.SEVERAL else request.form.get(f"a-{q.key}", "") for q in asked}


def _attach(draft: Submission, asked: list[Field]) -> None:
    for question in asked:
        for sent in request.files.getlist(f"a-{question.key}") if question.kind is Kind.FILES else ():
            if sent.filename:
                _attach_one(draft, question.key, cast(BinaryIO, sent.stream), sent.filename)


def _attach_one(draft: Submission, key: str, stream: BinaryIO, filename: str) -> None:
    try:
        operations.attach(actor=actor(), draft=draft, key=key, stream=stream, filename=filename)
    except Invalid as error:
        raise one_field(f"a-{key}", error.message, code=error.code, **error.values) from error


def _ask_again(slug: str, refused: list[Invalid], asked: list[Field]) -> Any:
    """The form with what has to be mended beside each field. The draft is kept all the same, files included."""
    keys = {question.key for question in asked}
    named = {(f"a-{name}" if name in keys else name): text for error in refused for name, text in said_by_field(error).items()}
    only = refused[0] if len(refused) == 1 else None
    g.refusal = Invalid(said(only) if only else gettext("Some answers need another look."), code="incomplete", fields=named)
    return make_response(form(slug), 422)


@pages.post("/p/<slug>/submit/discard")
@writes(again=form)
def discard(slug: str) -> Any:
    portal = visited(slug).portal
    if (draft := queries.draft_of(actor(), portal)) is not None:
        operations.discard(actor=actor(), draft=draft)
    flash(gettext("The draft is gone."))
    return redirect(url_for(".form", slug=slug))


@pages.get("/p/<slug>/submit/check")
def check(slug: str) -> Any:
    """Check your answers and the terms before they are fixed."""
    place = visited(slug)
    draft = queries.draft_of(actor(), place.portal)
    if draft is None:
        return redirect(url_for(".form", slug=slug))
    asked = forms.in_use(place.portal)
    _, refused = operations.check(draft, asked.questions)
    terms = place.portal.said(place.portal.terms, place.language)
    return show(
        "check", place, draft=draft, asked=asked, files=queries.files_of(draft), gaps=len(refused), terms=terms,
        terms_hash=texts.fingerprint(terms), verified=actor().verified,
    )  # fmt: skip


@pages.post("/p/<slug>/submit/check")
@writes(again=check)
def send(slug: str) -> Any:
    place = visited(slug)
    draft = queries.draft_of(actor(), place.portal)
    if draft is None:
        return redirect(url_for(".form", slug=slug))
    sent = parse(NumberIn())
    if not sent["agree"]:
        raise one_field("agree", N_("Agree to the terms, or leave it: nothing is sent then."), code="not_agreed")
    sent_one = operations.submit(
        actor=actor(), draft=draft, terms_hash=sent["terms_hash"], language=place.language, form_number=sent["form"]
    )  # fmt: skip
    flash(gettext("Sent. You will be told at every step, and see it here."))
    return redirect(sent_one.path)


# Following it


@pages.get("/my/submissions")
def mine() -> Any:
    return render_template(f"{PLACE}mine.html", submissions=queries.mine(actor()), tones=TONES, language=i18n.language())


@pages.get("/p/<slug>/submissions/<int:submission_id>")
def follow(slug: str, submission_id: int) -> Any:
    """For its submitter: where it stands, and every reason."""
    place = visited(slug)
    submission = queries.own(actor(), place.portal, submission_id)
    looks = queries.looks(submission)
    return show(
        "follow", place, looks=looks, people=accounts.cards(look.person_id for look in looks), submission=submission,
        files=queries.files_of(submission),
        steps=queries.steps([submission.id])[submission.id], may_withdraw=LIFE.move(submission.state, Act.WITHDRAW) is not None,
    )  # fmt: skip


@pages.post("/p/<slug>/submissions/<int:submission_id>/answer")
@writes(again=follow)
def answer(slug: str, submission_id: int) -> Any:
    submission = queries.own(actor(), visited(slug).portal, submission_id)
    operations.answer(actor=actor(), submission=submission, text=parse(AnswerIn())["answer"])
    flash(gettext("Your answer is with the portal’s team."))
    return redirect(submission.path)


@pages.post("/p/<slug>/submissions/<int:submission_id>/withdraw")
@writes(again=follow)
def withdraw(slug: str, submission_id: int) -> Any:
    submission = queries.own(actor(), visited(slug).portal, submission_id)
    operations.withdraw(actor=actor(), submission=submission)
    flash(gettext("Withdrawn. Nothing more will be decided on it."))
    return redirect(submission.path)


@pages.get("/p/<slug>/submissions/<int:submission_id>/files/<int:file_id>")
def own_file(slug: str, submission_id: int, file_id: int) -> Any:
    submission = queries.own(actor(), visited(slug).portal, submission_id)
    return file_pages.send(queries.file_of(submission, file_id))


# Deciding on it


@pages.get("/p/<slug>/manage/pipeline")
def pipeline(slug: str) -> Any:
    """The board; with a filter or `view=table` the same as a table."""
    place = managed(slug)
    asked, number = request.args.get("show", ""), page_number()
    wanted = Filter(asked) if asked in set(Filter) else None
    as_table = wanted is not None or request.args.get("view") == "table"
    found, total = queries.table(actor(), place.portal, wanted, page=number) if as_table else ([], 0)
    columns = [] if as_table else queries.board(place.portal)
    shown: list[Submission] = [*found, *(card for column in columns for card in column.cards)]
    numbers: set[int | None] = {number for each in shown for number in (each.person_id, each.assignee_id)}
    people = accounts.cards(numbers)
    return show(
        "pipeline", place, columns=columns, found=found, people=people, page=Page(number, 50, total), wanted=wanted, as_table=as_table,
        filters=Filter, now=clock.now(), tone=rules.tone,
    )  # fmt: skip


@pages.get("/p/<slug>/manage/submissions/<int:submission_id>")
@writes
def one(slug: str, submission_id: int) -> Any:
    """A submission for those who decide; that they looked is written down."""
    place = managed(slug)
    operations.look(actor=actor(), submission=queries.get_for(actor(), place.portal, submission_id))
    return _one(place, submission_id)


def _one(place: Place, submission_id: int) -> str:
    submission = queries.get_for(actor(), place.portal, submission_id)
    story = queries.story(submission)
    people = accounts.cards({submission.person_id, submission.assignee_id, *(line.person_id for line in story)})
    moves = [move for move in LIFE.moves_for(actor(), submission, POLICY) if move.act in DECISIONS]
    return show(
        "one", place, submission=submission, files=queries.files_of(submission), story=story, people=people, moves=moves, tone=rules.tone,
        now=clock.now(), may_note=POLICY.can(actor(), Act.NOTE, submission), me=actor().person_id,
    )  # fmt: skip


@pages.get("/p/<slug>/manage/submissions/<int:submission_id>/people")
def people(slug: str, submission_id: int) -> Any:
    """Who looks after it, and who has read it."""
    place = managed(slug)
    submission = queries.get_for(actor(), place.portal, submission_id)
    looks, assignable = queries.looks(submission), queries.assignable(place.portal)
    known = accounts.cards({*(look.person_id for look in looks), *assignable})
    chosen = [(number, known[number].name) for number in assignable if number in known]
    return show(
        "people", place, submission=submission, looks=looks, people=known, assignable=chosen,
        may_assign=POLICY.can(actor(), Act.ASSIGN, submission),
    )  # fmt: skip


def _one_again(slug: str, submission_id: int) -> Any:
    return _one(managed(slug), submission_id)


def _found(slug: str, submission_id: int) -> Submission:
    return queries.get_for(actor(), sites.managed_by(actor(), slug), submission_id)


@pages.post("/p/<slug>/manage/submissions/<int:submission_id>/decide")
@writes(again=_one_again)
def decide(slug: str, submission_id: int) -> Any:
    """What is final is shown once more, as the submitter will read it, before it counts."""
    submission, sent = _found(slug, submission_id), parse(DecisionIn())
    POLICY.require(actor(), sent["act"], submission)
    if "change" in request.form:
        g.typed = True
        return _one_again(slug, submission_id)
    if sent["act"] in FINAL and "sure" not in request.form and submission.step == sent["step"]:
        return show("sure", managed(slug), submission=submission, **sent)
    operations.decide(actor=actor(), submission=submission, act=sent["act"], reason=sent["reason"], seen_step=sent["step"])
    flash(gettext("Decided. The submitter has been told, with your reason."))
    return redirect(submission.desk_path)


@pages.post("/p/<slug>/manage/submissions/<int:submission_id>/notes")
@writes(again=_one_again)
def note(slug: str, submission_id: int) -> Any:
    submission = _found(slug, submission_id)
    operations.note(actor=actor(), submission=submission, text=parse(NoteIn())["note"])
    return redirect(submission.desk_path + "#notes")


@pages.post("/p/<slug>/manage/submissions/<int:submission_id>/assign")
@writes(again=people)
def assign(slug: str, submission_id: int) -> Any:
    submission = _found(slug, submission_id)
    chosen = parse(AssignIn())["person"] if request.form.get("person") else None
    operations.assign(actor=actor(), submission=submission, person_id=chosen)
    flash(gettext("Saved."))
    return redirect(submission.desk_path)


@pages.get("/p/<slug>/manage/submissions/<int:submission_id>/files/<int:file_id>")
@writes
def file(slug: str, submission_id: int, file_id: int) -> Any:
    """A file for those who decide; their download is written down."""
    submission = _found(slug, submission_id)
    found = queries.file_of(submission, file_id)
    copy = operations.take_copy(actor=actor(), submission=submission, file=found, content=lambda: stored.path_of(found).read_bytes())
    return file_pages.send_read(found, copy)


@pages.get("/p/<slug>/manage/figures")
def figures(slug: str) -> Any:
    place = managed(slug)
    return show("figures", place, figures=queries.figures(place.portal))


# What waits for somebody


@waits
def waiting(who: Actor) -> list[Waiting]:
    """Submissions to decide on, for whoever looks after them or, if nobody does, runs the portal; questions, for submitters."""
    if not who.signed_in:
        return []
    key = Portal.slug + "/manage/submissions/" + sql_cast(Submission.id, String)
    rows = select(Submission.title.label("detail"), key.label("key"), Submission.due_at.label("due"))
    rows = rows.join(Portal, Portal.id == Submission.portal_id).where(sites.run_by(who), Submission.person_id != who.person_id)
    unassigned = and_(Submission.assignee_id.is_(None), Portal.opened_by == who.person_id if who.is_consultant or who.is_admin else true())
    to_decide = rows.where(Submission.state.in_(sorted(DECIDING)), or_(Submission.assignee_id == who.person_id, unassigned))
    own = Portal.slug + "/submissions/" + sql_cast(Submission.id, String)
    asked = select(Submission.title.label("detail"), own.label("key"), Submission.asked_at.label("due"))
    asked = asked.join(Portal, Portal.id == Submission.portal_id)
    asked = asked.where(Submission.person_id == who.person_id, Submission.state.in_(sorted(ASKED)))
    return [
        Waiting(to_decide.order_by(Submission.due_at), N_("A submission to decide on"), "/p/{}", N_("Decide"), "search"),
        Waiting(asked.order_by(Submission.asked_at), N_("A question about your submission"), "/p/{}", N_("Answer")),
    ]
