"""Certificates of a record: a statement of what a side's finished deals came to, signed by the site."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hub.core.disputes.rules import Side
from hub.db.extensions import db
from hub.db.personal import holds_of_person
from hub.db.types import UtcDateTime
from hub.kernel.words import N_


class Certificate(db.Model):
    """A statement of a record as it was, signed by the site. Whoever has `code` may see it and whether it still stands."""

    __tablename__ = "record_certificate"
    __table_args__ = (
        UniqueConstraint("code"),
        CheckConstraint("(person_id IS NULL) <> (organisation_id IS NULL)", name="of_one"),
        CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_by IS NULL)", name="withdrawn_by_somebody"),
        CheckConstraint("until > issued_at", name="lasts"),
        Index("ix_record_certificate_person", "person_id", "id"),
        Index("ix_record_certificate_organisation", "organisation_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(43))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    statement: Mapped[dict[str, Any]] = mapped_column(JSON)
    signature: Mapped[str] = mapped_column(String(128))
    issued_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    until: Mapped[datetime] = mapped_column(UtcDateTime)
    withdrawn_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def ref(self) -> str:
        return f"certificate:{self.id}"

    @property
    def path(self) -> str:
        return f"/reputation/certificates/{self.code}"

    @property
    def side(self) -> Side:
        return Side(self.person_id, self.organisation_id)


holds_of_person(
    "record_certificate", "person_id", what=N_("Certificates of your record"), acted="issued_by withdrawn_by",
    hides="signature withdrawn_by", erase=True,
)  # fmt: skip
