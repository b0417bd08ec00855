"""pending

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op

from hub.db.migrating import change_values, rewrite_on_sqlite

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

SQLITE_GUARDS = (
    """\
CREATE TRIGGER pending_leg_is_never_changed BEFORE UPDATE ON pending_leg BEGIN SELECT RAISE(ABORT, 'the books are never changed or removed') WHERE TRUE; END
""",
    """\
CREATE TRIGGER pending_leg_is_never_removed BEFORE DELETE ON pending_leg BEGIN SELECT RAISE(ABORT, 'the books are never changed or removed') WHERE TRUE; END
""",
    """\
CREATE TRIGGER pending_leg_needs_an_open_pending BEFORE INSERT ON pending_leg BEGIN SELECT RAISE(ABORT, 'the books are never changed or removed') WHERE EXISTS (SELECT 1 FROM pending_leg WHERE id = NEW.id OR (pending_id = NEW.pending_id AND account_id = NEW.account_id)); SELECT RAISE(ABORT, 'a sealed transaction takes no more postings') WHERE EXISTS (SELECT 1 FROM pending WHERE id = NEW.pending_id AND sealed_id IS NOT NULL); END
""",
    """\
CREATE TRIGGER pending_begins_open BEFORE INSERT ON pending BEGIN SELECT RAISE(ABORT, 'a transaction begins open') WHERE NEW.sealed_id IS NOT NULL OR NEW.state <> 'pending'; SELECT RAISE(ABORT, 'the books are never changed or removed') WHERE EXISTS (SELECT 1 FROM pending WHERE id = NEW.id OR key = NEW.key); END
""",
    """\
CREATE TRIGGER pending_is_never_removed BEFORE DELETE ON pending BEGIN SELECT RAISE(ABORT, 'the books are never changed or removed') WHERE TRUE; END
""",
    """\
CREATE TRIGGER pending_is_decided_once BEFORE UPDATE ON pending BEGIN SELECT RAISE(ABORT, 'a pending transaction is decided once and keeps what it is') WHERE OLD.state <> 'pending' OR NEW.sealed_id IS NULL OR (OLD.sealed_id IS NULL) <> (NEW.state = 'pending') OR NEW.id IS NOT OLD.id OR NEW.key IS NOT OLD.key OR NEW.body IS NOT OLD.body OR NEW.kind IS NOT OLD.kind OR NEW.memo IS NOT OLD.memo OR NEW.cause IS NOT OLD.cause OR NEW.subject IS NOT OLD.subject OR NEW.actor_id IS NOT OLD.actor_id OR NEW.at IS NOT OLD.at OR NEW.expires_at IS NOT OLD.expires_at; SELECT RAISE(ABORT, 'a transaction has two postings or more and adds up to zero') WHERE (SELECT count(*) FROM pending_leg WHERE pending_id = NEW.id) < 2 OR EXISTS (SELECT 1 FROM pending_leg WHERE pending_id = NEW.id GROUP BY currency HAVING sum(minor) <> 0); SELECT RAISE(ABORT, 'what is posted lies within what was pending') WHERE NEW.state = 'posted' AND EXISTS (SELECT 1 FROM posting AS done WHERE done.transaction_id = NEW.transaction_id AND NOT EXISTS (SELECT 1 FROM pending_leg AS leg WHERE leg.pending_id = NEW.id AND leg.account_id = done.account_id AND (done.minor BETWEEN 1 AND leg.minor OR done.minor BETWEEN leg.minor AND -1))); END
""",
)

POSTGRES_GUARDS = (
    """\
CREATE OR REPLACE FUNCTION pending_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF TRUE THEN RAISE EXCEPTION 'the books are never changed or removed' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$
""",
    """\
CREATE OR REPLACE FUNCTION pending_takes_leg() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF EXISTS (SELECT 1 FROM pending WHERE id = NEW.pending_id AND sealed_id IS NOT NULL) THEN RAISE EXCEPTION 'a sealed transaction takes no more postings' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$
""",
    """\
