"""portals

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

SQLITE_GUARDS = (
    """\
CREATE TRIGGER intake_form_kept BEFORE UPDATE ON intake_form WHEN OLD.published_at IS NOT NULL BEGIN SELECT RAISE(ABORT, 'a published form never changes'); END
""",
    """\
CREATE TRIGGER submission_look_no_update BEFORE UPDATE ON submission_look BEGIN SELECT RAISE(ABORT, 'a look is never unsaid'); END
""",
    """\
CREATE TRIGGER submission_look_no_delete BEFORE DELETE ON submission_look BEGIN SELECT RAISE(ABORT, 'a look is never unsaid'); END
""",
    """\
CREATE TRIGGER submission_step_no_update BEFORE UPDATE ON submission_step BEGIN SELECT RAISE(ABORT, 'what was decided is never unsaid'); END
""",
    """\
CREATE TRIGGER submission_step_no_delete BEFORE DELETE ON submission_step BEGIN SELECT RAISE(ABORT, 'what was decided is never unsaid'); END
""",
)

POSTGRES_GUARDS = (
    """\
CREATE OR REPLACE FUNCTION intake_form_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'a published form never changes' USING ERRCODE = 'integrity_constraint_violation'; END $$
""",
    """\
CREATE TRIGGER intake_form_kept BEFORE UPDATE ON intake_form FOR EACH ROW WHEN (OLD.published_at IS NOT NULL) EXECUTE FUNCTION intake_form_kept()
""",
    """\
CREATE OR REPLACE FUNCTION submission_look_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'a look is never unsaid' USING ERRCODE = 'integrity_constraint_violation'; END $$
""",
    """\
CREATE TRIGGER submission_look_no_change BEFORE UPDATE OR DELETE ON submission_look FOR EACH ROW EXECUTE FUNCTION submission_look_is_kept()
""",
    """\
CREATE OR REPLACE FUNCTION submission_step_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'what was decided is never unsaid' USING ERRCODE = 'integrity_constraint_violation'; END $$
""",
    """\
