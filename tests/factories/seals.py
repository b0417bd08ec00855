"""Receipts as the site writes them, without a site: made of the same pure functions."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

from hub.contests.entries import rules as entries
from hub.core.evidence import rules
from hub.kernel import merkle, sealing, signing

DEADLINE = datetime(2026, 12, 10, 17, tzinfo=UTC)
CONTENT = {"data.csv": b"ppm,hue\n5,12\n", "plan.txt": "Plän 计划".encode()}
KEY = signing.new_key()
PUBLIC = signing.public_of(KEY)
KEYS = {signing.key_id(PUBLIC): PUBLIC}
OTHERS = [merkle.leaf_hash(bytes([n]) * 32) for n in range(12)]
"""The leaves around ours."""


def manifest(title: str = "A dye", body: str = "It turns red.", files: dict[str, bytes] | None = None) -> dict[str, Any]:
    kept = CONTENT if files is None else files
    return entries.manifest(
        receipt_no=entries.receipt_no(2, 5, 1), challenge={"id": 2, "slug": "x", "title": "X"}, entry=5, number=1,
        author={"id": 3, "handle": "ada"}, agreement={"terms": 7, "hash": "cd" * 32}, title=title, body=body,
        files=[entries.SealedFile(n, name, len(data), "text/plain", hashlib.sha256(data).hexdigest()) for n, (name, data) in enumerate(kept.items())],
        sealed_at=DEADLINE - timedelta(seconds=1), deadline=DEADLINE,
    )  # fmt: skip


def place_of(commitment: str, index: int = 5, size: int = 11) -> rules.Place:
    """The proof in a small log, by plain recursion."""
    leaves = [*OTHERS[:index], merkle.leaf_hash(bytes.fromhex(commitment)), *OTHERS[index : size - 1]]

    def root(start: int, end: int) -> bytes:
        if end - start == 1:
            return leaves[start]
        middle = start + (1 << (end - start - 1).bit_length() - 1)
        return merkle.node_hash(root(start, middle), root(middle, end))

    proof = tuple(root(*one).hex() for one in merkle.inclusion(index, size))
    return rules.Place(index, size, root(0, size).hex(), proof, DEADLINE - timedelta(seconds=1))


def journal(found: str) -> dict[str, Any]:
    row = {"id": 9, "at": "2026-12-10T16:59:59+00:00", "kind": "EntrySealed", "facts": {"hash": found}, "previous": "0" * 64}
    return {**row, "hash": sealing.digest(row)}


def receipt(
    title: str = "A dye", body: str = "It turns red.", files: dict[str, bytes] | None = None, own_salt: bool = False
) -> dict[str, Any]:
    """A receipt as the site writes it; `own_salt`: of an entry sealed before there was a log."""
    said = manifest(title, body, files)
    if own_salt:
        said = {**said, "salt": "ab" * 32}
    sealed = rules.commit(said, "ab" * 32)
    made = rules.receipt(
        named=rules.Named("https://hub.example", said["receipt_no"], said["sealed_at"]), manifest=said, sealed=sealed,
        place=place_of(sealed.hash), journal=journal(sealed.hash), public_key=PUBLIC,
    )  # fmt: skip
    return made | {"signature": signing.sign(KEY, rules.statement(made))}


def earlier() -> dict[str, Any]:
    """A receipt from before the log, as sites gave them out."""
    said = {**manifest(), "format": "innovation-hub/entry-manifest/1", "salt": "ab" * 32}
    del said["receipt_no"]
    found = sealing.digest(said)
    return {
        "format": rules.EARLIER, "site": "https://hub.example", "receipt_no": "R0002-00005-1", "hash": found, "hash_is": rules.HASH_WAS,
        "sealed_at": said["sealed_at"], "manifest": said, "journal": journal(found),
    }  # fmt: skip


def checkpoint(size: int = 11) -> dict[str, Any]:
    said = rules.checkpoint(
        site="https://hub.example", day=DEADLINE.date(), size=size, root="ab" * 32, at=DEADLINE, key_id=signing.key_id(PUBLIC)
    )
    return {**said, "public_key": PUBLIC, "signature": signing.sign(KEY, said)}
