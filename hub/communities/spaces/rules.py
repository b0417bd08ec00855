"""Pure rules of spaces: licences in plain words, a charter's fingerprint, and how two texts differ."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import NamedTuple

from hub.kernel import sealing
from hub.kernel.words import N_, Worded

SHORTEST_NAME, LONGEST_NAME = 3, 80
SHORTEST_SUMMARY, LONGEST_SUMMARY = 20, 300
SHORTEST_CHARTER, LONGEST_CHARTER = 40, 20_000
LONGEST_NOTE = 500


class Licence(Worded):
    """Open licences, by their SPDX names: whoever writes in a space gives what they write under its licence."""

    CC_BY = "CC-BY-4.0", "CC BY 4.0"
    CC_BY_SA = "CC-BY-SA-4.0", "CC BY-SA 4.0"
    CC0 = "CC0-1.0", "CC0 1.0"
    MIT = "MIT", "MIT"
    APACHE = "Apache-2.0", "Apache 2.0"
    CERN_OHL = "CERN-OHL-P-2.0", "CERN OHL P 2.0"

    @property
    def plain(self) -> str:
        """What it means, in a sentence, to be translated."""
        return PLAIN[self]

    @property
    def url(self) -> str:
        """The licence's own text."""
        return ADDRESSES[self]


PLAIN = {
    Licence.CC_BY: N_("Anybody may use, change and sell it, and says who wrote it."),
    Licence.CC_BY_SA: N_("Anybody may use, change and sell it, says who wrote it, and passes changed versions on under the same licence."),
    Licence.CC0: N_("Anybody may do anything with it and need not name anyone: its authors give up their rights."),
    Licence.MIT: N_("For software: anybody may use, change and sell it, and keeps the notice that names its authors."),
    Licence.APACHE: N_("For software: as MIT, and whoever contributes also licenses the patents that the contribution needs."),
    Licence.CERN_OHL: N_("For hardware: anybody may make, change and sell it, and keeps the notices that name its designers."),
}
ADDRESSES = {
    Licence.CC_BY: "https://creativecommons.org/licenses/by/4.0/",
    Licence.CC_BY_SA: "https://creativecommons.org/licenses/by-sa/4.0/",
    Licence.CC0: "https://creativecommons.org/publicdomain/zero/1.0/",
    Licence.MIT: "https://spdx.org/licenses/MIT.html",
    Licence.APACHE: "https://www.apache.org/licenses/LICENSE-2.0",
    Licence.CERN_OHL: "https://spdx.org/licenses/CERN-OHL-P-2.0.html",
}


def fingerprint(charter: str, licence: Licence) -> str:
    """SHA-256 of what a member accepts: the charter's text and the licence's name."""
    return sealing.digest({"charter": charter, "licence": licence.value})


def address(title: str, longest: int) -> str:
    """A title as part of an address: letters and figures of any script, joined by hyphens; empty if it has none."""
    plain = unicodedata.normalize("NFKC", title).casefold()
    return "-".join(re.findall(r"[^\W_]+", plain))[:longest].strip("-")


# --- How two texts differ --------------------------------------------------------------------------------------------

CONTEXT = 2
"""Unchanged lines shown around a change."""
ALIKE = 0.4
"""Below this share of common words (0..1) a line was replaced, not changed."""
_WORDS = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]|[^\W\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]+|\s+|[^\w\s]")


class Piece(NamedTuple):
    """Some text, and whether the other side lacks it."""

    text: str
    changed: bool


@dataclass(frozen=True)
class DiffRow:
    """One row of a side-by-side comparison. `kind`: same, changed, added, removed, or gap (`hidden` unchanged lines left out)."""

    kind: str
    before: tuple[Piece, ...] = ()
    after: tuple[Piece, ...] = ()
    hidden: int = 0


def words(text: str) -> list[str]:
    """`text` cut into words, spaces and signs; a Chinese or Japanese character is a word of its own. Joined, they are the text."""
    return _WORDS.findall(text)


def opcodes(before: Sequence[str], after: Sequence[str]) -> Iterator[tuple[str, int, int, int, int]]:
    """As difflib's, without comparing what both begin and end with."""
    top = next((n for n, (x, y) in enumerate(zip(before, after, strict=False)) if x != y), min(len(before), len(after)))
    most = min(len(before), len(after)) - top
    tail = next((n for n in range(most) if before[-1 - n] != after[-1 - n]), most)
    if top:
        yield "equal", 0, top, 0, top
    middle = SequenceMatcher(None, before[top : len(before) - tail], after[top : len(after) - tail])
    for tag, i, j, k, m in middle.get_opcodes():
        yield tag, i + top, j + top, k + top, m + top
    if tail:
        yield "equal", len(before) - tail, len(before), len(after) - tail, len(after)


def compare(before: str, after: str, context: int | None = CONTEXT) -> list[DiffRow]:
    """Side-by-side rows, line by line; inside changed lines, word by word. `context` None shows every unchanged line."""
    old, new = before.splitlines(), after.splitlines()
    rows: list[DiffRow] = []
    for tag, i, j, k, m in opcodes(old, new):
        if tag == "equal":
            rows += [DiffRow("same", (Piece(line, False),), (Piece(line, False),)) for line in old[i:j]]
        else:
            rows += _replaced(old[i:j], new[k:m])
    return rows if context is None else _folded(rows, context)


def _replaced(old: Sequence[str], new: Sequence[str]) -> Iterator[DiffRow]:
    paired = min(len(old), len(new))
    for before, after in zip(old[:paired], new[:paired], strict=True):
        yield from _line(before, after)
    yield from (DiffRow("removed", before=(Piece(line, True),)) for line in old[paired:])
    yield from (DiffRow("added", after=(Piece(line, True),)) for line in new[paired:])


def _line(before: str, after: str) -> Iterator[DiffRow]:
    left, right = words(before), words(after)
    steps = list(opcodes(left, right))
    kept = sum(len("".join(left[i:j])) for tag, i, j, _, _ in steps if tag == "equal")
    if 2 * kept < ALIKE * (len(before) + len(after)):
        yield DiffRow("removed", before=(Piece(before, True),))
        yield DiffRow("added", after=(Piece(after, True),))
        return
    yield DiffRow(
        "changed",
        _pieces(("".join(left[i:j]), tag != "equal") for tag, i, j, _, _ in steps),
        _pieces(("".join(right[k:m]), tag != "equal") for tag, _, _, k, m in steps),
    )


def _pieces(pieces: Iterable[tuple[str, bool]]) -> tuple[Piece, ...]:
    return tuple(Piece(*piece) for piece in pieces if piece[0])


def _folded(rows: list[DiffRow], context: int) -> list[DiffRow]:
    """Without the unchanged rows farther than `context` from any change; a gap takes a row itself, so it stands for two at least."""
    near = [False] * len(rows)
    for at, row in enumerate(rows):
        if row.kind != "same":
            for close in range(max(0, at - context), min(len(rows), at + context + 1)):
                near[close] = True
    folded: list[DiffRow] = []
    for shown, group in itertools.groupby(zip(rows, near, strict=True), key=lambda pair: pair[1]):
        these = [row for row, _ in group]
        folded += these if shown or len(these) < 2 else [DiffRow("gap", hidden=len(these))]
    return folded
