"""Pure rules of pages: addresses and links, the three-way merge, and who wrote which part of a text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from hub.communities.spaces.rules import address, opcodes, words
from hub.kernel.words import N_, Worded

LONGEST_TITLE = 120
LONGEST_BODY, MOST_LINES = 100_000, 5_000
LONGEST_SUMMARY = 200
RESERVED_SLUGS = frozenset({"new", "draft"})


class Kind(Worded):
    """How a revision came about."""

    CREATED = "created", N_("Page begun")
    EDITED = "edited", N_("Edited")
    MERGED = "merged", N_("Merged")
    RESTORED = "restored", N_("Restored")


def page_slug(title: str) -> str:
    """The title's address: letters and figures of any script, joined by hyphens; empty if it has none."""
    return address(title, LONGEST_TITLE)


# --- Links between pages ---------------------------------------------------------------------------------------------

_LINK = re.compile(
    r"(?P<code>^(?:```|~~~).*?(?:^(?:```|~~~)|\Z)|`+[^`]*`+)|\[\[(?P<title>[^\[\]|\n]{1,120})(?:\|(?P<words>[^\[\]\n]{1,120}))?\]\]",
    re.DOTALL | re.MULTILINE,
)
Resolve = Callable[[str], tuple[str, bool]]


def linked(text: str, resolve: Resolve, missing: str) -> str:
    """Markdown in which each [[Title]] or [[Title|words]] has become a link, except in code.

    `resolve(title)` gives the address and whether there is such a page; behind a link to one that is not there stands `missing`.
    """

    def link(found: re.Match[str]) -> str:
        if found["code"] is not None:
            return found[0]
        title = " ".join(found["title"].split())
        address, exists = resolve(title)
        shown = re.sub(r"([\\`*_{}\[\]<>()#!|~&])", r"\\\1", (found["words"] or title).strip())
        return f"[{shown}]({quote(address, safe='/?=&%-.')})" + ("" if exists else f" ({missing})")

    return _LINK.sub(link, text)


# --- The three-way merge ---------------------------------------------------------------------------------------------


class Side(Worded):
    """Whose words a part of the merge has."""

    SAME = "same", N_("Unchanged")
    THEIRS = "theirs", N_("Their change")
    YOURS = "yours", N_("Your change")
    BOTH = "both", N_("The same change on both sides")
    CONFLICT = "conflict", N_("Conflict")


@dataclass(frozen=True)
class Chunk:
    """A part of the three texts. The chunks' `base`s joined are the base, and likewise `theirs` and `yours`: nothing is left out."""

    side: Side
    base: str
    theirs: str
    yours: str

    @property
    def merged(self) -> str:
        """What both changes make of it; for a conflict, both texts, one after the other."""
        if self.side is Side.THEIRS:
            return self.theirs
        return self.theirs + self.yours if self.side is Side.CONFLICT else self.yours


@dataclass(frozen=True)
class Merge:
    chunks: tuple[Chunk, ...]

    @property
    def conflicts(self) -> list[Chunk]:
        return [chunk for chunk in self.chunks if chunk.side is Side.CONFLICT]

    @property
    def is_clean(self) -> bool:
        return not self.conflicts

    @property
    def text(self) -> str:
        """The merged text; where it is not clean, conflicts hold both texts."""
        return "".join(chunk.merged for chunk in self.chunks).rstrip("\n")

    def decided(self, choices: Sequence[str]) -> str:
        """The text with each conflict decided, in their order: "theirs", "yours" or anything else for both."""
        said = iter(choices)
        parts = [
            {"theirs": chunk.theirs, "yours": chunk.yours}.get(next(said, ""), chunk.merged)
            if chunk.side is Side.CONFLICT
            else chunk.merged
            for chunk in self.chunks
        ]
        return "".join(parts).rstrip("\n")


def units(text: str) -> list[str]:
    """`text` cut into sentences and line ends, which merge independently. Joined, they are the text with one line end at its end."""
    whole = text.rstrip("\n") + "\n" if text.strip("\n") else ""
    cut = [part for part in re.split(r"(?<=\n)|(?<=[^\d][.!?] )|(?<=[。！？])", whole) if part]
    return cut if len(cut) <= MOST_LINES else whole.splitlines(keepends=True)


