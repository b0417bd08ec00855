"""Tables of the forms room."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hub.db.extensions import db
from hub.db.kept import guard
from hub.db.personal import OFFICE, holds_of_person
from hub.db.types import UtcDateTime, Versioned
from hub.portals.forms import rules


class IntakeForm(Versioned, db.Model):
    """One version of a portal's form. Once `published_at` it never changes (a trigger holds it); the newest published one is in use."""

    __tablename__ = "intake_form"
    __table_args__ = (UniqueConstraint("portal_id", "number"), CheckConstraint("number >= 1", name="counts_from_one"))

    id: Mapped[int] = mapped_column(primary_key=True)
    portal_id: Mapped[int] = mapped_column(ForeignKey("portal.id"))
    number: Mapped[int]
    fields: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    edited_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def questions(self) -> list[rules.Field]:
        """The questions as they were stored: checked then, taken as they are now."""
        return [
            rules.Field(
                key=row["key"], kind=rules.Kind(row["kind"]), label=row["label"], help=row["help"], required=row["required"],
                options=tuple(rules.Option(option["key"], option["label"]) for option in row["options"]),
            )
            for row in self.fields
        ]  # fmt: skip


KEPT = "a published form never changes"
guard(
    IntakeForm.__table__,
    {
        "sqlite": [
            "CREATE TRIGGER intake_form_kept BEFORE UPDATE ON intake_form WHEN OLD.published_at IS NOT NULL "
            f"BEGIN SELECT RAISE(ABORT, '{KEPT}'); END"
        ],
        "postgresql": [
            "CREATE OR REPLACE FUNCTION intake_form_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"RAISE EXCEPTION '{KEPT}' USING ERRCODE = 'integrity_constraint_violation'; END $$",
            "CREATE TRIGGER intake_form_kept BEFORE UPDATE ON intake_form FOR EACH ROW WHEN (OLD.published_at IS NOT NULL) "
            "EXECUTE FUNCTION intake_form_kept()",
        ],
    },
)


holds_of_person("intake_form", acted="edited_by", keeps=OFFICE, fixed=True)
