"""Reads of the filings room: the seeker's own people and the staff; judges and author of an entry against which a filing was held."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from hub.contests.challenges.states import State as ChallengeState
from hub.contests.entries import queries as entries
from hub.contests.entries.models import Entry
from hub.contests.entries.rules import StoredFile
from hub.contests.entries.states import Capacity
from hub.contests.entries.states import State as EntryState
from hub.contests.filings.models import Filing, FilingFile, PriorClaim
from hub.contests.filings.policy import POLICY
from hub.contests.filings.states import Act, State
from hub.core.evidence import queries as evidence
from hub.core.evidence.operations import signing_key
from hub.core.files import queries as files
from hub.db.cursors import older
from hub.db.extensions import db
from hub.kernel.actor import Actor
from hub.kernel.errors import NotFound
from hub.kernel.words import N_

NO_SUCH = N_("There is no such filing.")
DECIDED = frozenset({ChallengeState.SELECTED, ChallengeState.AWARDED, ChallengeState.ENDED})


def get_for(actor: Actor, filing_id: int) -> Filing:
    """The filing, for the seeker's managers, the staff, an author whom it was held against, and the judges once it is held against an
    entry. Raises NotFound."""
    filing = db.session.get(Filing, filing_id)
    if filing is None or not (POLICY.can(actor, Act.READ, filing) or was_shown(actor, filing) or judges_with(actor, filing)):
        raise NotFound(NO_SUCH)
    return filing


def managed(actor: Actor, filing_id: int) -> Filing:
    """As `get_for`, for those who read it by their role alone. Raises NotFound."""
    filing = db.session.get(Filing, filing_id)
    if filing is None or not POLICY.can(actor, Act.READ, filing):
        raise NotFound(NO_SUCH)
    return filing


def was_shown(actor: Actor, filing: Filing) -> bool:
    """Was it held against an entry of this actor that was turned down?"""
    if not actor.signed_in or filing.challenge.state not in DECIDED:
        return False
    against = select(PriorClaim.id).join(Entry, Entry.id == PriorClaim.entry_id)
    mine = against.where(
        PriorClaim.filing_id == filing.id, Entry.person_id == actor.person_id, Entry.state == EntryState.NOT_SELECTED
    )  # fmt: skip
    return db.session.scalar(mine.limit(1)) is not None


def judges_with(actor: Actor, filing: Filing) -> bool:
    """Is it held against an entry that this actor judges now?"""
    against = select(Entry).join(PriorClaim, PriorClaim.entry_id == Entry.id)
    entry = db.session.scalars(against.where(PriorClaim.filing_id == filing.id, Entry.state == EntryState.SEALED).limit(1)).first()
    return entry is not None and entries.capacity(actor, entry) is Capacity.JUDGE


def of_challenge(challenge_id: int, last_id: int | None = None, limit: int = 100) -> Sequence[Filing]:
    """Up to `limit` + 1 filings, the newest first, after the one numbered `last_id`. Unchecked."""
    query = select(Filing).where(Filing.challenge_id == challenge_id)
    return db.session.scalars(older(query, Filing.id, last_id, limit + 1)).all()


def sealed_of(challenge_id: int) -> Sequence[Filing]:
    """The sealed filings of a challenge, the first one first. Unchecked."""
    query = select(Filing).where(Filing.challenge_id == challenge_id, Filing.state == State.SEALED)
    return db.session.scalars(query.order_by(Filing.sealed_at, Filing.id)).all()


def files_of(filing: Filing) -> tuple[StoredFile, ...]:
    """What is attached, in the order it came."""
    ids = db.session.scalars(select(FilingFile.file_id).where(FilingFile.filing_id == filing.id).order_by(FilingFile.id)).all()
    found = files.files(ids)
    return tuple(found[file_id] for file_id in ids)


def claims_in(challenge_id: int) -> Sequence[PriorClaim]:
    """All claims of a challenge, by entry. Unchecked."""
    query = select(PriorClaim).join(Filing, Filing.id == PriorClaim.filing_id).where(Filing.challenge_id == challenge_id)
    return db.session.scalars(query.order_by(PriorClaim.entry_id)).all()


def claim_on(entry_id: int) -> PriorClaim | None:
    """The claim against an entry. Unchecked."""
    return db.session.scalars(select(PriorClaim).where(PriorClaim.entry_id == entry_id)).one_or_none()


@dataclass(frozen=True)
class Held:
    """What judges read beside the entry, and its author beside the decision: the claim, and the filing on which it rests."""

    claim: PriorClaim
    filing: Filing


def held(entry_id: int) -> Held | None:
    """The claim against an entry. Unchecked: for those who decide on it."""
    row = db.session.execute(
        select(PriorClaim, Filing).join(Filing, Filing.id == PriorClaim.filing_id).where(PriorClaim.entry_id == entry_id)
    ).one_or_none()
    return Held(row[0], row[1]) if row is not None else None


def held_against(entry: Entry) -> Held | None:
    """The claim against an entry that was turned down, once that is decided. Unchecked."""
    if entry.challenge.state not in DECIDED or entry.state is not EntryState.NOT_SELECTED:
        return None
    return held(entry.id)


def claim_for(actor: Actor, entry_id: int) -> PriorClaim:
    """The claim against an entry, for those who may read the entry now: its judges, the seeker's managers, the staff. Raises NotFound."""
    entry = entries.get_for(actor, entry_id)
    found = claim_on(entry.id) if entries.capacity(actor, entry) is not None else None
    if found is None:
        raise NotFound(N_("There is no claim against this entry."), code="no_claim")
    return found


def claimed_in(challenge_id: int) -> frozenset[int]:
    """The entries of a challenge against which a filing is held. Unchecked, one statement."""
    query = select(PriorClaim.entry_id).join(Filing, Filing.id == PriorClaim.filing_id).where(Filing.challenge_id == challenge_id)
    return frozenset(db.session.scalars(query))


def to_claim_on(actor: Actor, entry_id: int) -> Entry:
    """The entry, for whoever may claim against it: the seeker's managers, while they may read it. Raises NotFound, NotAllowed."""
    entry = entries.get_for(actor, entry_id)
    POLICY.require(actor, Act.CLAIM, entry)
    return entry


def receipt(filing: Filing) -> dict[str, Any]:
    """The signed receipt. Raises NotFound if it is not sealed."""
    if filing.manifest is None or filing.hash is None:
        raise NotFound(N_("This filing has not been sealed."), code="not_sealed")
    return evidence.receipt(
        subject=filing.ref, receipt_no=filing.receipt_no, sealed_at=filing.manifest["sealed_at"], manifest=filing.manifest, journal=None,
        key=signing_key,
    )  # fmt: skip


def _kept(numbers: Sequence[int]) -> dict[int, tuple[dict[str, Any], str]]:
    rows = db.session.execute(select(Filing.id, Filing.manifest, Filing.hash).where(Filing.id.in_(numbers), Filing.hash.is_not(None)))
    return {number: (manifest, shown) for number, manifest, shown in rows}


evidence.kept_with("filing", _kept)
