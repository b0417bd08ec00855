"""What needs somebody now: rooms say it, the home page shows it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from hub.kernel.actor import Actor


@dataclass(frozen=True)
class Todo:
    """One thing that waits for the actor. `title` and `action` are in the reader's language; `detail` is the thing's own name."""

    title: str
    detail: str
    href: str
    action: str
    due: datetime | None = None
    mode: str = ""


Provider = Callable[[Actor], Iterable[Todo]]
_providers: list[Provider] = []


def needs_attention(provider: Provider) -> Provider:
    """Register a room's provider: at most one or two statements each, because the home page asks them all."""
    if provider not in _providers:
        _providers.append(provider)
    return provider


def todos(actor: Actor) -> list[Todo]:
    """Everything that waits for the actor, the most urgent first."""
    found = [todo for provider in _providers for todo in provider(actor)]
    return sorted(found, key=lambda todo: (todo.due is None, todo.due.timestamp() if todo.due else 0))
