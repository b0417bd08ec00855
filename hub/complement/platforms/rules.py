"""Pure rules of platforms: what a draft lacks, what its agreement says, how its promise is kept."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Protocol

from hub.kernel import clock
from hub.kernel.words import N_, extent

SHORTEST_NAME, LONGEST_NAME = 3, 80
SHORTEST_SUMMARY, LONGEST_SUMMARY = 20, 300
SHORTEST_ABOUT, LONGEST_ABOUT = 80, 20_000
SHORTEST_PART, LONGEST_PART = 10, 2_000
MOST_REVIEW_DAYS = 60
MOST_SHARE_BP = 5_000
"""A platform keeps half of what is sold at most."""
MOST_REFUND_DAYS = 60
LONGEST_REASON = 1_000
BINDING = (
    "name", "public_part", "nda_part", "proprietary_part", "review_days", "share_bp", "refund_days", "secrecy_years",
    "template_version_id",
)  # fmt: skip
"""What the developer agreement names: a change of it is a new version to sign."""


class Drafted(Protocol):
    name: str
    summary: str
    about: str
    public_part: str
    nda_part: str
    proprietary_part: str


def gaps(platform: Drafted) -> dict[str, str]:
    """What is missing before it can open, field by field."""
    checks = {
        "name": "" if extent(platform.name) >= SHORTEST_NAME else N_("Give it a name of at least 3 characters."),
        "summary": "" if extent(platform.summary) >= SHORTEST_SUMMARY else N_("Sum it up in at least 20 characters."),
        "about": "" if extent(platform.about) >= SHORTEST_ABOUT else N_("Describe it in at least 80 characters."),
        "public_part": "" if extent(platform.public_part) >= SHORTEST_PART else N_("Say what developers may use freely."),
        "proprietary_part": "" if extent(platform.proprietary_part) >= SHORTEST_PART else N_("Say what stays yours alone."),
    }
    return {field: gap for field, gap in checks.items() if gap}


def is_complete(platform: Drafted) -> bool:
    return not gaps(platform)


def share(bp: int) -> str:
    """Basis points as people read them: 1500 is "15 %"; nothing for none."""
    return f"{bp / 100:g} %" if bp else ""


def sentence(text: str) -> str:
    """What somebody typed, as a sentence on one line that another may follow."""
    line = " ".join(text.split())
    return line if not line or line[-1] in ".!?。！？" else line + "."


def parties(platform: Any, owner: str) -> dict[str, str]:
    """What its developer agreement names, as `wording.rules.Parties` takes it."""
    return {
        "seeker": owner,
        "title": platform.name,
        "share": share(platform.share_bp),
        "refund_days": str(platform.refund_days or ""),
        "review_days": str(platform.review_days),
        "public_part": sentence(platform.public_part),
        "nda_part": sentence(platform.nda_part),
        "proprietary_part": sentence(platform.proprietary_part),
    }


def due(sent_at: datetime, review_days: int) -> datetime:
    """By when a decision was promised."""
    return sent_at + timedelta(days=review_days)


def kept_promise(reviews: Iterable[tuple[datetime | None, datetime]]) -> tuple[int, int]:
    """(in time, in all) of reviews (decided or None, due). One that waits counts once its time is over."""
    in_time = in_all = 0
    for decided_at, until in reviews:
        if decided_at is None and clock.now() < until:
            continue
        in_all += 1
        in_time += decided_at is not None and decided_at <= until
    return in_time, in_all
