"""The life of a challenge."""

from __future__ import annotations

from enum import StrEnum

from hub.contests.challenges import rules
from hub.kernel.states import Machine, Move
from hub.kernel.words import N_, Worded


class State(Worded):
    DRAFT = "draft", N_("Draft")
    IN_REVIEW = "in_review", N_("In review")
    APPROVED = "approved", N_("Approved")
    OPEN = "open", N_("Open for entries")
    JUDGING = "judging", N_("In judging")
    SELECTED = "selected", N_("Winner selected")
    AWARDED = "awarded", N_("Awarded")
    ENDED = "ended", N_("Ended")
    WITHDRAWN = "withdrawn", N_("Withdrawn")


class Phase(Worded):
    """What visitors filter by: where a public challenge stands, by the clock as well as by its state."""

    OPEN = "open", N_("Open for entries")
    JUDGING = "judging", N_("In judging")
    PAST = "past", N_("Past")


class Act(StrEnum):
    """The moves, then what can be done without moving."""

    SUBMIT = "submit"
    RETURN = "return"
    APPROVE = "approve"
    REOPEN = "reopen"
    PUBLISH = "publish"
    CLOSE = "close"
    SELECT = "select"
    AWARD = "award"
    RECONSIDER = "reconsider"
    END = "end"
    WITHDRAW = "withdraw"
    CANCEL = "cancel"

    DRAFT = "draft"
    EDIT = "edit"
    FUND = "fund"
    READ_STORY = "read_story"


PUBLIC = frozenset({State.OPEN, State.JUDGING, State.SELECTED, State.AWARDED, State.ENDED})
"""What everybody may read. A withdrawn challenge stays readable if it had been published."""

CLOSED = frozenset({State.JUDGING, State.SELECTED, State.AWARDED, State.ENDED})

LIFE = Machine(
    "challenge",
    initial=State.DRAFT,
    moves=(
        Move(
            Act.SUBMIT, State.DRAFT, State.IN_REVIEW,
            when=rules.is_complete, unless=N_("Some parts of the draft are missing."), says=N_("Send to review"),
        ),
        Move(Act.RETURN, State.IN_REVIEW, State.DRAFT, says=N_("Send back with remarks")),
        Move(Act.APPROVE, State.IN_REVIEW, State.APPROVED, says=N_("Approve")),
        Move(Act.REOPEN, State.APPROVED, State.DRAFT, says=N_("Back to the draft")),
        Move(
            Act.PUBLISH, State.APPROVED, State.OPEN,
            when=rules.ready_to_open, unless=N_("It opens once the whole prize is held, and before its deadline."), says=N_("Publish"),
        ),
        Move(
            Act.CLOSE, State.OPEN, State.JUDGING,
            when=rules.deadline_has_passed, unless=N_("The deadline has not passed yet."), says=N_("Close"),
        ),
        Move(Act.SELECT, State.JUDGING, State.SELECTED, says=N_("Select the winner")),
        Move(Act.AWARD, State.SELECTED, State.AWARDED, says=N_("Award")),
        Move(Act.RECONSIDER, State.SELECTED, State.JUDGING, says=N_("Select another entry")),
        Move(Act.END, State.JUDGING, State.ENDED, says=N_("End without an award")),
        Move(Act.WITHDRAW, State.DRAFT, State.WITHDRAWN, says=N_("Withdraw")),
        Move(Act.WITHDRAW, State.APPROVED, State.WITHDRAWN, says=N_("Withdraw")),
        Move(Act.CANCEL, State.OPEN, State.WITHDRAWN, says=N_("Cancel the challenge")),
    ),
)  # fmt: skip
