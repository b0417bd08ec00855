"""Domains that wait for their proof: what the worker finds, and what an organisation is worth by it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hub.core.domains import reactions
from hub.core.organisations import queries as bodies
from hub.db import delivery, work
from hub.kernel import clock
from hub.kernel.levels import Level


def look(after: timedelta = timedelta(minutes=1)) -> None:
    """Let the time pass, and have the worker look."""
    clock.advance(after)
    work.rollback()
    with work.unit():
        reactions.look()
    delivery.deliver_all()


def level(organisation: Any) -> Level:
    work.rollback()
    return bodies.card(organisation.id).level
