"""The life of an order."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Protocol

from hub.kernel.states import Machine, Move
from hub.kernel.words import N_, Worded
from hub.tech_market.orders import rules


class State(Worded):
    AWAITING_FUNDS = "awaiting_funds", N_("Waiting for the money")
    IN_PROGRESS = "in_progress", N_("In progress")
    DELIVERED = "delivered", N_("Delivered")
    ACCEPTED = "accepted", N_("Accepted and paid")
    CANCELLED = "cancelled", N_("Called off")


class Act(StrEnum):
    """The moves, then what can be done without moving."""

    HOLD = "hold"
    DROP = "drop"
    DELIVER = "deliver"
    SEND_BACK = "send_back"
    ACCEPT = "accept"
    LAPSE = "lapse"
    ACCEPT_PART = "accept_part"
    CALL_OFF = "call_off"
    SETTLE = "settle"

    PLACE = "place"
    READ = "read"
    ASK_STOP = "ask_stop"
    REFUSE_STOP = "refuse_stop"


class Dated(Protocol):
    accept_by: datetime | None


def has_time(order: Dated) -> bool:
    return rules.has_time(order.accept_by)


def is_silent(order: Dated) -> bool:
    return not has_time(order)


TOO_LATE = N_("The time to send it back is over: it counts as accepted.")

LIFE = Machine(
    "order",
    initial=State.AWAITING_FUNDS,
    moves=(
        Move(Act.HOLD, State.AWAITING_FUNDS, State.IN_PROGRESS, says=N_("Hold the money")),
        Move(Act.DROP, State.AWAITING_FUNDS, State.CANCELLED, says=N_("Call the order off")),
        Move(Act.DELIVER, State.IN_PROGRESS, State.DELIVERED, says=N_("Deliver")),
        Move(Act.CALL_OFF, State.IN_PROGRESS, State.CANCELLED, says=N_("Call the order off")),
        Move(Act.SEND_BACK, State.DELIVERED, State.IN_PROGRESS, when=has_time, unless=TOO_LATE, says=N_("Send back")),
        Move(Act.ACCEPT, State.DELIVERED, State.ACCEPTED, says=N_("Accept and pay")),
        Move(Act.LAPSE, State.DELIVERED, State.ACCEPTED, when=is_silent, unless=N_("The buyer still has time.")),
        Move(Act.ACCEPT_PART, State.DELIVERED, State.IN_PROGRESS, says=N_("Accept and pay the milestone")),
        Move(Act.CALL_OFF, State.DELIVERED, State.CANCELLED, says=N_("Call the order off")),
        Move(Act.SETTLE, State.IN_PROGRESS, State.ACCEPTED),
        Move(Act.SETTLE, State.DELIVERED, State.ACCEPTED),
    ),
)

LIVE = frozenset({State.AWAITING_FUNDS, State.IN_PROGRESS, State.DELIVERED})
