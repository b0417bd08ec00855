"""Who may do what with a proof."""

from __future__ import annotations

from hub.core.domains.models import DomainProof
from hub.core.domains.states import Act
from hub.kernel.actor import Actor
from hub.kernel.permissions import Policy, by_the_system


def manages_it(actor: Actor, proof: DomainProof) -> bool:
    return actor.manages(proof.organisation_id)


POLICY = Policy("domain_proof", {Act.PROVE: by_the_system, Act.LOSE: by_the_system, Act.CHANGE: manages_it})
