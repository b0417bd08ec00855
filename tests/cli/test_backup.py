"""A backup taken from a running site makes the same site elsewhere."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner

from hub.cli.backup import backup, restore


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Point the commands at a data directory."""

    def go(name: str) -> Path:
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        monkeypatch.setenv("HUB_DATA_DIR", str(folder))
        monkeypatch.delenv("HUB_DATABASE_URL", raising=False)
        return folder

    return go


def make_site(folder: Path) -> None:
    (folder / "files" / "ab").mkdir(parents=True)
    (folder / "files" / "ab" / "cd").write_bytes(b"an entry")
    (folder / "verification").mkdir()
    (folder / "verification" / "8c1f").write_bytes(b"sealed")
    connection = sqlite3.connect(folder / "hub.sqlite3")
    connection.executescript("PRAGMA journal_mode=WAL; CREATE TABLE t (x); INSERT INTO t VALUES (7)")
    connection.commit()


def test_what_was_saved_comes_back_even_while_somebody_writes(place, tmp_path):
    make_site(place("old"))
    writer = sqlite3.connect(tmp_path / "old" / "hub.sqlite3", isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    writer.execute("INSERT INTO t VALUES (8)")
    done = CliRunner().invoke(backup, [str(tmp_path / "b.tgz")])
    assert done.exit_code == 0, done.output
    key = (tmp_path / "old" / "secret_key").read_text()
    assert (tmp_path / "b.tgz").stat().st_mode & 0o077 == 0

    (tmp_path / "new").mkdir()
    place("new")
    done = CliRunner().invoke(restore, [str(tmp_path / "b.tgz")])
    assert done.exit_code == 0, done.output
    assert sqlite3.connect(tmp_path / "new" / "hub.sqlite3").execute("SELECT x FROM t").fetchall() == [(7,)]
    assert (tmp_path / "new" / "files" / "ab" / "cd").read_bytes() == b"an entry"
    assert (tmp_path / "new" / "secret_key").read_text() == key
    assert [path.name for path in (tmp_path / "new" / "verification").iterdir()] == [".restored"], "documents of identity are in no copy"


def test_a_living_site_is_never_overwritten(place, tmp_path):
    make_site(place("old"))
    assert CliRunner().invoke(backup, [str(tmp_path / "b.tgz")]).exit_code == 0
    again = CliRunner().invoke(restore, [str(tmp_path / "b.tgz")])
    assert again.exit_code == 1 and "lives here already" in again.output
    twice = CliRunner().invoke(backup, [str(tmp_path / "b.tgz")])
    assert twice.exit_code == 1 and "nothing was overwritten" in twice.output


def test_something_else_is_no_backup(place, tmp_path):
    import tarfile

    place("new")
    with tarfile.open(tmp_path / "x.tgz", "w:gz"):
        pass
    done = CliRunner().invoke(restore, [str(tmp_path / "x.tgz")])
    assert done.exit_code == 1 and "not a backup" in done.output
