"""services

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('quote_request',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=False),
    sa.Column('author_id', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=160), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('quantity', sa.String(length=120), nullable=False),
    sa.Column('quotes_by', sa.DateTime(timezone=True), nullable=False),
    sa.Column('needed_by', sa.Date(), nullable=True),
    sa.Column('state', sa.Enum('open', 'comparing', 'chosen', 'closed', name='quotes_requeststate', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("(state IN ('open', 'comparing')) = (closed_at IS NULL)", name=op.f('ck_quote_request_closed_has_its_time')),
    sa.CheckConstraint("state <> 'closed' OR reason <> ''", name=op.f('ck_quote_request_closed_with_a_reason')),
    sa.ForeignKeyConstraint(['author_id'], ['person.id'], name=op.f('fk_quote_request_author_id_person')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_quote_request_organisation_id_organisation')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_quote_request'))
    )
    op.create_index('ix_quote_request_due', 'quote_request', ['state', 'quotes_by'], unique=False)
    op.create_index('ix_quote_request_organisation', 'quote_request', ['organisation_id', 'id'], unique=False)
    op.create_table('service',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=False),
    sa.Column('author_id', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=160), nullable=False),
    sa.Column('summary', sa.Text(), nullable=False),
    sa.Column('description', sa.Text(), nullable=False),
    sa.Column('language', sa.String(length=8), nullable=False),
    sa.Column('sector', sa.Enum('aerospace', 'agriculture', 'automotive', 'biotech', 'chemistry', 'climate', 'communications', 'construction', 'consumer', 'data', 'defence', 'education', 'electronics', 'energy', 'health', 'manufacturing', 'materials', 'optics', 'robotics', 'sensors', 'software', 'water', name='kernel_sector', native_enum=False, create_constraint=True, length=32), nullable=True),
    sa.Column('unit', sa.String(length=60), nullable=False),
    sa.Column('price_from_minor', sa.BigInteger(), nullable=True),
    sa.Column('price_to_minor', sa.BigInteger(), nullable=True),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('turnaround_days', sa.Integer(), nullable=True),
    sa.Column('languages', sa.JSON(), nullable=False),
    sa.Column('send_us', sa.Text(), nullable=False),
    sa.Column('state', sa.Enum('draft', 'in_review', 'published', 'withdrawn', name='services_state', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('remarks', sa.Text(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('submitted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("state <> 'published' OR published_at IS NOT NULL", name=op.f('ck_service_published_is_dated')),
    sa.CheckConstraint('price_from_minor > 0 AND (price_to_minor IS NULL OR price_to_minor >= price_from_minor)', name=op.f('ck_service_price_range')),
    sa.CheckConstraint('price_to_minor IS NULL OR price_from_minor IS NOT NULL', name=op.f('ck_service_price_has_its_start')),
    sa.CheckConstraint('turnaround_days BETWEEN 1 AND 730', name=op.f('ck_service_turnaround_in_range')),
    sa.ForeignKeyConstraint(['author_id'], ['person.id'], name=op.f('fk_service_author_id_person')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_service_organisation_id_organisation')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_service'))
    )
    op.create_index('ix_service_organisation', 'service', ['organisation_id', 'state'], unique=False)
    op.create_index('ix_service_state', 'service', ['state', 'published_at', 'id'], unique=False)
    op.create_table('quote',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('request_id', sa.Integer(), nullable=False),
    sa.Column('service_id', sa.Integer(), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=False),
    sa.Column('state', sa.Enum('asked', 'given', 'declined', 'lapsed', 'chosen', 'passed_over', name='quotes_quotestate', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('lines', sa.JSON(), nullable=False),
    sa.Column('gross_minor', sa.BigInteger(), nullable=True),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('fee_bp', sa.Integer(), nullable=True),
    sa.Column('turnaround_days', sa.Integer(), nullable=True),
    sa.Column('valid_until', sa.Date(), nullable=True),
    sa.Column('terms', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('answered_by', sa.Integer(), nullable=True),
    sa.Column('given_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("state NOT IN ('declined', 'passed_over') OR reason <> ''", name=op.f('ck_quote_refused_with_a_reason')),
    sa.CheckConstraint("state NOT IN ('given', 'chosen') OR (gross_minor > 0 AND fee_bp BETWEEN 0 AND 10000 AND given_at IS NOT NULL AND valid_until IS NOT NULL AND turnaround_days BETWEEN 1 AND 730)", name=op.f('ck_quote_given_is_whole')),
    sa.ForeignKeyConstraint(['answered_by'], ['person.id'], name=op.f('fk_quote_answered_by_person')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_quote_organisation_id_organisation')),
    sa.ForeignKeyConstraint(['request_id'], ['quote_request.id'], name=op.f('fk_quote_request_id_quote_request')),
    sa.ForeignKeyConstraint(['service_id'], ['service.id'], name=op.f('fk_quote_service_id_service')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_quote')),
    sa.UniqueConstraint('request_id', 'service_id', name=op.f('uq_quote_request_id'))
    )
    op.create_index('ix_quote_organisation', 'quote', ['organisation_id', 'id'], unique=False)
    op.create_index(op.f('ix_quote_service_id'), 'quote', ['service_id'], unique=False)
    op.create_index('uq_quote_chosen', 'quote', ['request_id'], unique=True, sqlite_where=sa.text("state = 'chosen'"), postgresql_where=sa.text("state = 'chosen'"))


def downgrade() -> None:
    op.drop_table('quote')
    op.drop_table('service')
    op.drop_table('quote_request')
