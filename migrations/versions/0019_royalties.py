"""royalties

Revision ID: 0019
Revises: 0018
"""

import sqlalchemy as sa
from alembic import op

from hub.db.migrating import change_values

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

KINDS = ("consultant_fee", "sale", "royalty")


def upgrade() -> None:
    change_values(op, "transaction", "kind", name="ledger_kind", add=KINDS)
    op.create_table('revenue_year',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('subject', sa.String(length=80), nullable=False),
    sa.Column('seller_kind', sa.Enum('person', 'organisation', 'site', name='ledger_ownerkind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('seller_id', sa.BigInteger(), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('net_minor', sa.BigInteger(), nullable=False),
    sa.CheckConstraint('net_minor >= 0', name=op.f('ck_revenue_year_not_negative')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_revenue_year')),
    sa.UniqueConstraint('subject', 'seller_kind', 'seller_id', 'currency', 'year', name=op.f('uq_revenue_year_subject'))
    )
    op.create_table('hold_stage',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('subject', sa.String(length=80), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('minor', sa.BigInteger(), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('transaction_id', sa.BigInteger(), nullable=True),
    sa.Column('released_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('(transaction_id IS NULL) = (released_at IS NULL)', name=op.f('ck_hold_stage_released_is_whole')),
    sa.CheckConstraint('minor > 0', name=op.f('ck_hold_stage_positive')),
    sa.CheckConstraint('number > 0', name=op.f('ck_hold_stage_number_counts')),
    sa.ForeignKeyConstraint(['transaction_id'], ['transaction.id'], name=op.f('fk_hold_stage_transaction_id_transaction')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_hold_stage')),
    sa.UniqueConstraint('subject', 'number', name=op.f('uq_hold_stage_subject')),
    sa.UniqueConstraint('transaction_id', name=op.f('uq_hold_stage_transaction_id'))
    )
    op.create_table('revenue_share',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('subject', sa.String(length=80), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('from_on', sa.Date(), nullable=False),
    sa.Column('owner_id', sa.Integer(), nullable=False),
    sa.Column('kept', sa.JSON(), nullable=False),
    sa.Column('set_by', sa.Integer(), nullable=True),
    sa.Column('set_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['owner_id'], ['organisation.id'], name=op.f('fk_revenue_share_owner_id_organisation')),
    sa.ForeignKeyConstraint(['set_by'], ['person.id'], name=op.f('fk_revenue_share_set_by_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_revenue_share'))
    )
    op.create_index('ix_revenue_share_subject', 'revenue_share', ['subject', 'currency', 'from_on', 'id'], unique=False)
    op.create_table('royalty',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('licensor_id', sa.Integer(), nullable=False),
    sa.Column('licensee_id', sa.Integer(), nullable=False),
    sa.Column('subject', sa.String(length=80), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('period', sa.Enum('quarter', 'year', 'once', name='royalties_period', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('kept', sa.JSON(), nullable=False),
    sa.Column('minimum_minor', sa.BigInteger(), nullable=False),
    sa.Column('pay_days', sa.Integer(), nullable=False),
    sa.Column('fee_bp', sa.Integer(), nullable=False),
    sa.Column('from_on', sa.Date(), nullable=False),
    sa.Column('state', sa.Enum('proposed', 'running', 'declined', 'ended', name='royalties_state', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('proposed_by', sa.Integer(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("period <> 'once' OR minimum_minor > 0", name=op.f('ck_royalty_a_fixed_sum_is_something')),
    sa.CheckConstraint('fee_bp BETWEEN 0 AND 9999', name=op.f('ck_royalty_fee_in_range')),
    sa.CheckConstraint('licensor_id <> licensee_id', name=op.f('ck_royalty_two_sides')),
    sa.CheckConstraint('minimum_minor >= 0', name=op.f('ck_royalty_minimum_not_negative')),
    sa.CheckConstraint('pay_days BETWEEN 1 AND 365', name=op.f('ck_royalty_pay_days_in_range')),
    sa.ForeignKeyConstraint(['licensee_id'], ['organisation.id'], name=op.f('fk_royalty_licensee_id_organisation')),
    sa.ForeignKeyConstraint(['licensor_id'], ['organisation.id'], name=op.f('fk_royalty_licensor_id_organisation')),
    sa.ForeignKeyConstraint(['proposed_by'], ['person.id'], name=op.f('fk_royalty_proposed_by_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_royalty'))
    )
    op.create_index('ix_royalty_licensee', 'royalty', ['licensee_id', 'id'], unique=False)
    op.create_index('ix_royalty_licensor', 'royalty', ['licensor_id', 'id'], unique=False)
    op.create_table('royalty_due',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('royalty_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('from_on', sa.Date(), nullable=False),
    sa.Column('until_on', sa.Date(), nullable=False),
    sa.Column('sales_minor', sa.BigInteger(), nullable=False),
    sa.Column('minor', sa.BigInteger(), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('fee_bp', sa.Integer(), nullable=False),
    sa.Column('state', sa.Enum('due', 'paid', name='royalties_duestate', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('pay_by', sa.Date(), nullable=False),
    sa.Column('reported_by', sa.Integer(), nullable=True),
    sa.Column('reported_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('told_overdue_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('transaction_id', sa.BigInteger(), nullable=True),
    sa.Column('paid_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("state <> 'paid' OR (paid_at IS NOT NULL AND (transaction_id IS NOT NULL OR minor = 0))", name=op.f('ck_royalty_due_paid_is_whole')),
    sa.CheckConstraint('sales_minor >= 0 AND minor >= 0 AND from_on < until_on', name=op.f('ck_royalty_due_amounts')),
    sa.ForeignKeyConstraint(['reported_by'], ['person.id'], name=op.f('fk_royalty_due_reported_by_person')),
    sa.ForeignKeyConstraint(['royalty_id'], ['royalty.id'], name=op.f('fk_royalty_due_royalty_id_royalty')),
    sa.ForeignKeyConstraint(['transaction_id'], ['transaction.id'], name=op.f('fk_royalty_due_transaction_id_transaction')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_royalty_due')),
    sa.UniqueConstraint('royalty_id', 'from_on', name=op.f('uq_royalty_due_royalty_id')),
    sa.UniqueConstraint('transaction_id', name=op.f('uq_royalty_due_transaction_id'))
    )
    op.create_index('ix_royalty_due_pay_by', 'royalty_due', ['state', 'pay_by'], unique=False)
    op.create_table('sale',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('key', sa.String(length=160), nullable=False),
    sa.Column('subject', sa.String(length=80), nullable=False),
    sa.Column('label', sa.String(length=200), nullable=False),
    sa.Column('share_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('year_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('buyer_kind', sa.Enum('person', 'organisation', 'site', name='ledger_ownerkind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('buyer_id', sa.BigInteger(), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('gross_minor', sa.BigInteger(), nullable=False),
    sa.Column('fee_minor', sa.BigInteger(), nullable=False),
    sa.Column('owner_minor', sa.BigInteger(), nullable=False),
    sa.Column('seller_minor', sa.BigInteger(), nullable=False),
    sa.Column('transaction_id', sa.BigInteger(), nullable=True),
    sa.Column('refund_id', sa.BigInteger(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('gross_minor = fee_minor + owner_minor + seller_minor', name=op.f('ck_sale_adds_up')),
    sa.CheckConstraint('gross_minor > 0 AND fee_minor >= 0 AND owner_minor >= 0 AND seller_minor >= 0', name=op.f('ck_sale_amounts')),
    sa.ForeignKeyConstraint(['refund_id'], ['transaction.id'], name=op.f('fk_sale_refund_id_transaction')),
    sa.ForeignKeyConstraint(['share_id'], ['revenue_share.id'], name=op.f('fk_sale_share_id_revenue_share')),
    sa.ForeignKeyConstraint(['transaction_id'], ['transaction.id'], name=op.f('fk_sale_transaction_id_transaction')),
    sa.ForeignKeyConstraint(['year_id'], ['revenue_year.id'], name=op.f('fk_sale_year_id_revenue_year')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sale')),
    sa.UniqueConstraint('key', name=op.f('uq_sale_key')),
    sa.UniqueConstraint('refund_id', name=op.f('uq_sale_refund_id')),
    sa.UniqueConstraint('transaction_id', name=op.f('uq_sale_transaction_id'))
    )
    op.create_index('ix_sale_year', 'sale', ['year_id'], unique=False)


def downgrade() -> None:
    op.drop_table('sale')
    op.drop_table('royalty_due')
    op.drop_table('royalty')
    op.drop_table('revenue_share')
    op.drop_table('hold_stage')
    op.drop_table('revenue_year')
    change_values(op, "transaction", "kind", name="ledger_kind", drop=KINDS)
