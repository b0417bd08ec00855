"""fundings

Revision ID: 0020
Revises: 0019
"""

import sqlalchemy as sa
from alembic import op

from hub.db.migrating import change_values

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

PURPOSES = ["processor", "costs", "losses", "returning", "disputed"]
KINDS = [
    "processor_fee", "card_refund_asked", "card_refund_sent", "card_refund_returned", "dispute_opened", "dispute_won", "dispute_lost",
    "processor_payout", "processor_payout_returned",
]

OPEN_FOR_A_SUBJECT = sa.text("state = 'open' AND subject <> ''")
ONE_OWNER = "owner_kind = 'organisation' OR (owner_kind = 'person' AND subject = '')"
KEPT = "id, reference, gateway, subject, label, minor, currency, held_minor, balance_minor, state, requested_by, created_at, closed_at"
PERSONS = "DELETE FROM funding WHERE owner_kind <> 'organisation'"


def upgrade() -> None:
    change_values(op, "account", "purpose", name="ledger_purpose", add=PURPOSES)
    change_values(op, "transaction", "kind", name="ledger_kind", add=KINDS)
    _drop_indexes("ix_funding_organisation")
    if op.get_bind().dialect.name == "sqlite":
        _new_funding(
            sa.Column("owner_kind", sa.String(length=32), nullable=False),
            sa.CheckConstraint("owner_kind IN ('person', 'organisation', 'site')", name=op.f("ck_funding_ledger_ownerkind")),
            sa.Column('owner_id', sa.BigInteger(), nullable=False),
            sa.CheckConstraint(ONE_OWNER, name=op.f('ck_funding_persons_fill_their_balance')),
        )
        op.execute(f"INSERT INTO funding_new ({KEPT}, owner_kind, owner_id) SELECT {KEPT}, 'organisation', organisation_id FROM funding")
        _take_its_place()
    else:
        op.add_column('funding', sa.Column('owner_kind', sa.String(length=32), nullable=False, server_default='organisation'))
        op.alter_column('funding', 'organisation_id', new_column_name='owner_id', type_=sa.BigInteger())
        op.drop_constraint(op.f('fk_funding_organisation_id_organisation'), 'funding', type_='foreignkey')
        op.alter_column('funding', 'owner_kind', server_default=None)
        op.create_check_constraint(op.f('ck_funding_ledger_ownerkind'), 'funding', "owner_kind IN ('person', 'organisation', 'site')")
        op.create_check_constraint(op.f('ck_funding_persons_fill_their_balance'), 'funding', ONE_OWNER)
    _make_indexes('ix_funding_owner', ['owner_kind', 'owner_id', 'id'])
    _make_card_tables()


def downgrade() -> None:
    """Persons cannot pay in below this: their requests go; what they paid stays in the books."""
    op.drop_table('card_refund')
    op.drop_table('card_dispute')
    op.drop_table('card_payment')
    op.execute(PERSONS)
    _drop_indexes("ix_funding_owner")
    if op.get_bind().dialect.name == "sqlite":
        _new_funding(
            sa.Column('organisation_id', sa.Integer(), nullable=False),
            sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_funding_organisation_id_organisation')),
        )
        op.execute(f"INSERT INTO funding_new ({KEPT}, organisation_id) SELECT {KEPT}, owner_id FROM funding")
        _take_its_place()
    else:
        op.drop_constraint(op.f('ck_funding_ledger_ownerkind'), 'funding', type_='check')
        op.drop_constraint(op.f('ck_funding_persons_fill_their_balance'), 'funding', type_='check')
        op.drop_column('funding', 'owner_kind')
        op.alter_column('funding', 'owner_id', new_column_name='organisation_id', type_=sa.Integer())
        op.create_foreign_key(op.f('fk_funding_organisation_id_organisation'), 'funding', 'organisation', ['organisation_id'], ['id'])
    _make_indexes('ix_funding_organisation', ['organisation_id', 'id'])
    change_values(op, "transaction", "kind", name="ledger_kind", drop=KINDS)
    change_values(op, "account", "purpose", name="ledger_purpose", drop=PURPOSES)


def _drop_indexes(of_owner: str) -> None:
    for name in (of_owner, 'ix_funding_state', 'uq_funding_open'):
        op.drop_index(name, table_name='funding')


def _make_indexes(of_owner: str, columns: list[str]) -> None:
    op.create_index(of_owner, 'funding', columns, unique=False)
    op.create_index('ix_funding_state', 'funding', ['state', 'id'], unique=False)
    op.create_index('uq_funding_open', 'funding', ['subject'], unique=True, sqlite_where=OPEN_FOR_A_SUBJECT, postgresql_where=OPEN_FOR_A_SUBJECT)


