"""Pure rules of briefs: what is missing, what a deadline allows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from hub.kernel import clock
from hub.kernel.errors import one_field
from hub.kernel.taxonomy import Sector
from hub.kernel.words import N_, Worded, extent

SHORTEST_TITLE, LONGEST_TITLE = 8, 200
SHORTEST_TEXT, LONGEST_TEXT = 80, 20_000
MOST_CRITERIA, LONGEST_CRITERION = 12, 300
SHORTEST_REASON, LONGEST_REASON = 20, 4_000
AT_LEAST = timedelta(hours=24)
"""How far ahead a deadline lies at least when a brief is published."""
FARTHEST = timedelta(days=365)


class Pay(Worded):
    """Where the money for the consultant's fee comes from."""

    BALANCE = "balance", N_("From the organisation’s balance, now")
    TRANSFER = "transfer", N_("By bank transfer")


class Drafted(Protocol):
    title: str
    background: str
    sought: str
    must_haves: Sequence[str]
    criteria: Sequence[str]
    sector: Sector | None
    closes_at: datetime | None


class Dated(Protocol):
    closes_at: datetime | None


def gaps(brief: Drafted) -> dict[str, str]:
    """What is missing before a sign-off, field by field; empty when the draft is complete."""
    checks = {
        "title": "" if extent(brief.title) >= SHORTEST_TITLE else N_("Give it a title of at least 8 characters."),
        "background": "" if extent(brief.background) >= SHORTEST_TEXT else N_("Tell the background in at least 80 characters."),
        "sought": "" if extent(brief.sought) >= SHORTEST_TEXT else N_("Say what is sought in at least 80 characters."),
        "criteria": "" if brief.criteria else N_("Name at least one criterion by which proposals are compared."),
        "sector": "" if brief.sector else N_("Choose a sector."),
        "closes_at": deadline_gap(brief.closes_at),
    }
    return {field: gap for field, gap in checks.items() if gap}


def is_complete(brief: Drafted) -> bool:
    return not gaps(brief)


def deadline_gap(closes_at: datetime | None) -> str:
    """Why a call cannot end then; empty if it can."""
    if closes_at is None:
        return N_("Set a deadline for proposals.")
    if closes_at < clock.now() + AT_LEAST:
        return N_("The deadline must lie at least a day ahead.")
    if closes_at > clock.now() + FARTHEST:
        return N_("The deadline can be at most a year ahead.")
    return ""


def is_ahead(brief: Dated) -> bool:
    """May it still be published with this deadline?"""
    return brief.closes_at is not None and clock.now() + AT_LEAST <= brief.closes_at


def takes_proposals(brief: Dated, moment: datetime) -> bool:
    """Half-open: a proposal at the very moment of the deadline is late."""
    return brief.closes_at is not None and moment < brief.closes_at


def is_over(brief: Dated) -> bool:
    return not takes_proposals(brief, clock.now())


def check_words(field: str, text: str, least: int, most: int) -> None:
    """Raises Invalid about `field` unless `text` says enough and not too much."""
    if not least <= extent(text) or len(text.strip()) > most:
        raise one_field(field, N_("Write between %(least)s and %(most)s characters."), least=least, most=most)
