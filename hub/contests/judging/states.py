"""The life of an appointment as judge."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol

from hub.contests.challenges.states import State as ChallengeState
from hub.kernel.states import Machine, Move
from hub.kernel.words import N_, Worded


class State(Worded):
    APPOINTED = "appointed", N_("Asked")
    ACCEPTED = "accepted", N_("Judging")
    DECLINED = "declined", N_("Declined")
    DISMISSED = "dismissed", N_("Dismissed")


class Act(StrEnum):
    """The moves, then what can be done without moving."""

    ACCEPT = "accept"
    DECLINE = "decline"
    DISMISS = "dismiss"
    APPOINT = "appoint"

    SCORE = "score"
    READ_SHEET = "read_sheet"


class DatedChallenge(Protocol):
    state: ChallengeState


class OfChallenge(Protocol):
    challenge: DatedChallenge


def undecided(challenge: DatedChallenge) -> bool:
    """Judges come, go and change their scores until a winner is selected or the challenge ends."""
    return challenge.state in {ChallengeState.OPEN, ChallengeState.JUDGING}


def before_the_choice(judge: OfChallenge) -> bool:
    return undecided(judge.challenge)


DECIDED = N_("The challenge has been decided, so its judging stands as it is.")

LIFE = Machine(
    "judge",
    initial=State.APPOINTED,
    moves=(
        Move(Act.ACCEPT, State.APPOINTED, State.ACCEPTED, when=before_the_choice, unless=DECIDED, says=N_("Accept and declare")),
        Move(Act.DECLINE, State.APPOINTED, State.DECLINED, when=before_the_choice, unless=DECIDED, says=N_("Decline")),
        Move(Act.DECLINE, State.ACCEPTED, State.DECLINED, when=before_the_choice, unless=DECIDED, says=N_("Step down")),
        Move(Act.DISMISS, State.APPOINTED, State.DISMISSED, when=before_the_choice, unless=DECIDED, says=N_("Dismiss")),
        Move(Act.DISMISS, State.ACCEPTED, State.DISMISSED, when=before_the_choice, unless=DECIDED, says=N_("Dismiss")),
        Move(Act.APPOINT, State.DECLINED, State.APPOINTED, when=before_the_choice, unless=DECIDED, says=N_("Ask again")),
        Move(Act.APPOINT, State.DISMISSED, State.APPOINTED, when=before_the_choice, unless=DECIDED, says=N_("Ask again")),
    ),
)
