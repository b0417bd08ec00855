"""Who may take in what: everybody what they sent themselves."""

from __future__ import annotations

from hub.core.works.models import EvidenceDraft
from hub.core.works.states import Act
from hub.kernel.actor import Actor
from hub.kernel.permissions import Policy


def is_own(actor: Actor, draft: EvidenceDraft) -> bool:
    return actor.person_id is not None and draft.person_id == actor.person_id


POLICY = Policy("list of works", {Act.LOOK: is_own, Act.BRING_IN: is_own})
