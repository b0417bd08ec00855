"""the first whole

Revision ID: 0001
Revises: 
"""

import sqlalchemy as sa
from alembic import op

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None

# What the tables refuse on their own: books and seals that only grow.
SQLITE_GUARDS = (
    """\
CREATE TRIGGER terms_no_UPDATE BEFORE UPDATE ON terms BEGIN SELECT RAISE(ABORT, 'terms is append-only'); END
""",
    """\
CREATE TRIGGER terms_no_DELETE BEFORE DELETE ON terms BEGIN SELECT RAISE(ABORT, 'terms is append-only'); END
""",
    """\
CREATE TRIGGER posting_is_never_changed BEFORE UPDATE ON posting BEGIN SELECT RAISE(ABORT, 'the books are never changed or removed') WHERE TRUE; END
""",
    """\
CREATE TRIGGER posting_is_never_removed BEFORE DELETE ON posting BEGIN SELECT RAISE(ABORT, 'the books are never changed or removed') WHERE TRUE; END
""",
    """\
CREATE TRIGGER posting_needs_an_open_transaction BEFORE INSERT ON posting BEGIN SELECT RAISE(ABORT, 'the books are never changed or removed') WHERE EXISTS (SELECT 1 FROM posting WHERE id = NEW.id OR (transaction_id = NEW.transaction_id AND account_id = NEW.account_id)); SELECT RAISE(ABORT, 'a sealed transaction takes no more postings') WHERE EXISTS (SELECT 1 FROM "transaction" WHERE id = NEW.transaction_id AND sealed_id IS NOT NULL); END
""",
    """\
CREATE TRIGGER transaction_begins_open BEFORE INSERT ON "transaction" BEGIN SELECT RAISE(ABORT, 'a transaction begins open') WHERE NEW.sealed_id IS NOT NULL; SELECT RAISE(ABORT, 'the books are never changed or removed') WHERE EXISTS (SELECT 1 FROM "transaction" WHERE id = NEW.id OR key = NEW.key); END
""",
    """\
CREATE TRIGGER transaction_is_never_removed BEFORE DELETE ON "transaction" BEGIN SELECT RAISE(ABORT, 'the books are never changed or removed') WHERE TRUE; END
""",
    """\
CREATE TRIGGER transaction_is_only_sealed BEFORE UPDATE ON "transaction" BEGIN SELECT RAISE(ABORT, 'the books are never changed or removed') WHERE OLD.sealed_id IS NOT NULL OR NEW.sealed_id IS NULL OR NEW.id IS NOT OLD.id OR NEW.key IS NOT OLD.key OR NEW.body IS NOT OLD.body OR NEW.kind IS NOT OLD.kind OR NEW.memo IS NOT OLD.memo OR NEW.cause IS NOT OLD.cause OR NEW.subject IS NOT OLD.subject OR NEW.actor_id IS NOT OLD.actor_id OR NEW.at IS NOT OLD.at; SELECT RAISE(ABORT, 'a transaction has two postings or more and adds up to zero') WHERE (SELECT count(*) FROM posting WHERE transaction_id = NEW.id) < 2 OR EXISTS (SELECT 1 FROM posting WHERE transaction_id = NEW.id GROUP BY currency HAVING sum(minor) <> 0); END
""",
    """\
CREATE TRIGGER account_keeps_its_identity BEFORE UPDATE ON account BEGIN SELECT RAISE(ABORT, 'an account keeps its owner, purpose and currency') WHERE NEW.id IS NOT OLD.id OR NEW.owner_kind IS NOT OLD.owner_kind OR NEW.owner_id IS NOT OLD.owner_id OR NEW.purpose IS NOT OLD.purpose OR NEW.subject IS NOT OLD.subject OR NEW.currency IS NOT OLD.currency OR NEW.guarded IS NOT OLD.guarded OR NEW.created_at IS NOT OLD.created_at; END
""",
    """\
CREATE TRIGGER account_is_never_removed BEFORE DELETE ON account BEGIN SELECT RAISE(ABORT, 'the books are never changed or removed') WHERE TRUE; END
""",
    """\
CREATE TRIGGER signature_no_UPDATE BEFORE UPDATE ON signature BEGIN SELECT RAISE(ABORT, 'signature is append-only'); END
""",
    """\
CREATE TRIGGER signature_no_DELETE BEFORE DELETE ON signature BEGIN SELECT RAISE(ABORT, 'signature is append-only'); END
""",
    """\
CREATE TRIGGER seal_no_update BEFORE UPDATE ON seal BEGIN SELECT RAISE(ABORT, 'a seal is never changed'); END
""",
    """\
CREATE TRIGGER seal_no_delete BEFORE DELETE ON seal BEGIN SELECT RAISE(ABORT, 'a seal is never changed'); END
""",
    """\
CREATE TRIGGER entry_view_no_update BEFORE UPDATE ON entry_view BEGIN SELECT RAISE(ABORT, 'a look is never unsaid'); END
""",
    """\
CREATE TRIGGER entry_view_no_delete BEFORE DELETE ON entry_view BEGIN SELECT RAISE(ABORT, 'a look is never unsaid'); END
""",
)

