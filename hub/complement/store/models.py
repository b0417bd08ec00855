"""Tables of the store."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hub.complement.products.models import Product, Release
from hub.complement.store.states import LIFE, State
from hub.db.extensions import db
from hub.db.personal import CONTRACT, PUBLIC, holds_of_person
from hub.db.types import UtcDateTime, Versioned, enum_type
from hub.kernel.words import N_


class Entitlement(Versioned, db.Model):
    """The right of a person or an organisation to use a product: one each. `serial` numbers its tokens; only the last one is taken.

    `release_id` is the version they fetched last.
    """

    __tablename__ = "entitlement"
    __table_args__ = (
        UniqueConstraint("product_id", "person_id", name="uq_entitlement_person"),
        UniqueConstraint("product_id", "organisation_id", name="uq_entitlement_organisation"),
        CheckConstraint("(organisation_id IS NULL) <> (person_id IS NULL)", name="one_holder"),
        CheckConstraint("state <> 'revoked' OR reason <> ''", name="revoked_has_reason"),
        CheckConstraint("serial > 0", name="serial_counts"),
        Index("ix_entitlement_person", "person_id", "state"),
        Index("ix_entitlement_organisation", "organisation_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[State] = mapped_column(enum_type(State), default=LIFE.initial)
    reason: Mapped[str] = mapped_column(Text, default="")
    serial: Mapped[int] = mapped_column(default=1)
    release_id: Mapped[int | None] = mapped_column(ForeignKey("product_release.id"))
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)

    product: Mapped[Product] = relationship(lazy="joined", innerjoin=True)
    release: Mapped[Release | None] = relationship(lazy="select")

    @property
    def ref(self) -> str:
        return f"entitlement:{self.id}"


class Rating(Versioned, db.Model):
    """One person's rating of a product they have installed, and the vendor's one reply."""

    __tablename__ = "product_rating"
    __table_args__ = (
        UniqueConstraint("product_id", "person_id"),
        CheckConstraint("stars BETWEEN 1 AND 5", name="stars_in_range"),
        CheckConstraint("(replied_at IS NULL) = (reply = '')", name="reply_is_whole"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    stars: Mapped[int]
    text: Mapped[str] = mapped_column(Text, default="")
    number: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    reply: Mapped[str] = mapped_column(Text, default="")
    replied_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    replied_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    product: Mapped[Product] = relationship(lazy="joined", innerjoin=True)

    @property
    def ref(self) -> str:
        return f"rating:{self.id}"

    @property
    def changed_since_reply(self) -> bool:
        return self.replied_at is not None and self.updated_at > self.replied_at


holds_of_person("entitlement", "person_id", what=N_("Products you may use"), keeps=CONTRACT)
holds_of_person(
    "product_rating", "person_id", what=N_("Your ratings of products"), acted="replied_by", hides="replied_by", words="text", keeps=PUBLIC
)
