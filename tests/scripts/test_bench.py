"""What `make bench` measures of trust, with small figures: that it measures what it says, and stops at a page that leaves the budget."""

from __future__ import annotations

import math
import re
from pathlib import Path

import pytest
from flask import Flask

from hub.core.evidence import operations as evidence
from hub.core.evidence.models import EvidenceLeaf
from hub.db.extensions import db
from scripts.bench import delivering, reading, sealing
from tests.factories import entries

pytestmark = pytest.mark.only_on("sqlite")


def test_the_bare_rows_are_all_that_sealing_writes(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sealing, "ROUNDS", 1)
    monkeypatch.setattr(sealing, "REPEATS", 2)
    entries.contest()
    sealing.seal(tmp_path)
    told = capsys.readouterr().out
    tables = re.findall(r"[\d.]+ ([a-z_]+)", told.splitlines()[-1].partition("for the rows ")[2])
    assert set(tables) >= {"entry", "seal", "evidence_leaf", "evidence_head", "journal", "journal_head", "delivery"}
    assert "with every check" in told or "every check and lock" in told
    assert db.session.query(EvidenceLeaf).count() == 2 * 2 + 2 and evidence.audit().ok


def test_a_proof_reads_rows_with_the_logarithm_of_the_log(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "PROOFS", 5)
    sealing.fill(Path(str(db.engine.url.database)), 300)
    db.session.rollback()
    assert evidence.audit().ok and sealing._prove(300) > 0
    for count in sealing.SIZES:
        assert sealing.rows_read(count) <= 2 * math.ceil(math.log2(count)) + 1


def test_long_lists_keep_the_budget_of_a_page(app: Flask, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    entries.contest()
    monkeypatch.setattr(reading, "LOOKS", 1)
    monkeypatch.setattr(reading, "NOTICES", 1_000)
    monkeypatch.setattr(reading, "POSTS", 200)
    reading.measure(app)
    assert len([line for line in capsys.readouterr().out.splitlines() if "times the page of a short list" in line]) == 6
    assert reading.over_budget(["SELECT 1"] * 3 + [str(n) for n in range(10)], b"") == ["13 statements", "one statement 3 times"]


def test_the_outbox_is_measured_to_its_end(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(delivering, "DELIVERIES", 45)
    monkeypatch.setattr(delivering, "_heard", [])
    delivering.measure(tmp_path)
    assert "deliveries/s" in capsys.readouterr().out