CREATE OR REPLACE FUNCTION pending_begins_open() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.sealed_id IS NOT NULL OR NEW.state <> 'pending' THEN RAISE EXCEPTION 'a transaction begins open' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$
""",
    """\
CREATE OR REPLACE FUNCTION pending_decided_once() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF OLD.state <> 'pending' OR NEW.sealed_id IS NULL OR (OLD.sealed_id IS NULL) <> (NEW.state = 'pending') OR NEW.id IS DISTINCT FROM OLD.id OR NEW.key IS DISTINCT FROM OLD.key OR NEW.body IS DISTINCT FROM OLD.body OR NEW.kind IS DISTINCT FROM OLD.kind OR NEW.memo IS DISTINCT FROM OLD.memo OR NEW.cause IS DISTINCT FROM OLD.cause OR NEW.subject IS DISTINCT FROM OLD.subject OR NEW.actor_id IS DISTINCT FROM OLD.actor_id OR NEW.at IS DISTINCT FROM OLD.at OR NEW.expires_at IS DISTINCT FROM OLD.expires_at THEN RAISE EXCEPTION 'a pending transaction is decided once and keeps what it is' USING ERRCODE = 'integrity_constraint_violation'; END IF; IF (SELECT count(*) FROM pending_leg WHERE pending_id = NEW.id) < 2 OR EXISTS (SELECT 1 FROM pending_leg WHERE pending_id = NEW.id GROUP BY currency HAVING sum(minor) <> 0) THEN RAISE EXCEPTION 'a transaction has two postings or more and adds up to zero' USING ERRCODE = 'integrity_constraint_violation'; END IF; IF NEW.state = 'posted' AND EXISTS (SELECT 1 FROM posting AS done WHERE done.transaction_id = NEW.transaction_id AND NOT EXISTS (SELECT 1 FROM pending_leg AS leg WHERE leg.pending_id = NEW.id AND leg.account_id = done.account_id AND (done.minor BETWEEN 1 AND leg.minor OR done.minor BETWEEN leg.minor AND -1))) THEN RAISE EXCEPTION 'what is posted lies within what was pending' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$
""",
    """\
CREATE TRIGGER pending_leg_is_never_changed BEFORE UPDATE OR DELETE ON pending_leg FOR EACH ROW EXECUTE FUNCTION pending_refuse()
""",
    """\
CREATE TRIGGER pending_leg_is_never_emptied BEFORE TRUNCATE ON pending_leg FOR EACH STATEMENT EXECUTE FUNCTION pending_refuse()
""",
    """\
CREATE TRIGGER pending_leg_needs_an_open_pending BEFORE INSERT ON pending_leg FOR EACH ROW EXECUTE FUNCTION pending_takes_leg()
""",
    """\
CREATE TRIGGER pending_begins_open BEFORE INSERT ON pending FOR EACH ROW EXECUTE FUNCTION pending_begins_open()
""",
    """\
CREATE TRIGGER pending_is_never_removed BEFORE DELETE ON pending FOR EACH ROW EXECUTE FUNCTION pending_refuse()
""",
    """\
CREATE TRIGGER pending_is_decided_once BEFORE UPDATE ON pending FOR EACH ROW EXECUTE FUNCTION pending_decided_once()
""",
)


SQLITE_CHANGED = (
    """\
