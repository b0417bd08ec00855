"""second thoughts: reports of ratings are decided where all others are

Revision ID: 0040
Revises: 0039
"""

from datetime import timedelta

import sqlalchemy as sa
from alembic import op

from hub.db.migrating import change_values

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

DECIDE_WITHIN = timedelta(days=2)
PART = sa.Enum("asked", "delivered", name="reputation_part", native_enum=False, create_constraint=True, length=32)
STATE = sa.Enum("sealed", "shown", "hidden", name="reputation_state", native_enum=False, create_constraint=True, length=32)
REASONS = ("spam", "insult", "private", "others_work", "off_topic", "illegal", "other")
REPORT = sa.Enum(*REASONS, name="reputation_report", native_enum=False, create_constraint=True, length=32)
MOMENT = sa.DateTime(timezone=True)

COLUMNS = (
    ("id", sa.Integer(), False), ("deal_id", sa.Integer(), False), ("part", PART, False), ("about_person_id", sa.Integer(), True),
    ("about_organisation_id", sa.Integer(), True), ("by_person_id", sa.Integer(), False), ("substance", sa.Integer(), False),
    ("communication", sa.Integer(), False), ("reliability", sa.Integer(), False), ("words", sa.String(280), False), ("state", STATE, False),
    ("given_at", MOMENT, False), ("changed_at", MOMENT, True), ("shown_at", MOMENT, True), ("reply", sa.String(280), False),
    ("replied_by", sa.Integer(), True), ("replied_at", MOMENT, True), ("decision", sa.Text(), False), ("version", sa.Integer(), False),
)  # fmt: skip
GONE = (
    ("report", REPORT, True), ("report_words", sa.Text(), False), ("reported_by", sa.Integer(), True), ("reported_at", MOMENT, True),
    ("decided_by", sa.Integer(), True), ("decided_at", MOMENT, True),
)  # fmt: skip
CHECKS = {
    "reply_is_whole": "(replied_at IS NULL) = (reply = '')",
    "shown_has_its_time": "(state = 'sealed') = (shown_at IS NULL)",
    "reply_to_what_is_shown": "replied_at IS NULL OR state <> 'sealed'",
    "about_one": "(about_person_id IS NULL) <> (about_organisation_id IS NULL)",
    "says_something": "length(words) > 0",
    **{f"{aspect}_in_range": f"{aspect} BETWEEN 1 AND 5" for aspect in ("substance", "communication", "reliability")},
}
OLD_CHECKS = {
    "report_is_whole": "(reported_at IS NULL) = (report IS NULL)",
    "decided_with_a_reason": "decided_at IS NULL OR (reported_at IS NOT NULL AND decision <> '')",
    "hidden_by_decision": "state <> 'hidden' OR decided_at IS NOT NULL",
}
NEW_CHECKS = {"hidden_with_a_reason": "(state = 'hidden') = (decision <> '')"}
KEYS = {"about_person_id": "person", "about_organisation_id": "organisation", "by_person_id": "person", "replied_by": "person",
        "deal_id": "finished_deal"}  # fmt: skip
OLD_KEYS = {"decided_by": "person", "reported_by": "person"}


def upgrade() -> None:
    # Exports are built by the clock now: what still waits for the former reaction is found there.
    op.execute("UPDATE delivery SET state = 'done' WHERE state = 'due' AND reaction = 'hub.core.privacy.reactions.build_at_once'")
    op.create_table('moderation_concerned',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('organisation_id', sa.Integer(), nullable=True),
    sa.CheckConstraint('(person_id IS NULL) <> (organisation_id IS NULL)', name=op.f('ck_moderation_concerned_one')),
    sa.ForeignKeyConstraint(['case_id'], ['moderation_case.id'], name=op.f('fk_moderation_concerned_case_id_moderation_case')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_moderation_concerned_organisation_id_organisation')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_moderation_concerned_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_moderation_concerned'))
    )
    op.create_index(op.f('ix_moderation_concerned_case_id'), 'moderation_concerned', ['case_id'], unique=False)
    op.create_index(op.f('ix_moderation_concerned_person_id'), 'moderation_concerned', ['person_id'], unique=False)
    change_values(op, "document_check", "state", name="verification_state", add=("lost",))
    _reports_become_cases(op.get_bind())
    op.drop_index("ix_deal_rating_reported", table_name="deal_rating")
    _change(_ratings(COLUMNS + GONE, CHECKS | OLD_CHECKS, KEYS | OLD_KEYS), drop=OLD_CHECKS, add=NEW_CHECKS, away=True)


def downgrade() -> None:
    op.execute("UPDATE document_check SET state = 'withdrawn' WHERE state = 'lost'")
    change_values(op, "document_check", "state", name="verification_state", drop=("lost",))
    _change(_ratings(COLUMNS, CHECKS | NEW_CHECKS, KEYS), drop=NEW_CHECKS, add={}, away=False)
    _cases_become_reports(op.get_bind())
    with op.batch_alter_table("deal_rating", copy_from=_ratings(COLUMNS + GONE, CHECKS, KEYS | OLD_KEYS)) as batch:
        for name, rule in OLD_CHECKS.items():
            batch.create_check_constraint(op.f(f"ck_deal_rating_{name}"), sa.text(rule))
    op.create_index("ix_deal_rating_reported", "deal_rating", ["decided_at", "reported_at"], unique=False)
    op.drop_table("moderation_concerned")


