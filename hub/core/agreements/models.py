"""Agreements as they were shown, who is to sign them, who signed and who refused: these tables only grow, the database itself refuses
changes and removals. Beside them: what ends when, and how an organisation signs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import DDL, JSON, CheckConstraint, ForeignKey, Index, String, Table, Text, UniqueConstraint, event, text
from sqlalchemy.orm import Mapped, mapped_column

from hub.core.agreements.rules import Ending, Signers
from hub.core.wording.rules import Kind
from hub.db.extensions import db
from hub.db.personal import CONTRACT, OFFICE, holds_of_nobody, holds_of_person
from hub.db.types import UtcDateTime, enum_type
from hub.kernel.actor import Role
from hub.kernel.words import N_


class Terms(db.Model):
    """One version of the agreement of one kind about one subject ("challenge:12"). `hash` covers the text in both languages."""

    __tablename__ = "terms"
    __table_args__ = (UniqueConstraint("subject", "kind", "number"), CheckConstraint("number > 0", name="counted"))

    id: Mapped[int] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(String(80))
    scope: Mapped[str] = mapped_column(String(80))
    kind: Mapped[Kind] = mapped_column(enum_type(Kind))
    number: Mapped[int]
    title_en: Mapped[str] = mapped_column(String(200))
    title_zh: Mapped[str] = mapped_column(String(200))
    text_en: Mapped[str] = mapped_column(Text)
    text_zh: Mapped[str] = mapped_column(Text)
    summary_en: Mapped[list[str]] = mapped_column(JSON)
    summary_zh: Mapped[list[str]] = mapped_column(JSON)
    choices: Mapped[dict[str, Any]] = mapped_column(JSON)
    parties: Mapped[dict[str, str]] = mapped_column(JSON)
    hash: Mapped[str] = mapped_column(String(64))
    signer_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    drawn_up_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Signature(db.Model):
    """Evidence: who signed which text (by its hash), for which organisation, through which session or key, and when."""

    __tablename__ = "signature"
    __table_args__ = (UniqueConstraint("terms_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    terms_id: Mapped[int] = mapped_column(ForeignKey("terms.id"))
    hash: Mapped[str] = mapped_column(String(64))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    credential: Mapped[str] = mapped_column(String(40))
    signed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class TermsParty(db.Model):
    """A party without whose signature this version is not in force: a person, or an organisation that signs with `needed` people of those
    that `signers` names. Terms without any party are in force for each who signs them."""

    __tablename__ = "terms_party"
    __table_args__ = (
        UniqueConstraint("terms_id", "place"),
        CheckConstraint("(person_id IS NULL) <> (organisation_id IS NULL)", name="one_of_both"),
        CheckConstraint("needed BETWEEN 1 AND 2 AND (organisation_id IS NOT NULL OR needed = 1)", name="needed"),
        CheckConstraint("place > 0", name="place"),
        Index("ix_terms_party_person", "person_id"),
        Index("ix_terms_party_organisation", "organisation_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    terms_id: Mapped[int] = mapped_column(ForeignKey("terms.id"))
    place: Mapped[int]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    needed: Mapped[int]
    signers: Mapped[Signers] = mapped_column(enum_type(Signers))


class TermsRefusal(db.Model):
    """Somebody did not sign for a party, or took the text back, and says why: it is never in force. Without a person it lapsed."""

    __tablename__ = "terms_refusal"
    __table_args__ = (CheckConstraint("length(reason) > 0", name="has_a_reason"),)

    terms_id: Mapped[int] = mapped_column(ForeignKey("terms.id"), primary_key=True, autoincrement=False)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    reason: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class SignedAs(db.Model):
    """The role in which somebody signed for an organisation, as it was then."""

    __tablename__ = "signed_as"

    signature_id: Mapped[int] = mapped_column(ForeignKey("signature.id"), primary_key=True, autoincrement=False)
    role: Mapped[Role] = mapped_column(enum_type(Role))


class TermsOrigin(db.Model):
    """The template of an organisation from which these terms were drawn up, in the version of then; terms without a row are the site's
    standard text. From the clause numbered `own_from` on (None: nowhere) the words are the organisation's own. `template_id` refers to
    nothing in the database: templates of people may go."""

    __tablename__ = "terms_origin"
    __table_args__ = (CheckConstraint("own_from > 0", name="own_is_a_clause"), CheckConstraint("number > 0", name="counted"))

    terms_id: Mapped[int] = mapped_column(ForeignKey("terms.id"), primary_key=True, autoincrement=False)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    template_id: Mapped[int]
    number: Mapped[int]
    own_from: Mapped[int | None]


class AgreementEnd(db.Model):
    """What of an agreement ends when; `signature_id` is the one that put it in force. Noted when that happens, for the calendar."""

    __tablename__ = "agreement_end"
    __table_args__ = (
        UniqueConstraint("signature_id", "what"),
        Index("ix_agreement_end_terms", "terms_id"),
        Index("ix_agreement_end_due", "ends_at", sqlite_where=text("reminded_at IS NULL"), postgresql_where=text("reminded_at IS NULL")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    terms_id: Mapped[int] = mapped_column(ForeignKey("terms.id"))
    signature_id: Mapped[int] = mapped_column(ForeignKey("signature.id"))
    what: Mapped[Ending] = mapped_column(enum_type(Ending))
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    reminded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SigningRule(db.Model):
    """How an organisation signs agreements in which it is named; without a row one owner or manager does."""

    __tablename__ = "signing_rule"
    __table_args__ = (CheckConstraint("needed BETWEEN 1 AND 2", name="needed"),)

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), primary_key=True, autoincrement=False)
    needed: Mapped[int]
    signers: Mapped[Signers] = mapped_column(enum_type(Signers))
    set_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    set_at: Mapped[datetime] = mapped_column(UtcDateTime)


SQLITE_REFUSAL = "CREATE TRIGGER {table}_no_{act} BEFORE {act} ON {table} BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
POSTGRESQL_FUNCTION = (
    "CREATE OR REPLACE FUNCTION agreements_only_grow() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation'; END $$"
)
POSTGRESQL_REFUSAL = (
    "CREATE TRIGGER {table}_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} EXECUTE FUNCTION agreements_only_grow()"
)
APPEND_ONLY = ("terms", "signature", "terms_party", "terms_refusal", "signed_as", "terms_origin")


def append_only_statements(dialect: str) -> list[str]:
    """The statements that make this room's tables append-only, for the migration and for `create_all`."""
    if dialect == "sqlite":
        return [SQLITE_REFUSAL.format(table=table, act=act) for table in APPEND_ONLY for act in ("UPDATE", "DELETE")]
    return [POSTGRESQL_FUNCTION, *(POSTGRESQL_REFUSAL.format(table=table) for table in APPEND_ONLY)]


