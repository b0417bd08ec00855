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


def downgrade() -> None:
    op.drop_table('hold_stage')
    change_values(op, "transaction", "kind", name="ledger_kind", drop=KINDS)
