"""The log in the database: gapless, append-only, provable, and audited."""

from __future__ import annotations

import json
import os
import stat
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

from hub.core.evidence import operations, queries, reactions, rules
from hub.core.evidence.models import EvidenceLeaf, EvidenceNode
from hub.db import work
from hub.db.extensions import db
from hub.kernel import clock, merkle, signing
from hub.kernel.actor import SYSTEM, Actor
from hub.kernel.errors import Invalid, NotAllowed, NotFound
from tests.db.processes import together
from tests.factories.damage import break_books

MANIFEST = {"format": "test", "sealed_at": "2026-11-21T12:00:00+00:00"}


@pytest.fixture(autouse=True)
def keys(app: Flask, tmp_path: Path) -> Any:
    """A key folder of one's own."""
    before = queries.wiring()
    queries.configure(tmp_path / "evidence", "https://hub.example")
    yield tmp_path / "evidence"
    queries.configure(before.folder, before.site)


def seal(number: int) -> rules.Commitment:
    sealed = operations.commit({**MANIFEST, "number": number})
    operations.append(actor=SYSTEM, subject=f"thing:{number}", sealed=sealed, at=clock.now())
    return sealed


def log(count: int, first: int = 0) -> list[rules.Commitment]:
    with work.unit():
        return [seal(number) for number in range(first, first + count)]


def codes(*kept: Any) -> list[str]:
    work.rollback()
    return sorted({problem.code for problem in operations.audit(kept).problems})


def test_every_leaf_is_proved_in_every_tree_and_trees_are_consistent() -> None:
    sealed, roots = [], [queries.head()[1]]
    for number in range(19):
        sealed += log(1, number)
        roots.append(queries.head()[1])
    assert [queries.root_at(size) for size in range(20)] == roots
    for index in (0, 7, 12, 18):
        for size in range(index + 1, 20):
            proof = queries.proof_of(sealed[index].hash, size)
            leaf = merkle.leaf_hash(bytes.fromhex(sealed[index].hash))
            path = [bytes.fromhex(one) for one in proof["proof"]]
            assert merkle.proves_inclusion(leaf, index, size, path, bytes.fromhex(roots[size])), (index, size)
    for first in range(20):
        assert rules.holds(rules.check(queries.consistency(first, 19)))
    assert queries.proof_of(sealed[3].hash)["size"] == 19
    for refused in (lambda: queries.consistency(5, 20), lambda: queries.consistency(6, 5), lambda: queries.proof_of(sealed[3].hash, 3)):
        with pytest.raises(Invalid):
            refused()
    with pytest.raises(NotFound):
        queries.proof_of("0" * 64)


@pytest.mark.only_on("sqlite")
def test_nodes_are_found_by_their_key_alone() -> None:
    asked = queries._nodes_at(merkle.nodes_of(merkle.inclusion(5, 1_000_000)) - {(0, 4), (0, 5)})
    sql = str(asked.compile(db.engine, compile_kwargs={"literal_binds": True}))
    plan = [row[3] for row in db.session.execute(text(f"EXPLAIN QUERY PLAN {sql}"))]
    assert plan and not [step for step in plan if step.startswith("SCAN")]


