"""privacy

Revision ID: 0031
Revises: 0030
"""

import sqlalchemy as sa
from alembic import op

from hub.db.migrating import change_values

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    change_values(op, "person", "state", name="accounts_state", add=("erased",))
    op.create_table('consent',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('terms', 'matching', name='privacy_consentkind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('version', sa.String(length=20), nullable=False),
    sa.Column('language', sa.String(length=8), nullable=False),
    sa.Column('given_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('length(version) > 0', name=op.f('ck_consent_version')),
    sa.CheckConstraint('withdrawn_at IS NULL OR withdrawn_at >= given_at', name=op.f('ck_consent_in_order')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_consent_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_consent'))
    )
    op.create_index('ix_consent_person', 'consent', ['person_id', 'kind', 'id'], unique=False)
    op.create_index('uq_consent_given', 'consent', ['person_id', 'kind'], unique=True, sqlite_where=sa.text('withdrawn_at IS NULL'), postgresql_where=sa.text('withdrawn_at IS NULL'))
    op.create_table('erasure',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('state', sa.Enum('waiting', 'cancelled', 'erasing', 'done', name='erasure_state', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('held_up_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('sought', sa.JSON(), nullable=False),
    sa.Column('rows', sa.Integer(), nullable=False),
    sa.Column('changed', sa.Integer(), nullable=False),
    sa.CheckConstraint("(state IN ('cancelled', 'done')) = (ended_at IS NOT NULL)", name=op.f('ck_erasure_ended_has_its_time')),
    sa.CheckConstraint('due_at > asked_at', name=op.f('ck_erasure_waits')),
    sa.CheckConstraint('rows >= 0 AND changed >= 0', name=op.f('ck_erasure_counted')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_erasure_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_erasure'))
    )
    op.create_index('ix_erasure_due', 'erasure', ['state', 'due_at'], unique=False)
    op.create_index('uq_erasure_not_over', 'erasure', ['person_id'], unique=True, sqlite_where=sa.text("state IN ('waiting', 'erasing')"), postgresql_where=sa.text("state IN ('waiting', 'erasing')"))
    op.create_table('person_export',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('state', sa.Enum('asked', 'building', 'ready', 'failed', 'gone', name='privacy_exportstate', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('lease_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ready_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('size', sa.BigInteger(), nullable=False),
    sa.Column('file_name', sa.String(length=80), nullable=False),
    sa.CheckConstraint("(state = 'ready') = (file_name <> '')", name=op.f('ck_person_export_ready_has_its_file')),
    sa.CheckConstraint("state <> 'ready' OR (ready_at IS NOT NULL AND expires_at IS NOT NULL)", name=op.f('ck_person_export_ready_has_its_end')),
    sa.CheckConstraint('attempts >= 0 AND size >= 0', name=op.f('ck_person_export_counted')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_person_export_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_person_export'))
    )
    op.create_index('ix_person_export_person', 'person_export', ['person_id', 'id'], unique=False)
    op.create_index('uq_person_export_under_way', 'person_export', ['person_id'], unique=True, sqlite_where=sa.text("state IN ('asked', 'building')"), postgresql_where=sa.text("state IN ('asked', 'building')"))
    op.create_table('retention',
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('days', sa.Integer(), nullable=False),
    sa.Column('set_by', sa.Integer(), nullable=True),
    sa.Column('set_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('days > 0', name=op.f('ck_retention_days')),
    sa.ForeignKeyConstraint(['set_by'], ['person.id'], name=op.f('fk_retention_set_by_person')),
    sa.PrimaryKeyConstraint('kind', name=op.f('pk_retention'))
    )


def downgrade() -> None:
    op.drop_table('retention')
    op.drop_table('person_export')
    op.drop_table('erasure')
    op.drop_table('consent')
    op.execute(sa.text("UPDATE person SET state = 'suspended', state_reason = 'erased' WHERE state = 'erased'"))
    change_values(op, "person", "state", name="accounts_state", drop=("erased",))
