"""Tables of the listings room."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, Date, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from hub.db.extensions import db
from hub.db.personal import OFFICE, holds_of_person
from hub.db.types import UtcDateTime, Versioned, enum_type
from hub.kernel.taxonomy import Sector
from hub.tech_market.listings.rules import Deal, IpStatus, Kind
from hub.tech_market.listings.states import LIFE, State


class Listing(Versioned, db.Model):
    """One need or offer: the public part only.

    `expires_on` is the day it leaves the list unless renewed, `patent_expires_on` the last day of the right it offers.
    `source_key` names the record it was imported from (its organisation, not a person, is its author then), `source_hash` that
    record's fingerprint, by which a second import sees what has changed. `owner_shown` False keeps from readers whose it is.
    """

    __tablename__ = "listing"
    __table_args__ = (
        CheckConstraint("trl BETWEEN 1 AND 9", name="trl_in_range"),
        CheckConstraint("source_key IS NOT NULL OR author_id IS NOT NULL", name="has_author"),
        CheckConstraint("(source_key IS NULL) = (source = '')", name="source_is_whole"),
        CheckConstraint(
            "kind = 'offer' OR (patent_expires_on IS NULL AND case_number = '' AND serial_number = '' AND ip_status = 'none')",
            name="needs_have_no_patent",
        ),
        CheckConstraint("state NOT IN ('published', 'expired') OR published_at IS NOT NULL", name="published_is_dated"),
        Index("ix_listing_kind_state", "kind", "state", "published_at", "id"),
        Index("ix_listing_expires_on", "state", "expires_on"),
        Index("ix_listing_patent_expires_on", "ip_status", "patent_expires_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[Kind] = mapped_column(enum_type(Kind))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    owner_shown: Mapped[bool] = mapped_column(default=True)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    title: Mapped[str] = mapped_column(String(200))
    summary: Mapped[str] = mapped_column(Text, default="")
    body: Mapped[str] = mapped_column(Text, default="")
    language: Mapped[str] = mapped_column(String(8), default="en")
    sector: Mapped[Sector | None] = mapped_column(enum_type(Sector))
    deals: Mapped[list[str]] = mapped_column(JSON, default=list)
    trl: Mapped[int | None]
    categories: Mapped[list[str]] = mapped_column(JSON, default=list)
    ip_status: Mapped[IpStatus] = mapped_column(enum_type(IpStatus), default=IpStatus.NONE)
    case_number: Mapped[str] = mapped_column(String(80), default="")
    serial_number: Mapped[str] = mapped_column(String(80), default="")
    patent_expires_on: Mapped[date | None] = mapped_column(Date)
    licence: Mapped[str] = mapped_column(String(200), default="")
    link: Mapped[str] = mapped_column(String(500), default="")
    state: Mapped[State] = mapped_column(enum_type(State), default=LIFE.initial)
    remarks: Mapped[str] = mapped_column(Text, default="")
    expires_on: Mapped[date | None] = mapped_column(Date)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    submitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    renewed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    source: Mapped[str] = mapped_column(String(40), default="")
    source_key: Mapped[str | None] = mapped_column(String(300), unique=True)
    source_hash: Mapped[str] = mapped_column(String(64), default="")

    @property
    def ref(self) -> str:
        """How the journal and the index name it: "offer:17"."""
        return f"{self.kind}:{self.id}"

    @property
    def path(self) -> str:
        """Where it is read: "/offers/17"."""
        return f"/{self.kind}s/{self.id}"

    @property
    def deal_kinds(self) -> list[Deal]:
        return [Deal(deal) for deal in self.deals]

    @property
    def is_imported(self) -> bool:
        return self.source_key is not None


holds_of_person("listing", acted="author_id", keeps=OFFICE)
