"""The life of a pool and of a pledge."""

from __future__ import annotations

from hub.core.pools import rules
from hub.kernel.states import Machine, Move
from hub.kernel.words import N_, Worded


class State(Worded):
    DRAFT = "draft", N_("Draft")
    IN_REVIEW = "in_review", N_("In review")
    OPEN = "open", N_("Open for pledges")
    MET = "met", N_("Goal met")
    FAILED = "failed", N_("Goal missed")
    CANCELLED = "cancelled", N_("Cancelled")


class Act(Worded):
    """The moves, then what can be done without moving."""

    SUBMIT = "submit", N_("Send to review")
    RECALL = "recall", N_("Take back and change")
    RETURN = "return", N_("Send back with remarks")
    APPROVE = "approve", N_("Approve and open")
    MEET = "meet", N_("Release the money")
    FAIL = "fail", N_("Give the pledges back")
    CANCEL = "cancel", N_("Cancel the pool")
    DISCARD = "discard", N_("Discard the draft")

    DRAFT = "draft", N_("Draft")
    EDIT = "edit", N_("Edit")
    RETELL = "retell", N_("Change the story")
    UPDATE = "update", N_("Post an update")
    PLEDGE = "pledge", N_("Pledge")
    SPEND = "spend", N_("Pay out of the hold")
    SEE_BACKERS = "see_backers", N_("See the pledges")


class PledgeState(Worded):
    PLEDGED = "pledged", N_("Pledged")
    WITHDRAWN = "withdrawn", N_("Withdrawn")
    COLLECTED = "collected", N_("Collected")
    RETURNED = "returned", N_("Given back")


class PledgeAct(Worded):
    WITHDRAW = "withdraw", N_("Withdraw")
    COLLECT = "collect", N_("Collect")
    RETURN = "return", N_("Give back")


class For(Worded):
    """What a pool's money is for, and so where it goes when the goal is met."""

    CHALLENGE = "challenge", N_("The prize of a challenge")
    SPACE = "space", N_("The work of a community")
    PROJECT = "project", N_("A project of the organisation’s own")


SEEN = frozenset({State.OPEN, State.MET, State.FAILED, State.CANCELLED})
"""What everybody may read, provided that it ever opened."""
TOO_EARLY = N_("The deadline has not passed yet.")

LIFE = Machine(
    "pool",
    initial=State.DRAFT,
    moves=(
        Move(
            Act.SUBMIT, State.DRAFT, State.IN_REVIEW,
            when=rules.is_complete, unless=N_("Some parts of the draft are missing."), says=N_("Send to review"),
        ),
        Move(Act.DISCARD, State.DRAFT, State.CANCELLED, says=N_("Discard the draft")),
        Move(Act.RECALL, State.IN_REVIEW, State.DRAFT, says=N_("Take back and change")),
        Move(Act.RETURN, State.IN_REVIEW, State.DRAFT, says=N_("Send back with remarks")),
        Move(
            Act.APPROVE, State.IN_REVIEW, State.OPEN,
            when=rules.deadline_fits, unless=N_("Its deadline is too near by now: send it back."), says=N_("Approve and open"),
        ),
        Move(
            Act.MEET, State.OPEN, State.MET,
            when=rules.is_met, unless=N_("It is met when the deadline has passed and the goal is reached."), says=N_("Release the money"),
        ),
        Move(Act.FAIL, State.OPEN, State.FAILED, when=rules.is_missed, unless=TOO_EARLY, says=N_("Give the pledges back")),
        Move(Act.CANCEL, State.OPEN, State.CANCELLED, says=N_("Cancel the pool")),
    ),
)  # fmt: skip

PLEDGE = Machine(
    "pledge",
    initial=PledgeState.PLEDGED,
    moves=(
        Move(
            PledgeAct.WITHDRAW, PledgeState.PLEDGED, PledgeState.WITHDRAWN,
            when=rules.can_be_withdrawn, unless=N_("In the last 24 hours before the deadline pledges stand."), says=N_("Withdraw"),
        ),
        Move(PledgeAct.COLLECT, PledgeState.PLEDGED, PledgeState.COLLECTED),
        Move(PledgeAct.RETURN, PledgeState.PLEDGED, PledgeState.RETURNED),
    ),
)  # fmt: skip
