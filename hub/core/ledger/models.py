"""Accounts, transactions, postings; and the triggers that keep them as they were written."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import DDL, BigInteger, CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, UniqueConstraint, event
from sqlalchemy.orm import Mapped, mapped_column

from hub.core.ledger.rules import LIMIT, AccountRef, Kind, OwnerKind, Purpose
from hub.db.extensions import db
from hub.db.journal import BigId
from hub.db.types import UtcDateTime, enum_type


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

SQLITE_TRIGGERS = (
    "CREATE TRIGGER posting_is_never_changed BEFORE UPDATE ON posting "
    "BEGIN SELECT RAISE(ABORT, 'a posting is never changed'); END",
    "CREATE TRIGGER posting_is_never_removed BEFORE DELETE ON posting "
    "BEGIN SELECT RAISE(ABORT, 'a posting is never removed'); END",
    "CREATE TRIGGER posting_needs_an_open_transaction BEFORE INSERT ON posting BEGIN "
    "SELECT RAISE(ABORT, 'a posting is never replaced') WHERE EXISTS (SELECT 1 FROM posting WHERE id = NEW.id "
    "OR (transaction_id = NEW.transaction_id AND account_id = NEW.account_id)); "
    "SELECT RAISE(ABORT, 'a sealed transaction takes no more postings') "
    'WHERE EXISTS (SELECT 1 FROM "transaction" WHERE id = NEW.transaction_id AND sealed_id IS NOT NULL); END',
    'CREATE TRIGGER transaction_begins_open BEFORE INSERT ON "transaction" BEGIN '
    "SELECT RAISE(ABORT, 'a transaction begins open') WHERE NEW.sealed_id IS NOT NULL; "
    'SELECT RAISE(ABORT, \'a transaction is never replaced\') WHERE EXISTS (SELECT 1 FROM "transaction" WHERE id = NEW.id OR key = NEW.key); END',
    'CREATE TRIGGER transaction_is_never_removed BEFORE DELETE ON "transaction" '
    "BEGIN SELECT RAISE(ABORT, 'a transaction is never removed'); END",
    'CREATE TRIGGER transaction_is_only_sealed BEFORE UPDATE ON "transaction" BEGIN '
    "SELECT RAISE(ABORT, 'a transaction is never changed') "
    f"WHERE OLD.sealed_id IS NOT NULL OR NEW.sealed_id IS NULL OR {_differs(_KEPT, 'IS NOT')}; "
    f"SELECT RAISE(ABORT, 'a transaction has two postings or more and adds up to zero') WHERE {_UNBALANCED}; END",
    "CREATE TRIGGER account_keeps_its_identity BEFORE UPDATE ON account "
    f"BEGIN SELECT RAISE(ABORT, 'an account keeps its owner, purpose and currency') WHERE {_differs(_IDENTITY, 'IS NOT')}; END",
    "CREATE TRIGGER account_is_never_removed BEFORE DELETE ON account "
    "BEGIN SELECT RAISE(ABORT, 'an account is never removed'); END",
)

POSTGRESQL_FUNCTIONS = ("ledger_refuse", "ledger_open_only", "ledger_begins_open", "ledger_only_sealed", "ledger_identity", "ledger_adds_up")


def _function(name: str, text: str) -> str:
    return f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {text} END $$"


def _refuse(why: str) -> str:
    return f"RAISE EXCEPTION '{why}' USING ERRCODE = 'integrity_constraint_violation';"


POSTGRESQL_TRIGGERS = (
    _function("ledger_refuse", _refuse("the books are never changed or removed")),
    _function(
        "ledger_open_only",
        'IF EXISTS (SELECT 1 FROM "transaction" WHERE id = NEW.transaction_id AND sealed_id IS NOT NULL) THEN '
        + _refuse("a sealed transaction takes no more postings")
        + " END IF; RETURN NEW;",
    ),
    _function("ledger_begins_open", f"IF NEW.sealed_id IS NOT NULL THEN {_refuse('a transaction begins open')} END IF; RETURN NEW;"),
    _function(
        "ledger_only_sealed",
        f"IF OLD.sealed_id IS NOT NULL OR NEW.sealed_id IS NULL OR {_differs(_KEPT, 'IS DISTINCT FROM')} THEN "
        f"{_refuse('a transaction is never changed')} END IF; IF {_UNBALANCED} THEN "
        f"{_refuse('a transaction has two postings or more and adds up to zero')} END IF; RETURN NEW;",
    ),
    _function(
        "ledger_identity",
        f"IF {_differs(_IDENTITY, 'IS DISTINCT FROM')} THEN {_refuse('an account keeps its owner, purpose and currency')} END IF; RETURN NEW;",
    ),
    _function(
        "ledger_adds_up",
        'IF NOT EXISTS (SELECT 1 FROM "transaction" WHERE id = NEW.id AND sealed_id = id) OR '
        f"{_UNBALANCED} THEN {_refuse('a transaction has two postings or more and adds up to zero')} END IF; RETURN NULL;",
    ),
    "CREATE TRIGGER posting_is_never_changed BEFORE UPDATE OR DELETE ON posting FOR EACH ROW EXECUTE FUNCTION ledger_refuse()",
    "CREATE TRIGGER posting_is_never_emptied BEFORE TRUNCATE ON posting FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse()",
    "CREATE TRIGGER posting_needs_an_open_transaction BEFORE INSERT ON posting FOR EACH ROW EXECUTE FUNCTION ledger_open_only()",
    'CREATE TRIGGER transaction_begins_open BEFORE INSERT ON "transaction" FOR EACH ROW EXECUTE FUNCTION ledger_begins_open()',
    'CREATE TRIGGER transaction_is_never_removed BEFORE DELETE ON "transaction" FOR EACH ROW EXECUTE FUNCTION ledger_refuse()',
    'CREATE TRIGGER transaction_is_only_sealed BEFORE UPDATE ON "transaction" FOR EACH ROW EXECUTE FUNCTION ledger_only_sealed()',
    'CREATE CONSTRAINT TRIGGER transaction_adds_up AFTER INSERT ON "transaction" DEFERRABLE INITIALLY DEFERRED '
    "FOR EACH ROW EXECUTE FUNCTION ledger_adds_up()",
    "CREATE TRIGGER account_keeps_its_identity BEFORE UPDATE ON account FOR EACH ROW EXECUTE FUNCTION ledger_identity()",
    "CREATE TRIGGER account_is_never_removed BEFORE DELETE ON account FOR EACH ROW EXECUTE FUNCTION ledger_refuse()",
)

POSTGRESQL_DROPS = tuple(f"DROP FUNCTION IF EXISTS {name}() CASCADE" for name in POSTGRESQL_FUNCTIONS)

for _dialect, _moment, _statements in (
    ("sqlite", "after_create", SQLITE_TRIGGERS),
    ("postgresql", "after_create", POSTGRESQL_TRIGGERS),
    ("postgresql", "after_drop", POSTGRESQL_DROPS),
):
    for _statement in _statements:
        event.listen(Posting.__table__, _moment, DDL(_statement).execute_if(dialect=_dialect))
