"""Tables of the spaces room. Charters and acceptances only grow: triggers in the database see to it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hub.communities.spaces.rules import Licence
from hub.communities.spaces.states import LIFE, SpaceRole, State
from hub.db.extensions import db
from hub.db.kept import keep
from hub.db.personal import CONTRACT, OFFICE, holds_of_person
from hub.db.types import UtcDateTime, Versioned, enum_type
from hub.kernel.taxonomy import Sector
from hub.kernel.words import N_


class Space(Versioned, db.Model):
    """A community around one subject. Everybody reads; whoever accepts the charter and the licence writes.

    `charter`, `licence` and `charter_number` repeat the newest SpaceCharter. `organisation_id` is the steering body, if it is an
    organisation. `active_at` is when anything was last written in it.
    """

    __tablename__ = "space"
    __table_args__ = (
        CheckConstraint("charter_number > 0", name="has_charter"),
        Index("ix_space_state", "state", "active_at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    summary: Mapped[str] = mapped_column(String(300))
    charter: Mapped[str] = mapped_column(Text)
    licence: Mapped[Licence] = mapped_column(enum_type(Licence))
    charter_number: Mapped[int] = mapped_column(default=1)
    language: Mapped[str] = mapped_column(String(8), default="en")
    sector: Mapped[Sector | None] = mapped_column(enum_type(Sector))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    state: Mapped[State] = mapped_column(enum_type(State), default=LIFE.initial)
    created_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    active_at: Mapped[datetime] = mapped_column(UtcDateTime)

    @property
    def ref(self) -> str:
        """How the journal and the index name it: "space:5"."""
        return f"space:{self.id}"

    @property
    def path(self) -> str:
        """Where it is read."""
        return f"/communities/{self.slug}"


class SpaceMember(db.Model):
    """Who belongs to a space now."""

    __tablename__ = "space_member"
    __table_args__ = (Index("ix_space_member_person", "person_id", "space_id"),)

    space_id: Mapped[int] = mapped_column(ForeignKey("space.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    role: Mapped[SpaceRole] = mapped_column(enum_type(SpaceRole), default=SpaceRole.MEMBER)
    joined_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SpaceCharter(db.Model):
    """One version of a space's charter and licence; `number` counts from 1, `note` says what changed and why."""

    __tablename__ = "space_charter"
    __table_args__ = (
        UniqueConstraint("space_id", "number"),
        CheckConstraint("number > 0", name="counted"),
        CheckConstraint("length(hash) = 64", name="whole_hash"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    space_id: Mapped[int] = mapped_column(ForeignKey("space.id"))
    number: Mapped[int]
    charter: Mapped[str] = mapped_column(Text)
    licence: Mapped[Licence] = mapped_column(enum_type(Licence))
    hash: Mapped[str] = mapped_column(String(64))
    note: Mapped[str] = mapped_column(String(500), default="")
    author_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    published_at: Mapped[datetime] = mapped_column(UtcDateTime)


class CharterAcceptance(db.Model):
    """Evidence: who accepted which charter and licence, through which session or key, and when."""

    __tablename__ = "charter_acceptance"
    __table_args__ = (UniqueConstraint("space_id", "person_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    space_id: Mapped[int] = mapped_column(ForeignKey("space.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    number: Mapped[int]
    hash: Mapped[str] = mapped_column(String(64))
    credential: Mapped[str] = mapped_column(String(40))
    accepted_at: Mapped[datetime] = mapped_column(UtcDateTime)


keep(SpaceCharter.__table__, "a charter is never changed")
keep(CharterAcceptance.__table__, "an acceptance is never unsaid")


holds_of_person("space", acted="created_by", keeps=OFFICE)
holds_of_person("space_charter", acted="author_id", keeps=OFFICE, fixed=True)
holds_of_person("charter_acceptance", "person_id", what=N_("Charters you accepted"), keeps=CONTRACT, fixed=True)
holds_of_person("space_member", "person_id", what=N_("Communities you belong to"), erase=True)
