"""Reads of the entries room. Before the close nobody but the author sees an entry; after it, whoever decides on it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, or_, select

from hub.contests.challenges import queries as challenges
from hub.contests.challenges import rules as challenge_rules
from hub.contests.challenges.models import Challenge, ChallengeFollow
from hub.contests.challenges.states import CLOSED
from hub.contests.challenges.states import State as ChallengeState
from hub.contests.entries import rules
from hub.contests.entries.models import Entry, EntryFile, EntryView, Seal
from hub.contests.entries.policy import POLICY
from hub.contests.entries.rules import Ground, SealedFile, StoredFile
from hub.contests.entries.states import IN_THE_RUNNING, READABLE, Act, Capacity, State
from hub.core.agreements import queries as agreements
from hub.core.evidence import queries as evidence
from hub.core.evidence.operations import signing_key
from hub.core.files import queries as files
from hub.core.wording.rules import Losing
from hub.db.cursors import older
from hub.db.extensions import db
from hub.db.journal import JournalRow
from hub.db.personal import Hindrance, hands_out, hinders_leaving
from hub.db.prepared import Prepared
from hub.db.types import NO_DUE, Question
from hub.kernel import clock
from hub.kernel.actor import Actor
from hub.kernel.errors import NotFound
from hub.kernel.words import N_

AGREEMENT = "challenge_entry"
"""The kind of agreement that an entrant signs."""

NO_SUCH = N_("There is no such entry.")

Reader = Callable[[Actor, Entry], Capacity | None]
Bar = Callable[[int, int], str]
_readers: list[Reader] = []
_bars: list[Bar] = []


def may_read_with(reader: Reader) -> Reader:
    """Let a later room say in what capacity somebody reads sealed entries after the close (None: not at all)."""
    if reader not in _readers:
        _readers.append(reader)
    return reader


def bar_with(bar: Bar) -> Bar:
    """Let a later room say why a person (challenge id, person id) cannot enter; empty if they can. The words are marked with N_."""
    if bar not in _bars:
        _bars.append(bar)
    return bar


def why_barred(actor: Actor, challenge: Challenge) -> str:
    """Why this signed-in actor cannot enter the challenge, whatever they sign; empty if they can."""
    if actor.belongs_to(challenge.organisation_id):
        return N_("You belong to the organisation that asks, so you cannot enter this challenge.")
    if actor.is_consultant or actor.is_admin:
        return N_("You look after this site and see more than other entrants, so you cannot enter its challenges.")
    return next((reason for bar in _bars if (reason := bar(challenge.id, actor.person_id or 0))), "")


@dataclass(frozen=True)
class SealedEntry:
    """An entry as sealed last: what judges and the seeker read. `sealed_at` is that of the seal that counts."""

    entry_id: int
    challenge_id: int
    person_id: int
    state: State
    number: int
    receipt_no: str
    hash: str
    title: str
    body: str
    files: tuple[SealedFile, ...]
    sealed_at: datetime


@dataclass(frozen=True)
class Draft:
    """An entry's draft with its attachments, how it stands to the last seal, and the agreement as it stands now."""

    entry: Entry
    files: tuple[StoredFile, ...]
    seals: tuple[Seal, ...]
    changed: bool
    terms: Any

    @property
    def last_seal(self) -> Seal | None:
        return self.seals[-1] if self.seals else None


def find(entry_id: int) -> Entry:
    """Unchecked, for the rooms above and for reactions. Raises NotFound."""
    entry = db.session.get(Entry, entry_id)
    if entry is None:
        raise NotFound(NO_SUCH)
    return entry


def capacity(actor: Actor, entry: Entry) -> Capacity | None:
    """In what capacity this actor, not the author, may read the sealed entry now; None means that it is not there for them.

    The licence to evaluate, which the author signed, sets the limits: from the close to the decision, at most its number of days.
    """
    if not actor.signed_in or entry.challenge.state not in CLOSED or entry.state not in READABLE:
        return None
    if entry.state is State.SEALED and clock.now() >= licence_ends(entry.challenge):
        return None
    if POLICY.can(actor, Act.SELECT, entry):
        return Capacity.SEEKER
    for reader in _readers:
        if (found := reader(actor, entry)) is not None:
            return found
    return Capacity.STAFF if actor.is_admin or actor.is_consultant else None


def licence_ends(challenge: Challenge) -> datetime:
    """When the licence to read and test the entries of a closed challenge ends, unless the decision comes first."""
    assert challenge.closes_at is not None
    return challenge_rules.evaluation_ends(challenge.closes_at, int(challenge.terms.get("evaluation_days", 0)))


