"""Values that say whose they are: a name, or words of somebody's, repeated in a row of somebody else's, goes when they do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

WHOSE = "_whose"
"""Stands beside the values: {"who": "Ada", "title": "Dyes", "n": 3, "_whose": {"who": 7, "title": 9}}. What it leaves out is nobody's."""


@dataclass(frozen=True)
class Of:
    """A person's name, or words of theirs, to be repeated somewhere else."""

    person_id: int
    text: str


def written(values: Mapping[str, Any]) -> dict[str, Any]:
    """As they are kept: numbers stay numbers, everything else is text, and whatever is an `Of` has its person beside it."""
    kept: dict[str, Any] = {}
    for name, value in values.items():
        kept[name] = value if isinstance(value, int) else value.text if isinstance(value, Of) else str(value)
    whose = {name: value.person_id for name, value in values.items() if isinstance(value, Of)}
    return kept | {WHOSE: whose} if whose else kept


def whose(kept: Any) -> dict[str, int]:
    """By name, the person whose it is."""
    said = kept.get(WHOSE) if isinstance(kept, dict) else None
    return said if isinstance(said, dict) else {}


def replaced(kept: Any, call: Callable[[int, str], str]) -> Any:
    """The values with every text that is somebody's as `call(person, text)` puts it."""
    said = whose(kept)
    if not said:
        return kept
    return {name: call(said[name], value) if name in said and isinstance(value, str) else value for name, value in kept.items()}
