"""The HTML door: the seeker's view of the judging, the judge's queue, declaration and scorer."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext

from hub.contests.challenges import operations as challenge_operations
from hub.contests.challenges import queries as challenges
from hub.contests.challenges.models import Challenge
from hub.contests.challenges.rules import Kind
from hub.contests.challenges.states import State as ChallengeState
from hub.contests.entries import operations as entry_operations
from hub.contests.entries import queries as entries
from hub.contests.entries.models import Entry
from hub.contests.filings import queries as filings
from hub.contests.judging import operations, queries, rules
from hub.contests.judging.models import Judge
from hub.contests.judging.operations import Given
from hub.contests.judging.schemas import AcceptIn, AppointIn, WhyIn
from hub.contests.judging.states import State, undecided
from hub.core.accounts import queries as accounts
from hub.kernel import clock
from hub.kernel.actor import Actor
from hub.kernel.words import N_
from hub.web.handle import actor, parse, writes

pages = Blueprint("judging", __name__, template_folder="templates")
PLACE = "contests/judging/"


# For the seeker


def _sheet(slug: str) -> Any:
    return _show_sheet(challenges.get_for(actor(), slug))


def _show_sheet(challenge: Challenge) -> Any:
    sheet = queries.sheet_for(actor(), challenge)
    return render_template(
        PLACE + "sheet.html",
        challenge=challenge,
        sheet=sheet,
        shown=rules.shown,
        method=rules.METHOD,
        people=accounts.cards(row.judge.person_id for row in sheet.progress),
        can_appoint=undecided(challenge),
        can_decide=challenge.state is ChallengeState.JUDGING and actor().manages(challenge.organisation_id),
        readable=challenge.state is ChallengeState.JUDGING and clock.now() < entries.licence_ends(challenge),
        licence_ends=entries.licence_ends(challenge) if challenge.closes_at else None,
        judge_states=State,
        claimed=filings.claimed_in(challenge.id),
    )


@pages.get("/challenges/<slug>/judging")
@writes
def sheet(slug: str) -> Any:
    return _show_sheet(challenge_operations.close_if_due(challenges.get_for(actor(), slug)))


@pages.post("/challenges/<slug>/judges")
@writes(again=_sheet)
def appoint(slug: str) -> Any:
    operations.appoint(actor=actor(), challenge=challenges.get_for(actor(), slug), **parse(AppointIn()))
    flash(gettext("Asked. They find the question in their inbox and mail."), "success")
    return redirect(url_for(".sheet", slug=slug, _anchor="judges"))


@pages.post("/judges/<int:judge_id>/dismiss")
@writes
def dismiss(judge_id: int) -> Any:
    judge = operations.dismiss(actor=actor(), judge=queries.get_for(actor(), judge_id), **parse(WhyIn()))
    return redirect(url_for(".sheet", slug=judge.challenge.slug, _anchor="judges"))


# For the judge


@pages.get("/judge")
def queue() -> Any:
    return render_template(
        PLACE + "queue.html", assignments=queries.assignments(actor()), decided=queries.decided_assignments(actor()), judge_states=State
    )


@pages.get("/judge/appointments/<int:judge_id>")
def appointment(judge_id: int) -> Any:
    judge = queries.get_for(actor(), judge_id)
    if judge.person_id != actor().person_id:
        return redirect(url_for(".sheet", slug=judge.challenge.slug))
    return render_template(
        PLACE + "appointment.html", judge=judge, challenge=judge.challenge, declaration=rules.DECLARATION, judge_states=State,
        undecided=undecided(judge.challenge), seeker=challenges.seeker_name(judge.challenge, actor()),
    )  # fmt: skip


@pages.post("/judge/appointments/<int:judge_id>/accept")
@writes(again=appointment)
def accept(judge_id: int) -> Any:
    operations.accept(actor=actor(), judge=queries.get_for(actor(), judge_id), **parse(AcceptIn()))
    flash(gettext("Thank you. The entries are here as soon as the challenge has closed."), "success")
    return redirect(url_for(".queue"))


@pages.post("/judge/appointments/<int:judge_id>/decline")
@writes(again=appointment)
def decline(judge_id: int) -> Any:
    operations.decline(actor=actor(), judge=queries.get_for(actor(), judge_id), **parse(WhyIn()))
    flash(gettext("Declined; the seeker is told."), "success")
    return redirect(url_for(".queue"))


def _scorer(entry_id: int) -> Any:
    return _show_scorer(*queries.entry_to_score(actor(), entry_id))


def _show_scorer(entry: Entry, judge: Judge) -> Any:
    scores = queries.all_scores_by(judge)
    assignment = queries.assignment_of(judge, scores)
    mine = [score for score in scores if score.entry_id == entry.id]
    ends = entries.licence_ends(entry.challenge)
    return render_template(
        PLACE + "scorer.html",
        entry=entry,
        challenge=entry.challenge,
        sealed=next(sealed for sealed, _ in assignment.entries if sealed.entry_id == entry.id) if clock.now() < ends else None,
        licence_ends=ends,
        criteria=_rubric(entry.challenge),
        values={score.criterion_id: score.points for score in mine},
        reasons={score.criterion_id: score.reason for score in mine},
        assignment=assignment,
        shortest=rules.SHORTEST_REASON,
        held=filings.held(entry.id),
    )


def _rubric(challenge: Challenge) -> list[dict[str, Any]]:
    """The criteria as the scorer's macro takes them."""
    return [
        {
            "id": c.id, "name": c.title, "help": c.detail, "must": c.kind is Kind.MUST, "weight": c.weight, "max": rules.TOP,
        }
        for c in challenge.criteria
    ]  # fmt: skip


