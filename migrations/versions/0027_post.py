"""Messages at one's own pace: what a choice covers is finer, and mail comes at once, in a digest or not at all

Revision ID: 0027
Revises: 0026
"""

import sqlalchemy as sa
from alembic import op

from hub.db.migrating import change_values

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

SPLIT = {
    "payout": "money", "pool": "money", "page": "community", "rally": "community", "booking": "market",
    "mention": "discussion", "question": "discussion", "moderation": "discussion", "membership": "account",
}
"""Each new kind, and the one that it was part of."""

KINDS = (
    "account", "agreement", "money", "challenge", "entry", "judging", "award", "market", "search", "community", "complement", "microtask",
    "portal", "discussion",
)
"""As they were before."""

CHOICE = sa.table("mail_choice", sa.column("person_id"), sa.column("kind"), sa.column("wanted"), sa.column("pace"))


def upgrade() -> None:
    bind = op.get_bind()
    change_values(op, "notification", "kind", name="messages_kind", add=SPLIT)
    chosen = bind.execute(sa.select(CHOICE.c.person_id, CHOICE.c.kind, CHOICE.c.wanted)).all()
    op.drop_table("mail_choice")
    op.create_table('digest',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('pace', sa.Enum('now', 'daily', 'weekly', 'never', name='messages_pace', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("pace IN ('daily', 'weekly')", name=op.f('ck_digest_is_a_digest')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_digest_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_digest')),
    sa.UniqueConstraint('person_id', 'pace', 'day', name=op.f('uq_digest_person_id'))
    )
    op.create_table('digest_hours',
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('hour', sa.Integer(), nullable=False),
    sa.Column('weekday', sa.Integer(), nullable=False),
    sa.CheckConstraint('hour BETWEEN 0 AND 23 AND weekday BETWEEN 0 AND 6', name=op.f('ck_digest_hours_on_the_clock')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_digest_hours_person_id_person')),
    sa.PrimaryKeyConstraint('person_id', name=op.f('pk_digest_hours'))
    )
    op.create_table('mail_choice',
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('account', 'membership', 'agreement', 'money', 'payout', 'pool', 'challenge', 'entry', 'judging', 'award', 'market', 'booking', 'search', 'community', 'page', 'rally', 'complement', 'microtask', 'portal', 'discussion', 'mention', 'question', 'moderation', name='messages_kind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('pace', sa.Enum('now', 'daily', 'weekly', 'never', name='messages_pace', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_mail_choice_person_id_person')),
    sa.PrimaryKeyConstraint('person_id', 'kind', name=op.f('pk_mail_choice'))
    )
    op.create_table('private_address',
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('feed', sa.Enum('inbox', 'calendar', name='feeds_feed', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('secret_hash', sa.String(length=64), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('read_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('length(secret_hash) = 64', name=op.f('ck_private_address_secret_hash')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_private_address_person_id_person')),
    sa.PrimaryKeyConstraint('person_id', 'feed', name=op.f('pk_private_address')),
    sa.UniqueConstraint('secret_hash', name=op.f('uq_private_address_secret_hash'))
    )
    op.create_table('digest_line',
    sa.Column('notification_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('pace', sa.Enum('now', 'daily', 'weekly', 'never', name='messages_pace', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('digest_id', sa.Integer(), nullable=True),
    sa.CheckConstraint("pace IN ('daily', 'weekly')", name=op.f('ck_digest_line_is_a_digest')),
    sa.ForeignKeyConstraint(['digest_id'], ['digest.id'], name=op.f('fk_digest_line_digest_id_digest')),
    sa.ForeignKeyConstraint(['notification_id'], ['notification.id'], name=op.f('fk_digest_line_notification_id_notification')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_digest_line_person_id_person')),
    sa.PrimaryKeyConstraint('notification_id', name=op.f('pk_digest_line'))
    )
    op.create_index('ix_digest_line_waiting', 'digest_line', ['digest_id', 'person_id', 'pace'], unique=False)
    rows = [{"person_id": person, "kind": kind, "pace": "now" if wanted else "never"} for person, kind, wanted in chosen]
    rows += [row | {"kind": new} for row in rows for new, old in SPLIT.items() if row["kind"] == old]
    if rows:
        bind.execute(sa.insert(CHOICE).values(person_id=sa.bindparam("person_id"), kind=sa.bindparam("kind"), pace=sa.bindparam("pace")), rows)


def downgrade() -> None:
    bind = op.get_bind()
    op.drop_table("private_address")
    op.drop_table("digest_line")
    op.drop_table("digest")
    op.drop_table("digest_hours")
    chosen = bind.execute(sa.select(CHOICE.c.person_id, CHOICE.c.kind, CHOICE.c.pace)).all()
    op.drop_table("mail_choice")
    op.create_table('mail_choice',
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum(*KINDS, name='messages_kind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('wanted', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_mail_choice_person_id_person')),
    sa.PrimaryKeyConstraint('person_id', 'kind', name=op.f('pk_mail_choice'))
    )
    rows = [{"person_id": person, "kind": kind, "wanted": pace != "never"} for person, kind, pace in chosen if kind in KINDS]
    if rows:
        bind.execute(sa.insert(CHOICE).values(person_id=sa.bindparam("person_id"), kind=sa.bindparam("kind"), wanted=sa.bindparam("wanted")), rows)
    for new, old in SPLIT.items():
        bind.execute(sa.text("UPDATE notification SET kind = :old WHERE kind = :new"), {"new": new, "old": old})
    change_values(op, "notification", "kind", name="messages_kind", drop=SPLIT)
