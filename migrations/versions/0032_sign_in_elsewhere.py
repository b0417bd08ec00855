"""sign in elsewhere

Revision ID: 0032
Revises: 0031
"""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('sign_in_connection',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('provider', sa.String(length=20), nullable=False),
    sa.Column('subject', sa.String(length=255), nullable=False),
    sa.Column('shown', sa.String(length=120), nullable=False),
    sa.Column('connected_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('last_used_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('length(subject) > 0', name=op.f('ck_sign_in_connection_subject')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_sign_in_connection_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sign_in_connection')),
    sa.UniqueConstraint('person_id', 'provider', name=op.f('uq_sign_in_connection_person_id')),
    sa.UniqueConstraint('provider', 'subject', name=op.f('uq_sign_in_connection_provider'))
    )


def downgrade() -> None:
    op.drop_table('sign_in_connection')