@pages.get("/judge/entries/<int:entry_id>")
@writes
def scorer(entry_id: int) -> Any:
    entry = entries.find(entry_id)
    challenge_operations.close_if_due(entry.challenge)
    entry, judge = queries.entry_to_score(actor(), entry_id)
    if clock.now() < entries.licence_ends(entry.challenge):
        entry_operations.look(actor=actor(), entry=entry)
    return _show_scorer(entry, judge)


@pages.post("/judge/entries/<int:entry_id>")
@writes(again=_scorer)
def score(entry_id: int) -> Any:
    entry, judge = queries.entry_to_score(actor(), entry_id)
    operations.score_all(actor=actor(), entry=entry, given=_given(entry))
    flash(gettext("Saved. You can change it until a winner is selected."), "success")
    return redirect(_next_place(entry, judge))


def _given(entry: Entry) -> list[Given]:
    """The rows of the form that were filled in; a row with only one half is refused by the operation."""
    given = []
    for criterion in entry.challenge.criteria:
        points, reason = request.form.get(f"score-{criterion.id}", ""), request.form.get(f"reason-{criterion.id}", "").strip()
        if points or reason:
            number = int(points) if points.isdecimal() and len(points) < 4 else None
            given.append(Given(criterion.id, number, reason.replace("\r\n", "\n").replace("\x00", "")))
    return given


def _next_place(entry: Entry, judge: Judge) -> str:
    """The next entry of the same challenge that is not fully scored, else the queue."""
    assignment = queries.assignment_of(judge, queries.all_scores_by(judge))
    left = [sealed.entry_id for sealed, done in assignment.entries if done < assignment.criteria]
    if entry.id in left or not left:
        return url_for("judging.queue")
    return url_for("judging.scorer", entry_id=next((number for number in left if number > entry.id), left[0]))


# What other pages ask of this room


@challenges.advise_with
def next_step(who: Actor, challenge: Challenge) -> challenges.NextStep | None:
    if not who.signed_in or challenge.state not in {ChallengeState.OPEN, ChallengeState.JUDGING}:
        return None
    if who.manages(challenge.organisation_id):
        open_ = challenge.state is ChallengeState.OPEN
        return challenges.NextStep(f"/challenges/{challenge.slug}/judging", N_("Judges") if open_ else N_("Judging and ranking"))
    judge = queries.appointment(challenge.id, who.person_id)
    if judge is None or judge.state not in {State.APPOINTED, State.ACCEPTED}:
        return None
    if judge.state is State.APPOINTED:
        return challenges.NextStep(f"/judge/appointments/{judge.id}", N_("Accept or decline to judge"))
    return challenges.NextStep("/judge", N_("Entries to judge"))
