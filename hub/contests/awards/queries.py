"""Reads of the awards room."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from hub.contests.awards.models import Award
from hub.contests.awards.policy import POLICY
from hub.contests.awards.states import LIVE, Act, State
from hub.contests.challenges.models import Challenge, Remark
from hub.contests.challenges.states import State as ChallengeState
from hub.contests.entries import queries as entries
from hub.contests.entries.models import Entry
from hub.contests.entries.states import State as EntryState
from hub.contests.filings import queries as filings
from hub.contests.filings.queries import Held
from hub.contests.judging import queries as judging
from hub.contests.judging.queries import Reason
from hub.contests.judging.rules import Standing
from hub.core.agreements import queries as agreements
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import Actor
from hub.kernel.errors import NotFound
from hub.kernel.words import N_

AGREEMENT = "award"
"""The kind of agreement that the winner signs."""

REASONS_SHOWN = frozenset({ChallengeState.SELECTED, ChallengeState.AWARDED, ChallengeState.ENDED})


@dataclass(frozen=True)
class Result:
    """What the author of an entry gets to know. Empty of scores and words until the challenge is decided.

    `message` is what the seeker told every entrant with the choice, or the reason for ending without an award; `held` is what the seeker
    claims to have known before, with the filing that was sealed in time.
    """

    entry: Entry
    decided: bool
    standing: Standing | None
    of: int
    reasons: tuple[Reason, ...]
    message: str
    award: Award | None
    held: Held | None = None


def get_for(actor: Actor, award_id: int) -> Award:
    """The award, for the winner, the seeker's managers and the staff. Raises NotFound otherwise."""
    award = db.session.get(Award, award_id)
    if award is None or not POLICY.can(actor, Act.READ, award):
        raise NotFound(N_("There is no such award."))
    return award


def get(award_id: int) -> Award:
    """Unchecked, for reactions. Raises NotFound."""
    award = db.session.get(Award, award_id)
    if award is None:
        raise NotFound(N_("There is no such award."))
    return award


def of_challenge(challenge_id: int) -> Award | None:
    """The award that counts: the one that is neither declined nor lapsed."""
    return db.session.scalars(select(Award).where(Award.challenge_id == challenge_id, Award.state.in_(sorted(LIVE)))).one_or_none()


def of_entry(entry_id: int) -> Award | None:
    return db.session.scalars(select(Award).where(Award.entry_id == entry_id)).one_or_none()


def to_sign(actor: Actor) -> Sequence[Award]:
    """Awards that wait for the actor's signature, the most urgent first."""
    query = select(Award).where(Award.person_id == actor.person_id, Award.state == State.SELECTED, Award.sign_by > clock.now())
    return db.session.scalars(query.order_by(Award.sign_by)).all()


def overdue() -> Sequence[Award]:
    """Awards whose time to sign has run out."""
    return db.session.scalars(select(Award).where(Award.state == State.SELECTED, Award.sign_by <= clock.now())).all()


def refused_entries(challenge_id: int) -> set[int]:
    """Entries whose authors were selected and did not sign."""
    return set(db.session.scalars(select(Award.entry_id).where(Award.challenge_id == challenge_id, Award.state.not_in(sorted(LIVE)))))


def closing_words(challenge: Challenge, award: Award | None) -> str:
    """What everybody who entered was told with the decision."""
    if award is not None:
        return award.message
    query = select(Remark.text).where(Remark.challenge_id == challenge.id, Remark.decision == "end").order_by(Remark.id.desc())
    return db.session.scalar(query.limit(1)) or ""


def result_for(actor: Actor, entry_id: int) -> Result:
    """The author's result. Raises NotFound for anybody else."""
    entry = entries.own(actor, entry_id)
    challenge = entry.challenge
    decided = challenge.state in REASONS_SHOWN and entry.state in {EntryState.SELECTED, EntryState.NOT_SELECTED}
    if not decided:
        return Result(entry, False, None, 0, (), "", None)
    verdict, award = judging.verdict(entry), of_challenge(challenge.id)
    return Result(
        entry=entry,
        decided=True,
        standing=verdict.standing if verdict else None,
        of=verdict.of if verdict else 0,
        reasons=verdict.reasons if verdict else (),
        message=closing_words(challenge, award),
        award=award if award is not None and award.entry_id == entry.id else None,
        held=filings.held_against(entry),
    )


def results(actor: Actor) -> dict[int, Award]:
    """The actor's awards by entry."""
    return {award.entry_id: award for award in db.session.scalars(select(Award).where(Award.person_id == actor.person_id))}


def _may_read_agreement(actor: Actor, subject: str) -> bool:
    number = subject.partition(":")[2]
    award = db.session.get(Award, int(number)) if number.isdecimal() else None
    return award is not None and POLICY.can(actor, Act.READ, award)


agreements.may_read_with("award", _may_read_agreement)
agreements.signed_at("award", lambda subject: f"/awards/{subject.partition(':')[2]}")
