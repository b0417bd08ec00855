"""Tables of the sales room. The money itself stands in the books (`hub.core.royalties`, named by `sale_id`)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hub.complement.products.models import Product, Release
from hub.complement.sales.states import LIFE, State
from hub.complement.store.models import Entitlement
from hub.db.extensions import db
from hub.db.journal import BigId
from hub.db.personal import LAW, holds_of_person
from hub.db.types import UtcDateTime, enum_type
from hub.kernel import clock
from hub.kernel.money import Money
from hub.kernel.words import N_


class Purchase(db.Model):
    """What a person or an organisation agreed to and paid: product, version, licence, price. `bought_by` did it.

    One that stands for each buyer and product: the partial indexes see to it.
    """

    __tablename__ = "product_purchase"
    __table_args__ = (
        UniqueConstraint("sale_id"),
        CheckConstraint("(organisation_id IS NULL) <> (person_id IS NULL)", name="one_buyer"),
        CheckConstraint("price_minor > 0", name="something_was_paid"),
        CheckConstraint("(state = 'returned') = (returned_at IS NOT NULL)", name="returned_is_dated"),
        CheckConstraint("state <> 'returned' OR reason <> ''", name="returned_has_reason"),
        CheckConstraint("returnable_until IS NULL OR returnable_until > at", name="returnable_after_it_was_bought"),
        *(
            Index(
                f"uq_product_purchase_{buyer}", "product_id", f"{buyer}_id", unique=True,
                sqlite_where=text("state = 'paid'"), postgresql_where=text("state = 'paid'"),
            )
            for buyer in ("person", "organisation")
        ),
        Index("ix_product_purchase_person", "person_id", "id"),
        Index("ix_product_purchase_organisation", "organisation_id", "id"),
        Index("ix_product_purchase_entitlement", "entitlement_id"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"))
    release_id: Mapped[int] = mapped_column(ForeignKey("product_release.id"))
    entitlement_id: Mapped[int] = mapped_column(ForeignKey("entitlement.id"))
    sale_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("sale.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    bought_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    licence: Mapped[str] = mapped_column(String(200))
    price_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    returnable_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    state: Mapped[State] = mapped_column(enum_type(State), default=LIFE.initial)
    returned_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(Text, default="")

    product: Mapped[Product] = relationship(lazy="joined", innerjoin=True)
    release: Mapped[Release] = relationship(lazy="joined", innerjoin=True)
    entitlement: Mapped[Entitlement] = relationship(lazy="joined", innerjoin=True)

    @property
    def ref(self) -> str:
        return f"purchase:{self.id}"

    @property
    def path(self) -> str:
        return f"/purchases/{self.id}"

    @property
    def price(self) -> Money:
        return Money(self.price_minor, self.currency)

    @property
    def is_returnable(self) -> bool:
        """Do the platform's days still last?"""
        return self.state is State.PAID and self.returnable_until is not None and clock.now() < self.returnable_until


holds_of_person("product_purchase", "person_id", what=N_("Products you bought"), acted="bought_by", words="reason", keeps=LAW)
