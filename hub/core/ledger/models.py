"""Accounts, transactions, postings; and the triggers that keep them as they were written."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import DDL, BigInteger, CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, UniqueConstraint, event
from sqlalchemy.orm import Mapped, mapped_column

from hub.core.ledger.rules import LIMIT, AccountRef, Kind, OwnerKind, Purpose
from hub.db.extensions import db
from hub.db.journal import BigId
from hub.db.types import UtcDateTime, enum_type
from hub.kernel.money import Money


class Account(db.Model):
    """One owner's money for one purpose in one currency. `balance` is credits less debits, kept with every posting."""

    __tablename__ = "account"
    __table_args__ = (
        UniqueConstraint("owner_kind", "owner_id", "purpose", "subject", "currency"),
        UniqueConstraint("id", "currency"),
        CheckConstraint("NOT guarded OR balance >= 0", name="not_negative"),
        CheckConstraint(f"balance BETWEEN -{LIMIT} AND {LIMIT}", name="in_range"),
        CheckConstraint("guarded = (purpose <> 'bank')", name="all_but_the_bank_guarded"),
        CheckConstraint("(purpose = 'hold') = (subject <> '')", name="holds_name_their_subject"),
        Index("ix_account_subject", "subject"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    owner_kind: Mapped[OwnerKind] = mapped_column(enum_type(OwnerKind))
    owner_id: Mapped[int] = mapped_column(BigInteger)
    purpose: Mapped[Purpose] = mapped_column(enum_type(Purpose))
    subject: Mapped[str] = mapped_column(String(80), default="")
    currency: Mapped[str] = mapped_column(String(3))
    guarded: Mapped[bool]
    balance: Mapped[int] = mapped_column(BigInteger, default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    @property
    def amount(self) -> Money:
        return Money(self.balance, self.currency)

    @property
    def ref(self) -> AccountRef:
        return AccountRef(self.owner_kind, self.owner_id, self.purpose, self.currency, self.subject)


class Transaction(db.Model):
    """Two postings or more that add up to zero. Written open, then sealed: `sealed_id` becomes the row's own id.

    The deferred foreign key from `id` to `sealed_id` makes every commit fail that would leave a transaction open, and the trigger on
    sealing makes every seal fail that does not add up: together no unbalanced transaction can be committed, on either database.
    """

    __tablename__ = "transaction"
    __table_args__ = (
        UniqueConstraint("key"),
        UniqueConstraint("sealed_id"),
        CheckConstraint("sealed_id IS NULL OR sealed_id = id", name="sealed_by_its_own_id"),
        ForeignKeyConstraint(["id"], ["transaction.sealed_id"], deferrable=True, initially="DEFERRED", use_alter=False),
        Index("ix_transaction_cause", "cause"),
        Index("ix_transaction_subject", "subject"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    key: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(String(64))
    kind: Mapped[Kind] = mapped_column(enum_type(Kind))
    memo: Mapped[str] = mapped_column(String(300), default="")
    cause: Mapped[str] = mapped_column(String(80), default="")
    subject: Mapped[str] = mapped_column(String(80), default="")
    actor_id: Mapped[int | None]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    sealed_id: Mapped[int | None] = mapped_column(BigInteger)

    @property
    def ref(self) -> str:
        return f"transaction:{self.id}"


class Posting(db.Model):
    """One leg: `minor` units onto one account, whose balance was `balance_after` then."""

    __tablename__ = "posting"
    __table_args__ = (
        UniqueConstraint("transaction_id", "account_id"),
        ForeignKeyConstraint(["account_id", "currency"], ["account.id", "account.currency"]),
        CheckConstraint("minor <> 0", name="not_empty"),
        Index("ix_posting_account", "account_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    transaction_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("transaction.id"))
    account_id: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    minor: Mapped[int] = mapped_column(BigInteger)
    balance_after: Mapped[int] = mapped_column(BigInteger)


_KEPT = ("id", "key", "body", "kind", "memo", "cause", "subject", "actor_id", "at")
_IDENTITY = ("id", "owner_kind", "owner_id", "purpose", "subject", "currency", "guarded", "created_at")


def _differs(columns: tuple[str, ...], unlike: str) -> str:
    return " OR ".join(f"NEW.{name} {unlike} OLD.{name}" for name in columns)


_UNBALANCED = (
    "(SELECT count(*) FROM posting WHERE transaction_id = NEW.id) < 2 "
    "OR EXISTS (SELECT 1 FROM posting WHERE transaction_id = NEW.id GROUP BY currency HAVING sum(minor) <> 0)"
)
_IS_SEALED = 'EXISTS (SELECT 1 FROM "transaction" WHERE id = NEW.transaction_id AND sealed_id IS NOT NULL)'
_STAYS_OPEN = 'NOT EXISTS (SELECT 1 FROM "transaction" WHERE id = NEW.id AND sealed_id = id)'
_POSTING_IS_THERE = (
    "EXISTS (SELECT 1 FROM posting WHERE id = NEW.id OR (transaction_id = NEW.transaction_id AND account_id = NEW.account_id))"
)
_TRANSACTION_IS_THERE = 'EXISTS (SELECT 1 FROM "transaction" WHERE id = NEW.id OR key = NEW.key)'
_MORE_THAN_SEALED = "OLD.sealed_id IS NOT NULL OR NEW.sealed_id IS NULL OR "

CHANGED = "the books are never changed or removed"
TOO_LATE = "a sealed transaction takes no more postings"
NOT_OPEN = "a transaction begins open"
NOT_BALANCED = "a transaction has two postings or more and adds up to zero"
IDENTITY = "an account keeps its owner, purpose and currency"


def _sqlite(name: str, on: str, *checks: tuple[str, str]) -> str:
    """A trigger that refuses with the second of each pair when the first holds. The guards against REPLACE are needed because SQLite
    removes the replaced row without asking the triggers."""
    body = " ".join(f"SELECT RAISE(ABORT, '{why}') WHERE {condition};" for condition, why in checks)
    return f"CREATE TRIGGER {name} BEFORE {on} BEGIN {body} END"


SQLITE_TRIGGERS = (
    _sqlite("posting_is_never_changed", "UPDATE ON posting", ("TRUE", CHANGED)),
    _sqlite("posting_is_never_removed", "DELETE ON posting", ("TRUE", CHANGED)),
    _sqlite("posting_needs_an_open_transaction", "INSERT ON posting", (_POSTING_IS_THERE, CHANGED), (_IS_SEALED, TOO_LATE)),
    _sqlite(
        "transaction_begins_open", 'INSERT ON "transaction"', ("NEW.sealed_id IS NOT NULL", NOT_OPEN), (_TRANSACTION_IS_THERE, CHANGED)
    ),
    _sqlite("transaction_is_never_removed", 'DELETE ON "transaction"', ("TRUE", CHANGED)),
    _sqlite(
        "transaction_is_only_sealed",
        'UPDATE ON "transaction"',
        (_MORE_THAN_SEALED + _differs(_KEPT, "IS NOT"), CHANGED),
        (_UNBALANCED, NOT_BALANCED),
    ),
    _sqlite("account_keeps_its_identity", "UPDATE ON account", (_differs(_IDENTITY, "IS NOT"), IDENTITY)),
    _sqlite("account_is_never_removed", "DELETE ON account", ("TRUE", CHANGED)),
)


def _postgresql(name: str, *checks: tuple[str, str]) -> str:
    """A trigger function that refuses with the second of each pair when the first holds."""
    raising = "RAISE EXCEPTION '{}' USING ERRCODE = 'integrity_constraint_violation'"
    body = " ".join(f"IF {condition} THEN {raising.format(why)}; END IF;" for condition, why in checks)
    return f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} RETURN NEW; END $$"


_EACH = "FOR EACH ROW EXECUTE FUNCTION"

POSTGRESQL_TRIGGERS = (
    _postgresql("ledger_refuse", ("TRUE", CHANGED)),
    _postgresql("ledger_takes_posting", (_IS_SEALED, TOO_LATE)),
    _postgresql("ledger_begins_open", ("NEW.sealed_id IS NOT NULL", NOT_OPEN)),
    _postgresql("ledger_only_sealed", (_MORE_THAN_SEALED + _differs(_KEPT, "IS DISTINCT FROM"), CHANGED), (_UNBALANCED, NOT_BALANCED)),
    _postgresql("ledger_adds_up", (_STAYS_OPEN, NOT_BALANCED), (_UNBALANCED, NOT_BALANCED)),
    _postgresql("ledger_keeps_identity", (_differs(_IDENTITY, "IS DISTINCT FROM"), IDENTITY)),
    f"CREATE TRIGGER posting_is_never_changed BEFORE UPDATE OR DELETE ON posting {_EACH} ledger_refuse()",
    "CREATE TRIGGER posting_is_never_emptied BEFORE TRUNCATE ON posting FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse()",
    f"CREATE TRIGGER posting_needs_an_open_transaction BEFORE INSERT ON posting {_EACH} ledger_takes_posting()",
    f'CREATE TRIGGER transaction_begins_open BEFORE INSERT ON "transaction" {_EACH} ledger_begins_open()',
    f'CREATE TRIGGER transaction_is_never_removed BEFORE DELETE ON "transaction" {_EACH} ledger_refuse()',
    f'CREATE TRIGGER transaction_is_only_sealed BEFORE UPDATE ON "transaction" {_EACH} ledger_only_sealed()',
    f'CREATE CONSTRAINT TRIGGER transaction_adds_up AFTER INSERT ON "transaction" DEFERRABLE INITIALLY DEFERRED {_EACH} ledger_adds_up()',
    f"CREATE TRIGGER account_keeps_its_identity BEFORE UPDATE ON account {_EACH} ledger_keeps_identity()",
    f"CREATE TRIGGER account_is_never_removed BEFORE DELETE ON account {_EACH} ledger_refuse()",
)

POSTGRESQL_FUNCTIONS = (
    "ledger_refuse",
    "ledger_takes_posting",
    "ledger_begins_open",
    "ledger_only_sealed",
    "ledger_adds_up",
    "ledger_keeps_identity",
)
POSTGRESQL_DROPS = tuple(f"DROP FUNCTION IF EXISTS {name}() CASCADE" for name in POSTGRESQL_FUNCTIONS)

for _dialect, _moment, _statements in (
    ("sqlite", "after_create", SQLITE_TRIGGERS),
    ("postgresql", "after_create", POSTGRESQL_TRIGGERS),
    ("postgresql", "after_drop", POSTGRESQL_DROPS),
):
    for _statement in _statements:
        event.listen(Posting.__table__, _moment, DDL(_statement).execute_if(dialect=_dialect))
