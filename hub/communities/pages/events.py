"""What happens to pages. Ids and plain facts only; the words are in the revisions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hub.kernel.words import N_


@dataclass(frozen=True)
class PageWritten:
    """A revision was saved. `kind` as in rules.Kind; `author_id` wrote it, the journal's actor saved it."""

    SAYS: ClassVar[str] = N_("saved a revision")
    page_id: int
    number: int
    kind: str
    author_id: int


@dataclass(frozen=True)
class PageMoved:
    """The page was locked, unlocked, retired or brought back."""

    SAYS: ClassVar[str] = N_("changed what may be done with a page")
    page_id: int
    act: str


@dataclass(frozen=True)
class EditCollided:
    """Two people saved at once: the later text was kept as a draft, to be merged."""

    SAYS: ClassVar[str] = N_("saved on a revision that was no longer the newest; the text was kept")
    page_id: int
    draft_id: int
    base: int
    number: int
