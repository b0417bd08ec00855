"""cards

Revision ID: 0023
Revises: 0022
"""

import sqlalchemy as sa
from alembic import op

from hub.db.migrating import change_values

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

KINDS = ["card_refund_found"]
HARMLESS = "INTEGER NOT NULL DEFAULT 0 CONSTRAINT ck_gateway_call_harmless_are_attempts CHECK (harmless BETWEEN 0 AND attempts)"


def upgrade() -> None:
    """Of calls that wait, none of the attempts so far counts as harmless: one may have had its effect."""
    change_values(op, "transaction", "kind", name="ledger_kind", add=KINDS)
    op.execute(f"ALTER TABLE gateway_call ADD COLUMN harmless {HARMLESS}")
    op.add_column('gateway_call', sa.Column('forbidden_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('card_refund', sa.Column('looked_at', sa.DateTime(timezone=True), nullable=True))
    op.create_table('card_found_refund',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('payment_id', sa.BigInteger(), nullable=False),
    sa.Column('remote_id', sa.String(length=120), nullable=False),
    sa.Column('minor', sa.BigInteger(), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('hold_minor', sa.BigInteger(), nullable=False),
    sa.Column('balance_minor', sa.BigInteger(), nullable=False),
    sa.Column('state', sa.Enum('found', 'adopted', 'failed', name='cards_foundstate', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('failure', sa.String(length=300), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('adopted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('adopted_by', sa.Integer(), nullable=True),
    sa.CheckConstraint("(state = 'failed') = (failure <> '')", name=op.f('ck_card_found_refund_failed_with_a_reason')),
    sa.CheckConstraint("state <> 'adopted' OR adopted_at IS NOT NULL", name=op.f('ck_card_found_refund_adopted_has_its_time')),
    sa.CheckConstraint("state <> 'found' OR adopted_at IS NULL", name=op.f('ck_card_found_refund_found_is_not_adopted')),
    sa.CheckConstraint('adopted_at IS NOT NULL OR hold_minor + balance_minor = 0', name=op.f('ck_card_found_refund_taken_when_adopted')),
    sa.CheckConstraint('hold_minor + balance_minor <= minor', name=op.f('ck_card_found_refund_never_more_than_refunded')),
    sa.CheckConstraint('minor > 0 AND hold_minor >= 0 AND balance_minor >= 0', name=op.f('ck_card_found_refund_amounts')),
    sa.ForeignKeyConstraint(['adopted_by'], ['person.id'], name=op.f('fk_card_found_refund_adopted_by_person')),
    sa.ForeignKeyConstraint(['payment_id'], ['card_payment.id'], name=op.f('fk_card_found_refund_payment_id_card_payment')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_card_found_refund')),
    sa.UniqueConstraint('remote_id', name=op.f('uq_card_found_refund_remote_id'))
    )
    op.create_index('ix_card_found_refund_payment', 'card_found_refund', ['payment_id', 'id'], unique=False)
    op.create_index('ix_card_found_refund_state', 'card_found_refund', ['state', 'id'], unique=False)


def downgrade() -> None:
    op.drop_table('card_found_refund')
    for table, column in (('card_refund', 'looked_at'), ('gateway_call', 'forbidden_at'), ('gateway_call', 'harmless')):
        op.drop_column(table, column)
    change_values(op, "transaction", "kind", name="ledger_kind", drop=KINDS)
