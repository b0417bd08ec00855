"""Tables of the ballots room."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hub.communities.ballots.rules import LONGEST_ALIAS, Uncounted
from hub.db.extensions import db
from hub.db.personal import PUBLIC, RECORD, holds_of_person
from hub.db.types import UtcDateTime, enum_type
from hub.kernel.words import N_


class Participant(db.Model):
    """Who joined, as whom, and how many votes they have left. The votes themselves are counted by the CHECK: never more than there are.

    `uncounted` is written when the vote closes, for those whose votes do not count."""

    __tablename__ = "rally_participant"
    __table_args__ = (
        UniqueConstraint("rally_id", "person_id"),
        UniqueConstraint("rally_id", "alias_key", name="uq_rally_participant_alias"),
        CheckConstraint("votes_left >= 0", name="votes_left_counts"),
        CheckConstraint("(alias = '') = (alias_key IS NULL)", name="alias_is_whole"),
        CheckConstraint("length(terms_hash) = 64", name="whole_hash"),
        Index("ix_rally_participant_person", "person_id", "rally_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    rally_id: Mapped[int] = mapped_column(ForeignKey("rally.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    alias: Mapped[str] = mapped_column(String(LONGEST_ALIAS), default="")
    alias_key: Mapped[str | None] = mapped_column(String(3 * LONGEST_ALIAS))
    votes_left: Mapped[int]
    terms_hash: Mapped[str] = mapped_column(String(64))
    joined_at: Mapped[datetime] = mapped_column(UtcDateTime)
    uncounted: Mapped[Uncounted | None] = mapped_column(enum_type(Uncounted))


class IdeaVote(db.Model):
    """One vote of one participant for one idea."""

    __tablename__ = "idea_vote"
    __table_args__ = (Index("ix_idea_vote_rally", "rally_id"), Index("ix_idea_vote_participant", "participant_id"))

    idea_id: Mapped[int] = mapped_column(ForeignKey("idea.id"), primary_key=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("rally_participant.id"), primary_key=True)
    rally_id: Mapped[int] = mapped_column(ForeignKey("rally.id"))
    cast_at: Mapped[datetime] = mapped_column(UtcDateTime)


holds_of_person("rally_participant", "person_id", what=N_("Rallies you took part in"), words="alias alias_key", keeps=PUBLIC)
holds_of_person("idea_vote", "participant_id.person_id", what=N_("Your votes"), keeps=RECORD)
