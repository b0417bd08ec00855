"""communities

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

SQLITE_GUARDS = (
    """\
CREATE TRIGGER charter_acceptance_no_update BEFORE UPDATE ON charter_acceptance BEGIN SELECT RAISE(ABORT, 'an acceptance is never unsaid'); END
""",
    """\
CREATE TRIGGER charter_acceptance_no_delete BEFORE DELETE ON charter_acceptance BEGIN SELECT RAISE(ABORT, 'an acceptance is never unsaid'); END
""",
    """\
CREATE TRIGGER space_charter_no_update BEFORE UPDATE ON space_charter BEGIN SELECT RAISE(ABORT, 'a charter is never changed'); END
""",
    """\
CREATE TRIGGER space_charter_no_delete BEFORE DELETE ON space_charter BEGIN SELECT RAISE(ABORT, 'a charter is never changed'); END
""",
    """\
CREATE TRIGGER space_credit_no_update BEFORE UPDATE ON space_credit BEGIN SELECT RAISE(ABORT, 'credit is never taken back'); END
""",
    """\
CREATE TRIGGER space_credit_no_delete BEFORE DELETE ON space_credit BEGIN SELECT RAISE(ABORT, 'credit is never taken back'); END
""",
    """\
CREATE TRIGGER page_revision_no_update BEFORE UPDATE ON page_revision BEGIN SELECT RAISE(ABORT, 'a revision is never changed'); END
""",
    """\
CREATE TRIGGER page_revision_no_delete BEFORE DELETE ON page_revision BEGIN SELECT RAISE(ABORT, 'a revision is never changed'); END
""",
)

POSTGRES_GUARDS = (
    """\
CREATE OR REPLACE FUNCTION charter_acceptance_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'an acceptance is never unsaid' USING ERRCODE = 'integrity_constraint_violation'; END $$
""",
    """\
CREATE TRIGGER charter_acceptance_no_change BEFORE UPDATE OR DELETE ON charter_acceptance FOR EACH ROW EXECUTE FUNCTION charter_acceptance_is_kept()
""",
    """\
CREATE TRIGGER charter_acceptance_no_truncate BEFORE TRUNCATE ON charter_acceptance FOR EACH STATEMENT EXECUTE FUNCTION charter_acceptance_is_kept()
""",
    """\
CREATE OR REPLACE FUNCTION space_charter_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'a charter is never changed' USING ERRCODE = 'integrity_constraint_violation'; END $$
""",
    """\
CREATE TRIGGER space_charter_no_change BEFORE UPDATE OR DELETE ON space_charter FOR EACH ROW EXECUTE FUNCTION space_charter_is_kept()
""",
    """\
CREATE TRIGGER space_charter_no_truncate BEFORE TRUNCATE ON space_charter FOR EACH STATEMENT EXECUTE FUNCTION space_charter_is_kept()
""",
    """\
CREATE OR REPLACE FUNCTION space_credit_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'credit is never taken back' USING ERRCODE = 'integrity_constraint_violation'; END $$
""",
    """\
CREATE TRIGGER space_credit_no_change BEFORE UPDATE OR DELETE ON space_credit FOR EACH ROW EXECUTE FUNCTION space_credit_is_kept()
""",
    """\
CREATE TRIGGER space_credit_no_truncate BEFORE TRUNCATE ON space_credit FOR EACH STATEMENT EXECUTE FUNCTION space_credit_is_kept()
""",
    """\
CREATE OR REPLACE FUNCTION page_revision_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'a revision is never changed' USING ERRCODE = 'integrity_constraint_violation'; END $$
""",
    """\
CREATE TRIGGER page_revision_no_change BEFORE UPDATE OR DELETE ON page_revision FOR EACH ROW EXECUTE FUNCTION page_revision_is_kept()
""",
    """\
