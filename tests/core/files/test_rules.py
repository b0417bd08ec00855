"""What is taken and what is refused, by content and name."""

from __future__ import annotations

import io
import stat
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.core.files import rules
from hub.kernel.errors import Invalid

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
JPEG = b"\xff\xd8\xff\xe0\0\x10JFIF" + b"\0" * 20
GIF = b"GIF89a" + b"\0" * 20
WEBP = b"RIFF\x24\0\0\0WEBPVP8 " + b"\0" * 20


def zipped(*names: str, content: bytes = b"x" * 50) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, content)
    return out.getvalue()


def refusal(name: str, content: bytes) -> str:
    with pytest.raises(Invalid) as refused:
        rules.sniff(name, io.BytesIO(content))
    assert set(refused.value.fields) == {"file"}
    return refused.value.code


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("a.pdf", PDF, "application/pdf"),
        ("a.PNG", PNG, "image/png"),
        ("a.jpg", JPEG, "image/jpeg"),
        ("a.jpeg", JPEG, "image/jpeg"),
        ("a.gif", GIF, "image/gif"),
        ("a.webp", WEBP, "image/webp"),
        ("a.txt", "Grüße, 你好\r\n\tx".encode(), "text/plain"),
        ("a.md", b"# Title <b>bold</b>\n", "text/markdown"),
        ("a.csv", b"\xef\xbb\xbfid,name\n1,Ada\n", "text/csv"),
        ("a.json", b'{"a": 1}', "application/json"),
        (
            "a.docx",
            zipped("[Content_Types].xml", "word/document.xml"),
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
        ("a.xlsx", zipped("xl/workbook.xml"), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("a.pptx", zipped("ppt/presentation.xml"), "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
        ("a.odt", zipped("mimetype", "content.xml"), "application/vnd.oasis.opendocument.text"),
        ("a.zip", zipped("model/run.py", "data/a.csv"), "application/zip"),
    ],
)
def test_the_usual_documents_are_taken(name: str, content: bytes, media_type: str) -> None:
    assert rules.sniff(name, io.BytesIO(content)) == media_type


@pytest.mark.parametrize(
    "name", ["run.exe", "page.html", "page.htm", "drawing.svg", "x.js", "x.sh", "x.php", "noextension", "x.", ".pdf.exe", "x.pdf.html"]
)
def test_what_a_browser_or_computer_would_run_is_refused(name: str) -> None:
    assert refusal(name, PDF) == "file_type"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.pdf", PNG),
        ("a.png", PDF),
        ("a.pdf", b"MZ\x90\0\x03\0\0\0"),
        ("a.jpg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'>"),
        ("a.txt", b"\x7fELF\x02\x01\x01\0\0"),
        ("a.txt", b"  <!DOCTYPE html><script>alert(1)</script>"),
        ("a.md", b"<svg onload=alert(1)>"),
        ("a.txt", b"#!/bin/sh\nrm -rf /\n"),
        ("a.csv", b"id,name\n1,\xff\xfe\n"),
        ("a.txt", b"a" * 9000 + b"\0"),
        ("a.txt", "你".encode()[:2]),
        ("a.docx", zipped("xl/workbook.xml")),
        ("a.docx", PDF),
        ("a.zip", b"Rar!\x1a\x07\0"),
        ("a.txt", PDF),
    ],
)
def test_a_file_in_disguise_is_refused(name: str, content: bytes) -> None:
    assert refusal(name, content) == "file_disguised"


def test_text_in_another_encoding_is_told_what_to_do() -> None:
    with pytest.raises(Invalid, match="Save it as UTF-8"):
        rules.sniff("表.csv", io.BytesIO("名称,价格".encode("gbk")))


def test_an_empty_file_is_refused() -> None:
    assert refusal("a.pdf", b"") == "file_empty"


@pytest.mark.parametrize("name", ["../etc/passwd", "/etc/passwd", "a/../../b.txt", "C:\\Windows\\x.txt", "..\\x.txt"])
def test_an_archive_that_would_write_outside_its_folder_is_refused(name: str) -> None:
    assert refusal("a.zip", zipped("fine.txt", name)) == "archive_unsafe"
    assert refusal("a.docx", zipped("word/document.xml", name)) == "archive_unsafe"


def test_a_bomb_is_refused_without_being_unpacked() -> None:
    assert refusal("a.zip", zipped("zeros.txt", content=b"\0" * 40_000_000)) == "archive_unsafe"


def test_an_archive_with_too_many_files_is_refused() -> None:
    assert refusal("a.zip", zipped(*(f"{n}.txt" for n in range(rules.MAX_ENTRIES + 1)))) == "archive_unsafe"


@pytest.mark.parametrize("name", ["setup.exe", "run.BAT", "macro.vbs", "a/b/lib.dll"])
def test_an_archive_with_a_program_inside_is_refused_by_its_name(name: str) -> None:
    with pytest.raises(Invalid, match=name.rpartition("/")[2]):
        rules.sniff("a.zip", io.BytesIO(zipped(name)))


def test_a_broken_archive_is_refused() -> None:
    assert refusal("a.zip", zipped("a.txt")[:40]) == "archive_unsafe"


def test_an_archive_with_a_link_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        link = zipfile.ZipInfo("link.txt")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    assert refusal("a.zip", out.getvalue()) == "archive_unsafe"


def test_an_encrypted_archive_is_refused() -> None:
    content = bytearray(zipped("a.txt"))
    content[6] |= 1
    directory = content.rindex(b"PK\x01\x02")
    content[directory + 8] |= 1
    assert refusal("a.zip", bytes(content)) == "archive_unsafe"


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("report.pdf", "report.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\ada\\Entry.PDF", "Entry.pdf"),
        ("  my   entry .pdf ", "my entry.pdf"),
        ("a\x00b\r\nc.pdf", "abc.pdf"),
        ("gnp\u202efdp.exe", "gnpfdp.exe"),
        ("方案说明.docx", "方案说明.docx"),
        ('<a href="x">.txt', "a href=x.txt"),
        ("..", "file"),
        ("", "file"),
        (".pdf", "file.pdf"),
        ("x" * 300 + ".pdf", "x" * 116 + ".pdf"),
    ],
)
def test_names_are_made_harmless(sent: str, kept: str) -> None:
    assert rules.clean_name(sent) == kept


@given(st.text(max_size=400))
def test_every_name_becomes_a_plain_file_name(sent: str) -> None:
    name = rules.clean_name(sent)
    assert 0 < len(name) <= rules.MAX_NAME
    assert not set(name) & set('/\\\0\r\n<>:"|?*') and name not in {".", ".."} and name == name.strip()
    assert rules.clean_name(name) == name


@given(st.binary(min_size=1, max_size=300), st.sampled_from([*rules.EXTENSIONS, "exe", "html"]))
def test_any_bytes_are_taken_or_refused_with_one_of_the_codes(content: bytes, extension: str) -> None:
    try:
        rules.sniff(f"x.{extension}", io.BytesIO(content))
    except Invalid as refused:
        assert refused.code in {"file_type", "file_disguised", "archive_unsafe"}


@given(st.data())
def test_a_damaged_archive_is_taken_or_refused_never_a_fault(data: st.DataObject) -> None:
    content = bytearray(zipped("word/document.xml", "b.txt"))
    for place in data.draw(st.lists(st.integers(4, len(content) - 1), min_size=1, max_size=8)):
        content[place] = data.draw(st.integers(0, 255))
    try:
        rules.sniff("x.docx", io.BytesIO(bytes(content)))
    except Invalid as refused:
        assert refused.code in {"file_disguised", "archive_unsafe"}
