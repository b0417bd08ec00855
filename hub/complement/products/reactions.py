"""After the fact: what programs of vendors and platforms hear of."""

from __future__ import annotations

from typing import Any

from hub.complement.products import queries
from hub.complement.products.events import ProductTakenOff, ReleaseApproved, ReleaseReturned, ReleaseSent
from hub.complement.products.models import Product, Release
from hub.complement.products.states import State
from hub.core.moderation import queries as moderation
from hub.core.moderation.rules import Source, Thing
from hub.core.parties.rules import Side
from hub.core.webhooks import operations as webhooks
from hub.core.webhooks.queries import Seen, seen
from hub.db.extensions import db
from hub.kernel.actor import Actor
from hub.kernel.errors import NotFound, NotNow
from hub.kernel.words import N_

# What moderators may have to decide about


def _reported(actor: Actor, number: int) -> Thing:
    """A listed product; whoever decides for its vendor answers for it. Its platform takes it off the list. Raises NotFound, NotNow."""
    product = queries.by_id(number)
    if product.state is not State.LISTED:
        raise NotFound(queries.NO_SUCH)
    answers = next(iter(queries.vendor_ids(product)), None)
    if answers is None:
        raise NotNow(
            N_("It comes from a public record, and nobody here answers for it. Tell the site’s administrators."), code="nobody_answers"
        )
    sides = (Side(organisation_id=product.organisation_id),) if product.organisation_id is not None else ()
    text = "\n\n".join(part for part in (product.summary, product.description) if part)
    return Thing(product.ref, product.name, product.path, answers, text, sides=sides)


moderation.can_be_reported("product", Source(N_("Product"), _reported))


# What programs may hear of it


def _path(product: Product) -> str:
    return f"/api/v1/platforms/{product.platform.slug}/products/{product.slug}"


def _of_release(event: Any) -> Seen | None:
    release = db.session.get(Release, event.release_id)
    if release is None:
        return None
    product = release.product
    ours = [product.organisation_id, product.platform.organisation_id]
    return seen(organisations=ours, people=[product.person_id], path=f"{_path(product)}/releases/{release.id}")


def _of_product(event: ProductTakenOff) -> Seen:
    product = queries.by_id(event.product_id)
    return seen(organisations=[product.organisation_id], people=[product.person_id], path=_path(product))


webhooks.sends(
    {"release.sent": ReleaseSent, "release.approved": ReleaseApproved, "release.returned": ReleaseReturned},
    _of_release,
    data=("release_id",),
)
webhooks.sends({"product.taken_off": ProductTakenOff}, _of_product, data=("product_id",))
