"""The life of a proposal."""

from __future__ import annotations

from enum import StrEnum

from hub.kernel.states import Machine, Move
from hub.kernel.words import N_, Worded


class ProposalState(Worded):
    DRAFT = "draft", N_("Draft")
    SUBMITTED = "submitted", N_("Handed in")
    SHORTLISTED = "shortlisted", N_("Shortlisted")
    SELECTED = "selected", N_("Selected")
    NOT_SELECTED = "not_selected", N_("Not selected")
    WITHDRAWN = "withdrawn", N_("Withdrawn")


class ProposalAct(StrEnum):
    EDIT = "edit"
    READ = "read"
    HAND_IN = "hand_in"
    TAKE_BACK = "take_back"
    SHORTLIST = "shortlist"
    UNLIST = "unlist"
    SELECT = "select"
    TURN_DOWN = "turn_down"


_P = ProposalState
PROPOSAL = Machine(
    "proposal",
    initial=ProposalState.DRAFT,
    moves=(
        Move(ProposalAct.HAND_IN, _P.DRAFT, _P.SUBMITTED, says=N_("Hand in")),
        Move(ProposalAct.TAKE_BACK, _P.DRAFT, _P.WITHDRAWN, says=N_("Discard")),
        Move(ProposalAct.TAKE_BACK, _P.SUBMITTED, _P.WITHDRAWN, says=N_("Withdraw")),
        Move(ProposalAct.HAND_IN, _P.WITHDRAWN, _P.SUBMITTED, says=N_("Hand in again")),
        Move(ProposalAct.SHORTLIST, _P.SUBMITTED, _P.SHORTLISTED, says=N_("Put on the shortlist")),
        Move(ProposalAct.UNLIST, _P.SHORTLISTED, _P.SUBMITTED, says=N_("Take off the shortlist")),
        Move(ProposalAct.TAKE_BACK, _P.SHORTLISTED, _P.WITHDRAWN, says=N_("Withdraw")),
        Move(ProposalAct.SELECT, _P.SUBMITTED, _P.SELECTED, says=N_("Select")),
        Move(ProposalAct.SELECT, _P.SHORTLISTED, _P.SELECTED, says=N_("Select")),
        Move(ProposalAct.TURN_DOWN, _P.SUBMITTED, _P.NOT_SELECTED, says=N_("Turn down")),
        Move(ProposalAct.TURN_DOWN, _P.SHORTLISTED, _P.NOT_SELECTED, says=N_("Turn down")),
    ),
)

HANDED_IN = frozenset({_P.SUBMITTED, _P.SHORTLISTED, _P.SELECTED, _P.NOT_SELECTED})
RUNNING = frozenset({_P.SUBMITTED, _P.SHORTLISTED})
DECIDED = frozenset({_P.SELECTED, _P.NOT_SELECTED})
EDITABLE = frozenset({_P.DRAFT, _P.SUBMITTED, _P.WITHDRAWN})