def why_not_free(entry: Entry) -> str:
    """Why the author cannot take the entry elsewhere yet, as its agreement has it; empty once all rights in it are back."""
    challenge = entry.challenge
    over = challenge.state in {ChallengeState.AWARDED, ChallengeState.ENDED, ChallengeState.WITHDRAWN}
    if challenge.state is ChallengeState.OPEN:
        return N_("The challenge is still open.")
    if entry.state is State.SELECTED:
        return N_("This entry was selected: its rights follow the award agreement.")
    if entry.state in {State.DRAFT, State.WITHDRAWN}:
        return ""
    if challenge.terms.get("losing_entries") == Losing.CONFIDENTIAL:
        return N_("The agreement keeps this entry confidential on both sides. Describe your technology in a new offer, without the entry.")
    if entry.state is State.NOT_SELECTED and not over:
        return N_("The winner has not signed yet; until then the choice may open again.")
    if entry.state is State.SEALED and not over and clock.now() < licence_ends(challenge):
        return N_("The seeker may read and judge it until the decision.")
    return ""


def get_for(actor: Actor, entry_id: int) -> Entry:
    """The entry, for its author at any time and for those who decide after the close. Raises NotFound otherwise."""
    entry = db.session.get(Entry, entry_id)
    if entry is None or not (POLICY.can(actor, Act.READ_DRAFT, entry) or capacity(actor, entry) is not None):
        raise NotFound(NO_SUCH)
    return entry


def own(actor: Actor, entry_id: int) -> Entry:
    """The entry, for its author alone. Raises NotFound."""
    entry = db.session.get(Entry, entry_id)
    if entry is None or not POLICY.can(actor, Act.READ_DRAFT, entry):
        raise NotFound(NO_SUCH)
    return entry


def mine_in(actor: Actor, challenge: Challenge) -> Entry | None:
    """The actor's own entry to the challenge."""
    if actor.person_id is None:
        return None
    return db.session.scalars(select(Entry).where(Entry.challenge_id == challenge.id, Entry.person_id == actor.person_id)).one_or_none()


def own_in(actor: Actor, challenge: Challenge) -> Entry:
    """As `mine_in`. Raises NotFound."""
    entry = mine_in(actor, challenge)
    if entry is None:
        raise NotFound(N_("You have not entered this challenge yet."), code="not_entered")
    return entry


def mine(actor: Actor, last_id: int | None = None, limit: int = 200) -> Sequence[Entry]:
    """Up to `limit` + 1 of the actor's entries with their challenges, newest first, after the one numbered `last_id`."""
    query = select(Entry).where(Entry.person_id == actor.person_id)
    return db.session.scalars(older(query, Entry.id, last_id, limit + 1)).all()


def draft_of(entry: Entry) -> Draft:
    """The draft with its files in the order they came, and all its seals."""
    attached, seals = files_of(entry), tuple(seals_of(entry.id))
    terms = agreements.current(entry.challenge.ref, AGREEMENT)
    changed = bool(seals) and changed_since(seals[-1], entry, attached, terms.id if terms else 0)
    return Draft(entry, attached, seals, changed, terms)


def changed_since(seal: Seal, draft: Entry | Ground, attached: Iterable[StoredFile], terms_id: int) -> bool:
    """Has the draft, or the agreement signed for it, moved on since it was sealed?"""
    ids = [file.id for file in attached]
    return rules.differs(seal.manifest, title=draft.title, body=draft.body, file_ids=ids, terms_id=terms_id)


CHALLENGE_HELD = Prepared(
    select(Challenge.id, Challenge.slug, Challenge.title, Challenge.state, Challenge.closes_at)
    .where(Challenge.id == select(Entry.challenge_id).where(Entry.id == bindparam("number")).scalar_subquery())
    .with_for_update(read=True, of=Challenge)
)  # fmt: skip
ENTRY_LOCKED = Prepared(
    select(
        Entry.id, Entry.person_id, Entry.title, Entry.body, Entry.state, Entry.version,
        select(func.coalesce(func.max(Seal.number), 0)).where(Seal.entry_id == Entry.id).scalar_subquery().label("sealed"),
        select(func.count(EntryFile.id)).where(EntryFile.entry_id == Entry.id).scalar_subquery().label("attached"),
    ).where(Entry.id == bindparam("number")).with_for_update(of=Entry)
)  # fmt: skip
"""What sealing decides on (`rules.Ground`), locked on PostgreSQL; SQLite has one writer anyway. In this order, as all others lock."""


