"""The only writes of this room: entering, drafting, attaching, sealing, withdrawing, and the log of who looked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, BinaryIO

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import lazyload

from hub.contests.challenges.models import Challenge
from hub.contests.entries import queries, rules
from hub.contests.entries.events import (
    EntryLetGo,
    EntryReconsidered,
    EntryReentered,
    EntrySealed,
    EntrySelected,
    EntryStarted,
    EntryTurnedDown,
    EntryWithdrawn,
)
from hub.contests.entries.models import Entry, EntryFile, EntryView, Seal
from hub.contests.entries.policy import POLICY
from hub.contests.entries.rules import Asked, Ground, Signed, StoredFile
from hub.contests.entries.states import LIFE, TOO_LATE, Act, Capacity, DatedChallenge, State, takes_entries
from hub.core.accounts import queries as accounts
from hub.core.agreements import operations as agreements
from hub.core.agreements import queries as agreements_read
from hub.core.evidence import operations as evidence
from hub.core.files import operations as files
from hub.core.files.rules import Copy
from hub.db import journal
from hub.db.extensions import db
from hub.db.prepared import Prepared, connection, forget
from hub.kernel import clock
from hub.kernel.actor import Actor
from hub.kernel.errors import Conflict, Invalid, NotAllowed, NotFound, NotNow, NotSignedIn, one_field
from hub.kernel.words import N_

LATE = N_(
    "The deadline was %(deadline)s, and it is %(now)s by the hub's clock: the challenge takes no entries any more. "
    "Your draft is kept as it was."
)


def enter(*, actor: Actor, challenge: Challenge) -> Entry:
    """Open the project room: the actor's entry to the challenge, as an empty draft. Once there, the same entry is given back.

    Raises NotSignedIn, NotAllowed (e-mail not verified, one's own challenge, a judge; code "sign_first" without the signed agreement),
    NotNow after the deadline.
    """
    _may_take_part(actor, challenge)
    entry = queries.mine_in(actor, challenge)
    if entry is not None and entry.state is not State.WITHDRAWN:
        return entry
    _require_in_time(challenge)
    _signed(actor, challenge.ref)
    if entry is not None:
        return reenter(actor=actor, entry=entry)
    now = clock.now()
    entry = Entry(challenge=challenge, challenge_id=challenge.id, person_id=actor.person_id, created_at=now, updated_at=now)
    entry.state = LIFE.initial  # type: ignore[assignment]
    db.session.add(entry)
    db.session.flush()
    journal.record(EntryStarted(entry_id=entry.id, challenge_id=challenge.id), actor=actor, subject=entry.ref, scope=challenge.ref)
    return entry


def sign_and_enter(*, actor: Actor, challenge: Challenge, seen_hash: str) -> Entry:
    """Sign the participation agreement as it was shown, and enter. Raises Conflict if the text has changed, and what `enter` raises."""
    _may_take_part(actor, challenge)
    _require_in_time(challenge)
    terms = agreements_read.current(challenge.ref, queries.AGREEMENT)
    if terms is None:
        raise NotNow(N_("The agreement of this challenge has not been drawn up yet."), code="no_agreement")
    agreements.sign(actor=actor, terms=terms, seen_hash=seen_hash)
    return enter(actor=actor, challenge=challenge)


def save(*, actor: Actor, entry: Entry, title: str, body: str, version: int | None = None) -> Entry:
    """Keep the draft. `version` is that of the draft the author edited. Raises Conflict (code "stale") if it has changed since,
    NotNow after the deadline, NotAllowed."""
    POLICY.require(actor, Act.SAVE, entry)
    _require_in_time(locked_challenge(entry.challenge_id))
    _lock(entry)
    _require_active(entry)
    if (entry.title, entry.body) != (title, body):
        _require_version(entry, version)
        entry.title, entry.body, entry.updated_at = title, body, clock.now()
        db.session.flush()
    return entry


def upload(*, actor: Actor, entry: Entry, stream: BinaryIO, filename: str) -> StoredFile:
    """Take a file in and attach it. Raises what `files.operations.store` and `attach` raise; nothing is kept then."""
    _may_attach(actor, entry)
    file = files.store(actor=actor, stream=stream, filename=filename, purpose="entry")
    attach(actor=actor, entry=entry, file=file)
    return file


def attach(*, actor: Actor, entry: Entry, file: StoredFile) -> EntryFile:
    """Attach one of the actor's own files to the draft. Raises Invalid about "file" (someone else's, name taken, too many, too much)."""
    _may_attach(actor, entry)
    present = queries.files_of(entry)
    if file.owner_id != actor.person_id:
        raise NotFound(N_("There is no such file."))
    if any(other.filename.casefold() == file.filename.casefold() for other in present):
        raise one_field(
            "file", N_("There is already a file named “%(file)s”. Remove it first or rename this one."), code="file_name_taken",
            file=file.filename,
        )  # fmt: skip
    if len(present) >= rules.MAX_FILES:
        raise one_field("file", N_("An entry takes at most %(most)s files."), code="too_many_files", most=rules.MAX_FILES)
    if sum(other.size for other in present) + file.size > rules.MAX_FILES_BYTES:
        raise one_field("file", N_("The files of an entry together take at most 100 MB."), code="files_too_large")
    attached = EntryFile(entry_id=entry.id, file_id=file.id, added_at=clock.now())
    db.session.add(attached)
    db.session.flush()
    return attached


def detach(*, actor: Actor, entry: Entry, file_id: int) -> None:
    """Take a file off the draft; seals that list it keep it. Raises NotFound, NotNow, NotAllowed."""
    _may_attach(actor, entry)
    attached = db.session.scalars(select(EntryFile).where(EntryFile.entry_id == entry.id, EntryFile.file_id == file_id)).one_or_none()
    if attached is None:
        raise NotFound(N_("This file is not attached to the draft."))
    db.session.delete(attached)
    db.session.flush()


def seal(*, actor: Actor, entry_id: int, version: int | None = None) -> Seal:
    """Fix the actor's draft as it is. The last seal before the deadline counts; all are kept. An unchanged draft keeps the seal it has.

    It takes a number, because all that it decides on is read under the lock: an entry loaded before would be read twice.
    The clock is read once, inside the writing transaction and after the lock: half-open, so the second of the deadline is late.
    Raises NotFound (not the author), NotNow (code "deadline_passed"), Conflict (code "stale": the draft is not the one that was checked),
    NotAllowed (code "sign_first": the agreement has changed), Invalid about an empty title or text.
    """
    ground = _ground(entry_id)
    if ground is None or not POLICY.can(actor, Act.SEAL, ground):
        raise NotFound(queries.NO_SUCH)
    with clock.held() as moment:
        return _sealed(actor, ground, version, moment)


def _sealed(actor: Actor, ground: Ground, version: int | None, moment: datetime) -> Seal:
    _require_in_time(ground.challenge, moment)
    _require_version(ground, version)
    signature = _signed(actor, ground.challenge.ref)
    _require_content(ground)
    attached = queries.files_of(ground) if ground.attached else ()
    if ground.state is State.SEALED and not queries.changed_since(last := queries.seal_of(ground), ground, attached, signature.terms_id):
        return last
    LIFE.fire(ground, Act.SEAL)
    manifest = _manifest(ground, attached, signature, moment)
    committed = evidence.commit(manifest)
    values = {
        "entry_id": ground.id, "number": manifest["number"], "manifest": manifest, "hash": committed.hash, "sealed_at": moment,
        "receipt_no": manifest["receipt_no"],
    }  # fmt: skip
    writer = connection()
    _MARK(writer, {"entry": ground.id, "sealed_at": moment, "version": ground.version + 1})
    sealed = Seal(id=_ADD(writer, values)[0][0], **values)
    evidence.append(actor=actor, subject=sealed.ref, sealed=committed, at=moment)
    fact = EntrySealed(entry_id=ground.id, challenge_id=ground.challenge.id, number=sealed.number, hash=sealed.hash)
    journal.record(fact, actor=actor, subject=ground.ref, scope=ground.challenge.ref)
    forget(Entry, ground.id)
    return sealed


def _manifest(ground: Ground, attached: Sequence[StoredFile], signature: Signed, moment: datetime) -> dict[str, Any]:
    challenge, number = ground.challenge, ground.sealed + 1
    assert challenge.closes_at is not None
    return rules.manifest(
        receipt_no=rules.receipt_no(challenge.id, ground.id, number),
        challenge={"id": challenge.id, "slug": challenge.slug, "title": challenge.title},
        entry=ground.id,
        number=number,
        author={"id": ground.person_id, "handle": accounts.handle_of(ground.person_id)},
        agreement={"terms": signature.terms_id, "hash": signature.hash},
        title=ground.title,
        body=ground.body,
        files=[rules.SealedFile(file.id, file.filename, file.size, file.media_type, file.sha256) for file in attached],
        sealed_at=moment,
        deadline=challenge.closes_at,
    )


def withdraw(*, actor: Actor, entry: Entry) -> Entry:
    """Take the entry out, at any time before a winner is selected: nobody reads it from then on, and it is not judged.

    Its seals and receipts stay with the author. Raises NotNow once decided, NotAllowed.
    """
    POLICY.require(actor, Act.WITHDRAW, entry)
    locked_challenge(entry.challenge_id)
    _lock(entry)
    LIFE.fire(entry, Act.WITHDRAW)
    journal.record(
        EntryWithdrawn(entry_id=entry.id, challenge_id=entry.challenge_id), actor=actor, subject=entry.ref, scope=entry.challenge.ref
    )
    return entry


def reenter(*, actor: Actor, entry: Entry) -> Entry:
    """Take a withdrawn entry up again as a draft; it must be sealed anew. Raises NotNow, NotAllowed."""
    POLICY.require(actor, Act.REENTER, entry)
    _require_in_time(locked_challenge(entry.challenge_id))
    _lock(entry)
    LIFE.fire(entry, Act.REENTER)
    entry.sealed_at = None
    journal.record(
        EntryReentered(entry_id=entry.id, challenge_id=entry.challenge_id), actor=actor, subject=entry.ref, scope=entry.challenge.ref
    )
    return entry


def select_winner(*, actor: Actor, entry: Entry) -> Entry:
    """Mark the chosen entry: the awards room calls it and tells everybody. Raises NotNow, NotAllowed."""
    return _decide(actor, entry, Act.SELECT, EntrySelected)


def turn_down(*, actor: Actor, entry: Entry) -> Entry:
    """Mark an entry that was not chosen: the awards room calls it. Raises NotNow, NotAllowed."""
    return _decide(actor, entry, Act.TURN_DOWN, EntryTurnedDown)


def let_go(*, actor: Actor, entry: Entry) -> Entry:
    """The author of the chosen entry did not sign: it is chosen no longer. By the system, for awards. Raises NotNow, NotAllowed."""
    return _decide(actor, entry, Act.LET_GO, EntryLetGo)


def reconsider(*, actor: Actor, entry: Entry) -> Entry:
    """The choice is open again, so this entry is in the running again. By the system, for the awards room. Raises NotNow, NotAllowed."""
    return _decide(actor, entry, Act.RECONSIDER, EntryReconsidered)


def _decide(actor: Actor, entry: Entry, act: Act, fact: Callable[..., object]) -> Entry:
    POLICY.require(actor, act, entry)
    LIFE.fire(entry, act)
    journal.record(fact(entry_id=entry.id, challenge_id=entry.challenge_id), actor=actor, subject=entry.ref, scope=entry.challenge.ref)
    return entry


def look(*, actor: Actor, entry: Entry) -> EntryView | None:
    """Write down that somebody reads the entry; None for the author, whose own looks are not written.

    Looks have a table of their own that only grows, beside the journal: reading must not stop everybody else's writing for long.
    Raises NotFound if the actor may not read it.
    """
    capacity = _capacity(actor, entry)
    return None if capacity is None else _written(actor, entry, capacity, "entry")


def _capacity(actor: Actor, entry: Entry) -> Capacity | None:
    """In what capacity somebody other than the author reads the entry; None for the author. Raises NotFound for everybody else."""
    if POLICY.can(actor, Act.READ_DRAFT, entry):
        return None
    capacity: Capacity | None = queries.capacity(actor, entry)
    if capacity is None:
        raise NotFound(queries.NO_SUCH)
    return capacity


def _written(actor: Actor, entry: Entry, capacity: Capacity, what: str, **copy: str) -> EntryView:
    view = EntryView(entry_id=entry.id, person_id=actor.person_id, capacity=capacity, what=what, at=clock.now(), **copy)
    db.session.add(view)
    db.session.flush()
    return view


def take_copy(*, actor: Actor, entry: Entry, file: StoredFile, content: Callable[[], bytes]) -> Copy | None:
    """A reader downloads a file: their copy with its number, named and marked with reader and time, and written down with its SHA-256.

    None for the author, who gets the file as it is. `content` reads the file's bytes. Raises NotFound if the actor may not read it.
    """
    capacity = _capacity(actor, entry)
    if capacity is None:
        return None
    copy = files.copy_for(actor=actor, file=file, of=f"the entry sealed in {queries.seal_of(entry).receipt_no}", content=content())
    _written(actor, entry, capacity, "file", file_name=file.filename[:255], copy_no=copy.number, copy_sha256=copy.sha256)
    return copy


def _may_take_part(actor: Actor, challenge: Challenge) -> None:
    if not actor.signed_in:
        raise NotSignedIn(N_("Sign in to enter a challenge."))
    if not actor.verified:
        raise NotAllowed(N_("Confirm your e-mail address first: receipts and results are sent there."), code="not_verified")
    if reason := queries.why_barred(actor, challenge):
        raise NotAllowed(reason, code="barred")


def _may_attach(actor: Actor, entry: Entry) -> None:
    POLICY.require(actor, Act.ATTACH, entry)
    _require_in_time(locked_challenge(entry.challenge_id))
    _lock(entry)
    _require_active(entry)


def _require_in_time(challenge: DatedChallenge, moment: datetime | None = None) -> None:
    moment = moment or clock.now()
    if takes_entries(challenge, moment):
        return
    if challenge.closes_at is None or moment < challenge.closes_at:
        raise NotNow(TOO_LATE, code="not_open")
    raise NotNow(LATE, code="deadline_passed", deadline=_exact(challenge.closes_at), now=_exact(moment))


def _exact(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"


def _require_active(entry: Entry) -> None:
    if entry.state not in {State.DRAFT, State.SEALED}:
        raise NotNow(N_("This entry is withdrawn. Enter again to go on with it."), code="withdrawn")


def _require_version(entry: Entry | Ground, version: int | None) -> None:
    if version is not None and version != entry.version:
        raise Conflict(
            N_("The draft was changed in another window since you opened it. Your text is kept below: compare and save again."),
            code="stale",
        )


def _require_content(entry: Entry | Ground) -> None:
    gaps = {name: N_("Please fill this in.") for name, text in (("title", entry.title), ("body", entry.body)) if not text.strip()}
    if gaps:
        raise Invalid(N_("An entry needs a title and a text before it can be sealed."), fields=gaps, code="entry_empty")


def _signed(actor: Actor, subject: str) -> Signed:
    """The actor's signature under the agreement as it stands now. Raises NotAllowed."""
    found = agreements_read.undersigned(actor.person_id or 0, subject, queries.AGREEMENT)
    if found is None or not found.hash:
        raise NotAllowed(
            N_("Read and sign the agreement of this challenge first; a changed text needs a new signature."), code="sign_first"
        )
    return found


