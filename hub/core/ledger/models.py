"""Accounts, transactions, postings; and the triggers that keep them as they were written."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import DDL, BigInteger, CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, UniqueConstraint, event
from sqlalchemy.orm import Mapped, mapped_column

from hub.core.ledger.rules import LIMIT, AccountRef, Bound, Kind, OwnerKind, Purpose
from hub.core.ledger.states import PendingState
from hub.db.extensions import db
from hub.db.journal import BigId
from hub.db.personal import LAW, holds_of_person
from hub.db.types import UtcDateTime, enum_type
from hub.kernel import clock
from hub.kernel.money import Money
from hub.kernel.words import N_


class Account(db.Model):
    """One owner's money for one purpose in one currency. `balance` is credits less debits, kept with every posting.

    `pending_out` and `pending_in` are what undecided transactions will take from it and bring it: `bound` holds with them counted in.
    """

    __tablename__ = "account"
    __table_args__ = (
        UniqueConstraint("owner_kind", "owner_id", "purpose", "subject", "currency"),
        UniqueConstraint("id", "currency"),
        CheckConstraint("bound <> 'debits_within_credits' OR balance - pending_out >= 0", name="debits_within_credits"),
        CheckConstraint("bound <> 'credits_within_debits' OR balance + pending_in <= 0", name="credits_within_debits"),
        CheckConstraint("pending_out >= 0 AND pending_in >= 0", name="pending_not_negative"),
        CheckConstraint(f"balance - pending_out >= -{LIMIT} AND balance + pending_in <= {LIMIT}", name="in_range"),
        CheckConstraint("purpose <> 'bank' OR bound = 'credits_within_debits'", name="bank_is_an_asset"),
        CheckConstraint("purpose NOT IN ('balance', 'hold', 'in_transit') OR bound = 'debits_within_credits'", name="owed_is_covered"),
        CheckConstraint("(purpose = 'hold') = (subject <> '')", name="holds_name_their_subject"),
        Index("ix_account_subject", "subject"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    owner_kind: Mapped[OwnerKind] = mapped_column(enum_type(OwnerKind))
    owner_id: Mapped[int] = mapped_column(BigInteger)
    purpose: Mapped[Purpose] = mapped_column(enum_type(Purpose))
    subject: Mapped[str] = mapped_column(String(80), default="")
    currency: Mapped[str] = mapped_column(String(3))
    bound: Mapped[Bound] = mapped_column(enum_type(Bound))
    balance: Mapped[int] = mapped_column(BigInteger, default=0)
    pending_out: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    pending_in: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    @property
    def amount(self) -> Money:
        return Money(self.balance, self.currency)

    @property
    def available(self) -> Money:
        """What may still be spent: without what is pending out of it."""
        return Money(self.balance - self.pending_out, self.currency)

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
        CheckConstraint("reverses_id IS NULL OR reverses_id < id", name="reverses_an_earlier_one"),
        ForeignKeyConstraint(["reverses_id"], ["transaction.id"], use_alter=False),
        Index("ix_transaction_cause", "cause"),
        Index("ix_transaction_subject", "subject"),
        Index("uq_transaction_reverses_id", "reverses_id", unique=True),
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
    reverses_id: Mapped[int | None] = mapped_column(BigInteger)

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


class Pending(db.Model):
    """A transaction that is not yet decided: its money is set aside until it is posted (whole or in part), voided, or expires.

    Written open and sealed like a transaction; decided exactly once, and never changed after that.
    """

    __tablename__ = "pending"
    __table_args__ = (
        UniqueConstraint("key"),
        UniqueConstraint("sealed_id"),
        UniqueConstraint("transaction_id"),
        CheckConstraint("sealed_id IS NULL OR sealed_id = id", name="sealed_by_its_own_id"),
        CheckConstraint("(state = 'posted') = (transaction_id IS NOT NULL)", name="posted_names_its_transaction"),
        CheckConstraint("(state = 'pending') = (decided_at IS NULL)", name="decided_at_some_time"),
        CheckConstraint("state <> 'expired' OR (expires_at IS NOT NULL AND expires_at <= decided_at)", name="expired_in_its_time"),
        CheckConstraint("state <> 'posted' OR expires_at IS NULL OR decided_at < expires_at", name="posted_in_its_time"),
        CheckConstraint("expires_at IS NULL OR expires_at > at", name="expires_later"),
        ForeignKeyConstraint(["id"], ["pending.sealed_id"], deferrable=True, initially="DEFERRED", use_alter=False),
        Index("ix_pending_due", "state", "expires_at"),
        Index("ix_pending_cause", "cause"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    key: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(String(64))
    kind: Mapped[Kind] = mapped_column(enum_type(Kind, checked=False))
    memo: Mapped[str] = mapped_column(String(300), default="")
    cause: Mapped[str] = mapped_column(String(80), default="")
    subject: Mapped[str] = mapped_column(String(80), default="")
    actor_id: Mapped[int | None]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sealed_id: Mapped[int | None] = mapped_column(BigInteger)
    state: Mapped[PendingState] = mapped_column(enum_type(PendingState), default=PendingState.PENDING)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    transaction_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("transaction.id"))

    @property
    def ref(self) -> str:
        return f"pending:{self.id}"

    @property
    def overdue(self) -> bool:
        """Its time has passed, whether or not the money was let go yet."""
        return self.state is PendingState.PENDING and not clock.within(None, self.expires_at)


class PendingLeg(db.Model):
    """One leg of a pending transaction: what it will take from an account (negative) or bring it, at most."""

    __tablename__ = "pending_leg"
    __table_args__ = (
        UniqueConstraint("pending_id", "account_id"),
        ForeignKeyConstraint(["account_id", "currency"], ["account.id", "account.currency"]),
        CheckConstraint("minor <> 0", name="not_empty"),
        Index("ix_pending_leg_account", "account_id", "pending_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    pending_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("pending.id"))
    account_id: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    minor: Mapped[int] = mapped_column(BigInteger)


_KEPT = ("id", "key", "body", "kind", "memo", "cause", "subject", "actor_id", "at", "reverses_id")
_PENDING_KEPT = ("id", "key", "body", "kind", "memo", "cause", "subject", "actor_id", "at", "expires_at")
_IDENTITY = ("id", "owner_kind", "owner_id", "purpose", "subject", "currency", "bound", "created_at")


def _differs(columns: tuple[str, ...], unlike: str) -> str:
    return " OR ".join(f"NEW.{name} {unlike} OLD.{name}" for name in columns)


def _unbalanced(legs: str, whole: str) -> str:
    return (
        f"(SELECT count(*) FROM {legs} WHERE {whole} = NEW.id) < 2 "  # noqa: S608 both are names from here
        f"OR EXISTS (SELECT 1 FROM {legs} WHERE {whole} = NEW.id GROUP BY currency HAVING sum(minor) <> 0)"
    )


def _is_there(table: str, whole: str) -> str:
    return f"EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id OR ({whole} = NEW.{whole} AND account_id = NEW.account_id))"  # noqa: S608


_UNBALANCED = _unbalanced("posting", "transaction_id")
_IS_SEALED = 'EXISTS (SELECT 1 FROM "transaction" WHERE id = NEW.transaction_id AND sealed_id IS NOT NULL)'
_STAYS_OPEN = 'NOT EXISTS (SELECT 1 FROM "transaction" WHERE id = NEW.id AND sealed_id = id)'
_POSTING_IS_THERE = _is_there("posting", "transaction_id")
_TRANSACTION_IS_THERE = 'EXISTS (SELECT 1 FROM "transaction" WHERE id = NEW.id OR key = NEW.key)'
_MORE_THAN_SEALED = "OLD.sealed_id IS NOT NULL OR NEW.sealed_id IS NULL OR "
_NOT_MIRRORED = (
    'NEW.reverses_id IS NOT NULL AND (NOT EXISTS (SELECT 1 FROM "transaction" '
    "WHERE id = NEW.reverses_id AND reverses_id IS NULL AND sealed_id IS NOT NULL) "
    "OR (SELECT count(*) FROM posting WHERE transaction_id = NEW.id) "
    "<> (SELECT count(*) FROM posting WHERE transaction_id = NEW.reverses_id) "
    "OR EXISTS (SELECT 1 FROM posting AS mine WHERE mine.transaction_id = NEW.id AND NOT EXISTS (SELECT 1 FROM posting AS theirs "
    "WHERE theirs.transaction_id = NEW.reverses_id AND theirs.account_id = mine.account_id AND theirs.minor = -mine.minor)))"
)
_PENDING_UNBALANCED = _unbalanced("pending_leg", "pending_id")
_PENDING_IS_SEALED = "EXISTS (SELECT 1 FROM pending WHERE id = NEW.pending_id AND sealed_id IS NOT NULL)"
_LEG_IS_THERE = _is_there("pending_leg", "pending_id")
_PENDING_IS_THERE = "EXISTS (SELECT 1 FROM pending WHERE id = NEW.id OR key = NEW.key)"
_PENDING_NOT_OPEN = "NEW.sealed_id IS NOT NULL OR NEW.state <> 'pending'"
_PENDING_DECIDED = "OLD.state <> 'pending' OR NEW.sealed_id IS NULL OR (OLD.sealed_id IS NULL) <> (NEW.state = 'pending') OR "
_NOT_WITHIN = (
    "NEW.state = 'posted' AND EXISTS (SELECT 1 FROM posting AS done WHERE done.transaction_id = NEW.transaction_id "
    "AND NOT EXISTS (SELECT 1 FROM pending_leg AS leg WHERE leg.pending_id = NEW.id AND leg.account_id = done.account_id "
    "AND (done.minor BETWEEN 1 AND leg.minor OR done.minor BETWEEN leg.minor AND -1)))"
)

CHANGED = "the books are never changed or removed"
TOO_LATE = "a sealed transaction takes no more postings"
NOT_OPEN = "a transaction begins open"
NOT_BALANCED = "a transaction has two postings or more and adds up to zero"
NOT_MIRRORED = "a reversal mirrors one transaction that is none itself"
DECIDED = "a pending transaction is decided once and keeps what it is"
NOT_WITHIN = "what is posted lies within what was pending"
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
        (_NOT_MIRRORED, NOT_MIRRORED),
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
    _postgresql(
        "ledger_only_sealed",
        (_MORE_THAN_SEALED + _differs(_KEPT, "IS DISTINCT FROM"), CHANGED),
        (_UNBALANCED, NOT_BALANCED),
        (_NOT_MIRRORED, NOT_MIRRORED),
    ),
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

PENDING_SQLITE_TRIGGERS = (
    _sqlite("pending_leg_is_never_changed", "UPDATE ON pending_leg", ("TRUE", CHANGED)),
    _sqlite("pending_leg_is_never_removed", "DELETE ON pending_leg", ("TRUE", CHANGED)),
    _sqlite("pending_leg_needs_an_open_pending", "INSERT ON pending_leg", (_LEG_IS_THERE, CHANGED), (_PENDING_IS_SEALED, TOO_LATE)),
    _sqlite("pending_begins_open", "INSERT ON pending", (_PENDING_NOT_OPEN, NOT_OPEN), (_PENDING_IS_THERE, CHANGED)),
    _sqlite("pending_is_never_removed", "DELETE ON pending", ("TRUE", CHANGED)),
    _sqlite(
        "pending_is_decided_once",
        "UPDATE ON pending",
        (_PENDING_DECIDED + _differs(_PENDING_KEPT, "IS NOT"), DECIDED),
        (_PENDING_UNBALANCED, NOT_BALANCED),
        (_NOT_WITHIN, NOT_WITHIN),
    ),
)

PENDING_POSTGRESQL_TRIGGERS = (
    _postgresql("pending_refuse", ("TRUE", CHANGED)),
    _postgresql("pending_takes_leg", (_PENDING_IS_SEALED, TOO_LATE)),
    _postgresql("pending_begins_open", (_PENDING_NOT_OPEN, NOT_OPEN)),
    _postgresql(
        "pending_decided_once",
        (_PENDING_DECIDED + _differs(_PENDING_KEPT, "IS DISTINCT FROM"), DECIDED),
        (_PENDING_UNBALANCED, NOT_BALANCED),
        (_NOT_WITHIN, NOT_WITHIN),
    ),
    f"CREATE TRIGGER pending_leg_is_never_changed BEFORE UPDATE OR DELETE ON pending_leg {_EACH} pending_refuse()",
    "CREATE TRIGGER pending_leg_is_never_emptied BEFORE TRUNCATE ON pending_leg FOR EACH STATEMENT EXECUTE FUNCTION pending_refuse()",
    f"CREATE TRIGGER pending_leg_needs_an_open_pending BEFORE INSERT ON pending_leg {_EACH} pending_takes_leg()",
    f"CREATE TRIGGER pending_begins_open BEFORE INSERT ON pending {_EACH} pending_begins_open()",
    f"CREATE TRIGGER pending_is_never_removed BEFORE DELETE ON pending {_EACH} pending_refuse()",
    f"CREATE TRIGGER pending_is_decided_once BEFORE UPDATE ON pending {_EACH} pending_decided_once()",
)

PENDING_POSTGRESQL_FUNCTIONS = ("pending_refuse", "pending_takes_leg", "pending_begins_open", "pending_decided_once")


def _drops(functions: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"DROP FUNCTION IF EXISTS {name}() CASCADE" for name in functions)


for _table, _dialect, _moment, _statements in (
    (Posting.__table__, "sqlite", "after_create", SQLITE_TRIGGERS),
    (Posting.__table__, "postgresql", "after_create", POSTGRESQL_TRIGGERS),
    (Posting.__table__, "postgresql", "after_drop", _drops(POSTGRESQL_FUNCTIONS)),
    (PendingLeg.__table__, "sqlite", "after_create", PENDING_SQLITE_TRIGGERS),
    (PendingLeg.__table__, "postgresql", "after_create", PENDING_POSTGRESQL_TRIGGERS),
    (PendingLeg.__table__, "postgresql", "after_drop", _drops(PENDING_POSTGRESQL_FUNCTIONS)),
):
    for _statement in _statements:
        event.listen(_table, _moment, DDL(_statement).execute_if(dialect=_dialect))


holds_of_person("account", "owner_kind:owner_id", what=N_("Your accounts in the books"), keeps=LAW, fixed=True)
holds_of_person("posting", "account_id.owner_kind:owner_id", what=N_("Postings on your accounts"), keeps=LAW, fixed=True)
holds_of_person("pending_leg", "account_id.owner_kind:owner_id", what=N_("Movements that wait on your accounts"), keeps=LAW, fixed=True)
holds_of_person("transaction", acted="actor_id", keeps=LAW, fixed=True)
holds_of_person("pending", acted="actor_id", keeps=LAW, fixed=True)