CREATE TRIGGER transaction_is_only_sealed BEFORE UPDATE ON "transaction" BEGIN SELECT RAISE(ABORT, 'the books are never changed or removed') WHERE OLD.sealed_id IS NOT NULL OR NEW.sealed_id IS NULL OR NEW.id IS NOT OLD.id OR NEW.key IS NOT OLD.key OR NEW.body IS NOT OLD.body OR NEW.kind IS NOT OLD.kind OR NEW.memo IS NOT OLD.memo OR NEW.cause IS NOT OLD.cause OR NEW.subject IS NOT OLD.subject OR NEW.actor_id IS NOT OLD.actor_id OR NEW.at IS NOT OLD.at OR NEW.reverses_id IS NOT OLD.reverses_id; SELECT RAISE(ABORT, 'a transaction has two postings or more and adds up to zero') WHERE (SELECT count(*) FROM posting WHERE transaction_id = NEW.id) < 2 OR EXISTS (SELECT 1 FROM posting WHERE transaction_id = NEW.id GROUP BY currency HAVING sum(minor) <> 0); SELECT RAISE(ABORT, 'a reversal mirrors one transaction that is none itself') WHERE NEW.reverses_id IS NOT NULL AND (NOT EXISTS (SELECT 1 FROM "transaction" WHERE id = NEW.reverses_id AND reverses_id IS NULL AND sealed_id IS NOT NULL) OR (SELECT count(*) FROM posting WHERE transaction_id = NEW.id) <> (SELECT count(*) FROM posting WHERE transaction_id = NEW.reverses_id) OR EXISTS (SELECT 1 FROM posting AS mine WHERE mine.transaction_id = NEW.id AND NOT EXISTS (SELECT 1 FROM posting AS theirs WHERE theirs.transaction_id = NEW.reverses_id AND theirs.account_id = mine.account_id AND theirs.minor = -mine.minor))); END
""",
    """\
CREATE TRIGGER account_keeps_its_identity BEFORE UPDATE ON account BEGIN SELECT RAISE(ABORT, 'an account keeps its owner, purpose and currency') WHERE NEW.id IS NOT OLD.id OR NEW.owner_kind IS NOT OLD.owner_kind OR NEW.owner_id IS NOT OLD.owner_id OR NEW.purpose IS NOT OLD.purpose OR NEW.subject IS NOT OLD.subject OR NEW.currency IS NOT OLD.currency OR NEW.bound IS NOT OLD.bound OR NEW.created_at IS NOT OLD.created_at; END
""",
)

POSTGRES_CHANGED = (
    """\
CREATE OR REPLACE FUNCTION ledger_only_sealed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF OLD.sealed_id IS NOT NULL OR NEW.sealed_id IS NULL OR NEW.id IS DISTINCT FROM OLD.id OR NEW.key IS DISTINCT FROM OLD.key OR NEW.body IS DISTINCT FROM OLD.body OR NEW.kind IS DISTINCT FROM OLD.kind OR NEW.memo IS DISTINCT FROM OLD.memo OR NEW.cause IS DISTINCT FROM OLD.cause OR NEW.subject IS DISTINCT FROM OLD.subject OR NEW.actor_id IS DISTINCT FROM OLD.actor_id OR NEW.at IS DISTINCT FROM OLD.at OR NEW.reverses_id IS DISTINCT FROM OLD.reverses_id THEN RAISE EXCEPTION 'the books are never changed or removed' USING ERRCODE = 'integrity_constraint_violation'; END IF; IF (SELECT count(*) FROM posting WHERE transaction_id = NEW.id) < 2 OR EXISTS (SELECT 1 FROM posting WHERE transaction_id = NEW.id GROUP BY currency HAVING sum(minor) <> 0) THEN RAISE EXCEPTION 'a transaction has two postings or more and adds up to zero' USING ERRCODE = 'integrity_constraint_violation'; END IF; IF NEW.reverses_id IS NOT NULL AND (NOT EXISTS (SELECT 1 FROM "transaction" WHERE id = NEW.reverses_id AND reverses_id IS NULL AND sealed_id IS NOT NULL) OR (SELECT count(*) FROM posting WHERE transaction_id = NEW.id) <> (SELECT count(*) FROM posting WHERE transaction_id = NEW.reverses_id) OR EXISTS (SELECT 1 FROM posting AS mine WHERE mine.transaction_id = NEW.id AND NOT EXISTS (SELECT 1 FROM posting AS theirs WHERE theirs.transaction_id = NEW.reverses_id AND theirs.account_id = mine.account_id AND theirs.minor = -mine.minor))) THEN RAISE EXCEPTION 'a reversal mirrors one transaction that is none itself' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$
""",
    """\
