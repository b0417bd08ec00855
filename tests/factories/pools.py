"""Pools for tests, made by the room's own operations and committed."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import Any

from hub.core.ledger import operations as ledger
from hub.core.ledger import rules as accounts
from hub.core.ledger.rules import Kind, OwnerKind
from hub.core.organisations.models import Organisation
from hub.core.pools import operations
from hub.core.pools.models import Pledge, Pool
from hub.db import work
from hub.kernel import clock
from hub.kernel.actor import SYSTEM, Actor
from hub.kernel.money import Money

_numbers = itertools.count(1)
STORY = "Every tray that leaves the line is washed with drinking water. We want to build a small plant that cleans it on the spot. " * 2


def usd(minor: int) -> Money:
    return Money(minor, "USD")


def has(owner: str, owner_id: int, amount: Money) -> None:
    """`amount` more on the balance of a person or an organisation, as a transfer would bring it."""
    to = accounts.balance_of(OwnerKind(owner), owner_id, amount.currency)
    legs = accounts.from_to(accounts.bank(amount.currency), to, amount.minor)
    with work.unit():
        ledger.post(actor=SYSTEM, kind=Kind.FUNDING, key=f"test:{next(_numbers)}", legs=legs, memo="For a test")


def draft(organiser: Actor, organisation: Organisation, **content: Any) -> Pool:
    """A complete draft: a goal of USD 100.00 within ten days, at least USD 1.00 each."""
    content = {
        "title": "A plant for rinse water", "summary": "It cleans what we rinse with.", "story": STORY, "currency": "USD",
        "goal": Money(10_000, content.get("currency", "USD")), "minimum": Money(100, content.get("currency", "USD")),
        "closes_at": clock.now() + timedelta(days=10),
    } | content  # fmt: skip
    with work.unit():
        return operations.draft(actor=organiser, organisation_id=organisation.id, **content)


def submitted(organiser: Actor, organisation: Organisation, **content: Any) -> Pool:
    made = draft(organiser, organisation, **content)
    with work.unit():
        return operations.submit(actor=organiser, pool=made)


def opened(organiser: Actor, organisation: Organisation, **content: Any) -> Pool:
    """An open pool."""
    made = submitted(organiser, organisation, **content)
    with work.unit():
        return operations.approve(actor=SYSTEM, pool=made)


def pledged(actor: Actor, pool: Pool, minor: int, **more: Any) -> Pledge:
    """A pledge of money that the backer gets for it."""
    owner, number = ("organisation", more["organisation_id"]) if more.get("organisation_id") else ("person", actor.person_id or 0)
    has(owner, number, pool.money(minor))
    with work.unit():
        return operations.pledge(actor=actor, pool=pool, amount=pool.money(minor), **more)


def closed() -> int:
    """What the worker does at the deadline."""
    with work.unit():
        return operations.close_due()
