"""The only writes of this room: the choice, the signature with the payment, the end without an award."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import lazyload

from hub.contests.awards import queries, rules
from hub.contests.awards.events import (
    AwardDeclined,
    AwardLapsed,
    AwardPaid,
    AwardSigned,
    JudgingReopened,
    ShareAgreed,
    SharingAgreed,
    SharingProposed,
    SharingRefused,
    SharingWithdrawn,
    WinnerSelected,
)
from hub.contests.awards.models import Award, AwardShare, AwardSharing
from hub.contests.awards.policy import POLICY, SHARES
from hub.contests.awards.states import LIFE, SHARING, Act, SharingAct, SharingState, State, can_be_signed
from hub.contests.challenges import operations as challenges
from hub.contests.challenges.models import Challenge
from hub.contests.challenges.states import State as ChallengeState
from hub.contests.entries import operations as entries
from hub.contests.entries import queries as entries_read
from hub.contests.entries.models import Entry
from hub.contests.entries.states import State as EntryState
from hub.contests.launch import queries as launch
from hub.core.accounts import queries as accounts
from hub.core.agreements import operations as agreements
from hub.core.agreements import queries as agreements_read
from hub.core.holds import operations as holds
from hub.core.holds.rules import Share, Way
from hub.db import journal
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import SYSTEM, Actor
from hub.kernel.errors import Conflict, NotFound, NotNow, one_field
from hub.kernel.permissions import require_verified
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
    sheet = queries.answered_sheet(challenge)
    queries.check_choice(sheet, entry, message)
    challenges.select_winner(actor=actor, challenge=challenge)
    for other in entries_read.entries_in(challenge.id):
        if other.id == entry.id:
            entries.select_winner(actor=actor, entry=other)
        elif other.state is EntryState.SEALED:
            entries.turn_down(actor=actor, entry=other)
    return _offer(actor, challenge, entry, message)


def _offer(actor: Actor, challenge: Challenge, entry: Entry, message: str) -> Award:
    now = clock.now()
    award = queries.of_entry(entry.id)
    if award is not None:
        LIFE.fire(award, Act.RENEW)
        award.message, award.selected_by, award.selected_at, award.sign_by = message.strip(), actor.person_id, now, rules.sign_by(now)
    else:
        award = Award(
            challenge=challenge, challenge_id=challenge.id, entry_id=entry.id, person_id=entry.person_id, gross_minor=challenge.prize_minor,
            currency=challenge.currency, fee_bp=challenge.fee_bp, state=LIFE.initial, message=message.strip(), selected_by=actor.person_id,
            selected_at=now, sign_by=rules.sign_by(now),
        )  # fmt: skip
        db.session.add(award)
    db.session.flush()
    terms = agreements.draw_up(
        actor=actor, subject=award.ref, kind=queries.AGREEMENT, choices=challenge.terms, parties=queries.parties(award, entry),
        scope=challenge.ref, signer_id=award.person_id,
    )  # fmt: skip
    award.terms_id = terms.id
    fact = WinnerSelected(award_id=award.id, challenge_id=challenge.id, entry_id=entry.id, terms_id=terms.id)
    journal.record(fact, actor=actor, subject=award.ref, scope=challenge.ref)
    return award


def accept(*, actor: Actor, award: Award, seen_hash: str) -> Award:
    """The winner signs the agreement as it was shown, and the prize moves from the hold to their balance, or to those of the team as
    agreed, once.

    Raises NotAllowed, NotNow (signed already, or too late; code "sharing_open" while not everybody has agreed to the sharing), Conflict
    (code "terms_changed"), and what `holds.release_split` raises. The consultant who approved the challenge has their part of the fee.
    """
    POLICY.require(actor, Act.SIGN, award)
    challenge = entries.locked_challenge(award.challenge_id, to_decide=True)
    _lock(award)
    shares = _shares(award)
    LIFE.fire(award, Act.SIGN)
    award.signed_at = clock.now()
    terms = agreements_read.get(award.terms_id or 0)
    signature = agreements.sign(actor=actor, terms=terms, seen_hash=seen_hash)
    facts = {"award_id": award.id, "challenge_id": challenge.id, "entry_id": award.entry_id}
    journal.record(AwardSigned(**facts, signature_id=signature.id), actor=actor, subject=award.ref, scope=challenge.ref)
    transaction = holds.release_split(
        actor=actor, subject=challenge.ref, gross=award.gross, fee_bp=award.fee_bp, shares=shares, key=f"{award.ref}:prize",
        memo=challenge.title,
    )  # fmt: skip
    if (approval := launch.approval(challenge)) is not None:
        holds.pay_consultant(actor=SYSTEM, released=transaction, person_id=approval.person_id, share_bp=approval.consultant_bp)
    LIFE.fire(award, Act.PAY)
    award.paid_at = clock.now()
    db.session.flush()
    challenges.award(actor=SYSTEM, challenge=challenge)
    journal.record(AwardPaid(**facts, transaction_id=transaction.id), actor=actor, subject=award.ref, scope=challenge.ref)
    return award


def _shares(award: Award) -> list[Share]:
    sharing = queries.sharing_of(award.id)
    if sharing is None:
        return [Share(1, person_id=award.person_id)]
    if sharing.state is not SharingState.AGREED:
        raise NotNow(N_("Not everybody has agreed to how the award is shared: wait for them, or take it back."), code="sharing_open")
    return sharing.shares


def decline(*, actor: Actor, award: Award, reason: str = "") -> Award:
    """The winner goes without the prize and keeps all rights; the seeker may select another entry. Raises NotAllowed, NotNow."""
    POLICY.require(actor, Act.DECLINE, award)
    _lock(award)
    LIFE.fire(award, Act.DECLINE)
    award.said = reason.strip()[:500]
    _reopen_choice(award, N_("The award was declined."))
    fact = AwardDeclined(award_id=award.id, challenge_id=award.challenge_id, entry_id=award.entry_id)
    journal.record(fact, actor=actor, subject=award.ref, scope=award.challenge.ref)
    return award


def lapse(*, actor: Actor, award: Award) -> Award:
    """The time to sign has run out: as if declined. By the system. Raises NotAllowed, NotNow."""
    POLICY.require(actor, Act.LAPSE, award)
    _lock(award)
    LIFE.fire(award, Act.LAPSE)
    _reopen_choice(award, N_("The time to sign has run out."))
    fact = AwardLapsed(award_id=award.id, challenge_id=award.challenge_id, entry_id=award.entry_id)
    journal.record(fact, actor=actor, subject=award.ref, scope=award.challenge.ref)
    return award


def lapse_overdue() -> int:
    """Let every award lapse whose time to sign has run out. Returns how many."""
    return len([lapse(actor=SYSTEM, award=award) for award in queries.overdue()])


def reopen_judging(*, actor: Actor, challenge: Challenge, reason: str) -> Award:
    """A dispute about the verdict ended so, before the award was signed: the judges correct their scores, with reasons, and the seeker
    decides anew. The entry that was chosen is in the running like the others. Raises NotAllowed (only the system does), NotNow (signed).
    """
    entries.locked_challenge(challenge.id, to_decide=True)
    award = queries.of_challenge(challenge.id)
    if award is None:
        raise NotNow(N_("Nobody is chosen now, so there is nothing to open again."), code="nothing_chosen")
    POLICY.require(actor, Act.REOPEN, award)
    _lock(award)
    LIFE.fire(award, Act.REOPEN)
    award.said = reason.strip()[:500]
    _reopen_choice(award, N_("The judging was opened again."))
    chosen = entries_read.find(award.entry_id)
    entries.reconsider(actor=actor, entry=chosen)
    fact = JudgingReopened(award_id=award.id, challenge_id=challenge.id, entry_id=award.entry_id)
    journal.record(fact, actor=actor, subject=award.ref, scope=challenge.ref)
    return award


def _reopen_choice(award: Award, why: str) -> None:
    """The award is not given, so nobody signs for it any more."""
    agreements.refuse(actor=SYSTEM, terms=agreements_read.get(award.terms_id or 0), reason=why)
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
    queries.answered_sheet(challenge)
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


def _lock(award: Award) -> None:
    db.session.flush()
    query = select(Award).where(Award.id == award.id).options(lazyload(Award.challenge)).with_for_update()
    db.session.scalars(query.execution_options(populate_existing=True)).one()


# Sharing: each locks the award, so that it is neither signed nor shared otherwise meanwhile


def propose_sharing(*, actor: Actor, award: Award, way: Way, own_points: int, members: Sequence[tuple[str, int]]) -> AwardSharing:
    """The winner names the team as (handle, basis points) and says how the award is shared; what stood before is taken back.

    Equal parts bind at once; for any other way everybody named must agree. Raises NotAllowed, NotNow (not waiting for the signature;
    agreed by all already), Invalid about `member` (nobody_named, nobody_there, named_twice, member_barred) or `parts`.
    """
    SHARES.require(actor, SharingAct.PROPOSE, award)
    require_verified(actor)
    _lock(award)
    _require_unsigned(award)
    people = team(award=award, own_points=own_points, members=members)
    rules.parts(award.split, way, people)
    before, now = queries.last_sharing(award.id), clock.now()
    if before is not None and before.state in queries.STANDING:
        _take_back(actor, award, before)
    sharing = AwardSharing(
        award_id=award.id, number=before.number + 1 if before is not None else 1, way=way, state=SHARING.initial, leader_id=award.person_id,
        reason="", proposed_at=now,
    )  # fmt: skip
    sharing.members = [
        AwardShare(person_id=person, place=place, points=points, agreed_at=None if place else now)
        for place, (person, points) in enumerate(people)
    ]
    db.session.add(sharing)
    if sharing.is_default:
        SHARING.fire(sharing, SharingAct.AGREE)
        sharing.agreed_at = now
    db.session.flush()
    others = [person for person, _ in people[1:]]
    fact = SharingProposed(award.id, sharing.id, award.challenge_id, others, sharing.is_default)
    journal.record(fact, actor=actor, subject=award.ref, scope=award.ref)
    return sharing


def team(*, award: Award, own_points: int, members: Sequence[tuple[str, int]]) -> list[tuple[int, int]]:
    """(person id, basis points), the winner first. Changes nothing. Raises Invalid about `member`."""
    people = [(award.person_id, own_points), *((_member(award, handle), points) for handle, points in members)]
    if len({person for person, _ in people}) != len(people):
        raise one_field("member", N_("Name each person once; you are among them already."), code="named_twice")
    return people


def agree_to_sharing(*, actor: Actor, award: Award, number: int) -> AwardSharing:
    """A member agrees to the sharing number `number` as it was shown; with the last word it binds. Again is harmless.

    Raises NotFound, NotAllowed, NotNow, Conflict (code "sharing_changed").
    """
    sharing = _asked(actor, award, SharingAct.AGREE, number)
    require_verified(actor)
    mine = next(member for member in sharing.members if member.person_id == actor.person_id)
    if mine.agreed_at is not None:
        return sharing
    mine.agreed_at = clock.now()
    facts = (award.id, sharing.id, award.challenge_id)
    journal.record(ShareAgreed(*facts, mine.person_id), actor=actor, subject=award.ref, scope=award.ref)
    if sharing.everybody_agreed:
        SHARING.fire(sharing, SharingAct.AGREE)
        sharing.agreed_at = clock.now()
        db.session.flush()
        journal.record(SharingAgreed(*facts), actor=actor, subject=award.ref, scope=award.ref)
    return sharing


def refuse_sharing(*, actor: Actor, award: Award, number: int, reason: str) -> AwardSharing:
    """A member does not agree, and says why; the leader proposes another. Raises NotFound, NotAllowed, NotNow, Conflict, Invalid."""
    sharing = _asked(actor, award, SharingAct.REFUSE, number)
    if not reason.strip():
        raise one_field("reason", N_("Say why: the leader of the team reads it."), code="reason_missing")
    SHARING.fire(sharing, SharingAct.REFUSE)
    sharing.reason, sharing.ended_at = reason.strip()[:500], clock.now()
    fact = SharingRefused(award.id, sharing.id, award.challenge_id, actor.person_id or 0)
    journal.record(fact, actor=actor, subject=award.ref, scope=award.ref)
    return sharing


def take_back_sharing(*, actor: Actor, award: Award) -> AwardSharing:
    """The leader takes the sharing back, unless everybody has agreed to it. Raises NotFound, NotAllowed, NotNow."""
    _lock(award)
    sharing = queries.sharing_of(award.id)
    if sharing is None:
        raise NotFound(NO_SHARING)
    SHARES.require(actor, SharingAct.WITHDRAW, sharing)
    _require_unsigned(award)
    _take_back(actor, award, sharing)
    return sharing


NO_SHARING = N_("Nothing is proposed about how this award is shared.")


def _take_back(actor: Actor, award: Award, sharing: AwardSharing) -> None:
    SHARING.fire(sharing, SharingAct.WITHDRAW)
    sharing.ended_at = clock.now()
    db.session.flush()
    others = [member.person_id for member in sharing.members if member.person_id != sharing.leader_id]
    fact = SharingWithdrawn(award.id, sharing.id, award.challenge_id, others)
    journal.record(fact, actor=actor, subject=award.ref, scope=award.ref)


def _asked(actor: Actor, award: Award, act: SharingAct, number: int) -> AwardSharing:
    _lock(award)
    sharing = queries.sharing_of(award.id)
    if sharing is None:
        raise NotFound(NO_SHARING)
    SHARES.require(actor, act, sharing)
    if sharing.number != number:
        raise Conflict(N_("Another sharing was proposed since you opened this. Read it again before you answer."), code="sharing_changed")
    _require_unsigned(award)
    return sharing


def _require_unsigned(award: Award) -> None:
    if award.state is not State.SELECTED or not can_be_signed(award):
        raise NotNow(N_("How an award is shared is settled before it is signed, while there is time to sign."), code="not_to_sign")


def _member(award: Award, handle: str) -> int:
    """The person of this handle, who could have entered as well. Raises Invalid about `member`."""
    person = accounts.by_handle(handle.strip().removeprefix("@"))
    if person is None or person.email_verified_at is None:
        message = N_("There is nobody of the name “%(handle)s” here. Look for the @name on the person’s profile.")
        raise one_field("member", message, code="nobody_there", handle=handle.strip()[:80])
    if entries_read.why_barred(accounts.actor_of(person.id), award.challenge):
        message = N_("“%(handle)s” judges, looks after this site or belongs to the seeker, so cannot share in the award.")
        raise one_field("member", message, code="member_barred", handle=handle.strip()[:80])
    return person.id
