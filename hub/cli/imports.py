"""`hub import`: records that others published, with a preview and an account of every row."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import Any

import click

from hub.cli.context import show, with_app
from hub.db import work
from hub.guide.imports import operations, queries, rules
from hub.guide.imports.queries import COLUMNS, Preview
from hub.guide.imports.rules import Source
from hub.kernel.actor import SYSTEM
from hub.kernel.tables import Remark, Weight

FIRST = 5
MOST_TOLD = 40
HEADINGS = {Weight.ERROR: "Left out", Weight.WARNING: "Please check", Weight.NOTE: "Mended"}


@click.group(name="import")
def import_group() -> None:
    """Bring in records that others published. A second run adds what is new and updates what has changed."""


def _command(source: Source, about: str) -> None:
    @import_group.command(source.value, help=about)
    @click.argument("file", type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path))
    @click.option("--preview", is_flag=True, help="Only say what would happen.")
    @click.option("--json", "as_json", is_flag=True, help="Print one JSON object, with every remark.")
    @click.option("--all", "tell_all", is_flag=True, help="Print every remark instead of the first ones of each kind.")
    @with_app
    def command(file: Path, preview: bool, as_json: bool, tell_all: bool) -> None:
        found = queries.preview(source, file.read_bytes())
        if not preview:
            _bring_in(found, quiet=as_json)
        show(_data(found, file, preview), as_json, _text(found, file, preview, tell_all))
        if not found.reading.records:
            raise click.ClickException("No row of this file could be used.")


_command(Source.NASA_PATENTS, "NASA's patent portfolio (CSV) as offers.")
_command(Source.NASA_SOFTWARE, "NASA's open-source software (JSON) as offers.")
_command(Source.NASA_PLATFORM, "NASA's open-source software (JSON) as products of the platform “NASA open source”.")
_command(Source.CHALLENGES, "Past challenges of US agencies from challenge.gov (JSON).")

COMMANDS: list[click.Command] = [import_group]


def _bring_in(found: Preview, *, quiet: bool) -> None:
    """Batch by batch, each in a unit of work of its own; a run that is broken off is finished by the next."""
    with click.progressbar(length=len(found.due), label="Importing", file=sys.stderr, hidden=quiet or not found.due) as bar:
        for records in operations.batches(found):
            with work.unit():
                operations.bring_in(actor=SYSTEM, preview=found, records=records)
            bar.update(len(records))


def _data(found: Preview, file: Path, preview: bool) -> dict[str, Any]:
    return {
        "source": found.source.value,
        "file": file.name,
        "sha256": found.sha256,
        "preview": preview,
        **found.counts,
        "first": [_record(found, record) for record in found.reading.records[:FIRST]],
        "remarks": [rules.in_words(remark) for remark in found.reading.remarks],
    }


def _record(found: Preview, record: Any) -> dict[str, Any]:
    return {"row": record.row, **{name: _plain(getattr(record, name)) for name in COLUMNS[found.source]}}


def _plain(value: Any) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else str(value or "")


def _text(found: Preview, file: Path, preview: bool, tell_all: bool) -> str:
    counts = found.counts
    done = ("would be added", "would be updated") if preview else ("added", "updated")
    lines = [
        f"{file.name}: {counts['rows']} rows",
        f"  {counts['new']:>6} {done[0]}",
        f"  {counts['changed']:>6} {done[1]}",
        f"  {counts['unchanged']:>6} unchanged",
        f"  {counts['rejected']:>6} left out",
    ]
    if counts["vanished"]:
        lines.append(f"  {counts['vanished']:>6} here from an earlier import, no longer in the file (kept)")
    if preview:
        lines += ["", "The first rows:"]
        lines += ["  " + " | ".join(map(str, _record(found, record).values())) for record in found.reading.records[:FIRST]]
    for weight, heading in HEADINGS.items():
        remarks = [remark for remark in found.reading.remarks if remark.weight is weight]
        lines += _summed(heading, remarks) if weight is Weight.NOTE and not tell_all else _told(heading, remarks, tell_all)
    return "\n".join(lines)


def _summed(heading: str, remarks: list[Remark]) -> list[str]:
    """What was mended without doubt: how often, not where."""
    if not remarks:
        return []
    kinds = Counter((remark.field, remark.code) for remark in remarks)
    words = {(remark.field, remark.code): remark.message for remark in reversed(remarks)}
    lines = [f"  {number:>6} x {field}: {words[field, code]}" for (field, code), number in kinds.most_common()]
    return ["", f"{heading} ({len(remarks)}; --all shows each):", *lines]


def _told(heading: str, remarks: list[Remark], tell_all: bool) -> list[str]:
    if not remarks:
        return []
    shown = remarks if tell_all else remarks[:MOST_TOLD]
    lines = ["", f"{heading} ({len(remarks)}):"]
    lines += [f"  row {r.row}{', ' + r.field if r.field else ''}: {r.value!r}: {r.text}" for r in shown]
    if len(shown) < len(remarks):
        lines.append(f"  ... and {len(remarks) - len(shown)} more: --all shows them, --json gives them to programs.")
    return lines
