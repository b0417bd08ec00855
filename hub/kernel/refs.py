"""References: a thing as other rooms name it, `challenge:5`."""

from __future__ import annotations


def split(ref: str) -> tuple[str, int]:
    """`"challenge:5"` as `("challenge", 5)`; ("", 0) for what is no such thing."""
    kind, _, number = ref.partition(":")
    return (kind, int(number)) if number.isdecimal() and len(number) < 10 else ("", 0)
