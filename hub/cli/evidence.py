"""`hub evidence`: check receipts without the site, recompute its log, change its key."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from hub.cli.context import show, with_app
from hub.core.deeds import rules as deeds
from hub.core.evidence import operations, queries, reactions, rules
from hub.db import work
from hub.db.extensions import db
from hub.kernel import bundles, stamping
from hub.kernel.actor import SYSTEM
from hub.kernel.errors import HubError
from hub.web import egress

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def evidence() -> None:
    """Check what the site gave you as evidence; audit the log it is in."""


@evidence.command()
@click.argument("file", type=_FILE)
@click.option("--keys", type=_FILE, help="The site's public keys (/.well-known/evidence-keys.json), kept by you.")
@click.option(
    "--attachments",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The folder with the files you sealed, under their names.",
)
@click.option("--authority", type=_FILE, help="The certificates (PEM) of the time-stamping authority that you trust, for a checkpoint.")
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
def verify(file: Path, keys: Path | None, attachments: Path | None, authority: Path | None, as_json: bool) -> None:
    """Check FILE offline: a receipt (receipt.json), a bundle (.zip), an agreement, a checkpoint, or a proof of consistency.

    Recomputes the fingerprint from the sealed content and the salt, follows the proof to the root of the log, and checks the signature;
    for a bundle or with --attachments, every file. Exits with 1 if anything was changed, and says what. Without --keys the key inside the
    file is taken, which shows that the parts belong together, not whose they are. A checkpoint's time stamp is checked with --authority.
    """
    try:
        trusted = stamping.read_certificates(authority.read_bytes()) if authority is not None else None
    except ValueError as error:
        raise click.UsageError(f"{authority}: {error}") from error
    try:
        with file.open("rb") as content:
            told, kept = bundles.read(content)
        kept = bundles.kept_in(attachments) if attachments is not None else kept
        known = rules.read_keys(bundles.parse(keys.read_bytes())) if keys is not None else None
        findings = rules.check(told, kept, known, trusted)
    except bundles.Unreadable as error:
        _say([], False, as_json, str(error))
        sys.exit(1)
    unchecked = len(told["manifest"].get("files", [])) if kept is None and "manifest" in told else 0
    note = f"{unchecked} attachments were not checked: give their folder with --attachments." if unchecked else ""
    what = "The receipt" if "manifest" in told else "The agreement" if told["format"] == deeds.FORMAT else "This"
    _say(findings, rules.holds(findings), as_json, note, what)
    sys.exit(0 if rules.holds(findings) else 1)


def _say(findings: list[rules.Finding], ok: bool, as_json: bool, note: str, what: str = "The receipt") -> None:
    if as_json:
        listed = [{"check": finding.code, "ok": finding.ok, "warns": finding.warns, "says": finding.says} for finding in findings]
        click.echo(json.dumps({"ok": ok, "findings": listed, "note": note}, ensure_ascii=False))
        return
    for finding in findings:
        click.echo(f"{('note' if finding.warns else 'ok  ') if finding.ok else 'BAD '} {finding.says}")
    if note:
        click.echo(f"{'note' if findings else 'BAD '} {note}")
    click.echo(f"{what} holds." if ok else f"{what} does NOT hold.")


@evidence.command()
@click.option("--checkpoint", "files", type=_FILE, multiple=True, help="A checkpoint that you kept elsewhere; more than one may be given.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@with_app
def audit(files: tuple[Path, ...], as_json: bool) -> None:
    """Recompute the log from its leaves and compare it with the manifests, the nodes, the head and every checkpoint.

    Exits with 1 if anything does not fit, and says what. A log rewritten as a whole, checkpoints included, is found with a checkpoint that
    was kept elsewhere: give it with --checkpoint.
    """
    try:
        points: list[Any] = [bundles.parse(file.read_bytes()) for file in files]
    except bundles.Unreadable as error:
        raise click.UsageError(str(error)) from error
    if not all(isinstance(point, dict) for point in points):
        raise click.UsageError("This is not a checkpoint.")
    work.rollback()
    if db.engine.dialect.name == "postgresql":
        db.session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    try:
        report = operations.audit(points)
    finally:
        work.rollback()
    counted = f"{report.leaves:,} leaves, {report.nodes:,} nodes, {report.checkpoints:,} checkpoints"
    lines = [f"{problem.ref}: {problem.text} [{problem.code}]" for problem in report.problems]
    told = (
        f"The log is whole: {counted}, root {report.root}" if report.ok else "\n".join([*lines, f"{len(lines):,} problems in {counted}."])
    )
    show({"ok": report.ok, **asdict(report)}, as_json, told)
    if not report.ok:
        sys.exit(1)


@evidence.command("rotate-key")
@with_app
def rotate_key() -> None:
    """Sign receipts and checkpoints with a fresh key from now on. The old public key stays published; its private half is removed."""
    with work.unit():
        name = operations.rotate_key(actor=SYSTEM)
    click.echo(f"The site signs with the key {name} now: publish its name where people can compare it.")


@evidence.command()
@click.option("--day", help="The day of the checkpoint, like 2026-11-21; by default the newest.")
@with_app
def stamp(day: str | None) -> None:
    """Ask the site's time-stamping authority (HUB_TIMESTAMP_URL) about a checkpoint now, and keep its answer."""
    try:
        with work.unit():
            found = queries.checkpoint_on(day) if day is not None else next(iter(queries.checkpoints(limit=1)), None)
            kept = reactions.stamp(found) if found is not None else None
    except (HubError, egress.Unreachable) as error:
        raise click.ClickException(str(error)) from error
    if kept is None:
        raise click.ClickException("There is no checkpoint yet." if found is None else "Set HUB_TIMESTAMP_URL and HUB_TIMESTAMP_CA first.")
    click.echo(f"{kept.authority} stamped it at {kept.stamped_at:%Y-%m-%d %H:%M:%S} UTC.")


@evidence.command()
@with_app
def keys() -> None:
    """Print the public keys as the file that holders of receipts keep."""
    operations.signing_key()
    click.echo(json.dumps(queries.published_keys(), indent=1))


COMMANDS = [evidence]
