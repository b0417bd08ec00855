"""Words for people, marked where they are written and translated at the doors."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from enum import StrEnum
from typing import Any


def N_(text: str) -> str:
    """Mark `text` for the translators; the door that shows it translates it."""
    return text


class Worded(StrEnum):
    """An enum whose members carry their label: `DRAFT = "draft", N_("Draft")`."""

    label: str

    def __new__(cls, value: str, label: str = "") -> Worded:
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label or value.replace("_", " ").capitalize()
        return member


def distinct(words: Iterable[str], *, most: int, longest: int) -> list[str]:
    """Trimmed, without empty and repeated ones (letter case apart), at most `most`, each cut to `longest` characters."""
    known: dict[str, str] = {}
    for word in words:
        plain = " ".join(word.split()).strip(" ,;")[:longest].strip()
        if plain:
            known.setdefault(plain.casefold(), plain)
    return list(known.values())[:most]


def extent(text: str) -> int:
    """How much is said, in Latin letters: a Chinese, Japanese or Korean character (wide in UAX #11) says as much as two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text.strip())


_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def printable(text: str) -> str:
    """Without the control characters that XML 1.0 cannot carry: one odd title must not take a feed from everybody."""
    return _NOT_XML.sub("", text)


FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\ufeff", "＝", "＋", "－", "＠")
"""How a cell begins that a spreadsheet may calculate; some read the full-width signs of Chinese keyboards as the plain ones."""


def harmless(cell: Any) -> Any:
    """No spreadsheet takes it for a formula: a text that begins like one gets an apostrophe. Numbers stay numbers."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell
