"""What a builder asks for each kind of agreement, and the names it shows before there are parties. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from hub.core.wording import rules as wording
from hub.core.wording.rules import Kind

SHORTEST_NAME, LONGEST_NAME = 2, 80
MOST_TEMPLATES = 100
"""Of one owner, archived ones left out."""

CONTESTS = frozenset({Kind.CHALLENGE_ENTRY, Kind.AWARD})
BETWEEN_PARTIES = (Kind.TECHNOLOGY, Kind.SERVICE, Kind.CONFIDENTIALITY, Kind.CONTRIBUTION)
"""Kinds that two named parties sign; the others belong to a room that draws them up."""


def asked(kinds: Iterable[Kind]) -> frozenset[str]:
    """The choices that make a difference to one of these kinds."""
    return frozenset().union(*(wording.choices_of(kind) for kind in kinds))


def stand_ins(kind: Kind) -> dict[str, str]:
    """Names for a preview, before there are any."""
    named = {"seeker": "[A]", "solver": "[B]", "title": "[…]", "object": "[…]"}
    if kind is Kind.DEVELOPER:
        return named | {"share": "[15 %]", "review_days": "[5]", "refund_days": "[14]", "public_part": "[…]", "nda_part": "[…]",
                        "proprietary_part": "[…]"}  # fmt: skip
    return named | ({"reference": "[D-1]"} if kind is Kind.NDA else {})
