"""After the fact: whoever has a yanked version hears of it."""

from __future__ import annotations

from hub.complement.products import queries as products
from hub.complement.products.events import ReleaseYanked
from hub.complement.store import queries
from hub.core.messages import operations as messages
from hub.core.messages.states import Kind as About
from hub.db.journal import Fact, reacts_to
from hub.kernel.actor import SYSTEM
from hub.kernel.words import N_


@reacts_to(ReleaseYanked)
def tell_who_has_it(event: ReleaseYanked, fact: Fact) -> None:
    release = products.release_by_id(event.release_id)
    messages.notify(
        actor=SYSTEM,
        person_ids=queries.holders_of(release.id),
        text=N_("“%(name)s” %(number)s, which you have, was yanked: %(reason)s"),
        values={"name": release.product.name, "number": release.number, "reason": release.yank_reason},
        kind=About.COMPLEMENT,
        link="/my/installs",
    )
