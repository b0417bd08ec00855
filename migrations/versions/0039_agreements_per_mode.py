"""agreements per mode

Revision ID: 0039
Revises: 0038
"""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

SQLITE_GUARDS = (
    """\
CREATE TRIGGER terms_origin_no_UPDATE BEFORE UPDATE ON terms_origin BEGIN SELECT RAISE(ABORT, 'terms_origin is append-only'); END
""",
    """\
CREATE TRIGGER terms_origin_no_DELETE BEFORE DELETE ON terms_origin BEGIN SELECT RAISE(ABORT, 'terms_origin is append-only'); END
""",
)

POSTGRES_GUARDS = (
    "CREATE TRIGGER terms_origin_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON terms_origin EXECUTE FUNCTION agreements_only_grow()",
)
PINNED = (("platform", "template_version_id"), ("challenge", "own_clauses"))


def upgrade() -> None:
    op.create_table('terms_origin',
    sa.Column('terms_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=False),
    sa.Column('template_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('own_from', sa.Integer(), nullable=True),
    sa.CheckConstraint('number > 0', name=op.f('ck_terms_origin_counted')),
    sa.CheckConstraint('own_from > 0', name=op.f('ck_terms_origin_own_is_a_clause')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_terms_origin_organisation_id_organisation')),
    sa.ForeignKeyConstraint(['terms_id'], ['terms.id'], name=op.f('fk_terms_origin_terms_id_terms')),
    sa.PrimaryKeyConstraint('terms_id', name=op.f('pk_terms_origin'))
    )
    op.create_index(op.f('ix_terms_origin_organisation_id'), 'terms_origin', ['organisation_id'], unique=False)
    for guard in SQLITE_GUARDS if op.get_bind().dialect.name == "sqlite" else POSTGRES_GUARDS:
        op.execute(sa.DDL(guard))
    op.execute("ALTER TABLE template_version ADD COLUMN own JSON DEFAULT '[]' NOT NULL")
    for table, column in PINNED:
        op.execute(f"ALTER TABLE {table} ADD COLUMN {column} INTEGER")


def downgrade() -> None:
    """What was signed keeps its words; whose template they were made from is not known below this."""
    for table, column in PINNED:
        op.drop_column(table, column)
    op.drop_column("template_version", "own")
    op.drop_table("terms_origin")
