"""statements

Revision ID: 0016
Revises: 0015
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

SQLITE_GUARDS = (
    """\
CREATE TRIGGER paper_is_never_changed BEFORE UPDATE ON paper BEGIN SELECT RAISE(ABORT, 'a paper is never changed or removed') WHERE TRUE; END
""",
    """\
CREATE TRIGGER paper_is_never_removed BEFORE DELETE ON paper BEGIN SELECT RAISE(ABORT, 'a paper is never changed or removed') WHERE TRUE; END
""",
    """\
CREATE TRIGGER paper_takes_the_next_number BEFORE INSERT ON paper BEGIN SELECT RAISE(ABORT, 'a paper is never changed or removed') WHERE EXISTS (SELECT 1 FROM paper WHERE id = NEW.id OR number = NEW.number OR cancels_id = NEW.cancels_id); SELECT RAISE(ABORT, 'a paper takes the number that its series has just given') WHERE NOT EXISTS (SELECT 1 FROM paper_series WHERE issuer_kind = NEW.issuer_kind AND issuer_id = NEW.issuer_id AND year = NEW.year AND last = NEW.place); END
""",
    """\
CREATE TRIGGER paper_series_begins_at_zero BEFORE INSERT ON paper_series BEGIN SELECT RAISE(ABORT, 'a series gives one number after the other') WHERE NEW.last <> 0; SELECT RAISE(ABORT, 'a series gives one number after the other') WHERE EXISTS (SELECT 1 FROM paper_series WHERE id = NEW.id OR (issuer_kind = NEW.issuer_kind AND issuer_id = NEW.issuer_id AND year = NEW.year)); END
""",
    """\
CREATE TRIGGER paper_series_has_no_gap BEFORE UPDATE ON paper_series BEGIN SELECT RAISE(ABORT, 'a series gives one number after the other') WHERE NEW.last <> OLD.last + 1 OR OLD.last > 0 AND NOT EXISTS (SELECT 1 FROM paper WHERE issuer_kind = OLD.issuer_kind AND issuer_id = OLD.issuer_id AND year = OLD.year AND place = OLD.last) OR NEW.id IS NOT OLD.id OR NEW.issuer_kind IS NOT OLD.issuer_kind OR NEW.issuer_id IS NOT OLD.issuer_id OR NEW.year IS NOT OLD.year; END
""",
    """\
CREATE TRIGGER paper_series_is_never_removed BEFORE DELETE ON paper_series BEGIN SELECT RAISE(ABORT, 'a series gives one number after the other') WHERE TRUE; END
""",
    """\
CREATE TRIGGER paper_fact_is_never_changed BEFORE UPDATE ON paper_fact BEGIN SELECT RAISE(ABORT, 'a paper is never changed or removed') WHERE TRUE; END
""",
    """\
CREATE TRIGGER paper_fact_is_never_removed BEFORE DELETE ON paper_fact BEGIN SELECT RAISE(ABORT, 'a paper is never changed or removed') WHERE TRUE; END
""",
    """\
CREATE TRIGGER paper_fact_is_never_replaced BEFORE INSERT ON paper_fact BEGIN SELECT RAISE(ABORT, 'a paper is never changed or removed') WHERE EXISTS (SELECT 1 FROM paper_fact WHERE transaction_id = NEW.transaction_id AND issuer = NEW.issuer AND recipient = NEW.recipient AND kind = NEW.kind); END
""",
)

POSTGRES_GUARDS = (
    """\
CREATE OR REPLACE FUNCTION paper_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF TRUE THEN RAISE EXCEPTION 'a paper is never changed or removed' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$
""",
    """\
CREATE OR REPLACE FUNCTION paper_next() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NOT EXISTS (SELECT 1 FROM paper_series WHERE issuer_kind = NEW.issuer_kind AND issuer_id = NEW.issuer_id AND year = NEW.year AND last = NEW.place) THEN RAISE EXCEPTION 'a paper takes the number that its series has just given' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$
""",
    """\
CREATE TRIGGER paper_is_never_removed BEFORE DELETE ON paper FOR EACH ROW EXECUTE FUNCTION paper_refuse()
""",
    """\
CREATE TRIGGER paper_is_never_emptied BEFORE TRUNCATE ON paper FOR EACH STATEMENT EXECUTE FUNCTION paper_refuse()
""",
    """\
CREATE TRIGGER paper_is_never_changed BEFORE UPDATE ON paper FOR EACH ROW EXECUTE FUNCTION paper_refuse()
""",
    """\
