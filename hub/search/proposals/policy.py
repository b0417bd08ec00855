"""Who may do what with a proposal."""

from __future__ import annotations

from hub.kernel.actor import Actor
from hub.kernel.permissions import Policy, either
from hub.search.briefs.policy import compare_all
from hub.search.proposals.models import Proposal
from hub.search.proposals.states import HANDED_IN, ProposalAct


def is_author(actor: Actor, proposal: Proposal) -> bool:
    return actor.person_id is not None and actor.person_id == proposal.person_id


def compares(actor: Actor, proposal: Proposal) -> bool:
    """The consultants and the client's managers, once it is handed in."""
    return proposal.state in HANDED_IN and compare_all(actor, proposal.brief)


POLICY = Policy(
    "proposal",
    {
        ProposalAct.EDIT: is_author,
        ProposalAct.READ: either(is_author, compares),
        ProposalAct.HAND_IN: is_author,
        ProposalAct.TAKE_BACK: is_author,
        ProposalAct.SHORTLIST: compares,
        ProposalAct.UNLIST: compares,
        ProposalAct.SELECT: compares,
        ProposalAct.TURN_DOWN: compares,
    },
)
