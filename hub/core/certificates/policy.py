"""Who may do what with a certificate: those who speak for the side that it is of."""

from __future__ import annotations

from enum import StrEnum

from hub.core.certificates.models import Certificate
from hub.core.disputes.policy import speaks_for
from hub.kernel.actor import Actor
from hub.kernel.permissions import Policy


class Act(StrEnum):
    READ = "read"
    WITHDRAW = "withdraw"


def is_its(actor: Actor, certificate: Certificate) -> bool:
    return speaks_for(actor, certificate.side)


POLICY = Policy("certificate", {Act.READ: is_its, Act.WITHDRAW: is_its})
