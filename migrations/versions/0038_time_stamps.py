"""time stamps

Revision ID: 0038
Revises: 0037
"""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

SQLITE_GUARDS = (
    """\
CREATE TRIGGER evidence_stamp_no_update BEFORE UPDATE ON evidence_stamp BEGIN SELECT RAISE(ABORT, 'the evidence log is never changed'); END
""",
    """\
CREATE TRIGGER evidence_stamp_no_delete BEFORE DELETE ON evidence_stamp BEGIN SELECT RAISE(ABORT, 'the evidence log is never changed'); END
""",
)

POSTGRES_GUARDS = (
    """\
CREATE OR REPLACE FUNCTION evidence_stamp_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'the evidence log is never changed' USING ERRCODE = 'integrity_constraint_violation'; END $$
""",
    """\
CREATE TRIGGER evidence_stamp_no_change BEFORE UPDATE OR DELETE ON evidence_stamp FOR EACH ROW EXECUTE FUNCTION evidence_stamp_is_kept()
""",
    """\
CREATE TRIGGER evidence_stamp_no_truncate BEFORE TRUNCATE ON evidence_stamp FOR EACH STATEMENT EXECUTE FUNCTION evidence_stamp_is_kept()
""",
)


def upgrade() -> None:
    op.create_table('evidence_stamp',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('checkpoint_id', sa.Integer(), nullable=False),
    sa.Column('authority', sa.String(length=200), nullable=False),
    sa.Column('stamped_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('imprint', sa.String(length=64), nullable=False),
    sa.Column('answer', sa.LargeBinary(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('length(imprint) = 64', name=op.f('ck_evidence_stamp_whole_hash')),
    sa.ForeignKeyConstraint(['checkpoint_id'], ['evidence_checkpoint.id'], name=op.f('fk_evidence_stamp_checkpoint_id_evidence_checkpoint')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_evidence_stamp')),
    sa.UniqueConstraint('checkpoint_id', name=op.f('uq_evidence_stamp_checkpoint_id'))
    )
    for guard in SQLITE_GUARDS if op.get_bind().dialect.name == "sqlite" else POSTGRES_GUARDS:
        op.execute(sa.DDL(guard.replace("%", "%%")))


def downgrade() -> None:
    op.drop_table('evidence_stamp')
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION IF EXISTS evidence_stamp_is_kept")