def merge3(base: str, theirs: str, yours: str) -> Merge:
    """Bring two changes of one text together (Khanna, Kunal, Pierce: A Formal Investigation of Diff3, 2007).

    Where only one side changed something, or both did the same, that is taken; where they differ, it is a conflict.
    """
    old, left, right = units(base), units(theirs), units(yours)
    in_left, in_right = _places(old, left), _places(old, right)
    chunks: list[Chunk] = []
    i = j = k = 0
    for at in [n for n in range(len(old)) if in_left[n] >= 0 and in_right[n] >= 0] + [len(old)]:
        to_left, to_right = (in_left[at], in_right[at]) if at < len(old) else (len(left), len(right))
        if (at, to_left, to_right) != (i, j, k):
            chunks.append(_chunk("".join(old[i:at]), "".join(left[j:to_left]), "".join(right[k:to_right])))
        if at < len(old):
            if chunks and chunks[-1].side is Side.SAME:
                chunks[-1] = _chunk(*(text + old[at] for text in (chunks[-1].base, chunks[-1].theirs, chunks[-1].yours)))
            else:
                chunks.append(_chunk(old[at], old[at], old[at]))
        i, j, k = at + 1, to_left + 1, to_right + 1
    return Merge(tuple(chunks))


def _places(old: Sequence[str], new: Sequence[str]) -> list[int]:
    """For each unit of `old` its place in `new`, -1 for those that are gone; the places grow."""
    places = [-1] * len(old)
    for tag, i, j, k, _ in opcodes(old, new):
        if tag == "equal":
            places[i:j] = range(k, k + j - i)
    return places


def _chunk(base: str, theirs: str, yours: str) -> Chunk:
    if base == theirs == yours:
        side = Side.SAME
    elif theirs == yours:
        side = Side.BOTH
    elif theirs == base:
        side = Side.YOURS
    else:
        side = Side.THEIRS if yours == base else Side.CONFLICT
    return Chunk(side, base, theirs, yours)


def merged_title(base: str, theirs: str, yours: str) -> str:
    """Yours if you changed it, else theirs."""
    return yours if yours != base else theirs


# --- Who wrote what --------------------------------------------------------------------------------------------------

Runs = list[list[int]]
"""Whose words a text has, in order: [person id, number of words]. Words are those of `tokens`."""
MOST_COMPARED = 4_000_000
"""Pairs of words compared inside one changed passage; a larger one counts as written anew."""


def tokens(text: str) -> list[str]:
    """`text` cut into words, spaces and signs, line by line."""
    return [word for line in text.splitlines(keepends=True) for word in words(line)]


def carry(before: str, runs: Runs, after: str, author: int) -> Runs:
    """Whose words `after` has, if `author` made it of `before`: what was there keeps its writer, what is new is the author's."""
    owners = [person for person, number in runs for _ in range(number)]
    old_lines, new_lines = before.splitlines(keepends=True), after.splitlines(keepends=True)
    starts = [0]
    for line in old_lines:
        starts.append(starts[-1] + len(words(line)))
    owners += [author] * (starts[-1] - len(owners))
    found: list[int] = []
    for tag, i, j, k, m in opcodes(old_lines, new_lines):
        mine = owners[starts[i] : starts[j]]
        found += mine if tag == "equal" else _passage(tokens("".join(old_lines[i:j])), mine, tokens("".join(new_lines[k:m])), author)
    return _runs(found)


def _passage(old: Sequence[str], owners: Sequence[int], new: Sequence[str], author: int) -> list[int]:
    if len(old) * len(new) > MOST_COMPARED:
        return [author] * len(new)
    found = [author] * len(new)
    for tag, i, j, k, m in opcodes(old, new):
        if tag == "equal":
            found[k:m] = owners[i:j]
    return found


def _runs(owners: Iterable[int]) -> Runs:
    runs: Runs = []
    for owner in owners:
        if runs and runs[-1][0] == owner:
            runs[-1][1] += 1
        else:
            runs.append([owner, 1])
    return runs


def shares(text: str, runs: Runs) -> dict[int, int]:
    """Characters of `text`, spaces left out, by whoever wrote them."""
    found: dict[int, int] = {}
    said = iter(tokens(text))
    for person, number in runs:
        for _ in range(number):
            if not (word := next(said, "")).isspace():
                found[person] = found.get(person, 0) + len(word)
    return {person: size for person, size in found.items() if size}
