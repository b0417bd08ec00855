"""The only writes of this room: judges come and go, criteria get points and reasons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hub.contests.challenges import operations as challenges
from hub.contests.challenges.models import Challenge, Criterion
from hub.contests.challenges.rules import Kind
from hub.contests.challenges.states import State as ChallengeState
from hub.contests.entries import operations as entries
from hub.contests.entries import queries as entries_read
from hub.contests.entries.models import Entry
from hub.contests.entries.states import State as EntryState
from hub.contests.judging import queries, rules
from hub.contests.judging.events import EntryScored, JudgeAccepted, JudgeAppointed, JudgeDeclined, JudgeDismissed, JudgingCompleted
from hub.contests.judging.models import Judge, Score
from hub.contests.judging.policy import POLICY
from hub.contests.judging.states import DECIDED, LIFE, Act, State, undecided
from hub.core.accounts import queries as accounts
from hub.db import journal
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import Actor
from hub.kernel.errors import Invalid, NotAllowed, NotFound, NotNow, one_field
from hub.kernel.words import N_, extent

SUITS_NO_ONE = N_("This person has entered the challenge, so they cannot judge it.")


@dataclass(frozen=True)
class Given:
    """A judge's word on one criterion. For a must-have, `points` is 1 (met) or 0; None is refused, as a form left open."""

    criterion_id: int
    points: int | None
    reason: str


def appoint(*, actor: Actor, challenge: Challenge, email: str) -> Judge:
    """Ask somebody who has an account to judge; asking again after they declined or were dismissed is possible.

    Raises NotAllowed, NotNow once decided or before publication, Invalid about "email" (no such account, an entrant, asked already).
    """
    judge = Judge(challenge=challenge, challenge_id=challenge.id)
    POLICY.require(actor, Act.APPOINT, judge)
    if not undecided(challenge):
        raise NotNow(N_("Judges are appointed while a challenge is open or in judging."), code="not_open")
    person = accounts.by_email(email)
    if person is None or person.email_verified_at is None:
        raise one_field("email", N_("Nobody has an account with this address yet. Ask them to register first."), code="no_account")
    if entries_read.has_entered(challenge.id, person.id):
        raise one_field("email", SUITS_NO_ONE, code="is_entrant")
    known = queries.appointment(challenge.id, person.id)
    if known is not None and known.state in {State.APPOINTED, State.ACCEPTED}:
        raise one_field("email", N_("This person is asked to judge already."), code="already_judge")
    if known is not None:
        LIFE.fire(known, Act.APPOINT)
        judge, judge.declared_at, judge.declaration, judge.said = known, None, "", ""
    else:
        judge = Judge(challenge=challenge, challenge_id=challenge.id, person_id=person.id, state=LIFE.initial)
        db.session.add(judge)
    judge.appointed_by, judge.appointed_at = actor.person_id, clock.now()
    db.session.flush()
    fact = JudgeAppointed(judge_id=judge.id, challenge_id=challenge.id, person_id=judge.person_id)
    journal.record(fact, actor=actor, subject=f"judge:{judge.id}", scope=challenge.ref)
    return judge


def accept(*, actor: Actor, judge: Judge, declared: bool) -> Judge:
    """Accept, declaring no conflict of interest in the words of `rules.DECLARATION`.

    Raises Invalid about "declared", NotAllowed, NotNow.
    """
    POLICY.require(actor, Act.ACCEPT, judge)
    if not declared:
        raise one_field("declared", N_("Tick the declaration to accept, or decline if it does not hold."), code="not_declared")
    if entries_read.has_entered(judge.challenge_id, judge.person_id):
        raise NotAllowed(N_("You have entered this challenge, so you cannot judge it."), code="is_entrant")
    LIFE.fire(judge, Act.ACCEPT)
    judge.declared_at, judge.declaration = clock.now(), rules.DECLARATION_VERSION
    fact = JudgeAccepted(judge_id=judge.id, challenge_id=judge.challenge_id, declaration=judge.declaration)
    journal.record(fact, actor=actor, subject=f"judge:{judge.id}", scope=judge.challenge.ref)
    return judge


def decline(*, actor: Actor, judge: Judge, reason: str = "") -> Judge:
    """Decline, or step down: the scores given so far count no more. Raises NotAllowed, NotNow once decided."""
    POLICY.require(actor, Act.DECLINE, judge)
    LIFE.fire(judge, Act.DECLINE)
    judge.said = reason.strip()[:500]
    fact = JudgeDeclined(judge_id=judge.id, challenge_id=judge.challenge_id)
    journal.record(fact, actor=actor, subject=f"judge:{judge.id}", scope=judge.challenge.ref)
    return judge


