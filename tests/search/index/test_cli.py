"""`hub search rebuild|check|lag`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask

from hub.cli import context
from hub.cli.search import search
from hub.db import work
from hub.search.index import engines, operations
from tests.factories.shelf import Shelf, document


@pytest.fixture
def shelf(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shelf]:
    monkeypatch.setattr(context, "create_app", lambda: app)
    with Shelf() as shelf:
        shelf.put(document(1, "Gas sensor"), document(2, "Pump"))
        yield shelf


def run(*words: str) -> Any:
    return CliRunner().invoke(search, list(words))


def test_a_rebuild_shows_its_progress_and_its_size(shelf: Shelf):
    result = run("rebuild")
    assert result.exit_code == 0, result.output
    assert "2 of 2 read" in result.stderr and "The index holds 2 documents." in result.stdout
    assert json.loads(run("rebuild", "--json").stdout) == {"documents": 2}


def test_a_rebuild_beside_another_writer_says_so(shelf: Shelf):
    run("rebuild")
    with engines.current().hold():
        result = run("rebuild")
    assert result.exit_code == 1 and "Another process is writing" in result.output


def test_check_is_quiet_when_all_is_well_and_fails_when_not(shelf: Shelf):
    assert run("check").exit_code == 1, "nothing is built yet"
    run("rebuild")
    shelf.index()
    assert run("check").exit_code == 0
    shelf.things["offer:1"] = document(1, "Changed behind the index")
    del shelf.things["offer:2"]
    result = run("check", "--json")
    assert result.exit_code == 1
    report = json.loads(result.stdout)
    assert (report["different"], report["surplus"], report["ok"]) == (["offer:1"], ["offer:2"], False)
    assert "different: 1 (offer:1)" in run("check").output


def test_lag_counts_what_waits(shelf: Shelf):
    run("rebuild")
    shelf.index()
    with work.unit():
        operations.mark(["offer:1"])
    assert json.loads(run("lag", "--json").stdout) == {"waiting": 1, "seconds": 0.0}
    assert "1 waiting" in run("lag").stdout


@pytest.mark.parametrize("command", [[], ["rebuild"], ["check"], ["lag"], ["score"]])
def test_every_command_explains_itself(command: list[str]):
    result = run(*command, "--help")
    assert result.exit_code == 0 and "Usage:" in result.output
