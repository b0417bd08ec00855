"""What happened, written in the same transaction as the change: audit log and outbox in one.

Every row carries the hash of the row before it (a hash chain), so that a row changed or removed later is found.
Each reaction to an event is one delivery row, written in the same transaction and worked off by `hub.db.delivery`.
"""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, Integer, String, insert, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from hub.db.extensions import db
from hub.db.personal import holds_of_nobody, holds_of_person
from hub.db.prepared import Prepared, connection
from hub.db.types import UtcDateTime, enum_type
from hub.kernel import clock, sealing
from hub.kernel.actor import Actor
from hub.kernel.words import N_, Worded

PENDING = "journal"
GENESIS = "0" * 64
BigId = BigInteger().with_variant(Integer, "sqlite")


class DeliveryState(Worded):
    DUE = "due"
    DONE = "done"
    DEAD = "dead"


class JournalRow(db.Model):
    """One fact. `subject` is what it is about ("entry:5"), `scope` the larger thing whose story it belongs to ("challenge:2")."""

    __tablename__ = "journal"
    __table_args__ = (Index("ix_journal_subject", "subject", "id"), Index("ix_journal_scope", "scope", "id"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    kind: Mapped[str] = mapped_column(String(80))
    actor_id: Mapped[int | None]
    credential: Mapped[str] = mapped_column(String(40), default="")
    subject: Mapped[str] = mapped_column(String(80), default="")
    scope: Mapped[str] = mapped_column(String(80), default="")
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))

    def sealed_facts(self) -> dict[str, Any]:
        """What the hash covers."""
        return _sealed({name: getattr(self, name) for name in _COLUMNS})


_COLUMNS = tuple(JournalRow.__table__.columns.keys())


def _sealed(row: dict[str, Any]) -> dict[str, Any]:
    """What the hash of a row covers: all but itself, the moment in words, the actor under a shorter name."""
    facts = {name: value for name, value in row.items() if name not in ("hash", "actor_id")}
    return facts | {"at": row["at"].isoformat(), "actor": row["actor_id"]}


class JournalHead(db.Model):
    """The chain's end. One row: locking it puts the writers of PostgreSQL in order."""

    __tablename__ = "journal_head"
    __table_args__ = (CheckConstraint("id = 1", name="single"),)

    id: Mapped[int] = mapped_column(primary_key=True, default=1)
    last_id: Mapped[int] = mapped_column(BigInteger, default=0)
    hash: Mapped[str] = mapped_column(String(64), default=GENESIS)


