"""Marks in copies: there, harmless, and without a trace where a format has no place for them."""

from __future__ import annotations

import io
import zipfile

import pytest
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from hub.kernel import marks

WORDS = "Copy 1a2b3c4d of a file sealed in R0002-00005-1, given to @adé"


def pdf() -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out)
    canvas.drawString(50, 700, "A plan")
    canvas.save()
    return out.getvalue()


PDF = pdf()


def image(kind: str) -> bytes:
    out = io.BytesIO()
    Image.linear_gradient("L").save(out, kind)
    return out.getvalue()


def zipped() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    return out.getvalue()


def test_the_mark_is_in_the_copy_and_the_rest_is_the_original() -> None:
    for media_type, content in (
        ("application/pdf", pdf()), ("image/png", image("PNG")), ("image/jpeg", image("JPEG")), ("text/plain", "计划".encode()),
        ("text/markdown", b"# Plan\n"), ("application/zip", zipped()),
        ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", zipped()),
    ):  # fmt: skip
        made = marks.marked(media_type, content, WORDS)
        assert made is not None and WORDS.encode() in made, media_type
        assert len(made) - len(content) < len(WORDS.encode()) + 40


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_marked_picture_shows_the_same(kind: str) -> None:
    made = marks.marked(f"image/{kind.lower()}", image(kind), WORDS)
    assert made is not None
    shown = Image.open(io.BytesIO(made))
    assert shown.tobytes() == Image.open(io.BytesIO(image(kind))).tobytes()


def test_a_marked_archive_and_a_marked_pdf_open_as_before() -> None:
    made = marks.marked("application/zip", zipped(), WORDS)
    assert made is not None
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        assert archive.read("word/document.xml") == b"<w/>" and archive.comment.decode() == WORDS and archive.testzip() is None
    stamped = marks.marked("application/pdf", PDF, WORDS)
    assert stamped is not None and b"%%EOF" in stamped[-1024:] and stamped.startswith(PDF)


@pytest.mark.parametrize(
    ("media_type", "content"),
    [
        ("text/csv", b"a,b\n"), ("application/json", b"{}"), ("image/gif", b"GIF89a"), ("image/webp", b"RIFF"),
        ("application/pdf", b"%PDF-1.7 cut off"), ("image/png", b"\x89PNG cut off"), ("image/jpeg", b"\xff\xd8"), ("application/zip", b"PK"),
        ("image/jpeg", b"\xff\xd8\xff\xe0\0\2"),
    ],
)  # fmt: skip
def test_where_there_is_no_place_for_a_mark_there_is_none(media_type: str, content: bytes) -> None:
    assert marks.marked(media_type, content, WORDS) is None


@pytest.mark.parametrize("content", [b"\xff\xd8\xff", b"\xff\xd8\xff\xe0", b"\xff\xd8\xff\xe0\0\2\xff"])
def test_a_picture_that_is_broken_off_is_handed_out_all_the_same(content: bytes) -> None:
    made = marks.marked("image/jpeg", content, WORDS)
    assert made is not None and WORDS.encode() in made


def test_a_long_mark_is_cut_at_a_letter() -> None:
    made = marks.marked("text/plain", b"x", "é" * 1000)
    assert made is not None and len(made) < 400 and made.decode()
