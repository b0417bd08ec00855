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
)

POSTGRES_GUARDS = (
    """\
CREATE OR REPLACE FUNCTION intake_form_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'a published form never changes' USING ERRCODE = 'integrity_constraint_violation'; END $$
""",
    """\
CREATE TRIGGER intake_form_kept BEFORE UPDATE ON intake_form FOR EACH ROW WHEN (OLD.published_at IS NOT NULL) EXECUTE FUNCTION intake_form_kept()
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
    for guard in SQLITE_GUARDS if op.get_bind().dialect.name == "sqlite" else POSTGRES_GUARDS:
        op.execute(sa.DDL(guard.replace("%", "%%")))


def downgrade() -> None:
    op.drop_table('portal_manager')
    op.drop_table('intake_form')
    op.drop_table('portal')
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION IF EXISTS intake_form_kept")
