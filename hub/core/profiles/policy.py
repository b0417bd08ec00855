"""Who may do what with a profile: everybody with their own, nobody with another's."""

from __future__ import annotations

from hub.core.profiles.models import EvidenceItem, Profile
from hub.core.profiles.states import Act
from hub.kernel.actor import Actor
from hub.kernel.permissions import Policy


def is_own(actor: Actor, subject: Profile | EvidenceItem) -> bool:
    return actor.person_id is not None and subject.person_id == actor.person_id


POLICY = Policy("profile", {Act.SAVE: is_own, Act.CHANGE_EVIDENCE: is_own})
