"""The life of a rating, and what can be done around it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Protocol

from hub.kernel.states import Machine, Move
from hub.kernel.words import N_, Worded


class State(Worded):
    SEALED = "sealed", N_("Not shown yet")
    SHOWN = "shown", N_("Shown")
    HIDDEN = "hidden", N_("Taken off by the moderators")


class Act(StrEnum):
    """The moves, then what can be done without moving."""

    SHOW = "show"
    HIDE = "hide"
    RESTORE = "restore"

    READ = "read"
    RATE = "rate"
    REPLY = "reply"
    RECOMMEND = "recommend"
    SEE_RECOMMENDATIONS = "see_recommendations"


class Closed(Protocol):
    shown_at: datetime | None


class OfDeal(Protocol):
    @property
    def deal(self) -> Closed: ...


def its_time_has_come(rating: OfDeal) -> bool:
    return rating.deal.shown_at is not None


LIFE = Machine(
    "rating",
    initial=State.SEALED,
    moves=(
        Move(
            Act.SHOW, State.SEALED, State.SHOWN,
            when=its_time_has_come, unless=N_("It is shown once both sides have rated, or two weeks are over."), says=N_("Show it"),
        ),
        Move(Act.HIDE, State.SHOWN, State.HIDDEN, says=N_("Take it off the page")),
        Move(Act.RESTORE, State.HIDDEN, State.SHOWN, says=N_("Show it again")),
    ),
)  # fmt: skip