CREATE OR REPLACE FUNCTION ledger_keeps_identity() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.id IS DISTINCT FROM OLD.id OR NEW.owner_kind IS DISTINCT FROM OLD.owner_kind OR NEW.owner_id IS DISTINCT FROM OLD.owner_id OR NEW.purpose IS DISTINCT FROM OLD.purpose OR NEW.subject IS DISTINCT FROM OLD.subject OR NEW.currency IS DISTINCT FROM OLD.currency OR NEW.bound IS DISTINCT FROM OLD.bound OR NEW.created_at IS DISTINCT FROM OLD.created_at THEN RAISE EXCEPTION 'an account keeps its owner, purpose and currency' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$
""",
)

SQLITE_BEFORE = (
    """\
CREATE TRIGGER transaction_is_only_sealed BEFORE UPDATE ON "transaction" BEGIN SELECT RAISE(ABORT, 'the books are never changed or removed') WHERE OLD.sealed_id IS NOT NULL OR NEW.sealed_id IS NULL OR NEW.id IS NOT OLD.id OR NEW.key IS NOT OLD.key OR NEW.body IS NOT OLD.body OR NEW.kind IS NOT OLD.kind OR NEW.memo IS NOT OLD.memo OR NEW.cause IS NOT OLD.cause OR NEW.subject IS NOT OLD.subject OR NEW.actor_id IS NOT OLD.actor_id OR NEW.at IS NOT OLD.at; SELECT RAISE(ABORT, 'a transaction has two postings or more and adds up to zero') WHERE (SELECT count(*) FROM posting WHERE transaction_id = NEW.id) < 2 OR EXISTS (SELECT 1 FROM posting WHERE transaction_id = NEW.id GROUP BY currency HAVING sum(minor) <> 0); END
""",
    """\
CREATE TRIGGER account_keeps_its_identity BEFORE UPDATE ON account BEGIN SELECT RAISE(ABORT, 'an account keeps its owner, purpose and currency') WHERE NEW.id IS NOT OLD.id OR NEW.owner_kind IS NOT OLD.owner_kind OR NEW.owner_id IS NOT OLD.owner_id OR NEW.purpose IS NOT OLD.purpose OR NEW.subject IS NOT OLD.subject OR NEW.currency IS NOT OLD.currency OR NEW.guarded IS NOT OLD.guarded OR NEW.created_at IS NOT OLD.created_at; END
""",
)

POSTGRES_BEFORE = (
    """\
CREATE OR REPLACE FUNCTION ledger_only_sealed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF OLD.sealed_id IS NOT NULL OR NEW.sealed_id IS NULL OR NEW.id IS DISTINCT FROM OLD.id OR NEW.key IS DISTINCT FROM OLD.key OR NEW.body IS DISTINCT FROM OLD.body OR NEW.kind IS DISTINCT FROM OLD.kind OR NEW.memo IS DISTINCT FROM OLD.memo OR NEW.cause IS DISTINCT FROM OLD.cause OR NEW.subject IS DISTINCT FROM OLD.subject OR NEW.actor_id IS DISTINCT FROM OLD.actor_id OR NEW.at IS DISTINCT FROM OLD.at THEN RAISE EXCEPTION 'the books are never changed or removed' USING ERRCODE = 'integrity_constraint_violation'; END IF; IF (SELECT count(*) FROM posting WHERE transaction_id = NEW.id) < 2 OR EXISTS (SELECT 1 FROM posting WHERE transaction_id = NEW.id GROUP BY currency HAVING sum(minor) <> 0) THEN RAISE EXCEPTION 'a transaction has two postings or more and adds up to zero' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$
""",
    """\
