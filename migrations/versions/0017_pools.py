"""pools

Revision ID: 0017
Revises: 0016
"""

import sqlalchemy as sa
from alembic import op

from hub.db.migrating import change_values

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

SQLITE_GUARDS = (
    """\
CREATE TRIGGER pool_keeps_its_word BEFORE UPDATE ON pool WHEN OLD.opened_at IS NOT NULL AND (NEW.goal_minor IS NOT OLD.goal_minor OR NEW.minimum_minor IS NOT OLD.minimum_minor OR NEW.currency IS NOT OLD.currency OR NEW.fee_bp IS NOT OLD.fee_bp OR NEW.closes_at IS NOT OLD.closes_at OR NEW.opened_at IS NOT OLD.opened_at OR NEW.organisation_id IS NOT OLD.organisation_id OR NEW.kind IS NOT OLD.kind OR NEW.subject IS NOT OLD.subject) BEGIN SELECT RAISE(ABORT, 'an opened pool keeps what was promised'); END
""",
    """\
CREATE TRIGGER pool_is_kept BEFORE DELETE ON pool WHEN OLD.opened_at IS NOT NULL BEGIN SELECT RAISE(ABORT, 'an opened pool keeps what was promised'); END
""",
    """\
CREATE TRIGGER pledge_keeps_its_word BEFORE UPDATE ON pledge WHEN OLD.id IS NOT NULL AND (NEW.pool_id IS NOT OLD.pool_id OR NEW.owner_kind IS NOT OLD.owner_kind OR NEW.owner_id IS NOT OLD.owner_id OR NEW.minor IS NOT OLD.minor OR NEW.made_at IS NOT OLD.made_at) BEGIN SELECT RAISE(ABORT, 'a pledge keeps its backer and its amount'); END
""",
    """\
CREATE TRIGGER pledge_is_kept BEFORE DELETE ON pledge WHEN OLD.id IS NOT NULL BEGIN SELECT RAISE(ABORT, 'a pledge keeps its backer and its amount'); END
""",
)

POSTGRES_GUARDS = (
    """\
CREATE OR REPLACE FUNCTION pool_keeps_its_word() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF OLD.opened_at IS NOT NULL AND (TG_OP = 'DELETE' OR NEW.goal_minor IS DISTINCT FROM OLD.goal_minor OR NEW.minimum_minor IS DISTINCT FROM OLD.minimum_minor OR NEW.currency IS DISTINCT FROM OLD.currency OR NEW.fee_bp IS DISTINCT FROM OLD.fee_bp OR NEW.closes_at IS DISTINCT FROM OLD.closes_at OR NEW.opened_at IS DISTINCT FROM OLD.opened_at OR NEW.organisation_id IS DISTINCT FROM OLD.organisation_id OR NEW.kind IS DISTINCT FROM OLD.kind OR NEW.subject IS DISTINCT FROM OLD.subject) THEN RAISE EXCEPTION 'an opened pool keeps what was promised' USING ERRCODE = 'integrity_constraint_violation'; END IF; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$
""",
    """\
CREATE TRIGGER pool_keeps_its_word BEFORE UPDATE OR DELETE ON pool FOR EACH ROW EXECUTE FUNCTION pool_keeps_its_word()
""",
    """\
CREATE OR REPLACE FUNCTION pledge_keeps_its_word() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF OLD.id IS NOT NULL AND (TG_OP = 'DELETE' OR NEW.pool_id IS DISTINCT FROM OLD.pool_id OR NEW.owner_kind IS DISTINCT FROM OLD.owner_kind OR NEW.owner_id IS DISTINCT FROM OLD.owner_id OR NEW.minor IS DISTINCT FROM OLD.minor OR NEW.made_at IS DISTINCT FROM OLD.made_at) THEN RAISE EXCEPTION 'a pledge keeps its backer and its amount' USING ERRCODE = 'integrity_constraint_violation'; END IF; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$
""",
    """\
CREATE TRIGGER pledge_keeps_its_word BEFORE UPDATE OR DELETE ON pledge FOR EACH ROW EXECUTE FUNCTION pledge_keeps_its_word()
""",
)


KINDS = ("pledged", "pledge_returned", "pledge_collected")


