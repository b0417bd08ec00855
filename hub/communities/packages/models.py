"""Tables of the packages room. What was submitted is never changed; what became of it is written beside it once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hub.communities.packages import rules
from hub.communities.packages.states import IN_HAND, LIFE, State
from hub.db.extensions import db
from hub.db.personal import OFFICE, PUBLIC, holds_of_person
from hub.db.types import UtcDateTime, Versioned, enum_type
from hub.kernel.words import N_


class WorkPackage(Versioned, db.Model):
    """A piece of work on one page of a space, worth `points` of credit.

    `claimant_id` has it in hand until `lease_until` (at that moment it is over), or submitted it, or is its author. `revision` is what
    the page became when it was merged; `reason` why it was withdrawn.
    """

    __tablename__ = "work_package"
    __table_args__ = (
        CheckConstraint(f"points BETWEEN 1 AND {rules.MOST_POINTS}", name="weighs"),
        CheckConstraint(f"lease_days BETWEEN {rules.LEAST_DAYS} AND {rules.MOST_DAYS}", name="lasts"),
        CheckConstraint("(state IN ('claimed', 'returned')) = (lease_until IS NOT NULL)", name="leased_in_hand"),
        CheckConstraint("state <> 'open' OR claimant_id IS NULL", name="open_is_nobodys"),
        CheckConstraint("state IN ('open', 'withdrawn') OR claimant_id IS NOT NULL", name="held_by_somebody"),
        CheckConstraint("(state = 'merged') = (revision IS NOT NULL)", name="merged_as_a_revision"),
        CheckConstraint("(state = 'withdrawn') = (length(reason) > 0)", name="withdrawn_for_a_reason"),
        Index("ix_work_package_space", "space_id", "state", "id"),
        Index("ix_work_package_claimant", "claimant_id", "state"),
        Index("ix_work_package_lease", "lease_until"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    space_id: Mapped[int] = mapped_column(ForeignKey("space.id"))
    page_id: Mapped[int] = mapped_column(ForeignKey("space_page.id"), index=True)
    title: Mapped[str] = mapped_column(String(rules.LONGEST_TITLE))
    brief: Mapped[str] = mapped_column(Text)
    points: Mapped[int]
    lease_days: Mapped[int] = mapped_column(default=rules.USUAL_DAYS)
    state: Mapped[State] = mapped_column(enum_type(State), default=LIFE.initial)
    created_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    moved_at: Mapped[datetime] = mapped_column(UtcDateTime)
    claimant_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revision: Mapped[int | None]
    reason: Mapped[str] = mapped_column(Text, default="")

    @property
    def ref(self) -> str:
        """How the journal and credit name it: "package:7"."""
        return f"package:{self.id}"

    @property
    def stands(self) -> State:
        """The state as everybody sees it: a claim whose time is over is open, even before the clock's next round."""
        return State.OPEN if self.state in IN_HAND and rules.is_over(self.lease_until) else self.state


class PackageSubmission(db.Model):
    """A whole new text of the page, made of its revision `base`; `number` counts from 1 in its package.

    `remarks` say why it was returned; `decided_by` is whoever returned or merged it.
    """

    __tablename__ = "package_submission"
    __table_args__ = (
        UniqueConstraint("package_id", "number"),
        CheckConstraint("number > 0 AND base > 0", name="counted"),
        CheckConstraint("(decided_by IS NULL) = (decided_at IS NULL)", name="decided_whole"),
        CheckConstraint("decided_by IS NULL OR decided_by <> author_id", name="reviewed_by_another"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    package_id: Mapped[int] = mapped_column(ForeignKey("work_package.id"))
    number: Mapped[int]
    author_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    base: Mapped[int]
    body: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(String(rules.LONGEST_NOTE), default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    remarks: Mapped[str] = mapped_column(Text, default="")
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


holds_of_person("work_package", acted="created_by claimant_id", keeps=OFFICE)
holds_of_person(
    "package_submission", "author_id", what=N_("Work you handed in to communities"), acted="decided_by", words="body note", keeps=PUBLIC
)
