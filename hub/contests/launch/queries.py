"""Who approved a challenge, and what co-funding may know of it: one that is not published yet can have its prize pooled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import select

from hub.contests.challenges import queries as challenges
from hub.contests.challenges.models import Approval, Challenge
from hub.contests.challenges.states import PUBLIC, State
from hub.core.pools import queries as pools
from hub.core.pools.rules import Subject
from hub.db.extensions import db
from hub.kernel.words import N_

BEFORE = frozenset({State.DRAFT, State.IN_REVIEW, State.APPROVED})


def approval(challenge: Challenge) -> Approval | None:
    """Who approved it last, and which part of the fee goes to them when the prize is paid."""
    chosen = select(Approval).where(Approval.challenge_id == challenge.id).order_by(Approval.id.desc())
    return db.session.scalars(chosen.limit(1)).first()


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
