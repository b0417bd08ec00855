"""second factor

Revision ID: 0024
Revises: 0023
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("login_session", sa.Column("proved_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table('spent_challenge',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('hash', sa.String(length=64), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('length(hash) = 64', name=op.f('ck_spent_challenge_hash')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_spent_challenge')),
    sa.UniqueConstraint('hash', name=op.f('uq_spent_challenge_hash'))
    )
    op.create_index(op.f('ix_spent_challenge_at'), 'spent_challenge', ['at'], unique=False)
    op.create_table('authenticator_app',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('sealed_secret', sa.String(length=200), nullable=False),
    sa.Column('last_step', sa.BigInteger(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('last_step >= 0', name=op.f('ck_authenticator_app_last_step')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_authenticator_app_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_authenticator_app')),
    sa.UniqueConstraint('person_id', name=op.f('uq_authenticator_app_person_id'))
    )
    op.create_table('factor_removal',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('removed_by', sa.Integer(), nullable=True),
    sa.Column('reason', sa.String(length=500), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('length(reason) > 0', name=op.f('ck_factor_removal_reason')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_factor_removal_person_id_person')),
    sa.ForeignKeyConstraint(['removed_by'], ['person.id'], name=op.f('fk_factor_removal_removed_by_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_factor_removal'))
    )
    op.create_index(op.f('ix_factor_removal_person_id'), 'factor_removal', ['person_id'], unique=False)
    op.create_table('passkey',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('handle', sa.String(length=90), nullable=False),
    sa.Column('credential_id', sa.String(length=1400), nullable=False),
    sa.Column('public_key', sa.LargeBinary(), nullable=False),
    sa.Column('sign_count', sa.BigInteger(), nullable=False),
    sa.Column('backed_up', sa.Boolean(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('last_used_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('length(name) > 0', name=op.f('ck_passkey_name')),
    sa.CheckConstraint('sign_count >= 0', name=op.f('ck_passkey_sign_count')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_passkey_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_passkey')),
    sa.UniqueConstraint('credential_id', name=op.f('uq_passkey_credential_id'))
    )
    op.create_index(op.f('ix_passkey_person_id'), 'passkey', ['person_id'], unique=False)
    op.create_table('recovery_code',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('code_hash', sa.String(length=64), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('length(code_hash) = 64', name=op.f('ck_recovery_code_code_hash')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_recovery_code_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_recovery_code')),
    sa.UniqueConstraint('person_id', 'code_hash', name='uq_recovery_code_person')
    )


def downgrade() -> None:
    op.drop_table('recovery_code')
    op.drop_table('passkey')
    op.drop_table('factor_removal')
    op.drop_table('authenticator_app')
    op.drop_table('spent_challenge')
    op.drop_column("login_session", "proved_at")
