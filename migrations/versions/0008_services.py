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

SQLITE_GUARDS = (
    """\
CREATE TRIGGER instrument_booking_no_overlap_insert AFTER INSERT ON instrument_booking BEGIN 
SELECT RAISE(ABORT, 'bookings of one instrument never overlap')
WHERE NEW.state IN ('requested', 'confirmed', 'done') AND EXISTS (
  SELECT 1 FROM instrument_booking AS other
  WHERE other.instrument_id = NEW.instrument_id AND other.id <> NEW.id AND other.state IN ('requested', 'confirmed', 'done')
    AND other.starts_at < NEW.ends_at AND NEW.starts_at < other.ends_at
); END
""",
    """\
CREATE TRIGGER instrument_booking_no_overlap_update AFTER UPDATE ON instrument_booking BEGIN 
SELECT RAISE(ABORT, 'bookings of one instrument never overlap')
WHERE NEW.state IN ('requested', 'confirmed', 'done') AND EXISTS (
  SELECT 1 FROM instrument_booking AS other
  WHERE other.instrument_id = NEW.instrument_id AND other.id <> NEW.id AND other.state IN ('requested', 'confirmed', 'done')
    AND other.starts_at < NEW.ends_at AND NEW.starts_at < other.ends_at
); END
""",
)

POSTGRES_GUARDS = (
    """\
ALTER TABLE instrument_booking ADD CONSTRAINT ex_instrument_booking_no_overlap EXCLUDE USING gist (int4range(instrument_id, instrument_id, '[]') WITH &&, tstzrange(starts_at, ends_at, '[)') WITH &&) WHERE (state IN ('requested', 'confirmed', 'done'))
""",
)


