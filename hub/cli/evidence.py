"""`hub evidence verify`: check a receipt without the site, its database or its goodwill."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from hub.contests.entries import rules


def _kept_in(folder: Path) -> dict[str, tuple[str, int]]:
    kept = {}
    for path in sorted(folder.iterdir()):
        if path.is_file():
            with path.open("rb") as file:
                kept[path.name] = rules.fingerprint(file)
    return kept


@click.group()
def evidence() -> None:
    """Check what the site gave you as evidence."""


@evidence.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--attachments",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The folder with the files you sealed, under their names.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
def verify(file: Path, attachments: Path | None, as_json: bool) -> None:
    """Check FILE, a receipt (receipt.json) or a bundle (.zip) of a sealed entry, offline.

    Recomputes the hash from the sealed content, compares number, time and journal row, and, for a bundle or with --attachments, every
    file. Exits with 1 if anything was changed, and says what.
    """
    try:
        with file.open("rb") as content:
            receipt, kept = rules.read_evidence(content)
        findings = rules.check_receipt(receipt, _kept_in(attachments) if attachments is not None else kept)
    except rules.Unreadable as error:
        _say([], False, as_json, str(error))
        sys.exit(1)
    unchecked = 0 if attachments is not None or kept is not None else len(receipt["manifest"]["files"])
    _say(
        findings,
        rules.holds(findings),
        as_json,
        f"{unchecked} attachments were not checked: give their folder with --attachments." if unchecked else "",
    )
    sys.exit(0 if rules.holds(findings) else 1)


def _say(findings: list[rules.Finding], ok: bool, as_json: bool, note: str) -> None:
    if as_json:
        listed = [{"check": finding.code, "ok": finding.ok, "says": finding.says} for finding in findings]
        click.echo(json.dumps({"ok": ok, "findings": listed, "note": note}, ensure_ascii=False))
        return
    for finding in findings:
        click.echo(f"{'ok  ' if finding.ok else 'BAD '} {finding.says}")
    if note:
        click.echo(f"{'note' if findings else 'BAD '} {note}")
    click.echo("The receipt holds." if ok else "The receipt does NOT hold.")


COMMANDS = [evidence]
