"""Tells `core/disputes` what of an entry can be disputed, and reputation who was paid after all."""

from __future__ import annotations

from collections.abc import Iterable

from hub.contests.awards.reactions import finished
from hub.contests.disputes import operations, queries
from hub.contests.disputes.events import EntryPaidLate
from hub.contests.entries.models import Entry
from hub.core.disputes import queries as disputes
from hub.core.disputes.rules import Source
from hub.core.reputation import operations as reputation
from hub.core.reputation.rules import Finished
from hub.db.extensions import db
from hub.db.journal import Fact
from hub.kernel.words import N_

disputes.can_be_disputed(
    "entry",
    Source(
        N_("Entry to a challenge"), queries.place_of, queries.matter, operations.lock_entry, queries.effects, operations.carry_out,
        beside=queries.beside, hidden=queries.hidden, barred=queries.barred,
    ),
)  # fmt: skip


def _paid_late(event: EntryPaidLate, fact: Fact) -> Iterable[Finished]:
    entry = db.session.get_one(Entry, event.entry_id)
    return finished(entry, entry.ref, [entry.person_id], fact)


reputation.finishes([EntryPaidLate], _paid_late)
