"""`hub audit verify`: is the journal's hash chain whole?"""

from __future__ import annotations

import sys
from dataclasses import asdict

import click

from hub.cli.context import show, with_app
from hub.core.audit import queries


@click.group()
def audit() -> None:
    """The audit log."""


@audit.command()
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@with_app
def verify(as_json: bool) -> None:
    """Follow the chain from the first row to the last. Exits with 1 at the first row that was changed, removed or added."""
    report = queries.verify()
    if report.ok:
        text = f"The chain is whole: {report.rows} rows, head {report.head}"
    else:
        reason = report.reason.label if report.reason else ""
        text = f"The chain is broken at row {report.first_bad_id}: {reason} ({report.rows} rows before it are whole)"
    show(asdict(report), as_json, text)
    if not report.ok:
        sys.exit(1)


COMMANDS = [audit]
