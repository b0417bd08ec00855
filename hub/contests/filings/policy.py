"""Who may do what with filings."""

from __future__ import annotations

from typing import Any

from hub.contests.challenges.policy import manages_it as manages_challenge
from hub.contests.filings.states import Act
from hub.kernel.actor import Actor
from hub.kernel.permissions import Policy, consults, either


def manages_it(actor: Actor, thing: Any) -> bool:
    """The managers of the organisation that asked; `thing` is a filing or an entry."""
    return manages_challenge(actor, thing.challenge)


POLICY = Policy(
    "filing",
    {
        Act.DRAFT: manages_challenge,
        Act.LIST: either(manages_challenge, consults),
        Act.SEAL: manages_it,
        Act.READ: either(manages_it, consults),
        Act.CLAIM: manages_it,
    },
)
