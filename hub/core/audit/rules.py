"""Walking a hash chain: each link names the one before, and the first break is explained. Pure, in constant memory."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from hub.kernel.words import N_, Worded


class Break(Worded):
    """What is wrong with the first bad row."""

    CHANGED = "row_changed", N_("The row was changed after it was written: its content does not give its hash.")
    MISSING = "row_missing", N_("At least one row before this one is missing.")
    RELINKED = "link_broken", N_("The row does not continue from the row before it.")
    CUT = "end_missing", N_("Rows at the end are missing: the head counts further.")
    HEAD_BEHIND = "head_behind", N_("The head is behind: there are rows after the one it names.")
    HEAD_WRONG = "head_wrong", N_("The head does not carry the last row's hash.")


class Link(Protocol):
    """A journal row as the check reads it; `digest()` is what its content hashes to now."""

    @property
    def id(self) -> int: ...
    @property
    def previous(self) -> str: ...
    @property
    def hash(self) -> str: ...
    def digest(self) -> str: ...


@dataclass(frozen=True)
class Report:
    """`rows` were found in order; `first_bad_id` is the row (or the place) of the first break, `head` the hash of the last good row."""

    ok: bool
    rows: int
    head: str
    first_bad_id: int | None = None
    reason: Break | None = None


def check(links: Iterable[Link], *, genesis: str, head_id: int, head_hash: str) -> Report:
    """Follow `links` (in the order of their ids) from `genesis` to the head."""
    rows, last_id, last_hash = 0, 0, genesis
    for link in links:
        wrong = _wrong(link, last_id, last_hash, head_id)
        if wrong is not None:
            return Report(False, rows, last_hash, link.id, wrong)
        rows, last_id, last_hash = rows + 1, link.id, link.hash
    if last_id < head_id:
        return Report(False, rows, last_hash, last_id + 1, Break.CUT)
    if last_hash != head_hash:
        return Report(False, rows, last_hash, last_id or None, Break.HEAD_WRONG)
    return Report(True, rows, last_hash)


def _wrong(link: Link, last_id: int, last_hash: str, head_id: int) -> Break | None:
    if link.id > head_id:
        return Break.HEAD_BEHIND
    if link.id != last_id + 1:
        return Break.MISSING
    if link.previous != last_hash:
        return Break.RELINKED
    return None if link.digest() == link.hash else Break.CHANGED
