"""What changed between two texts, word by word: for pages that mark it and say it. Pure.

Words are split so that joined pieces give the text back; each Chinese character is a word of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

SAME, ADDED, REMOVED, CHANGED = "same", "added", "removed", "changed"
Kind = Literal["same", "added", "removed", "changed"]
_WORDS = re.compile(r"[㐀-䶿一-鿿]|[^\W㐀-䶿一-鿿]+|\s+|[^\w\s]")
ALIKE = 0.4
"""Two paragraphs that share less than this are another paragraph, not a changed one."""


@dataclass(frozen=True)
class Piece:
    """A run of text that stayed, came, or went."""

    kind: Kind
    text: str


@dataclass(frozen=True)
class Paragraph:
    kind: Kind
    pieces: tuple[Piece, ...]


def words(text: str) -> list[str]:
    return _WORDS.findall(text)


def pieces(before: str, after: str) -> tuple[Piece, ...]:
    """The two texts as one: what was removed stands before what came in its place."""
    old, new = words(before), words(after)
    found: list[Piece] = []
    for tag, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            found.append(Piece("same", "".join(old[i:j])))
            continue
        if i < j:
            found.append(Piece("removed", "".join(old[i:j])))
        if k < m:
            found.append(Piece("added", "".join(new[k:m])))
    return tuple(found)


def paragraphs(before: Sequence[str], after: Sequence[str]) -> list[Paragraph]:
    """Two lists of paragraphs as one, in the order of the newer text."""
    return list(_paragraphs(before, after))


def _paragraphs(before: Sequence[str], after: Sequence[str]) -> Iterator[Paragraph]:
    for tag, i, j, k, m in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            yield from (Paragraph("same", (Piece("same", text),)) for text in before[i:j])
        else:
            yield from _replaced(list(before[i:j]), list(after[k:m]))


def _replaced(old: list[str], new: list[str]) -> Iterator[Paragraph]:
    """Each new paragraph beside the old one that it is most like; what has no partner came or went."""
    for text in new:
        partner = max(old, key=lambda one: _alike(one, text), default="")
        if partner and _alike(partner, text) >= ALIKE:
            for gone in old[: old.index(partner)]:
                yield Paragraph("removed", (Piece("removed", gone),))
            old = old[old.index(partner) + 1 :]
            yield Paragraph("changed", pieces(partner, text))
        else:
            yield Paragraph("added", (Piece("added", text),))
    yield from (Paragraph("removed", (Piece("removed", gone),)) for gone in old)


def _alike(one: str, other: str) -> float:
    return SequenceMatcher(None, words(one), words(other), autojunk=False).ratio()
