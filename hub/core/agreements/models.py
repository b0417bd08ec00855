"""Agreements as they were shown, and who signed them. Both tables only grow: the database itself refuses changes and removals."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import DDL, JSON, CheckConstraint, ForeignKey, String, Table, Text, UniqueConstraint, event
from sqlalchemy.orm import Mapped, mapped_column

from hub.core.agreements.rules import Kind
from hub.db.extensions import db
from hub.db.personal import CONTRACT, holds_of_person
from hub.db.types import UtcDateTime, enum_type
from hub.kernel.words import N_


class Terms(db.Model):
    """One version of the agreement of one kind about one subject ("challenge:12"). `hash` covers the text in both languages."""

    __tablename__ = "terms"
    __table_args__ = (UniqueConstraint("subject", "kind", "number"), CheckConstraint("number > 0", name="counted"))

    id: Mapped[int] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(String(80))
    scope: Mapped[str] = mapped_column(String(80))
    kind: Mapped[Kind] = mapped_column(enum_type(Kind))
    number: Mapped[int]
    title_en: Mapped[str] = mapped_column(String(200))
    title_zh: Mapped[str] = mapped_column(String(200))
    text_en: Mapped[str] = mapped_column(Text)
    text_zh: Mapped[str] = mapped_column(Text)
    summary_en: Mapped[list[str]] = mapped_column(JSON)
    summary_zh: Mapped[list[str]] = mapped_column(JSON)
    choices: Mapped[dict[str, Any]] = mapped_column(JSON)
    parties: Mapped[dict[str, str]] = mapped_column(JSON)
    hash: Mapped[str] = mapped_column(String(64))
    signer_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    drawn_up_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Signature(db.Model):
    """Evidence: who signed which text (by its hash), for which organisation, through which session or key, and when."""

    __tablename__ = "signature"
    __table_args__ = (UniqueConstraint("terms_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    terms_id: Mapped[int] = mapped_column(ForeignKey("terms.id"))
    hash: Mapped[str] = mapped_column(String(64))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    credential: Mapped[str] = mapped_column(String(40))
    signed_at: Mapped[datetime] = mapped_column(UtcDateTime)


SQLITE_REFUSAL = "CREATE TRIGGER {table}_no_{act} BEFORE {act} ON {table} BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
POSTGRESQL_FUNCTION = (
    "CREATE OR REPLACE FUNCTION agreements_only_grow() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation'; END $$"
)
POSTGRESQL_REFUSAL = (
    "CREATE TRIGGER {table}_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} EXECUTE FUNCTION agreements_only_grow()"
)
APPEND_ONLY = ("terms", "signature")


def append_only_statements(dialect: str) -> list[str]:
    """The statements that make this room's tables append-only, for the migration and for `create_all`."""
    if dialect == "sqlite":
        return [SQLITE_REFUSAL.format(table=table, act=act) for table in APPEND_ONLY for act in ("UPDATE", "DELETE")]
    return [POSTGRESQL_FUNCTION, *(POSTGRESQL_REFUSAL.format(table=table) for table in APPEND_ONLY)]


def _protect(table: Table) -> None:
    for act in ("UPDATE", "DELETE"):
        event.listen(table, "after_create", DDL(SQLITE_REFUSAL.format(table=table.name, act=act)).execute_if(dialect="sqlite"))
    for statement in (POSTGRESQL_FUNCTION.replace("%", "%%"), POSTGRESQL_REFUSAL.format(table=table.name)):
        event.listen(table, "after_create", DDL(statement).execute_if(dialect="postgresql"))


for model in (Terms, Signature):
    _protect(model.__table__)  # type: ignore[arg-type]


holds_of_person("terms", "signer_id", what=N_("Agreements drawn up for you"), acted="drawn_up_by", keeps=CONTRACT, fixed=True)
holds_of_person("signature", "person_id", what=N_("Agreements you signed"), keeps=CONTRACT, fixed=True)
