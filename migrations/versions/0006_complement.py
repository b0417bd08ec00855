"""complement

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

from hub.db.migrating import change_values

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    change_values(op, "terms", "kind", name="agreements_kind", add=["developer"])
    op.create_table('platform',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('slug', sa.String(length=80), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=False),
    sa.Column('author_id', sa.Integer(), nullable=True),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('summary', sa.Text(), nullable=False),
    sa.Column('about', sa.Text(), nullable=False),
    sa.Column('language', sa.String(length=8), nullable=False),
    sa.Column('public_part', sa.Text(), nullable=False),
    sa.Column('nda_part', sa.Text(), nullable=False),
    sa.Column('proprietary_part', sa.Text(), nullable=False),
    sa.Column('secrecy_years', sa.Integer(), nullable=False),
    sa.Column('review_days', sa.Integer(), nullable=False),
    sa.Column('share_bp', sa.Integer(), nullable=False),
    sa.Column('state', sa.Enum('draft', 'open', 'closed', name='platforms_state', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('terms_id', sa.Integer(), nullable=True),
    sa.Column('source_key', sa.String(length=40), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("state = 'draft' OR opened_at IS NOT NULL", name=op.f('ck_platform_open_is_dated')),
    sa.CheckConstraint("state = 'draft' OR source_key IS NOT NULL OR terms_id IS NOT NULL", name=op.f('ck_platform_open_has_agreement')),
    sa.CheckConstraint('review_days BETWEEN 1 AND 60', name=op.f('ck_platform_promises_days')),
    sa.CheckConstraint('secrecy_years BETWEEN 1 AND 30', name=op.f('ck_platform_secrecy_in_range')),
    sa.CheckConstraint('share_bp BETWEEN 0 AND 5000', name=op.f('ck_platform_share_in_range')),
    sa.CheckConstraint('source_key IS NOT NULL OR author_id IS NOT NULL', name=op.f('ck_platform_has_author')),
    sa.ForeignKeyConstraint(['author_id'], ['person.id'], name=op.f('fk_platform_author_id_person')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_platform_organisation_id_organisation')),
    sa.ForeignKeyConstraint(['terms_id'], ['terms.id'], name=op.f('fk_platform_terms_id_terms')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_platform')),
    sa.UniqueConstraint('slug', name=op.f('uq_platform_slug')),
    sa.UniqueConstraint('source_key', name=op.f('uq_platform_source_key'))
    )
    op.create_index(op.f('ix_platform_organisation_id'), 'platform', ['organisation_id'], unique=False)
    op.create_index('ix_platform_state', 'platform', ['state', 'opened_at'], unique=False)
    op.create_table('product',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('platform_id', sa.Integer(), nullable=False),
    sa.Column('slug', sa.String(length=80), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=True),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('summary', sa.Text(), nullable=False),
    sa.Column('description', sa.Text(), nullable=False),
    sa.Column('language', sa.String(length=8), nullable=False),
    sa.Column('sector', sa.Enum('aerospace', 'agriculture', 'automotive', 'biotech', 'chemistry', 'climate', 'communications', 'construction', 'consumer', 'data', 'defence', 'education', 'electronics', 'energy', 'health', 'manufacturing', 'materials', 'optics', 'robotics', 'sensors', 'software', 'water', name='kernel_sector', native_enum=False, create_constraint=True, length=32), nullable=True),
    sa.Column('categories', sa.JSON(), nullable=False),
    sa.Column('homepage', sa.String(length=500), nullable=False),
    sa.Column('source_url', sa.String(length=500), nullable=False),
    sa.Column('licence', sa.String(length=200), nullable=False),
    sa.Column('stated', sa.String(length=200), nullable=False),
    sa.Column('state', sa.Enum('draft', 'in_review', 'listed', 'returned', 'withdrawn', name='products_state', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('listed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('source', sa.String(length=40), nullable=False),
    sa.Column('source_key', sa.String(length=300), nullable=True),
    sa.Column('source_hash', sa.String(length=64), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("source_key IS NULL OR source <> ''", name=op.f('ck_product_source_is_named')),
    sa.CheckConstraint("state <> 'listed' OR listed_at IS NOT NULL", name=op.f('ck_product_listed_is_dated')),
    sa.CheckConstraint('(organisation_id IS NULL) <> (person_id IS NULL)', name=op.f('ck_product_one_vendor')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_product_organisation_id_organisation')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_product_person_id_person')),
    sa.ForeignKeyConstraint(['platform_id'], ['platform.id'], name=op.f('fk_product_platform_id_platform')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_product')),
    sa.UniqueConstraint('platform_id', 'slug', name=op.f('uq_product_platform_id')),
    sa.UniqueConstraint('source_key', name=op.f('uq_product_source_key'))
    )
    op.create_index(op.f('ix_product_organisation_id'), 'product', ['organisation_id'], unique=False)
    op.create_index(op.f('ix_product_person_id'), 'product', ['person_id'], unique=False)
    op.create_index('ix_product_platform_state', 'product', ['platform_id', 'state', 'listed_at'], unique=False)
    op.create_table('product_rating',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('product_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('stars', sa.Integer(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('number', sa.Text(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('reply', sa.Text(), nullable=False),
    sa.Column('replied_by', sa.Integer(), nullable=True),
    sa.Column('replied_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("(replied_at IS NULL) = (reply = '')", name=op.f('ck_product_rating_reply_is_whole')),
    sa.CheckConstraint('stars BETWEEN 1 AND 5', name=op.f('ck_product_rating_stars_in_range')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_product_rating_person_id_person')),
    sa.ForeignKeyConstraint(['product_id'], ['product.id'], name=op.f('fk_product_rating_product_id_product')),
    sa.ForeignKeyConstraint(['replied_by'], ['person.id'], name=op.f('fk_product_rating_replied_by_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_product_rating')),
    sa.UniqueConstraint('product_id', 'person_id', name=op.f('uq_product_rating_product_id'))
    )
    op.create_index(op.f('ix_product_rating_person_id'), 'product_rating', ['person_id'], unique=False)
    op.create_table('product_release',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('product_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.String(length=64), nullable=False),
    sa.Column('notes', sa.Text(), nullable=False),
    sa.Column('licence', sa.String(length=200), nullable=False),
    sa.Column('file_id', sa.Integer(), nullable=False),
    sa.Column('filename', sa.String(length=120), nullable=False),
    sa.Column('size', sa.BigInteger(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('state', sa.Enum('in_review', 'approved', 'returned', 'recalled', 'yanked', name='products_stage', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('author_id', sa.Integer(), nullable=False),
    sa.Column('terms_id', sa.Integer(), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('yanked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('yank_reason', sa.Text(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("state <> 'yanked' OR (yanked_at IS NOT NULL AND yank_reason <> '')", name=op.f('ck_product_release_yank_has_reason')),
    sa.CheckConstraint("state NOT IN ('approved', 'returned') OR decided_at IS NOT NULL", name=op.f('ck_product_release_decision_is_dated')),
    sa.CheckConstraint('length(sha256) = 64', name=op.f('ck_product_release_whole_hash')),
    sa.CheckConstraint('size > 0', name=op.f('ck_product_release_not_empty')),
    sa.ForeignKeyConstraint(['author_id'], ['person.id'], name=op.f('fk_product_release_author_id_person')),
    sa.ForeignKeyConstraint(['file_id'], ['file.id'], name=op.f('fk_product_release_file_id_file')),
    sa.ForeignKeyConstraint(['product_id'], ['product.id'], name=op.f('fk_product_release_product_id_product')),
    sa.ForeignKeyConstraint(['terms_id'], ['terms.id'], name=op.f('fk_product_release_terms_id_terms')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_product_release'))
    )
    op.create_index(op.f('ix_product_release_product_id'), 'product_release', ['product_id'], unique=False)
    op.create_index('ix_product_release_state', 'product_release', ['state', 'sent_at'], unique=False)
    op.create_index('uq_product_release_in_review', 'product_release', ['product_id'], unique=True, sqlite_where=sa.text("state = 'in_review'"), postgresql_where=sa.text("state = 'in_review'"))
    op.create_index('uq_product_release_number', 'product_release', ['product_id', 'number'], unique=True, sqlite_where=sa.text("state IN ('in_review', 'approved', 'yanked')"), postgresql_where=sa.text("state IN ('in_review', 'approved', 'yanked')"))
    op.create_table('entitlement',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('product_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('organisation_id', sa.Integer(), nullable=True),
    sa.Column('since', sa.DateTime(timezone=True), nullable=False),
    sa.Column('state', sa.Enum('active', 'ended', 'revoked', name='store_state', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('serial', sa.Integer(), nullable=False),
    sa.Column('release_id', sa.Integer(), nullable=True),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("state <> 'revoked' OR reason <> ''", name=op.f('ck_entitlement_revoked_has_reason')),
    sa.CheckConstraint('(organisation_id IS NULL) <> (person_id IS NULL)', name=op.f('ck_entitlement_one_holder')),
    sa.CheckConstraint('serial > 0', name=op.f('ck_entitlement_serial_counts')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_entitlement_organisation_id_organisation')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_entitlement_person_id_person')),
    sa.ForeignKeyConstraint(['product_id'], ['product.id'], name=op.f('fk_entitlement_product_id_product')),
    sa.ForeignKeyConstraint(['release_id'], ['product_release.id'], name=op.f('fk_entitlement_release_id_product_release')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_entitlement')),
    sa.UniqueConstraint('product_id', 'organisation_id', name='uq_entitlement_organisation'),
    sa.UniqueConstraint('product_id', 'person_id', name='uq_entitlement_person')
    )
    op.create_index('ix_entitlement_organisation', 'entitlement', ['organisation_id', 'state'], unique=False)
    op.create_index('ix_entitlement_person', 'entitlement', ['person_id', 'state'], unique=False)
    op.create_table('product_decision',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('product_id', sa.Integer(), nullable=False),
    sa.Column('release_id', sa.Integer(), nullable=True),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('verdict', sa.String(length=20), nullable=False),
    sa.Column('reasons', sa.JSON(), nullable=False),
    sa.Column('remarks', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("verdict = 'approved' OR length(remarks) > 0", name=op.f('ck_product_decision_no_silent_rejection')),
    sa.CheckConstraint("verdict IN ('approved', 'returned', 'taken_off')", name=op.f('ck_product_decision_known_verdict')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_product_decision_person_id_person')),
    sa.ForeignKeyConstraint(['product_id'], ['product.id'], name=op.f('fk_product_decision_product_id_product')),
    sa.ForeignKeyConstraint(['release_id'], ['product_release.id'], name=op.f('fk_product_decision_release_id_product_release')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_product_decision'))
    )
    op.create_index(op.f('ix_product_decision_product_id'), 'product_decision', ['product_id'], unique=False)


def downgrade() -> None:
    op.drop_table('product_decision')
    op.drop_table('entitlement')
    op.drop_table('product_release')
    op.drop_table('product_rating')
    op.drop_table('product')
    op.drop_table('platform')
    change_values(op, "terms", "kind", name="agreements_kind", drop=["developer"])
