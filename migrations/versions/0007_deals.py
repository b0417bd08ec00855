"""deals

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

from hub.db.migrating import change_values

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

SQLITE_GUARDS = (
    """\
CREATE TRIGGER annex_look_no_UPDATE BEFORE UPDATE ON annex_look BEGIN SELECT RAISE(ABORT, 'a look is never unsaid'); END
""",
    """\
CREATE TRIGGER annex_look_no_DELETE BEFORE DELETE ON annex_look BEGIN SELECT RAISE(ABORT, 'a look is never unsaid'); END
""",
)

POSTGRES_GUARDS = (
    """\
CREATE OR REPLACE FUNCTION annex_look_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'a look is never unsaid' USING ERRCODE = 'integrity_constraint_violation'; END $$
""",
    """\
CREATE TRIGGER annex_look_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON annex_look EXECUTE FUNCTION annex_look_is_kept()
""",
)


def upgrade() -> None:
    change_values(op, "terms", "kind", name="agreements_kind", add=["nda"])
    op.add_column("listing", sa.Column("owner_shown", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.create_table('annex',
    sa.Column('listing_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['listing_id'], ['listing.id'], name=op.f('fk_annex_listing_id_listing')),
    sa.PrimaryKeyConstraint('listing_id', name=op.f('pk_annex'))
    )
    op.create_table('deal',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('listing_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=True),
    sa.Column('proposes', sa.Enum('licence', 'sale', 'joint', 'service', name='listings_deal', native_enum=False, create_constraint=True, length=32), nullable=True),
    sa.Column('message', sa.Text(), nullable=False),
    sa.Column('party_kind', sa.Enum('company', 'university', 'agency', 'foundation', 'lab', 'individual', name='organisations_kind', native_enum=False, create_constraint=True, length=32), nullable=True),
    sa.Column('party_country', sa.String(length=2), nullable=False),
    sa.Column('domain_checked', sa.Boolean(), nullable=False),
    sa.Column('state', sa.Enum('interested', 'declined', 'accepted', 'signed', 'revealed', 'closed_deal', 'closed_no_deal', 'expired', name='deals_state', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('terms_id', sa.Integer(), nullable=True),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('answer_by', sa.DateTime(timezone=True), nullable=False),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('owner_signed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('owner_signer_id', sa.Integer(), nullable=True),
    sa.Column('party_signed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('revealed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('closed_by', sa.Enum('owner', 'party', name='deals_side', native_enum=False, create_constraint=True, length=32), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('reminded_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('unsilent_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("state IN ('interested', 'expired', 'closed_no_deal') OR answered_at IS NOT NULL", name=op.f('ck_deal_answer_is_dated')),
    sa.CheckConstraint("state NOT IN ('declined', 'closed_deal', 'closed_no_deal') OR (closed_by IS NOT NULL AND closed_at IS NOT NULL)", name=op.f('ck_deal_close_is_whole')),
    sa.CheckConstraint("state NOT IN ('declined', 'closed_deal', 'closed_no_deal') OR length(reason) > 0", name=op.f('ck_deal_close_has_reason')),
    sa.CheckConstraint("state NOT IN ('revealed', 'closed_deal') OR (revealed_at IS NOT NULL AND owner_signed_at IS NOT NULL AND party_signed_at IS NOT NULL)", name=op.f('ck_deal_names_after_both_signed')),
    sa.CheckConstraint('answered_at IS NULL OR answered_at >= asked_at', name=op.f('ck_deal_answer_follows')),
    sa.CheckConstraint('revealed_at IS NULL OR (owner_signed_at IS NOT NULL AND party_signed_at IS NOT NULL)', name=op.f('ck_deal_revealed_is_signed')),
    sa.ForeignKeyConstraint(['listing_id'], ['listing.id'], name=op.f('fk_deal_listing_id_listing')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_deal_organisation_id_organisation')),
    sa.ForeignKeyConstraint(['owner_signer_id'], ['person.id'], name=op.f('fk_deal_owner_signer_id_person')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_deal_person_id_person')),
    sa.ForeignKeyConstraint(['terms_id'], ['terms.id'], name=op.f('fk_deal_terms_id_terms')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_deal'))
    )
    op.create_index('ix_deal_listing', 'deal', ['listing_id', 'asked_at'], unique=False)
    op.create_index('ix_deal_organisation', 'deal', ['organisation_id', 'id'], unique=False)
    op.create_index('ix_deal_person', 'deal', ['person_id', 'id'], unique=False)
    op.create_index('ix_deal_silence', 'deal', ['state', 'unsilent_at'], unique=False)
    op.create_index('uq_deal_one_open', 'deal', ['listing_id', 'person_id'], unique=True, sqlite_where=sa.text("state IN ('accepted', 'interested', 'revealed', 'signed')"), postgresql_where=sa.text("state IN ('accepted', 'interested', 'revealed', 'signed')"))
    op.create_table('annex_file',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('listing_id', sa.Integer(), nullable=False),
    sa.Column('file_id', sa.Integer(), nullable=False),
    sa.Column('added_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['file_id'], ['file.id'], name=op.f('fk_annex_file_file_id_file')),
    sa.ForeignKeyConstraint(['listing_id'], ['annex.listing_id'], name=op.f('fk_annex_file_listing_id_annex')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_annex_file')),
    sa.UniqueConstraint('listing_id', 'file_id', name=op.f('uq_annex_file_listing_id'))
    )
    op.create_index(op.f('ix_annex_file_listing_id'), 'annex_file', ['listing_id'], unique=False)
    op.create_table('annex_look',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('listing_id', sa.Integer(), nullable=False),
    sa.Column('deal_id', sa.Integer(), nullable=True),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('what', sa.Enum('text', 'file', name='deals_looked', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('file_name', sa.String(length=255), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['deal_id'], ['deal.id'], name=op.f('fk_annex_look_deal_id_deal')),
    sa.ForeignKeyConstraint(['listing_id'], ['annex.listing_id'], name=op.f('fk_annex_look_listing_id_annex')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_annex_look_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_annex_look'))
    )
    op.create_index('ix_annex_look_listing', 'annex_look', ['listing_id', 'id'], unique=False)
    op.create_table('deal_post',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('deal_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('side', sa.Enum('owner', 'party', name='deals_side', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('length(body) > 0', name=op.f('ck_deal_post_says_something')),
    sa.ForeignKeyConstraint(['deal_id'], ['deal.id'], name=op.f('fk_deal_post_deal_id_deal')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_deal_post_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_deal_post'))
    )
    op.create_index('ix_deal_post_deal', 'deal_post', ['deal_id', 'id'], unique=False)
    for guard in SQLITE_GUARDS if op.get_bind().dialect.name == "sqlite" else POSTGRES_GUARDS:
        op.execute(sa.DDL(guard.replace("%", "%%")))


def downgrade() -> None:
    op.drop_table('deal_post')
    op.drop_table('annex_look')
    op.drop_table('annex_file')
    op.drop_table('deal')
    op.drop_table('annex')
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION IF EXISTS annex_look_is_kept")
    op.drop_column("listing", "owner_shown")
    change_values(op, "terms", "kind", name="agreements_kind", drop=["nda"])
