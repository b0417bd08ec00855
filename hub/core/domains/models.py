"""Proofs of domains. What a website or a zone shows is for everybody to read; of a mail's secret only a hash is kept."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hub.core.domains import rules
from hub.core.domains.rules import Way
from hub.core.domains.states import LIFE, State
from hub.db.extensions import db
from hub.db.personal import OFFICE, holds_of_person
from hub.db.types import UtcDateTime, Versioned, enum_type


class DomainProof(Versioned, db.Model):
    """One way in which one organisation proves one domain. `next_at` is when the worker looks at it, `trouble` a code of what it found;
    the `address` that a mail goes to is forgotten once it has answered."""

    __tablename__ = "domain_proof"
    __table_args__ = (
        UniqueConstraint("organisation_id", "domain", "way"),
        CheckConstraint("domain = lower(domain) AND domain LIKE '%_._%'", name="domain"),
        CheckConstraint("(way IN ('web', 'dns')) = (token <> '')", name="web_has_its_token"),
        CheckConstraint("secret_hash IS NULL OR length(secret_hash) = 64", name="whole_hash"),
        CheckConstraint("way = 'email' OR (address = '' AND secret_hash IS NULL)", name="web_asks_no_mailbox"),
        CheckConstraint("state = 'asked' OR proven_at IS NOT NULL", name="proven_has_its_time"),
        CheckConstraint("state <> 'lost' OR missed_at IS NOT NULL", name="lost_was_missed"),
        CheckConstraint("tries >= 0", name="tries"),
        Index("ix_domain_proof_next_at", "next_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    domain: Mapped[str] = mapped_column(String(253))
    way: Mapped[Way] = mapped_column(enum_type(Way))
    state: Mapped[State] = mapped_column(enum_type(State), default=LIFE.initial)
    token: Mapped[str] = mapped_column(String(64), default="")
    address: Mapped[str] = mapped_column(String(254), default="")
    secret_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    asked_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    proven_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    looked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    missed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    next_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    tries: Mapped[int] = mapped_column(default=0)
    trouble: Mapped[str] = mapped_column(String(40), default="")

    @property
    def ref(self) -> str:
        return f"domain_proof:{self.id}"

    @property
    def file_address(self) -> str:
        """Where the website has to show our line; empty for other ways."""
        return rules.address_of(self.domain) if self.way is Way.WEB else ""

    @property
    def record(self) -> str:
        """The name whose TXT record has to say our line; empty for other ways."""
        return rules.record_of(self.domain) if self.way is Way.DNS else ""

    @property
    def line(self) -> str:
        return rules.line(self.token) if self.token else ""


holds_of_person("domain_proof", acted="asked_by", keeps=OFFICE)
