"""Who may do what with a pool and with a pledge."""

from __future__ import annotations

from hub.core.payments.policy import pays_from_it
from hub.core.pools.models import Pledge, Pool
from hub.core.pools.states import SEEN, Act, PledgeAct
from hub.kernel.actor import Actor
from hub.kernel.permissions import Policy, administers, by_the_system, consults, either, is_signed_in


def manages_it(actor: Actor, pool: Pool) -> bool:
    return actor.manages(pool.organisation_id)


def reviews_it(actor: Actor, pool: Pool) -> bool:
    """Nobody decides on a pool of their own organisation."""
    return consults(actor, pool) and not actor.belongs_to(pool.organisation_id)


def may_read(actor: Actor, pool: Pool) -> bool:
    opened = pool.state in SEEN and pool.opened_at is not None
    return opened or actor.belongs_to(pool.organisation_id) or consults(actor, pool)


def made_it(actor: Actor, pledge: Pledge) -> bool:
    return pays_from_it(actor, pledge.owner_kind, pledge.owner_id)


POLICY = Policy(
    "pool",
    {
        Act.DRAFT: manages_it,
        Act.EDIT: manages_it,
        Act.SUBMIT: manages_it,
        Act.RECALL: manages_it,
        Act.DISCARD: manages_it,
        Act.RETELL: manages_it,
        Act.UPDATE: manages_it,
        Act.SPEND: manages_it,
        Act.SEE_BACKERS: either(manages_it, administers),
        Act.RETURN: reviews_it,
        Act.APPROVE: reviews_it,
        Act.CANCEL: either(manages_it, administers),
        Act.MEET: by_the_system,
        Act.FAIL: by_the_system,
        Act.PLEDGE: is_signed_in,
    },
)
PLEDGES = Policy("pledge", {PledgeAct.WITHDRAW: made_it, PledgeAct.COLLECT: by_the_system, PledgeAct.RETURN: by_the_system})
