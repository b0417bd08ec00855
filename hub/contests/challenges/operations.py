"""The only writes of this room. Each checks the policy, fires the move, writes, records what happened; none commits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from hub.contests.challenges import queries, rules
from hub.contests.challenges.events import (
    ChallengeApproved,
    ChallengeAwarded,
    ChallengeCancelled,
    ChallengeClosed,
    ChallengeDrafted,
    ChallengeEdited,
    ChallengeEnded,
    ChallengePublished,
    ChallengeReconsidered,
    ChallengeReopened,
    ChallengeReturned,
    ChallengeSelected,
    ChallengeSubmitted,
    ChallengeWithdrawn,
)
from hub.contests.challenges.models import Approval, Challenge, ChallengeFollow, Criterion, Remark
from hub.contests.challenges.policy import POLICY
from hub.contests.challenges.rules import Kind
from hub.contests.challenges.states import LIFE, Act, State
from hub.core.agreements import operations as agreements
from hub.core.clauses import operations as builder
from hub.core.clauses import queries as templates
from hub.core.fees import queries as fees
from hub.core.fees.rules import Mode
from hub.core.holds import queries as holds
from hub.core.payments import operations as payments
from hub.core.payments import queries as ledger
from hub.core.wording import rules as clauses
from hub.db import journal
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import SYSTEM, Actor
from hub.kernel.errors import Invalid, NotAllowed, NotNow, one_field
from hub.kernel.money import Money, breakdown
from hub.kernel.permissions import require_verified
from hub.kernel.slugs import slugify
from hub.kernel.words import N_
from hub.search.index import operations as index

RESERVED_SLUGS = frozenset({"new"})
ANONYMOUS_SEEKER = "an anonymous organisation (匿名机构)"
"""In the agreement, which puts the same words into both languages and says when the identity is disclosed."""
EDITABLE = ("title", "summary", "problem", "language", "sector", "closes_at", "review_days", "seeker_shown", "eligibility", "own_clauses")


def draft(*, actor: Actor, organisation_id: int, fee_bp: int, title: str, **content: Any) -> Challenge:
    """Begin a challenge. `content` as in `edit`; `fee_bp` is the site's fee that its winner will be shown.

    Raises NotAllowed for an organisation that the actor does not manage, Invalid.
    """
    now = clock.now()
    challenge = Challenge(
        organisation_id=organisation_id, author_id=actor.person_id, title=title, slug=free_slug(title), fee_bp=fee_bp,
        terms=clauses.plain_choices(clauses.Choices()), prize_minor=0, currency="USD", state=LIFE.initial, created_at=now, updated_at=now,
    )  # fmt: skip
    POLICY.require(actor, Act.DRAFT, challenge)
    require_verified(actor)
    _write_content(challenge, content)
    db.session.add(challenge)
    db.session.flush()
    journal.record(ChallengeDrafted(challenge_id=challenge.id), actor=actor, subject=challenge.ref)
    return challenge


def edit(*, actor: Actor, challenge: Challenge, **content: Any) -> Challenge:
    """Change the draft; only what is given changes.

    title, summary, problem, eligibility: str; language "en" or "zh"; sector: Sector or None; prize: Money; closes_at: aware datetime or
    None; review_days: int; seeker_shown: bool; terms: IP choices; own_clauses: a version of a template of theirs or None; criteria:
    [{"title", "detail", "kind", "weight"}], replaced as a whole.
    Raises NotAllowed, NotNow unless it is a draft, Invalid.
    """
    POLICY.require(actor, Act.EDIT, challenge)
    if challenge.state is not State.DRAFT:
        raise NotNow(N_("Only a draft can be changed; it is “%(state)s” now."), state=challenge.state.label)
    changed = _write_content(challenge, content)
    if changed:
        challenge.updated_at = clock.now()
        journal.record(ChallengeEdited(challenge_id=challenge.id, fields=", ".join(changed)), actor=actor, subject=challenge.ref)
    return challenge


def _write_content(challenge: Challenge, content: Mapping[str, Any]) -> list[str]:
    """Write what differs. Returns the names of the fields that changed, in order."""
    if gap := rules.date_gap(content.get("closes_at")):
        raise one_field("closes_at", gap, code="deadline")
    if (own := content.get("own_clauses")) is not None and own != challenge.own_clauses:
        templates.chosen(challenge.organisation_id, "challenge_entry", own, field="own_clauses")
    changed = [name for name in EDITABLE if name in content and getattr(challenge, name) != content[name]]
    for name in changed:
        setattr(challenge, name, content[name])
    prize = content.get("prize")
    if prize is not None and prize != challenge.prize:
        _refuse_other_currency(challenge, prize.currency)
        challenge.prize_minor, challenge.currency = prize.minor, prize.currency
        changed.append("prize")
    if "terms" in content and (terms := _terms(challenge, content["terms"])) != challenge.terms:
        challenge.terms = terms
        changed.append("terms")
    if "criteria" in content and _rows(challenge.criteria) != list(content["criteria"]):
        _replace_criteria(challenge, content["criteria"])
        changed.append("criteria")
    return changed


def _terms(challenge: Challenge, said: Mapping[str, Any]) -> dict[str, Any]:
    return clauses.plain_choices(builder.read({**challenge.terms, **said}))


def _refuse_other_currency(challenge: Challenge, currency: str) -> None:
    if challenge.id and currency != challenge.currency and holds.held(challenge.ref, challenge.currency):
        told = N_("Money is held in the present currency already. Withdraw the challenge to get it back.")
        raise one_field("currency", told, code="prize_held")


def _rows(criteria: Sequence[Criterion]) -> list[dict[str, Any]]:
    return [{"title": c.title, "detail": c.detail, "kind": c.kind, "weight": c.weight} for c in criteria]


def _replace_criteria(challenge: Challenge, rows: Sequence[Mapping[str, Any]]) -> None:
    if len(rows) > rules.MOST_CRITERIA:
        raise one_field("criteria", N_("Name at most 20 criteria."), code="too_many_criteria")
    challenge.criteria = [
        Criterion(
            position=position, title=row["title"], detail=row["detail"], kind=row["kind"],
            weight=row["weight"] if row["kind"] is Kind.SCORED else 0,
        )
        for position, row in enumerate(rows, start=1)
    ]  # fmt: skip


def free_slug(title: str) -> str:
    wanted = slugify(title, fallback="challenge")
    taken = set(db.session.scalars(select(Challenge.slug).where(Challenge.slug.startswith(wanted, autoescape=True)))) | RESERVED_SLUGS
    return next(slug for slug in [wanted, *(f"{wanted}-{n}" for n in range(2, len(taken) + 3))] if slug not in taken)


def submit(*, actor: Actor, challenge: Challenge) -> Challenge:
    """Draw up the participation agreement and hand the draft to the consultants. Raises Invalid naming each gap, NotAllowed, NotNow."""
    POLICY.require(actor, Act.SUBMIT, challenge)
    if challenge.state is State.DRAFT and (gaps := rules.gaps(challenge)):
        raise Invalid(N_("Some parts of the draft are missing."), code="incomplete", fields=gaps)
    own = templates.kept(challenge.own_clauses, field="own_clauses", unnamed=not challenge.seeker_shown)
    LIFE.fire(challenge, Act.SUBMIT)
    terms = agreements.draw_up(
        actor=actor, subject=challenge.ref, kind="challenge_entry", choices=challenge.terms, parties=_parties(challenge),
        origin=own.origin if own is not None else None,
    )  # fmt: skip
    challenge.submitted_at = clock.now()
    journal.record(ChallengeSubmitted(challenge_id=challenge.id, terms_id=terms.id), actor=actor, subject=challenge.ref)
    return challenge


def _parties(challenge: Challenge) -> dict[str, str]:
    """What the participation agreement names. Every entrant reads it, so an anonymous seeker is not named there."""
    paid = breakdown(challenge.prize, challenge.fee_bp)
    return {
        "seeker": queries.seeker_name(challenge, SYSTEM) if challenge.seeker_shown else ANONYMOUS_SEEKER,
        "title": challenge.title,
        "prize": str(paid.gross),
        "fee": str(paid.fee),
        "net": str(paid.net),
    }


def return_(*, actor: Actor, challenge: Challenge, remarks: str) -> Challenge:
    """Send a challenge back to its seeker, who reads the remarks. Raises Invalid without any, NotAllowed, NotNow."""
    _decide(actor, challenge, Act.RETURN)
    remark = _remark(actor, challenge, Act.RETURN, remarks)
    challenge.submitted_at = None
    journal.record(ChallengeReturned(challenge_id=challenge.id, remark_id=remark.id), actor=actor, subject=challenge.ref)
    return challenge


def approve(*, actor: Actor, challenge: Challenge, remarks: str = "") -> Challenge:
    """Let the seeker fund and publish it. Raises NotAllowed, NotNow."""
    _decide(actor, challenge, Act.APPROVE)
    if remarks.strip():
        _remark(actor, challenge, Act.APPROVE, remarks)
    if actor.person_id is not None:
        part = fees.terms(Mode.CONTESTS).consultant_bp if actor.is_consultant else 0
        db.session.add(Approval(challenge_id=challenge.id, person_id=actor.person_id, consultant_bp=part, at=clock.now()))
        db.session.flush()
    journal.record(ChallengeApproved(challenge_id=challenge.id), actor=actor, subject=challenge.ref)
    return challenge


def reopen(*, actor: Actor, challenge: Challenge) -> Challenge:
    """Take an approved challenge back into drafting; it needs another review then. What is held stays held. Raises NotAllowed, NotNow."""
    _decide(actor, challenge, Act.REOPEN)
    challenge.submitted_at = None
    journal.record(ChallengeReopened(challenge_id=challenge.id), actor=actor, subject=challenge.ref)
    return challenge


def _decide(actor: Actor, challenge: Challenge, act: Act) -> None:
    POLICY.require(actor, act, challenge)
    LIFE.fire(challenge, act)


def _remark(actor: Actor, challenge: Challenge, act: Act, text: str) -> Remark:
    """Keep what was said with a decision. Raises Invalid if nothing was."""
    if not text.strip():
        raise one_field("remarks", N_("Say why: the people concerned will read it."), code="reason_missing")
    remark = Remark(challenge_id=challenge.id, person_id=actor.person_id, decision=act.value, text=text.strip(), at=clock.now())
    db.session.add(remark)
    db.session.flush()
    return remark


def fund(*, actor: Actor, challenge: Challenge) -> Any:
    """Ask for what is missing of the prize; the funding's reference goes onto the bank transfer. Raises NotAllowed, NotNow.

    An open request for another amount, from before a change of the prize, is cancelled first; what came by it stays held.
    """
    missing = _missing_prize(actor, challenge)
    asked = ledger.open_funding(challenge.ref)
    if asked is not None and asked.due == missing:
        return asked
    if asked is not None:
        payments.cancel_funding(actor=actor, funding=asked)
    return payments.request_funding(
        actor=actor, organisation_id=challenge.organisation_id, subject=challenge.ref, amount=missing, label=challenge.title
    )


def fund_from_balance(*, actor: Actor, challenge: Challenge) -> Any:
    """Set what is missing of the prize aside from the organisation's balance. Raises NotAllowed, NotNow, Invalid (over_balance)."""
    missing = _missing_prize(actor, challenge)
    asked = ledger.open_funding(challenge.ref)
    if asked is not None:
        payments.cancel_funding(actor=actor, funding=asked)
    return payments.fund_from_balance(
        actor=actor, organisation_id=challenge.organisation_id, subject=challenge.ref, amount=missing, label=challenge.title,
        key=f"{challenge.ref}:balance:{challenge.version}",
    )  # fmt: skip


