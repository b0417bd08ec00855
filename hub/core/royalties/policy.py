"""Who may do what with royalties."""

from __future__ import annotations

from typing import Any

from hub.core.royalties.states import Act
from hub.kernel.actor import Actor
from hub.kernel.permissions import Policy, administers, either


def licenses_out(actor: Actor, royalty: Any) -> bool:
    return actor.manages(royalty.licensor_id)


def licenses_in(actor: Actor, royalty: Any) -> bool:
    return actor.manages(royalty.licensee_id)


def pays_it(actor: Actor, royalty: Any) -> bool:
    return actor.keeps_books_of(royalty.licensee_id) or actor.manages(royalty.licensee_id)


def sees_the_money(actor: Actor, royalty: Any) -> bool:
    sides = (royalty.licensor_id, royalty.licensee_id)
    return any(actor.keeps_books_of(side) or actor.manages(side) for side in sides)


POLICY = Policy(
    "royalty",
    {
        Act.PROPOSE: licenses_out,
        Act.ACCEPT: licenses_in,
        Act.DECLINE: licenses_in,
        Act.REPORT: pays_it,
        Act.PAY: pays_it,
        Act.END: licenses_out,
        Act.READ: either(sees_the_money, administers),
    },
)
"""The subject is the agreement, also for what falls due under it."""
