"""Pure rules of lab services: what a listing needs before it is read, and how a price is said."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from hub.kernel.taxonomy import Sector
from hub.kernel.words import N_, Worded, extent

SHORTEST_TITLE, LONGEST_TITLE = 8, 160
SHORTEST_SUMMARY, LONGEST_SUMMARY = 20, 400
SHORTEST_DESCRIPTION, LONGEST_DESCRIPTION = 80, 20_000
LONGEST_SEND_US, LONGEST_UNIT = 4_000, 60
MOST_DAYS = 730


class Tongue(Worded):
    """A language that a lab works in."""

    EN = "en", N_("English")
    ZH = "zh", N_("Chinese")
    DE = "de", N_("German")
    FR = "fr", N_("French")
    ES = "es", N_("Spanish")
    JA = "ja", N_("Japanese")


class Drafted(Protocol):
    title: str
    summary: str
    description: str
    sector: Sector | None
    unit: str
    turnaround_days: int | None
    languages: Sequence[str]
    send_us: str


def gaps(service: Drafted) -> dict[str, str]:
    """What is missing before a review, field by field; empty when the draft is complete."""
    checks = {
        "title": "" if extent(service.title) >= SHORTEST_TITLE else N_("Give it a title of at least 8 characters."),
        "summary": "" if extent(service.summary) >= SHORTEST_SUMMARY else N_("Sum it up in at least 20 characters."),
        "description": "" if extent(service.description) >= SHORTEST_DESCRIPTION else N_("Describe it in at least 80 characters."),
        "sector": "" if service.sector else N_("Choose a sector, so that the other side finds it."),
        "unit": "" if service.unit else N_("Say what one unit is: a sample, an hour, a report."),
        "turnaround_days": "" if service.turnaround_days else N_("Say how many days it usually takes."),
        "languages": "" if service.languages else N_("Choose the languages that the lab works in."),
        "send_us": "" if service.send_us else N_("Say what the customer must send."),
    }
    return {field: gap for field, gap in checks.items() if gap}


def is_complete(service: Drafted) -> bool:
    return not gaps(service)


def price_gap(least: int | None, most: int | None) -> dict[str, str]:
    """Why a price range in minor units cannot stand, field by field. Both None: on request; only `least`: a fixed price."""
    if least is None:
        return {"price_from": N_("Give the lower price too, or leave both empty.")} if most is not None else {}
    if least <= 0:
        return {"price_from": N_("The amount must be more than zero.")}
    if most is not None and most < least:
        return {"price_to": N_("The higher price is below the lower one.")}
    return {}
