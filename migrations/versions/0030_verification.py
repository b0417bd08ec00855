"""verification

Revision ID: 0030
Revises: 0029
"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


LEVELS = "'none', 'email', 'domain', 'document'"
COLUMNS = (("person", "vouched"), ("organisation", "level"))


def _add_columns() -> None:
    """With their CHECKs in the column, which both databases take without making the tables anew."""
    for table, column in COLUMNS:
        rule = f"CONSTRAINT {op.f(f'ck_{table}_kernel_level')} CHECK ({column} IN ({LEVELS}))"
        op.execute(f"ALTER TABLE {table} ADD COLUMN {column} VARCHAR(32) DEFAULT 'none' NOT NULL {rule}")


def upgrade() -> None:
    _add_columns()
    op.create_table('declared_affiliation',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=False),
    sa.Column('said_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_declared_affiliation_organisation_id_organisation')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_declared_affiliation_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_declared_affiliation')),
    sa.UniqueConstraint('person_id', 'organisation_id', name=op.f('uq_declared_affiliation_person_id'))
    )
    op.create_index(op.f('ix_declared_affiliation_organisation_id'), 'declared_affiliation', ['organisation_id'], unique=False)
    op.create_table('document_check',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('organisation_id', sa.Integer(), nullable=True),
    sa.Column('kind', sa.Enum('passport', 'identity_card', 'permit', 'register', 'statute', name='verification_documentkind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('country', sa.String(length=2), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('state', sa.Enum('waiting', 'reading', 'accepted', 'rejected', 'withdrawn', 'lapsed', 'revoked', name='verification_state', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('sent_by', sa.Integer(), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('checker_id', sa.Integer(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('identity_hash', sa.String(length=64), nullable=False),
    sa.Column('ending', sa.Text(), nullable=False),
    sa.Column('purge_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("(expires_at IS NULL) = (identity_hash = '')", name=op.f('ck_document_check_accepted_knows_its_number')),
    sa.CheckConstraint("(state IN ('accepted', 'lapsed', 'revoked')) = (expires_at IS NOT NULL)", name=op.f('ck_document_check_accepted_runs_out')),
    sa.CheckConstraint("(state IN ('waiting', 'reading')) = (decided_at IS NULL)", name=op.f('ck_document_check_decided_has_its_time')),
    sa.CheckConstraint("identity_hash = '' OR length(identity_hash) = 64", name=op.f('ck_document_check_whole_hash')),
    sa.CheckConstraint("state <> 'revoked' OR length(ending) > 0", name=op.f('ck_document_check_revoked_with_a_reason')),
    sa.CheckConstraint("state NOT IN ('accepted', 'rejected', 'lapsed', 'revoked') OR length(reason) > 0", name=op.f('ck_document_check_decided_with_a_reason')),
    sa.CheckConstraint("state NOT IN ('reading', 'accepted', 'rejected', 'lapsed', 'revoked') OR checker_id IS NOT NULL", name=op.f('ck_document_check_read_by')),
    sa.CheckConstraint('(decided_at IS NULL) = (purge_at IS NULL)', name=op.f('ck_document_check_decided_is_purged')),
    sa.CheckConstraint('(person_id IS NULL) <> (organisation_id IS NULL)', name=op.f('ck_document_check_of_one_owner')),
    sa.CheckConstraint('checker_id IS NULL OR checker_id <> sent_by', name=op.f('ck_document_check_not_in_ones_own_cause')),
    sa.CheckConstraint('person_id IS NULL OR person_id = sent_by', name=op.f('ck_document_check_shows_ones_own')),
    sa.ForeignKeyConstraint(['checker_id'], ['person.id'], name=op.f('fk_document_check_checker_id_person')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_document_check_organisation_id_organisation')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_document_check_person_id_person')),
    sa.ForeignKeyConstraint(['sent_by'], ['person.id'], name=op.f('fk_document_check_sent_by_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_document_check'))
    )
    op.create_index('ix_document_check_identity', 'document_check', ['identity_hash'], unique=False)
    op.create_index('ix_document_check_organisation', 'document_check', ['organisation_id', 'state'], unique=False)
    op.create_index('ix_document_check_person', 'document_check', ['person_id', 'state'], unique=False)
    op.create_index(op.f('ix_document_check_purge_at'), 'document_check', ['purge_at'], unique=False)
    op.create_index('ix_document_check_state', 'document_check', ['state', 'due_at'], unique=False)
    op.create_index('uq_document_check_organisation_open', 'document_check', ['organisation_id'], unique=True, sqlite_where=sa.text("state IN ('waiting', 'reading')"), postgresql_where=sa.text("state IN ('waiting', 'reading')"))
    op.create_index('uq_document_check_person_open', 'document_check', ['person_id'], unique=True, sqlite_where=sa.text("state IN ('waiting', 'reading')"), postgresql_where=sa.text("state IN ('waiting', 'reading')"))
    op.create_table('domain_proof',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=False),
    sa.Column('domain', sa.String(length=253), nullable=False),
    sa.Column('way', sa.Enum('web', 'email', name='domains_way', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('state', sa.Enum('asked', 'proven', 'lost', name='domains_state', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('token', sa.String(length=64), nullable=False),
    sa.Column('address', sa.String(length=254), nullable=False),
    sa.Column('secret_hash', sa.String(length=64), nullable=True),
    sa.Column('asked_by', sa.Integer(), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('proven_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('looked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('missed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('next_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('trouble', sa.String(length=40), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("(way = 'web') = (token <> '')", name=op.f('ck_domain_proof_web_has_its_token')),
    sa.CheckConstraint("domain = lower(domain) AND domain LIKE '%_._%'", name=op.f('ck_domain_proof_domain')),
    sa.CheckConstraint("state <> 'lost' OR missed_at IS NOT NULL", name=op.f('ck_domain_proof_lost_was_missed')),
    sa.CheckConstraint("state = 'asked' OR proven_at IS NOT NULL", name=op.f('ck_domain_proof_proven_has_its_time')),
    sa.CheckConstraint("way = 'email' OR (address = '' AND secret_hash IS NULL)", name=op.f('ck_domain_proof_web_asks_no_mailbox')),
    sa.CheckConstraint('secret_hash IS NULL OR length(secret_hash) = 64', name=op.f('ck_domain_proof_whole_hash')),
    sa.CheckConstraint('tries >= 0', name=op.f('ck_domain_proof_tries')),
    sa.ForeignKeyConstraint(['asked_by'], ['person.id'], name=op.f('fk_domain_proof_asked_by_person')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_domain_proof_organisation_id_organisation')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_domain_proof')),
    sa.UniqueConstraint('organisation_id', 'domain', 'way', name=op.f('uq_domain_proof_organisation_id')),
    sa.UniqueConstraint('secret_hash', name=op.f('uq_domain_proof_secret_hash'))
    )
    op.create_index('ix_domain_proof_next_at', 'domain_proof', ['next_at'], unique=False)
    op.create_table('integrity_flag',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('mark', sa.String(length=400), nullable=False),
    sa.Column('kind', sa.Enum('affiliation', 'payout', 'device', 'address', 'document', name='integrity_kind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('how', sa.Enum('member', 'domain', 'declared', 'destination', 'seen', 'number', name='integrity_how', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('subject', sa.String(length=60), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('link', sa.String(length=300), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('other_id', sa.Integer(), nullable=True),
    sa.Column('organisation_id', sa.Integer(), nullable=True),
    sa.Column('state', sa.Enum('open', 'dismissed', 'acted', name='integrity_state', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('raised_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('decided_by', sa.Integer(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("(state = 'open') = (decided_at IS NULL)", name=op.f('ck_integrity_flag_decided_has_its_time')),
    sa.CheckConstraint("link LIKE '/%'", name=op.f('ck_integrity_flag_link_stays_here')),
    sa.CheckConstraint("state = 'open' OR (length(reason) > 0 AND decided_by IS NOT NULL)", name=op.f('ck_integrity_flag_decided_has_its_reason')),
    sa.CheckConstraint('decided_by <> person_id AND decided_by <> coalesce(other_id, 0)', name=op.f('ck_integrity_flag_not_in_ones_own_cause')),
    sa.ForeignKeyConstraint(['decided_by'], ['person.id'], name=op.f('fk_integrity_flag_decided_by_person')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_integrity_flag_organisation_id_organisation')),
    sa.ForeignKeyConstraint(['other_id'], ['person.id'], name=op.f('fk_integrity_flag_other_id_person')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_integrity_flag_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_integrity_flag')),
    sa.UniqueConstraint('mark', name=op.f('uq_integrity_flag_mark'))
    )
    op.create_index('ix_integrity_flag_person', 'integrity_flag', ['person_id'], unique=False)
    op.create_index('ix_integrity_flag_state', 'integrity_flag', ['state', 'id'], unique=False)
    op.create_table('sign_in_trace',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('address', 'device', name='integrity_trace', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('hash', sa.String(length=64), nullable=False),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('length(hash) = 64', name=op.f('ck_sign_in_trace_whole_hash')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_sign_in_trace_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sign_in_trace')),
    sa.UniqueConstraint('person_id', 'kind', 'hash', name=op.f('uq_sign_in_trace_person_id'))
    )
    op.create_index('ix_sign_in_trace_hash', 'sign_in_trace', ['kind', 'hash'], unique=False)
    op.create_index('ix_sign_in_trace_seen', 'sign_in_trace', ['seen_at'], unique=False)
    op.create_table('document_file',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('check_id', sa.Integer(), nullable=False),
    sa.Column('place', sa.Integer(), nullable=False),
    sa.Column('blob', sa.String(length=40), nullable=False),
    sa.Column('sealed_key', sa.String(length=200), nullable=False),
    sa.Column('sealed_name', sa.Text(), nullable=False),
    sa.Column('media_type', sa.String(length=100), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('purged_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(purged_at IS NULL) = (sealed_key <> '')", name=op.f('ck_document_file_purged_has_no_key')),
    sa.CheckConstraint("(purged_at IS NULL) = (sealed_name <> '')", name=op.f('ck_document_file_purged_has_no_name')),
    sa.CheckConstraint('place > 0 AND size > 0', name=op.f('ck_document_file_counts')),
    sa.ForeignKeyConstraint(['check_id'], ['document_check.id'], name=op.f('fk_document_file_check_id_document_check')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_document_file')),
    sa.UniqueConstraint('blob', name=op.f('uq_document_file_blob')),
    sa.UniqueConstraint('check_id', 'place', name=op.f('uq_document_file_check_id'))
    )


def downgrade() -> None:
    op.drop_table('document_file')
    op.drop_table('sign_in_trace')
    op.drop_table('integrity_flag')
    op.drop_table('domain_proof')
    op.drop_table('document_check')
    op.drop_table('declared_affiliation')
    for table, column in COLUMNS:
        op.drop_column(table, column)