class Delivery(db.Model):
    """One reaction to one fact: due, then done; or dead after too many attempts."""

    __table_args__ = (Index("ix_delivery_due", "state", "next_at"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    journal_id: Mapped[int] = mapped_column(ForeignKey("journal.id"))
    reaction: Mapped[str] = mapped_column(String(120))
    state: Mapped[DeliveryState] = mapped_column(enum_type(DeliveryState), default=DeliveryState.DUE)
    attempts: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime] = mapped_column(UtcDateTime)
    error: Mapped[str] = mapped_column(default="")


@dataclasses.dataclass(frozen=True)
class Fact:
    """A journal row as reactions see it."""

    id: int
    at: datetime
    actor_id: int | None
    subject: str
    scope: str


Reaction = Callable[[Any, Fact], None]
_reactions: dict[str, list[tuple[str, type, Reaction]]] = {}
_formerly: dict[tuple[str, str], str] = {}
"""Former names of reactions, each with the event and the present one: what waited in the outbox during an upgrade is still delivered."""


def reacts_to(event_class: type, *, formerly: Iterable[str] = ()) -> Callable[[Reaction], Reaction]:
    """Have the function called as `reaction(event, fact)` after the commit, at least once: it must bear being repeated.

    `formerly` are the names under which deliveries to it may still wait ("hub.core.messages.reactions.tell_refund"): a reaction that is
    renamed or moved keeps its old names here.
    """

    def register(reaction: Reaction) -> Reaction:
        name = f"{reaction.__module__}.{reaction.__qualname__}"
        _formerly.update({(event_class.__name__, old): name for old in formerly})
        known = _reactions.setdefault(event_class.__name__, [])
        if name not in {other for other, _, _ in known}:
            known.append((name, event_class, reaction))
        return reaction

    return register


_only_if: dict[str, Callable[[str], bool]] = {}


def only_if(wanted: Callable[[str], bool]) -> Callable[[Reaction], Reaction]:
    """Spare a reaction the facts that nobody waits for: `wanted(kind)` is asked with the commit of each kind, in its transaction.

    For reactions to very many facts, of which few matter to anybody.
    """

    def register(reaction: Reaction) -> Reaction:
        _only_if[f"{reaction.__module__}.{reaction.__qualname__}"] = wanted
        return reaction

    return register


def _due_to(kind: str) -> list[str]:
    """The reactions that a fact of this kind calls for now, by name."""
    names = [name for name, _, _ in _reactions.get(kind, [])]
    return [name for name in names if name not in _only_if or _only_if[name](kind)]


def reaction_named(kind: str, name: str) -> tuple[type, Reaction] | None:
    """The event's class and the reaction to it, by its present name or a former one; None if there is no such reaction (any more)."""
    present = _formerly.get((kind, name), name)
    return next(((cls, call) for known, cls, call in _reactions.get(kind, []) if known == present), None)


def record(event: Any, *, actor: Actor, subject: str = "", scope: str = "") -> None:
    """Append a frozen event (ids and plain facts only, no personal data). It becomes durable with the caller's commit."""
    row = {
        "at": clock.now(),
        "kind": type(event).__name__,
        "actor_id": actor.person_id,
        "credential": actor.credential,
        "subject": subject,
        "scope": scope or subject,
        "facts": {name: value if isinstance(value, _FIRM) else copy.deepcopy(value) for name, value in vars(event).items()},
    }
    db.session().info.setdefault(PENDING, []).append(row)


_FIRM = (str, int, type(None))
"""Values that nobody can change later; all others are copied as they are now."""


def pending_kinds() -> list[str]:
    """The kinds recorded and not yet committed, in order: what tests ask for."""
    return [row["kind"] for row in db.session().info.get(PENDING, [])]


def forget_pending(session: Session) -> None:
    session.info.pop(PENDING, None)


def write_pending(session: Session) -> None:
    """Chain the recorded rows to the journal's end and add their deliveries. Last step before a commit, so the lock is short."""
    rows: list[dict[str, Any]] = session.info.pop(PENDING, [])
    if not rows:
        return
    writer = connection()
    called_for = {kind: _due_to(kind) for kind in dict.fromkeys(row["kind"] for row in rows)}
    known = _HEAD(writer, {})
    last, previous = known[0] if known else (0, GENESIS)
    for row in rows:
        row |= {"id": last + 1, "previous": previous}
        row["hash"] = sealing.digest(_sealed(row))
        last, previous = row["id"], row["hash"]
    _APPEND(writer, rows)
    (_MOVE_ON if known else _BEGIN)(writer, {"last_id": last, "hash": previous})
    due = [{"journal_id": row["id"], "reaction": name, "next_at": row["at"]} for row in rows for name in called_for[row["kind"]]]
    if due:
        _DELIVER(writer, due)


_HEAD = Prepared(select(JournalHead.last_id, JournalHead.hash).with_for_update())
_END = ("last_id", "hash")
_BEGIN, _MOVE_ON = Prepared(insert(JournalHead), *_END), Prepared(update(JournalHead), *_END)
_APPEND = Prepared(insert(JournalRow), *_COLUMNS)
_DELIVER = Prepared(insert(Delivery).inline(), "journal_id", "reaction", "next_at")
"""Made once, and without the session's bookkeeping: every commit that matters comes through here."""


def last_id() -> int:
    """The number of the newest fact; it grows with every change worth showing, so caches may be keyed by it."""
    return db.session.scalar(select(JournalHead.last_id)) or 0


holds_of_person(
    "journal", "actor_id", what=N_("Lines of the journal about what you did"), fixed=True,
    keeps=N_("The journal is a chain that proves the site's own history. It holds numbers, and neither names nor addresses."),
)  # fmt: skip
holds_of_nobody("delivery", "journal_head", because="the outbox of the journal; what a mail server said of an address is taken out")
