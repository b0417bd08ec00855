"""Who may do what with an agreement between parties: two sides, one of which draws it up."""

from __future__ import annotations

from typing import Any

from hub.core.contracts.states import Act
from hub.kernel.actor import Actor
from hub.kernel.permissions import Policy, administers, either


def draws_up(actor: Actor, contract: Any) -> bool:
    if contract.organisation_id is not None:
        return actor.manages(contract.organisation_id)
    return actor.person_id is not None and actor.person_id == contract.person_id


def is_asked(actor: Actor, contract: Any) -> bool:
    """The other side, once something was proposed to it."""
    if contract.proposed_at is None:
        return False
    if contract.other_organisation_id is not None:
        return actor.manages(contract.other_organisation_id)
    return actor.person_id is not None and actor.person_id == contract.other_person_id


_side = either(draws_up, is_asked)

POLICY = Policy(
    "contract",
    {
        Act.DRAFT: draws_up,
        Act.READ: either(draws_up, is_asked, administers),
        Act.EDIT: draws_up,
        Act.PROPOSE: draws_up,
        Act.SIGN: _side,
        Act.COMPLETE: _side,
        Act.RETURN: is_asked,
        Act.WITHDRAW: draws_up,
        Act.CHANGE: draws_up,
        Act.KEEP: draws_up,
    },
)