CREATE TRIGGER paper_takes_the_next_number BEFORE INSERT ON paper FOR EACH ROW EXECUTE FUNCTION paper_next()
""",
    """\
CREATE OR REPLACE FUNCTION paper_series_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF TRUE THEN RAISE EXCEPTION 'a series gives one number after the other' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$
""",
    """\
CREATE OR REPLACE FUNCTION paper_series_begins() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.last <> 0 THEN RAISE EXCEPTION 'a series gives one number after the other' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$
""",
    """\
CREATE OR REPLACE FUNCTION paper_series_counts() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.last <> OLD.last + 1 OR OLD.last > 0 AND NOT EXISTS (SELECT 1 FROM paper WHERE issuer_kind = OLD.issuer_kind AND issuer_id = OLD.issuer_id AND year = OLD.year AND place = OLD.last) OR NEW.id IS DISTINCT FROM OLD.id OR NEW.issuer_kind IS DISTINCT FROM OLD.issuer_kind OR NEW.issuer_id IS DISTINCT FROM OLD.issuer_id OR NEW.year IS DISTINCT FROM OLD.year THEN RAISE EXCEPTION 'a series gives one number after the other' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$
""",
    """\
CREATE TRIGGER paper_series_is_never_removed BEFORE DELETE ON paper_series FOR EACH ROW EXECUTE FUNCTION paper_series_refuse()
""",
    """\
CREATE TRIGGER paper_series_is_never_emptied BEFORE TRUNCATE ON paper_series FOR EACH STATEMENT EXECUTE FUNCTION paper_series_refuse()
""",
    """\
CREATE TRIGGER paper_series_begins_at_zero BEFORE INSERT ON paper_series FOR EACH ROW EXECUTE FUNCTION paper_series_begins()
""",
    """\
CREATE TRIGGER paper_series_has_no_gap BEFORE UPDATE ON paper_series FOR EACH ROW EXECUTE FUNCTION paper_series_counts()
""",
    """\
CREATE OR REPLACE FUNCTION paper_fact_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF TRUE THEN RAISE EXCEPTION 'a paper is never changed or removed' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$
""",
    """\
CREATE TRIGGER paper_fact_is_never_removed BEFORE DELETE ON paper_fact FOR EACH ROW EXECUTE FUNCTION paper_fact_refuse()
""",
    """\
CREATE TRIGGER paper_fact_is_never_emptied BEFORE TRUNCATE ON paper_fact FOR EACH STATEMENT EXECUTE FUNCTION paper_fact_refuse()
""",
    """\