POSTGRES_GUARDS = (
    """\
CREATE OR REPLACE FUNCTION agreements_only_grow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation'; END $$
""",
    """\
CREATE TRIGGER terms_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON terms EXECUTE FUNCTION agreements_only_grow()
""",
    """\
CREATE OR REPLACE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF TRUE THEN RAISE EXCEPTION 'the books are never changed or removed' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$
""",
    """\
CREATE OR REPLACE FUNCTION ledger_takes_posting() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF EXISTS (SELECT 1 FROM "transaction" WHERE id = NEW.transaction_id AND sealed_id IS NOT NULL) THEN RAISE EXCEPTION 'a sealed transaction takes no more postings' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$
""",
    """\
CREATE OR REPLACE FUNCTION ledger_begins_open() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.sealed_id IS NOT NULL THEN RAISE EXCEPTION 'a transaction begins open' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$
""",
    """\
CREATE OR REPLACE FUNCTION ledger_only_sealed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF OLD.sealed_id IS NOT NULL OR NEW.sealed_id IS NULL OR NEW.id IS DISTINCT FROM OLD.id OR NEW.key IS DISTINCT FROM OLD.key OR NEW.body IS DISTINCT FROM OLD.body OR NEW.kind IS DISTINCT FROM OLD.kind OR NEW.memo IS DISTINCT FROM OLD.memo OR NEW.cause IS DISTINCT FROM OLD.cause OR NEW.subject IS DISTINCT FROM OLD.subject OR NEW.actor_id IS DISTINCT FROM OLD.actor_id OR NEW.at IS DISTINCT FROM OLD.at THEN RAISE EXCEPTION 'the books are never changed or removed' USING ERRCODE = 'integrity_constraint_violation'; END IF; IF (SELECT count(*) FROM posting WHERE transaction_id = NEW.id) < 2 OR EXISTS (SELECT 1 FROM posting WHERE transaction_id = NEW.id GROUP BY currency HAVING sum(minor) <> 0) THEN RAISE EXCEPTION 'a transaction has two postings or more and adds up to zero' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$
""",
    """\
CREATE OR REPLACE FUNCTION ledger_adds_up() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NOT EXISTS (SELECT 1 FROM "transaction" WHERE id = NEW.id AND sealed_id = id) THEN RAISE EXCEPTION 'a transaction has two postings or more and adds up to zero' USING ERRCODE = 'integrity_constraint_violation'; END IF; IF (SELECT count(*) FROM posting WHERE transaction_id = NEW.id) < 2 OR EXISTS (SELECT 1 FROM posting WHERE transaction_id = NEW.id GROUP BY currency HAVING sum(minor) <> 0) THEN RAISE EXCEPTION 'a transaction has two postings or more and adds up to zero' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$
""",
    """\
CREATE OR REPLACE FUNCTION ledger_keeps_identity() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.id IS DISTINCT FROM OLD.id OR NEW.owner_kind IS DISTINCT FROM OLD.owner_kind OR NEW.owner_id IS DISTINCT FROM OLD.owner_id OR NEW.purpose IS DISTINCT FROM OLD.purpose OR NEW.subject IS DISTINCT FROM OLD.subject OR NEW.currency IS DISTINCT FROM OLD.currency OR NEW.guarded IS DISTINCT FROM OLD.guarded OR NEW.created_at IS DISTINCT FROM OLD.created_at THEN RAISE EXCEPTION 'an account keeps its owner, purpose and currency' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$
""",
    """\
CREATE TRIGGER posting_is_never_changed BEFORE UPDATE OR DELETE ON posting FOR EACH ROW EXECUTE FUNCTION ledger_refuse()
""",
    """\
CREATE TRIGGER posting_is_never_emptied BEFORE TRUNCATE ON posting FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse()
""",
    """\
CREATE TRIGGER posting_needs_an_open_transaction BEFORE INSERT ON posting FOR EACH ROW EXECUTE FUNCTION ledger_takes_posting()
""",
    """\
CREATE TRIGGER transaction_begins_open BEFORE INSERT ON "transaction" FOR EACH ROW EXECUTE FUNCTION ledger_begins_open()
""",
    """\
CREATE TRIGGER transaction_is_never_removed BEFORE DELETE ON "transaction" FOR EACH ROW EXECUTE FUNCTION ledger_refuse()
""",
    """\
CREATE TRIGGER transaction_is_only_sealed BEFORE UPDATE ON "transaction" FOR EACH ROW EXECUTE FUNCTION ledger_only_sealed()
""",
    """\
CREATE CONSTRAINT TRIGGER transaction_adds_up AFTER INSERT ON "transaction" DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_adds_up()
""",
    """\
CREATE TRIGGER account_keeps_its_identity BEFORE UPDATE ON account FOR EACH ROW EXECUTE FUNCTION ledger_keeps_identity()
""",
    """\
CREATE TRIGGER account_is_never_removed BEFORE DELETE ON account FOR EACH ROW EXECUTE FUNCTION ledger_refuse()
""",
    """\
CREATE OR REPLACE FUNCTION agreements_only_grow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation'; END $$
""",
    """\
CREATE TRIGGER signature_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON signature EXECUTE FUNCTION agreements_only_grow()
""",
    """\
CREATE OR REPLACE FUNCTION seal_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'a seal is never changed' USING ERRCODE = 'integrity_constraint_violation'; END $$
""",
    """\
CREATE TRIGGER seal_no_change BEFORE UPDATE OR DELETE ON seal FOR EACH ROW EXECUTE FUNCTION seal_is_kept()
""",
    """\
CREATE TRIGGER seal_no_truncate BEFORE TRUNCATE ON seal FOR EACH STATEMENT EXECUTE FUNCTION seal_is_kept()
""",
    """\
CREATE OR REPLACE FUNCTION entry_view_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'a look is never unsaid' USING ERRCODE = 'integrity_constraint_violation'; END $$
""",
    """\
CREATE TRIGGER entry_view_no_change BEFORE UPDATE OR DELETE ON entry_view FOR EACH ROW EXECUTE FUNCTION entry_view_is_kept()
""",
    """\
CREATE TRIGGER entry_view_no_truncate BEFORE TRUNCATE ON entry_view FOR EACH STATEMENT EXECUTE FUNCTION entry_view_is_kept()
""",
)


