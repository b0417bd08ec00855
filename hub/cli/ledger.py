"""`hub ledger`: is every cent where the books say it is?"""

from __future__ import annotations

import dataclasses
import sys
from datetime import datetime, timedelta

import click

from hub.cli.context import show, with_app
from hub.core.checks.rules import Report
from hub.core.controls import queries, reactions, rules
from hub.core.gateways.gateway import Busy, Unreachable
from hub.db import work
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import SYSTEM
from hub.kernel.errors import HubError

EVERY = 100_000


@click.group()
def ledger() -> None:
    """Check the books."""


@ledger.command()
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@with_app
def verify(as_json: bool) -> None:
    """Recompute every balance, sum, hold, funding and payout from the postings, and explain what does not fit.

    Exits with 1 if anything is wrong. Reads the books as they are at one moment, while the site goes on.
    """
    report = _verified()
    data = {"ok": report.ok, **dataclasses.asdict(report)}
    show(data, as_json, _told(report))
    if not report.ok:
        sys.exit(1)


def _verified() -> Report:
    """The report, from one moment's view: SQLite reads so by itself, PostgreSQL when asked."""
    work.rollback()
    if db.engine.dialect.name == "postgresql":
        db.session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    try:
        return queries.verify(_Progress())
    finally:
        work.rollback()


class _Progress:
    """A line on the error channel every EVERY rows."""

    def __init__(self) -> None:
        self._told: dict[str, int] = {}

    def __call__(self, what: str, done: int) -> None:
        if done // EVERY > self._told.get(what, 0):
            self._told[what] = done // EVERY
            click.echo(f"{done:,} {what} checked", err=True)


def _told(report: Report) -> str:
    counted = f"{report.accounts:,} accounts, {report.transactions:,} transactions, {report.postings:,} postings"
    if report.ok:
        return f"The books are clean: {counted}."
    lines = [f"{problem.ref}: {problem.text} [{problem.code}]" for problem in report.problems]
    if report.found > len(report.problems):
        lines.append(f"... and {report.found - len(report.problems):,} more.")
    return "\n".join([*lines, f"{report.found:,} problems in {counted}."])


@ledger.command()
@click.option(
    "--day", type=click.DateTime(["%Y-%m-%d"]), help="The day (UTC), like 2026-11-20; by default the last one whose neighbours are over."
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@with_app
def reconcile(day: datetime | None, as_json: bool) -> None:
    """Compare one day of the books with the payment processor's own list of movements, and keep what differs.

    Exits with 1 if anything differs, with 2 if it cannot be compared.
    """
    wanted = day.date() if day else (clock.now() - rules.AROUND - timedelta(days=1)).date()
    try:
        with work.unit():
            number = reactions.reconcile_day(wanted, SYSTEM).id
    except (HubError, Unreachable, Busy) as error:
        raise click.UsageError(str(error)) from error
    done, differences = queries.reconciliation(number), queries.differences(number)
    rows = [
        {"kind": one.kind.value, "name": one.name, "currency": one.currency}
        | {"here": one.here_minor, "there": one.there_minor, "note": one.note}
        for one in differences
    ]
    lines = [f"{one.kind.label}: {one.name}: {one.here_amount} here, {one.there_amount} there" for one in differences]
    told = "\n".join([*lines, f"{done.day}: {done.matched:,} fit, {done.different:,} differ."])
    show({"day": done.day, "matched": done.matched, "different": done.different, "differences": rows}, as_json, told)
    if differences:
        sys.exit(1)


COMMANDS = [ledger]
