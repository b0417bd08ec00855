"""The daily comparison with the processor: what it says is read outside of any unit of work."""

from __future__ import annotations

import logging
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hub.core.controls import operations, queries, rules
from hub.core.controls.models import Reconciliation
from hub.core.controls.rules import Movement, Source
from hub.core.gateways.gateway import Busy, Processor, Unreachable
from hub.core.gateways.reactions import look_again, processor
from hub.core.gateways.rules import HUB_CAUSE
from hub.db import work
from hub.db.delivery import every
from hub.kernel import clock
from hub.kernel.actor import SYSTEM, Actor
from hub.kernel.errors import NotNow, one_field
from hub.kernel.words import N_

log = logging.getLogger("hub.controls")

HOUR = 3600
LOOKS = 50
"""So many objects behind the differences of a day are looked at afresh at once."""
KINDS = ("transfer", "charge", "refund")
"""Kinds of objects that carry our metadata and stand behind balance transactions."""


@every(HOUR, beside=True)
def reconcile_daily() -> None:
    """Each day once, when the days after it that belong to the comparison are over; and again while something differs that nobody has
    explained: what differs was looked at afresh, and may be in the books by now."""
    day = (clock.now() - rules.AROUND).date() - timedelta(days=1)
    if processor() is None:
        return
    kept = queries.of_day(Source.STRIPE, day.isoformat())
    if kept is None or (kept.at <= clock.now() - rules.AGAIN and queries.unexplained(kept.id)):
        try:
            reconcile_day(day, SYSTEM)
        except (Unreachable, Busy) as error:
            log.warning("%s could not be compared with the processor: %s", day, error)


def reconcile_now(said: str, actor: Actor) -> Reconciliation:
    """Compare the day that a person wrote ("2026-11-21"). Raises Invalid (date_unreadable), NotNow (no_processor, processor_silent)."""
    try:
        day = date.fromisoformat(said)
    except ValueError:
        raise one_field("day", N_("Write the date like 2026-11-21."), code="date_unreadable") from None
    try:
        return reconcile_day(day, actor)
    except (Unreachable, Busy):
        raise NotNow(N_("Stripe does not answer just now. Try again in a moment."), code="processor_silent") from None


def reconcile_day(day: date, actor: Actor) -> Reconciliation:
    """Compare one day (UTC). Inside a unit of work; what was done so far is committed first. Raises NotNow (no_processor), and Unreachable
    or Busy when the processor does not answer."""
    speaks = processor()
    if speaks is None:
        raise NotNow(N_("This site has no payment processor to compare with: upload the bank’s statement."), code="no_processor")
    first, end = operations.start(day) - rules.AROUND, operations.start(day) + rules.AROUND + timedelta(days=1)
    returned = queries.transfers_returned(first, end)
    with work.outside():
        created = {"gte": int(first.timestamp()), "lt": int(end.timestamp())}
        there = list(speaks.list("balance_transaction", created=created))
        also = _names(speaks, created, returned)
    also |= queries.names_there({str(one["source"]) for one in there if one["source"]})
    movements, aliases = [], dict(also)
    for one in there:
        source = str(one["source"] or "")
        aliases[one["id"]] = also.get(source, source or one["id"])
        movements.append(_movement(one, (one["id"], *([source] if source else []))))
    done = operations.reconcile(actor=actor, day=day, there=movements, also=aliases)
    _look_again([one.there for one in queries.differences(done.id)])
    return done


def _look_again(texts: list[str]) -> None:
    """Have the rooms look at what is behind the differences: notices of it may all have been lost."""
    for name in [name for name in rules.names_in(*texts) if rules.kind_of(name)][:LOOKS]:
        look_again(rules.kind_of(name), name)


def _names(speaks: Processor, created: dict[str, int], returned: dict[str, str]) -> dict[str, str]:
    """What the processor's objects are called in our books: their metadata says it; a reversal is its transfer's."""
    found: dict[str, str] = {}
    for kind in KINDS:
        for one in speaks.list(kind, created=created):
            found |= _named(one, str((one.get("metadata") or {}).get(HUB_CAUSE, "")))
    for transfer_id, ref in returned.items():
        found |= _named(speaks.fetch("transfer", transfer_id), ref)
    return found


def _named(one: dict[str, Any], cause: str) -> dict[str, str]:
    if not cause:
        return {}
    reversals = (one.get("reversals") or {}).get("data") or []
    return dict.fromkeys((str(one["id"]), *(str(reversal["id"]) for reversal in reversals)), cause)


def _movement(one: dict[str, Any], names: tuple[str, ...]) -> Movement:
    """A balance transaction: what really moved is its net."""
    text = f"{one['type']} {one['source'] or ''}".strip()
    return Movement(one["id"], datetime.fromtimestamp(one["created"], UTC), str(one["currency"]).upper(), int(one["net"]), names, text)
