"""The time stamp of a checkpoint, checked by a program that others wrote: `openssl ts`."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from hub.core.evidence import rules
from hub.kernel import stamping
from tests.factories import authority as make
from tests.factories import seals
from tests.factories.authority import needs_openssl

pytestmark = [pytest.mark.peer, needs_openssl]


def openssl(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["openssl", "ts", *words], cwd=folder, capture_output=True, text=True, check=False)


def test_openssl_reads_our_question_and_checks_the_stamp_as_we_do(tmp_path: Path) -> None:
    authority = make.make(tmp_path)
    content = rules.stamped(seals.checkpoint())
    asked = stamping.question(content)
    (tmp_path / "ours.tsq").write_bytes(asked.body)
    shown = openssl(tmp_path, "-query", "-in", "ours.tsq", "-text").stdout
    assert "Hash Algorithm: sha256" in shown and "Certificate required: yes" in shown and f"{asked.nonce:X}" in shown.upper()
    (tmp_path / "checkpoint.tsr").write_bytes(authority.reply(asked.body))

    def verified(digest: str, file: str = "checkpoint.tsr", ca: str = "ca.pem") -> bool:
        return "Verification: OK" in openssl(tmp_path, "-verify", "-digest", digest, "-in", file, "-CAfile", ca).stdout

    imprint = stamping.imprint_of(content)
    assert verified(imprint) and not verified("ab" * 32)
    answer = (tmp_path / "checkpoint.tsr").read_bytes()
    (tmp_path / "tampered.tsr").write_bytes(answer[:-3] + bytes([answer[-3] ^ 1]) + answer[-2:])
    make.make(tmp_path / "other")
    assert not verified(imprint, "tampered.tsr") and not verified(imprint, ca="other/ca.pem")
    (tmp_path / "content").write_bytes(content)
    made = openssl(tmp_path, "-query", "-data", "content", "-sha256", "-cert", "-out", "theirs.tsq")
    assert made.returncode == 0
    theirs = authority.reply((tmp_path / "theirs.tsq").read_bytes())
    assert stamping.check(theirs, content, stamping.read_certificates(authority.ca.read_bytes())).authority == make.NAME
