"""The life of a rally, moved on by the clock, and that of an idea."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from hub.communities.rallies import rules
from hub.communities.rallies.rules import Scheduled
from hub.kernel.states import Machine, Move
from hub.kernel.words import N_, Worded


class State(Worded):
    DRAFT = "draft", N_("Draft")
    ANNOUNCED = "announced", N_("Announced")
    POSTING = "posting", N_("Posting ideas")
    BUILDING = "building", N_("Building on ideas")
    VOTING = "voting", N_("Voting")
    CLOSED = "closed", N_("Closed")
    CANCELLED = "cancelled", N_("Cancelled")
    DISCARDED = "discarded", N_("Discarded")


class Act(StrEnum):
    """The moves, then what can be done without moving."""

    ANNOUNCE = "announce"
    REVISE = "revise"
    DISCARD = "discard"
    OPEN = "open"
    BUILD = "build"
    VOTE = "vote"
    CLOSE = "close"
    ANSWER = "answer"
    CANCEL = "cancel"

    DRAFT = "draft"
    EDIT = "edit"
    EXTEND = "extend"
    JOIN = "join"


class IdeaState(Worded):
    POSTED = "posted", N_("Posted")
    WITHDRAWN = "withdrawn", N_("Withdrawn by its author")
    REMOVED = "removed", N_("Taken down")


class IdeaAct(StrEnum):
    EDIT = "edit"
    WITHDRAW = "withdraw"
    REMOVE = "remove"
    RESTORE = "restore"


PHASES = (State.ANNOUNCED, State.POSTING, State.BUILDING, State.VOTING, State.CLOSED)
"""By how many of the schedule's moments have come."""
RUNNING = frozenset({State.POSTING, State.BUILDING, State.VOTING})
MOVING = RUNNING | {State.ANNOUNCED}
"""Those that the clock moves on."""
TAKES_IDEAS = frozenset({State.POSTING, State.BUILDING})
PUBLIC = frozenset({*PHASES, State.CANCELLED})
TOO_EARLY = N_("Its time has not come yet.")
CANCEL = N_("Cancel the rally")

LIFE = Machine(
    "rally",
    initial=State.DRAFT,
    moves=(
        Move(
            Act.ANNOUNCE, State.DRAFT, State.ANNOUNCED,
            when=rules.is_complete, unless=N_("Some parts of the draft are missing."), says=N_("Announce it"),
        ),
        Move(Act.DISCARD, State.DRAFT, State.DISCARDED, says=N_("Discard the draft")),
        Move(Act.REVISE, State.ANNOUNCED, State.DRAFT, says=N_("Take back and change")),
        Move(Act.OPEN, State.ANNOUNCED, State.POSTING, when=rules.has_opened, unless=TOO_EARLY, says=N_("Open for ideas")),
        Move(Act.BUILD, State.POSTING, State.BUILDING, when=rules.building_has_come, unless=TOO_EARLY, says=N_("Go on to building")),
        Move(Act.VOTE, State.BUILDING, State.VOTING, when=rules.voting_has_come, unless=TOO_EARLY, says=N_("Open the vote")),
        Move(Act.CLOSE, State.VOTING, State.CLOSED, when=rules.has_ended, unless=TOO_EARLY, says=N_("Close the vote")),
        Move(
            Act.ANSWER, State.CLOSED, State.CLOSED,
            when=rules.is_unanswered, unless=N_("The participants have had their answer."), says=N_("Answer the participants"),
        ),
        Move(Act.CANCEL, State.ANNOUNCED, State.CANCELLED, says=CANCEL),
        Move(Act.CANCEL, State.POSTING, State.CANCELLED, says=CANCEL),
        Move(Act.CANCEL, State.BUILDING, State.CANCELLED, says=CANCEL),
        Move(Act.CANCEL, State.VOTING, State.CANCELLED, says=CANCEL),
    ),
)  # fmt: skip

IDEA_LIFE = Machine(
    "idea",
    initial=IdeaState.POSTED,
    moves=(
        Move(IdeaAct.WITHDRAW, IdeaState.POSTED, IdeaState.WITHDRAWN, says=N_("Withdraw the idea")),
        Move(IdeaAct.REMOVE, IdeaState.POSTED, IdeaState.REMOVED, says=N_("Take it down")),
        Move(IdeaAct.RESTORE, IdeaState.REMOVED, IdeaState.POSTED, says=N_("Put it back")),
    ),
)

BY_THE_CLOCK = (Act.OPEN, Act.BUILD, Act.VOTE, Act.CLOSE)
"""The moves in their order, one for each moment of the schedule."""


def phase_of(rally: Scheduled, state: State, moment: datetime | None = None) -> State:
    """Where a rally in `state` stands by the clock, whether or not somebody has moved it there yet."""
    return PHASES[rules.position(rally, moment)] if state in MOVING else state
