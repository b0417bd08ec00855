"""Tables of the products room."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hub.complement.platforms.models import Platform
from hub.complement.products.rules import Reason
from hub.complement.products.states import LIFE, RELEASE_LIFE, Stage, State
from hub.db.extensions import db
from hub.db.personal import CONTRACT, OFFICE, holds_of_person
from hub.db.types import UtcDateTime, Versioned, enum_type
from hub.kernel import clock
from hub.kernel.money import Money
from hub.kernel.taxonomy import Sector
from hub.kernel.words import N_


class Product(Versioned, db.Model):
    """What a vendor (an organisation or a person) publishes on a platform.

    `price_minor` is what a new user pays, 0 for what is free; what was sold keeps the price it was sold at.
    `licence` is an SPDX expression; for imported products it may be empty, and `stated` is what their source says. `listed_at` is the first
    listing; it is taken away when the platform takes the product off. `source_key` names the record it was imported from: such a product is
    released elsewhere, under `source_url`.
    """

    __tablename__ = "product"
    __table_args__ = (
        UniqueConstraint("platform_id", "slug"),
        CheckConstraint("(organisation_id IS NULL) <> (person_id IS NULL)", name="one_vendor"),
        CheckConstraint("state <> 'listed' OR listed_at IS NOT NULL", name="listed_is_dated"),
        CheckConstraint("source_key IS NULL OR source <> ''", name="source_is_named"),
        CheckConstraint("price_minor >= 0 AND (price_minor = 0) = (price_currency = '')", name="a_price_has_its_currency"),
        CheckConstraint("price_minor = 0 OR source_key IS NULL", name="imported_is_free"),
        Index("ix_product_platform_state", "platform_id", "state", "listed_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    platform_id: Mapped[int] = mapped_column(ForeignKey("platform.id"))
    slug: Mapped[str] = mapped_column(String(80))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    summary: Mapped[str] = mapped_column(Text, default="")
    description: Mapped[str] = mapped_column(Text, default="")
    language: Mapped[str] = mapped_column(String(8), default="en")
    sector: Mapped[Sector | None] = mapped_column(enum_type(Sector))
    categories: Mapped[list[str]] = mapped_column(JSON, default=list)
    homepage: Mapped[str] = mapped_column(String(500), default="")
    source_url: Mapped[str] = mapped_column(String(500), default="")
    licence: Mapped[str] = mapped_column(String(200), default="")
    stated: Mapped[str] = mapped_column(String(200), default="")
    price_minor: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    price_currency: Mapped[str] = mapped_column(String(3), default="", server_default="")
    state: Mapped[State] = mapped_column(enum_type(State), default=LIFE.initial)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    listed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    source: Mapped[str] = mapped_column(String(40), default="")
    source_key: Mapped[str | None] = mapped_column(String(300), unique=True)
    source_hash: Mapped[str] = mapped_column(String(64), default="")

    platform: Mapped[Platform] = relationship(lazy="joined", innerjoin=True)

    @property
    def ref(self) -> str:
        """How the journal and the index name it: "product:17"."""
        return f"product:{self.id}"

    @property
    def path(self) -> str:
        return f"{self.platform.path}/products/{self.slug}"

    @property
    def is_imported(self) -> bool:
        return self.source_key is not None

    @property
    def price(self) -> Money | None:
        """None for what is free."""
        return Money(self.price_minor, self.price_currency) if self.price_minor else None


class Release(Versioned, db.Model):
    """One version of a product: `number` is its semantic version, `size` is in bytes, `due_at` when a decision was promised.

    At most one release of a product is in review, and no published number is used twice: the partial indexes see to it.
    """

    __tablename__ = "product_release"
    __table_args__ = (
        CheckConstraint("size > 0", name="not_empty"),
        CheckConstraint("length(sha256) = 64", name="whole_hash"),
        CheckConstraint("state NOT IN ('approved', 'returned') OR decided_at IS NOT NULL", name="decision_is_dated"),
        CheckConstraint("state <> 'yanked' OR (yanked_at IS NOT NULL AND yank_reason <> '')", name="yank_has_reason"),
        Index(
            "uq_product_release_in_review", "product_id", unique=True,
            sqlite_where=text("state = 'in_review'"), postgresql_where=text("state = 'in_review'"),
        ),
        Index(
            "uq_product_release_number", "product_id", "number", unique=True,
            sqlite_where=text("state IN ('in_review', 'approved', 'yanked')"),
            postgresql_where=text("state IN ('in_review', 'approved', 'yanked')"),
        ),
        Index("ix_product_release_state", "state", "sent_at"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"), index=True)
    number: Mapped[str] = mapped_column(String(64))
    notes: Mapped[str] = mapped_column(Text, default="")
    licence: Mapped[str] = mapped_column(String(200))
    file_id: Mapped[int] = mapped_column(ForeignKey("file.id"))
    filename: Mapped[str] = mapped_column(String(120))
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64))
    state: Mapped[Stage] = mapped_column(enum_type(Stage), default=RELEASE_LIFE.initial)
    author_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    terms_id: Mapped[int] = mapped_column(ForeignKey("terms.id"))
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    yanked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    yank_reason: Mapped[str] = mapped_column(Text, default="")

    product: Mapped[Product] = relationship(lazy="joined", innerjoin=True)

    @property
    def ref(self) -> str:
        return f"release:{self.id}"

    @property
    def is_late(self) -> bool:
        """Is the promised time over without a decision?"""
        return self.state is Stage.IN_REVIEW and clock.now() >= self.due_at

    @property
    def path(self) -> str:
        return f"{self.product.path}/releases/{self.id}"


class Decision(db.Model):
    """What a reviewer decided, in words the vendor reads. Without a release: the product was taken off the list."""

    __tablename__ = "product_decision"
    __table_args__ = (
        CheckConstraint("verdict IN ('approved', 'returned', 'taken_off')", name="known_verdict"),
        CheckConstraint("verdict = 'approved' OR length(remarks) > 0", name="no_silent_rejection"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"), index=True)
    release_id: Mapped[int | None] = mapped_column(ForeignKey("product_release.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    verdict: Mapped[str] = mapped_column(String(20))
    reasons: Mapped[list[Any]] = mapped_column(JSON, default=list)
    remarks: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime)

    @property
    def reason_words(self) -> list[Reason]:
        return [Reason(code) for code in self.reasons]


holds_of_person("product", "person_id", what=N_("Your products"), words="name summary description homepage source_url", keeps=CONTRACT)
holds_of_person("product_decision", acted="person_id", keeps=OFFICE)
holds_of_person("product_release", "author_id", what=N_("Releases you uploaded"), words="notes yank_reason", keeps=CONTRACT)