def upgrade() -> None:
    change_values(op, "transaction", "kind", name="ledger_kind", add=KINDS)
    op.create_table('pool',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('slug', sa.String(length=80), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('challenge', 'space', 'project', name='pools_for', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('subject', sa.String(length=80), nullable=False),
    sa.Column('title', sa.String(length=120), nullable=False),
    sa.Column('summary', sa.String(length=300), nullable=False),
    sa.Column('story', sa.Text(), nullable=False),
    sa.Column('language', sa.String(length=8), nullable=False),
    sa.Column('goal_minor', sa.BigInteger(), nullable=False),
    sa.Column('minimum_minor', sa.BigInteger(), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('fee_bp', sa.Integer(), nullable=False),
    sa.Column('state', sa.Enum('draft', 'in_review', 'open', 'met', 'failed', 'cancelled', name='pools_state', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('pledged_minor', sa.BigInteger(), nullable=False),
    sa.Column('backers', sa.Integer(), nullable=False),
    sa.Column('author_id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('closes_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('warned_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("(kind = 'project') = (subject = '')", name=op.f('ck_pool_project_has_no_subject')),
    sa.CheckConstraint("(state IN ('met', 'failed', 'cancelled')) = (closed_at IS NOT NULL)", name=op.f('ck_pool_closed_has_its_time')),
    sa.CheckConstraint("state <> 'failed' OR pledged_minor < goal_minor", name=op.f('ck_pool_failed_means_less')),
    sa.CheckConstraint("state <> 'met' OR pledged_minor >= goal_minor", name=op.f('ck_pool_met_means_all_of_it')),
    sa.CheckConstraint("state IN ('draft', 'cancelled') OR (goal_minor >= minimum_minor AND closes_at IS NOT NULL)", name=op.f('ck_pool_complete_beyond_the_draft')),
    sa.CheckConstraint("state NOT IN ('open', 'met', 'failed') OR opened_at IS NOT NULL", name=op.f('ck_pool_opened_has_its_time')),
    sa.CheckConstraint('goal_minor BETWEEN 0 AND 10000000000000 AND minimum_minor BETWEEN 1 AND 10000000000000', name=op.f('ck_pool_amounts')),
    sa.CheckConstraint('pledged_minor >= 0 AND backers >= 0 AND fee_bp BETWEEN 0 AND 10000', name=op.f('ck_pool_counters')),
    sa.ForeignKeyConstraint(['author_id'], ['person.id'], name=op.f('fk_pool_author_id_person')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_pool_organisation_id_organisation')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pool')),
    sa.UniqueConstraint('slug', name=op.f('uq_pool_slug'))
    )
    op.create_index('ix_pool_organisation', 'pool', ['organisation_id'], unique=False)
    op.create_index('ix_pool_state', 'pool', ['state', 'closes_at'], unique=False)
    op.create_index('ix_pool_subject', 'pool', ['subject'], unique=False)
    op.create_table('pledge',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('pool_id', sa.Integer(), nullable=False),
    sa.Column('owner_kind', sa.Enum('person', 'organisation', 'site', name='ledger_ownerkind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('owner_id', sa.Integer(), nullable=False),
    sa.Column('by_person_id', sa.Integer(), nullable=False),
    sa.Column('minor', sa.BigInteger(), nullable=False),
    sa.Column('named', sa.Boolean(), nullable=False),
    sa.Column('state', sa.Enum('pledged', 'withdrawn', 'collected', 'returned', name='pools_pledgestate', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('back_minor', sa.BigInteger(), nullable=False),
    sa.Column('back_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(state = 'pledged') = (ended_at IS NULL)", name=op.f('ck_pledge_ended_has_its_time')),
    sa.CheckConstraint("back_at IS NULL OR state = 'collected'", name=op.f('ck_pledge_back_after_collected')),
    sa.CheckConstraint("owner_kind <> 'site'", name=op.f('ck_pledge_of_somebody')),
    sa.CheckConstraint('back_minor = 0 OR back_at IS NOT NULL', name=op.f('ck_pledge_back_has_its_time')),
    sa.CheckConstraint('back_minor BETWEEN 0 AND minor', name=op.f('ck_pledge_back_at_most_whole')),
    sa.CheckConstraint('minor > 0', name=op.f('ck_pledge_not_empty')),
    sa.ForeignKeyConstraint(['by_person_id'], ['person.id'], name=op.f('fk_pledge_by_person_id_person')),
    sa.ForeignKeyConstraint(['pool_id'], ['pool.id'], name=op.f('fk_pledge_pool_id_pool')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pledge'))
    )
    op.create_index('ix_pledge_owner', 'pledge', ['owner_kind', 'owner_id', 'id'], unique=False)
    op.create_index('ix_pledge_pool', 'pledge', ['pool_id', 'state', 'id'], unique=False)
    op.create_table('pool_story',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('pool_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('story', sa.Text(), nullable=False),
    sa.Column('author_id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('number > 0', name=op.f('ck_pool_story_counted')),
    sa.ForeignKeyConstraint(['author_id'], ['person.id'], name=op.f('fk_pool_story_author_id_person')),
    sa.ForeignKeyConstraint(['pool_id'], ['pool.id'], name=op.f('fk_pool_story_pool_id_pool')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pool_story')),
    sa.UniqueConstraint('pool_id', 'number', name=op.f('uq_pool_story_pool_id'))
    )
    op.create_table('pool_update',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('pool_id', sa.Integer(), nullable=False),
    sa.Column('author_id', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=120), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['author_id'], ['person.id'], name=op.f('fk_pool_update_author_id_person')),
    sa.ForeignKeyConstraint(['pool_id'], ['pool.id'], name=op.f('fk_pool_update_pool_id_pool')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pool_update'))
    )
    op.create_index('ix_pool_update_pool', 'pool_update', ['pool_id', 'id'], unique=False)
    for guard in SQLITE_GUARDS if op.get_bind().dialect.name == "sqlite" else POSTGRES_GUARDS:
        op.execute(sa.DDL(guard.replace("%", "%%")))


def downgrade() -> None:
    op.drop_table('pool_update')
    op.drop_table('pool_story')
    op.drop_table('pledge')
    op.drop_table('pool')
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION IF EXISTS pool_keeps_its_word")
        op.execute("DROP FUNCTION IF EXISTS pledge_keeps_its_word")
    change_values(op, "transaction", "kind", name="ledger_kind", drop=KINDS)
