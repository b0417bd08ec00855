"""Profiles, their skills, and evidence of expertise."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, Date, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hub.core.profiles.states import Availability, EvidenceKind
from hub.db.extensions import db
from hub.db.personal import holds_of_person
from hub.db.types import UtcDateTime, Versioned, enum_type
from hub.kernel.words import N_


class Profile(Versioned, db.Model):
    """What a person tells of themselves. `visible`: everybody may read it; `is_expert`: it is also found by search and matching;
    `name_shown`: under the person's name, otherwise under the handle alone."""

    __tablename__ = "profile"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, autoincrement=False)
    headline: Mapped[str] = mapped_column(String(160), default="")
    bio: Mapped[str] = mapped_column(Text, default="")
    languages: Mapped[list[str]] = mapped_column(JSON, default=list)
    sectors: Mapped[list[str]] = mapped_column(JSON, default=list)
    availability: Mapped[Availability] = mapped_column(enum_type(Availability), default=Availability.OPEN)
    available_from: Mapped[date | None] = mapped_column(Date)
    visible: Mapped[bool] = mapped_column(default=False)
    is_expert: Mapped[bool] = mapped_column(default=True)
    name_shown: Mapped[bool] = mapped_column(default=True)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)

    skills: Mapped[list[Skill]] = relationship(order_by="Skill.position", cascade="all, delete-orphan", lazy="selectin")

    @property
    def skill_names(self) -> list[str]:
        return [skill.name for skill in self.skills]


class Skill(db.Model):
    """`plain` is the name in small letters: one person has a skill once."""

    __tablename__ = "skill"
    __table_args__ = (UniqueConstraint("person_id", "plain"), CheckConstraint("length(plain) > 0", name="plain"))

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("profile.person_id"), index=True)
    position: Mapped[int]
    name: Mapped[str] = mapped_column(String(60))
    plain: Mapped[str] = mapped_column(String(120), index=True)


class EvidenceItem(Versioned, db.Model):
    """One thing the person has done that shows what they can do."""

    __tablename__ = "evidence_item"
    __table_args__ = (
        CheckConstraint("length(title) > 0", name="title"),
        CheckConstraint("year BETWEEN 1900 AND 2200", name="year_in_range"),
        CheckConstraint("url = '' OR url LIKE 'http://%' OR url LIKE 'https://%'", name="url_is_web"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    kind: Mapped[EvidenceKind] = mapped_column(enum_type(EvidenceKind))
    title: Mapped[str] = mapped_column(String(300))
    text: Mapped[str] = mapped_column(Text, default="")
    year: Mapped[int | None]
    url: Mapped[str] = mapped_column(String(500), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


holds_of_person("profile", "person_id", what=N_("Your profile"), erase=True)
holds_of_person("skill", "person_id.person_id", what=N_("Your skills"), erase=True)
holds_of_person("evidence_item", "person_id", what=N_("Evidence of what you can do"), erase=True)
