"""The table of lab services."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from hub.db.extensions import db
from hub.db.personal import OFFICE, holds_of_person
from hub.db.types import UtcDateTime, Versioned, enum_type
from hub.kernel.money import Money
from hub.kernel.taxonomy import Sector
from hub.tech_market.services.rules import LONGEST_TITLE, LONGEST_UNIT, Tongue
from hub.tech_market.services.states import LIFE, State


class Service(Versioned, db.Model):
    """What a lab does for others. Prices in minor units of `currency`: both None on request, only the first a fixed price per `unit`."""

    __tablename__ = "service"
    __table_args__ = (
        CheckConstraint("price_from_minor > 0 AND (price_to_minor IS NULL OR price_to_minor >= price_from_minor)", name="price_range"),
        CheckConstraint("price_to_minor IS NULL OR price_from_minor IS NOT NULL", name="price_has_its_start"),
        CheckConstraint("turnaround_days BETWEEN 1 AND 730", name="turnaround_in_range"),
        CheckConstraint("state <> 'published' OR published_at IS NOT NULL", name="published_is_dated"),
        Index("ix_service_state", "state", "published_at", "id"),
        Index("ix_service_organisation", "organisation_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    author_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    title: Mapped[str] = mapped_column(String(LONGEST_TITLE))
    summary: Mapped[str] = mapped_column(Text, default="")
    description: Mapped[str] = mapped_column(Text, default="")
    language: Mapped[str] = mapped_column(String(8), default="en")
    sector: Mapped[Sector | None] = mapped_column(enum_type(Sector))
    unit: Mapped[str] = mapped_column(String(LONGEST_UNIT), default="")
    price_from_minor: Mapped[int | None] = mapped_column(BigInteger)
    price_to_minor: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3), default="USD")
    turnaround_days: Mapped[int | None]
    languages: Mapped[list[str]] = mapped_column(JSON, default=list)
    send_us: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[State] = mapped_column(enum_type(State), default=LIFE.initial)
    remarks: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    submitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def ref(self) -> str:
        return f"service:{self.id}"

    @property
    def path(self) -> str:
        return f"/services/{self.id}"

    @property
    def price_from(self) -> Money | None:
        return None if self.price_from_minor is None else Money(self.price_from_minor, self.currency)

    @property
    def price_to(self) -> Money | None:
        return None if self.price_to_minor is None else Money(self.price_to_minor, self.currency)

    @property
    def tongues(self) -> list[Tongue]:
        return [Tongue(tongue) for tongue in self.languages]


holds_of_person("service", acted="author_id", keeps=OFFICE)
