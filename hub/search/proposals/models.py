"""Tables of the proposals room."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, and_, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hub.db.extensions import db
from hub.db.personal import RECORD, holds_of_person
from hub.db.retention import forgets
from hub.db.types import UtcDateTime, Versioned, enum_type
from hub.kernel.words import N_
from hub.search.briefs.models import Brief
from hub.search.proposals.states import PROPOSAL, ProposalState


class Proposal(Versioned, db.Model):
    """One person's answer to one brief, non-confidential by their own declaration.

    `answers` are in the order of the brief's questions. `chosen` and `answer` are what the author is told with the decision.
    """

    __tablename__ = "brief_proposal"
    __table_args__ = (
        UniqueConstraint("brief_id", "person_id"),
        CheckConstraint(
            "state NOT IN ('submitted', 'shortlisted', 'selected', 'not_selected') OR handed_in_at IS NOT NULL", name="is_dated"
        ),
        CheckConstraint("handed_in_at IS NULL OR non_confidential", name="declared"),
        CheckConstraint("state NOT IN ('selected', 'not_selected') OR length(answer) > 0", name="decision_has_reason"),
        Index("ix_brief_proposal_person", "person_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    brief_id: Mapped[int] = mapped_column(ForeignKey("brief.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    title: Mapped[str] = mapped_column(String(200), default="")
    approach: Mapped[str] = mapped_column(Text, default="")
    answers: Mapped[list[str]] = mapped_column(JSON, default=list)
    non_confidential: Mapped[bool] = mapped_column(default=False)
    state: Mapped[ProposalState] = mapped_column(enum_type(ProposalState), default=PROPOSAL.initial)
    chosen: Mapped[bool | None]
    answer: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    handed_in_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    brief: Mapped[Brief] = relationship(lazy="joined", innerjoin=True)

    @property
    def ref(self) -> str:
        return f"proposal:{self.id}"

    @property
    def path(self) -> str:
        return f"/briefs/{self.brief_id}/proposals/{self.id}"

    @property
    def is_answered(self) -> bool:
        return self.chosen is not None and bool(self.answer)


class ProposalFile(db.Model):
    __tablename__ = "brief_proposal_file"
    __table_args__ = (UniqueConstraint("proposal_id", "file_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("brief_proposal.id"), index=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("file.id"))
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)


holds_of_person(
    "brief_proposal",
    "person_id",
    what=N_("Your proposals"),
    words="title approach answers",
    erase=lambda: Proposal.state == ProposalState.DRAFT,
    keeps=RECORD,
)
holds_of_person(
    "brief_proposal_file", "proposal_id.person_id", what=N_("Files on your proposals"), keeps=RECORD,
    erase=lambda: ProposalFile.proposal_id.in_(select(Proposal.id).where(Proposal.state == ProposalState.DRAFT)),
)  # fmt: skip
forgets(
    "proposal_drafts", N_("Drafts of proposals that were never handed in, with their files"), table="brief_proposal", days=730, least=30,
    old=lambda before: and_(Proposal.state == ProposalState.DRAFT, Proposal.updated_at < before),
    parts=[("brief_proposal_file", "proposal_id", "file_id")],
)  # fmt: skip
