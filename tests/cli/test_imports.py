"""`hub import` as people and scripts meet it: what it prints, what it answers, what it leaves behind."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

import hub.cli.context
from hub.cli.imports import import_group
from hub.cli.main import main
from hub.db.extensions import db
from hub.tech_market.listings.models import Listing

HEADER = "Center;Status;Case Number;Application SN;Title;Patent Expiration Date"
ROWS = (
    "NASA Ames Research Center;Issued;ARC-1-1;08/543,093;A sensor;03/10/1931",
    "NASA Ames Research Center;Application;ARC-2-1;08/543,094;Another sensor ;",
    "NASA Ames Research Center;Issued;ARC-3-1;08/543,095;;01/01/2031",
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "patents.csv"
    path.write_text("\n".join([HEADER, *ROWS]) + "\n")
    return path


@pytest.fixture
def run(app, monkeypatch):
    """Run `hub import ...` over the test's own database."""
    monkeypatch.setattr(hub.cli.context, "create_app", lambda: app)

    def command(*args: object):
        answer = CliRunner().invoke(import_group, [str(arg) for arg in args])
        db.session.rollback()
        return answer

    return command


def count() -> int:
    return db.session.scalar(select(func.count()).select_from(Listing)) or 0


def test_an_import_says_what_it_did_and_accounts_for_dirty_rows(run, file):
    answer = run("nasa-patents", file)
    assert answer.exit_code == 0
    for told in ("3 rows", "2 added", "1 left out", "row 4, Title", "row 2, Patent Expiration Date: '03/10/1931'", "2031-03-10"):
        assert told in answer.stdout, told
    assert count() == 2
    again = run("nasa-patents", file)
    assert "0 added" in again.stdout
    assert "2 unchanged" in again.stdout
    assert count() == 2


def test_a_preview_shows_the_first_rows_and_writes_nothing(run, file):
    answer = run("nasa-patents", file, "--preview")
    assert answer.exit_code == 0
    assert "2 would be added" in answer.stdout
    assert "ARC-1-1 | A sensor | NASA Ames Research Center | issued | 2031-03-10" in answer.stdout
    assert count() == 0


def test_json_is_one_object_on_stdout_with_every_remark(run, file):
    told = json.loads(run("nasa-patents", file, "--json").stdout)
    assert {name: told[name] for name in ("rows", "new", "changed", "unchanged", "rejected", "warnings", "notes", "preview")} == {
        "rows": 3, "new": 2, "changed": 0, "unchanged": 0, "rejected": 1, "warnings": 1, "notes": 2, "preview": False,
    }  # fmt: skip
    assert {
        "row": 2,
        "field": "Patent Expiration Date",
        "value": "03/10/1931",
        "weight": "warning",
        "code": "century",
        "message": "The year lost its century; read as 2031-03-10.",
    } in told["remarks"]
    assert [(r["row"], r["code"]) for r in told["remarks"] if r["weight"] == "error"] == [(4, "missing")]


def test_mended_rows_are_summed_up_unless_all_are_asked_for(run, file):
    assert "row 3, Title" not in run("nasa-patents", file, "--preview").stdout
    assert "row 3, Title: 'Another sensor '" in run("nasa-patents", file, "--preview", "--all").stdout


def test_a_file_without_one_usable_row_is_a_failure(run, file):
    file.write_text(f"{HEADER}\n{ROWS[2]}\n")
    answer = run("nasa-patents", file)
    assert answer.exit_code == 1
    assert "No row of this file could be used" in answer.stderr
    assert count() == 0


@pytest.mark.parametrize("content", ["", "name,age\n1,2\n", HEADER + '\n"broken', "\x00"])
@pytest.mark.parametrize("command", ["nasa-patents", "nasa-software", "challenges"])
def test_a_bad_file_ends_with_a_clear_word_and_no_traceback(run, file, monkeypatch, capsys, command, content):
    file.write_text(content)
    monkeypatch.setattr("sys.argv", ["hub", "import", command, str(file)])
    with pytest.raises(SystemExit) as ended:
        main()
    told = capsys.readouterr()
    assert ended.value.code == 1
    assert told.err.startswith("hub: ")
    assert "Traceback" not in told.err
    assert count() == 0


def test_a_missing_file_and_a_folder_are_usage_errors(run, tmp_path):
    for path in (tmp_path / "nowhere.csv", tmp_path):
        answer = run("nasa-patents", path)
        assert answer.exit_code == 2
    assert count() == 0


def test_every_command_explains_itself(run):
    for command in ("nasa-patents", "nasa-software", "challenges"):
        answer = run(command, "--help")
        assert answer.exit_code == 0
        assert "--preview" in answer.stdout