def test_a_seal_that_is_rolled_back_leaves_no_leaf() -> None:
    log(3)
    before = queries.head()
    with pytest.raises(RuntimeError), work.unit():
        seal(3)
        raise RuntimeError
    assert queries.head() == before
    log(1, 3)
    assert queries.head()[0] == 4 and codes() == []


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("UPDATE evidence_leaf SET commitment = commitment", "never changed"), ("DELETE FROM evidence_leaf", "never changed"),
        ("UPDATE evidence_node SET hash = hash", "never changed"), ("DELETE FROM evidence_node", "never changed"),
        ("UPDATE evidence_checkpoint SET size = 0", "never changed"), ("DELETE FROM evidence_checkpoint", "never changed"),
        ("UPDATE evidence_head SET size = size", "only grows"), ("DELETE FROM evidence_head", "only grows"),
        ("INSERT INTO evidence_leaf (place, commitment, salt, subject, at) SELECT 9, substr(commitment, 1, 60) || 'ffff', salt, 'x', at "
         "FROM evidence_leaf WHERE place = 0", "no gaps"),
    ],
)  # fmt: skip
def test_the_database_lets_the_log_do_nothing_but_grow(statement: str, says: str) -> None:
    log(4)
    with work.unit():
        operations.checkpoint(actor=SYSTEM)
    with pytest.raises(IntegrityError, match=says):
        db.session.execute(text(statement))
    db.session.rollback()
    assert codes() == []


def test_the_same_thing_is_sealed_once() -> None:
    log(1)
    with pytest.raises(IntegrityError):
        log(1)
    assert queries.head()[0] == 1


def _many(first: int) -> None:
    for number in range(first, first + 12):
        log(1, number)
    db.session.remove()


def test_many_seals_at_once_leave_no_gap(app: Flask) -> None:
    together(_many, (0,), (100,), (200,))
    places = db.session.scalars(select(EvidenceLeaf.place).order_by(EvidenceLeaf.place)).all()
    assert list(places) == list(range(36)) and codes() == []


def test_the_audit_finds_whatever_it_is_fed(keys: Path) -> None:
    log(9)
    with work.unit():
        operations.checkpoint(actor=SYSTEM)
    queries.kept_with("thing", lambda numbers: {n: ({**MANIFEST, "number": n}, _shown(n)) for n in numbers if n != 6})
    try:
        assert codes() == ["manifest_missing"]
    finally:
        queries._kept.pop("thing")
    kept = queries.told(queries.checkpoints()[0])
    assert codes(kept) == []
    assert codes({**kept, "size": 8}) == ["checkpoint_root", "checkpoint_signature"]
    assert codes({**kept, "size": 99}) == ["checkpoint_beyond", "checkpoint_signature"]
    assert codes({"format": "other"}) == ["checkpoint_unreadable"]
    break_books(f"UPDATE evidence_leaf SET commitment = '{'ab' * 32}' WHERE place = 2")
    assert codes() == ["checkpoint_root", "node_wrong", "root_wrong"]
    assert codes(kept) == codes()


def _shown(number: int) -> str:
    return db.session.scalar(select(EvidenceLeaf.commitment).where(EvidenceLeaf.subject == f"thing:{number}")) or ""


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        (f"UPDATE evidence_node SET hash = '{'cd' * 32}' WHERE level = 1 AND position = 1", ["node_wrong"]),
        ("DELETE FROM evidence_node WHERE level = 2 AND position = 0", ["node_wrong", "nodes_wrong"]),
        ("DELETE FROM evidence_leaf WHERE place = 5", ["leaf_missing"]),
        ("DELETE FROM evidence_leaf WHERE place = 8", ["checkpoint_beyond", "size_wrong"]),
        (f"UPDATE evidence_head SET root = '{'cd' * 32}'", ["root_wrong"]),
        ("UPDATE evidence_head SET size = 12", ["size_wrong"]),
        (f"UPDATE evidence_checkpoint SET root = '{'cd' * 32}'", ["checkpoint_root", "checkpoint_signature"]),
        ("UPDATE evidence_checkpoint SET signature = '00'", ["checkpoint_signature"]),
        ("UPDATE evidence_checkpoint SET key_id = 'unknown'", ["checkpoint_key", "checkpoint_signature"]),
        (f"UPDATE evidence_leaf SET salt = '{'cd' * 32}' WHERE place = 3", ["manifest_altered"]),
    ],
)  # fmt: skip
def test_each_row_that_is_touched_past_the_triggers_is_found(statement: str, found: list[str]) -> None:
    log(9)
    with work.unit():
        operations.checkpoint(actor=SYSTEM)
    queries.kept_with("thing", lambda numbers: {n: ({**MANIFEST, "number": n}, _shown(n)) for n in numbers})
    try:
        assert codes() == []
        break_books(statement)
        assert codes() == found
    finally:
        queries._kept.pop("thing")


