"""The one way anything is written into the books: posted at once, set aside and decided later, or reversed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import bindparam, insert, select, text, update
from sqlalchemy.dialects import postgresql, sqlite

from hub.core.ledger import events, queries, rules
from hub.core.ledger.models import Account, Pending, PendingLeg, Posting, Transaction
from hub.core.ledger.rules import AccountRef, Change, Kind, Leg, Movement
from hub.core.ledger.states import PENDING, PendingAct, PendingState
from hub.db import journal
from hub.db.extensions import db
from hub.db.prepared import Prepared, as_written
from hub.kernel import clock
from hub.kernel.actor import SYSTEM, Actor
from hub.kernel.errors import Conflict, HubError, NotNow, one_field
from hub.kernel.words import N_

Shortage = HubError | Callable[[], HubError] | None
"""What is raised for want of money, or makes it; None: NotNow (not_enough_money)."""

AT_ONCE = 200
"""So many pending transactions expire in one unit of work."""


@dataclass(frozen=True)
class Posted:
    """`fresh` is False when the key was known and nothing was written now."""

    transaction: Transaction
    fresh: bool


@dataclass(frozen=True)
class Pended:
    """`fresh` is False when the key was known and nothing was set aside now."""

    pending: Pending
    fresh: bool


def post(
    *,
    actor: Actor,
    kind: Kind,
    key: str,
    legs: Sequence[Leg],
    memo: str = "",
    cause: str = "",
    subject: str = "",
    shortage: Shortage = None,
) -> Posted:
    """Write one transaction, its postings and the new balances; the same `key` again returns the first one.

    `cause` names what asked for it ("funding:5"), `subject` what it is about ("challenge:2"). Whether it is due, the caller decides.
    Raises `shortage` (NotNow, code not_enough_money, if none is given) when an account would leave its bound, Conflict when the
    key came before with another body, ValueError for legs that do not add up.
    """
    return _post(actor, Movement(kind, key, rules.checked_legs(legs), memo, cause, subject), shortage)


def pend(
    *,
    actor: Actor,
    kind: Kind,
    key: str,
    legs: Sequence[Leg],
    expires_at: datetime | None = None,
    memo: str = "",
    cause: str = "",
    subject: str = "",
    shortage: Shortage = None,
) -> Pended:
    """Set the money of one transaction aside until `post_pending` or `void_pending` decides, at the latest until `expires_at`.

    Nobody can spend it meanwhile, and posting it cannot fail for want of money. The same `key` again returns the first one. Raises
    what `post` raises, and Invalid (expires_in_the_past).
    """
    movement = Movement(kind, key, rules.checked_legs(legs), memo, cause, subject)
    body = movement.body(expires=expires_at.isoformat() if expires_at else "never")
    if queries.pending_by_key(key) is None and not clock.within(None, expires_at):
        raise one_field("expires_at", N_("This moment has passed already."), code="expires_in_the_past")
    values = _values(actor, movement, body) | {"expires_at": expires_at, "state": PendingState.PENDING}
    pending_id = _opened(Pending, values)
    if pending_id is None:
        return Pended(_same(queries.pending_by_key(key), body), fresh=False)
    ids = account_ids([leg.account for leg in movement.legs])
    _change({ids[leg.account]: rules.reserving(leg.minor) for leg in movement.legs}, shortage)
    rows = [
        {"pending_id": pending_id, "account_id": ids[leg.account], "currency": leg.account.currency, "minor": leg.minor}
        for leg in movement.legs
    ]
    connection = db.session.connection()
    _LEGS(connection, rows)
    _SEALING[Pending](connection, {"number": pending_id})
    pending = as_written(Pending(id=pending_id, sealed_id=pending_id, decided_at=None, transaction_id=None, **values))
    journal.record(events.PendingMade(pending.id, subject), actor=actor, subject=pending.ref)
    return Pended(pending, fresh=True)


def post_pending(*, actor: Actor, pending_id: int, key: str, legs: Sequence[Leg] | None = None, memo: str = "") -> Posted:
    """Write the transaction that was set aside: whole, or a smaller part (`legs`) and let go of the rest. Exactly once.

    The same `key` again returns the first one. Raises NotFound, NotNow (pending_posted, pending_voided, pending_expired), Invalid
    (over_pending), Conflict (idempotency_key_reused), ValueError for legs that do not add up.
    """
    pending, whole = queries.locked_pending(pending_id)
    kept = rules.checked_legs(whole) if legs is None else rules.checked_part(whole, legs)
    movement = Movement(pending.kind, key, kept, memo or pending.memo, pending.cause, pending.subject)
    if (before := queries.by_key(key)) is not None:
        if before.id != pending.transaction_id:
            raise _reused()
        return Posted(_same(before, movement.body()), fresh=False)
    _check_open(pending)
    posted = _post(actor, movement, None, freed=whole)
    _decide(pending, PendingAct.POST, posted.transaction.id)
    event = events.PendingPosted(pending.id, posted.transaction.id, pending.subject, kept == rules.checked_legs(whole))
    journal.record(event, actor=actor, subject=posted.transaction.ref, scope=pending.ref)
    return posted


def void_pending(*, actor: Actor, pending_id: int) -> Pending:
    """Let the money go again, for good. Voiding once more changes nothing. Raises NotFound, NotNow (pending_posted, pending_expired)."""
    pending, legs = queries.locked_pending(pending_id)
    if pending.state is PendingState.VOIDED:
        return pending
    _check_open(pending)
    _let_go(pending, legs, PendingAct.VOID)
    journal.record(events.PendingVoided(pending.id, pending.subject), actor=actor, subject=pending.ref)
    return pending


def let_go(*, actor: Actor, pending_id: int) -> Pending:
    """The money is free again: voided in its time, expired after it. What was decided stays as it was decided. Raises NotFound."""
    pending, legs = queries.locked_pending(pending_id)
    if pending.overdue:
        _expire(pending, legs)
    return void_pending(actor=actor, pending_id=pending_id) if pending.state is PendingState.PENDING else pending


def expire_due() -> int:
    """Let go of what nobody decided in time, AT_ONCE at most. Returns how many."""
    expired = 0
    for pending_id in queries.overdue_pendings(AT_ONCE):
        pending, legs = queries.locked_pending(pending_id)
        if pending.overdue:
            _expire(pending, legs)
            expired += 1
    return expired


def _expire(pending: Pending, legs: Sequence[Leg]) -> None:
    _let_go(pending, legs, PendingAct.EXPIRE)
    journal.record(events.PendingExpired(pending.id, pending.subject), actor=SYSTEM, subject=pending.ref)


def reverse(
    *, actor: Actor, transaction_id: int, key: str, reason: str, cause: str = "", shortage: Shortage = None
) -> Posted:  # fmt: skip
    """Write the mirror of a transaction, at most once for each, and never of a reversal. The same `key` again returns the first one.

    What a room posted for a row of its own ("payout:5", "funding:3") that room alone undoes, together with its row: it says so by naming
    the same `cause`. Raises NotFound, Invalid (reason_missing), Conflict (already_reversed, idempotency_key_reused), NotNow
    (is_a_reversal; undone_by_its_room; not_enough_to_reverse, or `shortage`, when an account no longer has the money).
    """
    if not reason.strip():
        raise one_field("reason", N_("Say why."), code="reason_missing")
    original = queries.locked_transaction(transaction_id)
    legs = rules.mirrored(queries.ref_legs(transaction_id))
    movement = Movement(
        Kind.REVERSAL, key, rules.checked_legs(legs), reason.strip()[:300], cause or original.ref, original.subject
    )  # fmt: skip
    if original.reverses_id is not None:
        raise NotNow(N_("A reversal cannot be reversed."), code="is_a_reversal")
    if rules.kept_by_a_room(original.cause) and cause != original.cause:
        message = N_("This was posted for %(cause)s: it is undone there, so that both go on saying the same.")
        raise NotNow(message, code="undone_by_its_room", cause=original.cause)
    before = queries.reversal_of(transaction_id)
    if before is not None and before.key != key:
        raise Conflict(N_("This transaction was reversed already."), code="already_reversed")
    short = NotNow(N_("An account of this transaction no longer has the money, so it cannot be reversed."), code="not_enough_to_reverse")
    posted = _post(actor, movement, shortage or short, reverses_id=transaction_id)
    if posted.fresh:
        event = events.TransactionReversed(posted.transaction.id, transaction_id, original.subject, movement.memo)
        journal.record(event, actor=actor, subject=posted.transaction.ref, scope=original.ref)
    return posted


def account_id(ref: AccountRef) -> int:
    """The account's id; it is opened if this is its first use."""
    return account_ids([ref])[ref]


