"""packages

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('work_package',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('space_id', sa.Integer(), nullable=False),
    sa.Column('page_id', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=120), nullable=False),
    sa.Column('brief', sa.Text(), nullable=False),
    sa.Column('points', sa.Integer(), nullable=False),
    sa.Column('lease_days', sa.Integer(), nullable=False),
    sa.Column('state', sa.Enum('open', 'claimed', 'submitted', 'returned', 'merged', 'withdrawn', name='packages_state', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('created_by', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('moved_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('claimant_id', sa.Integer(), nullable=True),
    sa.Column('lease_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('revision', sa.Integer(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("(state = 'merged') = (revision IS NOT NULL)", name=op.f('ck_work_package_merged_as_a_revision')),
    sa.CheckConstraint("(state = 'withdrawn') = (length(reason) > 0)", name=op.f('ck_work_package_withdrawn_for_a_reason')),
    sa.CheckConstraint("(state IN ('claimed', 'returned')) = (lease_until IS NOT NULL)", name=op.f('ck_work_package_leased_in_hand')),
    sa.CheckConstraint("state <> 'open' OR claimant_id IS NULL", name=op.f('ck_work_package_open_is_nobodys')),
    sa.CheckConstraint("state IN ('open', 'withdrawn') OR claimant_id IS NOT NULL", name=op.f('ck_work_package_held_by_somebody')),
    sa.CheckConstraint('lease_days BETWEEN 1 AND 60', name=op.f('ck_work_package_lasts')),
    sa.CheckConstraint('points BETWEEN 1 AND 1000', name=op.f('ck_work_package_weighs')),
    sa.ForeignKeyConstraint(['claimant_id'], ['person.id'], name=op.f('fk_work_package_claimant_id_person')),
    sa.ForeignKeyConstraint(['created_by'], ['person.id'], name=op.f('fk_work_package_created_by_person')),
    sa.ForeignKeyConstraint(['page_id'], ['space_page.id'], name=op.f('fk_work_package_page_id_space_page')),
    sa.ForeignKeyConstraint(['space_id'], ['space.id'], name=op.f('fk_work_package_space_id_space')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_work_package'))
    )
    op.create_index('ix_work_package_claimant', 'work_package', ['claimant_id', 'state'], unique=False)
    op.create_index('ix_work_package_lease', 'work_package', ['lease_until'], unique=False)
    op.create_index(op.f('ix_work_package_page_id'), 'work_package', ['page_id'], unique=False)
    op.create_index('ix_work_package_space', 'work_package', ['space_id', 'state', 'id'], unique=False)
    op.create_table('package_submission',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('package_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('author_id', sa.Integer(), nullable=False),
    sa.Column('base', sa.Integer(), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('note', sa.String(length=300), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('remarks', sa.Text(), nullable=False),
    sa.Column('decided_by', sa.Integer(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('(decided_by IS NULL) = (decided_at IS NULL)', name=op.f('ck_package_submission_decided_whole')),
    sa.CheckConstraint('decided_by IS NULL OR decided_by <> author_id', name=op.f('ck_package_submission_reviewed_by_another')),
    sa.CheckConstraint('number > 0 AND base > 0', name=op.f('ck_package_submission_counted')),
    sa.ForeignKeyConstraint(['author_id'], ['person.id'], name=op.f('fk_package_submission_author_id_person')),
    sa.ForeignKeyConstraint(['decided_by'], ['person.id'], name=op.f('fk_package_submission_decided_by_person')),
    sa.ForeignKeyConstraint(['package_id'], ['work_package.id'], name=op.f('fk_package_submission_package_id_work_package')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_package_submission')),
    sa.UniqueConstraint('package_id', 'number', name=op.f('uq_package_submission_package_id'))
    )
    op.create_index(op.f('ix_package_submission_author_id'), 'package_submission', ['author_id'], unique=False)


def downgrade() -> None:
    op.drop_table('package_submission')
    op.drop_table('work_package')
