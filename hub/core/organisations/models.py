"""Organisations and memberships."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hub.core.organisations.states import Kind
from hub.db.extensions import db
from hub.db.personal import holds_of_nobody, holds_of_person
from hub.db.types import UtcDateTime, Versioned, enum_type
from hub.kernel import clock
from hub.kernel.actor import Role
from hub.kernel.levels import Level
from hub.kernel.words import N_


class Organisation(Versioned, db.Model):
    """`source` names the data set an imported organisation came with; it is empty for those founded here.

    `level` is kept by the room of verification.
    """

    __tablename__ = "organisation"
    __table_args__ = (
        CheckConstraint("length(name) > 0", name="name"),
        CheckConstraint("slug = lower(slug) AND length(slug) > 0", name="slug"),
        Index("ix_organisation_source_name", "source", "name"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[str] = mapped_column(String(160))
    kind: Mapped[Kind] = mapped_column(enum_type(Kind))
    country: Mapped[str] = mapped_column(String(2), default="")
    website: Mapped[str] = mapped_column(String(300), default="")
    about: Mapped[str] = mapped_column(Text, default="")
    source: Mapped[str] = mapped_column(String(40), default="")
    level: Mapped[Level] = mapped_column(enum_type(Level), default=Level.NONE, server_default=Level.NONE.value)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


class Membership(db.Model):
    __tablename__ = "membership"
    __table_args__ = (UniqueConstraint("organisation_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    role: Mapped[Role] = mapped_column(enum_type(Role))
    since: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


holds_of_person("membership", "person_id", what=N_("Organisations you belong to"), erase=True)
holds_of_nobody("organisation", because="an organisation is no person")
