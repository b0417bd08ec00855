"""Saved choices: a person's or an organisation's templates, version by version."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from hub.core.wording.rules import Kind
from hub.db.extensions import db
from hub.db.personal import holds_of_person
from hub.db.types import UtcDateTime, Versioned, enum_type
from hub.kernel.words import N_


class AgreementTemplate(Versioned, db.Model):
    """A named template of one kind. `number` is its newest version; what was drawn up from an older one keeps its words."""

    __tablename__ = "agreement_template"
    __table_args__ = (
        CheckConstraint("(person_id IS NULL) <> (organisation_id IS NULL)", name="one_owner"),
        CheckConstraint("length(name) > 0", name="named"),
        CheckConstraint("number > 0", name="counted"),
        Index(
            "uq_agreement_template_of_organisation", "organisation_id", "kind", "name", unique=True,
            sqlite_where=text("archived_at IS NULL AND organisation_id IS NOT NULL"),
            postgresql_where=text("archived_at IS NULL AND organisation_id IS NOT NULL"),
        ),
        Index(
            "uq_agreement_template_of_person", "person_id", "kind", "name", unique=True,
            sqlite_where=text("archived_at IS NULL AND person_id IS NOT NULL"),
            postgresql_where=text("archived_at IS NULL AND person_id IS NOT NULL"),
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[Kind] = mapped_column(enum_type(Kind))
    name: Mapped[str] = mapped_column(String(80))
    number: Mapped[int]
    archived_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)

    @property
    def ref(self) -> str:
        return f"template:{self.id}"


class TemplateVersion(db.Model):
    """The choices of one version, and its clauses in the owner's own words (wording.rules.Own); written once."""

    __tablename__ = "template_version"
    __table_args__ = (UniqueConstraint("template_id", "number"), CheckConstraint("number > 0", name="counted"))

    id: Mapped[int] = mapped_column(primary_key=True)
    template_id: Mapped[int] = mapped_column(ForeignKey("agreement_template.id"))
    number: Mapped[int]
    choices: Mapped[dict[str, Any]] = mapped_column(JSON)
    own: Mapped[list[dict[str, str]]] = mapped_column(JSON, default=list, server_default="[]")
    made_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)


holds_of_person("agreement_template", "person_id", what=N_("Your agreement templates"), erase=True)
holds_of_person("template_version", "template_id.person_id", what=N_("Versions of your agreement templates"), acted="made_by", erase=True)
