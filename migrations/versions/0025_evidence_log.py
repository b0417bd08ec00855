"""The log of sealed evidence, with every earlier seal as a leaf; filings of prior knowledge; what number a copy carries

Revision ID: 0025
Revises: 0024
"""

import sqlalchemy as sa
from alembic import op

from hub.kernel import clock, merkle

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

SQLITE_GUARDS = (
    """\
CREATE TRIGGER evidence_checkpoint_no_update BEFORE UPDATE ON evidence_checkpoint BEGIN SELECT RAISE(ABORT, 'the evidence log is never changed'); END
""",
    """\
CREATE TRIGGER evidence_checkpoint_no_delete BEFORE DELETE ON evidence_checkpoint BEGIN SELECT RAISE(ABORT, 'the evidence log is never changed'); END
""",
    """\
CREATE TRIGGER evidence_head_grows BEFORE UPDATE ON evidence_head WHEN NEW.size <= OLD.size BEGIN SELECT RAISE(ABORT, 'the evidence log only grows'); END
""",
    """\
CREATE TRIGGER evidence_head_stays BEFORE DELETE ON evidence_head WHEN OLD.size >= 0 BEGIN SELECT RAISE(ABORT, 'the evidence log only grows'); END
""",
    """\
CREATE TRIGGER evidence_node_no_update BEFORE UPDATE ON evidence_node BEGIN SELECT RAISE(ABORT, 'the evidence log is never changed'); END
""",
    """\
CREATE TRIGGER evidence_node_no_delete BEFORE DELETE ON evidence_node BEGIN SELECT RAISE(ABORT, 'the evidence log is never changed'); END
""",
    """\
CREATE TRIGGER evidence_leaf_no_update BEFORE UPDATE ON evidence_leaf BEGIN SELECT RAISE(ABORT, 'the evidence log is never changed'); END
""",
    """\
CREATE TRIGGER evidence_leaf_no_delete BEFORE DELETE ON evidence_leaf BEGIN SELECT RAISE(ABORT, 'the evidence log is never changed'); END
""",
    """\
CREATE TRIGGER evidence_leaf_gapless BEFORE INSERT ON evidence_leaf WHEN NEW.place <> (SELECT COALESCE(MAX(place) + 1, 0) FROM evidence_leaf) BEGIN SELECT RAISE(ABORT, 'the evidence log has no gaps'); END
""",
    """\
CREATE TRIGGER filing_no_update BEFORE UPDATE ON filing WHEN OLD.state = 'sealed' BEGIN SELECT RAISE(ABORT, 'a sealed filing is never changed'); END
""",
    """\
CREATE TRIGGER filing_no_delete BEFORE DELETE ON filing WHEN OLD.state = 'sealed' BEGIN SELECT RAISE(ABORT, 'a sealed filing is never changed'); END
""",
    """\
CREATE TRIGGER prior_claim_no_update BEFORE UPDATE ON prior_claim WHEN OLD.id > 0 BEGIN SELECT RAISE(ABORT, 'a claim is never unsaid'); END
""",
    """\
CREATE TRIGGER prior_claim_no_delete BEFORE DELETE ON prior_claim WHEN OLD.id > 0 BEGIN SELECT RAISE(ABORT, 'a claim is never unsaid'); END
""",
)

