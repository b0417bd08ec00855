"""The life of an entry. The draft stays open to its author until the deadline, also after it has been sealed."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Protocol

from hub.contests.challenges.states import CLOSED
from hub.contests.challenges.states import State as ChallengeState
from hub.kernel import clock
from hub.kernel.states import Machine, Move
from hub.kernel.words import N_, Worded


class State(Worded):
    DRAFT = "draft", N_("Draft")
    SEALED = "sealed", N_("Sealed")
    WITHDRAWN = "withdrawn", N_("Withdrawn")
    SELECTED = "selected", N_("Selected")
    NOT_SELECTED = "not_selected", N_("Not selected")


class Act(StrEnum):
    """The moves, then what can be done without moving."""

    SEAL = "seal"
    WITHDRAW = "withdraw"
    REENTER = "reenter"
    SELECT = "select"
    TURN_DOWN = "turn_down"
    LET_GO = "let_go"
    RECONSIDER = "reconsider"

    SAVE = "save"
    ATTACH = "attach"
    READ_DRAFT = "read_draft"


class Capacity(Worded):
    """In what capacity somebody other than the author looked at an entry."""

    JUDGE = "judge", N_("Judge")
    SEEKER = "seeker", N_("Seeker")
    STAFF = "staff", N_("Staff of the hub")


IN_THE_RUNNING = frozenset({State.SEALED, State.SELECTED, State.NOT_SELECTED})
"""What is or was judged."""

READABLE = frozenset({State.SEALED, State.SELECTED})
"""What others than the author may read after the close: the licence to evaluate ends with the decision."""


class DatedChallenge(Protocol):
    state: ChallengeState
    closes_at: datetime | None


class Dated(Protocol):
    challenge: DatedChallenge


def takes_entries(challenge: DatedChallenge, moment: datetime | None = None) -> bool:
    """Open, and `moment` (default: now) before the deadline: the interval is half-open."""
    return challenge.state is ChallengeState.OPEN and challenge.closes_at is not None and clock.within(None, challenge.closes_at, moment)


def in_time(entry: Dated) -> bool:
    return takes_entries(entry.challenge)


def in_judging(entry: Dated) -> bool:
    return entry.challenge.state in CLOSED


def undecided(entry: Dated) -> bool:
    """As the agreement says: an author may withdraw until a winner is selected."""
    return entry.challenge.state in {ChallengeState.OPEN, ChallengeState.JUDGING}


TOO_LATE = N_("The challenge takes no entries any more.")
NOT_YET = N_("The challenge is still open for entries.")
DECIDED = N_("The challenge has been decided, so the entry stays as it is.")

LIFE = Machine(
    "entry",
    initial=State.DRAFT,
    moves=(
        Move(Act.SEAL, State.DRAFT, State.SEALED, when=in_time, unless=TOO_LATE, says=N_("Seal the entry")),
        Move(Act.SEAL, State.SEALED, State.SEALED, when=in_time, unless=TOO_LATE, says=N_("Seal again")),
        Move(Act.WITHDRAW, State.DRAFT, State.WITHDRAWN, when=undecided, unless=DECIDED, says=N_("Withdraw")),
        Move(Act.WITHDRAW, State.SEALED, State.WITHDRAWN, when=undecided, unless=DECIDED, says=N_("Withdraw")),
        Move(Act.REENTER, State.WITHDRAWN, State.DRAFT, when=in_time, unless=TOO_LATE, says=N_("Enter again")),
        Move(Act.SELECT, State.SEALED, State.SELECTED, when=in_judging, unless=NOT_YET, says=N_("Select as the winner")),
        Move(Act.TURN_DOWN, State.SEALED, State.NOT_SELECTED, when=in_judging, unless=NOT_YET, says=N_("Close without an award")),
        Move(Act.LET_GO, State.SELECTED, State.NOT_SELECTED, says=N_("Close for want of a signature")),
        Move(Act.RECONSIDER, State.NOT_SELECTED, State.SEALED, says=N_("Consider again")),
    ),
)
