"""sharing

Revision ID: 0021
Revises: 0020
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('brief_fee',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('brief_id', sa.Integer(), nullable=False),
    sa.Column('consultant_id', sa.Integer(), nullable=False),
    sa.Column('gross_minor', sa.BigInteger(), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('fee_bp', sa.Integer(), nullable=False),
    sa.Column('state', sa.Enum('offered', 'held', 'paid', 'called_off', name='briefs_feestate', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('offered_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('agreed_by', sa.Integer(), nullable=True),
    sa.Column('held_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("(state IN ('paid', 'called_off')) = (closed_at IS NOT NULL)", name=op.f('ck_brief_fee_closed_has_time')),
    sa.CheckConstraint("state NOT IN ('held', 'paid') OR held_at IS NOT NULL", name=op.f('ck_brief_fee_held_has_time')),
    sa.CheckConstraint('fee_bp BETWEEN 0 AND 10000', name=op.f('ck_brief_fee_fee_in_range')),
    sa.CheckConstraint('gross_minor > 0', name=op.f('ck_brief_fee_gross_positive')),
    sa.ForeignKeyConstraint(['agreed_by'], ['person.id'], name=op.f('fk_brief_fee_agreed_by_person')),
    sa.ForeignKeyConstraint(['brief_id'], ['brief.id'], name=op.f('fk_brief_fee_brief_id_brief')),
    sa.ForeignKeyConstraint(['consultant_id'], ['person.id'], name=op.f('fk_brief_fee_consultant_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_brief_fee')),
    sa.UniqueConstraint('brief_id', name=op.f('uq_brief_fee_brief_id'))
    )
    op.create_table('challenge_approval',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('challenge_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('consultant_bp', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('consultant_bp BETWEEN 0 AND 10000', name=op.f('ck_challenge_approval_part_in_range')),
    sa.ForeignKeyConstraint(['challenge_id'], ['challenge.id'], name=op.f('fk_challenge_approval_challenge_id_challenge')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_challenge_approval_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_challenge_approval'))
    )
    op.create_index('ix_challenge_approval_challenge', 'challenge_approval', ['challenge_id', 'id'], unique=False)
    op.create_table('award_sharing',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('award_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('way', sa.Enum('equal', 'half', 'free', name='holds_way', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('state', sa.Enum('proposed', 'agreed', 'refused', 'withdrawn', name='awards_sharingstate', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('leader_id', sa.Integer(), nullable=False),
    sa.Column('reason', sa.String(length=500), nullable=False),
    sa.Column('proposed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('agreed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("state <> 'agreed' OR agreed_at IS NOT NULL", name=op.f('ck_award_sharing_agreed_has_time')),
    sa.CheckConstraint("state <> 'refused' OR reason <> ''", name=op.f('ck_award_sharing_refused_with_a_reason')),
    sa.CheckConstraint('number > 0', name=op.f('ck_award_sharing_number_counts')),
    sa.ForeignKeyConstraint(['award_id'], ['award.id'], name=op.f('fk_award_sharing_award_id_award')),
    sa.ForeignKeyConstraint(['leader_id'], ['person.id'], name=op.f('fk_award_sharing_leader_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_award_sharing')),
    sa.UniqueConstraint('award_id', 'number', name=op.f('uq_award_sharing_award_id'))
    )
    op.create_index('uq_award_sharing_live', 'award_sharing', ['award_id'], unique=True, sqlite_where=sa.text("state IN ('proposed', 'agreed')"), postgresql_where=sa.text("state IN ('proposed', 'agreed')"))
    op.create_table('award_share',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('sharing_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('place', sa.Integer(), nullable=False),
    sa.Column('points', sa.Integer(), nullable=False),
    sa.Column('agreed_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('place >= 0', name=op.f('ck_award_share_place_counts')),
    sa.CheckConstraint('points BETWEEN 0 AND 10000', name=op.f('ck_award_share_points_in_range')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_award_share_person_id_person')),
    sa.ForeignKeyConstraint(['sharing_id'], ['award_sharing.id'], name=op.f('fk_award_share_sharing_id_award_sharing')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_award_share')),
    sa.UniqueConstraint('sharing_id', 'person_id', name='uq_award_share_sharing_id_person_id'),
    sa.UniqueConstraint('sharing_id', 'place', name='uq_award_share_sharing_id_place')
    )
    op.create_index('ix_award_share_person', 'award_share', ['person_id', 'agreed_at'], unique=False)


def downgrade() -> None:
    op.drop_table('award_share')
    op.drop_table('award_sharing')
    op.drop_table('challenge_approval')
    op.drop_table('brief_fee')
