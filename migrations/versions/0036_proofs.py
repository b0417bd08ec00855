"""proofs

Revision ID: 0036
Revises: 0035
"""

import sqlalchemy as sa
from alembic import op

from hub.db.migrating import change_values, rewrite_on_sqlite

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

LOOK_IS_KEPT = "a look is never unsaid"
SQLITE_GUARDS = tuple(
    f"CREATE TRIGGER look_no_{act} BEFORE {act.upper()} ON look BEGIN SELECT RAISE(ABORT, '{LOOK_IS_KEPT}'); END" for act in ("update", "delete")
)
POSTGRES_GUARDS = (
    "CREATE OR REPLACE FUNCTION look_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    f"RAISE EXCEPTION '{LOOK_IS_KEPT}' USING ERRCODE = 'integrity_constraint_violation'; END $$",
    "CREATE TRIGGER look_no_change BEFORE UPDATE OR DELETE ON look FOR EACH ROW EXECUTE FUNCTION look_is_kept()",
    "CREATE TRIGGER look_no_truncate BEFORE TRUNCATE ON look FOR EACH STATEMENT EXECUTE FUNCTION look_is_kept()",
)
COLUMNS = (
    (
        "rally", "voters VARCHAR(32) DEFAULT 'email' NOT NULL",
        {"kernel_level": "voters IN ('none', 'email', 'domain', 'document')", "voters_are_somebody": "voters <> 'none'"},
    ),
    ("rally_participant", "uncounted VARCHAR(32)", {"ballots_uncounted": "uncounted IN ('level', 'twice')"}),
    *((table, f"{column} DEFAULT '' NOT NULL", {}) for table in ("annex_look", "submission_look") for column in ("copy_no VARCHAR(12)", "copy_sha256 VARCHAR(64)")),
    *(("moderation_case", f"{column} DEFAULT '' NOT NULL", {}) for column in ("subject VARCHAR(80)", "title VARCHAR(200)", "link VARCHAR(300)", "shown TEXT", "alias VARCHAR(80)")),
)  # fmt: skip
ONE_WAY, TWO_WAYS = "(way = 'web') = (token <> '')", "(way IN ('web', 'dns')) = (token <> '')"
A_POST = "(post_id IS NOT NULL) = (subject LIKE 'post:%')"
WAITING = sa.text("state = 'open'")
CASES = """UPDATE moderation_case SET subject = 'post:' || post_id, link = '/discussions/posts/' || post_id,
  title = (SELECT thread.title FROM post JOIN thread ON thread.id = post.thread_id WHERE post.id = moderation_case.post_id),
  shown = (SELECT post.body FROM post WHERE post.id = moderation_case.post_id)"""


def _literal(text: str) -> str:
    return text.replace("(", r"\(").replace(")", r"\)")


def _tokens(before: str, after: str) -> None:
    bind = op.get_bind()
    if bind.dialect.name == "sqlite":
        rewrite_on_sqlite(bind, "domain_proof", [(rf"(?<=ck_domain_proof_web_has_its_token CHECK \(){_literal(before)}", after)])
        return
    op.drop_constraint(op.f("ck_domain_proof_web_has_its_token"), "domain_proof", type_="check")
    op.create_check_constraint(op.f("ck_domain_proof_web_has_its_token"), "domain_proof", after)


def _cases_of_anything() -> None:
    bind = op.get_bind()
    op.execute(CASES)
    if bind.dialect.name == "sqlite":
        checked = f"subject VARCHAR(80) DEFAULT '' NOT NULL CONSTRAINT ck_moderation_case_a_post_is_a_post CHECK ({A_POST})"
        changes = [(r"post_id INTEGER NOT NULL", "post_id INTEGER"), (r"subject VARCHAR\(80\) DEFAULT '' NOT NULL", checked)]
        rewrite_on_sqlite(bind, "moderation_case", changes)
    else:
        op.alter_column("moderation_case", "post_id", nullable=True)
        op.create_check_constraint(op.f("ck_moderation_case_a_post_is_a_post"), "moderation_case", A_POST)
    _waiting_by("subject")
    op.create_index("ix_moderation_case_subject", "moderation_case", ["subject", "id"])


def _cases_of_posts() -> None:
    """Cases about other things are gone below this."""
    bind = op.get_bind()
    op.drop_index("ix_moderation_case_subject", table_name="moderation_case")
    op.execute("DELETE FROM moderation_flag WHERE case_id IN (SELECT id FROM moderation_case WHERE post_id IS NULL)")
    op.execute("DELETE FROM moderation_case WHERE post_id IS NULL")
    _waiting_by("post_id")
    if bind.dialect.name == "sqlite":
        check = _literal(f" CONSTRAINT ck_moderation_case_a_post_is_a_post CHECK ({A_POST})")
        rewrite_on_sqlite(bind, "moderation_case", [(r"post_id INTEGER(?=,)", "post_id INTEGER NOT NULL"), (check, "")])
    else:
        op.drop_constraint(op.f("ck_moderation_case_a_post_is_a_post"), "moderation_case", type_="check")
        op.alter_column("moderation_case", "post_id", nullable=False)


def _waiting_by(column: str) -> None:
    op.drop_index("uq_moderation_case_waiting", table_name="moderation_case")
    op.create_index(
        "uq_moderation_case_waiting", "moderation_case", [column], unique=True, sqlite_where=WAITING, postgresql_where=WAITING
    )  # fmt: skip


def upgrade() -> None:
    op.create_table(
        "look",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.String(length=255), nullable=False),
        sa.Column("copy_no", sa.String(length=12), nullable=False),
        sa.Column("copy_sha256", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(copy_no = '') = (copy_sha256 = '')", name=op.f("ck_look_whole_copy")),
        sa.CheckConstraint("(file_name = '') = (copy_no = '')", name=op.f("ck_look_a_file_is_a_copy")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_look_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_look")),
    )
    op.create_index("ix_look_subject", "look", ["subject", "id"], unique=False)
    for guard in SQLITE_GUARDS if op.get_bind().dialect.name == "sqlite" else POSTGRES_GUARDS:
        op.execute(sa.DDL(guard))
    for table, column, checks in COLUMNS:
        rules = "".join(f"\n CONSTRAINT {op.f(f'ck_{table}_{name}')} CHECK ({rule})" for name, rule in checks.items())
        op.execute(f"ALTER TABLE {table} ADD COLUMN {column}{rules}")
    change_values(op, "domain_proof", "way", name="domains_way", add=["dns"])
    _tokens(ONE_WAY, TWO_WAYS)
    change_values(op, "award", "state", name="awards_state", add=["reopened"])
    _cases_of_anything()


def downgrade() -> None:
    """Proofs by record are gone below this; an award that was taken back counts as one that was not signed."""
    _cases_of_posts()
    op.execute("UPDATE award SET state = 'lapsed' WHERE state = 'reopened'")
    change_values(op, "award", "state", name="awards_state", drop=["reopened"])
    op.execute("DELETE FROM domain_proof WHERE way = 'dns'")
    _tokens(TWO_WAYS, ONE_WAY)
    change_values(op, "domain_proof", "way", name="domains_way", drop=["dns"])
    for table, column, _checks in reversed(COLUMNS):
        op.drop_column(table, column.split()[0])
    op.drop_table("look")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION IF EXISTS look_is_kept")
