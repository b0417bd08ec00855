"""Tables of the deals room. A look at an annex, once written, is never changed: triggers in the database see to it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hub.core.organisations.states import Kind as PartyKind
from hub.db.extensions import db
from hub.db.kept import guard
from hub.db.personal import CONTRACT, LOOKS, holds_of_nobody, holds_of_person
from hub.db.types import UtcDateTime, Versioned, enum_type
from hub.kernel.words import N_
from hub.tech_market.deals.states import LIFE, OPEN, Looked, Side, State
from hub.tech_market.listings.models import Listing
from hub.tech_market.listings.rules import Deal as DealKind

OPEN_STATES = ", ".join(f"'{state.value}'" for state in sorted(OPEN))


class Deal(Versioned, db.Model):
    """One party's interest in one listing and what becomes of it.

    `person_id` expressed it, for `organisation_id` or in their own name; the owner does not learn either before REVEALED. Until then it
    knows `party_kind` (None: a person), `party_country`, `domain_checked` (the address is at the organisation's own domain), as they were
    when the interest was expressed. `answer_by` is the end of the time that counts in the response rate, `unsilent_at` when something last
    happened, `closed_by` which side closed it.
    """

    __tablename__ = "deal"
    __table_args__ = (
        CheckConstraint("state IN ('interested', 'expired', 'closed_no_deal') OR answered_at IS NOT NULL", name="answer_is_dated"),
        CheckConstraint("state NOT IN ('declined', 'closed_deal', 'closed_no_deal') OR length(reason) > 0", name="close_has_reason"),
        CheckConstraint(
            "state NOT IN ('declined', 'closed_deal', 'closed_no_deal') OR (closed_by IS NOT NULL AND closed_at IS NOT NULL)",
            name="close_is_whole",
        ),
        CheckConstraint(
            "state NOT IN ('revealed', 'closed_deal') OR "
            "(revealed_at IS NOT NULL AND owner_signed_at IS NOT NULL AND party_signed_at IS NOT NULL)",
            name="names_after_both_signed",
        ),
        CheckConstraint("revealed_at IS NULL OR (owner_signed_at IS NOT NULL AND party_signed_at IS NOT NULL)", name="revealed_is_signed"),
        CheckConstraint("answered_at IS NULL OR answered_at >= asked_at", name="answer_follows"),
        Index(
            "uq_deal_one_open", "listing_id", "person_id", unique=True,
            sqlite_where=text(f"state IN ({OPEN_STATES})"), postgresql_where=text(f"state IN ({OPEN_STATES})"),
        ),
        Index("ix_deal_listing", "listing_id", "asked_at"),
        Index("ix_deal_person", "person_id", "id"),
        Index("ix_deal_organisation", "organisation_id", "id"),
        Index("ix_deal_silence", "state", "unsilent_at"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    listing_id: Mapped[int] = mapped_column(ForeignKey("listing.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    proposes: Mapped[DealKind | None] = mapped_column(enum_type(DealKind))
    message: Mapped[str] = mapped_column(Text)
    party_kind: Mapped[PartyKind | None] = mapped_column(enum_type(PartyKind))
    party_country: Mapped[str] = mapped_column(String(2), default="")
    domain_checked: Mapped[bool] = mapped_column(default=False)
    state: Mapped[State] = mapped_column(enum_type(State), default=LIFE.initial)
    terms_id: Mapped[int | None] = mapped_column(ForeignKey("terms.id"))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answer_by: Mapped[datetime] = mapped_column(UtcDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    owner_signed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    owner_signer_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    party_signed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revealed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_by: Mapped[Side | None] = mapped_column(enum_type(Side))
    reason: Mapped[str] = mapped_column(Text, default="")
    reminded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    unsilent_at: Mapped[datetime] = mapped_column(UtcDateTime)

    listing: Mapped[Listing] = relationship(lazy="joined", innerjoin=True)

    @property
    def ref(self) -> str:
        return f"deal:{self.id}"

    @property
    def path(self) -> str:
        return f"/deals/{self.id}"

    @property
    def names_are_known(self) -> bool:
        """Both have signed: each side knows who the other is, and goes on knowing it."""
        return self.revealed_at is not None

    def signed_at(self, side: Side) -> datetime | None:
        return self.owner_signed_at if side is Side.OWNER else self.party_signed_at


class DealPost(db.Model):
    """One message of one side to the other."""

    __tablename__ = "deal_post"
    __table_args__ = (CheckConstraint("length(body) > 0", name="says_something"), Index("ix_deal_post_deal", "deal_id", "id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    deal_id: Mapped[int] = mapped_column(ForeignKey("deal.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    side: Mapped[Side] = mapped_column(enum_type(Side))
    body: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class Annex(Versioned, db.Model):
    """The confidential part of a listing, in Markdown. Its files are AnnexFile rows."""

    __tablename__ = "annex"

    listing_id: Mapped[int] = mapped_column(ForeignKey("listing.id"), primary_key=True, autoincrement=False)
    body: Mapped[str] = mapped_column(Text, default="")
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class AnnexFile(db.Model):
    __tablename__ = "annex_file"
    __table_args__ = (UniqueConstraint("listing_id", "file_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    listing_id: Mapped[int] = mapped_column(ForeignKey("annex.listing_id"), index=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("file.id"))
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)


class AnnexLook(db.Model):
    """One look at an annex by somebody who does not belong to its owner; `deal_id` is the deal that opened it, if one did.
    A file is given out as a copy with a number, and its SHA-256."""

    __tablename__ = "annex_look"
    __table_args__ = (Index("ix_annex_look_listing", "listing_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    listing_id: Mapped[int] = mapped_column(ForeignKey("annex.listing_id"))
    deal_id: Mapped[int | None] = mapped_column(ForeignKey("deal.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    what: Mapped[Looked] = mapped_column(enum_type(Looked))
    file_name: Mapped[str] = mapped_column(String(255), default="")
    copy_no: Mapped[str] = mapped_column(String(12), default="", server_default="")
    copy_sha256: Mapped[str] = mapped_column(String(64), default="", server_default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime)


SAYS = "a look is never unsaid"
POSTGRESQL = (
    "CREATE OR REPLACE FUNCTION annex_look_is_kept() RETURNS trigger LANGUAGE plpgsql AS "
    f"$$ BEGIN RAISE EXCEPTION '{SAYS}' USING ERRCODE = 'integrity_constraint_violation'; END $$",
    "CREATE TRIGGER annex_look_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON annex_look EXECUTE FUNCTION annex_look_is_kept()",
)
_ON_SQLITE = "CREATE TRIGGER annex_look_no_{act} BEFORE {act} ON annex_look BEGIN SELECT RAISE(ABORT, '{says}'); END"
guard(AnnexLook.__table__, {"sqlite": [_ON_SQLITE.format(act=act, says=SAYS) for act in ("UPDATE", "DELETE")], "postgresql": POSTGRESQL})


holds_of_person(
    "deal", "person_id", what=N_("Your deals"), acted="owner_signer_id", hides="owner_signer_id", words="message", keeps=CONTRACT
)
holds_of_person("deal_post", "person_id", what=N_("What you wrote in deals"), words="body", keeps=CONTRACT)
holds_of_person("annex_look", "person_id", what=N_("Confidential annexes you looked at"), keeps=LOOKS, fixed=True)
holds_of_nobody("annex", "annex_file", because="a part of an organisation's listing")
