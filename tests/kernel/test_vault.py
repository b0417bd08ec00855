"""Secrets at rest. The samples were sealed before the rooms took the vault for it: what lies on disks stays readable."""

from __future__ import annotations

import base64

import pytest

from hub.core.integrity import rules as integrity
from hub.core.verification import rules as verification
from hub.core.verification.rules import DocumentKind
from hub.kernel import vault
from hub.kernel.errors import Invalid

KEY, ROW = "the-site-key-of-a-test", "document_check:3/1"
SEALED_KEY = "ZxDBNqp7FshShMxwB85ZZ/cZxUyk/3+qxTJ98hHfZSPLTZTINmojHyjqZdMA8XM7tKR1Ff7twe+mKHTl"
SEALED = base64.b64decode("kGQA5WqL8dzjRLYO6m3rBd9Trpa72R5tZrndyqUuf5fIh2KKQPdBGXMdL+c7")
SEALED_NAME = "7DN36GOxUK6qQUrneiB2FxDgD6k7fKsoqBmtYtQi7Td4RmqYpAG8NeMuyT3tWj0="


def test_what_was_sealed_before_opens_and_hashes_stay_the_same():
    assert verification.unseal(KEY, ROW, SEALED_KEY, SEALED) == b"%PDF-1.7 specimen"
    assert verification.unseal_name(KEY, ROW, SEALED_NAME) == "Ausweis Köhler.pdf"
    number = verification.identity_hash(KEY, DocumentKind.PASSPORT, "NL", "NX123456")
    assert number == "78d97458adff9ecaeab879e90eebd7652a6986727eccd234b5cce6f95096343c"
    seen = [one[:16] for one in integrity.traces(KEY, "9.9.9.9", "Firefox").values()]
    assert seen == TRACES


TRACES = ["7cc6148ff9da1969", "b64cd5a85b680c5d"]


@pytest.mark.parametrize(("key", "row", "sealed"), [
    ("another-key", ROW, SEALED_NAME), (KEY, "document_check:4/1", SEALED_NAME), (KEY, ROW, SEALED_NAME[:-8]), (KEY, ROW, ""), (KEY, ROW, "%%%"),
])  # fmt: skip
def test_another_key_another_row_and_damage_are_told_alike(key, row, sealed):
    with pytest.raises(ValueError):
        vault.opened(key, verification.NAMES, sealed, row=row)
    with pytest.raises(Invalid) as refused:
        verification.unseal_name(key, row, sealed)
    assert refused.value.code == "unreadable_document"
    with pytest.raises(Invalid):
        verification.unseal(key, row, sealed, SEALED)


def test_each_sealing_is_another_and_opens():
    one, other = (vault.shut(KEY, b"purpose", "s3cret", row=ROW) for _ in range(2))
    assert one != other and vault.opened(KEY, b"purpose", one, row=ROW) == "s3cret"
    assert vault.opened_bytes(KEY, b"purpose", vault.shut(KEY, b"purpose", b"\xff\x00", row=ROW), row=ROW) == b"\xff\x00"
