"""briefs

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('brief',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=False),
    sa.Column('consultant_id', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('background', sa.Text(), nullable=False),
    sa.Column('sought', sa.Text(), nullable=False),
    sa.Column('must_haves', sa.JSON(), nullable=False),
    sa.Column('criteria', sa.JSON(), nullable=False),
    sa.Column('sector', sa.Enum('aerospace', 'agriculture', 'automotive', 'biotech', 'chemistry', 'climate', 'communications', 'construction', 'consumer', 'data', 'defence', 'education', 'electronics', 'energy', 'health', 'manufacturing', 'materials', 'optics', 'robotics', 'sensors', 'software', 'water', name='kernel_sector', native_enum=False, create_constraint=True, length=32), nullable=True),
    sa.Column('language', sa.String(length=8), nullable=False),
    sa.Column('closes_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('client_shown', sa.Boolean(), nullable=False),
    sa.Column('state', sa.Enum('draft', 'sign_off', 'published', 'selecting', 'decided', 'closed_empty', 'withdrawn', name='briefs_state', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('remarks', sa.Text(), nullable=False),
    sa.Column('words', sa.Text(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('signed_off_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('signed_off_by', sa.Integer(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decided_by', sa.Integer(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("state <> 'decided' OR decided_at IS NOT NULL", name=op.f('ck_brief_decided_is_dated')),
    sa.CheckConstraint("state NOT IN ('published', 'selecting', 'decided', 'closed_empty') OR (signed_off_at IS NOT NULL AND signed_off_by IS NOT NULL AND closes_at IS NOT NULL)", name=op.f('ck_brief_published_is_signed_off')),
    sa.CheckConstraint('signed_off_by IS NULL OR signed_off_by <> consultant_id', name=op.f('ck_brief_two_pairs_of_eyes')),
    sa.ForeignKeyConstraint(['consultant_id'], ['person.id'], name=op.f('fk_brief_consultant_id_person')),
    sa.ForeignKeyConstraint(['decided_by'], ['person.id'], name=op.f('fk_brief_decided_by_person')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_brief_organisation_id_organisation')),
    sa.ForeignKeyConstraint(['signed_off_by'], ['person.id'], name=op.f('fk_brief_signed_off_by_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_brief'))
    )
    op.create_index(op.f('ix_brief_consultant_id'), 'brief', ['consultant_id'], unique=False)
    op.create_index(op.f('ix_brief_organisation_id'), 'brief', ['organisation_id'], unique=False)
    op.create_index('ix_brief_state', 'brief', ['state', 'closes_at'], unique=False)
    op.create_table('brief_invitation',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('brief_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=80), nullable=False),
    sa.Column('state', sa.Enum('invited', 'declined', name='briefs_invitationstate', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('invited_by', sa.Integer(), nullable=True),
    sa.Column('invited_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['brief_id'], ['brief.id'], name=op.f('fk_brief_invitation_brief_id_brief')),
    sa.ForeignKeyConstraint(['invited_by'], ['person.id'], name=op.f('fk_brief_invitation_invited_by_person')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_brief_invitation_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_brief_invitation')),
    sa.UniqueConstraint('brief_id', 'person_id', name=op.f('uq_brief_invitation_brief_id'))
    )
    op.create_index('ix_brief_invitation_person', 'brief_invitation', ['person_id', 'state'], unique=False)
    op.create_table('brief_proposal',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('brief_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('approach', sa.Text(), nullable=False),
    sa.Column('answers', sa.JSON(), nullable=False),
    sa.Column('non_confidential', sa.Boolean(), nullable=False),
    sa.Column('state', sa.Enum('draft', 'submitted', 'shortlisted', 'selected', 'not_selected', 'withdrawn', name='proposals_proposalstate', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('chosen', sa.Boolean(), nullable=True),
    sa.Column('answer', sa.Text(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('handed_in_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("state NOT IN ('selected', 'not_selected') OR length(answer) > 0", name=op.f('ck_brief_proposal_decision_has_reason')),
    sa.CheckConstraint("state NOT IN ('submitted', 'shortlisted', 'selected', 'not_selected') OR handed_in_at IS NOT NULL", name=op.f('ck_brief_proposal_is_dated')),
    sa.CheckConstraint('handed_in_at IS NULL OR non_confidential', name=op.f('ck_brief_proposal_declared')),
    sa.ForeignKeyConstraint(['brief_id'], ['brief.id'], name=op.f('fk_brief_proposal_brief_id_brief')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_brief_proposal_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_brief_proposal')),
    sa.UniqueConstraint('brief_id', 'person_id', name=op.f('uq_brief_proposal_brief_id'))
    )
    op.create_index('ix_brief_proposal_person', 'brief_proposal', ['person_id', 'id'], unique=False)
    op.create_table('brief_proposal_file',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('proposal_id', sa.Integer(), nullable=False),
    sa.Column('file_id', sa.Integer(), nullable=False),
    sa.Column('added_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['file_id'], ['file.id'], name=op.f('fk_brief_proposal_file_file_id_file')),
    sa.ForeignKeyConstraint(['proposal_id'], ['brief_proposal.id'], name=op.f('fk_brief_proposal_file_proposal_id_brief_proposal')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_brief_proposal_file')),
    sa.UniqueConstraint('proposal_id', 'file_id', name=op.f('uq_brief_proposal_file_proposal_id'))
    )
    op.create_index(op.f('ix_brief_proposal_file_proposal_id'), 'brief_proposal_file', ['proposal_id'], unique=False)


def downgrade() -> None:
    op.drop_table('brief_proposal_file')
    op.drop_table('brief_proposal')
    op.drop_table('brief_invitation')
    op.drop_table('brief')
