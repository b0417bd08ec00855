"""The life of a dispute, and of an offer to settle it."""

from __future__ import annotations

from datetime import timedelta

from hub.core.disputes import rules
from hub.kernel.states import Machine, Move
from hub.kernel.words import N_, Worded


class State(Worded):
    OPENED = "opened", N_("Waits for an answer")
    TALKING = "talking", N_("Both sides look for a settlement")
    WAITING = "waiting", N_("Waits for a mediator")
    MEDIATION = "mediation", N_("With the mediator")
    PROPOSED = "proposed", N_("The mediator’s proposal is on the table")
    SETTLED = "settled", N_("Settled")
    DECIDED = "decided", N_("Decided")
    WITHDRAWN = "withdrawn", N_("Withdrawn")


class Act(Worded):
    """The moves, then what can be done without moving."""

    ANSWER = "answer", N_("Answer")
    CALL = "call", N_("Ask for a mediator")
    PASS = "pass", N_("Pass it on to a mediator")
    NAME = "name", N_("Name a mediator")
    STAND_DOWN = "stand_down", N_("Stand down as mediator")
    PROPOSE = "propose", N_("Propose a resolution")
    DROP = "drop", N_("Take the proposal off the table")
    SETTLE = "settle", N_("Settle")
    DECIDE = "decide", N_("Decide")
    WITHDRAW = "withdraw", N_("Withdraw the dispute")

    READ = "read", N_("Read")
    SEE = "see", N_("See that there is one")
    STATE = "state", N_("Make a statement")
    OFFER = "offer", N_("Offer a settlement")
    DECLARE = "declare", N_("Declare no conflict of interest")


class OfferState(Worded):
    OPEN = "open", N_("On the table")
    ACCEPTED = "accepted", N_("Accepted")
    REFUSED = "refused", N_("Refused")
    LAPSED = "lapsed", N_("Off the table")


class OfferAct(Worded):
    ACCEPT = "accept", N_("Accept")
    REFUSE = "refuse", N_("Refuse")
    LAPSE = "lapse", N_("Take it off the table")


OPEN = (State.OPENED, State.TALKING, State.WAITING, State.MEDIATION, State.PROPOSED)
CLOSED = (State.SETTLED, State.DECIDED, State.WITHDRAWN)
CLOCKS: dict[State, timedelta] = {
    State.OPENED: rules.ANSWER_WITHIN,
    State.TALKING: rules.SETTLE_WITHIN,
    State.WAITING: rules.NAME_WITHIN,
    State.MEDIATION: rules.PROPOSE_WITHIN,
    State.PROPOSED: rules.ACCEPT_WITHIN,
}
"""How long each step may take."""
NOT_DECLARED = N_("The mediator first declares to have no conflict of interest.")

LIFE = Machine(
    "dispute",
    initial=State.OPENED,
    moves=(
        Move(Act.ANSWER, State.OPENED, State.TALKING, says=N_("Answer")),
        Move(Act.PASS, State.OPENED, State.WAITING),
        Move(Act.CALL, State.TALKING, State.WAITING, says=N_("Ask for a mediator")),
        Move(Act.PASS, State.TALKING, State.WAITING),
        Move(Act.NAME, State.WAITING, State.MEDIATION, says=N_("Name a mediator")),
        Move(Act.STAND_DOWN, State.MEDIATION, State.WAITING, says=N_("Stand down as mediator")),
        Move(
            Act.PROPOSE, State.MEDIATION, State.PROPOSED,
            when=rules.may_propose, unless=N_("A mediator who has declared to have no interest proposes once, and then decides."),
            says=N_("Propose a resolution"),
        ),
        Move(Act.DROP, State.PROPOSED, State.MEDIATION),
        Move(Act.DECIDE, State.MEDIATION, State.DECIDED, when=rules.has_declared, unless=NOT_DECLARED, says=N_("Decide")),
        *(Move(Act.SETTLE, state, State.SETTLED, says=N_("Settle")) for state in OPEN),
        *(Move(Act.WITHDRAW, state, State.WITHDRAWN, says=N_("Withdraw the dispute")) for state in OPEN),
    ),
)  # fmt: skip

OFFERS = Machine(
    "dispute_offer",
    initial=OfferState.OPEN,
    moves=(
        Move(OfferAct.ACCEPT, OfferState.OPEN, OfferState.ACCEPTED, says=N_("Accept")),
        Move(OfferAct.REFUSE, OfferState.OPEN, OfferState.REFUSED, says=N_("Refuse")),
        Move(OfferAct.LAPSE, OfferState.OPEN, OfferState.LAPSED, says=N_("Take it off the table")),
    ),
)
