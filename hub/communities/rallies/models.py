"""Tables of the rallies room."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from hub.communities.ballots.models import Participant
from hub.communities.rallies import rules
from hub.communities.rallies.rules import LONGEST_TITLE, Licence
from hub.communities.rallies.states import IDEA_LIFE, LIFE, IdeaState, State, phase_of
from hub.db.extensions import db
from hub.db.personal import OFFICE, PUBLIC, holds_of_nobody, holds_of_person
from hub.db.types import UtcDateTime, Versioned, enum_type
from hub.kernel.levels import Level
from hub.kernel.words import N_


class Idea(Versioned, db.Model):
    """One participant's idea. Its texts are all in `idea_revision`; here is the present one."""

    __tablename__ = "idea"
    __table_args__ = (
        CheckConstraint("state <> 'removed' OR reason <> ''", name="removed_with_reason"),
        Index("ix_idea_rally", "rally_id", "id"),
        Index("ix_idea_participant", "participant_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    rally_id: Mapped[int] = mapped_column(ForeignKey("rally.id"))
    participant_id: Mapped[int] = mapped_column(ForeignKey("rally_participant.id"))
    title: Mapped[str] = mapped_column(String(LONGEST_TITLE))
    body: Mapped[str] = mapped_column(Text)
    state: Mapped[IdeaState] = mapped_column(enum_type(IdeaState), default=IDEA_LIFE.initial)
    reason: Mapped[str] = mapped_column(Text, default="")
    posted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    edited_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    participant: Mapped[Participant] = relationship(lazy="joined", innerjoin=True)

    @property
    def ref(self) -> str:
        return f"idea:{self.id}"

    @property
    def path(self) -> str:
        return f"/rallies/{self.rally_id}/ideas/{self.id}"


class IdeaRevision(db.Model):
    """A text that the idea has had, the first and the present one too. `number` counts from 1."""

    __tablename__ = "idea_revision"
    __table_args__ = (UniqueConstraint("idea_id", "number"), CheckConstraint("number > 0", name="number_counts"))

    id: Mapped[int] = mapped_column(primary_key=True)
    idea_id: Mapped[int] = mapped_column(ForeignKey("idea.id"))
    number: Mapped[int]
    title: Mapped[str] = mapped_column(String(LONGEST_TITLE))
    body: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class IdeaLink(db.Model):
    """`idea_id` builds on `onto_id`, an idea of the same rally; the links never close a circle."""

    __tablename__ = "idea_link"
    __table_args__ = (CheckConstraint("idea_id <> onto_id", name="not_on_itself"), Index("ix_idea_link_rally", "rally_id"))

    idea_id: Mapped[int] = mapped_column(ForeignKey("idea.id"), primary_key=True)
    onto_id: Mapped[int] = mapped_column(ForeignKey("idea.id"), primary_key=True)
    rally_id: Mapped[int] = mapped_column(ForeignKey("rally.id"))


class Rally(Versioned, db.Model):
    """A question of an organisation, and the schedule on which people post ideas, build on them and vote.

    `voters` is the level that votes take to be counted. `promise` says what happens with the ideas; together with the licence it is what
    participants accept. `answer` is what the host says after the close, `reason` why it was cancelled. Nothing here changes with a vote.
    """

    __tablename__ = "rally"
    __table_args__ = (
        CheckConstraint("votes_each BETWEEN 1 AND 20", name="votes_in_range"),
        CheckConstraint("voters <> 'none'", name="voters_are_somebody"),
        CheckConstraint(
            "state IN ('draft', 'discarded') OR (opens_at IS NOT NULL AND building_at IS NOT NULL AND voting_at IS NOT NULL "
            "AND closes_at IS NOT NULL AND opens_at < building_at AND building_at < voting_at AND voting_at < closes_at)",
            name="schedule_in_order",
        ),
        CheckConstraint("state <> 'cancelled' OR reason <> ''", name="cancelled_with_reason"),
        CheckConstraint("answered_at IS NULL OR (state = 'closed' AND answer <> '')", name="answer_is_whole"),
        Index("ix_rally_state", "state", "id"),
        Index("ix_rally_organisation", "organisation_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    author_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    title: Mapped[str] = mapped_column(String(LONGEST_TITLE))
    summary: Mapped[str] = mapped_column(Text, default="")
    question: Mapped[str] = mapped_column(Text, default="")
    promise: Mapped[str] = mapped_column(Text, default="")
    licence: Mapped[Licence] = mapped_column(enum_type(Licence), default=Licence.CC_BY)
    language: Mapped[str] = mapped_column(String(8), default="en")
    votes_each: Mapped[int] = mapped_column(default=3)
    voters: Mapped[Level] = mapped_column(enum_type(Level), default=Level.EMAIL, server_default="email")
    opens_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    building_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    voting_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closes_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    state: Mapped[State] = mapped_column(enum_type(State), default=LIFE.initial)
    reason: Mapped[str] = mapped_column(Text, default="")
    answer: Mapped[str] = mapped_column(Text, default="")
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)

    participant_count: Mapped[int] = column_property(
        select(func.count()).select_from(Participant).where(Participant.rally_id == id).correlate_except(Participant).scalar_subquery()
    )
    idea_count: Mapped[int] = column_property(
        select(func.count())
        .select_from(Idea)
        .where(Idea.rally_id == id, Idea.state == IdeaState.POSTED)
        .correlate_except(Idea)
        .scalar_subquery()
    )

    @property
    def ref(self) -> str:
        return f"rally:{self.id}"

    @property
    def path(self) -> str:
        return f"/rallies/{self.id}"

    @property
    def phase(self) -> State:
        """Where it stands by the clock."""
        return phase_of(self, self.state)

    @property
    def terms_hash(self) -> str:
        return rules.terms_hash(self.id, self.promise, self.licence)


holds_of_person("rally", acted="author_id", keeps=OFFICE)
holds_of_person("idea", "participant_id.person_id", what=N_("Your ideas"), words="title body", keeps=PUBLIC)
holds_of_person("idea_revision", "idea_id.participant_id.person_id", what=N_("What your ideas said"), words="title body", keeps=PUBLIC)
holds_of_nobody("idea_link", because="it joins two ideas")
