"""Who may do what with a check. Nobody checks their own documents, nor their organisation's."""

from __future__ import annotations

from hub.core.verification.models import DocumentCheck
from hub.core.verification.states import Act
from hub.kernel.actor import Actor
from hub.kernel.permissions import Policy, by_the_system, either


def concerned(actor: Actor, check: DocumentCheck) -> bool:
    """The one who sent it, the person it is about, and everybody of the organisation it is about."""
    mine = actor.person_id is not None and actor.person_id in {check.sent_by, check.person_id}
    return mine or (check.organisation_id is not None and actor.belongs_to(check.organisation_id))


def speaks_for(actor: Actor, check: DocumentCheck) -> bool:
    """The person themselves; owners and managers of the organisation."""
    if check.person_id is not None:
        return actor.person_id == check.person_id
    return actor.manages(check.organisation_id)


def checks(actor: Actor, check: DocumentCheck) -> bool:
    """An administrator whom it does not concern."""
    return actor.is_admin and actor.signed_in and not concerned(actor, check)


def is_assigned(actor: Actor, check: DocumentCheck) -> bool:
    """The administrator who took it."""
    return checks(actor, check) and check.checker_id == actor.person_id


POLICY = Policy(
    "document_check",
    {
        Act.TAKE: checks,
        Act.GIVE_BACK: checks,
        Act.ACCEPT: is_assigned,
        Act.REJECT: is_assigned,
        Act.WITHDRAW: speaks_for,
        Act.LOSE: by_the_system,
        Act.LAPSE: by_the_system,
        Act.REVOKE: checks,
        Act.SEE: either(checks, speaks_for),
        Act.READ_FILES: is_assigned,
    },
)
