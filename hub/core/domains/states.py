"""The life of a domain's proof."""

from __future__ import annotations

from enum import StrEnum

from hub.kernel.states import Machine, Move
from hub.kernel.words import N_, Worded


class State(Worded):
    ASKED = "asked", N_("Not found yet")
    PROVEN = "proven", N_("Proven")
    LOST = "lost", N_("No longer there")


class Act(StrEnum):
    """The moves, then what can be done without moving."""

    PROVE = "prove"
    LOSE = "lose"

    CHANGE = "change"


LIFE = Machine(
    "domain_proof",
    initial=State.ASKED,
    moves=(
        Move(Act.PROVE, State.ASKED, State.PROVEN),
        Move(Act.PROVE, State.LOST, State.PROVEN),
        Move(Act.LOSE, State.PROVEN, State.LOST),
    ),
)
