"""Challenges at every stage, walked there by the real operations."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hub.contests.challenges import operations
from hub.contests.challenges.models import Challenge
from hub.contests.challenges.rules import Kind
from hub.core.payments import operations as payments
from hub.kernel import clock, money
from hub.kernel.actor import SYSTEM, Actor, Duty
from hub.kernel.taxonomy import Sector

STAGES = ("draft", "in_review", "approved", "funded", "open", "judging")
REVIEWER = Actor(person_id=None, duties=frozenset({Duty.CONSULTANT}), verified=True)
CRITERIA: list[dict[str, Any]] = [
    {"title": "Detects amines at 5 ppm within 4 hours", "detail": "At 4 to 25 °C.", "kind": Kind.MUST, "weight": 0},
    {"title": "Cost per pack at a hundred million packs a year", "detail": "", "kind": Kind.SCORED, "weight": 60},
    {"title": "Strength of the evidence", "detail": "Data beats argument.", "kind": Kind.SCORED, "weight": 40},
]
PROBLEM = (
    "Fresh fish and meat spoil inside packs that nobody may open. We look for a sensing principle that a packaging line can add "
    "for less than two cents a pack and that a phone camera can read through the film."
)
PAST: dict[str, Any] = {
    "name": "Decoding Maternal Morbidity Data Challenge",
    "agency": "National Institutes of Health",
    "summary": "Delivering new data solutions to improve maternal health.",
    "deadline": datetime(2021, 10, 15, 21, tzinfo=UTC),
    "published": datetime(2021, 7, 1, 10, tzinfo=UTC),
    "details_url": "https://www.challenge.gov/challenge/decoding-maternal-morbidity-data-challenge/",
    "source": "challenge.gov",
    "source_key": "challenge.gov:decoding-maternal-morbidity-data-challenge",
}
"""A row as `past.operations.bring_in` takes it."""


def content(prize: str = "40000", currency: str = "USD", days: float = 20, **changes: Any) -> dict[str, Any]:
    """A complete draft's content, as `operations.edit` takes it; `days` from now to the deadline."""
    return {
        "title": "Detect spoilage in sealed food packs",
        "summary": "A sensing principle for sealed packs that a phone can read through the film.",
        "problem": PROBLEM,
        "sector": Sector.SENSORS,
        "prize": money.parse(prize, currency),
        "closes_at": clock.now() + timedelta(days=days),
        "review_days": 30,
        "seeker_shown": True,
        "eligibility": "Anyone over 18.",
        "criteria": [dict(row) for row in CRITERIA],
        **changes,
    }


def challenge(organisation: Any, author: Actor, state: str = "draft", prize: str = "40000", **changes: Any) -> Challenge:
    """A challenge of `organisation` (anything with an `id`) in `state`; `author` manages the organisation. Uncommitted.

    For "judging" the stopped clock is moved to its deadline. `fee_bp` is 500 unless given; other changes as in `content`.
    """
    fee_bp = changes.pop("fee_bp", 500)
    made = operations.draft(actor=author, organisation_id=organisation.id, fee_bp=fee_bp, **content(prize=prize, **changes))
    for stage in STAGES[1 : STAGES.index(state) + 1]:
        _STEPS[stage](author, made)
    return made


def fund(author: Actor, made: Challenge) -> None:
    """Pay the prize in and have it confirmed."""
    funding = operations.fund(actor=author, challenge=made)
    payments.confirm_funding(actor=SYSTEM, funding=funding, received=funding.due)


def _close(author: Actor, made: Challenge) -> None:
    assert made.closes_at is not None
    clock.set_to(made.closes_at)
    operations.close(actor=author, challenge=made)


_STEPS = {
    "in_review": lambda author, made: operations.submit(actor=author, challenge=made),
    "approved": lambda author, made: operations.approve(actor=REVIEWER, challenge=made),
    "funded": fund,
    "open": lambda author, made: operations.publish(actor=author, challenge=made),
    "judging": _close,
}
