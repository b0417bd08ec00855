"""What lies beside a thing: rooms of the core show it on the pages of every mode, and the modes do not know them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from hub.kernel.actor import Actor


@dataclass(frozen=True)
class Line:
    """One line of a panel: a link and a few words about it, in the reader's language."""

    title: str
    href: str
    detail: str = ""
    at: datetime | None = None


@dataclass(frozen=True)
class Panel:
    """A section of a thing's page, in the reader's language. `more` and `action` are a link's words and its address."""

    name: str
    title: str
    lines: Sequence[Line]
    empty: str = ""
    more: tuple[str, str] | None = None
    action: tuple[str, str] | None = None


Shower = Callable[[Actor, str], Panel | None]
_showers: list[tuple[int, Shower]] = []


def lies_beside(position: int) -> Callable[[Shower], Shower]:
    """Register a room's panel: one statement for a thing that it knows, none for others, None for nothing to show."""

    def register(shower: Shower) -> Shower:
        if shower not in [known for _, known in _showers]:
            _showers.append((position, shower))
        return shower

    return register


def beside(actor: Actor, ref: str) -> list[Panel]:
    """The panels of the thing `ref` ("challenge:5") for this reader, in order."""
    found = (shower(actor, ref) for _, shower in sorted(_showers, key=lambda known: known[0]))
    return [panel for panel in found if panel is not None]