CREATE TRIGGER page_revision_no_truncate BEFORE TRUNCATE ON page_revision FOR EACH STATEMENT EXECUTE FUNCTION page_revision_is_kept()
""",
)


def upgrade() -> None:
    op.create_table('space',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('slug', sa.String(length=80), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('summary', sa.String(length=300), nullable=False),
    sa.Column('charter', sa.Text(), nullable=False),
    sa.Column('licence', sa.Enum('CC-BY-4.0', 'CC-BY-SA-4.0', 'CC0-1.0', 'MIT', 'Apache-2.0', 'CERN-OHL-P-2.0', name='spaces_licence', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('charter_number', sa.Integer(), nullable=False),
    sa.Column('language', sa.String(length=8), nullable=False),
    sa.Column('sector', sa.Enum('aerospace', 'agriculture', 'automotive', 'biotech', 'chemistry', 'climate', 'communications', 'construction', 'consumer', 'data', 'defence', 'education', 'electronics', 'energy', 'health', 'manufacturing', 'materials', 'optics', 'robotics', 'sensors', 'software', 'water', name='kernel_sector', native_enum=False, create_constraint=True, length=32), nullable=True),
    sa.Column('organisation_id', sa.Integer(), nullable=True),
    sa.Column('state', sa.Enum('open', 'archived', name='spaces_state', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('created_by', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('active_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint('charter_number > 0', name=op.f('ck_space_has_charter')),
    sa.ForeignKeyConstraint(['created_by'], ['person.id'], name=op.f('fk_space_created_by_person')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_space_organisation_id_organisation')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_space')),
    sa.UniqueConstraint('slug', name=op.f('uq_space_slug'))
    )
    op.create_index(op.f('ix_space_organisation_id'), 'space', ['organisation_id'], unique=False)
    op.create_index('ix_space_state', 'space', ['state', 'active_at', 'id'], unique=False)
    op.create_table('charter_acceptance',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('space_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('hash', sa.String(length=64), nullable=False),
    sa.Column('credential', sa.String(length=40), nullable=False),
    sa.Column('accepted_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_charter_acceptance_person_id_person')),
    sa.ForeignKeyConstraint(['space_id'], ['space.id'], name=op.f('fk_charter_acceptance_space_id_space')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_charter_acceptance')),
    sa.UniqueConstraint('space_id', 'person_id', 'number', name=op.f('uq_charter_acceptance_space_id'))
    )
    op.create_index(op.f('ix_charter_acceptance_person_id'), 'charter_acceptance', ['person_id'], unique=False)
    op.create_table('space_charter',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('space_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('charter', sa.Text(), nullable=False),
    sa.Column('licence', sa.Enum('CC-BY-4.0', 'CC-BY-SA-4.0', 'CC0-1.0', 'MIT', 'Apache-2.0', 'CERN-OHL-P-2.0', name='spaces_licence', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('hash', sa.String(length=64), nullable=False),
    sa.Column('note', sa.String(length=500), nullable=False),
    sa.Column('author_id', sa.Integer(), nullable=False),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('length(hash) = 64', name=op.f('ck_space_charter_whole_hash')),
    sa.CheckConstraint('number > 0', name=op.f('ck_space_charter_counted')),
    sa.ForeignKeyConstraint(['author_id'], ['person.id'], name=op.f('fk_space_charter_author_id_person')),
    sa.ForeignKeyConstraint(['space_id'], ['space.id'], name=op.f('fk_space_charter_space_id_space')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_space_charter')),
    sa.UniqueConstraint('space_id', 'number', name=op.f('uq_space_charter_space_id'))
    )
    op.create_table('space_credit',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('space_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('package', 'review', 'idea', 'data', 'testing', 'design', 'translation', 'organising', 'other', name='credit_kind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('subject', sa.String(length=80), nullable=False),
    sa.Column('points', sa.Integer(), nullable=False),
    sa.Column('note', sa.String(length=300), nullable=False),
    sa.Column('given_by', sa.Integer(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('points > 0', name=op.f('ck_space_credit_weighs')),
    sa.ForeignKeyConstraint(['given_by'], ['person.id'], name=op.f('fk_space_credit_given_by_person')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_space_credit_person_id_person')),
    sa.ForeignKeyConstraint(['space_id'], ['space.id'], name=op.f('fk_space_credit_space_id_space')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_space_credit'))
    )
    op.create_index(op.f('ix_space_credit_person_id'), 'space_credit', ['person_id'], unique=False)
    op.create_index('ix_space_credit_space', 'space_credit', ['space_id', 'id'], unique=False)
    op.create_table('space_member',
    sa.Column('space_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('role', sa.Enum('steward', 'editor', 'member', name='spaces_spacerole', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('joined_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_space_member_person_id_person')),
    sa.ForeignKeyConstraint(['space_id'], ['space.id'], name=op.f('fk_space_member_space_id_space')),
    sa.PrimaryKeyConstraint('space_id', 'person_id', name=op.f('pk_space_member'))
    )
    op.create_index('ix_space_member_person', 'space_member', ['person_id', 'space_id'], unique=False)
    op.create_table('space_page',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('space_id', sa.Integer(), nullable=False),
    sa.Column('slug', sa.String(length=120), nullable=False),
    sa.Column('title', sa.String(length=120), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('state', sa.Enum('open', 'locked', 'retired', name='pages_state', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('created_by', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_by', sa.Integer(), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('length(slug) > 0', name=op.f('ck_space_page_has_address')),
    sa.CheckConstraint('number > 0', name=op.f('ck_space_page_has_revision')),
    sa.ForeignKeyConstraint(['created_by'], ['person.id'], name=op.f('fk_space_page_created_by_person')),
    sa.ForeignKeyConstraint(['space_id'], ['space.id'], name=op.f('fk_space_page_space_id_space')),
    sa.ForeignKeyConstraint(['updated_by'], ['person.id'], name=op.f('fk_space_page_updated_by_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_space_page')),
    sa.UniqueConstraint('space_id', 'slug', name=op.f('uq_space_page_space_id'))
    )
    op.create_table('page_draft',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('space_id', sa.Integer(), nullable=False),
    sa.Column('page_id', sa.Integer(), nullable=True),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('base', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=120), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('summary', sa.String(length=200), nullable=False),
    sa.Column('saved_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint('(page_id IS NULL) = (base = 0)', name=op.f('ck_page_draft_based')),
    sa.ForeignKeyConstraint(['page_id'], ['space_page.id'], name=op.f('fk_page_draft_page_id_space_page')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_page_draft_person_id_person')),
    sa.ForeignKeyConstraint(['space_id'], ['space.id'], name=op.f('fk_page_draft_space_id_space')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_page_draft'))
    )
    op.create_index(op.f('ix_page_draft_page_id'), 'page_draft', ['page_id'], unique=False)
    op.create_index('ix_page_draft_person', 'page_draft', ['person_id', 'id'], unique=False)
    op.create_table('page_revision',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('space_id', sa.Integer(), nullable=False),
    sa.Column('page_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('base', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('created', 'edited', 'merged', 'restored', name='pages_kind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('restored', sa.Integer(), nullable=True),
    sa.Column('title', sa.String(length=120), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('summary', sa.String(length=200), nullable=False),
    sa.Column('author_id', sa.Integer(), nullable=False),
    sa.Column('saved_by', sa.Integer(), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('delta', sa.Integer(), nullable=False),
    sa.Column('licence', sa.Enum('CC-BY-4.0', 'CC-BY-SA-4.0', 'CC0-1.0', 'MIT', 'Apache-2.0', 'CERN-OHL-P-2.0', name='spaces_licence', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('runs', sa.JSON(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("(kind = 'restored') = (restored IS NOT NULL)", name=op.f('ck_page_revision_restored_names_its_source')),
    sa.CheckConstraint('number > 0 AND base >= 0 AND base < number', name=op.f('ck_page_revision_made_of_an_earlier_one')),
    sa.ForeignKeyConstraint(['author_id'], ['person.id'], name=op.f('fk_page_revision_author_id_person')),
    sa.ForeignKeyConstraint(['page_id'], ['space_page.id'], name=op.f('fk_page_revision_page_id_space_page')),
    sa.ForeignKeyConstraint(['saved_by'], ['person.id'], name=op.f('fk_page_revision_saved_by_person')),
    sa.ForeignKeyConstraint(['space_id'], ['space.id'], name=op.f('fk_page_revision_space_id_space')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_page_revision')),
    sa.UniqueConstraint('page_id', 'number', name=op.f('uq_page_revision_page_id'))
    )
    op.create_index('ix_page_revision_author', 'page_revision', ['author_id', 'space_id', 'id'], unique=False)
    op.create_index('ix_page_revision_space', 'page_revision', ['space_id', 'id'], unique=False)
    op.create_table('page_share',
    sa.Column('page_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('characters', sa.Integer(), nullable=False),
    sa.CheckConstraint('characters > 0', name=op.f('ck_page_share_wrote')),
    sa.ForeignKeyConstraint(['page_id'], ['space_page.id'], name=op.f('fk_page_share_page_id_space_page')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_page_share_person_id_person')),
    sa.PrimaryKeyConstraint('page_id', 'person_id', name=op.f('pk_page_share'))
    )
    op.create_table('page_watch',
    sa.Column('page_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('since', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['page_id'], ['space_page.id'], name=op.f('fk_page_watch_page_id_space_page')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_page_watch_person_id_person')),
    sa.PrimaryKeyConstraint('page_id', 'person_id', name=op.f('pk_page_watch'))
    )
    op.create_index(op.f('ix_page_watch_person_id'), 'page_watch', ['person_id'], unique=False)
    for guard in SQLITE_GUARDS if op.get_bind().dialect.name == "sqlite" else POSTGRES_GUARDS:
        op.execute(sa.DDL(guard.replace("%", "%%")))


def downgrade() -> None:
    op.drop_table('page_watch')
    op.drop_table('page_share')
    op.drop_table('page_revision')
    op.drop_table('page_draft')
    op.drop_table('space_page')
    op.drop_table('space_member')
    op.drop_table('space_credit')
    op.drop_table('space_charter')
    op.drop_table('charter_acceptance')
    op.drop_table('space')
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION IF EXISTS charter_acceptance_is_kept")
        op.execute("DROP FUNCTION IF EXISTS space_charter_is_kept")
        op.execute("DROP FUNCTION IF EXISTS space_credit_is_kept")
        op.execute("DROP FUNCTION IF EXISTS page_revision_is_kept")
