"""Comparing the books with the other side, and explaining what differs. What speaks to the processor stands in `reactions.py`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta

from hub.core.controls import events, queries, rules
from hub.core.controls.models import Reconciliation, ReconciliationDifference
from hub.core.controls.policy import CONTROLS, ControlAct
from hub.core.controls.queries import Statement
from hub.core.controls.rules import Group, Movement, Source
from hub.core.ledger.rules import Purpose
from hub.core.payments.queries import lock
from hub.db import journal
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import Actor
from hub.kernel.errors import one_field
from hub.kernel.words import N_


def reconcile(*, actor: Actor, day: date, there: Iterable[Movement], also: Mapping[str, str]) -> Reconciliation:
    """Compare a day's movements at the processor (`there`, with some days around it) with the books. Again, it replaces the first time;
    notes on differences that are still there are kept. Raises NotAllowed."""
    CONTROLS.require(actor, ControlAct.RECONCILE, None)
    end = start(day) + rules.AROUND + timedelta(days=1)
    here = queries.movements_here(Purpose.PROCESSOR, start(day) - rules.AROUND, end)
    groups = rules.of_days(rules.compare(here, there, also), day, day)
    rules.with_late(groups, queries.movements_here(Purpose.PROCESSOR, end, end + rules.LATE), also)
    return _keep(actor, Source.STRIPE, day, groups)


def reconcile_bank(*, actor: Actor, statement: Statement) -> Reconciliation:
    """Compare a bank's statement with the books on its days, from the first to the last. Kept under its last day. Raises NotAllowed,
    Invalid (statement_empty)."""
    CONTROLS.require(actor, ControlAct.RECONCILE, None)
    if not statement.movements:
        raise one_field("file", N_("No line of this statement can be used."), code="statement_empty")
    first, last = statement.days
    here = queries.movements_here(Purpose.BANK, start(first) - rules.AROUND, start(last) + rules.AROUND + timedelta(days=1))
    groups = rules.of_days(rules.compare(here, statement.movements, statement.also), first, last)
    return _keep(actor, Source.BANK, last, groups)


def start(day: date) -> datetime:
    """Midnight (UTC) with which the day begins."""
    return datetime.combine(day, time(), UTC)


def _keep(actor: Actor, source: Source, day: date, groups: Sequence[Group]) -> Reconciliation:
    kept = queries.of_day(source, day.isoformat())
    if kept is None:
        kept = Reconciliation(source=source, day=day.isoformat(), matched=0, different=0, at=clock.now())
        db.session.add(kept)
        db.session.flush()
    lock(kept)
    before = {(one.name, one.currency): one for one in queries.differences(kept.id)}
    different = [group for group in groups if group.difference is not None]
    for group in different:
        row = before.pop((group.key[:120], group.currency), None)
        if row is None:
            row = ReconciliationDifference(reconciliation_id=kept.id, name=group.key[:120], currency=group.currency, note="")
        db.session.add(_told(row, group))
    for gone in before.values():
        db.session.delete(gone)
    kept.matched, kept.different, kept.at = len(groups) - len(different), len(different), clock.now()
    event = events.BooksReconciled(source.value, kept.day, kept.matched, kept.different)
    journal.record(event, actor=actor, subject=kept.ref)
    return kept


def _told(row: ReconciliationDifference, group: Group) -> ReconciliationDifference:
    assert group.difference is not None
    row.kind, row.here_minor, row.there_minor = group.difference, group.here_minor, group.there_minor
    row.here = " ".join(one.ref for one in group.here)[:500]
    row.there = "; ".join(f"{one.ref} {one.text}".strip() for one in group.there)[:500]
    return row


def note_difference(*, actor: Actor, difference: ReconciliationDifference, note: str) -> ReconciliationDifference:
    """What an administrator found out about it. Raises NotAllowed, Invalid (note_missing)."""
    CONTROLS.require(actor, ControlAct.NOTE, difference)
    told = note.strip()
    if not 3 <= len(told) <= 500:
        raise one_field("note", N_("Write what you found out, in 3 to 500 characters."), code="note_missing")
    lock(difference)
    difference.note, difference.noted_by, difference.noted_at = told, actor.person_id, clock.now()
    ref = f"reconciliation:{difference.reconciliation_id}"
    journal.record(events.DifferenceNoted(difference.id), actor=actor, subject=ref)
    return difference
