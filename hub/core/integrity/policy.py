"""Only staff see flags, and nobody those about themselves."""

from __future__ import annotations

from hub.core.integrity.models import IntegrityFlag
from hub.core.integrity.states import Act
from hub.kernel.actor import Actor
from hub.kernel.permissions import Policy, consults


def judges(actor: Actor, flag: IntegrityFlag) -> bool:
    """Consultants and administrators whom it does not concern."""
    apart = actor.person_id not in {flag.person_id, flag.other_id} and not actor.belongs_to(flag.organisation_id)
    return consults(actor, flag) and actor.signed_in and apart


POLICY = Policy("integrity_flag", {Act.DISMISS: judges, Act.SETTLE: judges, Act.SEE: judges})
