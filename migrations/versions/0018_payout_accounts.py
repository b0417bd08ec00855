"""payout accounts

Revision ID: 0018
Revises: 0017
"""

import sqlalchemy as sa
from alembic import op

from hub.db.migrating import change_values

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

NEW_KINDS, NEW_PURPOSES = ["payout_bounced"], ["processor"]
OLD_STATES, NEW_STATES = ("requested", "paid", "rejected"), ("requested", "sending", "paid", "rejected", "returned")
OLD_CHECKS = {
    "payments_payoutstate": f"state IN {OLD_STATES}",
    "refused_with_a_reason": "(state = 'rejected') = (reason <> '')",
    "paid_with_a_reference": "(state = 'paid') = (bank_reference <> '')",
    "decided_has_its_time": "(state = 'requested') = (decided_at IS NULL)",
}
NEW_CHECKS = {
    "payouts_payoutstate": f"state IN {NEW_STATES}",
    "refused_with_a_reason": "state NOT IN ('rejected', 'returned') OR reason <> ''",
    "paid_with_a_reference": "(state IN ('paid', 'returned')) = (bank_reference <> '')",
    "decided_has_its_time": "(state IN ('requested', 'sending')) = (decided_at IS NULL)",
    "no_more_returned_than_sent": "returned_minor BETWEEN 0 AND minor",
    "returned_when_all_is_back": "(state = 'returned') = (returned_minor = minor)",
    "tried_while_sending": "tries >= 0 AND (retry_at IS NULL OR state = 'sending')",
    "only_what_was_sent_returns": "returned_minor = 0 OR state IN ('paid', 'returned')",
}
KEPT_CHECKS = {
    "ledger_ownerkind": "owner_kind IN ('person', 'organisation', 'site')",
    "owned_by_people": "owner_kind <> 'site'",
    "positive": "minor > 0",
}
OLD_COLUMNS = (
    ("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), False),
    ("gateway", sa.String(20), False),
    ("owner_kind", sa.String(32), False),
    ("owner_id", sa.BigInteger(), False),
    ("minor", sa.BigInteger(), False),
    ("currency", sa.String(3), False),
    ("destination", sa.String(200), False),
    ("state", sa.String(32), False),
    ("reason", sa.String(500), False),
    ("bank_reference", sa.String(80), False),
    ("requested_by", sa.Integer(), True),
    ("decided_by", sa.Integer(), True),
    ("created_at", sa.DateTime(timezone=True), False),
    ("decided_at", sa.DateTime(timezone=True), True),
)
NEW_COLUMNS = (
    ("returned_minor", sa.BigInteger(), False, "0"),
    ("trouble", sa.String(300), False, "''"),
    ("tries", sa.Integer(), False, "0"),
    ("retry_at", sa.DateTime(timezone=True), True, None),
    ("sent_at", sa.DateTime(timezone=True), True, None),
)


def _payout(columns, checks) -> sa.Table:
    """The table as it stands before a step: SQLite makes it anew, and cannot be asked for its CHECKs."""
    return sa.Table(
        "payout",
        sa.MetaData(),
        *(sa.Column(name, kind, nullable=nullable) for name, kind, nullable, *_ in columns),
        *(sa.CheckConstraint(rule, name=op.f(f"ck_payout_{name}")) for name, rule in checks.items()),
        sa.ForeignKeyConstraint(["decided_by"], ["person.id"], name=op.f("fk_payout_decided_by_person")),
        sa.ForeignKeyConstraint(["requested_by"], ["person.id"], name=op.f("fk_payout_requested_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout")),
        sa.Index("ix_payout_owner", "owner_kind", "owner_id", "id"),
        sa.Index("ix_payout_state", "state", "id"),
    )


def _change_payout(before: sa.Table, drop, add) -> None:
    with op.batch_alter_table("payout", copy_from=before) as batch_op:
        for name in drop:
            batch_op.drop_constraint(op.f(f"ck_payout_{name}"), type_="check")
        if add is NEW_CHECKS:
            for name, kind, nullable, default in NEW_COLUMNS:
                batch_op.add_column(sa.Column(name, kind, nullable=nullable, server_default=sa.text(default) if default else None))
        else:
            for name, *_ in NEW_COLUMNS:
                batch_op.drop_column(name)
        for name, rule in add.items():
            batch_op.create_check_constraint(op.f(f"ck_payout_{name}"), sa.text(rule))


def _make_tables() -> None:
    op.create_table('reconciliation',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('source', sa.Enum('stripe', 'bank', name='controls_source', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('day', sa.String(length=10), nullable=False),
    sa.Column('matched', sa.Integer(), nullable=False),
    sa.Column('different', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('length(day) = 10', name=op.f('ck_reconciliation_day_is_written_out')),
    sa.CheckConstraint('matched >= 0 AND different >= 0', name=op.f('ck_reconciliation_counts')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reconciliation')),
    sa.UniqueConstraint('source', 'day', name=op.f('uq_reconciliation_source'))
    )
    op.create_table('payout_account',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('gateway', sa.String(length=20), nullable=False),
    sa.Column('owner_kind', sa.Enum('person', 'organisation', 'site', name='ledger_ownerkind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('owner_id', sa.BigInteger(), nullable=False),
    sa.Column('state', sa.Enum('opening', 'asked', 'ready', 'failed', name='payees_payeestate', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('remote_id', sa.String(length=120), nullable=False),
    sa.Column('country', sa.String(length=2), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('due', sa.JSON(), nullable=False),
    sa.Column('disabled', sa.String(length=120), nullable=False),
    sa.Column('refusal', sa.String(length=300), nullable=False),
    sa.Column('opens', sa.Integer(), nullable=False),
    sa.Column('links', sa.Integer(), nullable=False),
    sa.Column('opened_by', sa.Integer(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('checked_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(state = 'failed') = (refusal <> '')", name=op.f('ck_payout_account_refused_with_a_reason')),
    sa.CheckConstraint("(state IN ('asked', 'ready')) = (remote_id <> '')", name=op.f('ck_payout_account_opened_has_its_name')),
    sa.CheckConstraint("owner_kind <> 'site'", name=op.f('ck_payout_account_owned_by_people')),
    sa.CheckConstraint('opens > 0 AND links >= 0', name=op.f('ck_payout_account_counts')),
    sa.ForeignKeyConstraint(['opened_by'], ['person.id'], name=op.f('fk_payout_account_opened_by_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_payout_account')),
    sa.UniqueConstraint('owner_kind', 'owner_id', 'gateway', name=op.f('uq_payout_account_owner_kind'))
    )
    op.create_index('uq_payout_account_remote', 'payout_account', ['remote_id'], unique=True, sqlite_where=sa.text("remote_id <> ''"), postgresql_where=sa.text("remote_id <> ''"))
    op.create_table('payout_batch',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('payouts', sa.Integer(), nullable=False),
    sa.Column('minor', sa.BigInteger(), nullable=False),
    sa.Column('made_by', sa.Integer(), nullable=True),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('payouts > 0 AND minor > 0', name=op.f('ck_payout_batch_not_empty')),
    sa.ForeignKeyConstraint(['made_by'], ['person.id'], name=op.f('fk_payout_batch_made_by_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_payout_batch'))
    )
    op.create_table('payout_plan',
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('gateway', sa.String(length=20), nullable=False),
    sa.Column('destination', sa.String(length=200), nullable=False),
    sa.Column('last_month', sa.String(length=7), nullable=False),
    sa.Column('since', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("destination <> ''", name=op.f('ck_payout_plan_goes_somewhere')),
    sa.CheckConstraint('length(last_month) = 7', name=op.f('ck_payout_plan_month_is_written_out')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_payout_plan_person_id_person')),
    sa.PrimaryKeyConstraint('person_id', name=op.f('pk_payout_plan'))
    )
    op.create_table('reconciliation_difference',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('reconciliation_id', sa.BigInteger(), nullable=False),
    sa.Column('kind', sa.Enum('missing_here', 'missing_there', 'amount_differs', name='controls_difference', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('here', sa.String(length=500), nullable=False),
    sa.Column('there', sa.String(length=500), nullable=False),
    sa.Column('here_minor', sa.BigInteger(), nullable=False),
    sa.Column('there_minor', sa.BigInteger(), nullable=False),
    sa.Column('note', sa.String(length=500), nullable=False),
    sa.Column('noted_by', sa.Integer(), nullable=True),
    sa.Column('noted_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(note = '') = (noted_at IS NULL)", name=op.f('ck_reconciliation_difference_note_has_its_time')),
    sa.ForeignKeyConstraint(['noted_by'], ['person.id'], name=op.f('fk_reconciliation_difference_noted_by_person')),
    sa.ForeignKeyConstraint(['reconciliation_id'], ['reconciliation.id'], name=op.f('fk_reconciliation_difference_reconciliation_id_reconciliation')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reconciliation_difference')),
    sa.UniqueConstraint('reconciliation_id', 'name', 'currency', name=op.f('uq_reconciliation_difference_reconciliation_id'))
    )
    op.create_table('payout_line',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('batch_id', sa.BigInteger(), nullable=False),
    sa.Column('payout_id', sa.BigInteger(), nullable=False),
    sa.Column('taken_back_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['batch_id'], ['payout_batch.id'], name=op.f('fk_payout_line_batch_id_payout_batch')),
    sa.ForeignKeyConstraint(['payout_id'], ['payout.id'], name=op.f('fk_payout_line_payout_id_payout')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_payout_line')),
    sa.UniqueConstraint('batch_id', 'payout_id', name=op.f('uq_payout_line_batch_id'))
    )
    op.create_index('uq_payout_line_current', 'payout_line', ['payout_id'], unique=True, sqlite_where=sa.text('taken_back_at IS NULL'), postgresql_where=sa.text('taken_back_at IS NULL'))


def _drop_tables() -> None:
    op.drop_table('payout_line')
    op.drop_table('reconciliation_difference')
    op.drop_table('payout_plan')
    op.drop_table('payout_batch')
    op.drop_table('payout_account')
    op.drop_table('reconciliation')


def upgrade() -> None:
    change_values(op, "account", "purpose", name="ledger_purpose", add=NEW_PURPOSES)
    change_values(op, "transaction", "kind", name="ledger_kind", add=NEW_KINDS)
    _change_payout(_payout(OLD_COLUMNS, OLD_CHECKS | KEPT_CHECKS), OLD_CHECKS, NEW_CHECKS)
    op.create_index("ix_payout_reference", "payout", ["bank_reference"], unique=False)
    _make_tables()


def downgrade() -> None:
    _drop_tables()
    op.drop_index("ix_payout_reference", table_name="payout")
    _change_payout(_payout((*OLD_COLUMNS, *NEW_COLUMNS), NEW_CHECKS | KEPT_CHECKS), NEW_CHECKS, OLD_CHECKS)
    change_values(op, "transaction", "kind", name="ledger_kind", drop=NEW_KINDS)
    change_values(op, "account", "purpose", name="ledger_purpose", drop=NEW_PURPOSES)
