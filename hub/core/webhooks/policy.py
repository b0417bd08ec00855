"""Whose endpoints these are."""

from __future__ import annotations

from typing import Any

from hub.core.webhooks.states import EndpointAct
from hub.kernel.actor import Actor
from hub.kernel.permissions import Policy, by_the_system


def speaks_for_the_owner(actor: Actor, endpoint: Any) -> bool:
    """Oneself; who manages the organisation."""
    if endpoint.organisation_id is not None:
        return actor.manages(endpoint.organisation_id)
    return actor.signed_in and actor.person_id == endpoint.person_id


POLICY = Policy(
    "webhook",
    {
        EndpointAct.SEE: speaks_for_the_owner,
        EndpointAct.CHANGE: speaks_for_the_owner,
        EndpointAct.PAUSE: speaks_for_the_owner,
        EndpointAct.RESUME: speaks_for_the_owner,
        EndpointAct.END: speaks_for_the_owner,
        EndpointAct.DISABLE: by_the_system,
    },
)
