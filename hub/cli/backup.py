"""`hub backup FILE` and `hub restore FILE`: the whole site in one archive, taken while it runs."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from pathlib import Path

import click
from sqlalchemy import make_url

from hub import config as settings
from hub.config import Config
from hub.core.verification.rules import RESTORED

DATABASE, DUMP = "hub.sqlite3", "hub.pgdump"
KEPT = ("files", "secret_key", "evidence")
"""Beside the database. The index is made anew; mails in the outbox were sent or will be queued again from the database. Documents of
identity are left out: a copy would outlive the day on which they are deleted, beside the key that opens them. After a restore whoever waits
for a decision is asked to send them again."""


def _copy_database(config: Config, folder: Path) -> Path:
    """A consistent copy of the database as it is at one moment, writers going on."""
    if config.is_sqlite:
        target = folder / DATABASE
        with sqlite3.connect(make_url(config.database_url).database or "") as source, sqlite3.connect(target) as copy:
            source.backup(copy)
        return target
    target = folder / DUMP
    _postgres("pg_dump", config, ["--format=custom", "--no-owner", f"--file={target}"])
    return target


def _postgres(program: str, config: Config, arguments: list[str]) -> None:
    if shutil.which(program) is None:
        raise click.ClickException(f"{program} is not installed; it comes with PostgreSQL's client programs")
    url = make_url(config.database_url).set(drivername="postgresql").render_as_string(hide_password=False)
    subprocess.run([program, f"--dbname={url}", *arguments], check=True)


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup(file: Path) -> None:
    """Write the database, the files, the secret key and the signing keys into one archive. Nothing has to stop for it.

    Documents of identity that wait for a decision are left out.
    """
    config = settings.from_environment()
    if file.exists():
        raise click.ClickException(f"{file} exists; nothing was overwritten")
    with tempfile.TemporaryDirectory() as folder:
        database = _copy_database(config, Path(folder))
        draft = file.with_name(file.name + ".part")
        with open(draft, "xb") as out:
            os.chmod(draft, 0o600)  # it holds the secret keys
            with tarfile.open(fileobj=out, mode="w:gz") as archive:
                archive.add(database, database.name)
                for name in KEPT:  # after the database: every file that it names is there by now
                    if (config.data_dir / name).exists():
                        archive.add(config.data_dir / name, name)
            out.flush()
            os.fsync(out.fileno())
        os.rename(draft, file)
    click.echo(f"{file}: {file.stat().st_size:,} bytes", err=True)
    if any((config.data_dir / "verification").glob("**/*")):
        click.echo("Not in it: documents of identity that wait for a decision, which no copy may outlive.", err=True)


def _check_members(archive: tarfile.TarFile) -> set[str]:
    """The names in a backup: plain files and folders, all of them where a backup puts them. Raises ClickException."""
    for member in archive.getmembers():
        parts = member.name.split("/")
        if parts[0] not in {DATABASE, DUMP, *KEPT} or ".." in parts or not (member.isfile() or member.isdir()):
            raise click.ClickException(
                f"{member.name[:200]!r} would land outside of the site, or is a link: this is no backup of this program"
            )
    return set(archive.getnames())


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def restore(file: Path) -> None:
    """Put a backup into an empty data directory (HUB_DATA_DIR); refused where a site lives already."""
    config = settings.from_environment()
    with tarfile.open(file) as archive, tempfile.TemporaryDirectory(dir=config.data_dir) as folder:
        names = _check_members(archive)
        if not names & {DATABASE, DUMP}:
            raise click.ClickException(f"{file} is not a backup of this program")
        if config.is_sqlite != (DATABASE in names):
            raise click.ClickException("the backup was taken from the other kind of database: set HUB_DATABASE_URL to match")
        if config.is_sqlite and Path(make_url(config.database_url).database or "").exists():
            raise click.ClickException("a site lives here already; restore into an empty HUB_DATA_DIR")
        archive.extractall(folder, filter="data")
        for name in KEPT:
            if (Path(folder) / name).exists():
                target = config.data_dir / name
                if target.is_dir():
                    shutil.rmtree(target)
                os.replace(Path(folder) / name, target)
        if config.is_sqlite:
            os.replace(Path(folder) / DATABASE, make_url(config.database_url).database or "")
        else:
            _postgres("pg_restore", config, ["--exit-on-error", "--no-owner", str(Path(folder) / DUMP)])
    lost = config.data_dir / "verification" / RESTORED
    lost.parent.mkdir(mode=0o700, exist_ok=True)
    lost.touch()  # the worker's first round asks for the documents that no backup holds
    click.echo("Restored. Make the search index anew with: hub search rebuild", err=True)


COMMANDS = [backup, restore]
