"""gateways

Revision ID: 0014
Revises: 0013
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('gateway_call',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('key', sa.String(length=200), nullable=False),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('params', sa.JSON(), nullable=False),
    sa.Column('params_hash', sa.String(length=64), nullable=False),
    sa.Column('cause', sa.String(length=80), nullable=False),
    sa.Column('state', sa.Enum('wanted', 'answered', 'refused', name='gateways_callstate', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('remote_id', sa.String(length=120), nullable=False),
    sa.Column('answer', sa.JSON(none_as_null=True), nullable=True),
    sa.Column('refusal_code', sa.String(length=80), nullable=False),
    sa.Column('refusal', sa.String(length=300), nullable=False),
    sa.Column('trouble', sa.String(length=300), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('generation', sa.Integer(), nullable=False),
    sa.Column('next_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(state = 'answered') = (answer IS NOT NULL)", name=op.f('ck_gateway_call_answered_has_its_answer')),
    sa.CheckConstraint("(state = 'refused') = (refusal_code <> '')", name=op.f('ck_gateway_call_refused_has_its_reason')),
    sa.CheckConstraint("(state = 'wanted') = (closed_at IS NULL)", name=op.f('ck_gateway_call_closed_has_its_time')),
    sa.CheckConstraint('attempts >= 0 AND generation >= 0', name=op.f('ck_gateway_call_counts')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_gateway_call')),
    sa.UniqueConstraint('key', name=op.f('uq_gateway_call_key'))
    )
    op.create_index('ix_gateway_call_cause', 'gateway_call', ['cause', 'id'], unique=False)
    op.create_index('ix_gateway_call_due', 'gateway_call', ['state', 'next_at'], unique=False)
    op.create_index('ix_gateway_call_remote', 'gateway_call', ['remote_id'], unique=False)
    op.create_table('gateway_event',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('event_id', sa.String(length=120), nullable=False),
    sa.Column('type', sa.String(length=120), nullable=False),
    sa.Column('kind', sa.String(length=60), nullable=False),
    sa.Column('object_id', sa.String(length=120), nullable=False),
    sa.Column('account', sa.String(length=120), nullable=False),
    sa.Column('state', sa.Enum('received', 'handled', name='gateways_eventstate', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('handled_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(state = 'handled') = (handled_at IS NOT NULL)", name=op.f('ck_gateway_event_handled_has_its_time')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_gateway_event')),
    sa.UniqueConstraint('event_id', name=op.f('uq_gateway_event_event_id'))
    )
    op.create_index('ix_gateway_event_object', 'gateway_event', ['object_id'], unique=False)


def downgrade() -> None:
    op.drop_table('gateway_event')
    op.drop_table('gateway_call')
