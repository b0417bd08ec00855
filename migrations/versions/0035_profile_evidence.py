"""profile evidence

Revision ID: 0035
Revises: 0034
"""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

HOURS = f"CONSTRAINT {op.f('ck_profile_hours_in_range')} CHECK (hours_a_week BETWEEN 1 AND 80)"
COLUMNS = (
    ("language_levels", "JSON DEFAULT '{}' NOT NULL"),
    ("available_until", "DATE"),
    ("hours_a_week", f"INTEGER {HOURS}"),
    ("terms", "JSON DEFAULT '[]' NOT NULL"),
    ("availability_said_on", "DATE"),
    ("record_shown", "BOOLEAN DEFAULT false NOT NULL"),
    ("turns_on", "DATE"),
)
"""Of profile, each with its CHECK in the column, which both databases take without making the table anew. Nobody was asked so far
whether their page may count what they did here, so those who had a profile show it when they say so."""


def upgrade() -> None:
    for name, definition in COLUMNS:
        op.execute(sa.DDL(f"ALTER TABLE profile ADD COLUMN {name} {definition}"))
    op.execute("UPDATE profile SET availability_said_on = DATE(updated_at), turns_on = DATE(updated_at)")
    op.create_index('ix_profile_turns_on', 'profile', ['turns_on'], unique=False)
    op.add_column('evidence_item', sa.Column('venue', sa.String(length=300), nullable=False, server_default=''))
    op.add_column('evidence_item', sa.Column('doi', sa.String(length=200), nullable=False, server_default=''))
    op.create_table('evidence_draft',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('source', sa.Enum('orcid-json', 'orcid-xml', 'bibtex', 'ris', name='works_source', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('filename', sa.String(length=255), nullable=False),
    sa.Column('guessed', sa.Boolean(), nullable=False),
    sa.Column('works', sa.JSON(), nullable=False),
    sa.Column('unread', sa.JSON(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_evidence_draft_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_evidence_draft'))
    )
    op.create_index('ix_evidence_draft_made_at', 'evidence_draft', ['made_at'], unique=False)
    op.create_index(op.f('ix_evidence_draft_person_id'), 'evidence_draft', ['person_id'], unique=False)


def downgrade() -> None:
    op.drop_table('evidence_draft')
    op.drop_column('evidence_item', 'doi')
    op.drop_column('evidence_item', 'venue')
    op.drop_index('ix_profile_turns_on', table_name='profile')
    for name, _ in reversed(COLUMNS):
        op.drop_column('profile', name)