def upgrade() -> None:
    op.create_table('instrument',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=False),
    sa.Column('author_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=160), nullable=False),
    sa.Column('description', sa.Text(), nullable=False),
    sa.Column('language', sa.String(length=8), nullable=False),
    sa.Column('hourly_minor', sa.BigInteger(), nullable=True),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('zone', sa.String(length=64), nullable=False),
    sa.Column('opens', sa.Integer(), nullable=False),
    sa.Column('closes', sa.Integer(), nullable=False),
    sa.Column('days', sa.JSON(), nullable=False),
    sa.Column('min_minutes', sa.Integer(), nullable=False),
    sa.Column('max_minutes', sa.Integer(), nullable=False),
    sa.Column('lead_hours', sa.Integer(), nullable=False),
    sa.Column('cancel_hours', sa.Integer(), nullable=False),
    sa.Column('audience', sa.Enum('anyone', 'organisations', 'own', name='instruments_audience', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('state', sa.Enum('draft', 'open', 'paused', 'retired', name='instruments_instrumentstate', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint('hourly_minor > 0', name=op.f('ck_instrument_priced_or_free')),
    sa.CheckConstraint('lead_hours >= 0 AND cancel_hours >= 0', name=op.f('ck_instrument_hours_ahead')),
    sa.CheckConstraint('min_minutes >= 15 AND min_minutes <= max_minutes AND max_minutes <= 20160', name=op.f('ck_instrument_lengths')),
    sa.CheckConstraint('opens >= 0 AND opens < closes AND closes <= 1440', name=op.f('ck_instrument_opens_before_it_closes')),
    sa.ForeignKeyConstraint(['author_id'], ['person.id'], name=op.f('fk_instrument_author_id_person')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_instrument_organisation_id_organisation')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_instrument'))
    )
    op.create_index('ix_instrument_organisation', 'instrument', ['organisation_id', 'id'], unique=False)
    op.create_index('ix_instrument_state', 'instrument', ['state', 'id'], unique=False)
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
    op.create_table('instrument_booking',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('instrument_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=True),
    sa.Column('starts_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('purpose', sa.String(length=300), nullable=False),
    sa.Column('price_minor', sa.BigInteger(), nullable=True),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('fee_bp', sa.Integer(), nullable=False),
    sa.Column('state', sa.Enum('requested', 'confirmed', 'declined', 'cancelled', 'done', name='instruments_bookingstate', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("state NOT IN ('declined', 'cancelled') OR reason <> ''", name=op.f('ck_instrument_booking_ended_with_a_reason')),
    sa.CheckConstraint('(price_minor IS NULL) = (organisation_id IS NULL)', name=op.f('ck_instrument_booking_somebody_pays_a_price')),
    sa.CheckConstraint('fee_bp BETWEEN 0 AND 10000', name=op.f('ck_instrument_booking_fee_in_range')),
    sa.CheckConstraint('price_minor > 0', name=op.f('ck_instrument_booking_price_is_more_than_nothing')),
    sa.CheckConstraint('starts_at < ends_at', name=op.f('ck_instrument_booking_ends_after_it_begins')),
    sa.ForeignKeyConstraint(['instrument_id'], ['instrument.id'], name=op.f('fk_instrument_booking_instrument_id_instrument')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_instrument_booking_organisation_id_organisation')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_instrument_booking_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_instrument_booking'))
    )
    op.create_index('ix_instrument_booking_organisation', 'instrument_booking', ['organisation_id', 'id'], unique=False)
    op.create_index('ix_instrument_booking_person', 'instrument_booking', ['person_id', 'id'], unique=False)
    op.create_index('ix_instrument_booking_state', 'instrument_booking', ['state', 'ends_at'], unique=False)
    op.create_index('ix_instrument_booking_time', 'instrument_booking', ['instrument_id', 'starts_at'], unique=False)
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
    op.create_table('service_order',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('quote_id', sa.Integer(), nullable=False),
    sa.Column('service_id', sa.Integer(), nullable=False),
    sa.Column('buyer_id', sa.Integer(), nullable=False),
    sa.Column('lab_id', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=160), nullable=False),
    sa.Column('gross_minor', sa.BigInteger(), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('fee_bp', sa.Integer(), nullable=False),
    sa.Column('turnaround_days', sa.Integer(), nullable=False),
    sa.Column('agreed', sa.JSON(), nullable=False),
    sa.Column('terms_hash', sa.String(length=64), nullable=False),
    sa.Column('state', sa.Enum('awaiting_funds', 'in_progress', 'delivered', 'accepted', 'cancelled', name='orders_state', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('placed_by', sa.Integer(), nullable=False),
    sa.Column('placed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('held_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('accept_by', sa.DateTime(timezone=True), nullable=True),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('remarks', sa.Text(), nullable=False),
    sa.Column('stop_side', sa.Enum('buyer', 'lab', name='orders_side', native_enum=False, create_constraint=True, length=32), nullable=True),
    sa.Column('stop_reason', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("(state IN ('accepted', 'cancelled')) = (closed_at IS NOT NULL)", name=op.f('ck_service_order_closed_has_its_time')),
    sa.CheckConstraint("(stop_side IS NULL) = (stop_reason = '')", name=op.f('ck_service_order_stop_with_a_reason')),
    sa.CheckConstraint("state <> 'cancelled' OR reason <> ''", name=op.f('ck_service_order_cancelled_with_a_reason')),
    sa.CheckConstraint("state <> 'delivered' OR accept_by IS NOT NULL", name=op.f('ck_service_order_delivered_is_answered_by')),
    sa.CheckConstraint("state IN ('awaiting_funds', 'cancelled') OR held_at IS NOT NULL", name=op.f('ck_service_order_works_on_held_money')),
    sa.CheckConstraint('buyer_id <> lab_id', name=op.f('ck_service_order_two_sides')),
    sa.CheckConstraint('gross_minor > 0 AND fee_bp BETWEEN 0 AND 10000', name=op.f('ck_service_order_priced')),
    sa.CheckConstraint('length(terms_hash) = 64', name=op.f('ck_service_order_whole_hash')),
    sa.ForeignKeyConstraint(['buyer_id'], ['organisation.id'], name=op.f('fk_service_order_buyer_id_organisation')),
    sa.ForeignKeyConstraint(['lab_id'], ['organisation.id'], name=op.f('fk_service_order_lab_id_organisation')),
    sa.ForeignKeyConstraint(['placed_by'], ['person.id'], name=op.f('fk_service_order_placed_by_person')),
    sa.ForeignKeyConstraint(['quote_id'], ['quote.id'], name=op.f('fk_service_order_quote_id_quote')),
    sa.ForeignKeyConstraint(['service_id'], ['service.id'], name=op.f('fk_service_order_service_id_service')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_service_order')),
    sa.UniqueConstraint('quote_id', name=op.f('uq_service_order_quote_id'))
    )
    op.create_index('ix_service_order_accept_by', 'service_order', ['state', 'accept_by'], unique=False)
    op.create_index('ix_service_order_buyer', 'service_order', ['buyer_id', 'id'], unique=False)
    op.create_index('ix_service_order_lab', 'service_order', ['lab_id', 'id'], unique=False)
    op.create_table('order_delivery',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('order_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('delivered_by', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('number > 0', name=op.f('ck_order_delivery_number_counts')),
    sa.ForeignKeyConstraint(['delivered_by'], ['person.id'], name=op.f('fk_order_delivery_delivered_by_person')),
    sa.ForeignKeyConstraint(['order_id'], ['service_order.id'], name=op.f('fk_order_delivery_order_id_service_order')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_order_delivery')),
    sa.UniqueConstraint('order_id', 'number', name=op.f('uq_order_delivery_order_id'))
    )
    op.create_table('order_file',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('delivery_id', sa.Integer(), nullable=False),
    sa.Column('file_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['delivery_id'], ['order_delivery.id'], name=op.f('fk_order_file_delivery_id_order_delivery')),
    sa.ForeignKeyConstraint(['file_id'], ['file.id'], name=op.f('fk_order_file_file_id_file')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_order_file')),
    sa.UniqueConstraint('delivery_id', 'file_id', name=op.f('uq_order_file_delivery_id'))
    )
    op.create_index('ix_order_file_file', 'order_file', ['file_id'], unique=False)
    for guard in SQLITE_GUARDS if op.get_bind().dialect.name == "sqlite" else POSTGRES_GUARDS:
        op.execute(sa.DDL(guard.replace("%", "%%")))


def downgrade() -> None:
    op.drop_table('order_file')
    op.drop_table('order_delivery')
    op.drop_table('service_order')
    op.drop_table('quote')
    op.drop_table('instrument_booking')
    op.drop_table('service')
    op.drop_table('quote_request')
    op.drop_table('instrument')
