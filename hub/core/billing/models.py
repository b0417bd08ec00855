"""The details that stand on the papers of persons and organisations."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hub.core.billing.rules import MOST_BP, Treatment
from hub.core.ledger.rules import OwnerKind
from hub.db.extensions import db
from hub.db.journal import BigId
from hub.db.personal import holds_of_person
from hub.db.types import UtcDateTime, Versioned, enum_type
from hub.kernel.words import N_


class Billing(Versioned, db.Model):
    """What stands on the papers of a person or an organisation from now on; papers that were issued keep what they say."""

    __tablename__ = "billing"
    __table_args__ = (
        UniqueConstraint("owner_kind", "owner_id"),
        CheckConstraint("owner_kind <> 'site'", name="the_site_has_settings"),
        CheckConstraint(f"tax_bp BETWEEN 0 AND {MOST_BP}", name="rate"),
        CheckConstraint("treatment <> 'reverse_charge' OR tax_id <> ''", name="reverse_charge_has_a_tax_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    owner_kind: Mapped[OwnerKind] = mapped_column(enum_type(OwnerKind))
    owner_id: Mapped[int] = mapped_column(BigInteger)
    legal_name: Mapped[str] = mapped_column(String(200), default="")
    address: Mapped[str] = mapped_column(Text, default="")
    country: Mapped[str] = mapped_column(String(2), default="")
    tax_id: Mapped[str] = mapped_column(String(40), default="")
    treatment: Mapped[Treatment] = mapped_column(enum_type(Treatment), default=Treatment.INCLUDED)
    tax_bp: Mapped[int] = mapped_column(default=0)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


holds_of_person("billing", "owner_kind:owner_id", what=N_("Your details on papers"), erase=True)