def _missing_prize(actor: Actor, challenge: Challenge) -> Money:
    POLICY.require(actor, Act.FUND, challenge)
    if challenge.state is not State.APPROVED:
        raise NotNow(N_("The prize is paid in once a consultant has approved the challenge."), code="not_approved")
    if rules.prize_is_held(queries.with_hold(challenge)):
        raise NotNow(N_("The whole prize is held already."), code="already_held")
    return queries.missing(challenge)


def publish(*, actor: Actor, challenge: Challenge) -> Challenge:
    """Open it for entries: approved, its prize held in full, its deadline still ahead. Raises NotAllowed, NotNow."""
    POLICY.require(actor, Act.PUBLISH, challenge)
    queries.with_hold(challenge)
    if challenge.state is State.APPROVED and not rules.prize_is_held(challenge):
        raise NotNow(N_("The prize is not held in full yet: pay it in first."), code="prize_not_held")
    if challenge.state is State.APPROVED and not rules.deadline_is_ahead(challenge):
        raise NotNow(N_("The deadline has passed: take it back to the draft and set a new one."), code="deadline_passed")
    LIFE.fire(challenge, Act.PUBLISH)
    challenge.published_at = clock.now()
    journal.record(ChallengePublished(challenge_id=challenge.id), actor=actor, subject=challenge.ref)
    index.mark([challenge.ref])
    return challenge