def account_ids(refs: Sequence[AccountRef]) -> dict[AccountRef, int]:
    """The accounts' ids; those that are used for the first time are opened."""
    known = queries.account_ids(refs)
    for ref in refs:
        if ref not in known:
            opened = insert_unless_there(
                Account,
                ["owner_kind", "owner_id", "purpose", "subject", "currency"],
                {
                    "owner_kind": ref.owner_kind,
                    "owner_id": ref.owner_id,
                    "purpose": ref.purpose,
                    "subject": ref.subject,
                    "currency": ref.currency,
                    "bound": ref.bound,
                    "balance": 0,
                    "created_at": clock.now(),
                },
            )
            known[ref] = opened if opened is not None else queries.account_ids([ref])[ref]
    return known


def insert_unless_there(model: type[Any], unique: Sequence[str], values: dict[str, Any]) -> int | None:
    """Insert unless another transaction was first; then None, after that one has committed."""
    connection = db.session.connection()
    new = _inserting(model.__table__, tuple(unique), tuple(values), connection.dialect.name)(connection, values)
    return int(new[0][0]) if new else None


@cache
def _inserting(table: Any, unique: tuple[str, ...], names: tuple[str, ...], dialect: str) -> Prepared:
    maker = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return Prepared(maker(table).on_conflict_do_nothing(index_elements=unique).returning(table.c.id), *names)