CREATE TRIGGER submission_step_no_change BEFORE UPDATE OR DELETE ON submission_step FOR EACH ROW EXECUTE FUNCTION submission_step_is_kept()
""",
)


def upgrade() -> None:
    op.create_table('portal',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('slug', sa.String(length=40), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=False),
    sa.Column('opened_by', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('names', sa.JSON(), nullable=False),
    sa.Column('taglines', sa.JSON(), nullable=False),
    sa.Column('welcomes', sa.JSON(), nullable=False),
    sa.Column('terms', sa.JSON(), nullable=False),
    sa.Column('languages', sa.JSON(), nullable=False),
    sa.Column('theme', sa.JSON(), nullable=False),
    sa.Column('logo_id', sa.Integer(), nullable=True),
    sa.Column('first', sa.JSON(), nullable=False),
    sa.Column('hidden', sa.JSON(), nullable=False),
    sa.Column('stages', sa.JSON(), nullable=False),
    sa.Column('days', sa.JSON(), nullable=False),
    sa.Column('state', sa.Enum('draft', 'open', 'closed', name='sites_state', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("length(slug) >= 3 AND name != ''", name=op.f('ck_portal_can_be_called')),
    sa.CheckConstraint("state != 'closed' OR closed_at IS NOT NULL", name=op.f('ck_portal_closed_is_dated')),
    sa.CheckConstraint("state = 'draft' OR opened_at IS NOT NULL", name=op.f('ck_portal_opened_is_dated')),
    sa.ForeignKeyConstraint(['logo_id'], ['file.id'], name=op.f('fk_portal_logo_id_file')),
    sa.ForeignKeyConstraint(['opened_by'], ['person.id'], name=op.f('fk_portal_opened_by_person')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_portal_organisation_id_organisation')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_portal')),
    sa.UniqueConstraint('slug', name=op.f('uq_portal_slug'))
    )
    op.create_index(op.f('ix_portal_organisation_id'), 'portal', ['organisation_id'], unique=False)
    op.create_table('intake_form',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('portal_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('fields', sa.JSON(), nullable=False),
    sa.Column('edited_by', sa.Integer(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint('number >= 1', name=op.f('ck_intake_form_counts_from_one')),
    sa.ForeignKeyConstraint(['edited_by'], ['person.id'], name=op.f('fk_intake_form_edited_by_person')),
    sa.ForeignKeyConstraint(['portal_id'], ['portal.id'], name=op.f('fk_intake_form_portal_id_portal')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_intake_form')),
    sa.UniqueConstraint('portal_id', 'number', name=op.f('uq_intake_form_portal_id'))
    )
    op.create_table('portal_manager',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('portal_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('named_by', sa.Integer(), nullable=True),
    sa.Column('since', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['named_by'], ['person.id'], name=op.f('fk_portal_manager_named_by_person')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_portal_manager_person_id_person')),
    sa.ForeignKeyConstraint(['portal_id'], ['portal.id'], name=op.f('fk_portal_manager_portal_id_portal')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_portal_manager')),
    sa.UniqueConstraint('portal_id', 'person_id', name=op.f('uq_portal_manager_portal_id'))
    )
    op.create_index('ix_portal_manager_person', 'portal_manager', ['person_id'], unique=False)
    op.create_table('submission',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('portal_id', sa.Integer(), nullable=False),
    sa.Column('form_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=160), nullable=False),
    sa.Column('answers', sa.JSON(), nullable=False),
    sa.Column('state', sa.Enum('draft', 'received', 'asked_first', 'second', 'asked_second', 'third', 'asked_third', 'accepted', 'declined', 'withdrawn', name='desk_state', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('step', sa.Integer(), nullable=False),
    sa.Column('stage_since', sa.DateTime(timezone=True), nullable=True),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('assignee_id', sa.Integer(), nullable=True),
    sa.Column('terms', sa.Text(), nullable=False),
    sa.Column('terms_hash', sa.String(length=64), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('submitted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("(state IN ('accepted', 'declined', 'withdrawn')) = (decided_at IS NOT NULL)", name=op.f('ck_submission_done_is_dated')),
    sa.CheckConstraint("(state IN ('asked_first', 'asked_second', 'asked_third')) = (asked_at IS NOT NULL)", name=op.f('ck_submission_asked_is_dated')),
    sa.CheckConstraint("(state IN ('draft', 'accepted', 'declined', 'withdrawn')) = (due_at IS NULL)", name=op.f('ck_submission_stage_has_clock')),
    sa.CheckConstraint("state = 'draft' OR (submitted_at IS NOT NULL AND length(terms_hash) = 64 AND title != '')", name=op.f('ck_submission_sent_is_whole')),
    sa.ForeignKeyConstraint(['assignee_id'], ['person.id'], name=op.f('fk_submission_assignee_id_person')),
    sa.ForeignKeyConstraint(['form_id'], ['intake_form.id'], name=op.f('fk_submission_form_id_intake_form')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_submission_person_id_person')),
    sa.ForeignKeyConstraint(['portal_id'], ['portal.id'], name=op.f('fk_submission_portal_id_portal')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_submission'))
    )
    op.create_index(op.f('ix_submission_assignee_id'), 'submission', ['assignee_id'], unique=False)
    op.create_index('ix_submission_person', 'submission', ['person_id', 'id'], unique=False)
    op.create_index('ix_submission_portal', 'submission', ['portal_id', 'state', 'due_at'], unique=False)
    op.create_index('uq_submission_draft', 'submission', ['portal_id', 'person_id'], unique=True, sqlite_where=sa.text("state = 'draft'"), postgresql_where=sa.text("state = 'draft'"))
    op.create_table('submission_file',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('submission_id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=40), nullable=False),
    sa.Column('file_id', sa.Integer(), nullable=False),
    sa.Column('added_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['file_id'], ['file.id'], name=op.f('fk_submission_file_file_id_file')),
    sa.ForeignKeyConstraint(['submission_id'], ['submission.id'], name=op.f('fk_submission_file_submission_id_submission')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_submission_file')),
    sa.UniqueConstraint('submission_id', 'file_id', name=op.f('uq_submission_file_submission_id'))
    )
    op.create_table('submission_look',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('submission_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('file_name', sa.String(length=255), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_submission_look_person_id_person')),
    sa.ForeignKeyConstraint(['submission_id'], ['submission.id'], name=op.f('fk_submission_look_submission_id_submission')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_submission_look'))
    )
    op.create_index(op.f('ix_submission_look_submission_id'), 'submission_look', ['submission_id'], unique=False)
    op.create_table('submission_note',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('submission_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_submission_note_person_id_person')),
    sa.ForeignKeyConstraint(['submission_id'], ['submission.id'], name=op.f('fk_submission_note_submission_id_submission')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_submission_note'))
    )
    op.create_index(op.f('ix_submission_note_submission_id'), 'submission_note', ['submission_id'], unique=False)
    op.create_table('submission_step',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('submission_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('act', sa.Enum('submit', 'advance', 'ask', 'answer', 'accept', 'decline', 'withdraw', 'write', 'read', 'note', 'assign', name='desk_act', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('stage', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('said', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('waited_seconds', sa.BigInteger(), nullable=True),
    sa.Column('in_time', sa.Boolean(), nullable=True),
    sa.CheckConstraint("act NOT IN ('advance', 'ask', 'answer', 'accept', 'decline') OR said != ''", name=op.f('ck_submission_step_has_reason')),
    sa.CheckConstraint('waited_seconds >= 0', name=op.f('ck_submission_step_time_runs_forward')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_submission_step_person_id_person')),
    sa.ForeignKeyConstraint(['submission_id'], ['submission.id'], name=op.f('fk_submission_step_submission_id_submission')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_submission_step')),
    sa.UniqueConstraint('submission_id', 'number', name=op.f('uq_submission_step_submission_id'))
    )
    for guard in SQLITE_GUARDS if op.get_bind().dialect.name == "sqlite" else POSTGRES_GUARDS:
        op.execute(sa.DDL(guard.replace("%", "%%")))


def downgrade() -> None:
    op.drop_table('submission_step')
    op.drop_table('submission_note')
    op.drop_table('submission_look')
    op.drop_table('submission_file')
    op.drop_table('submission')
    op.drop_table('portal_manager')
    op.drop_table('intake_form')
    op.drop_table('portal')
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION IF EXISTS intake_form_kept")
        op.execute("DROP FUNCTION IF EXISTS submission_look_is_kept")
        op.execute("DROP FUNCTION IF EXISTS submission_step_is_kept")