def test_a_log_rewritten_as_a_whole_is_found_with_a_checkpoint_kept_elsewhere(tmp_path: Path) -> None:
    log(3)
    with work.unit():
        operations.checkpoint(actor=SYSTEM)
    kept = queries.told(queries.checkpoints()[0])
    break_books("DELETE FROM evidence_leaf", "DELETE FROM evidence_node", "DELETE FROM evidence_head", "DELETE FROM evidence_checkpoint")
    log(3, 50)
    assert codes() == []
    assert codes(kept) == ["checkpoint_root"]


def test_the_day_has_one_checkpoint_that_holds_offline() -> None:
    log(2)
    for _ in range(2):
        with work.unit():
            reactions.checkpoint_daily()
    log(2, 2)
    with clock.at(clock.now() + timedelta(days=1)), work.unit():
        reactions.checkpoint_daily()
    newest, first = queries.checkpoints()
    assert (first.size, newest.size) == (2, 4)
    for one in (first, newest):
        told = json.loads(json.dumps(queries.told(one)))
        assert rules.holds(rules.check(told, keys=queries.trusted())) and told["root"] == queries.root_at(one.size)
    assert queries.consistency(2, 4)["first"]["root"] == first.root


# The key


def test_the_key_is_made_once_and_for_this_user_alone(keys: Path) -> None:
    assert not keys.exists()
    pem = operations.signing_key()
    assert operations.signing_key() == pem
    assert stat.S_IMODE(os.stat(keys / queries.SIGNING).st_mode) == 0o600
    assert [key.public_key for key in queries.public_keys()] == [signing.public_of(pem)]
    assert not list(keys.glob(".draft*"))


def test_a_changed_key_keeps_the_old_public_one(keys: Path) -> None:
    sealed = log(1)[0]

    def receipt() -> dict[str, Any]:
        manifest = {**MANIFEST, "number": 0}
        return queries.receipt(
            subject="thing:0", receipt_no="T1", sealed_at=MANIFEST["sealed_at"], manifest=manifest, journal=None, key=operations.signing_key
        )

    before = receipt()
    with work.unit():
        operations.rotate_key(actor=SYSTEM)
    after = receipt()
    assert before["hash"] == after["hash"] == sealed.hash and before["key"]["id"] != after["key"]["id"]
    for told in (before, after):
        assert rules.holds(rules.check(told, keys=rules.read_keys(json.loads(json.dumps(queries.published_keys())))))
    assert [bool(key.retired_at) for key in queries.public_keys()] == [False, True]
    with pytest.raises(NotAllowed), work.unit():
        operations.rotate_key(actor=Actor(person_id=1))


# The command


def test_the_command_audits_and_tells(app: Flask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from hub.cli import context, evidence

    monkeypatch.setattr(context, "create_app", lambda: app)
    log(5)
    with work.unit():
        operations.checkpoint(actor=SYSTEM)
    file = tmp_path / "checkpoint.json"
    file.write_text(json.dumps(queries.told(queries.checkpoints()[0])))
    whole = CliRunner().invoke(evidence.evidence, ["audit", "--checkpoint", str(file)])
    assert whole.exit_code == 0 and "The log is whole: 5 leaves" in whole.output
    break_books(f"UPDATE evidence_leaf SET commitment = '{'ab' * 32}' WHERE place = 1")
    broken = CliRunner().invoke(evidence.evidence, ["audit", "--json"])
    assert broken.exit_code == 1 and "node_wrong" in broken.output
    assert db.session.scalar(select(func.count()).select_from(EvidenceNode)) == 3