POSTGRES_GUARDS = (
    """\
CREATE OR REPLACE FUNCTION evidence_checkpoint_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'the evidence log is never changed' USING ERRCODE = 'integrity_constraint_violation'; END $$
""",
    """\
CREATE TRIGGER evidence_checkpoint_no_change BEFORE UPDATE OR DELETE ON evidence_checkpoint FOR EACH ROW EXECUTE FUNCTION evidence_checkpoint_is_kept()
""",
    """\
CREATE TRIGGER evidence_checkpoint_no_truncate BEFORE TRUNCATE ON evidence_checkpoint FOR EACH STATEMENT EXECUTE FUNCTION evidence_checkpoint_is_kept()
""",
    """\
CREATE OR REPLACE FUNCTION evidence_head_grows_check() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.size <= OLD.size THEN RAISE EXCEPTION 'the evidence log only grows' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$
""",
    """\
CREATE TRIGGER evidence_head_grows BEFORE UPDATE ON evidence_head FOR EACH ROW EXECUTE FUNCTION evidence_head_grows_check()
""",
    """\
CREATE OR REPLACE FUNCTION evidence_head_stays_check() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF OLD.size >= 0 THEN RAISE EXCEPTION 'the evidence log only grows' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$
""",
    """\
CREATE TRIGGER evidence_head_stays BEFORE DELETE ON evidence_head FOR EACH ROW EXECUTE FUNCTION evidence_head_stays_check()
""",
    """\
CREATE OR REPLACE FUNCTION evidence_node_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'the evidence log is never changed' USING ERRCODE = 'integrity_constraint_violation'; END $$
""",
    """\
CREATE TRIGGER evidence_node_no_change BEFORE UPDATE OR DELETE ON evidence_node FOR EACH ROW EXECUTE FUNCTION evidence_node_is_kept()
""",
    """\
CREATE TRIGGER evidence_node_no_truncate BEFORE TRUNCATE ON evidence_node FOR EACH STATEMENT EXECUTE FUNCTION evidence_node_is_kept()
""",
    """\
CREATE OR REPLACE FUNCTION evidence_leaf_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'the evidence log is never changed' USING ERRCODE = 'integrity_constraint_violation'; END $$
""",
    """\
CREATE TRIGGER evidence_leaf_no_change BEFORE UPDATE OR DELETE ON evidence_leaf FOR EACH ROW EXECUTE FUNCTION evidence_leaf_is_kept()
""",
    """\
CREATE TRIGGER evidence_leaf_no_truncate BEFORE TRUNCATE ON evidence_leaf FOR EACH STATEMENT EXECUTE FUNCTION evidence_leaf_is_kept()
""",
    """\
CREATE OR REPLACE FUNCTION evidence_leaf_gapless_check() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.place <> (SELECT COALESCE(MAX(place) + 1, 0) FROM evidence_leaf) THEN RAISE EXCEPTION 'the evidence log has no gaps' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$
""",
    """\
CREATE TRIGGER evidence_leaf_gapless BEFORE INSERT ON evidence_leaf FOR EACH ROW EXECUTE FUNCTION evidence_leaf_gapless_check()
""",
    """\
CREATE OR REPLACE FUNCTION filing_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF OLD.state = 'sealed' THEN RAISE EXCEPTION 'a sealed filing is never changed' USING ERRCODE = 'integrity_constraint_violation'; END IF; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$
""",
    """\
CREATE TRIGGER filing_no_change BEFORE UPDATE OR DELETE ON filing FOR EACH ROW EXECUTE FUNCTION filing_is_kept()
""",
    """\
CREATE OR REPLACE FUNCTION prior_claim_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF OLD.id > 0 THEN RAISE EXCEPTION 'a claim is never unsaid' USING ERRCODE = 'integrity_constraint_violation'; END IF; IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$
""",
    """\
CREATE TRIGGER prior_claim_no_change BEFORE UPDATE OR DELETE ON prior_claim FOR EACH ROW EXECUTE FUNCTION prior_claim_is_kept()
""",
)


CHUNK = 1000


