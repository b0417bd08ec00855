"""A small writer of PDF pages: headings, pairs, tables and notes, in Latin letters and in Chinese. It knows nothing of what they say."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

import segno
from reportlab.lib import colors
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, PageBreak, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

LATIN, BOLD, CHINESE = "Helvetica", "Helvetica-Bold", "STSong-Light"
"""Fonts that every reader of PDF brings along: nothing is embedded, so a paper stays small."""

pdfmetrics.registerFont(UnicodeCIDFont(CHINESE))

GREY, LINE = colors.HexColor("#555555"), colors.HexColor("#BBBBBB")
BODY = ParagraphStyle("body", fontName=LATIN, fontSize=9.5, leading=13)
RIGHT = ParagraphStyle("right", parent=BODY, alignment=TA_RIGHT)
SMALL = ParagraphStyle("small", parent=BODY, fontSize=8, leading=11, textColor=GREY)
TITLE = ParagraphStyle("title", parent=BODY, fontName=BOLD, fontSize=18, leading=24)
HEADING = ParagraphStyle("heading", parent=BODY, fontName=BOLD, fontSize=11, leading=15)
WIDTH = A4[0] - 40 * mm


@dataclass(frozen=True)
class Heading:
    text: str


@dataclass(frozen=True)
class Text:
    text: str
    small: bool = False


@dataclass(frozen=True)
class Columns:
    """Blocks of lines side by side, each under its heading."""

    blocks: Sequence[tuple[str, Sequence[str]]]


@dataclass(frozen=True)
class Pairs:
    rows: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Rows:
    """A table. `widths` are shares of the page's width; the last `right` columns are numbers. `foot` rows are set apart, in bold."""

    head: Sequence[str]
    rows: Iterable[Sequence[str]]
    widths: Sequence[float]
    right: int = 1
    foot: Sequence[Sequence[str]] = ()


@dataclass(frozen=True)
class QrCode:
    """A QR code of an address, `side` millimetres wide."""

    text: str
    side: float = 32


@dataclass(frozen=True)
class Break:
    """What follows begins on a page of its own."""


Block = Heading | Text | Columns | Pairs | Rows | QrCode | Break


def make(title: str, blocks: Iterable[Block], *, subject: str = "", author: str = "", lang: str = "en", foot: str = "") -> bytes:
    """The finished file, its pages numbered. Deterministic: the same blocks make the same bytes."""
    out = io.BytesIO()
    document = SimpleDocTemplate(
        out, pagesize=A4, title=title, subject=subject, author=author, lang=lang, invariant=1,
        leftMargin=20 * mm, rightMargin=20 * mm, topMargin=18 * mm, bottomMargin=20 * mm,
    )  # fmt: skip

    def below(canvas: Canvas, page: SimpleDocTemplate) -> None:
        line = Paragraph(marked(f"{foot} · {page.page}" if foot else str(page.page)), SMALL)
        line.wrap(WIDTH, 10 * mm)
        line.drawOn(canvas, 20 * mm, 11 * mm)

    story: list[Flowable] = [Paragraph(marked(title, bold=True), TITLE), Spacer(0, 3 * mm)]
    for block in blocks:
        story += [*_flow(block), Spacer(0, 4 * mm)]
    document.build(story, onFirstPage=below, onLaterPages=below)
    return out.getvalue()


def _flow(block: Block) -> list[Flowable]:
    match block:
        case Heading(text):
            return [Paragraph(marked(text, bold=True), HEADING)]
        case Text(text, small):
            return [Paragraph(marked(line), SMALL if small else BODY) for line in text.split("\n")]
        case Columns(blocks):
            cells = [[Paragraph(marked(name), SMALL), *(Paragraph(marked(line), BODY) for line in lines if line)] for name, lines in blocks]
            return [_table([cells], [1 / len(blocks)] * len(blocks), [])]
        case Pairs(pairs):
            return [_table([[Paragraph(marked(name), SMALL), Paragraph(marked(value), BODY)] for name, value in pairs], [0.3, 0.7], [])]
        case Rows():
            return [_rows(block)]
        case Break():
            return [PageBreak()]
        case QrCode(text, side):
            return [_Squares(segno.make(text, error="m", micro=False).matrix, side * mm)]