def _post(actor: Actor, movement: Movement, shortage: Shortage, *, freed: Iterable[Leg] = (), reverses_id: int | None = None) -> Posted:
    """Write the transaction; `freed` are the legs that were pending for it."""
    body = movement.body(reverses=reverses_id)
    values = _values(actor, movement, body) | {"reverses_id": reverses_id}
    transaction_id = _opened(Transaction, values)
    if transaction_id is None:
        return Posted(_same(queries.by_key(movement.key), body), fresh=False)
    freed = list(freed)
    ids = account_ids(list({leg.account: None for leg in [*movement.legs, *freed]}))
    changes = {ids[leg.account]: rules.reserving(leg.minor, -1) for leg in freed}
    for leg in movement.legs:
        changes[ids[leg.account]] = Change(leg.minor) + changes.get(ids[leg.account], Change())
    after = _change(changes, shortage)
    rows = [
        {
            "transaction_id": transaction_id,
            "account_id": ids[leg.account],
            "currency": leg.account.currency,
            "minor": leg.minor,
            "balance_after": after[ids[leg.account]],
        }
        for leg in movement.legs
    ]
    connection = db.session.connection()
    _POSTINGS(connection, rows)
    _SEALING[Transaction](connection, {"number": transaction_id})
    return Posted(as_written(Transaction(id=transaction_id, sealed_id=transaction_id, **values)), fresh=True)


def _values(actor: Actor, movement: Movement, body: str) -> dict[str, Any]:
    return {
        "key": movement.key,
        "body": body,
        "kind": movement.kind,
        "memo": movement.memo,
        "cause": movement.cause,
        "subject": movement.subject,
        "actor_id": actor.person_id,
        "at": clock.now(),
    }


def _opened(model: type[Any], values: dict[str, Any]) -> int | None:
    """The new row's id; None if the key is known."""
    db.session.flush()
    connection = db.session.connection()
    opened = _opening(model.__table__, tuple(values), connection.dialect.name)(connection, values)
    return int(opened[0][0]) if opened else None


@cache
def _opening(table: Any, names: tuple[str, ...], dialect: str) -> Prepared:
    """A known key is looked for before: SQLite asks the triggers of a row that it then leaves out, and they refuse to replace one."""
    known = select(table.c.id).where(table.c.key == bindparam("key", type_=table.c.key.type)).exists()
    row = select(*(bindparam(name, type_=table.c[name].type).label(name) for name in names)).where(~known)
    maker = postgresql.insert if dialect == "postgresql" else sqlite.insert
    new = maker(table).from_select(list(names), row, include_defaults=False).on_conflict_do_nothing(index_elements=["key"])
    return Prepared(new.returning(table.c.id))


