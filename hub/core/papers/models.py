"""Papers, their series of numbers, and what they are papers of; and the triggers that keep them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import DDL, BigInteger, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, event
from sqlalchemy.orm import Mapped, mapped_column

from hub.core.billing.rules import Owner
from hub.core.ledger.rules import OwnerKind
from hub.core.papers.rules import PaperKind
from hub.db.extensions import db
from hub.db.journal import BigId
from hub.db.personal import LAW, holds_of_nobody, holds_of_person
from hub.db.types import UtcDateTime, enum_type
from hub.kernel.money import Money
from hub.kernel.words import N_


class PaperSeries(db.Model):
    """The last number taken in one issuer's series of one year. Its row is locked while a number is taken, so a number is taken once,
    and a unit of work that is rolled back gives its number back."""

    __tablename__ = "paper_series"
    __table_args__ = (UniqueConstraint("issuer_kind", "issuer_id", "year"), CheckConstraint("last >= 0", name="not_negative"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    issuer_kind: Mapped[OwnerKind] = mapped_column(enum_type(OwnerKind))
    issuer_id: Mapped[int] = mapped_column(BigInteger)
    year: Mapped[int]
    last: Mapped[int] = mapped_column(BigInteger, default=0)


class Paper(db.Model):
    """One paper as it was issued. `content` is canonical JSON, `fingerprint` its SHA-256; `cause` is unique per issuer for ever."""

    __tablename__ = "paper"
    __table_args__ = (
        UniqueConstraint("number"),
        UniqueConstraint("issuer_kind", "issuer_id", "year", "place"),
        UniqueConstraint("cause", "issuer_kind", "issuer_id", "kind", "recipient_kind", "recipient_id"),
        UniqueConstraint("cancels_id"),
        CheckConstraint("place > 0", name="places_begin_at_one"),
        CheckConstraint("issuer_kind <> 'person'", name="persons_keep_no_series"),
        CheckConstraint("cancels_id IS NULL OR kind = 'credit_note'", name="credit_notes_cancel"),
        CheckConstraint("(kind = 'statement') = (period <> '')", name="statements_have_a_month"),
        Index("ix_paper_recipient", "recipient_kind", "recipient_id", "id"),
        Index("ix_paper_issuer", "issuer_kind", "issuer_id", "id"),
        Index("ix_paper_subject", "subject", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    number: Mapped[str] = mapped_column(String(40))
    issuer_kind: Mapped[OwnerKind] = mapped_column(enum_type(OwnerKind))
    issuer_id: Mapped[int] = mapped_column(BigInteger)
    year: Mapped[int]
    place: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[PaperKind] = mapped_column(enum_type(PaperKind))
    recipient_kind: Mapped[OwnerKind] = mapped_column(enum_type(OwnerKind, name="papers_recipientkind"))
    recipient_id: Mapped[int] = mapped_column(BigInteger)
    cause: Mapped[str] = mapped_column(String(120))
    subject: Mapped[str] = mapped_column(String(80), default="")
    period: Mapped[str] = mapped_column(String(7), default="")
    currency: Mapped[str] = mapped_column(String(3))
    minor: Mapped[int] = mapped_column(BigInteger)
    happened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    content: Mapped[str] = mapped_column(Text)
    fingerprint: Mapped[str] = mapped_column(String(64))
    cancels_id: Mapped[int | None] = mapped_column(ForeignKey("paper.id"))

    @property
    def ref(self) -> str:
        return f"paper:{self.id}"

    @property
    def amount(self) -> Money:
        return Money(self.minor, self.currency)

    @property
    def issuer(self) -> Owner:
        return Owner(self.issuer_kind, self.issuer_id)

    @property
    def recipient(self) -> Owner:
        return Owner(self.recipient_kind, self.recipient_id)


class PaperFact(db.Model):
    """A transaction and its paper: at most one of each issuer and kind for each recipient."""

    __tablename__ = "paper_fact"
    __table_args__ = (Index("ix_paper_fact_paper", "paper_id"),)

    transaction_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("transaction.id"), primary_key=True)
    issuer: Mapped[str] = mapped_column(String(40), primary_key=True)
    recipient: Mapped[str] = mapped_column(String(40), primary_key=True)
    kind: Mapped[PaperKind] = mapped_column(enum_type(PaperKind), primary_key=True)
    paper_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("paper.id"))


class PaperProgress(db.Model):
    """How far the papers have come: transactions looked at once more, months closed. One row."""

    __tablename__ = "paper_progress"
    __table_args__ = (CheckConstraint("id = 1", name="single"),)

    id: Mapped[int] = mapped_column(primary_key=True, default=1)
    looked_at_id: Mapped[int] = mapped_column(BigInteger, default=0)
    closed_month: Mapped[str] = mapped_column(String(7), default="")


CHANGED = "a paper is never changed or removed"
NEXT = "a paper takes the number that its series has just given"
SERIES = "a series gives one number after the other"

_NOT_NEXT = (
    "NOT EXISTS (SELECT 1 FROM paper_series WHERE issuer_kind = NEW.issuer_kind AND issuer_id = NEW.issuer_id "
    "AND year = NEW.year AND last = NEW.place)"
)
_PAPER_IS_THERE = "EXISTS (SELECT 1 FROM paper WHERE id = NEW.id OR number = NEW.number OR cancels_id = NEW.cancels_id)"
_FACT_IS_THERE = (
    "EXISTS (SELECT 1 FROM paper_fact WHERE transaction_id = NEW.transaction_id AND issuer = NEW.issuer "
    "AND recipient = NEW.recipient AND kind = NEW.kind)"
)
_SERIES_IS_THERE = (
    "EXISTS (SELECT 1 FROM paper_series WHERE id = NEW.id OR "
    "(issuer_kind = NEW.issuer_kind AND issuer_id = NEW.issuer_id AND year = NEW.year))"
)
_LAST_UNUSED = (
    "OLD.last > 0 AND NOT EXISTS (SELECT 1 FROM paper WHERE issuer_kind = OLD.issuer_kind AND issuer_id = OLD.issuer_id "
    "AND year = OLD.year AND place = OLD.last)"
)


def _jumps(unlike: str) -> str:
    moved = " OR ".join(f"NEW.{name} {unlike} OLD.{name}" for name in ("id", "issuer_kind", "issuer_id", "year"))
    return f"NEW.last <> OLD.last + 1 OR {_LAST_UNUSED} OR {moved}"


def _sqlite(name: str, on: str, *checks: tuple[str, str]) -> str:
    """Refuses with the second of each pair when the first holds; the checks of what is there stand against REPLACE."""
    body = " ".join(f"SELECT RAISE(ABORT, '{why}') WHERE {condition};" for condition, why in checks)
    return f"CREATE TRIGGER {name} BEFORE {on} BEGIN {body} END"


SQLITE: dict[str, tuple[str, ...]] = {
    "paper": (
        _sqlite("paper_is_never_changed", "UPDATE ON paper", ("TRUE", CHANGED)),
        _sqlite("paper_is_never_removed", "DELETE ON paper", ("TRUE", CHANGED)),
        _sqlite("paper_takes_the_next_number", "INSERT ON paper", (_PAPER_IS_THERE, CHANGED), (_NOT_NEXT, NEXT)),
    ),
    "paper_fact": (
        _sqlite("paper_fact_is_never_changed", "UPDATE ON paper_fact", ("TRUE", CHANGED)),
        _sqlite("paper_fact_is_never_removed", "DELETE ON paper_fact", ("TRUE", CHANGED)),
        _sqlite("paper_fact_is_never_replaced", "INSERT ON paper_fact", (_FACT_IS_THERE, CHANGED)),
    ),
    "paper_series": (
        _sqlite("paper_series_begins_at_zero", "INSERT ON paper_series", ("NEW.last <> 0", SERIES), (_SERIES_IS_THERE, SERIES)),
        _sqlite("paper_series_has_no_gap", "UPDATE ON paper_series", (_jumps("IS NOT"), SERIES)),
        _sqlite("paper_series_is_never_removed", "DELETE ON paper_series", ("TRUE", SERIES)),
    ),
}


def _function(name: str, *checks: tuple[str, str]) -> str:
    raising = "RAISE EXCEPTION '{}' USING ERRCODE = 'integrity_constraint_violation'"
    body = " ".join(f"IF {condition} THEN {raising.format(why)}; END IF;" for condition, why in checks)
    return f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} RETURN NEW; END $$"


def _postgresql(table: str) -> tuple[str, str]:
    """No row is removed, and the table is never emptied."""
    return (
        f"CREATE TRIGGER {table}_is_never_removed BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_refuse()",
        f"CREATE TRIGGER {table}_is_never_emptied BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION {table}_refuse()",
    )


_EACH = "FOR EACH ROW EXECUTE FUNCTION"

POSTGRESQL: dict[str, tuple[str, ...]] = {
    "paper": (
        _function("paper_refuse", ("TRUE", CHANGED)),
        _function("paper_next", (_NOT_NEXT, NEXT)),
        *_postgresql("paper"),
        f"CREATE TRIGGER paper_is_never_changed BEFORE UPDATE ON paper {_EACH} paper_refuse()",
        f"CREATE TRIGGER paper_takes_the_next_number BEFORE INSERT ON paper {_EACH} paper_next()",
    ),
    "paper_fact": (
        _function("paper_fact_refuse", ("TRUE", CHANGED)),
        *_postgresql("paper_fact"),
        f"CREATE TRIGGER paper_fact_is_never_changed BEFORE UPDATE ON paper_fact {_EACH} paper_fact_refuse()",
    ),
    "paper_series": (
        _function("paper_series_refuse", ("TRUE", SERIES)),
        _function("paper_series_begins", ("NEW.last <> 0", SERIES)),
        _function("paper_series_counts", (_jumps("IS DISTINCT FROM"), SERIES)),
        *_postgresql("paper_series"),
        f"CREATE TRIGGER paper_series_begins_at_zero BEFORE INSERT ON paper_series {_EACH} paper_series_begins()",
        f"CREATE TRIGGER paper_series_has_no_gap BEFORE UPDATE ON paper_series {_EACH} paper_series_counts()",
    ),
}
FUNCTIONS = {
    "paper": ("paper_refuse", "paper_next"),
    "paper_fact": ("paper_fact_refuse",),
    "paper_series": ("paper_series_refuse", "paper_series_begins", "paper_series_counts"),
}

for _table in (Paper.__table__, PaperFact.__table__, PaperSeries.__table__):
    for _statement in SQLITE[_table.name]:
        event.listen(_table, "after_create", DDL(_statement).execute_if(dialect="sqlite"))
    for _statement in POSTGRESQL[_table.name]:
        event.listen(_table, "after_create", DDL(_statement).execute_if(dialect="postgresql"))
    for _name in FUNCTIONS[_table.name]:
        event.listen(_table, "after_drop", DDL(f"DROP FUNCTION IF EXISTS {_name}() CASCADE").execute_if(dialect="postgresql"))


holds_of_person("paper", "recipient_kind:recipient_id", what=N_("Papers made out to you"), keeps=LAW, fixed=True)
holds_of_nobody("paper_fact", "paper_progress", "paper_series", because="numbers that lead to papers")