class _Squares(Flowable):  # type: ignore[misc]
    """The dark squares of a QR code, drawn one by one: sharp at any size, and with nothing but the PDF's own means."""

    def __init__(self, matrix: Sequence[Sequence[int]], side: float) -> None:
        super().__init__()
        self.matrix, self.width, self.height = matrix, side, side

    def draw(self) -> None:
        size = self.width / len(self.matrix)
        for row, line in enumerate(self.matrix):
            for column, dark in enumerate(line):
                if dark:
                    self.canv.rect(column * size, self.height - (row + 1) * size, size, size, stroke=0, fill=1)


def _rows(block: Rows) -> Flowable:
    first = len(block.head) - block.right

    def row(cells: Sequence[str], bold: bool = False, small: bool = False) -> list[Paragraph]:
        style = RIGHT if not small else ParagraphStyle("head", parent=SMALL, alignment=TA_RIGHT)
        return [
            Paragraph(marked(cell, bold=bold), style if place >= first else (SMALL if small else BODY)) for place, cell in enumerate(cells)
        ]

    body = [row(cells) for cells in block.rows]
    foot = [row(cells, bold=True) for cells in block.foot]
    lines = [("LINEBELOW", (0, 0), (-1, 0), 0.8, colors.black), ("LINEBELOW", (0, 1), (-1, -1), 0.3, LINE)]
    if foot:
        lines.append(("LINEABOVE", (0, -len(foot)), (-1, -len(foot)), 0.8, colors.black))
    return _table([row(block.head, small=True), *body, *foot], block.widths, lines, repeat=1)


def _table(rows: Sequence[Sequence[object]], shares: Sequence[float], lines: Sequence[tuple[object, ...]], repeat: int = 0) -> Table:
    padding = [("LEFTPADDING", (0, 0), (-1, -1), 0), ("RIGHTPADDING", (0, 0), (-1, -1), 6), ("VALIGN", (0, 0), (-1, -1), "TOP")]
    table = Table(rows, colWidths=[WIDTH * share for share in shares], repeatRows=repeat, hAlign="LEFT")
    table.setStyle(TableStyle([*padding, *lines]))
    return table


def marked(text: str, bold: bool = False) -> str:
    """The text as the writer's markup: each run of characters in the font that has them."""
    latin = BOLD if bold else LATIN
    parts: list[tuple[str, str]] = []
    for sign in unicodedata.normalize("NFC", text):
        for font, letter in _set(sign, latin):
            if parts and parts[-1][0] == font:
                parts[-1] = (font, parts[-1][1] + letter)
            else:
                parts.append((font, letter))
    return "".join(escape(run) if font == latin else f'<font name="{font}">{escape(run)}</font>' for font, run in parts)


def _set(sign: str, latin: str) -> list[tuple[str, str]]:
    """The sign in the font that has it; else without its accents, else a question mark: a PDF may show less than the page does."""
    if sign == "\u2212":
        sign = "\u2013"
    if _encodes(sign, "cp1252"):
        return [(latin, sign)] if sign.isprintable() or sign == " " else []
    if _encodes(sign, "gbk"):
        return [(CHINESE, sign)]
    plain = unicodedata.normalize("NFKD", PLAIN.get(sign, sign))
    kept = "".join(letter for letter in plain if _encodes(letter, "cp1252"))
    return [(latin, kept or "?")] if unicodedata.category(sign)[0] not in "MC" else []


PLAIN = {"ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ı": "i", "ħ": "h", "Ħ": "H"}


def _encodes(sign: str, encoding: str) -> bool:
    try:
        sign.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True
