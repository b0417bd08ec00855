"""microtasks

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('task_project',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('slug', sa.String(length=80), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=False),
    sa.Column('author_id', sa.Integer(), nullable=True),
    sa.Column('title', sa.String(length=160), nullable=False),
    sa.Column('summary', sa.Text(), nullable=False),
    sa.Column('instructions', sa.Text(), nullable=False),
    sa.Column('language', sa.String(length=8), nullable=False),
    sa.Column('sector', sa.Enum('aerospace', 'agriculture', 'automotive', 'biotech', 'chemistry', 'climate', 'communications', 'construction', 'consumer', 'data', 'defence', 'education', 'electronics', 'energy', 'health', 'manufacturing', 'materials', 'optics', 'robotics', 'sensors', 'software', 'water', name='kernel_sector', native_enum=False, create_constraint=True, length=32), nullable=True),
    sa.Column('form', sa.JSON(), nullable=False),
    sa.Column('redundancy', sa.Integer(), nullable=False),
    sa.Column('lease_minutes', sa.Integer(), nullable=False),
    sa.Column('pay_minor', sa.BigInteger(), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('fee_bp', sa.Integer(), nullable=False),
    sa.Column('auto_accept_days', sa.Integer(), nullable=False),
    sa.Column('state', sa.Enum('draft', 'running', 'paused', 'ending', 'finished', 'withdrawn', name='projects_state', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('source', sa.String(length=20), nullable=False),
    sa.Column('tasks_total', sa.Integer(), nullable=False),
    sa.Column('median_seconds', sa.Integer(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("(state = 'finished') = (finished_at IS NOT NULL)", name=op.f('ck_task_project_finished_has_time')),
    sa.CheckConstraint("state IN ('draft', 'withdrawn') OR (published_at IS NOT NULL AND tasks_total > 0)", name=op.f('ck_task_project_published_is_whole')),
    sa.CheckConstraint('auto_accept_days >= 0', name=op.f('ck_task_project_accept_days_not_negative')),
    sa.CheckConstraint('fee_bp BETWEEN 0 AND 9999', name=op.f('ck_task_project_fee_in_range')),
    sa.CheckConstraint('lease_minutes > 0', name=op.f('ck_task_project_lease_positive')),
    sa.CheckConstraint('pay_minor >= 0', name=op.f('ck_task_project_pay_not_negative')),
    sa.CheckConstraint('redundancy BETWEEN 1 AND 100', name=op.f('ck_task_project_redundancy_in_range')),
    sa.CheckConstraint('tasks_total >= 0', name=op.f('ck_task_project_tasks_not_negative')),
    sa.ForeignKeyConstraint(['author_id'], ['person.id'], name=op.f('fk_task_project_author_id_person')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_task_project_organisation_id_organisation')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_task_project')),
    sa.UniqueConstraint('slug', name=op.f('uq_task_project_slug'))
    )
    op.create_index('ix_task_project_organisation', 'task_project', ['organisation_id', 'id'], unique=False)
    op.create_index('ix_task_project_state', 'task_project', ['state', 'published_at', 'id'], unique=False)
    op.create_table('task',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('project_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('data', sa.JSON(), nullable=False),
    sa.Column('answers_wanted', sa.Integer(), nullable=False),
    sa.Column('taken', sa.Integer(), nullable=False),
    sa.Column('accepted', sa.Integer(), nullable=False),
    sa.Column('reports', sa.Integer(), nullable=False),
    sa.Column('state', sa.Enum('open', 'done', 'withdrawn', name='projects_taskstate', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.CheckConstraint("(state = 'done') = (accepted = answers_wanted)", name=op.f('ck_task_done_when_all_accepted')),
    sa.CheckConstraint('accepted BETWEEN 0 AND taken', name=op.f('ck_task_accepted_were_taken')),
    sa.CheckConstraint('answers_wanted > 0', name=op.f('ck_task_answers_wanted_positive')),
    sa.CheckConstraint('reports >= 0', name=op.f('ck_task_reports_not_negative')),
    sa.CheckConstraint('taken BETWEEN 0 AND answers_wanted', name=op.f('ck_task_never_more_than_wanted')),
    sa.ForeignKeyConstraint(['project_id'], ['task_project.id'], name=op.f('fk_task_project_id_task_project')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_task')),
    sa.UniqueConstraint('project_id', 'position', name=op.f('uq_task_project_id'))
    )
    op.create_index('ix_task_free', 'task', ['project_id', 'position'], unique=False, sqlite_where=sa.text("state = 'open' AND taken < answers_wanted"), postgresql_where=sa.text("state = 'open' AND taken < answers_wanted"))
    op.create_index('ix_task_state', 'task', ['project_id', 'state'], unique=False)
    op.create_table('task_image',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('project_id', sa.Integer(), nullable=False),
    sa.Column('file_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.ForeignKeyConstraint(['file_id'], ['file.id'], name=op.f('fk_task_image_file_id_file')),
    sa.ForeignKeyConstraint(['project_id'], ['task_project.id'], name=op.f('fk_task_image_project_id_task_project')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_task_image')),
    sa.UniqueConstraint('project_id', 'name', name=op.f('uq_task_image_project_id'))
    )
    op.create_table('assignment',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('task_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('project_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('state', sa.Enum('leased', 'submitted', 'accepted', 'rejected', 'skipped', 'expired', name='queue_state', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('leased_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('lease_until', sa.DateTime(timezone=True), nullable=False),
    sa.Column('submitted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('accept_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decided_by', sa.Integer(), nullable=True),
    sa.Column('answer', sa.JSON(none_as_null=True), nullable=True),
    sa.Column('seconds', sa.Integer(), nullable=True),
    sa.Column('reason', sa.String(length=1000), nullable=False),
    sa.CheckConstraint("(state = 'submitted') = (accept_at IS NOT NULL)", name=op.f('ck_assignment_waits_until')),
    sa.CheckConstraint("(state IN ('accepted', 'rejected')) = (decided_at IS NOT NULL)", name=op.f('ck_assignment_decided_has_time')),
    sa.CheckConstraint("state <> 'rejected' OR reason <> ''", name=op.f('ck_assignment_rejected_with_a_reason')),
    sa.CheckConstraint("state NOT IN ('submitted', 'accepted', 'rejected') OR (submitted_at IS NOT NULL AND seconds >= 0)", name=op.f('ck_assignment_answered_is_whole')),
    sa.CheckConstraint('lease_until > leased_at', name=op.f('ck_assignment_lease_has_length')),
    sa.ForeignKeyConstraint(['decided_by'], ['person.id'], name=op.f('fk_assignment_decided_by_person')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_assignment_person_id_person')),
    sa.ForeignKeyConstraint(['project_id'], ['task_project.id'], name=op.f('fk_assignment_project_id_task_project')),
    sa.ForeignKeyConstraint(['task_id'], ['task.id'], name=op.f('fk_assignment_task_id_task')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_assignment')),
    sa.UniqueConstraint('task_id', 'person_id', name=op.f('uq_assignment_task_id'))
    )
    op.create_index('ix_assignment_accept_at', 'assignment', ['accept_at'], unique=False, sqlite_where=sa.text("state = 'submitted'"), postgresql_where=sa.text("state = 'submitted'"))
    op.create_index('ix_assignment_lease_until', 'assignment', ['lease_until'], unique=False, sqlite_where=sa.text("state = 'leased'"), postgresql_where=sa.text("state = 'leased'"))
    op.create_index('ix_assignment_person', 'assignment', ['person_id', 'id'], unique=False)
    op.create_index('ix_assignment_place', 'assignment', ['person_id', 'project_id', 'position'], unique=False)
    op.create_index('ix_assignment_project', 'assignment', ['project_id', 'state', 'id'], unique=False)
    op.create_index('uq_assignment_in_hand', 'assignment', ['project_id', 'person_id'], unique=True, sqlite_where=sa.text("state = 'leased'"), postgresql_where=sa.text("state = 'leased'"))


def downgrade() -> None:
    op.drop_table('assignment')
    op.drop_table('task_image')
    op.drop_table('task')
    op.drop_table('task_project')
