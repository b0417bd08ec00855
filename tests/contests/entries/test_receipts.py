"""Receipts: whatever is changed is found, and the reason is said; checked without a site, without a database."""

from __future__ import annotations

import copy
import hashlib
import io
import json
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from hub.cli import evidence
from hub.contests.entries import rules
from hub.kernel import sealing

DEADLINE = datetime(2026, 12, 10, 17, tzinfo=UTC)
CONTENT = {"data.csv": b"ppm,hue\n5,12\n", "plan.txt": "Plän 计划".encode()}


def make(title: str = "A dye", body: str = "It turns red.", files: dict[str, bytes] | None = None) -> dict[str, Any]:
    """A receipt as the site writes it."""
    kept = CONTENT if files is None else files
    sealed = rules.manifest(
        salt="ab" * 32, challenge={"id": 2, "slug": "x", "title": "X"}, entry=5, number=1, author={"id": 3, "handle": "ada"},
        agreement={"terms": 7, "hash": "cd" * 32}, title=title, body=body,
        files=[rules.SealedFile(n, name, len(data), "text/plain", hashlib.sha256(data).hexdigest()) for n, (name, data) in enumerate(kept.items())],
        sealed_at=DEADLINE - timedelta(seconds=1), deadline=DEADLINE,
    )  # fmt: skip
    found = rules.digest(sealed)
    row = {"id": 9, "at": "2026-12-10T16:59:59+00:00", "kind": "EntrySealed", "facts": {"hash": found}, "previous": "0" * 64}
    return rules.receipt(
        sealed=sealed,
        seal_hash=found,
        number=rules.receipt_no(2, 5, 1),
        site="https://hub.example",
        journal={**row, "hash": sealing.digest(row)},
    )


def bad(receipt: Any, kept: dict[str, tuple[str, int]] | None = None) -> list[str]:
    return [finding.code for finding in rules.check_receipt(receipt, kept) if not finding.ok]


def test_an_untouched_receipt_holds_also_after_it_was_written_and_read() -> None:
    assert bad(make()) == []
    assert bad(json.loads(rules.written(make()))) == []
    assert bad(json.loads(json.dumps(make(), ensure_ascii=True, indent=7, sort_keys=True))) == []


def change(receipt: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    changed = copy.deepcopy(receipt)
    *way, last = path.split(".")
    place: Any = changed
    for step in way:
        place = place[int(step)] if isinstance(place, list) else place[step]
    place[last] = value
    return changed


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        ("manifest.title", "Another", "content"),
        ("manifest.body", "It turns red!", "content"),
        ("manifest.salt", "ba" * 32, "content"),
        ("manifest.files.0.sha256", "0" * 64, "content"),
        ("manifest.files.0.name", "other.csv", "content"),
        ("manifest.author.id", 4, "content"),
        ("manifest.extra", "smuggled in", "content"),
        ("manifest.entry", 5.0, ""),
        ("hash", "0" * 64, "content"),
        ("receipt_no", "R0002-00005-2", "labels"),
        ("sealed_at", "2026-12-09T00:00:00+00:00", "labels"),
        ("manifest.sealed_at", "2026-12-10T17:00:00+00:00", "time"),
        ("manifest.sealed_at", "yesterday", "time"),
        ("manifest.sealed_at", "2026-12-10T16:00:00", "time"),
        ("journal.at", "2026-12-01T00:00:00+00:00", "journal"),
        ("journal.facts.hash", "1" * 64, "journal"),
        ("journal", {"facts": []}, "journal"),
    ],
)
def test_each_change_is_found_and_named(path: str, value: Any, code: str) -> None:
    changed = change(make(), path, value)
    if not code:
        with pytest.raises(rules.Unreadable):
            rules.check_receipt(changed)
    else:
        assert code in bad(changed)


@given(st.data())
def test_no_single_changed_letter_goes_unnoticed(data: st.DataObject) -> None:
    text = rules.written(make(body="Grün 绿色 🟢")).decode()
    place = data.draw(st.integers(0, len(text) - 1))
    letter = data.draw(st.characters(codec="utf-8").filter(lambda c: c != text[place]))
    changed = text[:place] + letter + text[place + 1 :]
    try:
        told = json.loads(changed)
        found = bad(told)
    except (ValueError, rules.Unreadable):
        return
    unsealed = ("site", "hash_is")  # words around the evidence, not part of it
    same = json.loads(text)
    if {k: v for k, v in told.items() if k not in unsealed} != {k: v for k, v in same.items() if k not in unsealed}:
        assert found, changed


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_anything_else_is_unreadable_never_a_crash(junk: Any) -> None:
    with pytest.raises(rules.Unreadable):
        rules.check_receipt(junk)
    with pytest.raises(rules.Unreadable):
        rules.check_receipt({"format": rules.RECEIPT, "hash": "", "receipt_no": "", "sealed_at": "", "manifest": junk})


