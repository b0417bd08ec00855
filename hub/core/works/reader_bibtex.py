"""BibTeX and its LaTeX: the one file that knows the library which reads them."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from typing import Any

import bibtexparser
from bibtexparser import Library
from bibtexparser.middlewares import LatexDecodingMiddleware
from bibtexparser.model import Entry as Block
from bibtexparser.model import Field, MiddlewareErrorBlock, ParsingFailedBlock

from hub.core.profiles.rules import LONGEST_TEXT
from hub.core.profiles.states import EvidenceKind
from hub.core.works import rules
from hub.core.works.rules import BROKEN, Entry, Unread

ENTRY = re.compile(r"^[ \t]*@(?!string\b|comment\b|preamble\b)\w+\s*[{(]", re.MULTILINE | re.IGNORECASE)
KINDS = {"patent": EvidenceKind.PATENT} | dict.fromkeys(
    ("software", "dataset", "online", "electronic", "www", "video", "audio", "image", "artwork", "movie"), EvidenceKind.OTHER
)
VENUES = ("journal", "journaltitle", "booktitle", "publisher", "school", "institution", "organization", "howpublished")
DEEPEST = 40
logging.getLogger("bibtexparser").setLevel(logging.CRITICAL)
"""What is wrong with a file is told to whoever sent it, not to the log."""
_latex = LatexDecodingMiddleware(keep_math_mode=False)
DEAREST = 200_000
"""So many characters of one file go through LaTeX's own grammar, which takes a second; of the rest its marks are left out."""
ACCENTS = {
    "`": "\u0300", "'": "\u0301", "^": "\u0302", "~": "\u0303", "=": "\u0304", "u": "\u0306", ".": "\u0307", '"': "\u0308", "r": "\u030a",
    "H": "\u030b", "v": "\u030c", "d": "\u0323", "c": "\u0327", "k": "\u0328", "b": "\u0331",
}  # fmt: skip
LETTERS = {
    "ss": "ß", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ", "aa": "å", "AA": "Å", "o": "ø", "O": "Ø", "l": "ł", "L": "Ł", "i": "i", "j": "j",
}  # fmt: skip
_ACCENT = re.compile(r"\\(?:([`'^~=.\"])\s*|([uHvcdbkr])(?:\s+|(?=\{)))(?:\{\\?([A-Za-z])\}|\\?([A-Za-z]))")
_LETTER = re.compile(r"\\(" + "|".join(sorted(LETTERS, key=len, reverse=True)) + r")(?![A-Za-z])(?:\{\}|\s+)?")


def read(text: str) -> Iterator[Entry]:
    """The entries in their order; places are line numbers. Raises Invalid for too many.

    Entries with the same key are all read: keys are the program's own, and say nothing of the work.
    """
    count = len(ENTRY.findall(text))
    if count > rules.MOST_WORKS:
        raise rules.too_many(count)
    if len(re.findall(r"@\s*\w+\s*[{(]", text)) > 3 * rules.MOST_WORKS:
        raise rules.too_many(count)
    library, plain, long = bibtexparser.parse_string(text), Plain(DEAREST), Plain(DEAREST // 2)
    for block in library.blocks:
        line = (block.start_line or 0) + 1
        if isinstance(block, ParsingFailedBlock):
            saved = block.ignore_error_block
            if isinstance(saved, Block):
                yield _entry(saved, line, plain, long)
            elif ENTRY.match(block.raw or ""):
                yield Unread(line, rules.plain((block.raw or "").partition("\n")[0], rules.LONGEST_NAME), BROKEN)
        elif isinstance(block, Block):
            yield _entry(block, line, plain, long)


def _entry(block: Block, line: int, plain: Plain, long: Plain) -> Entry:
    said = {field.key.lower(): field.value for field in block.fields}
    kind = block.entry_type.lower()
    made = rules.work(
        line,
        KINDS.get(kind, EvidenceKind.PUBLICATION),
        title=plain(said.get("title")),
        year=said.get("year") or said.get("date"),
        venue=plain(next((said[name] for name in VENUES if said.get(name)), "")),
        doi=plain(said.get("doi")),
        urls=[plain(said.get("url")), _eprint(said)],
        text=long(said.get("abstract")),
    )
    return Unread(line, rules.plain(f"@{kind}{{{block.key}", rules.LONGEST_NAME), made.why) if isinstance(made, Unread) else made


def _eprint(said: dict[str, Any]) -> str:
    kind = str(said.get("archiveprefix") or said.get("eprinttype") or "").lower()
    return f"https://arxiv.org/abs/{said['eprint']}" if kind == "arxiv" and said.get("eprint") else ""


class Plain:
    """Texts of one file without LaTeX: {\\"o} is ö, $\\alpha$ is α. What is no LaTeX stays as it stands, without its braces."""

    def __init__(self, most: int) -> None:
        self._left = most

    def __call__(self, said: Any) -> str:
        text = str(said or "")[: 4 * LONGEST_TEXT]
        if not re.search(r"[\\{}$~]", text):
            return text
        mended = _mended(text)
        if "\\" not in mended and "$" not in mended:
            return re.sub(r"[{}]", "", mended)
        if len(text) <= self._left and _depth(text) <= DEEPEST:
            self._left -= len(text)
            field = Field("text", re.sub(r"(?<!\\)%", r"\\%", text))  # a remark to LaTeX, a sign to those who write titles
            if not isinstance(_latex.transform_entry(Block("text", "text", [field]), Library()), MiddlewareErrorBlock):
                return str(field.value)
        return re.sub(r"\\[a-zA-Z]+\s*|[\\{}$]", "", mended)


def _mended(text: str) -> str:
    """With its accents, letters and signs put in."""
    text = _ACCENT.sub(lambda found: (found[3] or found[4]) + ACCENTS[found[1] or found[2]], text)
    text = _LETTER.sub(lambda found: LETTERS[found[1]], text)
    return re.sub(r"\\([&%_# ])", r"\1", text).replace("~", " ")


def _depth(text: str) -> int:
    deepest = depth = 0
    for one in text:
        depth += (one == "{") - (one == "}")
        deepest = max(deepest, depth)
    return deepest