def _new_funding(*of_owner) -> None:
    """SQLite changes no column that a foreign key uses: the table is made anew and its rows are carried over."""
    op.create_table('funding_new',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('reference', sa.String(length=20), nullable=False),
    sa.Column('gateway', sa.String(length=20), nullable=False),
    sa.Column('subject', sa.String(length=80), nullable=False),
    sa.Column('label', sa.String(length=200), nullable=False),
    sa.Column('minor', sa.BigInteger(), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('held_minor', sa.BigInteger(), nullable=False),
    sa.Column('balance_minor', sa.BigInteger(), nullable=False),
    sa.Column('state', sa.String(length=32), nullable=False),
    sa.Column('requested_by', sa.Integer(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("state IN ('open', 'confirmed', 'cancelled')", name=op.f('ck_funding_payments_fundingstate')),
    sa.CheckConstraint("(state = 'open') = (closed_at IS NULL)", name=op.f('ck_funding_closed_has_its_time')),
    sa.CheckConstraint("state <> 'confirmed' OR held_minor + balance_minor >= minor", name=op.f('ck_funding_confirmed_when_all_is_here')),
    sa.CheckConstraint("state <> 'open' OR held_minor + balance_minor < minor", name=op.f('ck_funding_open_while_some_is_due')),
    sa.CheckConstraint('minor > 0 AND held_minor >= 0 AND balance_minor >= 0', name=op.f('ck_funding_amounts')),
    sa.ForeignKeyConstraint(['requested_by'], ['person.id'], name=op.f('fk_funding_requested_by_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_funding')),
    sa.UniqueConstraint('reference', name=op.f('uq_funding_reference')),
    *of_owner,
    )


def _take_its_place() -> None:
    op.drop_table('funding')
    op.rename_table('funding_new', 'funding')


def _make_card_tables() -> None:
    op.create_table('card_payment',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('funding_id', sa.BigInteger(), nullable=False),
    sa.Column('minor', sa.BigInteger(), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('paid_minor', sa.BigInteger(), nullable=False),
    sa.Column('refunded_minor', sa.BigInteger(), nullable=False),
    sa.Column('disputed_minor', sa.BigInteger(), nullable=False),
    sa.Column('fee_minor', sa.BigInteger(), nullable=True),
    sa.Column('state', sa.Enum('open', 'paid', 'expired', 'refused', name='cards_paymentstate', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('intent_id', sa.String(length=120), nullable=False),
    sa.Column('trouble', sa.String(length=300), nullable=False),
    sa.Column('requested_by', sa.Integer(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('looked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(state = 'open') = (closed_at IS NULL)", name=op.f('ck_card_payment_closed_has_its_time')),
    sa.CheckConstraint("(state = 'paid') = (paid_minor > 0)", name=op.f('ck_card_payment_paid_with_money')),
    sa.CheckConstraint('minor > 0 AND paid_minor >= 0', name=op.f('ck_card_payment_amounts')),
    sa.CheckConstraint('refunded_minor <= paid_minor', name=op.f('ck_card_payment_never_more_than_paid')),
    sa.CheckConstraint('refunded_minor >= 0 AND disputed_minor >= 0', name=op.f('ck_card_payment_not_negative')),
    sa.ForeignKeyConstraint(['funding_id'], ['funding.id'], name=op.f('fk_card_payment_funding_id_funding')),
    sa.ForeignKeyConstraint(['requested_by'], ['person.id'], name=op.f('fk_card_payment_requested_by_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_card_payment'))
    )
    op.create_index('ix_card_payment_funding', 'card_payment', ['funding_id', 'id'], unique=False)
    op.create_index('ix_card_payment_intent', 'card_payment', ['intent_id'], unique=False)
    op.create_index('ix_card_payment_state', 'card_payment', ['state', 'looked_at'], unique=False)
    op.create_table('card_dispute',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('payment_id', sa.BigInteger(), nullable=False),
    sa.Column('remote_id', sa.String(length=120), nullable=False),
    sa.Column('minor', sa.BigInteger(), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('reason', sa.String(length=60), nullable=False),
    sa.Column('hold_minor', sa.BigInteger(), nullable=False),
    sa.Column('balance_minor', sa.BigInteger(), nullable=False),
    sa.Column('state', sa.Enum('open', 'won', 'lost', name='cards_disputestate', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(state = 'open') = (closed_at IS NULL)", name=op.f('ck_card_dispute_closed_has_its_time')),
    sa.CheckConstraint('hold_minor + balance_minor <= minor', name=op.f('ck_card_dispute_never_more_than_disputed')),
    sa.CheckConstraint('minor > 0 AND hold_minor >= 0 AND balance_minor >= 0', name=op.f('ck_card_dispute_amounts')),
    sa.ForeignKeyConstraint(['payment_id'], ['card_payment.id'], name=op.f('fk_card_dispute_payment_id_card_payment')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_card_dispute')),
    sa.UniqueConstraint('remote_id', name=op.f('uq_card_dispute_remote_id'))
    )
    op.create_index('ix_card_dispute_payment', 'card_dispute', ['payment_id', 'id'], unique=False)
    op.create_index('ix_card_dispute_state', 'card_dispute', ['state', 'id'], unique=False)
    op.create_table('card_refund',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('payment_id', sa.BigInteger(), nullable=False),
    sa.Column('minor', sa.BigInteger(), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('state', sa.Enum('asked', 'sent', 'failed', name='cards_refundstate', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('was_sent', sa.Boolean(), nullable=False),
    sa.Column('failure', sa.String(length=300), nullable=False),
    sa.Column('requested_by', sa.Integer(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(state = 'asked') = (closed_at IS NULL)", name=op.f('ck_card_refund_closed_has_its_time')),
    sa.CheckConstraint("(state = 'failed') = (failure <> '')", name=op.f('ck_card_refund_failed_with_a_reason')),
    sa.CheckConstraint('minor > 0', name=op.f('ck_card_refund_positive')),
    sa.ForeignKeyConstraint(['payment_id'], ['card_payment.id'], name=op.f('fk_card_refund_payment_id_card_payment')),
    sa.ForeignKeyConstraint(['requested_by'], ['person.id'], name=op.f('fk_card_refund_requested_by_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_card_refund'))
    )
    op.create_index('ix_card_refund_payment', 'card_refund', ['payment_id', 'id'], unique=False)
    op.create_index('ix_card_refund_state', 'card_refund', ['state', 'id'], unique=False)
