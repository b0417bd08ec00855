"""handovers

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op

from hub.db.migrating import change_values

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

SQLITE_GUARDS = (
    """\
CREATE TRIGGER handover_no_update BEFORE update ON handover BEGIN SELECT RAISE(ABORT, 'a handover is never unsaid'); END
""",
    """\
CREATE TRIGGER handover_no_delete BEFORE delete ON handover BEGIN SELECT RAISE(ABORT, 'a handover is never unsaid'); END
""",
)

POSTGRES_GUARDS = (
    """\
CREATE FUNCTION handover_is_kept() RETURNS trigger AS $$
BEGIN RAISE EXCEPTION 'a handover is never unsaid' USING ERRCODE = 'integrity_constraint_violation'; END $$ LANGUAGE plpgsql
""",
    """\
CREATE TRIGGER handover_kept BEFORE UPDATE OR DELETE ON handover FOR EACH ROW EXECUTE FUNCTION handover_is_kept()
""",
)


def upgrade() -> None:
    change_values(op, "organisation", "kind", name="organisations_kind", add=["individual"])
    op.create_table('handover',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('source', sa.String(length=40), nullable=False),
    sa.Column('target', sa.String(length=40), nullable=False),
    sa.Column('target_kind', sa.String(length=20), nullable=False),
    sa.Column('is_shown', sa.Boolean(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("source LIKE 'entry:%' OR source LIKE 'need:%'", name=op.f('ck_handover_known_source')),
    sa.CheckConstraint("target_kind IN ('offer', 'challenge', 'brief') AND target LIKE target_kind || ':%'", name=op.f('ck_handover_known_target')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_handover_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_handover')),
    sa.UniqueConstraint('source', 'target_kind', name=op.f('uq_handover_source')),
    sa.UniqueConstraint('target', name=op.f('uq_handover_target'))
    )
    op.create_index('ix_handover_source', 'handover', ['source'], unique=False)
    for guard in SQLITE_GUARDS if op.get_bind().dialect.name == "sqlite" else POSTGRES_GUARDS:
        op.execute(sa.DDL(guard.replace("%", "%%")))


def downgrade() -> None:
    change_values(op, "organisation", "kind", name="organisations_kind", drop=["individual"])
    op.drop_table('handover')
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION IF EXISTS handover_is_kept")
