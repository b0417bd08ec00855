"""What waits on the way to the opening, who approved it, and what co-funding may know: one not published yet can have its prize pooled."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from hub.contests.challenges import queries as challenges
from hub.contests.challenges.models import Approval, Challenge, Remark
from hub.contests.challenges.states import PUBLIC, State
from hub.core.pools import queries as pools
from hub.core.pools.rules import Subject
from hub.db.extensions import db
from hub.db.types import Question
from hub.kernel.words import N_

BEFORE = frozenset({State.DRAFT, State.IN_REVIEW, State.APPROVED})


def in_review() -> Sequence[Challenge]:
    """What waits for the consultants, the longest waiting first."""
    return db.session.scalars(select(Challenge).where(Challenge.state == State.IN_REVIEW).order_by(Challenge.submitted_at)).all()


def to_review(beside: Iterable[int]) -> Question:
    """The same as the home page asks it, but of a consultant's own organisations."""
    query = select(Challenge.title.label("detail"), Challenge.slug.label("key"), Challenge.submitted_at.label("due"))
    return query.where(Challenge.state == State.IN_REVIEW, Challenge.organisation_id.not_in(list(beside)))


def decided_lately(limit: int = 10) -> Sequence[tuple[Remark, Challenge]]:
    """The consultants' latest decisions that carry remarks, with their challenges."""
    query = select(Remark, Challenge).join(Challenge, Challenge.id == Remark.challenge_id).where(Remark.decision.in_(["return", "approve"]))
    return [(remark, challenge) for remark, challenge in db.session.execute(query.order_by(Remark.id.desc()).limit(limit))]


def approval(challenge: Challenge) -> Approval | None:
    """Who approved it last, and which part of the fee goes to them when the prize is paid."""
    chosen = select(Approval).where(Approval.challenge_id == challenge.id).order_by(Approval.id.desc())
    return db.session.scalars(chosen.limit(1)).first()


def unfinished(organisation_ids: Iterable[int]) -> Sequence[Challenge]:
    """Drafts and approved challenges of these organisations: what waits for their managers."""
    query = select(Challenge).where(
        Challenge.organisation_id.in_(list(organisation_ids)), Challenge.state.in_([State.DRAFT, State.APPROVED])
    )
    return db.session.scalars(query.options(joinedload(Challenge.criteria)).order_by(Challenge.updated_at)).unique().all()


def fundable(challenge: Challenge) -> Subject:
    """The challenge as a pool knows it, without what its prize still lacks."""
    href = f"/challenges/{challenge.slug}" if challenge.state in PUBLIC else ""
    return Subject(challenge.ref, challenge.title, challenge.organisation_id, challenge.summary, href, _why_not(challenge))


def _why_not(challenge: Challenge) -> str:
    if challenge.state not in BEFORE:
        return N_("This challenge is published or over: its prize is not pooled any more.")
    if not challenge.seeker_shown:
        return N_("The seeker of this challenge stays anonymous: a pool would tell who it is.")
    return "" if challenge.prize_minor else N_("Name the prize of the challenge first.")


def one(challenge_id: int) -> Subject | None:
    challenge = db.session.get(Challenge, challenge_id)
    if challenge is None:
        return None
    return replace(fundable(challenge), lacks=challenges.missing(challenges.with_hold(challenge)))


def of(organisation_ids: Sequence[int]) -> Sequence[Subject]:
    """These organisations' challenges whose prize can be pooled, the newest first."""
    query = select(Challenge).where(Challenge.organisation_id.in_(organisation_ids), Challenge.state.in_(BEFORE), Challenge.prize_minor > 0)
    return [fundable(each) for each in db.session.scalars(query.order_by(Challenge.id.desc()).limit(20)).unique() if each.seeker_shown]


pools.funds("challenge", one=one, of=of)
