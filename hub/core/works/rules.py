"""Lists of works that other programs wrote: bytes into text, loose words into one work. What each format is like, the readers know.

A file that cannot be read at all raises Invalid about `file`, with a stable code; one entry that cannot be read is an Unread.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from hub.core.profiles import rules as profiles
from hub.core.profiles.states import EvidenceKind
from hub.kernel import clock
from hub.kernel.errors import Invalid, one_field
from hub.kernel.links import is_web_address
from hub.kernel.words import N_

FIELD = "file"
MAX_BYTES = 5 * 1024 * 1024
MOST_WORKS = 1000
DEEPEST, MOST_ELEMENTS = 60, 200_000
LONGEST_NAME = 120
ENCODINGS = ("iso-8859-1", "iso-8859-15", "windows-1252", "us-ascii", "gb18030", "gbk", "gb2312", "big5", "shift_jis", "euc-jp", "euc-kr")
"""Those that an XML declaration may name, beside UTF-8 and UTF-16."""


@dataclass(frozen=True)
class Work:
    """One thing somebody has done, ready to be an evidence item. `place` is its line, or where the format has none its number."""

    place: int
    kind: EvidenceKind
    title: str
    year: int | None = None
    venue: str = ""
    doi: str = ""
    url: str = ""
    text: str = ""

    @property
    def link(self) -> str:
        return profiles.link_to(self.doi, self.url)


@dataclass(frozen=True)
class Unread:
    """An entry that cannot be taken, and why: an English template marked with N_, and what fills it."""

    place: int
    name: str
    why: str
    values: Mapping[str, Any] = field(default_factory=dict)


Entry = Work | Unread
Item = TypeVar("Item", bound=profiles.Known)
NO_TITLE = N_("It has no title.")
BROKEN = N_("It is broken off, or its brackets do not match.")


def refused(message: str, code: str, **values: Any) -> Invalid:
    return one_field(FIELD, message, code=code, **values)


def too_many(count: int) -> Invalid:
    return refused(
        N_("The file has %(count)s entries; at most %(most)s are read at a time. Send a selection."), "import_too_many_items",
        count=count, most=MOST_WORKS,
    )  # fmt: skip


def decode(data: bytes) -> tuple[str, bool]:
    """The text, with its lines ended alike, and whether its encoding had to be guessed. Raises Invalid.

    UTF-8 with or without a byte order mark, UTF-16 with one, what an XML declaration names; anything else is read as Windows-1252.
    """
    if len(data) > MAX_BYTES:
        raise refused(N_("The file is larger than %(mb)s MB. Send a selection."), "import_too_large", mb=MAX_BYTES // 1024 // 1024)
    if not data.strip(b"\x00 \t\r\n"):
        raise refused(N_("The file is empty."), "import_empty")
    text, guessed = _decoded(data)
    if "\x00" in text:
        raise refused(N_("This is not a text file."), "import_wrong_file")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise refused(N_("The file is empty."), "import_empty")
    return text, guessed


def _decoded(data: bytes) -> tuple[str, bool]:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return data.decode("utf-16"), False
        except UnicodeDecodeError:
            raise refused(N_("The file says that it is UTF-16, and is not. Save it as UTF-8."), "import_encoding") from None
    try:
        return data.decode("utf-8-sig"), False
    except UnicodeDecodeError:
        declared = re.match(rb"\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})[\"']", data)
        name = declared[1].decode().lower() if declared else ""
        if name in ENCODINGS:
            return data.decode(name, "replace"), False
        return data.decode("cp1252", "replace"), True


def plain(said: Any, most: int) -> str:
    """One line of text: marks of HTML and control characters out, spaces single, at most `most` characters. Empty for what is no text."""
    if isinstance(said, bool) or not isinstance(said, str | int | float):
        return ""
    text = html.unescape(re.sub(r"</?[a-zA-Z][a-zA-Z:]{0,15}(\s[^<>]{0,80})?/?>", "", str(said)[: most * 4]))
    text = "".join(" " if unicodedata.category(one) in {"Cc", "Cs", "Zl", "Zp"} else one for one in unicodedata.normalize("NFC", text))
    return " ".join(text.split())[:most].strip()


def year_in(said: Any) -> int | None:
    """The first year that a text names, from 1900 to the next."""
    for found in re.findall(r"(?<![0-9])(?:19|20|21)[0-9]{2}(?![0-9])", str(said)[:200]):
        if profiles.EARLIEST_YEAR <= int(found) <= clock.now().year + 1:
            return int(found)
    return None


def work(
    place: int, kind: EvidenceKind, *, title: Any, year: Any = "", venue: Any = "", doi: Any = "", urls: Sequence[Any] = (), text: Any = ""
) -> Entry:
    """One entry's loose words as a Work; Unread if it has no title. What is no DOI or address is passed over: the work remains."""
    name = plain(title, profiles.LONGEST_TITLE)
    if not name:
        return Unread(place, "", NO_TITLE)
    said = [plain(url, 500) for url in urls]
    found = profiles.doi_in(plain(doi, 250)) or next((one for url in said if (one := profiles.doi_in(url))), "")
    address = next((url for url in said if is_web_address(url) and not profiles.doi_in(url)), "")
    return Work(
        place, kind, name, year_in(year), plain(venue, profiles.LONGEST_VENUE), found, address, plain(text, profiles.LONGEST_TEXT)
    )  # fmt: skip


class Alike(Generic[Item]):
    """Works by what they are known by, so that one is compared with those few of them that it may be the same as, not with all."""

    def __init__(self, items: Iterable[Item] = ()) -> None:
        self._known: dict[str, list[Item]] = {}
        for one in items:
            self.add(one)

    def add(self, one: Item) -> None:
        for key in self._keys(one):
            self._known.setdefault(key, []).append(one)

    def of(self, one: profiles.Known) -> Item | None:
        """One that is the same work."""
        return next((other for key in self._keys(one) for other in self._known.get(key, ()) if profiles.is_same(one, other)), None)

    @staticmethod
    def _keys(one: profiles.Known) -> list[str]:
        doi, title = one.doi or profiles.doi_in(one.url), profiles.likeness(one.title)
        return [f"{kind} {said}" for kind, said in (("doi", doi), ("title", title)) if said]


def twice(works: Sequence[Work]) -> dict[int, int]:
    """Which works stand in the list before: place in the list by place in the list."""
    known: dict[tuple[str, Any], int] = {}
    found: dict[int, int] = {}
    for number, one in enumerate(works):
        title = profiles.likeness(one.title)
        keys: list[tuple[str, Any]] = [("title", (title, one.year))] if title else []
        keys += [("doi", one.doi)] if one.doi else []
        before = next((known[key] for key in keys if key in known), None)
        if before is not None:
            found[number] = before
        for key in keys:
            known.setdefault(key, number if before is None else before)
    return found
