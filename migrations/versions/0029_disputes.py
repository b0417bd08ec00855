"""disputes

Revision ID: 0029
Revises: 0028
"""

import sqlalchemy as sa
from alembic import op

from hub.db.migrating import change_values

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("notification", "mail_choice"):
        change_values(op, table, "kind", name="messages_kind", add=("dispute",))
    op.add_column('service_order', sa.Column('sent_back_at', sa.DateTime(timezone=True), nullable=True))
    op.execute(
        "UPDATE service_order SET sent_back_at = (SELECT max(journal.at) FROM journal WHERE journal.kind = 'OrderSentBack' "
        "AND journal.subject = 'order:' || service_order.id) WHERE state = 'in_progress' AND remarks <> ''"
    )
    op.create_table('dispute',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('subject', sa.String(length=80), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('opener_person_id', sa.Integer(), nullable=True),
    sa.Column('opener_organisation_id', sa.Integer(), nullable=True),
    sa.Column('other_person_id', sa.Integer(), nullable=True),
    sa.Column('other_organisation_id', sa.Integer(), nullable=True),
    sa.Column('opened_by', sa.Integer(), nullable=False),
    sa.Column('ground', sa.Enum('as_agreed', 'not_delivered', 'wrong_reason', 'procedure', 'interest', 'used', 'not_as_described', 'other', name='disputes_ground', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('decision', sa.Text(), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('state', sa.Enum('opened', 'talking', 'waiting', 'mediation', 'proposed', 'settled', 'decided', 'withdrawn', name='disputes_state', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reminded_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('held_for', sa.String(length=80), nullable=False),
    sa.Column('stake_minor', sa.BigInteger(), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('secured', sa.Boolean(), nullable=False),
    sa.Column('mediator_id', sa.Integer(), nullable=True),
    sa.Column('declared_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('proposed', sa.Boolean(), nullable=False),
    sa.Column('outcome', sa.String(length=40), nullable=False),
    sa.Column('label', sa.String(length=120), nullable=False),
    sa.Column('minor', sa.BigInteger(), nullable=False),
    sa.Column('effects', sa.JSON(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("(state IN ('opened', 'talking', 'waiting', 'mediation', 'proposed')) = (closed_at IS NULL)", name=op.f('ck_dispute_closed_has_its_time')),
    sa.CheckConstraint("(state IN ('opened', 'talking', 'waiting', 'mediation', 'proposed')) = (due_at IS NOT NULL)", name=op.f('ck_dispute_open_has_a_clock')),
    sa.CheckConstraint("(state IN ('settled', 'decided')) = (outcome <> '')", name=op.f('ck_dispute_ended_has_an_outcome')),
    sa.CheckConstraint("state NOT IN ('decided', 'withdrawn') OR reason <> ''", name=op.f('ck_dispute_ended_with_a_reason')),
    sa.CheckConstraint("state NOT IN ('mediation', 'proposed', 'decided') OR mediator_id IS NOT NULL", name=op.f('ck_dispute_mediated_by_somebody')),
    sa.CheckConstraint("state NOT IN ('proposed', 'decided') OR declared_at IS NOT NULL", name=op.f('ck_dispute_mediator_has_declared')),
    sa.CheckConstraint('(opener_person_id IS NULL) <> (opener_organisation_id IS NULL)', name=op.f('ck_dispute_one_opener')),
    sa.CheckConstraint('(other_person_id IS NULL) <> (other_organisation_id IS NULL)', name=op.f('ck_dispute_one_other_side')),
    sa.CheckConstraint('declared_at IS NULL OR mediator_id IS NOT NULL', name=op.f('ck_dispute_declared_by_somebody')),
    sa.CheckConstraint('mediator_id IS NULL OR opener_person_id IS NULL OR mediator_id <> opener_person_id', name=op.f('ck_dispute_not_the_opener')),
    sa.CheckConstraint('mediator_id IS NULL OR other_person_id IS NULL OR mediator_id <> other_person_id', name=op.f('ck_dispute_not_the_other_side')),
    sa.CheckConstraint('opener_organisation_id IS NULL OR opener_organisation_id <> other_organisation_id', name=op.f('ck_dispute_two_organisations')),
    sa.CheckConstraint('opener_person_id IS NULL OR opener_person_id <> other_person_id', name=op.f('ck_dispute_two_people')),
    sa.CheckConstraint('stake_minor >= 0 AND minor >= 0', name=op.f('ck_dispute_amounts')),
    sa.ForeignKeyConstraint(['mediator_id'], ['person.id'], name=op.f('fk_dispute_mediator_id_person')),
    sa.ForeignKeyConstraint(['opened_by'], ['person.id'], name=op.f('fk_dispute_opened_by_person')),
    sa.ForeignKeyConstraint(['opener_organisation_id'], ['organisation.id'], name=op.f('fk_dispute_opener_organisation_id_organisation')),
    sa.ForeignKeyConstraint(['opener_person_id'], ['person.id'], name=op.f('fk_dispute_opener_person_id_person')),
    sa.ForeignKeyConstraint(['other_organisation_id'], ['organisation.id'], name=op.f('fk_dispute_other_organisation_id_organisation')),
    sa.ForeignKeyConstraint(['other_person_id'], ['person.id'], name=op.f('fk_dispute_other_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_dispute'))
    )
    op.create_index('ix_dispute_clock', 'dispute', ['state', 'due_at'], unique=False)
    op.create_index('ix_dispute_held', 'dispute', ['held_for', 'state'], unique=False)
    op.create_index('ix_dispute_mediator', 'dispute', ['mediator_id', 'id'], unique=False)
    op.create_index('ix_dispute_opener_organisation', 'dispute', ['opener_organisation_id', 'id'], unique=False)
    op.create_index('ix_dispute_opener_person', 'dispute', ['opener_person_id', 'id'], unique=False)
    op.create_index('ix_dispute_other_organisation', 'dispute', ['other_organisation_id', 'id'], unique=False)
    op.create_index('ix_dispute_other_person', 'dispute', ['other_person_id', 'id'], unique=False)
    op.create_index('ix_dispute_subject', 'dispute', ['subject', 'id'], unique=False)
    op.create_index('uq_dispute_open', 'dispute', ['subject'], unique=True, sqlite_where=sa.text("state IN ('opened', 'talking', 'waiting', 'mediation', 'proposed')"), postgresql_where=sa.text("state IN ('opened', 'talking', 'waiting', 'mediation', 'proposed')"))
    op.create_table('dispute_offer',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('dispute_id', sa.Integer(), nullable=False),
    sa.Column('role', sa.Enum('opener', 'other', 'mediator', name='disputes_role', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('outcome', sa.String(length=40), nullable=False),
    sa.Column('label', sa.String(length=120), nullable=False),
    sa.Column('minor', sa.BigInteger(), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('effects', sa.JSON(), nullable=False),
    sa.Column('words', sa.Text(), nullable=False),
    sa.Column('state', sa.Enum('open', 'accepted', 'refused', 'lapsed', name='disputes_offerstate', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('opener_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('opener_by', sa.Integer(), nullable=True),
    sa.Column('other_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('other_by', sa.Integer(), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(state = 'open') = (ended_at IS NULL)", name=op.f('ck_dispute_offer_ended_has_its_time')),
    sa.CheckConstraint("role <> 'opener' OR opener_at IS NOT NULL", name=op.f('ck_dispute_offer_opener_stands_by_it')),
    sa.CheckConstraint("role <> 'other' OR other_at IS NOT NULL", name=op.f('ck_dispute_offer_other_stands_by_it')),
    sa.CheckConstraint("state <> 'accepted' OR (opener_at IS NOT NULL AND other_at IS NOT NULL)", name=op.f('ck_dispute_offer_accepted_by_both')),
    sa.CheckConstraint('(opener_at IS NULL) = (opener_by IS NULL)', name=op.f('ck_dispute_offer_opener_is_somebody')),
    sa.CheckConstraint('(other_at IS NULL) = (other_by IS NULL)', name=op.f('ck_dispute_offer_other_is_somebody')),
    sa.CheckConstraint('minor >= 0', name=op.f('ck_dispute_offer_amount')),
    sa.ForeignKeyConstraint(['dispute_id'], ['dispute.id'], name=op.f('fk_dispute_offer_dispute_id_dispute')),
    sa.ForeignKeyConstraint(['opener_by'], ['person.id'], name=op.f('fk_dispute_offer_opener_by_person')),
    sa.ForeignKeyConstraint(['other_by'], ['person.id'], name=op.f('fk_dispute_offer_other_by_person')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_dispute_offer_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_dispute_offer'))
    )
    op.create_index('ix_dispute_offer_dispute', 'dispute_offer', ['dispute_id', 'id'], unique=False)
    op.create_index('uq_dispute_offer_open', 'dispute_offer', ['dispute_id', 'role'], unique=True, sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'"))
    op.create_table('dispute_statement',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('dispute_id', sa.Integer(), nullable=False),
    sa.Column('role', sa.Enum('opener', 'other', 'mediator', name='disputes_role', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('length(body) > 0', name=op.f('ck_dispute_statement_says_something')),
    sa.ForeignKeyConstraint(['dispute_id'], ['dispute.id'], name=op.f('fk_dispute_statement_dispute_id_dispute')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_dispute_statement_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_dispute_statement'))
    )
    op.create_index('ix_dispute_statement_dispute', 'dispute_statement', ['dispute_id', 'id'], unique=False)
    op.create_table('dispute_file',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('statement_id', sa.Integer(), nullable=False),
    sa.Column('file_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['file_id'], ['file.id'], name=op.f('fk_dispute_file_file_id_file')),
    sa.ForeignKeyConstraint(['statement_id'], ['dispute_statement.id'], name=op.f('fk_dispute_file_statement_id_dispute_statement')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_dispute_file')),
    sa.UniqueConstraint('statement_id', 'file_id', name=op.f('uq_dispute_file_statement_id'))
    )
    op.create_index('ix_dispute_file_file', 'dispute_file', ['file_id'], unique=False)


def downgrade() -> None:
    op.drop_table('dispute_file')
    op.drop_table('dispute_statement')
    op.drop_table('dispute_offer')
    op.drop_table('dispute')
    op.drop_column('service_order', 'sent_back_at')
    op.execute("DELETE FROM digest_line WHERE notification_id IN (SELECT id FROM notification WHERE kind = 'dispute')")
    op.execute("DELETE FROM mail WHERE notification_id IN (SELECT id FROM notification WHERE kind = 'dispute')")
    for table in ("notification", "mail_choice"):
        op.execute(sa.text(f"DELETE FROM {table} WHERE kind = 'dispute'"))
        change_values(op, table, "kind", name="messages_kind", drop=("dispute",))
