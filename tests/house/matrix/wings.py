"""The wings whose rows and places stand in one file each."""

from __future__ import annotations

from types import ModuleType

from tests.house.matrix import (
    briefs,
    cards,
    communities,
    complement,
    deals,
    evidence,
    fees,
    gateways,
    handovers,
    microtasks,
    mturk,
    packages,
    payouts,
    pools,
    portals,
    post,
    rallies,
    royalties,
    sales,
    services,
    sharing,
    statements,
    talk,
    verification,
)

WINGS: tuple[ModuleType, ...] = (
    microtasks,
    mturk,
    communities,
    packages,
    rallies,
    complement,
    deals,
    services,
    briefs,
    portals,
    post,
    handovers,
    gateways,
    cards,
    fees,
    statements,
    pools,
    payouts,
    royalties,
    evidence,
    sharing,
    talk,
    sales,
    verification,
)
