"""The life of a pending transaction: decided exactly once."""

from __future__ import annotations

from typing import Any

from hub.kernel.states import Machine, Move
from hub.kernel.words import N_, Worded


class PendingState(Worded):
    PENDING = "pending", N_("Pending")
    POSTED = "posted", N_("Posted")
    VOIDED = "voided", N_("Voided")
    EXPIRED = "expired", N_("Expired")


class PendingAct(Worded):
    POST = "post", N_("Post")
    VOID = "void", N_("Void")
    EXPIRE = "expire", N_("Let it expire")


def _in_time(pending: Any) -> bool:
    return not pending.overdue


def _overdue(pending: Any) -> bool:
    return bool(pending.overdue)


_LATE = N_("Its time has passed.")

PENDING = Machine(
    "pending",
    initial=PendingState.PENDING,
    moves=(
        Move(PendingAct.POST, PendingState.PENDING, PendingState.POSTED, when=_in_time, unless=_LATE, says=N_("Post")),
        Move(PendingAct.VOID, PendingState.PENDING, PendingState.VOIDED, when=_in_time, unless=_LATE, says=N_("Void")),
        Move(
            PendingAct.EXPIRE, PendingState.PENDING, PendingState.EXPIRED, when=_overdue,
            unless=N_("Its time has not passed yet."), says=N_("Let it expire"),
        ),
    ),
)  # fmt: skip
