"""The life of a work package."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Protocol

from hub.communities.packages import rules
from hub.kernel.states import Machine, Move
from hub.kernel.words import N_, Worded


class State(Worded):
    OPEN = "open", N_("Open")
    CLAIMED = "claimed", N_("Claimed")
    SUBMITTED = "submitted", N_("In review")
    RETURNED = "returned", N_("Returned")
    MERGED = "merged", N_("Merged")
    WITHDRAWN = "withdrawn", N_("Withdrawn")


class Act(StrEnum):
    """The moves, then what can be done without moving."""

    CLAIM = "claim"
    RENEW = "renew"
    GIVE_BACK = "give_back"
    EXPIRE = "expire"
    SUBMIT = "submit"
    RETURN = "return"
    MERGE = "merge"
    WITHDRAW = "withdraw"

    CREATE = "create"


class Leased(Protocol):
    lease_until: datetime | None


def runs(package: Leased) -> bool:
    return not rules.is_over(package.lease_until)


def is_over(package: Leased) -> bool:
    return rules.is_over(package.lease_until)


LEASE_OVER = N_("The time of this claim is over: claim the package again, if nobody else has.")
LEASE_RUNS = N_("The claim still has time.")
GIVE_UP, DROP = N_("Give it back"), N_("Withdraw the package")

LIFE = Machine(
    "package",
    initial=State.OPEN,
    moves=(
        Move(Act.CLAIM, State.OPEN, State.CLAIMED, says=N_("Claim it")),
        Move(Act.WITHDRAW, State.OPEN, State.WITHDRAWN, says=DROP),
        Move(Act.SUBMIT, State.CLAIMED, State.SUBMITTED, when=runs, unless=LEASE_OVER, says=N_("Submit")),
        Move(Act.RENEW, State.CLAIMED, State.CLAIMED, when=runs, unless=LEASE_OVER, says=N_("Renew the claim")),
        Move(Act.GIVE_BACK, State.CLAIMED, State.OPEN, says=GIVE_UP),
        Move(Act.EXPIRE, State.CLAIMED, State.OPEN, when=is_over, unless=LEASE_RUNS),
        Move(Act.WITHDRAW, State.CLAIMED, State.WITHDRAWN, says=DROP),
        Move(Act.RETURN, State.SUBMITTED, State.RETURNED, says=N_("Return with remarks")),
        Move(Act.MERGE, State.SUBMITTED, State.MERGED, says=N_("Merge")),
        Move(Act.WITHDRAW, State.SUBMITTED, State.WITHDRAWN, says=DROP),
        Move(Act.SUBMIT, State.RETURNED, State.SUBMITTED, when=runs, unless=LEASE_OVER, says=N_("Submit again")),
        Move(Act.RENEW, State.RETURNED, State.RETURNED, when=runs, unless=LEASE_OVER, says=N_("Renew the claim")),
        Move(Act.GIVE_BACK, State.RETURNED, State.OPEN, says=GIVE_UP),
        Move(Act.EXPIRE, State.RETURNED, State.OPEN, when=is_over, unless=LEASE_RUNS),
        Move(Act.WITHDRAW, State.RETURNED, State.WITHDRAWN, says=DROP),
    ),
)

IN_HAND = frozenset({State.CLAIMED, State.RETURNED})
"""Somebody works on it, under a lease."""
HELD = IN_HAND | {State.SUBMITTED}
LIVE = HELD | {State.OPEN}