def upgrade() -> None:
    # ### commands auto generated by Alembic - please adjust! ###
    op.create_table('account',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('owner_kind', sa.Enum('person', 'organisation', 'site', name='ledger_ownerkind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('owner_id', sa.BigInteger(), nullable=False),
    sa.Column('purpose', sa.Enum('balance', 'hold', 'in_transit', 'fees', 'bank', name='ledger_purpose', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('subject', sa.String(length=80), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('guarded', sa.Boolean(), nullable=False),
    sa.Column('balance', sa.BigInteger(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("(purpose = 'hold') = (subject <> '')", name=op.f('ck_account_holds_name_their_subject')),
    sa.CheckConstraint("guarded = (purpose <> 'bank')", name=op.f('ck_account_all_but_the_bank_guarded')),
    sa.CheckConstraint('NOT guarded OR balance >= 0', name=op.f('ck_account_not_negative')),
    sa.CheckConstraint('balance BETWEEN -1000000000000000000 AND 1000000000000000000', name=op.f('ck_account_in_range')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_account')),
    sa.UniqueConstraint('id', 'currency', name=op.f('uq_account_id')),
    sa.UniqueConstraint('owner_kind', 'owner_id', 'purpose', 'subject', 'currency', name=op.f('uq_account_owner_kind'))
    )
    with op.batch_alter_table('account', schema=None) as batch_op:
        batch_op.create_index('ix_account_subject', ['subject'], unique=False)

    op.create_table('index_mark',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('key', sa.String(length=80), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_index_mark')),
    sqlite_autoincrement=True
    )
    op.create_table('journal',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('kind', sa.String(length=80), nullable=False),
    sa.Column('actor_id', sa.Integer(), nullable=True),
    sa.Column('credential', sa.String(length=40), nullable=False),
    sa.Column('subject', sa.String(length=80), nullable=False),
    sa.Column('scope', sa.String(length=80), nullable=False),
    sa.Column('facts', sa.JSON(), nullable=False),
    sa.Column('previous', sa.String(length=64), nullable=False),
    sa.Column('hash', sa.String(length=64), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_journal'))
    )
    with op.batch_alter_table('journal', schema=None) as batch_op:
        batch_op.create_index('ix_journal_scope', ['scope', 'id'], unique=False)
        batch_op.create_index('ix_journal_subject', ['subject', 'id'], unique=False)

    op.create_table('journal_head',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('last_id', sa.BigInteger(), nullable=False),
    sa.Column('hash', sa.String(length=64), nullable=False),
    sa.CheckConstraint('id = 1', name=op.f('ck_journal_head_single')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_journal_head'))
    )
    op.create_table('once_key',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('caller', sa.String(length=80), nullable=False),
    sa.Column('key', sa.String(length=200), nullable=False),
    sa.Column('request_hash', sa.String(length=64), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('status', sa.Integer(), nullable=False),
    sa.Column('content_type', sa.String(length=80), nullable=False),
    sa.Column('location', sa.String(), nullable=False),
    sa.Column('body', sa.LargeBinary(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_once_key')),
    sa.UniqueConstraint('caller', 'key', name=op.f('uq_once_key_caller'))
    )
    op.create_table('organisation',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('slug', sa.String(length=80), nullable=False),
    sa.Column('name', sa.String(length=160), nullable=False),
    sa.Column('kind', sa.Enum('company', 'university', 'agency', 'foundation', 'lab', name='organisations_kind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('country', sa.String(length=2), nullable=False),
    sa.Column('website', sa.String(length=300), nullable=False),
    sa.Column('about', sa.Text(), nullable=False),
    sa.Column('source', sa.String(length=40), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint('length(name) > 0', name=op.f('ck_organisation_name')),
    sa.CheckConstraint('slug = lower(slug) AND length(slug) > 0', name=op.f('ck_organisation_slug')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_organisation')),
    sa.UniqueConstraint('slug', name=op.f('uq_organisation_slug'))
    )
    with op.batch_alter_table('organisation', schema=None) as batch_op:
        batch_op.create_index('ix_organisation_source_name', ['source', 'name'], unique=False)

    op.create_table('person',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('email', sa.String(length=254), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('handle', sa.String(length=30), nullable=False),
    sa.Column('password_hash', sa.String(length=200), nullable=False),
    sa.Column('email_verified_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('language', sa.String(length=8), nullable=False),
    sa.Column('timezone', sa.String(length=64), nullable=False),
    sa.Column('is_admin', sa.Boolean(), nullable=False),
    sa.Column('is_consultant', sa.Boolean(), nullable=False),
    sa.Column('state', sa.Enum('active', 'suspended', name='accounts_state', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('state_reason', sa.String(length=500), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("email = lower(email) AND email LIKE '%_@_%'", name=op.f('ck_person_email')),
    sa.CheckConstraint('handle = lower(handle) AND length(handle) BETWEEN 3 AND 30', name=op.f('ck_person_handle')),
    sa.CheckConstraint('length(name) > 0', name=op.f('ck_person_name')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_person')),
    sa.UniqueConstraint('email', name=op.f('uq_person_email')),
    sa.UniqueConstraint('handle', name=op.f('uq_person_handle'))
    )
    op.create_table('transaction',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('key', sa.String(length=200), nullable=False),
    sa.Column('body', sa.String(length=64), nullable=False),
    sa.Column('kind', sa.Enum('funding', 'set_aside', 'award', 'refund', 'payout_asked', 'payout_sent', 'payout_returned', name='ledger_kind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('memo', sa.String(length=300), nullable=False),
    sa.Column('cause', sa.String(length=80), nullable=False),
    sa.Column('subject', sa.String(length=80), nullable=False),
    sa.Column('actor_id', sa.Integer(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('sealed_id', sa.BigInteger(), nullable=True),
    sa.CheckConstraint('sealed_id IS NULL OR sealed_id = id', name=op.f('ck_transaction_sealed_by_its_own_id')),
    sa.ForeignKeyConstraint(['id'], ['transaction.sealed_id'], name=op.f('fk_transaction_id_transaction'), initially='DEFERRED', deferrable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_transaction')),
    sa.UniqueConstraint('key', name=op.f('uq_transaction_key')),
    sa.UniqueConstraint('sealed_id', name=op.f('uq_transaction_sealed_id'))
    )
    with op.batch_alter_table('transaction', schema=None) as batch_op:
        batch_op.create_index('ix_transaction_cause', ['cause'], unique=False)
        batch_op.create_index('ix_transaction_subject', ['subject'], unique=False)

    op.create_table('api_key',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('kind', sa.Enum('api', 'mturk', name='accounts_keykind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('prefix', sa.String(length=20), nullable=False),
    sa.Column('secret_hash', sa.String(length=64), nullable=False),
    sa.Column('scopes', sa.String(length=40), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('last_used_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('length(scopes) > 0', name=op.f('ck_api_key_scopes')),
    sa.CheckConstraint('length(secret_hash) = 64', name=op.f('ck_api_key_secret_hash')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_api_key_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_api_key')),
    sa.UniqueConstraint('prefix', name=op.f('uq_api_key_prefix')),
    sa.UniqueConstraint('secret_hash', name=op.f('uq_api_key_secret_hash'))
    )
    with op.batch_alter_table('api_key', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_api_key_person_id'), ['person_id'], unique=False)

    op.create_table('challenge',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('slug', sa.String(length=80), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=False),
    sa.Column('author_id', sa.Integer(), nullable=True),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('summary', sa.Text(), nullable=False),
    sa.Column('problem', sa.Text(), nullable=False),
    sa.Column('language', sa.String(length=8), nullable=False),
    sa.Column('sector', sa.Enum('aerospace', 'agriculture', 'automotive', 'biotech', 'chemistry', 'climate', 'communications', 'construction', 'consumer', 'data', 'defence', 'education', 'electronics', 'energy', 'health', 'manufacturing', 'materials', 'optics', 'robotics', 'sensors', 'software', 'water', name='kernel_sector', native_enum=False, create_constraint=True, length=32), nullable=True),
    sa.Column('prize_minor', sa.BigInteger(), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('fee_bp', sa.Integer(), nullable=False),
    sa.Column('closes_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('review_days', sa.Integer(), nullable=False),
    sa.Column('seeker_shown', sa.Boolean(), nullable=False),
    sa.Column('terms', sa.JSON(), nullable=False),
    sa.Column('eligibility', sa.Text(), nullable=False),
    sa.Column('state', sa.Enum('draft', 'in_review', 'approved', 'open', 'judging', 'selected', 'awarded', 'ended', 'withdrawn', name='challenges_state', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('submitted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('source', sa.String(length=40), nullable=False),
    sa.Column('source_key', sa.String(length=300), nullable=True),
    sa.Column('source_url', sa.String(length=500), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("state NOT IN ('open', 'judging', 'selected', 'awarded') OR (prize_minor > 0 AND closes_at IS NOT NULL AND published_at IS NOT NULL)", name=op.f('ck_challenge_running_is_whole')),
    sa.CheckConstraint('fee_bp BETWEEN 0 AND 10000', name=op.f('ck_challenge_fee_in_range')),
    sa.CheckConstraint('prize_minor BETWEEN 0 AND 10000000000000', name=op.f('ck_challenge_prize_in_range')),
    sa.CheckConstraint('review_days BETWEEN 1 AND 365', name=op.f('ck_challenge_review_in_range')),
    sa.CheckConstraint('source_key IS NOT NULL OR author_id IS NOT NULL', name=op.f('ck_challenge_has_author')),
    sa.ForeignKeyConstraint(['author_id'], ['person.id'], name=op.f('fk_challenge_author_id_person')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_challenge_organisation_id_organisation')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_challenge')),
    sa.UniqueConstraint('slug', name=op.f('uq_challenge_slug')),
    sa.UniqueConstraint('source_key', name=op.f('uq_challenge_source_key'))
    )
    with op.batch_alter_table('challenge', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_challenge_organisation_id'), ['organisation_id'], unique=False)
        batch_op.create_index('ix_challenge_state_closes_at', ['state', 'closes_at'], unique=False)

    op.create_table('delivery',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('journal_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('reaction', sa.String(length=120), nullable=False),
    sa.Column('state', sa.Enum('due', 'done', 'dead', name='db_deliverystate', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('next_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('error', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['journal_id'], ['journal.id'], name=op.f('fk_delivery_journal_id_journal')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_delivery'))
    )
    with op.batch_alter_table('delivery', schema=None) as batch_op:
        batch_op.create_index('ix_delivery_due', ['state', 'next_at'], unique=False)

    op.create_table('evidence_item',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('publication', 'project', 'patent', 'award', 'other', name='profiles_evidencekind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('title', sa.String(length=300), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('year', sa.Integer(), nullable=True),
    sa.Column('url', sa.String(length=500), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("url = '' OR url LIKE 'http://%' OR url LIKE 'https://%'", name=op.f('ck_evidence_item_url_is_web')),
    sa.CheckConstraint('length(title) > 0', name=op.f('ck_evidence_item_title')),
    sa.CheckConstraint('year BETWEEN 1900 AND 2200', name=op.f('ck_evidence_item_year_in_range')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_evidence_item_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_evidence_item'))
    )
    with op.batch_alter_table('evidence_item', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_evidence_item_person_id'), ['person_id'], unique=False)

    op.create_table('file',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('size', sa.BigInteger(), nullable=False),
    sa.Column('media_type', sa.String(length=100), nullable=False),
    sa.Column('filename', sa.String(length=120), nullable=False),
    sa.Column('owner_id', sa.Integer(), nullable=True),
    sa.Column('purpose', sa.String(length=40), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('length(sha256) = 64', name=op.f('ck_file_whole_hash')),
    sa.CheckConstraint('size > 0', name=op.f('ck_file_not_empty')),
    sa.ForeignKeyConstraint(['owner_id'], ['person.id'], name=op.f('fk_file_owner_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_file'))
    )
    with op.batch_alter_table('file', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_file_owner_id'), ['owner_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_file_sha256'), ['sha256'], unique=False)

    op.create_table('funding',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('reference', sa.String(length=20), nullable=False),
    sa.Column('gateway', sa.String(length=20), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=False),
    sa.Column('subject', sa.String(length=80), nullable=False),
    sa.Column('label', sa.String(length=200), nullable=False),
    sa.Column('minor', sa.BigInteger(), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('held_minor', sa.BigInteger(), nullable=False),
    sa.Column('balance_minor', sa.BigInteger(), nullable=False),
    sa.Column('state', sa.Enum('open', 'confirmed', 'cancelled', name='payments_fundingstate', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('requested_by', sa.Integer(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(state = 'open') = (closed_at IS NULL)", name=op.f('ck_funding_closed_has_its_time')),
    sa.CheckConstraint("state <> 'confirmed' OR held_minor + balance_minor >= minor", name=op.f('ck_funding_confirmed_when_all_is_here')),
    sa.CheckConstraint("state <> 'open' OR held_minor + balance_minor < minor", name=op.f('ck_funding_open_while_some_is_due')),
    sa.CheckConstraint('minor > 0 AND held_minor >= 0 AND balance_minor >= 0', name=op.f('ck_funding_amounts')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_funding_organisation_id_organisation')),
    sa.ForeignKeyConstraint(['requested_by'], ['person.id'], name=op.f('fk_funding_requested_by_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_funding')),
    sa.UniqueConstraint('reference', name=op.f('uq_funding_reference'))
    )
    with op.batch_alter_table('funding', schema=None) as batch_op:
        batch_op.create_index('ix_funding_organisation', ['organisation_id', 'id'], unique=False)
        batch_op.create_index('ix_funding_state', ['state', 'id'], unique=False)
        batch_op.create_index('uq_funding_open', ['subject'], unique=True, sqlite_where=sa.text("state = 'open' AND subject <> ''"), postgresql_where=sa.text("state = 'open' AND subject <> ''"))

    op.create_table('hold',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('subject', sa.String(length=80), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('account_id', sa.BigInteger(), nullable=False),
    sa.Column('label', sa.String(length=200), nullable=False),
    sa.Column('funded_minor', sa.BigInteger(), nullable=False),
    sa.Column('awarded_minor', sa.BigInteger(), nullable=False),
    sa.Column('fee_minor', sa.BigInteger(), nullable=False),
    sa.Column('refunded_minor', sa.BigInteger(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('awarded_minor + fee_minor + refunded_minor <= funded_minor', name=op.f('ck_hold_never_more_than_funded')),
    sa.CheckConstraint('funded_minor >= 0 AND awarded_minor >= 0 AND fee_minor >= 0 AND refunded_minor >= 0', name=op.f('ck_hold_not_negative')),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_hold_account_id_account')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_hold_organisation_id_organisation')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_hold')),
    sa.UniqueConstraint('account_id', name=op.f('uq_hold_account_id')),
    sa.UniqueConstraint('subject', 'currency', name=op.f('uq_hold_subject'))
    )
    with op.batch_alter_table('hold', schema=None) as batch_op:
        batch_op.create_index('ix_hold_organisation', ['organisation_id'], unique=False)

    op.create_table('listing',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('need', 'offer', name='listings_kind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=False),
    sa.Column('author_id', sa.Integer(), nullable=True),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('summary', sa.Text(), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('language', sa.String(length=8), nullable=False),
    sa.Column('sector', sa.Enum('aerospace', 'agriculture', 'automotive', 'biotech', 'chemistry', 'climate', 'communications', 'construction', 'consumer', 'data', 'defence', 'education', 'electronics', 'energy', 'health', 'manufacturing', 'materials', 'optics', 'robotics', 'sensors', 'software', 'water', name='kernel_sector', native_enum=False, create_constraint=True, length=32), nullable=True),
    sa.Column('deals', sa.JSON(), nullable=False),
    sa.Column('trl', sa.Integer(), nullable=True),
    sa.Column('categories', sa.JSON(), nullable=False),
    sa.Column('ip_status', sa.Enum('issued', 'application', 'expired', 'software', 'know_how', 'unclear', 'none', name='listings_ipstatus', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('case_number', sa.String(length=80), nullable=False),
    sa.Column('serial_number', sa.String(length=80), nullable=False),
    sa.Column('patent_expires_on', sa.Date(), nullable=True),
    sa.Column('licence', sa.String(length=200), nullable=False),
    sa.Column('link', sa.String(length=500), nullable=False),
    sa.Column('state', sa.Enum('draft', 'in_review', 'published', 'expired', 'withdrawn', name='listings_state', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('remarks', sa.Text(), nullable=False),
    sa.Column('expires_on', sa.Date(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('submitted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('renewed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('source', sa.String(length=40), nullable=False),
    sa.Column('source_key', sa.String(length=300), nullable=True),
    sa.Column('source_hash', sa.String(length=64), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("(source_key IS NULL) = (source = '')", name=op.f('ck_listing_source_is_whole')),
    sa.CheckConstraint("kind = 'offer' OR (patent_expires_on IS NULL AND case_number = '' AND serial_number = '' AND ip_status = 'none')", name=op.f('ck_listing_needs_have_no_patent')),
    sa.CheckConstraint("state NOT IN ('published', 'expired') OR published_at IS NOT NULL", name=op.f('ck_listing_published_is_dated')),
    sa.CheckConstraint('source_key IS NOT NULL OR author_id IS NOT NULL', name=op.f('ck_listing_has_author')),
    sa.CheckConstraint('trl BETWEEN 1 AND 9', name=op.f('ck_listing_trl_in_range')),
    sa.ForeignKeyConstraint(['author_id'], ['person.id'], name=op.f('fk_listing_author_id_person')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_listing_organisation_id_organisation')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_listing')),
    sa.UniqueConstraint('source_key', name=op.f('uq_listing_source_key'))
    )
    with op.batch_alter_table('listing', schema=None) as batch_op:
        batch_op.create_index('ix_listing_expires_on', ['state', 'expires_on'], unique=False)
        batch_op.create_index('ix_listing_kind_state', ['kind', 'state', 'published_at', 'id'], unique=False)
        batch_op.create_index(batch_op.f('ix_listing_organisation_id'), ['organisation_id'], unique=False)
        batch_op.create_index('ix_listing_patent_expires_on', ['ip_status', 'patent_expires_on'], unique=False)

    op.create_table('login_session',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('last_seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ip', sa.String(length=45), nullable=False),
    sa.Column('user_agent', sa.String(length=300), nullable=False),
    sa.CheckConstraint('length(token_hash) = 64', name=op.f('ck_login_session_token_hash')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_login_session_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_login_session')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_login_session_token_hash'))
    )
    with op.batch_alter_table('login_session', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_login_session_person_id'), ['person_id'], unique=False)

    op.create_table('mail_choice',
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('account', 'agreement', 'money', 'challenge', 'entry', 'judging', 'award', 'market', 'search', 'community', 'complement', 'microtask', 'portal', name='messages_kind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('wanted', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_mail_choice_person_id_person')),
    sa.PrimaryKeyConstraint('person_id', 'kind', name=op.f('pk_mail_choice'))
    )
    op.create_table('mail_token',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('purpose', sa.Enum('verify', 'reset', name='accounts_purpose', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('secret_hash', sa.String(length=64), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('secret_hash IS NULL OR length(secret_hash) = 64', name=op.f('ck_mail_token_secret_hash')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_mail_token_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mail_token')),
    sa.UniqueConstraint('secret_hash', name=op.f('uq_mail_token_secret_hash'))
    )
    with op.batch_alter_table('mail_token', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_mail_token_person_id'), ['person_id'], unique=False)

    op.create_table('membership',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('role', sa.Enum('owner', 'manager', 'member', 'finance', name='kernel_role', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('since', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_membership_organisation_id_organisation')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_membership_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_membership')),
    sa.UniqueConstraint('organisation_id', 'person_id', name=op.f('uq_membership_organisation_id'))
    )
    with op.batch_alter_table('membership', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_membership_person_id'), ['person_id'], unique=False)

    op.create_table('notification',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('account', 'agreement', 'money', 'challenge', 'entry', 'judging', 'award', 'market', 'search', 'community', 'complement', 'microtask', 'portal', name='messages_kind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('text', sa.String(length=500), nullable=False),
    sa.Column('values', sa.JSON(), nullable=False),
    sa.Column('link', sa.String(length=300), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('read_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("link = '' OR link LIKE '/%'", name=op.f('ck_notification_link_stays_here')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_notification_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notification'))
    )
    with op.batch_alter_table('notification', schema=None) as batch_op:
        batch_op.create_index('ix_notification_inbox', ['person_id', 'id'], unique=False)
        batch_op.create_index('ix_notification_unread', ['person_id', 'read_at'], unique=False)

    op.create_table('payout',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('gateway', sa.String(length=20), nullable=False),
    sa.Column('owner_kind', sa.Enum('person', 'organisation', 'site', name='ledger_ownerkind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('owner_id', sa.BigInteger(), nullable=False),
    sa.Column('minor', sa.BigInteger(), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('destination', sa.String(length=200), nullable=False),
    sa.Column('state', sa.Enum('requested', 'paid', 'rejected', name='payments_payoutstate', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('reason', sa.String(length=500), nullable=False),
    sa.Column('bank_reference', sa.String(length=80), nullable=False),
    sa.Column('requested_by', sa.Integer(), nullable=True),
    sa.Column('decided_by', sa.Integer(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(state = 'paid') = (bank_reference <> '')", name=op.f('ck_payout_paid_with_a_reference')),
    sa.CheckConstraint("(state = 'rejected') = (reason <> '')", name=op.f('ck_payout_refused_with_a_reason')),
    sa.CheckConstraint("(state = 'requested') = (decided_at IS NULL)", name=op.f('ck_payout_decided_has_its_time')),
    sa.CheckConstraint("owner_kind <> 'site'", name=op.f('ck_payout_owned_by_people')),
    sa.CheckConstraint('minor > 0', name=op.f('ck_payout_positive')),
    sa.ForeignKeyConstraint(['decided_by'], ['person.id'], name=op.f('fk_payout_decided_by_person')),
    sa.ForeignKeyConstraint(['requested_by'], ['person.id'], name=op.f('fk_payout_requested_by_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_payout'))
    )
    with op.batch_alter_table('payout', schema=None) as batch_op:
        batch_op.create_index('ix_payout_owner', ['owner_kind', 'owner_id', 'id'], unique=False)
        batch_op.create_index('ix_payout_state', ['state', 'id'], unique=False)

    op.create_table('posting',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('transaction_id', sa.BigInteger(), nullable=False),
    sa.Column('account_id', sa.BigInteger(), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('minor', sa.BigInteger(), nullable=False),
    sa.Column('balance_after', sa.BigInteger(), nullable=False),
    sa.CheckConstraint('minor <> 0', name=op.f('ck_posting_not_empty')),
    sa.ForeignKeyConstraint(['account_id', 'currency'], ['account.id', 'account.currency'], name=op.f('fk_posting_account_id_account')),
    sa.ForeignKeyConstraint(['transaction_id'], ['transaction.id'], name=op.f('fk_posting_transaction_id_transaction')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_posting')),
    sa.UniqueConstraint('transaction_id', 'account_id', name=op.f('uq_posting_transaction_id'))
    )
    with op.batch_alter_table('posting', schema=None) as batch_op:
        batch_op.create_index('ix_posting_account', ['account_id', 'id'], unique=False)

    op.create_table('profile',
    sa.Column('person_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('headline', sa.String(length=160), nullable=False),
    sa.Column('bio', sa.Text(), nullable=False),
    sa.Column('languages', sa.JSON(), nullable=False),
    sa.Column('sectors', sa.JSON(), nullable=False),
    sa.Column('availability', sa.Enum('open', 'limited', 'later', 'busy', name='profiles_availability', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('available_from', sa.Date(), nullable=True),
    sa.Column('visible', sa.Boolean(), nullable=False),
    sa.Column('is_expert', sa.Boolean(), nullable=False),
    sa.Column('name_shown', sa.Boolean(), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_profile_person_id_person')),
    sa.PrimaryKeyConstraint('person_id', name=op.f('pk_profile'))
    )
    op.create_table('terms',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('subject', sa.String(length=80), nullable=False),
    sa.Column('scope', sa.String(length=80), nullable=False),
    sa.Column('kind', sa.Enum('challenge_entry', 'award', name='agreements_kind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('title_en', sa.String(length=200), nullable=False),
    sa.Column('title_zh', sa.String(length=200), nullable=False),
    sa.Column('text_en', sa.Text(), nullable=False),
    sa.Column('text_zh', sa.Text(), nullable=False),
    sa.Column('summary_en', sa.JSON(), nullable=False),
    sa.Column('summary_zh', sa.JSON(), nullable=False),
    sa.Column('choices', sa.JSON(), nullable=False),
    sa.Column('parties', sa.JSON(), nullable=False),
    sa.Column('hash', sa.String(length=64), nullable=False),
    sa.Column('signer_id', sa.Integer(), nullable=True),
    sa.Column('drawn_up_by', sa.Integer(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('number > 0', name=op.f('ck_terms_counted')),
    sa.ForeignKeyConstraint(['drawn_up_by'], ['person.id'], name=op.f('fk_terms_drawn_up_by_person')),
    sa.ForeignKeyConstraint(['signer_id'], ['person.id'], name=op.f('fk_terms_signer_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_terms')),
    sa.UniqueConstraint('subject', 'kind', 'number', name=op.f('uq_terms_subject'))
    )
    op.create_table('challenge_follow',
    sa.Column('challenge_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('since', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['challenge_id'], ['challenge.id'], name=op.f('fk_challenge_follow_challenge_id_challenge')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_challenge_follow_person_id_person')),
    sa.PrimaryKeyConstraint('challenge_id', 'person_id', name=op.f('pk_challenge_follow')),
    sa.UniqueConstraint('person_id', 'challenge_id', name=op.f('uq_challenge_follow_person_id'))
    )
    op.create_table('challenge_remark',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('challenge_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('decision', sa.String(length=20), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('length(text) > 0', name=op.f('ck_challenge_remark_says_something')),
    sa.ForeignKeyConstraint(['challenge_id'], ['challenge.id'], name=op.f('fk_challenge_remark_challenge_id_challenge')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_challenge_remark_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_challenge_remark'))
    )
    with op.batch_alter_table('challenge_remark', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_challenge_remark_challenge_id'), ['challenge_id'], unique=False)

    op.create_table('criterion',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('challenge_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('detail', sa.Text(), nullable=False),
    sa.Column('kind', sa.Enum('must', 'scored', name='challenges_kind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('weight', sa.Integer(), nullable=False),
    sa.CheckConstraint("kind = 'scored' OR weight = 0", name=op.f('ck_criterion_must_weighs_nothing')),
    sa.CheckConstraint('weight BETWEEN 0 AND 100', name=op.f('ck_criterion_weight_in_range')),
    sa.ForeignKeyConstraint(['challenge_id'], ['challenge.id'], name=op.f('fk_criterion_challenge_id_challenge')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_criterion'))
    )
    with op.batch_alter_table('criterion', schema=None) as batch_op:
        batch_op.create_index('ix_criterion_challenge_id', ['challenge_id', 'position'], unique=False)

    op.create_table('entry',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('challenge_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=160), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('state', sa.Enum('draft', 'sealed', 'withdrawn', 'selected', 'not_selected', name='entries_state', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('sealed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("state NOT IN ('sealed', 'selected', 'not_selected') OR sealed_at IS NOT NULL", name=op.f('ck_entry_sealed_has_time')),
    sa.ForeignKeyConstraint(['challenge_id'], ['challenge.id'], name=op.f('fk_entry_challenge_id_challenge')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_entry_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_entry')),
    sa.UniqueConstraint('challenge_id', 'person_id', name=op.f('uq_entry_challenge_id'))
    )
    with op.batch_alter_table('entry', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_entry_challenge_id'), ['challenge_id'], unique=False)
        batch_op.create_index('ix_entry_person', ['person_id', 'id'], unique=False)

    op.create_table('judge',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('challenge_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('state', sa.Enum('appointed', 'accepted', 'declined', 'dismissed', name='judging_state', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('appointed_by', sa.Integer(), nullable=True),
    sa.Column('appointed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('declared_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('declaration', sa.String(length=20), nullable=False),
    sa.Column('said', sa.String(length=500), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("state != 'accepted' OR (declared_at IS NOT NULL AND declaration != '')", name=op.f('ck_judge_accepted_has_declared')),
    sa.ForeignKeyConstraint(['appointed_by'], ['person.id'], name=op.f('fk_judge_appointed_by_person')),
    sa.ForeignKeyConstraint(['challenge_id'], ['challenge.id'], name=op.f('fk_judge_challenge_id_challenge')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_judge_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_judge')),
    sa.UniqueConstraint('challenge_id', 'person_id', name=op.f('uq_judge_challenge_id'))
    )
    with op.batch_alter_table('judge', schema=None) as batch_op:
        batch_op.create_index('ix_judge_person', ['person_id', 'state'], unique=False)

    op.create_table('mail',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('notification_id', sa.Integer(), nullable=True),
    sa.Column('template', sa.String(length=40), nullable=False),
    sa.Column('facts', sa.JSON(), nullable=False),
    sa.Column('state', sa.Enum('queued', 'sent', 'dropped', name='messages_state', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('queued_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name=op.f('ck_mail_sent_has_time')),
    sa.ForeignKeyConstraint(['notification_id'], ['notification.id'], name=op.f('fk_mail_notification_id_notification')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_mail_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_mail'))
    )
    with op.batch_alter_table('mail', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_mail_person_id'), ['person_id'], unique=False)

    op.create_table('signature',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('terms_id', sa.Integer(), nullable=False),
    sa.Column('hash', sa.String(length=64), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=True),
    sa.Column('credential', sa.String(length=40), nullable=False),
    sa.Column('signed_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_signature_organisation_id_organisation')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_signature_person_id_person')),
    sa.ForeignKeyConstraint(['terms_id'], ['terms.id'], name=op.f('fk_signature_terms_id_terms')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_signature')),
    sa.UniqueConstraint('terms_id', 'person_id', name=op.f('uq_signature_terms_id'))
    )
    with op.batch_alter_table('signature', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_signature_person_id'), ['person_id'], unique=False)

    op.create_table('skill',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('plain', sa.String(length=120), nullable=False),
    sa.CheckConstraint('length(plain) > 0', name=op.f('ck_skill_plain')),
    sa.ForeignKeyConstraint(['person_id'], ['profile.person_id'], name=op.f('fk_skill_person_id_profile')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_skill')),
    sa.UniqueConstraint('person_id', 'plain', name=op.f('uq_skill_person_id'))
    )
    with op.batch_alter_table('skill', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_skill_person_id'), ['person_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_skill_plain'), ['plain'], unique=False)

    op.create_table('award',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('challenge_id', sa.Integer(), nullable=False),
    sa.Column('entry_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('gross_minor', sa.BigInteger(), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('fee_bp', sa.Integer(), nullable=False),
    sa.Column('state', sa.Enum('selected', 'signed', 'paid', 'declined', 'lapsed', name='awards_state', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('message', sa.Text(), nullable=False),
    sa.Column('said', sa.String(length=500), nullable=False),
    sa.Column('terms_id', sa.Integer(), nullable=True),
    sa.Column('selected_by', sa.Integer(), nullable=True),
    sa.Column('selected_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('sign_by', sa.DateTime(timezone=True), nullable=False),
    sa.Column('signed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('paid_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("(state = 'paid') = (paid_at IS NOT NULL)", name=op.f('ck_award_paid_has_time')),
    sa.CheckConstraint("state NOT IN ('signed', 'paid') OR (signed_at IS NOT NULL AND terms_id IS NOT NULL)", name=op.f('ck_award_signed_is_whole')),
    sa.CheckConstraint('fee_bp BETWEEN 0 AND 10000', name=op.f('ck_award_fee_in_range')),
    sa.CheckConstraint('gross_minor > 0', name=op.f('ck_award_gross_positive')),
    sa.ForeignKeyConstraint(['challenge_id'], ['challenge.id'], name=op.f('fk_award_challenge_id_challenge')),
    sa.ForeignKeyConstraint(['entry_id'], ['entry.id'], name=op.f('fk_award_entry_id_entry')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_award_person_id_person')),
    sa.ForeignKeyConstraint(['selected_by'], ['person.id'], name=op.f('fk_award_selected_by_person')),
    sa.ForeignKeyConstraint(['terms_id'], ['terms.id'], name=op.f('fk_award_terms_id_terms')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_award')),
    sa.UniqueConstraint('entry_id', name=op.f('uq_award_entry_id'))
    )
    with op.batch_alter_table('award', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_award_challenge_id'), ['challenge_id'], unique=False)
        batch_op.create_index('ix_award_person', ['person_id', 'state'], unique=False)
        batch_op.create_index('uq_award_live', ['challenge_id'], unique=True, sqlite_where=sa.text("state IN ('selected', 'signed', 'paid')"), postgresql_where=sa.text("state IN ('selected', 'signed', 'paid')"))

    op.create_table('entry_file',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('entry_id', sa.Integer(), nullable=False),
    sa.Column('file_id', sa.Integer(), nullable=False),
    sa.Column('added_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['entry_id'], ['entry.id'], name=op.f('fk_entry_file_entry_id_entry')),
    sa.ForeignKeyConstraint(['file_id'], ['file.id'], name=op.f('fk_entry_file_file_id_file')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_entry_file')),
    sa.UniqueConstraint('entry_id', 'file_id', name=op.f('uq_entry_file_entry_id'))
    )
    with op.batch_alter_table('entry_file', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_entry_file_entry_id'), ['entry_id'], unique=False)

    op.create_table('entry_view',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('entry_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('capacity', sa.Enum('judge', 'seeker', 'staff', name='entries_capacity', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('what', sa.String(length=10), nullable=False),
    sa.Column('file_name', sa.String(length=255), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("what IN ('entry', 'file')", name=op.f('ck_entry_view_known_what')),
    sa.ForeignKeyConstraint(['entry_id'], ['entry.id'], name=op.f('fk_entry_view_entry_id_entry')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_entry_view_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_entry_view'))
    )
    with op.batch_alter_table('entry_view', schema=None) as batch_op:
        batch_op.create_index('ix_entry_view_entry', ['entry_id', 'id'], unique=False)

    op.create_table('score',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('judge_id', sa.Integer(), nullable=False),
    sa.Column('entry_id', sa.Integer(), nullable=False),
    sa.Column('criterion_id', sa.Integer(), nullable=False),
    sa.Column('points', sa.Integer(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint('length(reason) > 0', name=op.f('ck_score_has_reason')),
    sa.CheckConstraint('points BETWEEN 0 AND 10', name=op.f('ck_score_points_in_range')),
    sa.ForeignKeyConstraint(['criterion_id'], ['criterion.id'], name=op.f('fk_score_criterion_id_criterion')),
    sa.ForeignKeyConstraint(['entry_id'], ['entry.id'], name=op.f('fk_score_entry_id_entry')),
    sa.ForeignKeyConstraint(['judge_id'], ['judge.id'], name=op.f('fk_score_judge_id_judge')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_score')),
    sa.UniqueConstraint('entry_id', 'criterion_id', 'judge_id', name=op.f('uq_score_entry_id'))
    )
    with op.batch_alter_table('score', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_score_judge_id'), ['judge_id'], unique=False)

    op.create_table('seal',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('entry_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('manifest', sa.JSON(), nullable=False),
    sa.Column('hash', sa.String(length=64), nullable=False),
    sa.Column('sealed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('receipt_no', sa.String(length=40), nullable=False),
    sa.CheckConstraint('length(hash) = 64', name=op.f('ck_seal_whole_hash')),
    sa.CheckConstraint('number > 0', name=op.f('ck_seal_number_counts')),
    sa.ForeignKeyConstraint(['entry_id'], ['entry.id'], name=op.f('fk_seal_entry_id_entry')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_seal')),
    sa.UniqueConstraint('entry_id', 'number', name=op.f('uq_seal_entry_id')),
    sa.UniqueConstraint('hash', name=op.f('uq_seal_hash')),
    sa.UniqueConstraint('receipt_no', name=op.f('uq_seal_receipt_no'))
    )
    # ### end Alembic commands ###
    op.execute(f"INSERT INTO journal_head (id, last_id, hash) VALUES (1, 0, '{'0' * 64}')")
    for guard in SQLITE_GUARDS if op.get_bind().dialect.name == "sqlite" else POSTGRES_GUARDS:
        op.execute(sa.DDL(guard.replace("%", "%%")))


def downgrade() -> None:
    # ### commands auto generated by Alembic - please adjust! ###
    op.drop_table('seal')
    with op.batch_alter_table('score', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_score_judge_id'))

    op.drop_table('score')
    with op.batch_alter_table('entry_view', schema=None) as batch_op:
        batch_op.drop_index('ix_entry_view_entry')

    op.drop_table('entry_view')
    with op.batch_alter_table('entry_file', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_entry_file_entry_id'))

    op.drop_table('entry_file')
    with op.batch_alter_table('award', schema=None) as batch_op:
        batch_op.drop_index('uq_award_live', sqlite_where=sa.text("state IN ('selected', 'signed', 'paid')"), postgresql_where=sa.text("state IN ('selected', 'signed', 'paid')"))
        batch_op.drop_index('ix_award_person')
        batch_op.drop_index(batch_op.f('ix_award_challenge_id'))

    op.drop_table('award')
    with op.batch_alter_table('skill', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_skill_plain'))
        batch_op.drop_index(batch_op.f('ix_skill_person_id'))

    op.drop_table('skill')
    with op.batch_alter_table('signature', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_signature_person_id'))

    op.drop_table('signature')
    with op.batch_alter_table('mail', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_mail_person_id'))

    op.drop_table('mail')
    with op.batch_alter_table('judge', schema=None) as batch_op:
        batch_op.drop_index('ix_judge_person')

    op.drop_table('judge')
    with op.batch_alter_table('entry', schema=None) as batch_op:
        batch_op.drop_index('ix_entry_person')
        batch_op.drop_index(batch_op.f('ix_entry_challenge_id'))

    op.drop_table('entry')
    with op.batch_alter_table('criterion', schema=None) as batch_op:
        batch_op.drop_index('ix_criterion_challenge_id')

    op.drop_table('criterion')
    with op.batch_alter_table('challenge_remark', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_challenge_remark_challenge_id'))

    op.drop_table('challenge_remark')
    op.drop_table('challenge_follow')
    op.drop_table('terms')
    op.drop_table('profile')
    with op.batch_alter_table('posting', schema=None) as batch_op:
        batch_op.drop_index('ix_posting_account')

    op.drop_table('posting')
    with op.batch_alter_table('payout', schema=None) as batch_op:
        batch_op.drop_index('ix_payout_state')
        batch_op.drop_index('ix_payout_owner')

    op.drop_table('payout')
    with op.batch_alter_table('notification', schema=None) as batch_op:
        batch_op.drop_index('ix_notification_unread')
        batch_op.drop_index('ix_notification_inbox')

    op.drop_table('notification')
    with op.batch_alter_table('membership', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_membership_person_id'))

    op.drop_table('membership')
    with op.batch_alter_table('mail_token', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_mail_token_person_id'))

    op.drop_table('mail_token')
    op.drop_table('mail_choice')
    with op.batch_alter_table('login_session', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_login_session_person_id'))

    op.drop_table('login_session')
    with op.batch_alter_table('listing', schema=None) as batch_op:
        batch_op.drop_index('ix_listing_patent_expires_on')
        batch_op.drop_index(batch_op.f('ix_listing_organisation_id'))
        batch_op.drop_index('ix_listing_kind_state')
        batch_op.drop_index('ix_listing_expires_on')

    op.drop_table('listing')
    with op.batch_alter_table('hold', schema=None) as batch_op:
        batch_op.drop_index('ix_hold_organisation')

    op.drop_table('hold')
    with op.batch_alter_table('funding', schema=None) as batch_op:
        batch_op.drop_index('uq_funding_open', sqlite_where=sa.text("state = 'open' AND subject <> ''"), postgresql_where=sa.text("state = 'open' AND subject <> ''"))
        batch_op.drop_index('ix_funding_state')
        batch_op.drop_index('ix_funding_organisation')

    op.drop_table('funding')
    with op.batch_alter_table('file', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_file_sha256'))
        batch_op.drop_index(batch_op.f('ix_file_owner_id'))

    op.drop_table('file')
    with op.batch_alter_table('evidence_item', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_evidence_item_person_id'))

    op.drop_table('evidence_item')
    with op.batch_alter_table('delivery', schema=None) as batch_op:
        batch_op.drop_index('ix_delivery_due')

    op.drop_table('delivery')
    with op.batch_alter_table('challenge', schema=None) as batch_op:
        batch_op.drop_index('ix_challenge_state_closes_at')
        batch_op.drop_index(batch_op.f('ix_challenge_organisation_id'))

    op.drop_table('challenge')
    with op.batch_alter_table('api_key', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_api_key_person_id'))

    op.drop_table('api_key')
    with op.batch_alter_table('transaction', schema=None) as batch_op:
        batch_op.drop_index('ix_transaction_subject')
        batch_op.drop_index('ix_transaction_cause')

    op.drop_table('transaction')
    op.drop_table('person')
    with op.batch_alter_table('organisation', schema=None) as batch_op:
        batch_op.drop_index('ix_organisation_source_name')

    op.drop_table('organisation')
    op.drop_table('once_key')
    op.drop_table('journal_head')
    with op.batch_alter_table('journal', schema=None) as batch_op:
        batch_op.drop_index('ix_journal_subject')
        batch_op.drop_index('ix_journal_scope')

    op.drop_table('journal')
    op.drop_table('index_mark')
    with op.batch_alter_table('account', schema=None) as batch_op:
        batch_op.drop_index('ix_account_subject')

    op.drop_table('account')
    # ### end Alembic commands ###
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION IF EXISTS agreements_only_grow")
        op.execute("DROP FUNCTION IF EXISTS ledger_refuse")
        op.execute("DROP FUNCTION IF EXISTS ledger_takes_posting")
        op.execute("DROP FUNCTION IF EXISTS ledger_begins_open")
        op.execute("DROP FUNCTION IF EXISTS ledger_only_sealed")
        op.execute("DROP FUNCTION IF EXISTS ledger_adds_up")
        op.execute("DROP FUNCTION IF EXISTS ledger_keeps_identity")
        op.execute("DROP FUNCTION IF EXISTS agreements_only_grow")
        op.execute("DROP FUNCTION IF EXISTS seal_is_kept")
        op.execute("DROP FUNCTION IF EXISTS entry_view_is_kept")
