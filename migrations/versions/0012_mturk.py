"""mturk

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('mturk_hit_type',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('title', sa.String(length=128), nullable=False),
    sa.Column('description', sa.Text(), nullable=False),
    sa.Column('keywords', sa.Text(), nullable=False),
    sa.Column('reward_minor', sa.BigInteger(), nullable=False),
    sa.Column('lease_minutes', sa.Integer(), nullable=False),
    sa.Column('auto_accept_days', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('auto_accept_days >= 0', name=op.f('ck_mturk_hit_type_accept_days_not_negative')),
    sa.CheckConstraint('lease_minutes > 0', name=op.f('ck_mturk_hit_type_lease_positive')),
    sa.CheckConstraint('reward_minor >= 0', name=op.f('ck_mturk_hit_type_reward_not_negative')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_mturk_hit_type_organisation_id_organisation')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mturk_hit_type')),
    sa.UniqueConstraint('organisation_id', 'digest', name=op.f('uq_mturk_hit_type_organisation_id'))
    )
    op.create_table('mturk_hit',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=False),
    sa.Column('hit_type_id', sa.Integer(), nullable=False),
    sa.Column('project_id', sa.Integer(), nullable=False),
    sa.Column('question', sa.Text(), nullable=False),
    sa.Column('annotation', sa.Text(), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('disposed_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['hit_type_id'], ['mturk_hit_type.id'], name=op.f('fk_mturk_hit_hit_type_id_mturk_hit_type')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_mturk_hit_organisation_id_organisation')),
    sa.ForeignKeyConstraint(['project_id'], ['task_project.id'], name=op.f('fk_mturk_hit_project_id_task_project')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mturk_hit')),
    sa.UniqueConstraint('project_id', name=op.f('uq_mturk_hit_project_id'))
    )
    op.create_index('ix_mturk_hit_expires_at', 'mturk_hit', ['expires_at'], unique=False)
    op.create_index('ix_mturk_hit_organisation', 'mturk_hit', ['organisation_id', 'id'], unique=False)


def downgrade() -> None:
    op.drop_table('mturk_hit')
    op.drop_table('mturk_hit_type')
