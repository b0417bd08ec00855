"""Reads of the awards room."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, or_, select

from hub.contests.awards import rules
from hub.contests.awards.models import Award, AwardShare, AwardSharing
from hub.contests.awards.policy import POLICY, SHARES
from hub.contests.awards.states import LIVE, Act, SharingAct, SharingState, State
from hub.contests.challenges.models import Challenge, Remark
from hub.contests.challenges.states import State as ChallengeState
from hub.contests.entries import queries as entries
from hub.contests.entries.models import Entry
from hub.contests.entries.states import State as EntryState
from hub.contests.filings import queries as filings
from hub.contests.filings.queries import Held
from hub.contests.judging import queries as judging
from hub.contests.judging.queries import Reason, Sheet
from hub.contests.judging.rules import Standing
from hub.core.accounts import queries as accounts
from hub.core.accounts.queries import PersonCard
from hub.core.agreements import queries as agreements
from hub.core.checks import queries as checks
from hub.core.checks.rules import Report
from hub.core.controls import queries as controls
from hub.core.discussions import queries as talks
from hub.core.holds.rules import Way
from hub.core.ledger import queries as books
from hub.core.ledger.rules import OwnerKind, Purpose
from hub.core.organisations import queries as organisations
from hub.db.extensions import db
from hub.db.personal import Hindrance, hinders_leaving
from hub.db.types import NO_DUE, Question
from hub.kernel import clock
from hub.kernel.actor import Actor
from hub.kernel.errors import Invalid, NotFound, NotNow, one_field
from hub.kernel.money import Breakdown
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
    return set(
        db.session.scalars(
            select(Award.entry_id).where(Award.challenge_id == challenge_id, Award.state.in_([State.DECLINED, State.LAPSED]))
        )
    )


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


# Deciding


def parties(award: Award, entry: Entry) -> dict[str, str]:
    """What the award agreement names. The winner learns here at the latest who the seeker is: the participation agreement promises it."""
    seal = entries.seal_of(entry)
    return {
        "seeker": organisations.card(award.challenge.organisation_id).name,
        "solver": accounts.card(award.person_id).name,
        "title": award.challenge.title,
        "prize": str(award.split.gross),
        "fee": str(award.split.fee),
        "net": str(award.split.net),
        "entry": f"{seal.receipt_no} (SHA-256 {seal.hash})",
    }


def answered_sheet(challenge: Challenge) -> Sheet:
    """Nobody works for silence: a decision needs a reason for every criterion of every sealed entry."""
    sheet = judging.sheet(challenge)
    if not sheet.complete:
        raise NotNow(
            N_("%(missing)s of %(needed)s reasons are still missing: every sealed entry needs one for every criterion."),
            code="reasons_missing", missing=len(sheet.unanswered), needed=sheet.needed,
        )  # fmt: skip
    return sheet


def check_choice(sheet: Sheet, entry: Entry, message: str) -> None:
    standing = next(s for s in sheet.standings if s.entry_id == entry.id)
    if standing.failed or standing.place is None:
        raise NotNow(N_("This entry does not meet a must-have, so it cannot win."), code="must_failed")
    candidates = [s.place for s in sheet.standings if s.place is not None and sheet.entries[s.entry_id].state is EntryState.SEALED]
    if standing.place > min(candidates) and not message.strip():
        raise one_field(
            "message", N_("This entry is not first in the ranking. Say why you choose it: every entrant reads it."), code="reason_missing"
        )


# Sharing


@dataclass(frozen=True)
class Part:
    """One person's part of an award: gross, fee and net as they will be posted."""

    person: PersonCard
    paid: Breakdown
    points: int
    agreed_at: datetime | None
    leads: bool


def sharing_of(award_id: int) -> AwardSharing | None:
    """The sharing that stands: proposed or agreed."""
    query = select(AwardSharing).where(AwardSharing.award_id == award_id, AwardSharing.state.in_(STANDING))
    return db.session.scalars(query).one_or_none()


def last_sharing(award_id: int) -> AwardSharing | None:
    """The latest one proposed, also if it was refused or taken back."""
    query = select(AwardSharing).where(AwardSharing.award_id == award_id).order_by(AwardSharing.number.desc())
    return db.session.scalars(query.limit(1)).one_or_none()


def sharing_for(actor: Actor, award_id: int) -> tuple[Award, AwardSharing | None]:
    """The award with the sharing that stands, for its leader and those asked. Raises NotFound for everybody else."""
    award, sharing = db.session.get(Award, award_id), sharing_of(award_id)
    if award is not None and sharing is not None and SHARES.can(actor, SharingAct.READ, sharing):
        return award, sharing
    if award is None or not SHARES.can(actor, SharingAct.PROPOSE, award):
        raise NotFound(N_("There is no such award."))
    return award, None