CREATE OR REPLACE FUNCTION ledger_keeps_identity() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.id IS DISTINCT FROM OLD.id OR NEW.owner_kind IS DISTINCT FROM OLD.owner_kind OR NEW.owner_id IS DISTINCT FROM OLD.owner_id OR NEW.purpose IS DISTINCT FROM OLD.purpose OR NEW.subject IS DISTINCT FROM OLD.subject OR NEW.currency IS DISTINCT FROM OLD.currency OR NEW.guarded IS DISTINCT FROM OLD.guarded OR NEW.created_at IS DISTINCT FROM OLD.created_at THEN RAISE EXCEPTION 'an account keeps its owner, purpose and currency' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$
""",
)

REVERSES = "reverses_id IS NULL OR reverses_id < id"
OLD_CHECKS = {
    "all_but_the_bank_guarded": "guarded = (purpose <> 'bank')",
    "not_negative": "NOT guarded OR balance >= 0",
    "in_range": "balance BETWEEN -1000000000000000000 AND 1000000000000000000",
}
NEW_CHECKS = {
    "ledger_bound": "bound IN ('debits_within_credits', 'credits_within_debits', 'free')",
    "debits_within_credits": "bound <> 'debits_within_credits' OR balance - pending_out >= 0",
    "credits_within_debits": "bound <> 'credits_within_debits' OR balance + pending_in <= 0",
    "pending_not_negative": "pending_out >= 0 AND pending_in >= 0",
    "in_range": "balance - pending_out >= -1000000000000000000 AND balance + pending_in <= 1000000000000000000",
    "bank_is_an_asset": "purpose <> 'bank' OR bound = 'credits_within_debits'",
    "owed_is_covered": "purpose NOT IN ('balance', 'hold', 'in_transit') OR bound = 'debits_within_credits'",
}


def change_checks(bind, gone, come, *more) -> None:
    """Have `account` keep other CHECKs, in the schema that SQLite stores: made anew, the table would lose its triggers."""
    changes = [*more, *((rf"\s*CONSTRAINT ck_account_{name} CHECK \([^\n]*\),", "") for name in gone)]
    added = "".join(f"CONSTRAINT ck_account_{name} CHECK ({check}),\n\t" for name, check in come.items())
    rewrite_on_sqlite(bind, "account", [*changes, (r"(?=CONSTRAINT uq_account_id )", lambda found: added)])


def on_sqlite(bind) -> None:
    for name in ("account_keeps_its_identity", "transaction_is_only_sealed"):
        op.execute(f"DROP TRIGGER {name}")
    op.execute("ALTER TABLE account ADD COLUMN pending_out BIGINT DEFAULT '0' NOT NULL")
    op.execute("ALTER TABLE account ADD COLUMN pending_in BIGINT DEFAULT '0' NOT NULL")
    op.execute("ALTER TABLE account RENAME COLUMN guarded TO bound")
    change_checks(bind, OLD_CHECKS, NEW_CHECKS, (r"\bbound BOOLEAN\b", "bound VARCHAR(32)"))
    op.execute("UPDATE account SET bound = CASE purpose WHEN 'bank' THEN 'credits_within_debits' ELSE 'debits_within_credits' END")
    op.execute(
        'ALTER TABLE "transaction" ADD COLUMN reverses_id BIGINT '
        f"CONSTRAINT ck_transaction_reverses_an_earlier_one CHECK ({REVERSES}) "
        'CONSTRAINT fk_transaction_reverses_id_transaction REFERENCES "transaction" (id)'
    )


def on_postgresql() -> None:
    for name in OLD_CHECKS:
        op.drop_constraint(op.f(f"ck_account_{name}"), "account", type_="check")
    op.execute("DROP TRIGGER account_keeps_its_identity ON account")
    op.add_column("account", sa.Column("bound", sa.String(32)))
    op.execute("UPDATE account SET bound = CASE purpose WHEN 'bank' THEN 'credits_within_debits' ELSE 'debits_within_credits' END")
    op.alter_column("account", "bound", nullable=False)
    op.drop_column("account", "guarded")
    for name in ("pending_out", "pending_in"):
        op.add_column("account", sa.Column(name, sa.BigInteger(), server_default="0", nullable=False))
    for name, check in NEW_CHECKS.items():
        op.create_check_constraint(op.f(f"ck_account_{name}"), "account", check)
    op.add_column("transaction", sa.Column("reverses_id", sa.BigInteger()))
    op.create_check_constraint(op.f("ck_transaction_reverses_an_earlier_one"), "transaction", REVERSES)
    op.create_foreign_key(op.f("fk_transaction_reverses_id_transaction"), "transaction", "transaction", ["reverses_id"], ["id"])
    op.execute("CREATE TRIGGER account_keeps_its_identity BEFORE UPDATE ON account FOR EACH ROW EXECUTE FUNCTION ledger_keeps_identity()")


def back_on_sqlite(bind) -> None:
    for name in ("account_keeps_its_identity", "transaction_is_only_sealed"):
        op.execute(f"DROP TRIGGER {name}")
    op.execute('ALTER TABLE "transaction" DROP COLUMN reverses_id')
    op.execute("ALTER TABLE account RENAME COLUMN bound TO guarded")
    change_checks(bind, NEW_CHECKS, OLD_CHECKS, (r"\bguarded VARCHAR\(32\)", "guarded BOOLEAN"))
    op.execute("UPDATE account SET guarded = (purpose <> 'bank')")
    for name in ("pending_out", "pending_in"):
        op.execute(f"ALTER TABLE account DROP COLUMN {name}")


def back_on_postgresql() -> None:
    op.drop_column("transaction", "reverses_id")
    op.execute("DROP TRIGGER account_keeps_its_identity ON account")
    for name in NEW_CHECKS:
        op.drop_constraint(op.f(f"ck_account_{name}"), "account", type_="check")
    op.add_column("account", sa.Column("guarded", sa.Boolean()))
    op.execute("UPDATE account SET guarded = (purpose <> 'bank')")
    op.alter_column("account", "guarded", nullable=False)
    for name in ("bound", "pending_out", "pending_in"):
        op.drop_column("account", name)
    for name, check in OLD_CHECKS.items():
        op.create_check_constraint(op.f(f"ck_account_{name}"), "account", check)
    op.execute("CREATE TRIGGER account_keeps_its_identity BEFORE UPDATE ON account FOR EACH ROW EXECUTE FUNCTION ledger_keeps_identity()")


def upgrade() -> None:
    bind = op.get_bind()
    sqlite = bind.dialect.name == "sqlite"
    change_values(op, "transaction", "kind", name="ledger_kind", add=["reversal"])
    on_sqlite(bind) if sqlite else on_postgresql()
    op.create_index("uq_transaction_reverses_id", "transaction", ["reverses_id"], unique=True)
    for guard in SQLITE_CHANGED if sqlite else POSTGRES_CHANGED:
        op.execute(sa.DDL(guard.replace("%", "%%")))
    op.create_table('pending',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('key', sa.String(length=200), nullable=False),
    sa.Column('body', sa.String(length=64), nullable=False),
    sa.Column('kind', sa.Enum('funding', 'set_aside', 'award', 'refund', 'payout_asked', 'payout_sent', 'payout_returned', 'reversal', name='ledger_kind', native_enum=False, length=32), nullable=False),
    sa.Column('memo', sa.String(length=300), nullable=False),
    sa.Column('cause', sa.String(length=80), nullable=False),
    sa.Column('subject', sa.String(length=80), nullable=False),
    sa.Column('actor_id', sa.Integer(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('sealed_id', sa.BigInteger(), nullable=True),
    sa.Column('state', sa.Enum('pending', 'posted', 'voided', 'expired', name='ledger_pendingstate', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('transaction_id', sa.BigInteger(), nullable=True),
    sa.CheckConstraint("(state = 'pending') = (decided_at IS NULL)", name=op.f('ck_pending_decided_at_some_time')),
    sa.CheckConstraint("(state = 'posted') = (transaction_id IS NOT NULL)", name=op.f('ck_pending_posted_names_its_transaction')),
    sa.CheckConstraint("state <> 'expired' OR (expires_at IS NOT NULL AND expires_at <= decided_at)", name=op.f('ck_pending_expired_in_its_time')),
    sa.CheckConstraint("state <> 'posted' OR expires_at IS NULL OR decided_at < expires_at", name=op.f('ck_pending_posted_in_its_time')),
    sa.CheckConstraint('expires_at IS NULL OR expires_at > at', name=op.f('ck_pending_expires_later')),
    sa.CheckConstraint('sealed_id IS NULL OR sealed_id = id', name=op.f('ck_pending_sealed_by_its_own_id')),
    sa.ForeignKeyConstraint(['id'], ['pending.sealed_id'], name=op.f('fk_pending_id_pending'), initially='DEFERRED', deferrable=True),
    sa.ForeignKeyConstraint(['transaction_id'], ['transaction.id'], name=op.f('fk_pending_transaction_id_transaction')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pending')),
    sa.UniqueConstraint('key', name=op.f('uq_pending_key')),
    sa.UniqueConstraint('sealed_id', name=op.f('uq_pending_sealed_id')),
    sa.UniqueConstraint('transaction_id', name=op.f('uq_pending_transaction_id'))
    )
    op.create_index('ix_pending_cause', 'pending', ['cause'], unique=False)
    op.create_index('ix_pending_due', 'pending', ['state', 'expires_at'], unique=False)
    op.create_table('pending_leg',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('pending_id', sa.BigInteger(), nullable=False),
    sa.Column('account_id', sa.BigInteger(), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('minor', sa.BigInteger(), nullable=False),
    sa.CheckConstraint('minor <> 0', name=op.f('ck_pending_leg_not_empty')),
    sa.ForeignKeyConstraint(['account_id', 'currency'], ['account.id', 'account.currency'], name=op.f('fk_pending_leg_account_id_account')),
    sa.ForeignKeyConstraint(['pending_id'], ['pending.id'], name=op.f('fk_pending_leg_pending_id_pending')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pending_leg')),
    sa.UniqueConstraint('pending_id', 'account_id', name=op.f('uq_pending_leg_pending_id'))
    )
    op.create_index('ix_pending_leg_account', 'pending_leg', ['account_id', 'pending_id'], unique=False)
    for guard in SQLITE_GUARDS if op.get_bind().dialect.name == "sqlite" else POSTGRES_GUARDS:
        op.execute(sa.DDL(guard.replace("%", "%%")))


def downgrade() -> None:
    op.drop_table('pending_leg')
    op.drop_table('pending')
    bind = op.get_bind()
    sqlite = bind.dialect.name == "sqlite"
    op.drop_index("uq_transaction_reverses_id", "transaction")
    back_on_sqlite(bind) if sqlite else back_on_postgresql()
    for guard in SQLITE_BEFORE if sqlite else POSTGRES_BEFORE:
        op.execute(sa.DDL(guard.replace("%", "%%")))
    change_values(op, "transaction", "kind", name="ledger_kind", drop=["reversal"])
    if not sqlite:
        op.execute("DROP FUNCTION IF EXISTS pending_refuse")
        op.execute("DROP FUNCTION IF EXISTS pending_takes_leg")
        op.execute("DROP FUNCTION IF EXISTS pending_begins_open")
        op.execute("DROP FUNCTION IF EXISTS pending_decided_once")
