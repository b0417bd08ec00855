"""The only writes of this room: the choice, the signature with the payment, the end without an award."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import lazyload

from hub.contests.awards import queries, rules
from hub.contests.awards.events import AwardDeclined, AwardLapsed, AwardPaid, AwardSigned, WinnerSelected
from hub.contests.awards.models import Award
from hub.contests.awards.policy import POLICY
from hub.contests.awards.states import LIFE, Act
from hub.contests.challenges import operations as challenges
from hub.contests.challenges.models import Challenge
from hub.contests.challenges.states import State as ChallengeState
from hub.contests.entries import operations as entries
from hub.contests.entries import queries as entries_read
from hub.contests.entries.models import Entry
from hub.contests.entries.states import State as EntryState
from hub.contests.judging import queries as judging
from hub.contests.judging.queries import Sheet
from hub.core.accounts import queries as accounts
from hub.core.agreements import operations as agreements
from hub.core.agreements import queries as agreements_read
from hub.core.holds import operations as holds
from hub.core.organisations import queries as organisations
from hub.db import journal
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import SYSTEM, Actor
from hub.kernel.errors import NotFound, NotNow, one_field
from hub.kernel.words import N_, extent


def select_winner(*, actor: Actor, challenge: Challenge, entry: Entry, message: str = "") -> Award:
    """Choose the winner and draw up the agreement they will sign; everybody who entered is told, with scores and reasons.

    Raises NotAllowed, NotNow (not in judging; code "reasons_missing" while an entry lacks a reason for a criterion; code "must_failed"),
    NotFound for another challenge's entry, Invalid about "message" where the choice is not the first of the ranking.
    """
    POLICY.require(actor, Act.SELECT, challenge)
    challenge = _ready_to_decide(challenge)
    if entry.challenge_id != challenge.id or entry.state is not EntryState.SEALED:
        raise NotFound(entries_read.NO_SUCH)
    sheet = _answered_sheet(challenge)
    _check_choice(sheet, entry, message)
    challenges.select_winner(actor=actor, challenge=challenge)
    for other in entries_read.entries_in(challenge.id):
        if other.id == entry.id:
            entries.select_winner(actor=actor, entry=other)
        elif other.state is EntryState.SEALED:
            entries.turn_down(actor=actor, entry=other)
    return _offer(actor, challenge, entry, message)


def _offer(actor: Actor, challenge: Challenge, entry: Entry, message: str) -> Award:
    now = clock.now()
    award = Award(
        challenge=challenge, challenge_id=challenge.id, entry_id=entry.id, person_id=entry.person_id, gross_minor=challenge.prize_minor,
        currency=challenge.currency, fee_bp=challenge.fee_bp, state=LIFE.initial, message=message.strip(), selected_by=actor.person_id,
        selected_at=now, sign_by=rules.sign_by(now),
    )  # fmt: skip
    db.session.add(award)
    db.session.flush()
    terms = agreements.draw_up(
        actor=actor, subject=award.ref, kind=queries.AGREEMENT, choices=challenge.terms, parties=_parties(award, entry),
        scope=challenge.ref, signer_id=award.person_id,
    )  # fmt: skip
    award.terms_id = terms.id
    fact = WinnerSelected(award_id=award.id, challenge_id=challenge.id, entry_id=entry.id, terms_id=terms.id)
    journal.record(fact, actor=actor, subject=award.ref, scope=challenge.ref)
    return award


def _parties(award: Award, entry: Entry) -> dict[str, str]:
    """The winner learns here at the latest who the seeker is: the participation agreement promises it."""
    seal = entries_read.seal_of(entry)
    return {
        "seeker": organisations.card(award.challenge.organisation_id).name,
        "solver": accounts.card(award.person_id).name,
        "title": award.challenge.title,
        "prize": str(award.split.gross),
        "fee": str(award.split.fee),
        "net": str(award.split.net),
        "entry": f"{seal.receipt_no} (SHA-256 {seal.hash})",
    }


def accept(*, actor: Actor, award: Award, seen_hash: str) -> Award:
    """The winner signs the agreement as it was shown, and the prize moves from the hold to their balance, once.

    Raises NotAllowed, NotNow (signed already, or too late), Conflict (code "terms_changed"), and what `holds.release` raises.
    """
    POLICY.require(actor, Act.SIGN, award)
    challenge = entries.locked_challenge(award.challenge_id, to_decide=True)
    _lock(award)
    LIFE.fire(award, Act.SIGN)
    award.signed_at = clock.now()
    terms = agreements_read.get(award.terms_id or 0)
    signature = agreements.sign(actor=actor, terms=terms, seen_hash=seen_hash)
    facts = {"award_id": award.id, "challenge_id": challenge.id, "entry_id": award.entry_id}
    journal.record(AwardSigned(**facts, signature_id=signature.id), actor=actor, subject=award.ref, scope=challenge.ref)
    transaction = holds.release(
        actor=actor, subject=challenge.ref, to_person_id=award.person_id, gross=award.gross, fee_bp=award.fee_bp,
        key=f"{award.ref}:prize", memo=challenge.title,
    )  # fmt: skip
    LIFE.fire(award, Act.PAY)
    award.paid_at = clock.now()
    db.session.flush()
    challenges.award(actor=SYSTEM, challenge=challenge)
    journal.record(AwardPaid(**facts, transaction_id=transaction.id), actor=actor, subject=award.ref, scope=challenge.ref)
    return award


def decline(*, actor: Actor, award: Award, reason: str = "") -> Award:
    """The winner goes without the prize and keeps all rights; the seeker may select another entry. Raises NotAllowed, NotNow."""
    POLICY.require(actor, Act.DECLINE, award)
    _lock(award)
    LIFE.fire(award, Act.DECLINE)
    award.said = reason.strip()[:500]
    _reopen_choice(award)
    fact = AwardDeclined(award_id=award.id, challenge_id=award.challenge_id, entry_id=award.entry_id)
    journal.record(fact, actor=actor, subject=award.ref, scope=award.challenge.ref)
    return award


def lapse(*, actor: Actor, award: Award) -> Award:
    """The time to sign has run out: as if declined. By the system. Raises NotAllowed, NotNow."""
    POLICY.require(actor, Act.LAPSE, award)
    _lock(award)
    LIFE.fire(award, Act.LAPSE)
    _reopen_choice(award)
    fact = AwardLapsed(award_id=award.id, challenge_id=award.challenge_id, entry_id=award.entry_id)
    journal.record(fact, actor=actor, subject=award.ref, scope=award.challenge.ref)
    return award


def lapse_overdue() -> int:
    """Let every award lapse whose time to sign has run out. Returns how many."""
    return len([lapse(actor=SYSTEM, award=award) for award in queries.overdue()])


def _reopen_choice(award: Award) -> None:
    challenge = challenges.reconsider(actor=SYSTEM, challenge=entries.locked_challenge(award.challenge_id, to_decide=True))
    gone = queries.refused_entries(challenge.id)
    for entry in entries_read.entries_in(challenge.id):
        if entry.id == award.entry_id:
            entries.let_go(actor=SYSTEM, entry=entry)
        elif entry.state is EntryState.NOT_SELECTED and entry.id not in gone:
            entries.reconsider(actor=SYSTEM, entry=entry)


def end_without_award(*, actor: Actor, challenge: Challenge, reason: str) -> Challenge:
    """End the challenge without a winner: the prize goes back to the seeker's balance, everybody who entered is told why.

    Raises NotAllowed, NotNow (code "reasons_missing": whoever entered gets a reason for each criterion here too), Invalid without a reason.
    """
    POLICY.require(actor, Act.END, challenge)
    challenge = _ready_to_decide(challenge)
    _answered_sheet(challenge)
    if extent(reason) < rules.SHORTEST_REASON:
        raise one_field("reason", N_("Say why, in at least 20 characters: everybody who entered reads it."), code="reason_missing")
    for entry in entries_read.entries_in(challenge.id):
        if entry.state is EntryState.SEALED:
            entries.turn_down(actor=actor, entry=entry)
    return challenges.end(actor=actor, challenge=challenge, reason=reason)


def _ready_to_decide(challenge: Challenge) -> Challenge:
    challenge = challenges.close_if_due(entries.locked_challenge(challenge.id, to_decide=True))
    if challenge.state is ChallengeState.OPEN:
        raise NotNow(N_("The challenge is still open for entries."), code="not_closed")
    if challenge.state is not ChallengeState.JUDGING:
        raise NotNow(N_("The challenge has been decided already."), code="decided")
    return challenge


def _answered_sheet(challenge: Challenge) -> Sheet:
    """Nobody works for silence: a decision needs a reason for every criterion of every sealed entry."""
    sheet = judging.sheet(challenge)
    if not sheet.complete:
        raise NotNow(
            N_("%(missing)s of %(needed)s reasons are still missing: every sealed entry needs one for every criterion."),
            code="reasons_missing", missing=len(sheet.unanswered), needed=sheet.needed,
        )  # fmt: skip
    return sheet


def _check_choice(sheet: Sheet, entry: Entry, message: str) -> None:
    standing = next(s for s in sheet.standings if s.entry_id == entry.id)
    if standing.failed or standing.place is None:
        raise NotNow(N_("This entry does not meet a must-have, so it cannot win."), code="must_failed")
    candidates = [s.place for s in sheet.standings if s.place is not None and sheet.entries[s.entry_id].state is EntryState.SEALED]
    if standing.place > min(candidates) and not message.strip():
        raise one_field(
            "message", N_("This entry is not first in the ranking. Say why you choose it: every entrant reads it."), code="reason_missing"
        )


def _lock(award: Award) -> None:
    db.session.flush()
    query = select(Award).where(Award.id == award.id).options(lazyload(Award.challenge)).with_for_update()
    db.session.scalars(query.execution_options(populate_existing=True)).one()
