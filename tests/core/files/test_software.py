"""Packed software: what may be handed out to others, and the archives that may not."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile

import pytest

from hub.core.files import rules
from hub.kernel.errors import Invalid
from tests.factories.platforms import packed, tarball


def code(name: str, data: bytes) -> str:
    try:
        rules.sniff(name, io.BytesIO(data), software=True)
    except Invalid as refused:
        assert set(refused.fields) == {"file"}
        return refused.code
    return ""


def member(name: str, kind: bytes = tarfile.REGTYPE, link: str = "", size: int = 0) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.size = kind, link, size
    return info


def stored(name: str, data: bytes = b"x", mode: int = 0) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        info = zipfile.ZipInfo(name)
        info.external_attr = mode << 16
        archive.writestr(info, data)
    return out.getvalue()


GOOD = packed()


def named(value):
    """An id without packed bytes: these hold the time, which differs between processes."""
    return value if isinstance(value, str) else "data"


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.zip", GOOD),
        ("a.whl", GOOD),
        ("a.vsix", GOOD),
        ("a.tar.gz", tarball()),
        ("a.tgz", tarball()),
        ("a.zip", packed({"bin/tool.exe": b"MZ"})),
    ],
    ids=named,
)
def test_packed_software_is_taken_programs_included(name, data):
    assert code(name, data) == ""


@pytest.mark.parametrize("name", ["../evil.py", "a/../../evil.py", "/etc/passwd", "C:\\evil.py", "a\\..\\..\\evil.py"])
def test_what_would_land_outside_is_refused(name):
    assert code("a.zip", stored(name)) == "archive_unsafe"
    assert code("a.tar.gz", tarball((member(name, size=1), b"x"))) == "archive_unsafe"


@pytest.mark.parametrize(
    "odd",
    [
        member("l", tarfile.SYMTYPE, "/etc/passwd"),
        member("h", tarfile.LNKTYPE, "main.py"),
        member("d", tarfile.BLKTYPE),
        member("f", tarfile.FIFOTYPE),
    ],
)
def test_links_and_devices_are_refused(odd):
    assert code("a.tar.gz", tarball((odd, b""))) == "archive_unsafe"


def test_a_link_in_a_zip_is_refused():
    assert code("a.zip", stored("link", b"/etc/passwd", 0o120777)) == "archive_unsafe"


def test_bombs_are_refused_before_they_burst():
    zeros = b"\0" * (8 * 1024 * 1024)
    assert code("a.zip", packed({"zeros": zeros})) == "archive_unsafe"
    assert code("a.tar.gz", tarball((member("zeros", size=len(zeros)), zeros))) == "archive_unsafe"
    assert code("a.tar.gz", gzip.compress(zeros)) == "archive_unsafe"


def test_too_many_files_are_refused():
    many = [(member(f"f{n}"), b"") for n in range(rules.MAX_ENTRIES + 1)]
    assert code("a.tar.gz", tarball(*many)) == "archive_unsafe"


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.zip", tarball(), "file_disguised"),
        ("a.tar.gz", GOOD, "file_disguised"),
        ("a.whl", b"%PDF-1.7 not a wheel", "file_disguised"),
        ("a.zip", b"<html><script>alert(1)</script>", "file_disguised"),
        ("a.exe", b"MZ", "file_type"),
        ("a.pdf", b"%PDF-1.7", "file_type"),
        ("a", GOOD, "file_type"),
        ("a.zip", b"", "file_empty"),
        ("a.zip", GOOD[: len(GOOD) // 2], "archive_unsafe"),
        ("a.zip", b"PK\x05\x06" + b"\0" * 18, "archive_unsafe"),
        ("a.tar.gz", tarball()[:30], "archive_unsafe"),
        ("a.tar.gz", gzip.compress(b"no tar at all"), "archive_unsafe"),
        ("a.tar.gz", gzip.compress(b""), "archive_unsafe"),
    ],
    ids=named,
)
def test_what_is_not_what_its_name_says_is_refused(name, data, said):
    assert code(name, data) == said


def test_a_checksum_that_lies_is_found_by_unpacking():
    at = GOOD.index(b"PK\x01\x02") + 16
    lying = GOOD[:at] + b"\0\0\0\0" + GOOD[at + 4 :]
    assert rules.sniff("a.zip", io.BytesIO(lying))
    assert code("a.zip", lying) == "archive_unsafe"


def test_documents_are_still_documents_only():
    with pytest.raises(Invalid) as refused:
        rules.sniff("a.tar.gz", io.BytesIO(tarball()))
    assert refused.value.code == "file_type"
