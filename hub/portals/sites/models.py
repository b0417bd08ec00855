"""Tables of the sites room."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hub.db.extensions import db
from hub.db.personal import OFFICE, holds_of_person
from hub.db.types import UtcDateTime, Versioned, enum_type
from hub.kernel.words import N_
from hub.portals.sites import rules
from hub.portals.sites.states import LIFE, State


class Portal(Versioned, db.Model):
    """A customer's own site. `name` is the name in its first language, `names`, `taglines`, `welcomes`, `terms` are texts by language.

    `first` orders what is published ("challenge:3"), `hidden` leaves out. `stages` are three names by language, `days` what is promised
    for each.
    """

    __tablename__ = "portal"
    __table_args__ = (
        CheckConstraint("state = 'draft' OR opened_at IS NOT NULL", name="opened_is_dated"),
        CheckConstraint("state != 'closed' OR closed_at IS NOT NULL", name="closed_is_dated"),
        CheckConstraint("length(slug) >= 3 AND name != ''", name="can_be_called"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(40), unique=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    opened_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    name: Mapped[str] = mapped_column(String(rules.LONGEST_NAME))
    names: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    taglines: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    welcomes: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    terms: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    languages: Mapped[list[str]] = mapped_column(JSON, default=list)
    theme: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    logo_id: Mapped[int | None] = mapped_column(ForeignKey("file.id"))
    first: Mapped[list[str]] = mapped_column(JSON, default=list)
    hidden: Mapped[list[str]] = mapped_column(JSON, default=list)
    stages: Mapped[list[dict[str, str]]] = mapped_column(JSON, default=list)
    days: Mapped[list[int]] = mapped_column(JSON, default=list)
    state: Mapped[State] = mapped_column(enum_type(State), default=LIFE.initial)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    opened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    managers: Mapped[list[PortalManager]] = relationship(order_by="PortalManager.id", cascade="all, delete-orphan")

    @property
    def ref(self) -> str:
        """How the journal names it."""
        return f"portal:{self.id}"

    @property
    def path(self) -> str:
        return f"/p/{self.slug}"

    @property
    def default_language(self) -> str:
        return self.languages[0]

    def said(self, texts: dict[str, str] | None, language: str) -> str:
        """The text in this language, else in the portal's first."""
        return rules.say(texts, language, self.default_language)

    def name_in(self, language: str) -> str:
        return self.said(self.names, language)

    def stage_name(self, stage: int, language: str) -> str:
        """Of stage 1, 2 or 3."""
        return self.said(self.stages[stage - 1], language)


class PortalManager(db.Model):
    """Somebody of the customer's organisation who runs the portal; counts only while they belong to it."""

    __tablename__ = "portal_manager"
    __table_args__ = (UniqueConstraint("portal_id", "person_id"), Index("ix_portal_manager_person", "person_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    portal_id: Mapped[int] = mapped_column(ForeignKey("portal.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    named_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    since: Mapped[datetime] = mapped_column(UtcDateTime)


holds_of_person("portal", acted="opened_by", keeps=OFFICE)
holds_of_person("portal_manager", "person_id", what=N_("Portals you look after"), acted="named_by", hides="named_by", erase=True)
