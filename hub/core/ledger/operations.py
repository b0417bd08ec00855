"""The one way anything is written into the books."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from hub.core.ledger import queries, rules
from hub.core.ledger.models import Account, Posting, Transaction
from hub.core.ledger.rules import AccountRef, Kind, Leg
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import Actor
from hub.kernel.errors import Conflict, HubError, NotNow
from hub.kernel.words import N_


@dataclass(frozen=True)
class Posted:
    """`fresh` is False when the key was known and nothing was written now."""

    transaction: Transaction
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
    shortage: HubError | None = None,
) -> Posted:
    """Write one transaction, its postings and the new balances; the same `key` again returns the first one.

    `cause` names what asked for it ("funding:5"), `subject` what it is about ("challenge:2"). Whether it is due, the caller decides.
    Raises `shortage` (NotNow, code not_enough_money, if none is given) when a guarded account would fall below zero, Conflict when the
    key came before with another body, ValueError for legs that do not add up.
    """
    db.session.flush()
    kept = rules.checked_legs(legs)
    body = rules.body(kind=kind, memo=memo, cause=cause, subject=subject, legs=kept)
    values = {"key": key, "body": body, "kind": kind, "memo": memo, "cause": cause, "subject": subject, "at": clock.now()}
    transaction_id = None if queries.by_key(key) else insert_unless_there(Transaction, ["key"], values | {"actor_id": actor.person_id})
    if transaction_id is None:
        return Posted(_replayed(key, body), fresh=False)
    # locked in one order by all, so that no two wait for each other
    by_account = sorted(((account_id(leg.account), leg) for leg in kept), key=lambda pair: pair[0])
    refusal = shortage or NotNow(N_("There is not enough money on the account."), code="not_enough_money")
    rows = [
        {
            "transaction_id": transaction_id,
            "account_id": number,
            "currency": leg.account.currency,
            "minor": leg.minor,
            "balance_after": _move(number, leg.minor, refusal),
        }
        for number, leg in by_account
    ]
    db.session.execute(insert(Posting), rows)
    db.session.execute(update(Transaction).where(Transaction.id == transaction_id).values(sealed_id=transaction_id))
    return Posted(db.session.get_one(Transaction, transaction_id, populate_existing=True), fresh=True)


def account_id(ref: AccountRef) -> int:
    """The account's id; it is opened if this is its first use."""
    where = select(Account.id).where(
        Account.owner_kind == ref.owner_kind,
        Account.owner_id == ref.owner_id,
        Account.purpose == ref.purpose,
        Account.subject == ref.subject,
        Account.currency == ref.currency,
    )
    known = db.session.scalar(where)
    if known is not None:
        return known
    opened = insert_unless_there(
        Account,
        ["owner_kind", "owner_id", "purpose", "subject", "currency"],
        {
            "owner_kind": ref.owner_kind,
            "owner_id": ref.owner_id,
            "purpose": ref.purpose,
            "subject": ref.subject,
            "currency": ref.currency,
            "guarded": ref.guarded,
            "balance": 0,
            "created_at": clock.now(),
        },
    )
    return opened if opened is not None else db.session.scalars(where).one()


def _move(number: int, minor: int, refusal: HubError) -> int:
    """Change a balance by `minor` in one statement that cannot take a guarded account below zero. Returns the new balance."""
    after = Account.balance + minor
    balance = db.session.scalar(
        update(Account)
        .where(Account.id == number, or_(Account.guarded.is_(False), after >= 0), after.between(-rules.LIMIT, rules.LIMIT))
        .values(balance=after)
        .returning(Account.balance)
        .execution_options(synchronize_session=False)
    )
    if balance is None:
        raise refusal
    return balance


def _replayed(key: str, body: str) -> Transaction:
    before = queries.by_key(key)
    if before is None or before.body != body:
        raise Conflict(N_("This key was used before for another movement of money."), code="idempotency_key_reused")
    return before


def insert_unless_there(model: type[Any], unique: list[str], values: dict[str, Any]) -> int | None:
    """Insert unless another transaction was first; then None, after that one has committed."""
    maker = postgresql.insert if db.session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = maker(model).values(**values).on_conflict_do_nothing(index_elements=unique).returning(model.id)
    found: int | None = db.session.scalar(statement)
    return found
