"""The life of a brief and of an invitation."""

from __future__ import annotations

from enum import StrEnum

from hub.kernel.states import Machine, Move
from hub.kernel.words import N_, Worded
from hub.search.briefs import rules


class State(Worded):
    DRAFT = "draft", N_("Draft")
    SIGN_OFF = "sign_off", N_("With the client for sign-off")
    PUBLISHED = "published", N_("Call for proposals")
    SELECTING = "selecting", N_("Selection")
    DECIDED = "decided", N_("Decided")
    CLOSED_EMPTY = "closed_empty", N_("Closed without a proposal")
    WITHDRAWN = "withdrawn", N_("Withdrawn")


class FeeState(Worded):
    OFFERED = "offered", N_("Waiting for the client")
    HELD = "held", N_("Held")
    PAID = "paid", N_("Paid")
    CALLED_OFF = "called_off", N_("Called off: nothing is owed")


class FeeAct(StrEnum):
    """The moves of the consultant's fee, then what can be done without moving."""

    HOLD = "hold"
    PAY = "pay"
    CALL_OFF = "call_off"
    OFFER = "offer"

    READ = "read"


class InvitationState(Worded):
    INVITED = "invited", N_("Invited")
    DECLINED = "declined", N_("Declined")


class Act(StrEnum):
    DRAFT = "draft"
    READ = "read"
    EDIT = "edit"
    SUBMIT = "submit"
    RETURN = "return"
    SIGN_OFF = "sign_off"
    WITHDRAW = "withdraw"
    CLOSE = "close"
    CLOSE_EMPTY = "close_empty"
    DECIDE = "decide"
    INVITE = "invite"
    COMPARE = "compare"
    PROPOSE = "propose"


INCOMPLETE = N_("Something is still missing: see the list.")
TOO_SOON = N_("Its deadline is less than a day ahead: send it back, so that another one is set.")
STILL_OPEN = N_("The call is still open.")

LIFE = Machine(
    "brief",
    initial=State.DRAFT,
    moves=(
        Move(Act.SUBMIT, State.DRAFT, State.SIGN_OFF, when=rules.is_complete, unless=INCOMPLETE, says=N_("Send to the client")),
        Move(Act.WITHDRAW, State.DRAFT, State.WITHDRAWN, says=N_("Discard")),
        Move(Act.RETURN, State.SIGN_OFF, State.DRAFT, says=N_("Send back with remarks")),
        Move(Act.SIGN_OFF, State.SIGN_OFF, State.PUBLISHED, when=rules.is_ahead, unless=TOO_SOON, says=N_("Sign off and publish")),
        Move(Act.WITHDRAW, State.SIGN_OFF, State.WITHDRAWN, says=N_("Withdraw")),
        Move(Act.CLOSE, State.PUBLISHED, State.SELECTING, when=rules.is_over, unless=STILL_OPEN, says=N_("Close")),
        Move(Act.CLOSE_EMPTY, State.PUBLISHED, State.CLOSED_EMPTY, when=rules.is_over, unless=STILL_OPEN, says=N_("Close")),
        Move(Act.WITHDRAW, State.PUBLISHED, State.WITHDRAWN, says=N_("Withdraw")),
        Move(Act.DECIDE, State.SELECTING, State.DECIDED, says=N_("Decide and answer everybody")),
    ),
)

FEE = Machine(
    "brief_fee",
    initial=FeeState.OFFERED,
    moves=(
        Move(FeeAct.OFFER, FeeState.CALLED_OFF, FeeState.OFFERED, says=N_("Name a fee")),
        Move(FeeAct.HOLD, FeeState.OFFERED, FeeState.HELD, says=N_("Hold the fee")),
        Move(FeeAct.PAY, FeeState.HELD, FeeState.PAID, says=N_("Pay the consultant")),
        Move(FeeAct.CALL_OFF, FeeState.OFFERED, FeeState.CALLED_OFF, says=N_("Call off")),
        Move(FeeAct.CALL_OFF, FeeState.HELD, FeeState.CALLED_OFF, says=N_("Return the fee")),
    ),
)

PUBLIC = frozenset({State.PUBLISHED, State.SELECTING, State.DECIDED, State.CLOSED_EMPTY})
"""What everybody may read; also what was withdrawn after it had been published."""