def _log_earlier_seals() -> None:
    """Every seal made before there was a log becomes a leaf, in the order of sealing; its manifest holds its salt, so its hash is the
    commitment. Their receipts go on being checked."""
    connection, now = op.get_bind(), clock.now()
    moment = now.replace(tzinfo=None) if connection.dialect.name == "sqlite" else now
    leaf = sa.table("evidence_leaf", *map(sa.column, ("place", "commitment", "salt", "subject", "person_id")), sa.column("at", sa.DateTime(timezone=True)))
    node = sa.table("evidence_node", *map(sa.column, ("level", "position", "hash")))
    rows = connection.execute(
        sa.text("SELECT seal.id, seal.hash, entry.person_id FROM seal JOIN entry ON entry.id = seal.entry_id ORDER BY seal.sealed_at, seal.id")
    ).all()
    peaks, leaves, nodes = [], [], []
    for place, (number, said, person) in enumerate(rows):
        made, peaks = merkle.grow(peaks, place, merkle.leaf_hash(bytes.fromhex(said)))
        leaves.append({"place": place, "commitment": said, "salt": "", "subject": f"seal:{number}", "person_id": person, "at": moment})
        nodes += [{"level": level, "position": position, "hash": found.hex()} for level, position, found in made]
    for table, written in ((leaf, leaves), (node, nodes)):
        for start in range(0, len(written), CHUNK):
            connection.execute(sa.insert(table), written[start : start + CHUNK])
    end = {"size": len(rows), "root": merkle.fold(peaks).hex(), "peaks": "".join(peak.hex() for peak in peaks)}
    connection.execute(sa.text("INSERT INTO evidence_head (id, size, root, peaks) VALUES (1, :size, :root, :peaks)"), end)


