"""fees

Revision ID: 0015
Revises: 0014
"""

from datetime import UTC, date, datetime

import sqlalchemy as sa
from alembic import op
from flask import current_app

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

MODES = ("contests", "services", "bookings", "tasks", "products", "royalties", "pools", "briefs")
RATES = sa.table(
    "fee_rate", sa.column("mode", sa.String), sa.column("from_on", sa.Date), sa.column("fee_bp", sa.Integer),
    sa.column("consultant_bp", sa.Integer), sa.column("reason", sa.String), sa.column("set_at", sa.DateTime(timezone=True)),
)

SQLITE_GUARDS = (
    """\
CREATE TRIGGER fee_rate_no_update BEFORE UPDATE ON fee_rate BEGIN SELECT RAISE(ABORT, 'a fee rate is never changed or removed'); END
""",
    """\
CREATE TRIGGER fee_rate_no_delete BEFORE DELETE ON fee_rate BEGIN SELECT RAISE(ABORT, 'a fee rate is never changed or removed'); END
""",
)

POSTGRES_GUARDS = (
    """\
CREATE OR REPLACE FUNCTION fee_rate_is_kept() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'a fee rate is never changed or removed' USING ERRCODE = 'integrity_constraint_violation'; END $$ LANGUAGE plpgsql
""",
    """\
CREATE TRIGGER fee_rate_kept BEFORE UPDATE OR DELETE ON fee_rate FOR EACH ROW EXECUTE FUNCTION fee_rate_is_kept()
""",
)


def upgrade() -> None:
    op.create_table('fee_rate',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('mode', sa.Enum('contests', 'services', 'bookings', 'tasks', 'products', 'royalties', 'pools', 'briefs', name='fees_mode', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('from_on', sa.Date(), nullable=False),
    sa.Column('fee_bp', sa.Integer(), nullable=False),
    sa.Column('consultant_bp', sa.Integer(), nullable=False),
    sa.Column('reason', sa.String(length=500), nullable=False),
    sa.Column('set_by', sa.Integer(), nullable=True),
    sa.Column('set_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("set_by IS NULL OR reason <> ''", name=op.f('ck_fee_rate_with_a_reason')),
    sa.CheckConstraint('consultant_bp BETWEEN 0 AND 10000', name=op.f('ck_fee_rate_share_in_range')),
    sa.CheckConstraint('fee_bp BETWEEN 0 AND 9999', name=op.f('ck_fee_rate_fee_in_range')),
    sa.ForeignKeyConstraint(['set_by'], ['person.id'], name=op.f('fk_fee_rate_set_by_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_fee_rate'))
    )
    op.create_index('ix_fee_rate_mode', 'fee_rate', ['mode', 'from_on', 'id'], unique=False)
    for guard in SQLITE_GUARDS if op.get_bind().dialect.name == "sqlite" else POSTGRES_GUARDS:
        op.execute(sa.DDL(guard.replace("%", "%%")))
    _first_rates(min(current_app.config["HUB"].fee_bp, 9_999))


def _first_rates(fee_bp: int) -> None:
    """What the setting HUB_FEE_BP said until now holds on, where it is not the standard rate."""
    if fee_bp == 500:
        return
    told = {"from_on": date(1970, 1, 1), "fee_bp": fee_bp, "consultant_bp": 0, "reason": "", "set_at": datetime.now(UTC)}
    op.bulk_insert(RATES, [{**told, "mode": mode} for mode in MODES])


def downgrade() -> None:
    op.drop_table('fee_rate')
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION IF EXISTS fee_rate_is_kept")