def dismiss(*, actor: Actor, judge: Judge, reason: str = "") -> Judge:
    """Take a judge off: the scores they gave count no more. Raises NotAllowed, NotNow once decided."""
    POLICY.require(actor, Act.DISMISS, judge)
    LIFE.fire(judge, Act.DISMISS)
    judge.said = reason.strip()[:500]
    fact = JudgeDismissed(judge_id=judge.id, challenge_id=judge.challenge_id)
    journal.record(fact, actor=actor, subject=f"judge:{judge.id}", scope=judge.challenge.ref)
    return judge


def score(*, actor: Actor, entry: Entry, criterion_id: int, points: int | None, reason: str) -> Score:
    """Score one criterion, or change its score. As `score_all`."""
    return score_all(actor=actor, entry=entry, given=[Given(criterion_id, points, reason)])[0]


def score_all(*, actor: Actor, entry: Entry, given: Sequence[Given]) -> list[Score]:
    """Score several criteria of an entry at once, all of them or none; what was given before is changed.

    Raises NotFound for whoever is no accepted judge of it, NotNow unless the challenge is in judging, Invalid with the fields
    "score-<criterion id>" and "reason-<criterion id>".
    """
    still_open = entry.challenge.state is ChallengeState.OPEN
    challenge = challenges.close_if_due(entries.locked_challenge(entry.challenge_id, to_decide=still_open))
    judge = queries.judge_for(actor, challenge.id)
    db.session.refresh(judge, with_for_update={"of": Judge})
    POLICY.require(actor, Act.SCORE, judge)
    if challenge.state is not ChallengeState.JUDGING:
        too_early = challenge.state is ChallengeState.OPEN
        raise NotNow(N_("The challenge is still open: judging begins after its deadline.") if too_early else DECIDED, code="not_judging")
    if entry.state is not EntryState.SEALED:
        raise NotFound(entries_read.NO_SUCH)
    criteria = {criterion.id: criterion for criterion in challenge.criteria}
    _check(criteria, given)
    was_complete = queries.sheet(challenge).complete
    known = queries.scores_by(judge, entry.id)
    written = [_write(actor, judge, entry, one, known.get(one.criterion_id)) for one in given]
    db.session.flush()
    if not was_complete and queries.sheet(challenge).complete:
        journal.record(JudgingCompleted(challenge_id=challenge.id), actor=actor, subject=challenge.ref)
    return written


def _check(criteria: Mapping[int, Criterion], given: Sequence[Given]) -> None:
    wrong: dict[str, str] = {}
    for one in given:
        criterion = criteria.get(one.criterion_id)
        if criterion is None:
            raise NotFound(N_("This challenge has no such criterion."))
        if one.points is None or not rules.points_fit(criterion.kind is Kind.MUST, one.points):
            met_or_not, number = N_("Say whether it is met."), N_("Give a whole number of points from 0 to 10.")
            wrong[f"score-{criterion.id}"] = met_or_not if criterion.kind is Kind.MUST else number
        if extent(one.reason) < rules.SHORTEST_REASON:
            wrong[f"reason-{criterion.id}"] = N_("Give a reason of at least 20 characters: the author reads it.")
        if len(one.reason.strip()) > rules.LONGEST_REASON:
            wrong[f"reason-{criterion.id}"] = N_("Keep the reason under 4,000 characters.")
    if wrong:
        raise Invalid(N_("Some fields need another look."), fields=wrong, code="score_invalid")


def _write(actor: Actor, judge: Judge, entry: Entry, given: Given, known: Score | None) -> Score:
    reason, now = given.reason.strip(), clock.now()
    if known is not None and (known.points, known.reason) == (given.points, reason):
        return known
    row = known
    if row is None:
        row = Score(judge_id=judge.id, entry_id=entry.id, criterion_id=given.criterion_id, created_at=now)
        db.session.add(row)
    assert given.points is not None
    row.points, row.reason, row.changed_at = given.points, reason, now
    fact = EntryScored(
        entry_id=entry.id, challenge_id=entry.challenge_id, criterion_id=given.criterion_id, judge_id=judge.id, changed=known is not None
    )
    journal.record(fact, actor=actor, subject=entry.ref, scope=entry.challenge.ref)
    return row