def _protect(table: Table) -> None:
    for act in ("UPDATE", "DELETE"):
        event.listen(table, "after_create", DDL(SQLITE_REFUSAL.format(table=table.name, act=act)).execute_if(dialect="sqlite"))
    for statement in (POSTGRESQL_FUNCTION.replace("%", "%%"), POSTGRESQL_REFUSAL.format(table=table.name)):
        event.listen(table, "after_create", DDL(statement).execute_if(dialect="postgresql"))


for model in (Terms, Signature, TermsParty, TermsRefusal, SignedAs, TermsOrigin):
    _protect(model.__table__)  # type: ignore[arg-type]


holds_of_person(
    "terms", "signer_id", what=N_("Agreements drawn up for you"), acted="drawn_up_by", hides="drawn_up_by", keeps=CONTRACT, fixed=True
)
holds_of_person("signature", "person_id", what=N_("Agreements you signed"), keeps=CONTRACT, fixed=True)
holds_of_person("terms_party", "person_id", what=N_("Agreements that name you as a party"), keeps=CONTRACT, fixed=True)
holds_of_person("terms_refusal", "person_id", what=N_("Agreements you did not sign, and why"), keeps=CONTRACT, fixed=True)
holds_of_person("signing_rule", acted="set_by", keeps=OFFICE)
holds_of_nobody("terms_origin", because="an organisation’s template")
holds_of_nobody("agreement_end", "signed_as", because="they hang on signatures, which say whose they are")
