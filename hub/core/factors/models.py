"""Second factors of people. The secret of an app is encrypted, of recovery codes an HMAC is kept, of passkeys the public half."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hub.db.extensions import db
from hub.db.personal import holds_of_nobody, holds_of_person
from hub.db.types import UtcDateTime
from hub.kernel import clock
from hub.kernel.words import N_


class AuthenticatorApp(db.Model):
    """At most one a person. It counts once a right code has confirmed it; `last_step` is the newest time step whose code was taken."""

    __tablename__ = "authenticator_app"
    __table_args__ = (CheckConstraint("last_step >= 0", name="last_step"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), unique=True)
    sealed_secret: Mapped[str] = mapped_column(String(200))
    last_step: Mapped[int] = mapped_column(BigInteger, default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class RecoveryCode(db.Model):
    __tablename__ = "recovery_code"
    __table_args__ = (
        UniqueConstraint("person_id", "code_hash", name="uq_recovery_code_person"),
        CheckConstraint("length(code_hash) = 64", name="code_hash"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    code_hash: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Passkey(db.Model):
    """`handle` is what the authenticator knows the person by: random, the same for all passkeys of a person, nothing else."""

    __tablename__ = "passkey"
    __table_args__ = (
        CheckConstraint("sign_count >= 0", name="sign_count"),
        CheckConstraint("length(name) > 0", name="name"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    handle: Mapped[str] = mapped_column(String(90))
    credential_id: Mapped[str] = mapped_column(String(1400), unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(BigInteger)
    backed_up: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SpentChallenge(db.Model):
    """A challenge that a passkey has answered: it is taken once."""

    __tablename__ = "spent_challenge"
    __table_args__ = (CheckConstraint("length(hash) = 64", name="hash"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    hash: Mapped[str] = mapped_column(String(64), unique=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now, index=True)


class FactorRemoval(db.Model):
    """An administrator took all second factors off an account, and why; the journal has the fingerprint of the reason."""

    __tablename__ = "factor_removal"
    __table_args__ = (CheckConstraint("length(reason) > 0", name="reason"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    removed_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(String(500))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


holds_of_person("authenticator_app", "person_id", what=N_("Your authenticator app"), hides="sealed_secret", erase=True)
holds_of_person("passkey", "person_id", what=N_("Your passkeys"), hides="public_key", erase=True)
holds_of_person("recovery_code", "person_id", what=N_("Your recovery codes"), hides="code_hash", erase=True)
holds_of_person(
    "factor_removal",
    "person_id",
    what=N_("When your second factors were removed for you"),
    acted="removed_by",
    hides="removed_by",
    erase=True,
)
holds_of_nobody("spent_challenge", because="hashes of random numbers")
