"""Profiles, their skills, and evidence of expertise."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import JSON, CheckConstraint, Date, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hub.core.profiles import rules
from hub.core.profiles.states import Availability, EvidenceKind
from hub.db.extensions import db
from hub.db.personal import holds_of_person
from hub.db.types import UtcDateTime, Versioned, enum_type
from hub.kernel.words import N_


class Profile(Versioned, db.Model):
    """What a person tells of themselves. `visible`: everybody may read it; `is_expert`: it is also found by search and matching;
    `name_shown`: under the person's name, otherwise under the handle alone. `language_levels`: Fluency by the code of the language, where
    it was told. `record_shown`: with counts of what they did here. `turns_on` is the next day on which what was said of availability reads
    otherwise."""

    __tablename__ = "profile"
    __table_args__ = (
        CheckConstraint("hours_a_week BETWEEN 1 AND 80", name="hours_in_range"),
        Index("ix_profile_turns_on", "turns_on"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, autoincrement=False)
    headline: Mapped[str] = mapped_column(String(160), default="")
    bio: Mapped[str] = mapped_column(Text, default="")
    languages: Mapped[list[str]] = mapped_column(JSON, default=list)
    language_levels: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    sectors: Mapped[list[str]] = mapped_column(JSON, default=list)
    availability: Mapped[Availability] = mapped_column(enum_type(Availability), default=Availability.OPEN)
    available_from: Mapped[date | None] = mapped_column(Date)
    available_until: Mapped[date | None] = mapped_column(Date)
    hours_a_week: Mapped[int | None]
    terms: Mapped[list[str]] = mapped_column(JSON, default=list)
    availability_said_on: Mapped[date | None] = mapped_column(Date)
    turns_on: Mapped[date | None] = mapped_column(Date)
    visible: Mapped[bool] = mapped_column(default=False)
    is_expert: Mapped[bool] = mapped_column(default=True)
    name_shown: Mapped[bool] = mapped_column(default=True)
    record_shown: Mapped[bool] = mapped_column(default=True)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)

    skills: Mapped[list[Skill]] = relationship(order_by="Skill.position", cascade="all, delete-orphan", lazy="selectin")

    @property
    def skill_names(self) -> list[str]:
        return [skill.name for skill in self.skills]

    @property
    def last_day(self) -> date | None:
        """The last day on which what was said of availability holds."""
        return rules.last_day(self.available_until, self.availability_said_on)

    def standing(self, today: date) -> Availability | None:
        """What holds on this day: None once it has lapsed; "later" is over when its day has come."""
        if self.last_day is not None and self.last_day < today:
            return None
        has_come = self.availability is Availability.LATER and self.available_from is not None and self.available_from <= today
        return Availability.OPEN if has_come else self.availability

    def next_turn(self, today: date) -> date | None:
        """The next day on which `standing` changes."""
        days = [self.available_from if self.availability is Availability.LATER else None]
        days.append(self.last_day + timedelta(days=1) if self.last_day else None)
        return min((day for day in days if day is not None and day > today), default=None)


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
    """One thing the person has done that shows what they can do. `venue` is where it appeared; `doi` has no address before it."""

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
    venue: Mapped[str] = mapped_column(String(300), default="")
    doi: Mapped[str] = mapped_column(String(200), default="")
    url: Mapped[str] = mapped_column(String(500), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    @property
    def link(self) -> str:
        return rules.link_to(self.doi, self.url)


holds_of_person("profile", "person_id", what=N_("Your profile"), erase=True)
holds_of_person("skill", "person_id.person_id", what=N_("Your skills"), erase=True)
holds_of_person("evidence_item", "person_id", what=N_("Evidence of what you can do"), erase=True)
