"""Agreements between two named parties, while they are drawn up and after. The words themselves are terms of the agreements room."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, and_, or_
from sqlalchemy.orm import Mapped, mapped_column

from hub.core.contracts.rules import Takes
from hub.core.contracts.states import AS_PROPOSED, LIFE, State
from hub.core.wording.rules import Kind
from hub.db.extensions import db
from hub.db.personal import CONTRACT, holds_of_person
from hub.db.types import UtcDateTime, Versioned, enum_type
from hub.kernel.money import Money
from hub.kernel.words import N_


class Contract(Versioned, db.Model):
    """`organisation_id` or (without one) `person_id` draws it up, `other_*` is the other side; `takes` is which place the first has.

    `about` is what it belongs to ("deal:3") or "". `terms_id` is the newest version proposed, `force_terms_id` the one that binds.
    """

    __tablename__ = "contract"
    __table_args__ = (
        CheckConstraint("(person_id IS NULL) <> (organisation_id IS NULL)", name="one_drafter"),
        CheckConstraint("(other_person_id IS NULL) <> (other_organisation_id IS NULL)", name="one_other"),
        CheckConstraint("person_id IS NULL OR other_person_id IS NULL OR person_id <> other_person_id", name="two_people"),
        CheckConstraint(
            "organisation_id IS NULL OR other_organisation_id IS NULL OR organisation_id <> other_organisation_id", name="two_organisations"
        ),
        CheckConstraint("state NOT IN ('proposed', 'returned') OR terms_id IS NOT NULL", name="proposed_has_words"),
        CheckConstraint("(state <> 'in_force' OR force_terms_id IS NOT NULL) AND (state <> 'withdrawn' OR force_terms_id IS NULL)",
                        name="force_has_words"),
        CheckConstraint("(price_minor IS NULL) = (currency = '')", name="price_is_whole"),
        CheckConstraint("price_minor IS NULL OR price_minor > 0", name="price_is_positive"),
        Index("ix_contract_organisation", "organisation_id"),
        Index("ix_contract_other_organisation", "other_organisation_id"),
        Index("ix_contract_person", "person_id"),
        Index("ix_contract_other_person", "other_person_id"),
        Index("ix_contract_about", "about"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[Kind] = mapped_column(enum_type(Kind))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    other_person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    other_organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    takes: Mapped[Takes] = mapped_column(enum_type(Takes))
    about: Mapped[str] = mapped_column(String(80), default="")
    title: Mapped[str] = mapped_column(String(160))
    object: Mapped[str] = mapped_column(Text)
    price_minor: Mapped[int | None]
    currency: Mapped[str] = mapped_column(String(3), default="")
    choices: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[State] = mapped_column(enum_type(State), default=LIFE.initial)
    terms_id: Mapped[int | None] = mapped_column(ForeignKey("terms.id"))
    force_terms_id: Mapped[int | None] = mapped_column(ForeignKey("terms.id"))
    drafted_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    proposed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    in_force_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def ref(self) -> str:
        return f"contract:{self.id}"

    @property
    def path(self) -> str:
        return f"/contracts/{self.id}"

    @property
    def price(self) -> Money | None:
        return Money(self.price_minor, self.currency) if self.price_minor is not None else None


holds_of_person(
    "contract",
    "person_id other_person_id",
    what=N_("Agreements you drew up or were proposed"),
    acted="drafted_by",
    hides="drafted_by",
    told_if=lambda person: or_(
        Contract.person_id == person, and_(Contract.proposed_at.is_not(None), Contract.state.in_(sorted(AS_PROPOSED)))
    ),
    words="title object",
    keeps=CONTRACT,
)
