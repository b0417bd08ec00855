"""sales

Revision ID: 0022
Revises: 0021
"""

import sqlalchemy as sa
from alembic import op

from hub.db.migrating import change_values, rewrite_on_sqlite

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


COLUMNS = (
    ("platform", "refund_days INTEGER DEFAULT '14' NOT NULL", {"refund_in_range": "refund_days BETWEEN 0 AND 60"}),
    ("product", "price_minor BIGINT DEFAULT '0' NOT NULL", {}),
    (
        "product", "price_currency VARCHAR(3) DEFAULT '' NOT NULL",
        {
            "a_price_has_its_currency": "price_minor >= 0 AND (price_minor = 0) = (price_currency = '')",
            "imported_is_free": "price_minor = 0 OR source_key IS NULL",
        },
    ),
    ("sale", "item VARCHAR(80) DEFAULT '' NOT NULL", {}),
    ("sale", "month VARCHAR(7) DEFAULT '' NOT NULL", {}),
    ("sale", "refund_month VARCHAR(7) DEFAULT '' NOT NULL", {"refund_has_its_month": "(refund_id IS NULL) = (refund_month = '')"}),
    ("sale", "pending_id BIGINT", {}),
)
REFERENCE = " CONSTRAINT fk_sale_pending_id_pending REFERENCES pending (id)"
INDEXES = {"ix_sale_item": ["item", "month"], "ix_sale_subject": ["subject", "month"]}


def _add_columns() -> None:
    """With their CHECKs in the column, which both databases take without making the table anew."""
    for table, column, checks in COLUMNS:
        rules = "".join(f"\n CONSTRAINT {op.f(f'ck_{table}_{name}')} CHECK ({rule})" for name, rule in checks.items())
        op.execute(f"ALTER TABLE {table} ADD COLUMN {column}{REFERENCE if column.startswith('pending_id') else ''}{rules}")
    for name, columns in INDEXES.items():
        op.create_index(name, "sale", columns, unique=False)
    op.create_index("uq_sale_pending", "sale", ["pending_id"], unique=True)


def _drop_columns() -> None:
    for name in (*INDEXES, "uq_sale_pending"):
        op.drop_index(name, table_name="sale")
    if op.get_bind().dialect.name == "sqlite":  # it drops no column that a foreign key uses
        rewrite_on_sqlite(op.get_bind(), "sale", [(REFERENCE.replace("(", r"\(").replace(")", r"\)"), "")])
    for table, column, _ in reversed(COLUMNS):
        op.drop_column(table, column.split()[0])


def upgrade() -> None:
    change_values(op, "entitlement", "state", name="store_state", add=["returned"])
    _add_columns()
    op.create_table('product_purchase',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('product_id', sa.Integer(), nullable=False),
    sa.Column('release_id', sa.Integer(), nullable=False),
    sa.Column('entitlement_id', sa.Integer(), nullable=False),
    sa.Column('sale_id', sa.BigInteger(), nullable=True),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('organisation_id', sa.Integer(), nullable=True),
    sa.Column('bought_by', sa.Integer(), nullable=True),
    sa.Column('licence', sa.String(length=200), nullable=False),
    sa.Column('price_minor', sa.BigInteger(), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('returnable_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('state', sa.Enum('paid', 'returned', name='sales_state', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('returned_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.CheckConstraint("(state = 'returned') = (returned_at IS NOT NULL)", name=op.f('ck_product_purchase_returned_is_dated')),
    sa.CheckConstraint("state <> 'returned' OR reason <> ''", name=op.f('ck_product_purchase_returned_has_reason')),
    sa.CheckConstraint('(organisation_id IS NULL) <> (person_id IS NULL)', name=op.f('ck_product_purchase_one_buyer')),
    sa.CheckConstraint('price_minor > 0', name=op.f('ck_product_purchase_something_was_paid')),
    sa.CheckConstraint('returnable_until IS NULL OR returnable_until > at', name=op.f('ck_product_purchase_returnable_after_it_was_bought')),
    sa.ForeignKeyConstraint(['bought_by'], ['person.id'], name=op.f('fk_product_purchase_bought_by_person')),
    sa.ForeignKeyConstraint(['entitlement_id'], ['entitlement.id'], name=op.f('fk_product_purchase_entitlement_id_entitlement')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_product_purchase_organisation_id_organisation')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_product_purchase_person_id_person')),
    sa.ForeignKeyConstraint(['product_id'], ['product.id'], name=op.f('fk_product_purchase_product_id_product')),
    sa.ForeignKeyConstraint(['release_id'], ['product_release.id'], name=op.f('fk_product_purchase_release_id_product_release')),
    sa.ForeignKeyConstraint(['sale_id'], ['sale.id'], name=op.f('fk_product_purchase_sale_id_sale')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_product_purchase')),
    sa.UniqueConstraint('sale_id', name=op.f('uq_product_purchase_sale_id'))
    )
    op.create_index('ix_product_purchase_entitlement', 'product_purchase', ['entitlement_id'], unique=False)
    op.create_index('ix_product_purchase_organisation', 'product_purchase', ['organisation_id', 'id'], unique=False)
    op.create_index('ix_product_purchase_person', 'product_purchase', ['person_id', 'id'], unique=False)
    op.create_index('uq_product_purchase_organisation', 'product_purchase', ['product_id', 'organisation_id'], unique=True, sqlite_where=sa.text("state = 'paid'"), postgresql_where=sa.text("state = 'paid'"))
    op.create_index('uq_product_purchase_person', 'product_purchase', ['product_id', 'person_id'], unique=True, sqlite_where=sa.text("state = 'paid'"), postgresql_where=sa.text("state = 'paid'"))


def downgrade() -> None:
    """What was given back counts as given up below this."""
    op.drop_table('product_purchase')
    _drop_columns()
    op.execute("UPDATE entitlement SET state = 'ended' WHERE state = 'returned'")
    change_values(op, "entitlement", "state", name="store_state", drop=["returned"])