def files_of(entry: Entry | Ground) -> tuple[StoredFile, ...]:
    """What is attached to the draft, in the order it came."""
    ids = db.session.scalars(select(EntryFile.file_id).where(EntryFile.entry_id == entry.id).order_by(EntryFile.id)).all()
    found = files.files(ids)
    return tuple(found[file_id] for file_id in ids)


def seals_of(entry_id: int) -> Sequence[Seal]:
    """All seals of an entry, the first one first."""
    return db.session.scalars(select(Seal).where(Seal.entry_id == entry_id).order_by(Seal.number)).all()


def seal_of(entry: Entry | Ground, number: int | None = None) -> Seal:
    """One seal, by default the last. Raises NotFound."""
    query = select(Seal).where(Seal.entry_id == entry.id).order_by(Seal.number.desc()).limit(1)
    seal = db.session.scalars(query if number is None else query.where(Seal.number == number)).one_or_none()
    if seal is None:
        raise NotFound(N_("This entry has not been sealed."), code="not_sealed")
    return seal


def readable_file(actor: Actor, entry_id: int, file_id: int) -> int:
    """The file's number, if this actor may read it: the author those of the draft and of every seal, others those of the seal that counts.

    Raises NotFound.
    """
    entry = get_for(actor, entry_id)
    wrote_it = POLICY.can(actor, Act.READ_DRAFT, entry)
    seals = seals_of(entry.id)
    known = {file.id for sealed in (seals if wrote_it else seals[-1:]) for file in rules.files_of(sealed.manifest)}
    if file_id not in known and not (wrote_it and file_id in {file.id for file in files_of(entry)}):
        raise NotFound(N_("There is no such file."))
    return file_id


def receipt(seal: Seal) -> dict[str, Any]:
    """The signed receipt: the manifest, its place in the evidence log, and the journal row that recorded the seal."""
    rows = db.session.scalars(
        select(JournalRow).where(JournalRow.subject == f"entry:{seal.entry_id}", JournalRow.kind == "EntrySealed").order_by(JournalRow.id)
    )
    row = next((row for row in rows if row.facts.get("hash") == seal.hash), None)
    recorded = {**row.sealed_facts(), "hash": row.hash} if row is not None else None
    return evidence.receipt(
        subject=seal.ref, receipt_no=seal.receipt_no, sealed_at=seal.manifest["sealed_at"], manifest=seal.manifest, journal=recorded,
        key=signing_key,
    )  # fmt: skip


def _kept(seal_ids: Sequence[int]) -> dict[int, tuple[dict[str, Any], str]]:
    rows = db.session.execute(select(Seal.id, Seal.manifest, Seal.hash).where(Seal.id.in_(seal_ids)))
    return {number: (manifest, shown) for number, manifest, shown in rows}


evidence.kept_with("seal", _kept)


def sealed(entry: Entry) -> SealedEntry:
    """The entry as sealed last. Raises NotFound if it never was."""
    return _as_sealed(entry, seal_of(entry))


def _as_sealed(entry: Entry, seal: Seal) -> SealedEntry:
    return SealedEntry(
        entry_id=entry.id,
        challenge_id=entry.challenge_id,
        person_id=entry.person_id,
        state=entry.state,
        number=seal.number,
        receipt_no=seal.receipt_no,
        hash=seal.hash,
        title=seal.manifest["title"],
        body=seal.manifest["body"],
        files=tuple(rules.files_of(seal.manifest)),
        sealed_at=seal.sealed_at,
    )


def sealed_of(challenge_id: int) -> list[SealedEntry]:
    """The sealed entries of a challenge, by number; withdrawn ones are not among them. Unchecked. One statement."""
    return sealed_of_many([challenge_id])


def sealed_of_many(challenge_ids: Iterable[int]) -> list[SealedEntry]:
    """As `sealed_of`, for several challenges at once."""
    last = select(Seal.entry_id, func.max(Seal.number).label("number")).group_by(Seal.entry_id).subquery()
    query = (
        select(Entry, Seal)
        .join(Seal, Seal.entry_id == Entry.id)
        .join(last, (last.c.entry_id == Seal.entry_id) & (last.c.number == Seal.number))
        .where(Entry.challenge_id.in_(list(challenge_ids)), Entry.state.in_(sorted(IN_THE_RUNNING)))
        .order_by(Entry.challenge_id, Entry.id)
    )
    return [_as_sealed(entry, seal) for entry, seal in db.session.execute(query)]


def judged_ids(challenge_id: int) -> list[int]:
    """The numbers of the entries that are or were judged."""
    query = select(Entry.id).where(Entry.challenge_id == challenge_id, Entry.state.in_(sorted(IN_THE_RUNNING)))
    return list(db.session.scalars(query.order_by(Entry.id)))


