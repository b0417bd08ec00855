"""discussions

Revision ID: 0026
Revises: 0025
"""

import sqlalchemy as sa
from alembic import op

from hub.db.migrating import change_values

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("notification", "mail_choice"):
        change_values(op, table, "kind", name="messages_kind", add=("discussion",))
    op.create_table('question',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('subject', sa.String(length=80), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=False),
    sa.Column('asker_id', sa.Integer(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('state', sa.Enum('asked', 'answered', 'declined', 'withdrawn', 'lapsed', name='questions_state', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('answer', sa.Text(), nullable=False),
    sa.Column('voice', sa.Enum('seeker', 'site', name='questions_voice', native_enum=False, create_constraint=True, length=32), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('lapses_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decided_by', sa.Integer(), nullable=True),
    sa.Column('corrected_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("(state = 'answered') = (length(answer) > 0)", name=op.f('ck_question_answered_says_something')),
    sa.CheckConstraint("(state = 'answered') = (voice IS NOT NULL)", name=op.f('ck_question_answered_has_a_voice')),
    sa.CheckConstraint("(state = 'asked') = (decided_at IS NULL)", name=op.f('ck_question_decided_has_its_time')),
    sa.CheckConstraint("(state = 'declined') = (length(reason) > 0)", name=op.f('ck_question_declined_has_its_reason')),
    sa.CheckConstraint('length(text) > 0', name=op.f('ck_question_asks_something')),
    sa.ForeignKeyConstraint(['asker_id'], ['person.id'], name=op.f('fk_question_asker_id_person')),
    sa.ForeignKeyConstraint(['decided_by'], ['person.id'], name=op.f('fk_question_decided_by_person')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_question_organisation_id_organisation')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_question'))
    )
    op.create_index('ix_question_asker', 'question', ['asker_id', 'asked_at'], unique=False)
    op.create_index('ix_question_subject', 'question', ['subject', 'state', 'id'], unique=False)
    op.create_index('ix_question_waiting', 'question', ['state', 'organisation_id'], unique=False)
    op.create_table('thread',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('subject', sa.String(length=80), nullable=False),
    sa.Column('title', sa.String(length=120), nullable=False),
    sa.Column('author_id', sa.Integer(), nullable=False),
    sa.Column('state', sa.Enum('open', 'locked', 'hidden', name='discussions_state', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('posts', sa.Integer(), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('last_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint('length(title) > 0', name=op.f('ck_thread_titled')),
    sa.CheckConstraint('posts >= 0', name=op.f('ck_thread_counted')),
    sa.ForeignKeyConstraint(['author_id'], ['person.id'], name=op.f('fk_thread_author_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_thread'))
    )
    op.create_index('ix_thread_last', 'thread', ['state', 'last_at'], unique=False)
    op.create_index('ix_thread_subject', 'thread', ['subject', 'last_at'], unique=False)
    op.create_table('post',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('thread_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('reply_to', sa.Integer(), nullable=True),
    sa.Column('author_id', sa.Integer(), nullable=False),
    sa.Column('for_host', sa.Boolean(), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('named', sa.JSON(), nullable=False),
    sa.Column('state', sa.Enum('shown', 'deleted', 'hidden', name='discussions_poststate', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('edits', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('edited_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("(state = 'shown') = (ended_at IS NULL)", name=op.f('ck_post_ended_has_its_time')),
    sa.CheckConstraint("state = 'deleted' OR length(body) > 0", name=op.f('ck_post_says_something')),
    sa.CheckConstraint('number > 0 AND edits >= 0', name=op.f('ck_post_counted')),
    sa.CheckConstraint('reply_to IS NULL OR reply_to < number', name=op.f('ck_post_answers_an_earlier_one')),
    sa.ForeignKeyConstraint(['author_id'], ['person.id'], name=op.f('fk_post_author_id_person')),
    sa.ForeignKeyConstraint(['thread_id'], ['thread.id'], name=op.f('fk_post_thread_id_thread')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_post')),
    sa.UniqueConstraint('thread_id', 'number', name=op.f('uq_post_thread_id'))
    )
    op.create_index('ix_post_author', 'post', ['author_id', 'at'], unique=False)
    op.create_table('question_answer',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('question_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('number > 0', name=op.f('ck_question_answer_counted')),
    sa.ForeignKeyConstraint(['question_id'], ['question.id'], name=op.f('fk_question_answer_question_id_question')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_question_answer')),
    sa.UniqueConstraint('question_id', 'number', name=op.f('uq_question_answer_question_id'))
    )
    op.create_table('thread_wish',
    sa.Column('thread_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('wish', sa.Enum('follow', 'mute', name='discussions_wish', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('since', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_thread_wish_person_id_person')),
    sa.ForeignKeyConstraint(['thread_id'], ['thread.id'], name=op.f('fk_thread_wish_thread_id_thread')),
    sa.PrimaryKeyConstraint('thread_id', 'person_id', name=op.f('pk_thread_wish'))
    )
    op.create_table('moderation_case',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('post_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('author_id', sa.Integer(), nullable=False),
    sa.Column('state', sa.Enum('open', 'upheld', 'dismissed', 'appealed', 'confirmed', 'overturned', name='moderation_state', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('measures', sa.String(length=60), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('decided_by', sa.Integer(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('appeal', sa.Text(), nullable=False),
    sa.Column('appealed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('settlement', sa.Text(), nullable=False),
    sa.Column('settled_by', sa.Integer(), nullable=True),
    sa.Column('settled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("(state = 'open') = (decided_at IS NULL)", name=op.f('ck_moderation_case_decided_has_its_time')),
    sa.CheckConstraint("(state IN ('appealed', 'confirmed', 'overturned')) = (appealed_at IS NOT NULL)", name=op.f('ck_moderation_case_appealed_has_its_time')),
    sa.CheckConstraint("(state IN ('confirmed', 'overturned')) = (settled_at IS NOT NULL)", name=op.f('ck_moderation_case_settled_has_its_time')),
    sa.CheckConstraint("(state IN ('open', 'dismissed')) = (measures = '')", name=op.f('ck_moderation_case_upheld_does_something')),
    sa.CheckConstraint('decided_at IS NULL OR (length(reason) > 0 AND decided_by IS NOT NULL)', name=op.f('ck_moderation_case_decided_has_its_reason')),
    sa.CheckConstraint('decided_by IS NULL OR decided_by <> author_id', name=op.f('ck_moderation_case_not_in_ones_own_cause')),
    sa.CheckConstraint('settled_at IS NULL OR length(settlement) > 0', name=op.f('ck_moderation_case_settled_has_its_reason')),
    sa.CheckConstraint('settled_by IS NULL OR settled_by <> decided_by', name=op.f('ck_moderation_case_settled_by_another')),
    sa.ForeignKeyConstraint(['author_id'], ['person.id'], name=op.f('fk_moderation_case_author_id_person')),
    sa.ForeignKeyConstraint(['decided_by'], ['person.id'], name=op.f('fk_moderation_case_decided_by_person')),
    sa.ForeignKeyConstraint(['post_id'], ['post.id'], name=op.f('fk_moderation_case_post_id_post')),
    sa.ForeignKeyConstraint(['settled_by'], ['person.id'], name=op.f('fk_moderation_case_settled_by_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_moderation_case'))
    )
    op.create_index('ix_moderation_case_author', 'moderation_case', ['author_id', 'state'], unique=False)
    op.create_index('ix_moderation_case_state', 'moderation_case', ['state', 'due_at'], unique=False)
    op.create_index('uq_moderation_case_waiting', 'moderation_case', ['post_id'], unique=True, sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'"))
    op.create_table('post_file',
    sa.Column('post_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('file_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['file_id'], ['file.id'], name=op.f('fk_post_file_file_id_file')),
    sa.ForeignKeyConstraint(['post_id'], ['post.id'], name=op.f('fk_post_file_post_id_post')),
    sa.PrimaryKeyConstraint('post_id', 'file_id', name=op.f('pk_post_file'))
    )
    op.create_table('post_text',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('post_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('number > 0', name=op.f('ck_post_text_counted')),
    sa.ForeignKeyConstraint(['post_id'], ['post.id'], name=op.f('fk_post_text_post_id_post')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_post_text')),
    sa.UniqueConstraint('post_id', 'number', name=op.f('uq_post_text_post_id'))
    )
    op.create_table('moderation_flag',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('reason', sa.Enum('spam', 'insult', 'private', 'others_work', 'off_topic', 'illegal', 'other', name='moderation_reason', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('words', sa.Text(), nullable=False),
    sa.Column('edits', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['moderation_case.id'], name=op.f('fk_moderation_flag_case_id_moderation_case')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_moderation_flag_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_moderation_flag')),
    sa.UniqueConstraint('case_id', 'person_id', name=op.f('uq_moderation_flag_case_id'))
    )
    op.create_index('ix_moderation_flag_person', 'moderation_flag', ['person_id', 'at'], unique=False)


def downgrade() -> None:
    op.drop_table('moderation_flag')
    op.drop_table('post_text')
    op.drop_table('post_file')
    op.drop_table('moderation_case')
    op.drop_table('thread_wish')
    op.drop_table('question_answer')
    op.drop_table('post')
    op.drop_table('thread')
    op.drop_table('question')
    op.execute("DELETE FROM mail WHERE notification_id IN (SELECT id FROM notification WHERE kind = 'discussion')")
    for table in ("notification", "mail_choice"):
        op.execute(sa.text(f"DELETE FROM {table} WHERE kind = 'discussion'"))
        change_values(op, table, "kind", name="messages_kind", drop=("discussion",))
