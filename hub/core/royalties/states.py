"""The lives of a royalty agreement and of what falls due under it."""

from __future__ import annotations

from hub.kernel.states import Machine, Move
from hub.kernel.words import N_, Worded


class State(Worded):
    PROPOSED = "proposed", N_("Waits for the licensee")
    RUNNING = "running", N_("Running")
    DECLINED = "declined", N_("Declined")
    ENDED = "ended", N_("Ended")


class Act(Worded):
    ACCEPT = "accept", N_("Accept")
    DECLINE = "decline", N_("Decline")
    REPORT = "report", N_("Report sales")
    END = "end", N_("End")

    PROPOSE = "propose"
    READ = "read"
    PAY = "pay"


ROYALTY = Machine(
    "royalty",
    initial=State.PROPOSED,
    moves=(
        Move(Act.ACCEPT, State.PROPOSED, State.RUNNING, says=N_("Accept")),
        Move(Act.DECLINE, State.PROPOSED, State.DECLINED, says=N_("Decline")),
        Move(Act.REPORT, State.RUNNING, State.RUNNING, says=N_("Report sales")),
        Move(Act.END, State.RUNNING, State.ENDED, says=N_("End the agreement")),
    ),
)


class DueState(Worded):
    DUE = "due", N_("To be paid")
    PAID = "paid", N_("Paid")


class DueAct(Worded):
    PAY = "pay", N_("Pay")


DUE = Machine("royalty_due", initial=DueState.DUE, moves=(Move(DueAct.PAY, DueState.DUE, DueState.PAID, says=N_("Pay")),))
