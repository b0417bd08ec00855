"""Tables of the platforms room."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from hub.complement.platforms.states import LIFE, State
from hub.db.extensions import db
from hub.db.personal import OFFICE, holds_of_person
from hub.db.types import UtcDateTime, Versioned, enum_type


class Platform(Versioned, db.Model):
    """What an organisation opens for others to build on.

    The boundary has three readable parts: open to all, under confidentiality (may be empty), proprietary. `review_days` is the promise that
    every release is decided on; `share_bp` the owner's part of sales in 1/100 % at most (the bands of the day stand with the sales);
    for `refund_days` a buyer may give a paid product back. `terms_id` is the current developer agreement, made from the owner's
    template `template_version_id` or (None) the site's standard text.
    `source_key` marks a catalogue: its products are imported, nobody publishes there.
    """

    __tablename__ = "platform"
    __table_args__ = (
        CheckConstraint("review_days BETWEEN 1 AND 60", name="promises_days"),
        CheckConstraint("share_bp BETWEEN 0 AND 5000", name="share_in_range"),
        CheckConstraint("secrecy_years BETWEEN 1 AND 30", name="secrecy_in_range"),
        CheckConstraint("refund_days BETWEEN 0 AND 60", name="refund_in_range"),
        CheckConstraint("state = 'draft' OR opened_at IS NOT NULL", name="open_is_dated"),
        CheckConstraint("state = 'draft' OR source_key IS NOT NULL OR terms_id IS NOT NULL", name="open_has_agreement"),
        CheckConstraint("source_key IS NOT NULL OR author_id IS NOT NULL", name="has_author"),
        Index("ix_platform_state", "state", "opened_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    name: Mapped[str] = mapped_column(String(80))
    summary: Mapped[str] = mapped_column(Text, default="")
    about: Mapped[str] = mapped_column(Text, default="")
    language: Mapped[str] = mapped_column(String(8), default="en")
    public_part: Mapped[str] = mapped_column(Text, default="")
    nda_part: Mapped[str] = mapped_column(Text, default="")
    proprietary_part: Mapped[str] = mapped_column(Text, default="")
    secrecy_years: Mapped[int] = mapped_column(default=3)
    review_days: Mapped[int] = mapped_column(default=5)
    share_bp: Mapped[int] = mapped_column(default=0)
    refund_days: Mapped[int] = mapped_column(default=14, server_default="14")
    state: Mapped[State] = mapped_column(enum_type(State), default=LIFE.initial)
    reason: Mapped[str] = mapped_column(Text, default="")
    template_version_id: Mapped[int | None]
    terms_id: Mapped[int | None] = mapped_column(ForeignKey("terms.id"))
    source_key: Mapped[str | None] = mapped_column(String(40), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    opened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def ref(self) -> str:
        """How the journal, the agreements and the index name it: "platform:3"."""
        return f"platform:{self.id}"

    @property
    def path(self) -> str:
        return f"/platforms/{self.slug}"

    @property
    def is_catalogue(self) -> bool:
        return self.source_key is not None

    @property
    def takes_releases(self) -> bool:
        return self.state is State.OPEN and not self.is_catalogue


holds_of_person("platform", acted="author_id", keeps=OFFICE)