CREATE TRIGGER paper_fact_is_never_changed BEFORE UPDATE ON paper_fact FOR EACH ROW EXECUTE FUNCTION paper_fact_refuse()
""",
)


def upgrade() -> None:
    op.create_table('billing',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('owner_kind', sa.Enum('person', 'organisation', 'site', name='ledger_ownerkind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('owner_id', sa.BigInteger(), nullable=False),
    sa.Column('legal_name', sa.String(length=200), nullable=False),
    sa.Column('address', sa.Text(), nullable=False),
    sa.Column('country', sa.String(length=2), nullable=False),
    sa.Column('tax_id', sa.String(length=40), nullable=False),
    sa.Column('treatment', sa.Enum('included', 'reverse_charge', 'outside_scope', name='billing_treatment', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('tax_bp', sa.Integer(), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("owner_kind <> 'site'", name=op.f('ck_billing_the_site_has_settings')),
    sa.CheckConstraint("treatment <> 'reverse_charge' OR tax_id <> ''", name=op.f('ck_billing_reverse_charge_has_a_tax_id')),
    sa.CheckConstraint('tax_bp BETWEEN 0 AND 10000', name=op.f('ck_billing_rate')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_billing')),
    sa.UniqueConstraint('owner_kind', 'owner_id', name=op.f('uq_billing_owner_kind'))
    )
    op.create_table('paper',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('number', sa.String(length=40), nullable=False),
    sa.Column('issuer_kind', sa.Enum('person', 'organisation', 'site', name='ledger_ownerkind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('issuer_id', sa.BigInteger(), nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('place', sa.BigInteger(), nullable=False),
    sa.Column('kind', sa.Enum('receipt', 'invoice', 'remittance', 'credit_note', 'payout', 'statement', name='papers_paperkind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('recipient_kind', sa.Enum('person', 'organisation', 'site', name='papers_recipientkind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('recipient_id', sa.BigInteger(), nullable=False),
    sa.Column('cause', sa.String(length=120), nullable=False),
    sa.Column('subject', sa.String(length=80), nullable=False),
    sa.Column('period', sa.String(length=7), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('minor', sa.BigInteger(), nullable=False),
    sa.Column('happened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('issued_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('content', sa.Text(), nullable=False),
    sa.Column('fingerprint', sa.String(length=64), nullable=False),
    sa.Column('cancels_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.CheckConstraint("(kind = 'statement') = (period <> '')", name=op.f('ck_paper_statements_have_a_month')),
    sa.CheckConstraint("cancels_id IS NULL OR kind = 'credit_note'", name=op.f('ck_paper_credit_notes_cancel')),
    sa.CheckConstraint("issuer_kind <> 'person'", name=op.f('ck_paper_persons_keep_no_series')),
    sa.CheckConstraint('place > 0', name=op.f('ck_paper_places_begin_at_one')),
    sa.ForeignKeyConstraint(['cancels_id'], ['paper.id'], name=op.f('fk_paper_cancels_id_paper')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_paper')),
    sa.UniqueConstraint('cancels_id', name=op.f('uq_paper_cancels_id')),
    sa.UniqueConstraint('cause', 'issuer_kind', 'issuer_id', 'kind', 'recipient_kind', 'recipient_id', name=op.f('uq_paper_cause')),
    sa.UniqueConstraint('issuer_kind', 'issuer_id', 'year', 'place', name=op.f('uq_paper_issuer_kind')),
    sa.UniqueConstraint('number', name=op.f('uq_paper_number'))
    )
    op.create_index('ix_paper_issuer', 'paper', ['issuer_kind', 'issuer_id', 'id'], unique=False)
    op.create_index('ix_paper_recipient', 'paper', ['recipient_kind', 'recipient_id', 'id'], unique=False)
    op.create_index('ix_paper_subject', 'paper', ['subject', 'id'], unique=False)
    op.create_table('paper_progress',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('looked_at_id', sa.BigInteger(), nullable=False),
    sa.Column('closed_month', sa.String(length=7), nullable=False),
    sa.CheckConstraint('id = 1', name=op.f('ck_paper_progress_single')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_paper_progress'))
    )
    op.create_table('paper_series',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('issuer_kind', sa.Enum('person', 'organisation', 'site', name='ledger_ownerkind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('issuer_id', sa.BigInteger(), nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('last', sa.BigInteger(), nullable=False),
    sa.CheckConstraint('last >= 0', name=op.f('ck_paper_series_not_negative')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_paper_series')),
    sa.UniqueConstraint('issuer_kind', 'issuer_id', 'year', name=op.f('uq_paper_series_issuer_kind'))
    )
    op.create_table('paper_fact',
    sa.Column('transaction_id', sa.BigInteger(), nullable=False),
    sa.Column('issuer', sa.String(length=40), nullable=False),
    sa.Column('recipient', sa.String(length=40), nullable=False),
    sa.Column('kind', sa.Enum('receipt', 'invoice', 'remittance', 'credit_note', 'payout', 'statement', name='papers_paperkind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('paper_id', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['paper_id'], ['paper.id'], name=op.f('fk_paper_fact_paper_id_paper')),
    sa.ForeignKeyConstraint(['transaction_id'], ['transaction.id'], name=op.f('fk_paper_fact_transaction_id_transaction')),
    sa.PrimaryKeyConstraint('transaction_id', 'issuer', 'recipient', 'kind', name=op.f('pk_paper_fact'))
    )
    op.create_index('ix_paper_fact_paper', 'paper_fact', ['paper_id'], unique=False)
    for guard in SQLITE_GUARDS if op.get_bind().dialect.name == "sqlite" else POSTGRES_GUARDS:
        op.execute(sa.DDL(guard.replace("%", "%%")))


def downgrade() -> None:
    op.drop_table('paper_fact')
    op.drop_table('paper_series')
    op.drop_table('paper_progress')
    op.drop_table('paper')
    op.drop_table('billing')
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION IF EXISTS paper_refuse")
        op.execute("DROP FUNCTION IF EXISTS paper_next")
        op.execute("DROP FUNCTION IF EXISTS paper_series_refuse")
        op.execute("DROP FUNCTION IF EXISTS paper_series_begins")
        op.execute("DROP FUNCTION IF EXISTS paper_series_counts")
        op.execute("DROP FUNCTION IF EXISTS paper_fact_refuse")
