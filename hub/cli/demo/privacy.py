"""The demo story of privacy: what was agreed to, an export that waits to be downloaded, and somebody who changed their mind."""

from __future__ import annotations

from datetime import timedelta

from hub.cli.demo.people import HERE_SINCE, Cast, ago
from hub.core.erasure import operations as erasures
from hub.core.privacy import operations
from hub.core.privacy.rules import ConsentKind
from hub.db import personal
from hub.kernel import clock

ASKED = ("solver", "expert")


def tell(cast: Cast) -> None:
    """Everybody agreed to the terms when they came; two asked for their data; one wanted to leave, and stayed. Uncommitted."""
    with clock.at(clock.now() - HERE_SINCE):
        for key in cast.people:
            operations.agree(actor=cast.actor(key), kind=ConsentKind.TERMS)
    free = [key for key in cast.people if not personal.open_things(cast.people[key])]
    for key in free[:1]:
        with ago(40):
            erasures.ask(actor=cast.actor(key))
        with ago(37):
            erasures.cancel(actor=cast.actor(key))
    with clock.at(clock.now() - timedelta(hours=5)):
        for key in ASKED:
            operations.ask_export(actor=cast.actor(key))
