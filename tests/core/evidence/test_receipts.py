"""Receipts: whatever is changed is found, and the reason is said; checked without a site, without a database."""

from __future__ import annotations

import copy
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.cli import evidence
from hub.contests.entries import rules as entries
from hub.core.evidence import rules
from hub.kernel import bundles, merkle, signing
from tests.factories import seals
from tests.factories.seals import CONTENT, KEYS
from tests.factories.seals import receipt as make


def bad(receipt: Any, kept: dict[str, tuple[str, int]] | None = None, keys: dict[str, str] | None = None) -> list[str]:
    return [finding.code for finding in rules.check(receipt, kept, KEYS if keys is None else keys) if not finding.ok]


@pytest.mark.parametrize("receipt", [make(), make(own_salt=True), seals.earlier()])
def test_an_untouched_receipt_holds_also_after_it_was_written_and_read(receipt: dict[str, Any]) -> None:
    assert bad(receipt) == []
    assert bad(json.loads(bundles.written(receipt))) == []
    assert bad(json.loads(json.dumps(receipt, ensure_ascii=True, indent=7, sort_keys=True))) == []


def change(receipt: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    changed = copy.deepcopy(receipt)
    *way, last = path.split(".")
    place: Any = changed
    for step in way:
        place = place[int(step)] if isinstance(place, list) else place[step]
    place[int(last) if isinstance(place, list) else last] = value
    return changed


@pytest.mark.parametrize(
    ("path", "value", "codes"),
    [
        ("manifest.title", "Another", ["content"]),
        ("manifest.body", "It turns red!", ["content"]),
        ("manifest.files.0.sha256", "0" * 64, ["content"]),
        ("manifest.extra", "smuggled in", ["content"]),
        ("salt", "ba" * 32, ["salt"]),
        ("salt", "", ["salt"]),
        ("salt", "not hex", ["salt"]),
        ("log.index", 4, ["proof", "signature"]),
        ("log.root", "0" * 64, ["proof", "signature"]),
        ("log.proof.0", "0" * 64, ["proof"]),
        ("log.proof", [], ["proof"]),
        ("key.id", "0" * 16, ["key", "signature"]),
        pytest.param("key.public_key", signing.public_of(signing.new_key()), ["key", "signature"], id="another public key"),
        ("signature", "0" * 128, ["signature"]),
        ("signature", "", ["signature"]),
        ("site", "https://other.example", ["signature"]),
        ("logged_at", "2026-12-01T00:00:00+00:00", ["signature"]),
        ("hash", "0" * 64, ["salt", "proof", "journal", "signature"]),
        ("manifest_sha256", "0" * 64, ["content", "salt", "signature"]),
        ("receipt_no", "R0002-00005-2", ["labels", "signature"]),
        ("sealed_at", "2026-12-09T00:00:00+00:00", ["labels", "signature"]),
        ("manifest.sealed_at", "2026-12-10T17:00:00+00:00", ["content", "labels", "time"]),
        ("manifest.sealed_at", "yesterday", ["content", "labels", "time"]),
        ("journal.at", "2026-12-01T00:00:00+00:00", ["journal"]),
        ("journal.facts.hash", "1" * 64, ["journal"]),
        ("journal", {"facts": []}, ["journal"]),
    ],
)
def test_each_change_is_found_and_named(path: str, value: Any, codes: list[str]) -> None:
    assert bad(change(make(), path, value)) == codes


@pytest.mark.parametrize("path", ["log.size", "log.index", "manifest", "key", "log", "signature", "log.proof.0"])
@pytest.mark.parametrize("value", [None, 5.0, True, [], {"a": 1}])
def test_parts_of_another_kind_are_unreadable_or_found(path: str, value: Any) -> None:
    try:
        assert bad(change(make(), path, value)) != []
    except bundles.Unreadable as error:
        assert error.code == "parts_missing"


def test_whoever_forges_everything_still_needs_the_key() -> None:
    forged = make(body="Another text.")
    other = signing.new_key()
    forged["key"] = {"id": signing.key_id(signing.public_of(other)), "algorithm": "Ed25519", "public_key": signing.public_of(other)}
    forged["signature"] = signing.sign(other, rules.statement(forged))
    assert bad(forged) == ["key"]
    unvouched = [finding for finding in rules.check(forged) if finding.warns]
    assert [finding.code for finding in unvouched] == ["key"] and "compare it" in unvouched[0].says


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        ("manifest.title", "Another", "content"), ("manifest.salt", "ba" * 32, "content"), ("hash", "0" * 64, "content"),
        ("receipt_no", "R0002-00005-2", "labels"), ("manifest.sealed_at", "2026-12-10T17:00:00+00:00", "time"),
        ("journal.at", "2026-12-01T00:00:00+00:00", "journal"),
    ],
)  # fmt: skip
def test_receipts_from_before_the_log_are_checked_as_ever(path: str, value: Any, code: str) -> None:
    assert code in bad(change(seals.earlier(), path, value))
    with pytest.raises(bundles.Unreadable):
        rules.check(change(seals.earlier(), "manifest.entry", 5.0))


WRITTEN = bundles.written(make(body="Grün 绿色 🟢")).decode()


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_no_single_changed_letter_goes_unnoticed(data: st.DataObject) -> None:
    text = WRITTEN
    place = data.draw(st.integers(0, len(text) - 1))
    letter = data.draw(st.sampled_from('x0"}{,: é绿\\').filter(lambda c: c != text[place]))
    changed = text[:place] + letter + text[place + 1 :]
    try:
        told = json.loads(changed)
        found = bad(told)
    except (ValueError, bundles.Unreadable):
        return
    same = json.loads(text)
    if {k: v for k, v in told.items() if k != "hash_is"} != {k: v for k, v in same.items() if k != "hash_is"}:
        assert found, changed


