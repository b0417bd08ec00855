"""Who may do what with a case."""

from __future__ import annotations

from hub.core.moderation.models import Case
from hub.core.moderation.states import AUTHOR_READS, Act
from hub.core.parties.policy import is_of
from hub.kernel.actor import Actor
from hub.kernel.permissions import Policy, consults


def is_author(actor: Actor, case: Case) -> bool:
    return actor.person_id is not None and actor.person_id == case.author_id


def is_concerned(actor: Actor, case: Case) -> bool:
    """The author, whom it is about, and all of the organisations on either side."""
    return is_author(actor, case) or any(is_of(actor, one.side) for one in case.concerned)


def decides(actor: Actor, case: Case) -> bool:
    """A moderator, but nobody in their own cause."""
    return consults(actor, case) and not is_concerned(actor, case)


def settles(actor: Actor, case: Case) -> bool:
    """A moderator other than the one who decided."""
    return decides(actor, case) and actor.person_id != case.decided_by


def may_read(actor: Actor, case: Case) -> bool:
    """Moderators; the author once measures were taken."""
    return decides(actor, case) or (is_author(actor, case) and case.state in AUTHOR_READS)


POLICY = Policy(
    "case",
    {
        Act.UPHOLD: decides,
        Act.DISMISS: decides,
        Act.APPEAL: is_author,
        Act.CONFIRM: settles,
        Act.OVERTURN: settles,
        Act.SEE_REPORTS: decides,
    },
)
