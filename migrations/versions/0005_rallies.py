"""rallies

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('rally',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=False),
    sa.Column('author_id', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=160), nullable=False),
    sa.Column('summary', sa.Text(), nullable=False),
    sa.Column('question', sa.Text(), nullable=False),
    sa.Column('promise', sa.Text(), nullable=False),
    sa.Column('licence', sa.Enum('cc_by', 'cc_by_sa', 'cc0', 'host', name='rallies_licence', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('language', sa.String(length=8), nullable=False),
    sa.Column('votes_each', sa.Integer(), nullable=False),
    sa.Column('opens_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('building_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('voting_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('closes_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('state', sa.Enum('draft', 'announced', 'posting', 'building', 'voting', 'closed', 'cancelled', 'discarded', name='rallies_state', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('answer', sa.Text(), nullable=False),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("answered_at IS NULL OR (state = 'closed' AND answer <> '')", name=op.f('ck_rally_answer_is_whole')),
    sa.CheckConstraint("state <> 'cancelled' OR reason <> ''", name=op.f('ck_rally_cancelled_with_reason')),
    sa.CheckConstraint("state IN ('draft', 'discarded') OR (opens_at IS NOT NULL AND building_at IS NOT NULL AND voting_at IS NOT NULL AND closes_at IS NOT NULL AND opens_at < building_at AND building_at < voting_at AND voting_at < closes_at)", name=op.f('ck_rally_schedule_in_order')),
    sa.CheckConstraint('votes_each BETWEEN 1 AND 20', name=op.f('ck_rally_votes_in_range')),
    sa.ForeignKeyConstraint(['author_id'], ['person.id'], name=op.f('fk_rally_author_id_person')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_rally_organisation_id_organisation')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_rally'))
    )
    op.create_index('ix_rally_organisation', 'rally', ['organisation_id', 'id'], unique=False)
    op.create_index('ix_rally_state', 'rally', ['state', 'id'], unique=False)
    op.create_table('rally_participant',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('rally_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('alias', sa.String(length=40), nullable=False),
    sa.Column('alias_key', sa.String(length=120), nullable=True),
    sa.Column('votes_left', sa.Integer(), nullable=False),
    sa.Column('terms_hash', sa.String(length=64), nullable=False),
    sa.Column('joined_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("(alias = '') = (alias_key IS NULL)", name=op.f('ck_rally_participant_alias_is_whole')),
    sa.CheckConstraint('length(terms_hash) = 64', name=op.f('ck_rally_participant_whole_hash')),
    sa.CheckConstraint('votes_left >= 0', name=op.f('ck_rally_participant_votes_left_counts')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_rally_participant_person_id_person')),
    sa.ForeignKeyConstraint(['rally_id'], ['rally.id'], name=op.f('fk_rally_participant_rally_id_rally')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_rally_participant')),
    sa.UniqueConstraint('rally_id', 'alias_key', name='uq_rally_participant_alias'),
    sa.UniqueConstraint('rally_id', 'person_id', name=op.f('uq_rally_participant_rally_id'))
    )
    op.create_index('ix_rally_participant_person', 'rally_participant', ['person_id', 'rally_id'], unique=False)
    op.create_table('idea',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('rally_id', sa.Integer(), nullable=False),
    sa.Column('participant_id', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=160), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('state', sa.Enum('posted', 'withdrawn', 'removed', name='rallies_ideastate', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('posted_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('edited_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("state <> 'removed' OR reason <> ''", name=op.f('ck_idea_removed_with_reason')),
    sa.ForeignKeyConstraint(['participant_id'], ['rally_participant.id'], name=op.f('fk_idea_participant_id_rally_participant')),
    sa.ForeignKeyConstraint(['rally_id'], ['rally.id'], name=op.f('fk_idea_rally_id_rally')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_idea'))
    )
    op.create_index('ix_idea_participant', 'idea', ['participant_id'], unique=False)
    op.create_index('ix_idea_rally', 'idea', ['rally_id', 'id'], unique=False)
    op.create_table('idea_link',
    sa.Column('idea_id', sa.Integer(), nullable=False),
    sa.Column('onto_id', sa.Integer(), nullable=False),
    sa.Column('rally_id', sa.Integer(), nullable=False),
    sa.CheckConstraint('idea_id <> onto_id', name=op.f('ck_idea_link_not_on_itself')),
    sa.ForeignKeyConstraint(['idea_id'], ['idea.id'], name=op.f('fk_idea_link_idea_id_idea')),
    sa.ForeignKeyConstraint(['onto_id'], ['idea.id'], name=op.f('fk_idea_link_onto_id_idea')),
    sa.ForeignKeyConstraint(['rally_id'], ['rally.id'], name=op.f('fk_idea_link_rally_id_rally')),
    sa.PrimaryKeyConstraint('idea_id', 'onto_id', name=op.f('pk_idea_link'))
    )
    op.create_index('ix_idea_link_rally', 'idea_link', ['rally_id'], unique=False)
    op.create_table('idea_revision',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('idea_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=160), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('number > 0', name=op.f('ck_idea_revision_number_counts')),
    sa.ForeignKeyConstraint(['idea_id'], ['idea.id'], name=op.f('fk_idea_revision_idea_id_idea')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_idea_revision')),
    sa.UniqueConstraint('idea_id', 'number', name=op.f('uq_idea_revision_idea_id'))
    )
    op.create_table('idea_vote',
    sa.Column('idea_id', sa.Integer(), nullable=False),
    sa.Column('participant_id', sa.Integer(), nullable=False),
    sa.Column('rally_id', sa.Integer(), nullable=False),
    sa.Column('cast_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['idea_id'], ['idea.id'], name=op.f('fk_idea_vote_idea_id_idea')),
    sa.ForeignKeyConstraint(['participant_id'], ['rally_participant.id'], name=op.f('fk_idea_vote_participant_id_rally_participant')),
    sa.ForeignKeyConstraint(['rally_id'], ['rally.id'], name=op.f('fk_idea_vote_rally_id_rally')),
    sa.PrimaryKeyConstraint('idea_id', 'participant_id', name=op.f('pk_idea_vote'))
    )
    op.create_index('ix_idea_vote_participant', 'idea_vote', ['participant_id'], unique=False)
    op.create_index('ix_idea_vote_rally', 'idea_vote', ['rally_id'], unique=False)


def downgrade() -> None:
    op.drop_table('idea_vote')
    op.drop_table('idea_revision')
    op.drop_table('idea_link')
    op.drop_table('idea')
    op.drop_table('rally_participant')
    op.drop_table('rally')