def upgrade() -> None:
    op.create_table('evidence_checkpoint',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('size', sa.BigInteger(), nullable=False),
    sa.Column('root', sa.String(length=64), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('site', sa.String(length=200), nullable=False),
    sa.Column('key_id', sa.String(length=16), nullable=False),
    sa.Column('signature', sa.String(length=128), nullable=False),
    sa.CheckConstraint('length(root) = 64', name=op.f('ck_evidence_checkpoint_whole_hash')),
    sa.CheckConstraint('size >= 0', name=op.f('ck_evidence_checkpoint_size_counts')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_evidence_checkpoint')),
    sa.UniqueConstraint('day', name=op.f('uq_evidence_checkpoint_day'))
    )
    op.create_table('evidence_head',
    sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('size', sa.BigInteger(), nullable=False),
    sa.Column('root', sa.String(length=64), nullable=False),
    sa.Column('peaks', sa.Text(), nullable=False),
    sa.CheckConstraint('id = 1', name=op.f('ck_evidence_head_single')),
    sa.CheckConstraint('size >= 0', name=op.f('ck_evidence_head_size_counts')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_evidence_head'))
    )
    op.create_table('evidence_node',
    sa.Column('level', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('position', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('hash', sa.String(length=64), nullable=False),
    sa.CheckConstraint('length(hash) = 64', name=op.f('ck_evidence_node_whole_hash')),
    sa.CheckConstraint('level > 0', name=op.f('ck_evidence_node_above_the_leaves')),
    sa.PrimaryKeyConstraint('level', 'position', name=op.f('pk_evidence_node'))
    )
    op.create_table('evidence_leaf',
    sa.Column('place', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('commitment', sa.String(length=64), nullable=False),
    sa.Column('salt', sa.String(length=64), nullable=False),
    sa.Column('subject', sa.String(length=80), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('length(commitment) = 64', name=op.f('ck_evidence_leaf_whole_hash')),
    sa.CheckConstraint('length(salt) IN (0, 64)', name=op.f('ck_evidence_leaf_whole_salt')),
    sa.CheckConstraint('place >= 0', name=op.f('ck_evidence_leaf_counts_from_zero')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_evidence_leaf_person_id_person')),
    sa.PrimaryKeyConstraint('place', name=op.f('pk_evidence_leaf')),
    sa.UniqueConstraint('commitment', name=op.f('uq_evidence_leaf_commitment')),
    sa.UniqueConstraint('subject', name=op.f('uq_evidence_leaf_subject'))
    )
    op.create_table('filing',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('challenge_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=160), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('state', sa.Enum('draft', 'sealed', name='filings_state', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('sealed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('manifest', sa.JSON(), nullable=True),
    sa.Column('hash', sa.String(length=64), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("(state = 'sealed') = (hash IS NOT NULL)", name=op.f('ck_filing_sealed_has_hash')),
    sa.CheckConstraint("(state = 'sealed') = (sealed_at IS NOT NULL)", name=op.f('ck_filing_sealed_has_time')),
    sa.CheckConstraint('hash IS NULL OR length(hash) = 64', name=op.f('ck_filing_whole_hash')),
    sa.ForeignKeyConstraint(['challenge_id'], ['challenge.id'], name=op.f('fk_filing_challenge_id_challenge')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_filing_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_filing')),
    sa.UniqueConstraint('hash', name=op.f('uq_filing_hash'))
    )
    op.create_index(op.f('ix_filing_challenge_id'), 'filing', ['challenge_id'], unique=False)
    op.create_table('filing_file',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('filing_id', sa.Integer(), nullable=False),
    sa.Column('file_id', sa.Integer(), nullable=False),
    sa.Column('added_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['file_id'], ['file.id'], name=op.f('fk_filing_file_file_id_file')),
    sa.ForeignKeyConstraint(['filing_id'], ['filing.id'], name=op.f('fk_filing_file_filing_id_filing')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_filing_file')),
    sa.UniqueConstraint('filing_id', 'file_id', name=op.f('uq_filing_file_filing_id'))
    )
    op.create_index(op.f('ix_filing_file_filing_id'), 'filing_file', ['filing_id'], unique=False)
    op.create_table('prior_claim',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('entry_id', sa.Integer(), nullable=False),
    sa.Column('filing_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('words', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('length(words) > 0', name=op.f('ck_prior_claim_says_what')),
    sa.ForeignKeyConstraint(['entry_id'], ['entry.id'], name=op.f('fk_prior_claim_entry_id_entry')),
    sa.ForeignKeyConstraint(['filing_id'], ['filing.id'], name=op.f('fk_prior_claim_filing_id_filing')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_prior_claim_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_prior_claim')),
    sa.UniqueConstraint('entry_id', name=op.f('uq_prior_claim_entry_id'))
    )
    op.create_index(op.f('ix_prior_claim_filing_id'), 'prior_claim', ['filing_id'], unique=False)
    for guard in SQLITE_GUARDS if op.get_bind().dialect.name == "sqlite" else POSTGRES_GUARDS:
        op.execute(sa.DDL(guard.replace("%", "%%")))
    op.add_column('entry_view', sa.Column('copy_no', sa.String(length=12), nullable=False, server_default=''))
    op.add_column('entry_view', sa.Column('copy_sha256', sa.String(length=64), nullable=False, server_default=''))
    _log_earlier_seals()


def downgrade() -> None:
    op.drop_column('entry_view', 'copy_sha256')
    op.drop_column('entry_view', 'copy_no')
    op.drop_table('prior_claim')
    op.drop_table('filing_file')
    op.drop_table('filing')
    op.drop_table('evidence_leaf')
    op.drop_table('evidence_node')
    op.drop_table('evidence_head')
    op.drop_table('evidence_checkpoint')
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION IF EXISTS evidence_checkpoint_is_kept")
        op.execute("DROP FUNCTION IF EXISTS evidence_head_grows_check")
        op.execute("DROP FUNCTION IF EXISTS evidence_head_stays_check")
        op.execute("DROP FUNCTION IF EXISTS evidence_node_is_kept")
        op.execute("DROP FUNCTION IF EXISTS evidence_leaf_is_kept")
        op.execute("DROP FUNCTION IF EXISTS evidence_leaf_gapless_check")
        op.execute("DROP FUNCTION IF EXISTS filing_is_kept")
        op.execute("DROP FUNCTION IF EXISTS prior_claim_is_kept")