def entries_in(challenge_id: int) -> Sequence[Entry]:
    """Every entry of a challenge in any state, by number. Unchecked, for the rooms above and for reactions."""
    return db.session.scalars(select(Entry).where(Entry.challenge_id == challenge_id).order_by(Entry.id)).all()


def has_entered(challenge_id: int, person_id: int) -> bool:
    """Has this person an entry that is not withdrawn?"""
    query = select(Entry.id).where(Entry.challenge_id == challenge_id, Entry.person_id == person_id, Entry.state != State.WITHDRAWN)
    return db.session.scalar(query.limit(1)) is not None


def counts(challenge_ids: list[int]) -> dict[int, int]:
    """How many sealed entries each challenge has; those without any are missing. One statement."""
    query = (
        select(Entry.challenge_id, func.count())
        .where(Entry.challenge_id.in_(challenge_ids), Entry.state.in_(sorted(IN_THE_RUNNING)))
        .group_by(Entry.challenge_id)
    )
    return {row[0]: row[1] for row in db.session.execute(query)}


def views_of(entry_id: int) -> Sequence[EntryView]:
    """Every look by somebody else, the latest first."""
    return db.session.scalars(select(EntryView).where(EntryView.entry_id == entry_id).order_by(EntryView.id.desc())).all()


def views_after(entry_id: int, last_id: int | None, limit: int) -> Sequence[EntryView]:
    """Up to `limit` + 1 looks, the latest first, after the one numbered `last_id`."""
    query = select(EntryView).where(EntryView.entry_id == entry_id)
    return db.session.scalars(older(query, EntryView.id, last_id, limit + 1)).all()


def waiting_for(actor: Actor) -> Sequence[Entry]:
    """The actor's entries that wait for them: drafts that can still be sealed, and those that were selected. One statement."""
    draft = (Entry.state == State.DRAFT) & (Challenge.state == ChallengeState.OPEN) & (Challenge.closes_at > clock.now())
    won = (Entry.state == State.SELECTED) & (Challenge.state == ChallengeState.SELECTED)
    query = select(Entry).join(Challenge, Challenge.id == Entry.challenge_id).where(Entry.person_id == actor.person_id, or_(draft, won))
    return db.session.scalars(query.order_by(Challenge.closes_at)).all()


def dates_followed(person_id: int) -> Question:
    """As hub.web.agenda asks: the deadlines of open challenges that a person follows; a draft of theirs is among what waits for them."""
    drafts = select(Entry.challenge_id).where(Entry.person_id == person_id, Entry.state == State.DRAFT)
    dates = (Challenge.closes_at.label("starts"), Challenge.closes_at.label("ends"))
    query = select(Challenge.title.label("detail"), Challenge.slug.label("key"), *dates).join(
        ChallengeFollow, ChallengeFollow.challenge_id == Challenge.id
    )
    open_to_them = (ChallengeFollow.person_id == person_id, Challenge.state == ChallengeState.OPEN, Challenge.id.not_in(drafts))
    return query.where(*open_to_them).order_by(Challenge.closes_at)


challenges.count_entries_with(counts)


def _where_entrants_sign(subject: str) -> str:
    challenge = challenges.by_ids([number := int(subject.partition(":")[2])]).get(number)
    return f"/challenges/{challenge.slug}/agreement" if challenge is not None else ""


agreements.signed_at("challenge", _where_entrants_sign)


@hinders_leaving
def in_the_running(person_id: int) -> list[Hindrance]:
    """Sealed entries that are not decided."""
    asked = select(Challenge.title.label("detail"), Entry.id.label("key"), NO_DUE).join(Entry, Entry.challenge_id == Challenge.id)
    undecided = Challenge.state.not_in((ChallengeState.AWARDED, ChallengeState.ENDED))
    mine = asked.where(Entry.person_id == person_id, Entry.state.in_(READABLE), undecided)
    return [Hindrance(mine, N_("Your entry is in the running"), "/entries/{}", N_("Withdraw it, or wait for the decision"))]


@hands_out
def receipts(person_id: int) -> Iterator[tuple[str, bytes]]:
    """The signed receipt of every seal, as `hub evidence verify` takes it."""
    for number in db.session.scalars(select(Entry.id).where(Entry.person_id == person_id).order_by(Entry.id)).all():
        for seal in seals_of(number):
            yield f"receipts/{seal.receipt_no}.json", json.dumps(receipt(seal), ensure_ascii=False, indent=1).encode()
