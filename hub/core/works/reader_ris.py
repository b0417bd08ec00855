"""RIS, as reference managers write it: the one file that knows the library which reads it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import rispy

from hub.core.profiles.states import EvidenceKind
from hub.core.works import rules
from hub.core.works.rules import BROKEN, Entry, Unread

START, END = re.compile(r"^TY\s{0,2}-", re.MULTILINE), re.compile(r"^ER\s{0,2}-", re.MULTILINE)
LINE = re.compile(r"^([A-Z][A-Z0-9]) {0,2}- ?", re.MULTILINE)
CONTINUED = re.compile(r"\n(?![A-Z][A-Z0-9]  - )")
"""A line that goes on with the one before. The library copies the whole field for each of them: of a million, that takes hours."""
KINDS = {"PAT": EvidenceKind.PATENT, "GRANT": EvidenceKind.PROJECT} | dict.fromkeys(
    ("COMP", "DATA", "DBASE", "AGGR", "ELEC", "MULTI", "SOUND", "VIDEO", "MAP", "ART"), EvidenceKind.OTHER
)
VENUES = ("journal_name", "secondary_title", "alternate_title3", "alternate_title1", "tertiary_title", "publisher", "name_of_database")


def read(text: str) -> Iterator[Entry]:
    """Each record by itself, so that a broken one takes no other with it; places are line numbers. Raises Invalid for too many."""
    starts = [found.start() for found in START.finditer(text)]
    if len(starts) > rules.MOST_WORKS:
        raise rules.too_many(len(starts))
    line, before = 1, 0
    for start, stop in zip(starts, [*starts[1:], len(text)], strict=True):
        line, before = line + text.count("\n", before, start), start
        yield _record(text[start:stop], line)


def _record(text: str, line: int) -> Entry:
    if not END.search(text):
        return Unread(line, _name(text), BROKEN)
    found = rispy.loads(CONTINUED.sub(" ", LINE.sub(r"\1  - ", text)), skip_unknown_tags=True)
    said: dict[str, Any] = found[0] if found else {}
    kind = str(said.get("type_of_reference") or "").strip().upper()
    return rules.work(
        line,
        KINDS.get(kind, EvidenceKind.PUBLICATION),
        title=said.get("title") or said.get("primary_title") or said.get("short_title"),
        year=said.get("year") or said.get("publication_year") or said.get("date"),
        venue=next((said[name] for name in VENUES if said.get(name)), ""),
        doi=said.get("doi"),
        urls=said.get("urls") or (),
        text=said.get("abstract") or said.get("notes_abstract"),
    )


def _name(text: str) -> str:
    found = re.search(r"^T[I1]  ?- ?(.+)$", text, re.MULTILINE)
    return rules.plain(found[1] if found else text.partition("\n")[0], rules.LONGEST_NAME)
