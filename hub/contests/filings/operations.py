"""The only writes of this room: drafting, attaching, sealing before the entries are opened, claiming after it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, BinaryIO

from sqlalchemy import select
from sqlalchemy.orm import lazyload

from hub.contests.challenges.models import Challenge
from hub.contests.challenges.states import State as ChallengeState
from hub.contests.entries import operations as entries
from hub.contests.entries.models import Entry
from hub.contests.entries.rules import StoredFile
from hub.contests.entries.states import State as EntryState
from hub.contests.filings import queries, rules
from hub.contests.filings.events import FilingDrafted, FilingSealed, PriorKnowledgeClaimed
from hub.contests.filings.models import Filing, FilingFile, PriorClaim
from hub.contests.filings.policy import POLICY
from hub.contests.filings.states import LIFE, Act, State, entries_opened
from hub.core.accounts import queries as accounts
from hub.core.evidence import operations as evidence
from hub.core.files import operations as files
from hub.db import journal
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import Actor
from hub.kernel.errors import Conflict, Invalid, NotFound, NotNow, one_field
from hub.kernel.permissions import require_verified
from hub.kernel.words import N_

LATE = N_(
    "The entries of this challenge are open to you since %(when)s. What you knew before can be filed only until then: afterwards nobody "
    "could tell it from what you have read."
)


def draft(*, actor: Actor, challenge: Challenge, title: str, body: str) -> Filing:
    """Begin a filing. Raises NotAllowed, NotNow (code "entries_opened")."""
    POLICY.require(actor, Act.DRAFT, challenge)
    require_verified(actor)
    _require_unopened(entries.locked_challenge(challenge.id))
    now = clock.now()
    filing = Filing(
        challenge=challenge, challenge_id=challenge.id, person_id=actor.person_id, title=title, body=body, created_at=now, updated_at=now,
    )  # fmt: skip
    filing.state = LIFE.initial  # type: ignore[assignment]
    db.session.add(filing)
    db.session.flush()
    fact = FilingDrafted(filing_id=filing.id, challenge_id=challenge.id)
    journal.record(fact, actor=actor, subject=filing.ref, scope=challenge.ref)
    return filing


def save(*, actor: Actor, filing: Filing, title: str, body: str, version: int | None = None) -> Filing:
    """Keep the draft. Raises NotAllowed, NotNow (code "entries_opened", "sealed"), Conflict (code "stale")."""
    _may_write(actor, filing)
    if (filing.title, filing.body) != (title, body):
        _require_version(filing, version)
        filing.title, filing.body, filing.updated_at = title, body, clock.now()
        db.session.flush()
    return filing


def attach(*, actor: Actor, filing: Filing, stream: BinaryIO, filename: str) -> StoredFile:
    """Take a file in. Raises what `save` and `files.operations.store` raise, Invalid about "file" (name taken, too many)."""
    _may_write(actor, filing)
    present = queries.files_of(filing)
    if len(present) >= rules.MAX_FILES:
        raise one_field("file", N_("A filing takes at most %(most)s files."), code="too_many_files", most=rules.MAX_FILES)
    file = files.store(actor=actor, stream=stream, filename=filename, purpose="filing")
    if any(other.filename.casefold() == file.filename.casefold() for other in present):
        raise one_field(
            "file", N_("There is already a file named “%(file)s”. Remove it first or rename this one."), code="file_name_taken",
            file=file.filename,
        )  # fmt: skip
    db.session.add(FilingFile(filing_id=filing.id, file_id=file.id, added_at=clock.now()))
    db.session.flush()
    return file


def detach(*, actor: Actor, filing: Filing, file_id: int) -> None:
    """Take a file off the draft. Raises what `save` raises, NotFound."""
    _may_write(actor, filing)
    row = db.session.scalars(select(FilingFile).where(FilingFile.filing_id == filing.id, FilingFile.file_id == file_id)).one_or_none()
    if row is None:
        raise NotFound(N_("This file is not attached to the draft."))
    db.session.delete(row)
    db.session.flush()


def seal(*, actor: Actor, filing: Filing, version: int | None = None) -> Filing:
    """Seal the filing into the evidence log, for good. The clock is read once, after the challenge is locked: the second of the deadline is
    late. Raises NotNow (code "entries_opened", "sealed"), Conflict (code "stale"), NotAllowed, Invalid about an empty title or text."""
    challenge, moment = _may_write(actor, filing)
    _require_version(filing, version)
    gaps = {name: N_("Please fill this in.") for name, text in (("title", filing.title), ("body", filing.body)) if not text.strip()}
    if gaps:
        raise Invalid(N_("A filing needs a title and a text before it can be sealed."), fields=gaps, code="filing_empty")
    manifest = _manifest(actor, filing, challenge, moment)
    sealed = evidence.commit(manifest)
    LIFE.fire(filing, Act.SEAL)
    filing.sealed_at, filing.manifest, filing.hash = moment, manifest, sealed.hash
    evidence.append(actor=actor, subject=filing.ref, sealed=sealed, at=moment)
    fact = FilingSealed(filing_id=filing.id, challenge_id=challenge.id, hash=sealed.hash)
    journal.record(fact, actor=actor, subject=filing.ref, scope=challenge.ref)
    return filing


def _manifest(actor: Actor, filing: Filing, challenge: Challenge, moment: datetime) -> dict[str, Any]:
    listed = [
        {"id": file.id, "name": file.filename, "size": file.size, "media_type": file.media_type, "sha256": file.sha256}
        for file in queries.files_of(filing)
    ]
    return rules.manifest(
        receipt_no=filing.receipt_no,
        challenge={"id": challenge.id, "slug": challenge.slug, "title": challenge.title},
        filing=filing.id,
        filed_by={"id": actor.person_id, "handle": accounts.card(actor.person_id or 0).handle},
        title=filing.title,
        body=filing.body,
        files=listed,
        sealed_at=moment,
    )


def claim(*, actor: Actor, entry: Entry, filing_id: int, words: str) -> PriorClaim:
    """Hold a sealed filing against an entry of the same challenge, before the decision. Its author reads `words` and the filing beside it.

    Raises NotNow (code "not_judging"), Invalid about "filing_id" (code "no_filing": not filed in time, or for another challenge) and
    "words" (code "words_missing"), Conflict (code "claimed"), NotAllowed.
    """
    POLICY.require(actor, Act.CLAIM, entry)
    challenge = entries.locked_challenge(entry.challenge_id, to_decide=True)
    db.session.refresh(entry)
    if challenge.state is not ChallengeState.JUDGING or entry.state is not EntryState.SEALED:
        raise NotNow(N_("Prior knowledge is claimed while the entries are judged, before the decision."), code="not_judging")
    filing = db.session.get(Filing, filing_id)
    if filing is None or filing.challenge_id != challenge.id or filing.state is not State.SEALED:
        said = N_("A claim of prior knowledge counts only with a filing that was sealed for this challenge before the entries were opened.")
        raise one_field("filing_id", said, code="no_filing")
    if len(words.strip()) < rules.SHORTEST_WORDS:
        raise one_field("words", N_("Say what you knew, and where in the filing it stands: the author reads it."), code="words_missing")
    if queries.claim_on(entry.id) is not None:
        raise Conflict(N_("There is a claim against this entry already, and a claim is never changed."), code="claimed")
    made = PriorClaim(entry_id=entry.id, filing_id=filing.id, person_id=actor.person_id, words=words.strip(), at=clock.now())
    db.session.add(made)
    db.session.flush()
    fact = PriorKnowledgeClaimed(entry_id=entry.id, challenge_id=challenge.id, filing_id=filing.id)
    journal.record(fact, actor=actor, subject=entry.ref, scope=challenge.ref)
    return made


def _may_write(actor: Actor, filing: Filing) -> tuple[Challenge, datetime]:
    """The challenge, locked, and the moment, read after that."""
    POLICY.require(actor, Act.SEAL, filing)
    require_verified(actor)
    challenge = entries.locked_challenge(filing.challenge_id)
    db.session.flush()
    query = select(Filing).where(Filing.id == filing.id).options(lazyload(Filing.challenge)).with_for_update()
    db.session.scalars(query.execution_options(populate_existing=True)).one()
    moment = clock.now()
    _require_unopened(challenge, moment)
    if filing.state is State.SEALED:
        raise NotNow(N_("This filing is sealed: it stays as it is. File another one beside it."), code="sealed")
    return challenge, moment


def _require_unopened(challenge: Challenge, moment: datetime | None = None) -> None:
    if entries_opened(challenge, moment):
        when = f"{challenge.closes_at:%Y-%m-%d %H:%M:%S} UTC" if challenge.closes_at is not None else "?"
        raise NotNow(LATE, code="entries_opened", when=when)
    if challenge.state is ChallengeState.WITHDRAWN:
        raise NotNow(N_("This challenge was withdrawn."), code="withdrawn")


def _require_version(filing: Filing, version: int | None) -> None:
    if version is not None and version != filing.version:
        raise Conflict(
            N_("The draft was changed in another window since you opened it. Your text is kept below: compare and save again."),
            code="stale",
        )