_LEG = ("account_id", "currency", "minor")
_POSTINGS = Prepared(insert(Posting).inline(), "transaction_id", *_LEG, "balance_after")
_LEGS = Prepared(insert(PendingLeg).inline(), "pending_id", *_LEG)
_SEALING: dict[type[Any], Prepared] = {
    model: Prepared(update(model.__table__).where(model.__table__.c.id == bindparam("number")).values(sealed_id=bindparam("number")))
    for model in (Transaction, Pending)
}
"""Sealed rows are never changed; a trigger lets that happen only if they add up."""


def _change(changes: dict[int, Change], shortage: Shortage) -> dict[int, int]:
    """Change these accounts in one statement that takes none out of its bound. Returns the new balances by account id.

    The accounts are locked in the order of their ids by all, so that no two wait for each other (SQLite has one writer anyway).
    """
    connection = db.session.connection()
    if connection.dialect.name == "postgresql":
        connection.execute(select(Account.id).where(Account.id.in_(changes)).order_by(Account.id).with_for_update(key_share=True))
    values: dict[str, int] = {"most": rules.LIMIT}
    for place, number in enumerate(sorted(changes)):
        change = changes[number]
        values |= {f"id{place}": number, f"b{place}": change.balance, f"o{place}": change.pending_out, f"i{place}": change.pending_in}
    after: dict[int, int] = dict(_changing(len(changes))(connection, values))
    if len(after) < len(changes):
        raise (shortage() if callable(shortage) else shortage) or NotNow(
            N_("There is not enough money on the account."), code="not_enough_money"
        )
    return after


@cache
def _changing(count: int) -> Prepared:
    """The statement that changes `count` accounts, each within its bound."""
    number = "CAST(:{} AS BIGINT)"
    rows = " UNION ALL ".join(
        "SELECT " + ", ".join(f"{number.format(name + str(place))} AS {column}" for name, column in _COLUMNS) for place in range(count)
    )
    balance, out, into = "account.balance + d.balance", "account.pending_out + d.pending_out", "account.pending_in + d.pending_in"
    return Prepared(
        text(
            f"UPDATE account SET balance = {balance}, pending_out = {out}, pending_in = {into} "  # noqa: S608 all of it is written here
            f"FROM ({rows}) AS d WHERE account.id = d.id "
            f"AND (account.bound <> 'debits_within_credits' OR {balance} - ({out}) >= 0) "
            f"AND (account.bound <> 'credits_within_debits' OR {balance} + {into} <= 0) "
            f"AND {balance} - ({out}) >= -:most AND {balance} + {into} <= :most RETURNING account.id, account.balance"
        )
    )


_COLUMNS = (("id", "id"), ("b", "balance"), ("o", "pending_out"), ("i", "pending_in"))


def _check_open(pending: Pending) -> None:
    if pending.overdue or pending.state is PendingState.EXPIRED:
        raise NotNow(N_("This was set aside for a time that has passed."), code="pending_expired")
    if pending.state is not PendingState.PENDING:
        message = N_("This was decided already: “%(state)s”.")
        raise NotNow(message, code=f"pending_{pending.state}", state=pending.state.label)


def _let_go(pending: Pending, legs: Sequence[Leg], act: PendingAct) -> None:
    ids = account_ids([leg.account for leg in legs])
    _change({ids[leg.account]: rules.reserving(leg.minor, -1) for leg in legs}, None)
    _decide(pending, act, None)


def _decide(pending: Pending, act: PendingAct, transaction_id: int | None) -> None:
    PENDING.fire(pending, act)
    pending.decided_at, pending.transaction_id = clock.now(), transaction_id
    db.session.flush()


def _same(before: Any, body: str) -> Any:
    if before is None or before.body != body:
        raise _reused()
    return before


def _reused() -> Conflict:
    return Conflict(N_("This key was used before for another movement of money."), code="idempotency_key_reused")
