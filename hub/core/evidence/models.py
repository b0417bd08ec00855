"""The log: leaves, the nodes above them, its head, and the checkpoints. Triggers in the database let it do nothing but grow."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, Date, ForeignKey, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hub.db.extensions import db
from hub.db.journal import BigId
from hub.db.kept import guard, keep
from hub.db.personal import SEALED, holds_of_nobody, holds_of_person
from hub.db.types import UtcDateTime
from hub.kernel.words import N_


class EvidenceLeaf(db.Model):
    """One sealing. `place` counts from 0 without gaps; `commitment` is the salted SHA-256 of the manifest, which stays with the room that
    sealed it ("seal:5"). A `salt` that is empty is inside the manifest (sealed before there was a log)."""

    __tablename__ = "evidence_leaf"
    __table_args__ = (
        CheckConstraint("place >= 0", name="counts_from_zero"),
        CheckConstraint("length(commitment) = 64", name="whole_hash"),
        CheckConstraint("length(salt) IN (0, 64)", name="whole_salt"),
    )

    place: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    commitment: Mapped[str] = mapped_column(String(64), unique=True)
    salt: Mapped[str] = mapped_column(String(64), default="")
    subject: Mapped[str] = mapped_column(String(80), unique=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class EvidenceNode(db.Model):
    """The hash of a complete subtree of 2**level leaves; level 0 is computed from the leaf."""

    __tablename__ = "evidence_node"
    __table_args__ = (CheckConstraint("level > 0", name="above_the_leaves"), CheckConstraint("length(hash) = 64", name="whole_hash"))

    level: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    hash: Mapped[str] = mapped_column(String(64))


class EvidenceHead(db.Model):
    """The log's end: its size, its root and the `peaks` (hashes of the complete subtrees, left to right, 64 hex digits each). One row:
    locking it puts the writers of PostgreSQL in order."""

    __tablename__ = "evidence_head"
    __table_args__ = (CheckConstraint("id = 1", name="single"), CheckConstraint("size >= 0", name="size_counts"))

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    size: Mapped[int] = mapped_column(BigInteger)
    root: Mapped[str] = mapped_column(String(64))
    peaks: Mapped[str] = mapped_column(Text)


class EvidenceStamp(db.Model):
    """What a time-stamping authority (RFC 3161) answered about a checkpoint, whole and as it came: `stamped_at` by its own clock."""

    __tablename__ = "evidence_stamp"
    __table_args__ = (CheckConstraint("length(imprint) = 64", name="whole_hash"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    checkpoint_id: Mapped[int] = mapped_column(ForeignKey("evidence_checkpoint.id"), unique=True)
    authority: Mapped[str] = mapped_column(String(200))
    stamped_at: Mapped[datetime] = mapped_column(UtcDateTime)
    imprint: Mapped[str] = mapped_column(String(64))
    answer: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class EvidenceCheckpoint(db.Model):
    """The log's size and root on one day (UTC), signed."""

    __tablename__ = "evidence_checkpoint"
    __table_args__ = (CheckConstraint("size >= 0", name="size_counts"), CheckConstraint("length(root) = 64", name="whole_hash"))

    id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(Date, unique=True)
    size: Mapped[int] = mapped_column(BigInteger)
    root: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    site: Mapped[str] = mapped_column(String(200))
    key_id: Mapped[str] = mapped_column(String(16))
    signature: Mapped[str] = mapped_column(String(128))

    stamp: Mapped[EvidenceStamp | None] = relationship(lazy="joined", viewonly=True)


NEXT = "(SELECT COALESCE(MAX(place) + 1, 0) FROM evidence_leaf)"
NO_GAPS, NEVER_CHANGED, ONLY_GROWS = "the evidence log has no gaps", "the evidence log is never changed", "the evidence log only grows"


def _checked(table: str, name: str, act: str, wrong: str, says: str) -> dict[str, list[str]]:
    """`act` on a row is refused where the condition `wrong` holds."""
    raised = f"RAISE EXCEPTION '{says}' USING ERRCODE = 'integrity_constraint_violation'"
    return {
        "sqlite": [f"CREATE TRIGGER {name} BEFORE {act} ON {table} WHEN {wrong} BEGIN SELECT RAISE(ABORT, '{says}'); END"],
        "postgresql": [
            f"CREATE OR REPLACE FUNCTION {name}_check() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN IF {wrong} THEN {raised}; END IF; RETURN NEW; END $$",
            f"CREATE TRIGGER {name} BEFORE {act} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}_check()",
        ],
    }


keep(EvidenceLeaf.__table__, NEVER_CHANGED)
guard(EvidenceLeaf.__table__, _checked("evidence_leaf", "evidence_leaf_gapless", "INSERT", f"NEW.place <> {NEXT}", NO_GAPS))
keep(EvidenceNode.__table__, NEVER_CHANGED)
guard(EvidenceHead.__table__, _checked("evidence_head", "evidence_head_grows", "UPDATE", "NEW.size <= OLD.size", ONLY_GROWS))
guard(EvidenceHead.__table__, _checked("evidence_head", "evidence_head_stays", "DELETE", "OLD.size >= 0", ONLY_GROWS))
keep(EvidenceCheckpoint.__table__, NEVER_CHANGED)
keep(EvidenceStamp.__table__, NEVER_CHANGED)


holds_of_person("evidence_leaf", "person_id", what=N_("Seals of yours in the evidence log"), hides="salt", keeps=SEALED, fixed=True)
holds_of_nobody("evidence_node", "evidence_head", "evidence_checkpoint", "evidence_stamp", because="hashes of hashes, and their signatures")
