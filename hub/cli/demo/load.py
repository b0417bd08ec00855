"""The order of loading: people, real records, stories, and then everything that follows from them (notices, index)."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import hub.cli
from hub.cli.demo import (
    agreements,
    briefs,
    communities,
    complement,
    deals,
    discussions,
    disputes,
    microtasks,
    packages,
    pools,
    portals,
    post,
    privacy,
    rallies,
    reputation,
    sales,
    services,
    verification,
    webhooks,
)
from hub.cli.demo.contests import tell_challenge
from hub.cli.demo.market import import_records, list_item
from hub.cli.demo.people import Cast, gather
from hub.core.accounts import queries as accounts
from hub.core.messages import operations as messages
from hub.db import delivery, work
from hub.kernel import clock

DATA = Path(hub.cli.__file__).parent / "demo_data"
UNREAD = 6
"""So many notices, the newest, the demo's people have not read yet."""
Say = Callable[[str], None]
TELLERS = (
    post.tell,
    microtasks.tell,
    communities.tell,
    packages.tell,
    rallies.tell,
    pools.tell,
    agreements.tell_templates,
    complement.tell,
    sales.tell,
    deals.tell,
    agreements.tell,
    services.tell,
    disputes.tell,
    briefs.tell,
    portals.tell,
    discussions.tell,
    verification.tell,
    webhooks.tell,
    privacy.tell,
    reputation.tell,
)
"""Each mode's stories, in an order in which the later may use the earlier."""


def read(name: str) -> dict[str, Any]:
    return tomllib.loads((DATA / name).read_text())


def is_loaded() -> bool:
    """The accounts are committed with the stories, so they are there only if all of it is."""
    return accounts.by_email("company@demo.example") is not None


def load(say: Say = lambda text: None, records: bool = True) -> None:
    """Load everything; `records` False leaves out the 2,000 imported ones. Interrupted, it leaves no half story: start it again."""
    if records:
        import_records(DATA, say)
    say("Demo stories ...")
    with work.unit():
        cast = gather(read("people.toml"))
        for story in read("contests.toml")["challenge"]:
            tell_challenge(cast, story)
        for item in read("people.toml")["listing"]:
            list_item(cast, item)
    for tell in TELLERS:
        with work.unit():
            tell(cast)
    say("Notices and the search index ...")
    for moment in delivery.moments_due():
        with clock.at(moment):
            delivery.deliver_all()
    delivery.run_periodic()
    with work.unit():
        for who in cast.people:
            messages.read_all(actor=cast.actor(who), but=UNREAD)
    say("The demo site is ready. Sign in as company@, solver@, expert@, consultant@ or admin@demo.example with the password “demo”.")


__all__ = ["Cast", "is_loaded", "load"]