def _ratings(columns, checks, keys) -> sa.Table:
    """The table as it stands before a step: SQLite makes it anew, and cannot be asked for its CHECKs."""
    return sa.Table(
        "deal_rating",
        sa.MetaData(),
        *(sa.Column(name, kind, nullable=nullable) for name, kind, nullable in columns),
        *(sa.CheckConstraint(rule, name=op.f(f"ck_deal_rating_{name}")) for name, rule in checks.items()),
        *(sa.ForeignKeyConstraint([name], [f"{to}.id"], name=op.f(f"fk_deal_rating_{name}_{to}")) for name, to in keys.items()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deal_rating")),
        sa.UniqueConstraint("deal_id", "part", name=op.f("uq_deal_rating_deal_id")),
        sa.Index("ix_deal_rating_about_organisation", "about_organisation_id", "state", "shown_at"),
        sa.Index("ix_deal_rating_about_person", "about_person_id", "state", "shown_at"),
        sa.Index(op.f("ix_deal_rating_by_person_id"), "by_person_id"),
    )


def _change(before: sa.Table, *, drop, add, away: bool) -> None:
    with op.batch_alter_table("deal_rating", copy_from=before) as batch:
        for name in drop:
            batch.drop_constraint(op.f(f"ck_deal_rating_{name}"), type_="check")
        if away:
            for name, to in OLD_KEYS.items():
                batch.drop_constraint(op.f(f"fk_deal_rating_{name}_{to}"), type_="foreignkey")
            for name, *_ in GONE:
                batch.drop_column(name)
        else:
            for name, kind, nullable in GONE:
                batch.add_column(sa.Column(name, kind, nullable=nullable, server_default=None if nullable else ""))
            for name, to in OLD_KEYS.items():
                batch.create_foreign_key(op.f(f"fk_deal_rating_{name}_{to}"), to, [name], ["id"])
        for name, rule in add.items():
            batch.create_check_constraint(op.f(f"ck_deal_rating_{name}"), sa.text(rule))


def _table(bind, name: str) -> sa.Table:
    return sa.Table(name, sa.MetaData(), autoload_with=bind)


def _reports_become_cases(bind) -> None:
    """Each report of a rating with what was decided about it: whoever wrote what was taken off may appeal from now on."""
    ratings, deals, cases = _table(bind, "deal_rating"), _table(bind, "finished_deal"), _table(bind, "moderation_case")
    flags, concerned = _table(bind, "moderation_flag"), _table(bind, "moderation_concerned")
    reported = sa.select(ratings, deals).join(deals, deals.c.id == ratings.c.deal_id).where(ratings.c.reported_at.is_not(None))
    for one in bind.execute(reported).mappings().all():
        hidden, decided = one[ratings.c.state] == "hidden", one[ratings.c.decided_at] is not None
        opened = one[ratings.c.reported_at]
        bind.execute(sa.insert(cases).values(
            subject=f"rating:{one[ratings.c.id]}", title=one[ratings.c.words][:200], link="/my/ratings", shown=one[ratings.c.words], alias="",
            author_id=one[ratings.c.by_person_id], state="upheld" if hidden else "dismissed" if decided else "open", opened_at=opened,
            due_at=opened + DECIDE_WITHIN, measures="hide" if hidden else "", reason=one[ratings.c.decision],
            decided_by=one[ratings.c.decided_by], decided_at=one[ratings.c.decided_at], appeal="", settlement="", version=1,
        ))  # fmt: skip
        case_id = bind.scalar(sa.select(sa.func.max(cases.c.id)))
        bind.execute(sa.insert(flags).values(
            case_id=case_id, person_id=one[ratings.c.reported_by], reason=one[ratings.c.report], words=one[ratings.c.report_words],
            edits=0, at=opened,
        ))  # fmt: skip
        for part in ("asked", "delivered"):
            person, body = one[deals.c[f"{part}_person_id"]], one[deals.c[f"{part}_organisation_id"]]
            bind.execute(sa.insert(concerned).values(case_id=case_id, person_id=person, organisation_id=body))
    bind.execute(sa.update(ratings).where(ratings.c.state != "hidden").values(decision="", decided_by=None, decided_at=None))


def _cases_become_reports(bind) -> None:
    """The last case of each rating with its first report. Cases about ratings go: the earlier site knows no such thing."""
    ratings, cases, flags = _table(bind, "deal_rating"), _table(bind, "moderation_case"), _table(bind, "moderation_flag")
    mine = sa.select(cases).where(cases.c.subject.like("rating:%")).order_by(cases.c.id)
    for case in bind.execute(mine).mappings().all():
        flag = bind.execute(sa.select(flags).where(flags.c.case_id == case["id"]).order_by(flags.c.id)).mappings().first()
        mine = ratings.c.id == int(case["subject"].partition(":")[2])
        if flag is not None:
            bind.execute(sa.update(ratings).where(mine).values(
                report=flag["reason"], report_words=flag["words"], reported_by=flag["person_id"], reported_at=flag["at"],
                decision=case["reason"], decided_by=case["decided_by"], decided_at=case["decided_at"],
            ))  # fmt: skip
        bind.execute(sa.delete(flags).where(flags.c.case_id == case["id"]))
        bind.execute(sa.text("DELETE FROM moderation_concerned WHERE case_id = :case"), {"case": case["id"]})
        bind.execute(sa.delete(cases).where(cases.c.id == case["id"]))