def close(*, actor: Actor, challenge: Challenge) -> Challenge:
    """Close it at its deadline, which anybody may find passed. Raises NotNow before."""
    POLICY.require(actor, Act.CLOSE, challenge)
    LIFE.fire(challenge, Act.CLOSE)
    challenge.closed_at = challenge.closes_at
    journal.record(ChallengeClosed(challenge_id=challenge.id), actor=SYSTEM, subject=challenge.ref)
    index.mark([challenge.ref])
    return challenge


def close_if_due(challenge: Challenge) -> Challenge:
    """Let the state follow the clock before something is decided by it. Call it inside a writing unit of work."""
    if challenge.state is State.OPEN and rules.deadline_has_passed(challenge):
        close(actor=SYSTEM, challenge=challenge)
    return challenge


def close_due() -> int:
    """Close every challenge whose deadline has passed. Returns how many."""
    return len([close_if_due(challenge) for challenge in queries.due_to_close()])


def withdraw(*, actor: Actor, challenge: Challenge) -> Challenge:
    """Give it up before publication; what is held goes back to the organisation's balance. Raises NotAllowed, NotNow."""
    _decide(actor, challenge, Act.WITHDRAW)
    _give_back(actor, challenge)
    journal.record(ChallengeWithdrawn(challenge_id=challenge.id), actor=actor, subject=challenge.ref)
    return challenge


