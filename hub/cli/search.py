"""The search index: build it anew, compare it with the database, see how far it lags. And `score`: needs against profiles, from files."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from hub.cli.context import show, with_app
from hub.search.index import queries, reactions
from hub.search.index.engine import Busy, Unavailable
from hub.search.matching import queries as matching

AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
LINES = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def search() -> None:
    """The search index and the matching."""


@search.command()
@AS_JSON
@with_app
def rebuild(as_json: bool) -> None:
    """Build the index from the database beside the old one, then swap. Searches go on meanwhile."""
    try:
        size = reactions.rebuild(_tell if not as_json else lambda progress: None)
    except Busy:
        raise click.ClickException("Another process is writing the index. Try again in a moment.") from None
    show({"documents": size}, as_json, f"The index holds {size} documents.")


def _tell(progress: reactions.Progress) -> None:
    click.echo(f"{progress.done} of {progress.total} read", err=True)


@search.command()
@AS_JSON
@with_app
def check(as_json: bool) -> None:
    """Compare the index with the database, document by document. Exits with 1 if they differ in what is not waiting in the queue."""
    try:
        report = reactions.check()
    except Unavailable as error:
        raise click.ClickException(f"There is no index to check ({error}). Build it: hub search rebuild") from None
    text = f"{report.documents} documents, {report.waiting} waiting, {report.seconds:.0f} s behind"
    for name in ("missing", "different", "surplus", "unfindable"):
        if keys := getattr(report, name):
            text += f"\n{name}: {len(keys)} ({', '.join(keys[:10])}{' ...' if len(keys) > 10 else ''})"
    show(asdict(report) | {"ok": report.ok}, as_json, text if not report.ok else f"The index agrees with the database: {text}")
    if not report.ok:
        sys.exit(1)


@search.command()
@AS_JSON
@with_app
def lag(as_json: bool) -> None:
    """How many changes wait to be indexed, and for how long the oldest has waited."""
    behind = queries.lag()
    show(asdict(behind), as_json, f"{behind.waiting} waiting, the oldest for {behind.seconds:.0f} s")


@search.command()
@click.option("--profiles", type=LINES, required=True, help='One {"id", "items": [{"title", "text"}, ...]} a line.')
@click.option("--needs", type=LINES, required=True, help='One {"id", "title", "text"} a line.')
def score(profiles: Path, needs: Path) -> None:
    """Score every need against every profile as the site does: one {"need", "profile", "score"} a line, score 0 to 1."""
    known = list(_rows(profiles, _profile_fault))
    for need, profile, value in matching.scores(known, _rows(needs, _need_fault)):
        click.echo(json.dumps({"need": need, "profile": profile, "score": round(value, 6)}, ensure_ascii=False))


def _rows(path: Path, fault: Callable[[dict[str, Any]], str]) -> Iterator[dict[str, Any]]:
    """The JSON objects of a file, one a line. Raises ClickException naming the line."""
    with path.open(encoding="utf-8-sig") as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except ValueError as error:
                raise click.ClickException(f"{path}, line {number}: this is not JSON ({error}).") from None
            wrong = fault(row) if isinstance(row, dict) else "a JSON object is expected"
            if wrong:
                raise click.ClickException(f"{path}, line {number}: {wrong}.")
            yield row


def _profile_fault(row: dict[str, Any]) -> str:
    items = row.get("items")
    if "id" not in row:
        return '"id" is missing'
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        return '"items" must be a list of {"title", "text"}'
    return ""


def _need_fault(row: dict[str, Any]) -> str:
    return "" if "id" in row else '"id" is missing'


COMMANDS = [search]