# Checkpoints and proofs of consistency


@pytest.mark.parametrize(
    ("path", "value", "codes"),
    [
        ("size", 12, ["signature"]), ("root", "cd" * 32, ["signature"]), ("at", "2026-12-11T00:00:00+00:00", ["signature"]),
        ("key", "0" * 16, ["key", "signature"]), ("signature", "00", ["signature"]), ("public_key", "", ["key", "signature"]),
    ],
)  # fmt: skip
def test_a_changed_checkpoint_is_refused_with_its_reason(path: str, value: Any, codes: list[str]) -> None:
    assert bad(seals.checkpoint()) == []
    assert bad(change(seals.checkpoint(), path, value)) == codes


def test_a_proof_of_consistency_is_checked_offline() -> None:
    one, two = merkle.leaf_hash(b"1"), merkle.leaf_hash(b"2")
    both = merkle.node_hash(one, two)
    proof = rules.consistency(site="x", first=(1, one.hex()), second=(2, both.hex()), proof=[two.hex()])
    assert bad(proof) == []
    for path, value in (("first.size", 2), ("second.root", one.hex()), ("proof", []), ("proof.0", "zz")):
        assert bad(change(proof, path, value)) == ["consistency"]


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
@settings(max_examples=60)
def test_anything_else_is_unreadable_never_a_crash(junk: Any) -> None:
    formats = (rules.RECEIPT, rules.EARLIER, rules.CHECKPOINT, rules.CONSISTENCY)
    for told in (
        junk,
        *({**make(), "format": said, "log": junk} for said in formats),
        *({"format": said, "manifest": junk} for said in formats),
    ):
        with pytest.raises(bundles.Unreadable):
            rules.check(told)


@settings(max_examples=40)
@given(st.text(max_size=50), st.text(max_size=200))
def test_any_text_can_be_sealed_and_checked(title: str, body: str) -> None:
    assert bad(json.loads(bundles.written(make(title, body)))) == []


def test_words_are_counted_in_both_scripts() -> None:
    assert [entries.count_words(text) for text in ("", "a dye that reddens", "一种遇胺变红的染料", "染料 dye 2")] == [0, 4, 9, 4]


def test_attachments_are_checked_one_by_one() -> None:
    kept = {name: bundles.fingerprint(io.BytesIO(data)) for name, data in CONTENT.items()}
    assert bad(make(), kept) == []
    assert bad(make(), {**kept, "data.csv": bundles.fingerprint(io.BytesIO(b"other"))}) == ["file"]
    assert bad(make(), {"data.csv": kept["data.csv"]}) == ["file_missing"]


# The command


def run(*args: Any) -> Result:
    return CliRunner().invoke(evidence.evidence, ["verify", *map(str, args)])


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    file = tmp_path / "receipt.json"
    file.write_bytes(bundles.written(make()))
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


def test_the_command_takes_the_keys_that_the_holder_kept(saved: Path, tmp_path: Path) -> None:
    public, other = tmp_path / "keys.json", tmp_path / "other.json"
    listed = [{"id": name, "public_key": key} for name, key in KEYS.items()]
    public.write_text(json.dumps({"format": rules.KEYS, "keys": listed}))
    other.write_text(json.dumps({"format": rules.KEYS, "keys": []}))
    assert "came with the file itself" in run(saved).output
    trusted = run(saved, "--keys", public)
    assert trusted.exit_code == 0 and "one of the keys you trust" in trusted.output
    unknown = run(saved, "--keys", other)
    assert unknown.exit_code == 1 and "The key is unknown" in unknown.output
    listed[0]["id"] = "0" * 16
    other.write_text(json.dumps({"format": rules.KEYS, "keys": listed}))
    assert run(saved, "--keys", other).exit_code == 1


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
    assert answer.exit_code == 1 and "The manifest was altered" in answer.output and "does NOT hold" in answer.output


def test_the_command_reads_bundles(tmp_path: Path) -> None:
    bundle, changed, huge = tmp_path / "b.zip", tmp_path / "c.zip", tmp_path / "h.zip"
    for name, data in CONTENT.items():
        (tmp_path / name).write_bytes(data)
    with bundle.open("wb") as out:
        bundles.write_bundle(out, make(), {name: tmp_path / name for name in CONTENT})
    assert run(bundle).exit_code == 0 and "not checked" not in run(bundle).output
    with zipfile.ZipFile(changed, "w") as archive:
        archive.writestr(bundles.IN_BUNDLE, bundles.written(make()))
        archive.writestr("attachments/data.csv", b"other")
    assert run(changed).exit_code == 1
    with zipfile.ZipFile(huge, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(bundles.IN_BUNDLE, bundles.written(make()))
        archive.writestr("attachments/zeros", bytes(bundles.MOST_BUNDLE_BYTES))
    assert run(huge).exit_code == 1 and "far too much" in run(huge).output


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b"not json", b"PK\x03\x04 broken", b"\xff\xfe", b"[" * 100_000, b"NaN"])
def test_the_command_refuses_junk_with_a_word(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "junk"
    file.write_bytes(content)
    answer = run(file)
    assert (
        answer.exit_code == 1 and "BAD" in answer.output and "Traceback" not in answer.output and answer.exception.__class__ is SystemExit
    )