def cancel(*, actor: Actor, challenge: Challenge, reason: str) -> Challenge:
    """Stop a running challenge, by an administrator; everybody concerned reads the reason. Raises Invalid, NotAllowed, NotNow."""
    _decide(actor, challenge, Act.CANCEL)
    remark = _remark(actor, challenge, Act.CANCEL, reason)
    challenge.closed_at = clock.now()
    _give_back(actor, challenge)
    journal.record(ChallengeCancelled(challenge_id=challenge.id, remark_id=remark.id), actor=actor, subject=challenge.ref)
    index.mark([challenge.ref])
    return challenge


def select_winner(*, actor: Actor, challenge: Challenge) -> Challenge:
    """JUDGING -> SELECTED, for the awards room, which has checked that every entrant gets their reasons. Raises NotAllowed, NotNow."""
    close_if_due(challenge)
    _decide(actor, challenge, Act.SELECT)
    journal.record(ChallengeSelected(challenge_id=challenge.id), actor=actor, subject=challenge.ref)
    index.mark([challenge.ref])
    return challenge


def award(*, actor: Actor, challenge: Challenge) -> Challenge:
    """SELECTED -> AWARDED, for the awards room, after the prize was released; `actor` is the system. What is still held goes back."""
    _decide(actor, challenge, Act.AWARD)
    _give_back(actor, challenge)
    journal.record(ChallengeAwarded(challenge_id=challenge.id), actor=actor, subject=challenge.ref)
    index.mark([challenge.ref])
    return challenge


def reconsider(*, actor: Actor, challenge: Challenge) -> Challenge:
    """SELECTED -> JUDGING, for the awards room, when the winner did not sign; `actor` is the system. Raises NotAllowed, NotNow."""
    _decide(actor, challenge, Act.RECONSIDER)
    journal.record(ChallengeReconsidered(challenge_id=challenge.id), actor=actor, subject=challenge.ref)
    index.mark([challenge.ref])
    return challenge


def end(*, actor: Actor, challenge: Challenge, reason: str) -> Challenge:
    """JUDGING -> ENDED, for the awards room, which tells the entrants; the prize goes back. Raises Invalid, NotAllowed, NotNow."""
    close_if_due(challenge)
    _decide(actor, challenge, Act.END)
    remark = _remark(actor, challenge, Act.END, reason)
    _give_back(actor, challenge)
    journal.record(ChallengeEnded(challenge_id=challenge.id, remark_id=remark.id), actor=actor, subject=challenge.ref)
    index.mark([challenge.ref])
    return challenge


def _give_back(actor: Actor, challenge: Challenge) -> None:
    """The rest of the hold to the organisation's balance; the key makes it happen once."""
    payments.refund(actor=actor, subject=challenge.ref, key=f"{challenge.ref}:refund")


def follow(*, actor: Actor, challenge: Challenge) -> None:
    """Hear what becomes of it. Twice is once. Raises NotAllowed for visitors."""
    if actor.person_id is None:
        raise NotAllowed(N_("Sign in to follow a challenge."))
    if not queries.follows(actor, challenge):
        db.session.add(ChallengeFollow(challenge_id=challenge.id, person_id=actor.person_id, since=clock.now()))


def unfollow(*, actor: Actor, challenge: Challenge) -> None:
    found = db.session.get(ChallengeFollow, (challenge.id, actor.person_id)) if actor.person_id is not None else None
    if found is not None:
        db.session.delete(found)
