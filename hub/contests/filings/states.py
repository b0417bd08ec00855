"""The life of a filing: a draft, then sealed for good. Before the entries are opened, or not at all."""

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


class Act(StrEnum):
    """The move, then what can be done without moving."""

    SEAL = "seal"

    DRAFT = "draft"
    LIST = "list"
    READ = "read"
    CLAIM = "claim"


class DatedChallenge(Protocol):
    state: ChallengeState
    closes_at: datetime | None


class Dated(Protocol):
    challenge: DatedChallenge


def entries_opened(challenge: DatedChallenge, moment: datetime | None = None) -> bool:
    """May somebody have read an entry? From the deadline on, whether or not anybody has closed the challenge yet."""
    if challenge.state in CLOSED:
        return True
    is_open = challenge.state is ChallengeState.OPEN and challenge.closes_at is not None
    return is_open and not clock.within(None, challenge.closes_at, moment)


def before_opening(filing: Dated) -> bool:
    return not entries_opened(filing.challenge)


OPENED = N_("The entries are open to you since the deadline, so it is too late to file what you knew before.")

LIFE = Machine(
    "filing",
    initial=State.DRAFT,
    moves=(Move(Act.SEAL, State.DRAFT, State.SEALED, when=before_opening, unless=OPENED, says=N_("Seal the filing")),),
)
