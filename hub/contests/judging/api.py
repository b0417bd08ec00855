"""The JSON door of the judging room: the same operations as the pages."""

from __future__ import annotations

from typing import Any

from hub.contests.challenges import operations as challenge_operations
from hub.contests.challenges import queries as challenges
from hub.contests.entries import queries as entries
from hub.contests.judging import operations, queries
from hub.contests.judging.operations import Given
from hub.contests.judging.schemas import AcceptIn, AppointIn, JudgeOut, QueueOut, ScoreOut, ScoresIn, SheetOut, WhyIn
from hub.web.api import ApiBlueprint
from hub.web.handle import actor, writes

api = ApiBlueprint("judging", __name__, prefix="", description="Judges, scores with reasons, ranking")


@api.get("/challenges/<slug>/judging")
@writes
@api.response(200, SheetOut)
def sheet(slug: str) -> Any:
    """Progress and ranking, for the seeker's managers and the consultants. No entries before the close."""
    challenge = challenge_operations.close_if_due(challenges.get_for(actor(), slug))
    return queries.sheet_for(actor(), challenge)


@api.get("/challenges/<slug>/judges")
@api.response(200, JudgeOut(many=True))
def judges(slug: str) -> Any:
    """Everybody who was asked to judge."""
    challenge = challenges.get_for(actor(), slug)
    queries.sheet_for(actor(), challenge)
    return queries.judges_of(challenge.id)


@api.post("/challenges/<slug>/judges")
@writes
@api.arguments(AppointIn)
@api.response(201, JudgeOut)
def appoint(sent: dict[str, Any], slug: str) -> Any:
    """Ask somebody who has an account here to judge."""
    return operations.appoint(actor=actor(), challenge=challenges.get_for(actor(), slug), **sent)


@api.post("/judges/<int:judge_id>/accept")
@writes
@api.arguments(AcceptIn)
@api.response(200, JudgeOut)
def accept(sent: dict[str, Any], judge_id: int) -> Any:
    """Accept one's appointment, declaring no conflict of interest."""
    return operations.accept(actor=actor(), judge=queries.get_for(actor(), judge_id), **sent)


@api.post("/judges/<int:judge_id>/decline")
@writes
@api.arguments(WhyIn)
@api.response(200, JudgeOut)
def decline(sent: dict[str, Any], judge_id: int) -> Any:
    """Decline, or step down: one's scores count no more."""
    return operations.decline(actor=actor(), judge=queries.get_for(actor(), judge_id), **sent)


@api.post("/judges/<int:judge_id>/dismiss")
@writes
@api.arguments(WhyIn)
@api.response(200, JudgeOut)
def dismiss(sent: dict[str, Any], judge_id: int) -> Any:
    """Take a judge off; their scores count no more."""
    return operations.dismiss(actor=actor(), judge=queries.get_for(actor(), judge_id), **sent)


@api.get("/judge/appointments")
@api.response(200, JudgeOut(many=True))
def appointments() -> Any:
    """What one was asked to judge and has not declined, in challenges that are not decided."""
    return [assignment.judge for assignment in queries.assignments(actor())]


@api.get("/judge/entries")
@api.response(200, QueueOut(many=True))
def queue() -> Any:
    """The entries one has to score, with what is done."""
    return [
        {
            "entry_id": sealed.entry_id, "challenge": assignment.judge.challenge.slug, "title": sealed.title,
            "done": done, "of": assignment.criteria,
        }
        for assignment in queries.assignments(actor())
        for sealed, done in assignment.entries
    ]  # fmt: skip


@api.get("/entries/<int:entry_id>/scores")
@api.response(200, ScoreOut(many=True))
def my_scores(entry_id: int) -> Any:
    """One's own scores for an entry, as its judge."""
    entry, judge = queries.entry_to_score(actor(), entry_id)
    return list(queries.scores_by(judge, entry.id).values())


@api.post("/entries/<int:entry_id>/scores")
@writes
@api.arguments(ScoresIn)
@api.response(200, ScoreOut(many=True))
def score(sent: dict[str, Any], entry_id: int) -> Any:
    """Score criteria of an entry, all of those sent or none; sending one again changes it, until a winner is selected."""
    entry = entries.find(entry_id)
    challenge_operations.close_if_due(entry.challenge)
    queries.entry_to_score(actor(), entry_id)
    return operations.score_all(actor=actor(), entry=entry, given=[Given(**one) for one in sent["scores"]])
