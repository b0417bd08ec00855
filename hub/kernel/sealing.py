"""Canonical bytes and their hash: the same facts give the same hash everywhere, for ever."""

from __future__ import annotations

import hashlib
import json
from typing import Any


def canonical(facts: Any) -> bytes:
    """Canonical JSON: sorted keys, no spaces, UTF-8. Integers and strings only, no floats (the subset on which RFC 8785 agrees)."""
    _refuse_floats(facts)
    return _CANONICAL.encode(facts).encode()


_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def read(text: bytes | str) -> Any:
    """JSON that somebody sent. Half of a surrogate pair, which no page could show and no database keep, is refused with what is no JSON.

    Raises ValueError.
    """
    try:
        facts = json.loads(text)
        json.dumps(facts, ensure_ascii=False).encode()
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    return facts


def digest(facts: Any) -> str:
    """SHA-256 of the canonical form, in hex."""
    return hashlib.sha256(canonical(facts)).hexdigest()


def _refuse_floats(facts: Any) -> None:
    waiting = [facts]
    for value in waiting:  # grows while it is walked
        if isinstance(value, (str, int)):
            continue
        if isinstance(value, float):
            raise TypeError("floats have no canonical form: use integers or strings")
        if isinstance(value, dict):
            waiting.extend(value.values())
        elif isinstance(value, (list, tuple)):
            waiting.extend(value)
