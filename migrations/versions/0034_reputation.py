"""reputation

Revision ID: 0034
Revises: 0033
"""

import sqlalchemy as sa
from alembic import op

from hub.db.migrating import change_values

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("notification", "mail_choice"):
        change_values(op, table, "kind", name="messages_kind", add=("reputation",))
    op.create_table('finished_deal',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=80), nullable=False),
    sa.Column('subject', sa.String(length=80), nullable=False),
    sa.Column('mode', sa.Enum('contest', 'community', 'complement', 'microtask', 'market', 'service', 'search', name='reputation_mode', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('link', sa.String(length=200), nullable=False),
    sa.Column('asked_person_id', sa.Integer(), nullable=True),
    sa.Column('asked_organisation_id', sa.Integer(), nullable=True),
    sa.Column('delivered_person_id', sa.Integer(), nullable=True),
    sa.Column('delivered_organisation_id', sa.Integer(), nullable=True),
    sa.Column('many', sa.Boolean(), nullable=False),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('rate_from', sa.DateTime(timezone=True), nullable=False),
    sa.Column('closes_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('told_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('shown_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('(asked_person_id IS NULL) <> (asked_organisation_id IS NULL)', name=op.f('ck_finished_deal_one_asks')),
    sa.CheckConstraint('(delivered_person_id IS NULL) <> (delivered_organisation_id IS NULL)', name=op.f('ck_finished_deal_one_delivers')),
    sa.CheckConstraint('asked_organisation_id IS NULL OR asked_organisation_id <> delivered_organisation_id', name=op.f('ck_finished_deal_two_organisations')),
    sa.CheckConstraint('asked_person_id IS NULL OR asked_person_id <> delivered_person_id', name=op.f('ck_finished_deal_two_people')),
    sa.CheckConstraint('closes_at > rate_from', name=op.f('ck_finished_deal_time_to_rate')),
    sa.CheckConstraint('shown_at IS NULL OR told_at IS NOT NULL', name=op.f('ck_finished_deal_shown_after_told')),
    sa.ForeignKeyConstraint(['asked_organisation_id'], ['organisation.id'], name=op.f('fk_finished_deal_asked_organisation_id_organisation')),
    sa.ForeignKeyConstraint(['asked_person_id'], ['person.id'], name=op.f('fk_finished_deal_asked_person_id_person')),
    sa.ForeignKeyConstraint(['delivered_organisation_id'], ['organisation.id'], name=op.f('fk_finished_deal_delivered_organisation_id_organisation')),
    sa.ForeignKeyConstraint(['delivered_person_id'], ['person.id'], name=op.f('fk_finished_deal_delivered_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_finished_deal')),
    sa.UniqueConstraint('key', name=op.f('uq_finished_deal_key'))
    )
    op.create_index('ix_finished_deal_asked_organisation', 'finished_deal', ['asked_organisation_id', 'id'], unique=False)
    op.create_index('ix_finished_deal_asked_person', 'finished_deal', ['asked_person_id', 'id'], unique=False)
    op.create_index('ix_finished_deal_delivered_organisation', 'finished_deal', ['delivered_organisation_id', 'id'], unique=False)
    op.create_index('ix_finished_deal_delivered_person', 'finished_deal', ['delivered_person_id', 'id'], unique=False)
    op.create_index('ix_finished_deal_shown', 'finished_deal', ['shown_at', 'closes_at'], unique=False)
    op.create_index('ix_finished_deal_subject', 'finished_deal', ['subject'], unique=False)
    op.create_index('ix_finished_deal_told', 'finished_deal', ['told_at', 'rate_from'], unique=False)
    op.create_table('promise_kept',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=80), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('organisation_id', sa.Integer(), nullable=True),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('(person_id IS NULL) <> (organisation_id IS NULL)', name=op.f('ck_promise_kept_of_one')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_promise_kept_organisation_id_organisation')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_promise_kept_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_promise_kept')),
    sa.UniqueConstraint('key', name=op.f('uq_promise_kept_key'))
    )
    op.create_index(op.f('ix_promise_kept_organisation_id'), 'promise_kept', ['organisation_id'], unique=False)
    op.create_index(op.f('ix_promise_kept_person_id'), 'promise_kept', ['person_id'], unique=False)
    op.create_table('record_certificate',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=43), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('organisation_id', sa.Integer(), nullable=True),
    sa.Column('statement', sa.JSON(), nullable=False),
    sa.Column('signature', sa.String(length=128), nullable=False),
    sa.Column('issued_by', sa.Integer(), nullable=False),
    sa.Column('issued_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('until', sa.DateTime(timezone=True), nullable=False),
    sa.Column('withdrawn_by', sa.Integer(), nullable=True),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('(person_id IS NULL) <> (organisation_id IS NULL)', name=op.f('ck_record_certificate_of_one')),
    sa.CheckConstraint('(withdrawn_at IS NULL) = (withdrawn_by IS NULL)', name=op.f('ck_record_certificate_withdrawn_by_somebody')),
    sa.CheckConstraint('until > issued_at', name=op.f('ck_record_certificate_lasts')),
    sa.ForeignKeyConstraint(['issued_by'], ['person.id'], name=op.f('fk_record_certificate_issued_by_person')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_record_certificate_organisation_id_organisation')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_record_certificate_person_id_person')),
    sa.ForeignKeyConstraint(['withdrawn_by'], ['person.id'], name=op.f('fk_record_certificate_withdrawn_by_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_record_certificate')),
    sa.UniqueConstraint('code', name=op.f('uq_record_certificate_code'))
    )
    op.create_index('ix_record_certificate_organisation', 'record_certificate', ['organisation_id', 'id'], unique=False)
    op.create_index('ix_record_certificate_person', 'record_certificate', ['person_id', 'id'], unique=False)
    op.create_table('standing',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('organisation_id', sa.Integer(), nullable=True),
    sa.Column('deals', sa.Integer(), nullable=False),
    sa.Column('ratings', sa.Integer(), nullable=False),
    sa.Column('points', sa.Integer(), nullable=False),
    sa.Column('due', sa.Integer(), nullable=False),
    sa.Column('on_time', sa.Integer(), nullable=False),
    sa.CheckConstraint('(person_id IS NULL) <> (organisation_id IS NULL)', name=op.f('ck_standing_of_one')),
    sa.CheckConstraint('deals >= 0 AND ratings >= 0 AND due >= 0 AND on_time BETWEEN 0 AND due', name=op.f('ck_standing_counts')),
    sa.CheckConstraint('points BETWEEN 3 * ratings AND 15 * ratings', name=op.f('ck_standing_points_in_range')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_standing_organisation_id_organisation')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_standing_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_standing')),
    sa.UniqueConstraint('organisation_id', name=op.f('uq_standing_organisation_id')),
    sa.UniqueConstraint('person_id', name=op.f('uq_standing_person_id'))
    )
    op.create_table('deal_rating',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('deal_id', sa.Integer(), nullable=False),
    sa.Column('part', sa.Enum('asked', 'delivered', name='reputation_part', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('about_person_id', sa.Integer(), nullable=True),
    sa.Column('about_organisation_id', sa.Integer(), nullable=True),
    sa.Column('by_person_id', sa.Integer(), nullable=False),
    sa.Column('substance', sa.Integer(), nullable=False),
    sa.Column('communication', sa.Integer(), nullable=False),
    sa.Column('reliability', sa.Integer(), nullable=False),
    sa.Column('words', sa.String(length=280), nullable=False),
    sa.Column('state', sa.Enum('sealed', 'shown', 'hidden', name='reputation_state', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('given_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('shown_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reply', sa.String(length=280), nullable=False),
    sa.Column('replied_by', sa.Integer(), nullable=True),
    sa.Column('replied_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('report', sa.Enum('spam', 'insult', 'private', 'others_work', 'off_topic', 'illegal', 'other', name='reputation_report', native_enum=False, create_constraint=True, length=32), nullable=True),
    sa.Column('report_words', sa.Text(), nullable=False),
    sa.Column('reported_by', sa.Integer(), nullable=True),
    sa.Column('reported_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decision', sa.Text(), nullable=False),
    sa.Column('decided_by', sa.Integer(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("(replied_at IS NULL) = (reply = '')", name=op.f('ck_deal_rating_reply_is_whole')),
    sa.CheckConstraint("(state = 'sealed') = (shown_at IS NULL)", name=op.f('ck_deal_rating_shown_has_its_time')),
    sa.CheckConstraint("decided_at IS NULL OR (reported_at IS NOT NULL AND decision <> '')", name=op.f('ck_deal_rating_decided_with_a_reason')),
    sa.CheckConstraint("replied_at IS NULL OR state <> 'sealed'", name=op.f('ck_deal_rating_reply_to_what_is_shown')),
    sa.CheckConstraint("state <> 'hidden' OR decided_at IS NOT NULL", name=op.f('ck_deal_rating_hidden_by_decision')),
    sa.CheckConstraint('(about_person_id IS NULL) <> (about_organisation_id IS NULL)', name=op.f('ck_deal_rating_about_one')),
    sa.CheckConstraint('(reported_at IS NULL) = (report IS NULL)', name=op.f('ck_deal_rating_report_is_whole')),
    sa.CheckConstraint('communication BETWEEN 1 AND 5', name=op.f('ck_deal_rating_communication_in_range')),
    sa.CheckConstraint('length(words) > 0', name=op.f('ck_deal_rating_says_something')),
    sa.CheckConstraint('reliability BETWEEN 1 AND 5', name=op.f('ck_deal_rating_reliability_in_range')),
    sa.CheckConstraint('substance BETWEEN 1 AND 5', name=op.f('ck_deal_rating_substance_in_range')),
    sa.ForeignKeyConstraint(['about_organisation_id'], ['organisation.id'], name=op.f('fk_deal_rating_about_organisation_id_organisation')),
    sa.ForeignKeyConstraint(['about_person_id'], ['person.id'], name=op.f('fk_deal_rating_about_person_id_person')),
    sa.ForeignKeyConstraint(['by_person_id'], ['person.id'], name=op.f('fk_deal_rating_by_person_id_person')),
    sa.ForeignKeyConstraint(['deal_id'], ['finished_deal.id'], name=op.f('fk_deal_rating_deal_id_finished_deal')),
    sa.ForeignKeyConstraint(['decided_by'], ['person.id'], name=op.f('fk_deal_rating_decided_by_person')),
    sa.ForeignKeyConstraint(['replied_by'], ['person.id'], name=op.f('fk_deal_rating_replied_by_person')),
    sa.ForeignKeyConstraint(['reported_by'], ['person.id'], name=op.f('fk_deal_rating_reported_by_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_deal_rating')),
    sa.UniqueConstraint('deal_id', 'part', name=op.f('uq_deal_rating_deal_id'))
    )
    op.create_index('ix_deal_rating_about_organisation', 'deal_rating', ['about_organisation_id', 'state', 'shown_at'], unique=False)
    op.create_index('ix_deal_rating_about_person', 'deal_rating', ['about_person_id', 'state', 'shown_at'], unique=False)
    op.create_index(op.f('ix_deal_rating_by_person_id'), 'deal_rating', ['by_person_id'], unique=False)
    op.create_index('ix_deal_rating_reported', 'deal_rating', ['decided_at', 'reported_at'], unique=False)
    op.create_table('recommendation',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('deal_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('mode', sa.Enum('contest', 'community', 'complement', 'microtask', 'market', 'service', 'search', name='reputation_mode', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('month', sa.String(length=7), nullable=False),
    sa.Column('score', sa.Integer(), nullable=False),
    sa.Column('why', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('score BETWEEN 0 AND 10', name=op.f('ck_recommendation_score_in_range')),
    sa.ForeignKeyConstraint(['deal_id'], ['finished_deal.id'], name=op.f('fk_recommendation_deal_id_finished_deal')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_recommendation_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_recommendation')),
    sa.UniqueConstraint('deal_id', 'person_id', name=op.f('uq_recommendation_deal_id'))
    )
    op.create_index('ix_recommendation_month', 'recommendation', ['month', 'mode'], unique=False)
    op.create_index(op.f('ix_recommendation_person_id'), 'recommendation', ['person_id'], unique=False)


def downgrade() -> None:
    op.drop_table('recommendation')
    op.drop_table('deal_rating')
    op.drop_table('standing')
    op.drop_table('record_certificate')
    op.drop_table('promise_kept')
    op.drop_table('finished_deal')
    op.execute("DELETE FROM digest_line WHERE notification_id IN (SELECT id FROM notification WHERE kind = 'reputation')")
    op.execute("DELETE FROM mail WHERE notification_id IN (SELECT id FROM notification WHERE kind = 'reputation')")
    for table in ("notification", "mail_choice"):
        op.execute(sa.text(f"DELETE FROM {table} WHERE kind = 'reputation'"))
        change_values(op, table, "kind", name="messages_kind", drop=("reputation",))
