"""Who may do what with a product and its releases."""

from __future__ import annotations

from hub.complement.platforms import policy as platforms
from hub.complement.platforms.models import Platform
from hub.complement.products.models import Product, Release
from hub.complement.products.states import Act, ReleaseAct, State
from hub.kernel.actor import Actor
from hub.kernel.permissions import Policy, administers, either


def may_begin(actor: Actor, platform: Platform) -> bool:
    """Whoever is signed in, on a platform they may read; the agreement is asked for before the first release."""
    return actor.signed_in and platforms.may_read(actor, platform)


def speaks_for_it(actor: Actor, product: Product) -> bool:
    """The vendor: the person, or the organisation's owners and managers. Imported products have none here."""
    if product.is_imported:
        return False
    if product.organisation_id is not None:
        return actor.manages(product.organisation_id)
    return actor.person_id is not None and actor.person_id == product.person_id


def belongs_to_vendor(actor: Actor, product: Product) -> bool:
    """The vendor's own people: they neither review nor rate."""
    if product.organisation_id is not None:
        return actor.belongs_to(product.organisation_id)
    return actor.person_id is not None and actor.person_id == product.person_id


def reviews_it(actor: Actor, product: Product) -> bool:
    return not product.is_imported and platforms.looks_after_it(actor, product.platform) and not belongs_to_vendor(actor, product)


def reads_its_review(actor: Actor, product: Product) -> bool:
    return belongs_to_vendor(actor, product) or platforms.looks_after_it(actor, product.platform)


def may_read(actor: Actor, product: Product) -> bool:
    """Everybody while it is listed, and after its vendor withdrew it; else those whom its review concerns."""
    public = product.state is State.LISTED or (product.state is State.WITHDRAWN and product.listed_at is not None)
    return public or reads_its_review(actor, product)


POLICY = Policy(
    "product",
    {
        Act.DRAFT: may_begin,
        Act.EDIT: speaks_for_it,
        Act.RELEASE: speaks_for_it,
        Act.SUBMIT: speaks_for_it,
        Act.RESUME: speaks_for_it,
        Act.LIST: reviews_it,
        Act.SEND_BACK: reviews_it,
        Act.TAKE_OFF: reviews_it,
        Act.WITHDRAW: speaks_for_it,
        Act.TAKE_UP: speaks_for_it,
        Act.READ_REVIEW: reads_its_review,
        Act.PRICE: speaks_for_it,
        Act.IMPORT: administers,
    },
)


def its_vendor(actor: Actor, release: Release) -> bool:
    return speaks_for_it(actor, release.product)


def its_reviewer(actor: Actor, release: Release) -> bool:
    return reviews_it(actor, release.product)


RELEASE_POLICY = Policy(
    "release",
    {
        ReleaseAct.RECALL: its_vendor,
        ReleaseAct.APPROVE: its_reviewer,
        ReleaseAct.SEND_BACK: its_reviewer,
        ReleaseAct.YANK: either(its_vendor, its_reviewer),
    },
)