def locked_challenge(challenge_id: int, *, to_decide: bool = False) -> Challenge:
    """The challenge as it is now, held until we commit against a close or a choice made elsewhere; `to_decide` keeps everybody out.

    Row locks are PostgreSQL's; SQLite has one writer anyway.
    """
    db.session.flush()
    query = select(Challenge).where(Challenge.id == challenge_id).with_for_update(read=not to_decide)
    return db.session.scalars(query.execution_options(populate_existing=True)).one()


def _lock(entry: Entry) -> None:
    db.session.flush()
    query = select(Entry).where(Entry.id == entry.id).options(lazyload(Entry.challenge)).with_for_update()
    db.session.scalars(query.execution_options(populate_existing=True)).one()


def _ground(entry_id: int) -> Ground | None:
    """All that sealing decides on, as it is now: the challenge is held against a close, the entry against everybody."""
    db.session.flush()
    writer = connection()
    challenge = queries.CHALLENGE_HELD.first(writer, {"number": entry_id})
    locked = queries.ENTRY_LOCKED.first(writer, {"number": entry_id})
    return Ground(challenge=Asked(**challenge), **locked) if challenge is not None and locked is not None else None


_SEALS, _ENTRIES = Seal.__table__, Entry.__table__
_ADD = Prepared(insert(_SEALS).returning(_SEALS.c.id), "entry_id", "number", "manifest", "hash", "sealed_at", "receipt_no")
_MARK = Prepared(
    update(_ENTRIES).where(_ENTRIES.c.id == bindparam("entry")).values(state=State.SEALED), "sealed_at", "version"
)  # fmt: skip