def parts(award: Award, sharing: AwardSharing) -> list[Part]:
    """Who gets what, the leader first. One statement for the names."""
    paid = rules.parts(award.split, sharing.way, sharing.people)
    known = accounts.cards([member.person_id for member in sharing.members])
    return [
        Part(known[one.person_id], paid[one.person_id], one.points, one.agreed_at, one.person_id == sharing.leader_id)
        for one in sharing.members
    ]


def to_agree(person_id: int) -> Question:
    """As hub.web.todo asks: awards whose sharing waits for the person."""
    asked: Question = select(Challenge.title.label("detail"), Award.id.label("key"), Award.sign_by.label("due"))
    joined = asked.join(Award, Award.challenge_id == Challenge.id).join(AwardSharing, AwardSharing.award_id == Award.id)
    waits = (AwardShare.person_id == person_id, AwardShare.agreed_at.is_(None), AwardSharing.state == SharingState.PROPOSED)
    return joined.join(AwardShare, AwardShare.sharing_id == AwardSharing.id).where(*waits, Award.state == State.SELECTED)


STANDING = (SharingState.PROPOSED, SharingState.AGREED)


@controls.also_verifies
def verify(report: Report) -> None:
    """Add sharings whose parts do not add up, that bind without everybody's word, or that were paid otherwise than agreed."""
    for column, kind in ((AwardSharing.way, Way), (AwardSharing.state, SharingState)):
        checks.verify_values(report, column, kind)
    if report.unreadable:
        return
    for above, last in checks.slices(AwardSharing.id):
        chosen = select(AwardSharing).where(AwardSharing.id > above, AwardSharing.id <= last, AwardSharing.state == SharingState.AGREED)
        for sharing in db.session.scalars(checks.afresh(chosen)):
            _verify_sharing(report, sharing)


def _verify_sharing(report: Report, sharing: AwardSharing) -> None:
    if not sharing.is_default and not sharing.everybody_agreed:
        report.add("sharing_unagreed", sharing.ref, "The sharing binds, but not everybody has agreed to it.")
    award = get(sharing.award_id)
    try:
        agreed = rules.parts(award.split, sharing.way, sharing.people)
    except Invalid:
        report.add("sharing_parts", sharing.ref, f"The parts of {award.ref} do not add up to the whole.")
        return
    if award.state is not State.PAID or (released := books.by_key(f"{award.ref}:prize")) is None:
        return
    legs = books.legs_of([released.id])[released.id]
    paid = {to.owner_id: amount.minor for to, amount in legs if to.purpose is Purpose.BALANCE and to.owner_kind is OwnerKind.PERSON}
    if paid != {person: part.net.minor for person, part in agreed.items() if part.net}:
        report.add("sharing_paid", sharing.ref, f"{released.ref} paid {award.ref} otherwise than it was agreed.")


def _may_read_agreement(actor: Actor, subject: str) -> bool:
    number = subject.partition(":")[2]
    award = db.session.get(Award, int(number)) if number.isdecimal() else None
    return award is not None and POLICY.can(actor, Act.READ, award)


agreements.may_read_with("award", _may_read_agreement)
agreements.signed_at("award", lambda subject: f"/awards/{subject.partition(':')[2]}")


@hinders_leaving
def to_be_paid(person_id: int) -> list[Hindrance]:
    """Awards that are not paid yet."""
    asked = select(Challenge.title.label("detail"), Award.id.label("key"), NO_DUE).join(Award, Award.challenge_id == Challenge.id)
    mine = asked.where(Award.person_id == person_id, Award.state.in_((State.SELECTED, State.SIGNED)))
    return [Hindrance(mine, N_("An award waits for you"), "/awards/{}", N_("Sign or decline it, and wait for the money"))]


# What was done here


def won_by(person_id: int) -> Question:
    """When each award was paid that this person won, or shared in as one of the winner's team."""
    shared = select(AwardSharing.award_id).join(AwardShare, AwardShare.sharing_id == AwardSharing.id)
    of_team = shared.where(AwardShare.person_id == person_id, AwardSharing.state == SharingState.AGREED)
    return select(Award.paid_at).where(Award.state == State.PAID, or_(Award.person_id == person_id, Award.id.in_(of_team)))


def paid_by(organisation_id: int) -> Question:
    """When each award was paid by the seeker under its own name: one who stays anonymous is not counted."""
    query = select(Award.paid_at).join(Challenge, Challenge.id == Award.challenge_id).where(Award.state == State.PAID)
    return query.where(Challenge.organisation_id == organisation_id, Challenge.seeker_shown.is_(True))


@talks.counts_accepted
def paid_to(person_id: int) -> Select[int]:
    """Awards that the person received."""
    return select(func.count()).select_from(Award).where(Award.person_id == person_id, Award.state == State.PAID)
