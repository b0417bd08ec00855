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


def read(text: str) -> Iterator[Entry]:
    """The entries in their order; places are line numbers. Raises Invalid for too many.

    Entries with the same key are all read: keys are the program's own, and say nothing of the work.
    """
    count = len(ENTRY.findall(text))
    if count > rules.MOST_WORKS:
        raise rules.too_many(count)
    library = bibtexparser.parse_string(text)
    for block in library.blocks:
        line = (block.start_line or 0) + 1
        if isinstance(block, ParsingFailedBlock):
            saved = block.ignore_error_block
            if isinstance(saved, Block):
                yield _entry(saved, line)
            elif ENTRY.match(block.raw or ""):
                yield Unread(line, rules.plain((block.raw or "").partition("\n")[0], rules.LONGEST_NAME), BROKEN)
        elif isinstance(block, Block):
            yield _entry(block, line)


def _entry(block: Block, line: int) -> Entry:
    said = {field.key.lower(): field.value for field in block.fields}
    kind = block.entry_type.lower()
    made = rules.work(
        line,
        KINDS.get(kind, EvidenceKind.PUBLICATION),
        title=_plain(said.get("title")),
        year=said.get("year") or said.get("date"),
        venue=_plain(next((said[name] for name in VENUES if said.get(name)), "")),
        doi=_plain(said.get("doi")),
        urls=[_plain(said.get("url")), _eprint(said)],
        text=_plain(said.get("abstract")),
    )
    return Unread(line, rules.plain(f"@{kind}{{{block.key}", rules.LONGEST_NAME), made.why) if isinstance(made, Unread) else made


def _eprint(said: dict[str, Any]) -> str:
    kind = str(said.get("archiveprefix") or said.get("eprinttype") or "").lower()
    return f"https://arxiv.org/abs/{said['eprint']}" if kind == "arxiv" and said.get("eprint") else ""


def _plain(said: Any) -> str:
    """Without LaTeX: {\\"o} is ö, $\\alpha$ is α. What is no LaTeX stays as it stands, without its braces."""
    text = str(said or "")[: 4 * rules.profiles.LONGEST_TEXT]
    if not re.search(r"[\\{}$~]", text):
        return text
    if _depth(text) <= DEEPEST:
        field = Field("text", re.sub(r"(?<!\\)%", r"\\%", text))  # a remark to LaTeX, a sign to those who write titles
        if not isinstance(_latex.transform_entry(Block("text", "text", [field]), Library()), MiddlewareErrorBlock):
            return str(field.value)
    return re.sub(r"\\[a-zA-Z]+\s*|[\\{}$]", "", text)


def _depth(text: str) -> int:
    deepest = depth = 0
    for one in text:
        depth += (one == "{") - (one == "}")
        deepest = max(deepest, depth)
    return deepest
