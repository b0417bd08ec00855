"""A journal that was tampered with is found out, at the first bad row and with the reason."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import pytest
from click.testing import CliRunner
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from hub.cli.audit import audit
from hub.config import Config
from hub.core.audit import queries, rules
from hub.core.audit.rules import Break
from hub.db import journal, work
from hub.db.extensions import db
from hub.db.journal import GENESIS
from hub.kernel import sealing
from hub.kernel.actor import SYSTEM


@dataclass(frozen=True)
class Noted:
    SAYS: ClassVar[str] = "noted %(number)s"

    number: int
    words: str = "Grüße, 你好"
    more: list[int] = dataclasses.field(default_factory=lambda: [1, 2])


def write(count: int) -> None:
    with work.unit():
        for number in range(count):
            journal.record(Noted(number), actor=SYSTEM, subject=f"thing:{number}")


def tamper(statement: str, **values: Any) -> None:
    with work.unit():
        db.session.execute(text(statement), values)
    db.session.expire_all()


def verdict() -> tuple[bool, int, int | None, Break | None]:
    report = queries.verify()
    return report.ok, report.rows, report.first_bad_id, report.reason


def test_an_untouched_journal_is_whole(app: Flask) -> None:
    assert verdict() == (True, 0, None, None)
    write(7)
    write(3)
    assert verdict() == (True, 10, None, None)
    assert queries.verify().head == db.session.get_one(journal.JournalHead, 1).hash


@pytest.mark.parametrize(
    "change",
    [
        "facts = '{\"number\": 99}'",
        "actor_id = 4711",
        "kind = 'Other'",
        "subject = 'thing:99'",
        "scope = 'else:1'",
        "credential = 'session:1'",
        "at = '2001-01-01 00:00:00'",
        "hash = '" + "0" * 64 + "'",
    ],
)
def test_a_changed_row_is_named(app: Flask, change: str) -> None:
    write(9)
    tamper(f"UPDATE journal SET {change} WHERE id = 5")
    assert verdict() == (False, 4, 5, Break.CHANGED)


def test_a_row_that_was_made_to_fit_breaks_the_next_link(app: Flask) -> None:
    """Whoever changes a row and its hash would have to write all later rows anew."""
    write(9)
    row = db.session.get_one(journal.JournalRow, 5)
    facts = {**row.sealed_facts(), "facts": {"number": 99}}
    tamper("UPDATE journal SET facts = '{\"number\": 99}', hash = :hash WHERE id = 5", hash=sealing.digest(facts))
    assert verdict() == (False, 5, 6, Break.RELINKED)


@pytest.mark.parametrize(
    ("gone", "expected"), [(1, (False, 0, 2, Break.MISSING)), (5, (False, 4, 6, Break.MISSING)), (9, (False, 8, 9, Break.CUT))]
)
def test_a_removed_row_is_missed(app: Flask, gone: int, expected: tuple[Any, ...]) -> None:
    write(9)
    tamper("DELETE FROM delivery")
    tamper("DELETE FROM journal WHERE id = :gone", gone=gone)
    assert verdict() == expected


def test_everything_removed_is_missed(app: Flask) -> None:
    write(3)
    tamper("DELETE FROM delivery")
    tamper("DELETE FROM journal")
    assert verdict() == (False, 0, 1, Break.CUT)


def test_a_head_that_is_behind_or_wrong_or_gone_is_named(app: Flask) -> None:
    write(9)
    seventh = db.session.get_one(journal.JournalRow, 7).hash
    tamper("UPDATE journal_head SET last_id = 7, hash = :hash", hash=seventh)
    assert verdict() == (False, 7, 8, Break.HEAD_BEHIND)
    tamper("UPDATE journal_head SET last_id = 9, hash = :hash", hash=GENESIS)
    assert verdict() == (False, 9, 9, Break.HEAD_WRONG)
    tamper("DELETE FROM journal_head")
    assert verdict() == (False, 0, 1, Break.HEAD_BEHIND)


def test_a_long_journal_is_read_in_chunks_and_not_kept(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "CHUNK", 40)
    write(205)
    db.session.expunge_all()
    kept = []
    whole = rules.check

    def watching(links: Iterator[rules.Link], **more: Any) -> rules.Report:
        return whole((kept.append(len(db.session.identity_map)) or link for link in links), **more)

    monkeypatch.setattr(rules, "check", watching)
    assert verdict() == (True, 205, None, None)
    assert max(kept) <= 41
    tamper("UPDATE journal SET kind = 'x' WHERE id = 121")
    assert verdict() == (False, 120, 121, Break.CHANGED)


@dataclass(frozen=True)
class Fake:
    id: int
    previous: str
    hash: str

    def digest(self) -> str:
        return sealing.digest([self.id, self.previous])


def chain(length: int) -> list[Fake]:
    links: list[Fake] = []
    for number in range(1, length + 1):
        previous = links[-1].hash if links else GENESIS
        links.append(Fake(number, previous, sealing.digest([number, previous])))
    return links


@given(st.integers(2, 30), st.data())
def test_whatever_is_taken_swapped_or_doubled_is_found(length: int, data: st.DataObject) -> None:
    links = chain(length)
    head = {"genesis": GENESIS, "head_id": length, "head_hash": links[-1].hash}
    assert rules.check(links, **head).ok
    place = data.draw(st.integers(0, length - 2))
    damaged = data.draw(
        st.sampled_from(
            [
                links[:place] + links[place + 1 :],
                [*links[:place], links[place + 1], links[place], *links[place + 2 :]],
                [*links[: place + 1], links[place], *links[place + 1 :]],
                [*links[:place], dataclasses.replace(links[place], hash="0" * 64), *links[place + 1 :]],
                [*links, dataclasses.replace(links[-1], id=length + 1)],
            ]
        )
    )
    report = rules.check(damaged, **head)
    assert not report.ok and report.reason is not None and report.rows <= length


# The command


@pytest.fixture
def in_the_environment(config: Config, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_DATA_DIR", str(config.data_dir))
    monkeypatch.setenv("HUB_DATABASE_URL", config.database_url)


def test_the_command_says_that_all_is_well(in_the_environment: None) -> None:
    write(4)
    said = CliRunner().invoke(audit, ["verify"])
    assert said.exit_code == 0 and "whole: 4 rows" in said.output


def test_the_command_fails_at_the_first_bad_row(in_the_environment: None) -> None:
    write(4)
    tamper("UPDATE journal SET kind = 'x' WHERE id = 3")
    said = CliRunner().invoke(audit, ["verify"])
    assert said.exit_code == 1 and "broken at row 3" in said.output
    machine = CliRunner().invoke(audit, ["verify", "--json"])
    assert machine.exit_code == 1
    assert json.loads(machine.output) == {
        "ok": False,
        "rows": 2,
        "head": db.session.get_one(journal.JournalRow, 2).hash,
        "first_bad_id": 3,
        "reason": "row_changed",
    }