@given(st.text(max_size=50), st.text(max_size=200))
def test_any_text_can_be_sealed_and_checked(title: str, body: str) -> None:
    assert bad(json.loads(rules.written(make(title, body)))) == []


def test_words_are_counted_in_both_scripts() -> None:
    assert [rules.count_words(text) for text in ("", "a dye that reddens", "一种遇胺变红的染料", "染料 dye 2")] == [0, 4, 9, 4]


def test_attachments_are_checked_one_by_one() -> None:
    kept = {name: rules.fingerprint(io.BytesIO(data)) for name, data in CONTENT.items()}
    assert bad(make(), kept) == []
    assert bad(make(), {**kept, "data.csv": rules.fingerprint(io.BytesIO(b"other"))}) == ["file"]
    assert bad(make(), {"data.csv": kept["data.csv"]}) == ["file_missing"]


# The command


def run(*args: Any) -> Result:
    return CliRunner().invoke(evidence.evidence, ["verify", *map(str, args)])


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    file = tmp_path / "receipt.json"
    file.write_bytes(rules.written(make()))
    folder = tmp_path / "kept"
    folder.mkdir()
    for name, data in CONTENT.items():
        (folder / name).write_bytes(data)
    return file


def test_the_command_checks_offline_and_says_what_it_left_out(saved: Path) -> None:
    alone = run(saved)
    assert alone.exit_code == 0 and "The receipt holds." in alone.output and "2 attachments were not checked" in alone.output
    whole = run(saved, "--attachments", saved.parent / "kept")
    assert whole.exit_code == 0 and "“data.csv” is the one that was sealed" in whole.output and "not checked" not in whole.output


def test_the_command_names_the_changed_file_and_fails(saved: Path) -> None:
    (saved.parent / "kept" / "data.csv").write_bytes(b"ppm,hue\n5,13\n")
    answer = run(saved, "--attachments", saved.parent / "kept", "--json")
    told = json.loads(answer.output)
    assert answer.exit_code == 1 and not told["ok"]
    assert [finding["check"] for finding in told["findings"] if not finding["ok"]] == ["file"]
    assert "“data.csv” is not the one that was sealed" in answer.output


def test_the_command_finds_a_tampered_text(saved: Path) -> None:
    saved.write_bytes(saved.read_bytes().replace(b"It turns red.", b"It turns blue."))
    answer = run(saved)
    assert answer.exit_code == 1 and "does not give the hash" in answer.output and "does NOT hold" in answer.output


def test_the_command_reads_bundles(tmp_path: Path) -> None:
    bundle, changed, huge = tmp_path / "b.zip", tmp_path / "c.zip", tmp_path / "h.zip"
    for name, data in CONTENT.items():
        (tmp_path / name).write_bytes(data)
    with bundle.open("wb") as out:
        rules.write_bundle(out, make(), {name: tmp_path / name for name in CONTENT})
    assert run(bundle).exit_code == 0 and "not checked" not in run(bundle).output
    with zipfile.ZipFile(changed, "w") as archive:
        archive.writestr(rules.IN_BUNDLE, rules.written(make()))
        archive.writestr("attachments/data.csv", b"other")
    assert run(changed).exit_code == 1
    with zipfile.ZipFile(huge, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(rules.IN_BUNDLE, rules.written(make()))
        archive.writestr("attachments/zeros", bytes(rules.MOST_BUNDLE_BYTES))
    assert run(huge).exit_code == 1 and "far too much" in run(huge).output


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b"not json", b"PK\x03\x04 broken", b"\xff\xfe", b"[" * 100_000, b"NaN"])
def test_the_command_refuses_junk_with_a_word(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "junk"
    file.write_bytes(content)
    answer = run(file)
    assert (
        answer.exit_code == 1 and "BAD" in answer.output and "Traceback" not in answer.output and answer.exception.__class__ is SystemExit
    )
