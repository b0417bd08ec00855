"""Who may do what with a submission."""

from __future__ import annotations

from hub.kernel.actor import Actor
from hub.kernel.permissions import Policy
from hub.portals.desk.models import Submission
from hub.portals.desk.states import Act, State
from hub.portals.sites.policy import runs_it


def sent_it(actor: Actor, submission: Submission) -> bool:
    return actor.person_id is not None and submission.person_id == actor.person_id


def runs_its_portal(actor: Actor, submission: Submission) -> bool:
    """Managers read what was sent, never what is still being written."""
    return submission.state is not State.DRAFT and runs_it(actor, submission.portal)


def decides_it(actor: Actor, submission: Submission) -> bool:
    """Nobody decides on what they sent themselves."""
    return runs_its_portal(actor, submission) and not sent_it(actor, submission)


POLICY = Policy(
    "submission",
    {
        Act.WRITE: sent_it,
        Act.SUBMIT: sent_it,
        Act.ANSWER: sent_it,
        Act.WITHDRAW: sent_it,
        Act.READ: runs_its_portal,
        Act.ADVANCE: decides_it,
        Act.ASK: decides_it,
        Act.ACCEPT: decides_it,
        Act.DECLINE: decides_it,
        Act.NOTE: decides_it,
        Act.ASSIGN: decides_it,
    },
)
