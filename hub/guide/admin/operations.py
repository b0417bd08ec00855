"""What administrators may do to deliveries and the index."""

from __future__ import annotations

from hub.db import delivery as deliveries
from hub.db import journal
from hub.db.journal import Delivery, DeliveryState
from hub.guide.admin.events import DeliveryRevived, IndexRebuildAsked
from hub.guide.admin.policy import POLICY
from hub.guide.admin.states import Act
from hub.kernel.actor import Actor
from hub.kernel.errors import NotNow
from hub.kernel.words import N_
from hub.search.index import operations as index


def revive(*, actor: Actor, delivery: Delivery) -> None:
    """Have a dead delivery tried again from the start. Raises NotAllowed, NotNow for one that is not dead."""
    POLICY.require(actor, Act.REVIVE, delivery)
    if delivery.state is not DeliveryState.DEAD:
        raise NotNow(N_("This delivery is not among the failed ones any more."))
    deliveries.revive(delivery.id)
    journal.record(DeliveryRevived(delivery_id=delivery.id), actor=actor, subject=f"delivery:{delivery.id}")


def rebuild_index(*, actor: Actor) -> None:
    """Have the worker build a new index; searches go on over the old one until then. Raises NotAllowed."""
    POLICY.require(actor, Act.REBUILD_INDEX, None)
    index.ask_for_rebuild()
    journal.record(IndexRebuildAsked(), actor=actor)
