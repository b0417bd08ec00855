"""guard

Revision ID: 0037
Revises: 0036
"""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('tries',
    sa.Column('key', sa.String(length=64), nullable=False),
    sa.Column('count', sa.Integer(), nullable=False),
    sa.Column('last_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('until', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('count > 0', name=op.f('ck_tries_count')),
    sa.CheckConstraint('length(key) = 64', name=op.f('ck_tries_key')),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_tries'))
    )
    op.create_index(op.f('ix_tries_last_at'), 'tries', ['last_at'], unique=False)
    op.create_table('refused_sign_in',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('step', sa.Enum('password', 'second', 'passkey', 'suspended', name='signin_step', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ip', sa.String(length=45), nullable=False),
    sa.Column('user_agent', sa.String(length=300), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_refused_sign_in_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_refused_sign_in'))
    )
    op.create_index('ix_refused_sign_in_at', 'refused_sign_in', ['at'], unique=False)
    op.create_index('ix_refused_sign_in_person', 'refused_sign_in', ['person_id', 'at'], unique=False)


def downgrade() -> None:
    op.drop_table('refused_sign_in')
    op.drop_table('tries')
