"""webhooks

Revision ID: 0028
Revises: 0027
"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('webhook_endpoint',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('organisation_id', sa.Integer(), nullable=True),
    sa.Column('url', sa.String(length=500), nullable=False),
    sa.Column('description', sa.String(length=120), nullable=False),
    sa.Column('state', sa.Enum('on', 'paused', 'disabled', 'ended', name='webhooks_endpointstate', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('reason', sa.String(length=20), nullable=False),
    sa.Column('sealed_secret', sa.String(length=300), nullable=False),
    sa.Column('former_secret', sa.String(length=300), nullable=False),
    sa.Column('former_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('failures', sa.Integer(), nullable=False),
    sa.Column('failing_since', sa.DateTime(timezone=True), nullable=True),
    sa.Column('free_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_by', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("(former_secret = '') = (former_until IS NULL)", name=op.f('ck_webhook_endpoint_former_secret_has_end')),
    sa.CheckConstraint("(state = 'disabled') = (reason <> '')", name=op.f('ck_webhook_endpoint_disabled_has_reason')),
    sa.CheckConstraint("state = 'ended' OR sealed_secret <> ''", name=op.f('ck_webhook_endpoint_has_secret')),
    sa.CheckConstraint('(failures > 0) = (failing_since IS NOT NULL)', name=op.f('ck_webhook_endpoint_failures_have_begin')),
    sa.CheckConstraint('(person_id IS NULL) <> (organisation_id IS NULL)', name=op.f('ck_webhook_endpoint_one_owner')),
    sa.ForeignKeyConstraint(['created_by'], ['person.id'], name=op.f('fk_webhook_endpoint_created_by_person')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_webhook_endpoint_organisation_id_organisation')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_webhook_endpoint_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_webhook_endpoint'))
    )
    op.create_index(op.f('ix_webhook_endpoint_organisation_id'), 'webhook_endpoint', ['organisation_id'], unique=False)
    op.create_index(op.f('ix_webhook_endpoint_person_id'), 'webhook_endpoint', ['person_id'], unique=False)
    op.create_table('webhook_choice',
    sa.Column('endpoint_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('type', sa.String(length=60), nullable=False),
    sa.ForeignKeyConstraint(['endpoint_id'], ['webhook_endpoint.id'], name=op.f('fk_webhook_choice_endpoint_id_webhook_endpoint')),
    sa.PrimaryKeyConstraint('endpoint_id', 'type', name=op.f('pk_webhook_choice'))
    )
    op.create_index('ix_webhook_choice_type', 'webhook_choice', ['type'], unique=False)
    op.create_table('webhook_message',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('endpoint_id', sa.Integer(), nullable=False),
    sa.Column('journal_id', sa.BigInteger(), nullable=True),
    sa.Column('uid', sa.String(length=40), nullable=False),
    sa.Column('type', sa.String(length=60), nullable=False),
    sa.Column('facts', sa.JSON(), nullable=False),
    sa.Column('path', sa.String(length=300), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('state', sa.Enum('due', 'delivered', 'failed', name='webhooks_messagestate', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('next_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('queued_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('delivered_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(state = 'delivered') = (delivered_at IS NOT NULL)", name=op.f('ck_webhook_message_delivered_has_time')),
    sa.CheckConstraint('attempts >= 0', name=op.f('ck_webhook_message_attempts')),
    sa.ForeignKeyConstraint(['endpoint_id'], ['webhook_endpoint.id'], name=op.f('fk_webhook_message_endpoint_id_webhook_endpoint')),
    sa.ForeignKeyConstraint(['journal_id'], ['journal.id'], name=op.f('fk_webhook_message_journal_id_journal')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_webhook_message')),
    sa.UniqueConstraint('endpoint_id', 'journal_id', name=op.f('uq_webhook_message_endpoint_id')),
    sa.UniqueConstraint('uid', name=op.f('uq_webhook_message_uid'))
    )
    op.create_index('ix_webhook_message_due', 'webhook_message', ['state', 'next_at'], unique=False)
    op.create_index('ix_webhook_message_log', 'webhook_message', ['endpoint_id', 'id'], unique=False)
    op.create_table('webhook_attempt',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('message_id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('status', sa.Integer(), nullable=True),
    sa.Column('trouble', sa.String(length=40), nullable=False),
    sa.Column('milliseconds', sa.Integer(), nullable=False),
    sa.Column('answer', sa.Text(), nullable=False),
    sa.CheckConstraint("(status IS NULL) = (trouble <> '')", name=op.f('ck_webhook_attempt_status_or_trouble')),
    sa.ForeignKeyConstraint(['message_id'], ['webhook_message.id'], name=op.f('fk_webhook_attempt_message_id_webhook_message')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_webhook_attempt'))
    )
    op.create_index(op.f('ix_webhook_attempt_message_id'), 'webhook_attempt', ['message_id'], unique=False)


def downgrade() -> None:
    op.drop_table('webhook_attempt')
    op.drop_table('webhook_message')
    op.drop_table('webhook_choice')
    op.drop_table('webhook_endpoint')
