"""Idea rallies at every stage, walked there by the real operations."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hub.communities.ballots.models import Participant
from hub.communities.rallies import operations
from hub.communities.rallies.models import Idea, Rally
from hub.kernel import clock
from hub.kernel.actor import Actor

QUESTION = "What could be done with forty cubic metres of cold rinse water a day, in the plant or around it?"
PROMISE = "We try the three best-placed ideas and publish what we measure; authors are named."
BODY = "A plate exchanger takes the cold back before the water leaves the hall."
STAGES = ("draft", "announced", "posting", "building", "voting", "closed")


def content(**changes: Any) -> dict[str, Any]:
    """A complete draft: it opens in a day, and each phase takes a week."""
    now = clock.now()
    return {
        "title": "What to do with rinse water?",
        "summary": "Cold and almost clean.",
        "question": QUESTION,
        "promise": PROMISE,
        "votes_each": 2,
        "opens_at": now + timedelta(days=1),
        "building_at": now + timedelta(days=8),
        "voting_at": now + timedelta(days=15),
        "closes_at": now + timedelta(days=22),
        **changes,
    }


def rally(organisation: Any, host: Actor, stage: str = "posting", **changes: Any) -> Rally:
    """A rally of `organisation`; for a stage past "announced" its schedule lies so that it stands there now. Uncommitted."""
    began = clock.now() - timedelta(days={"posting": 2, "building": 9, "voting": 16, "closed": 23}.get(stage, 0))
    with clock.at(began):
        made = operations.draft(actor=host, organisation_id=organisation.id, **content(**changes))
        if stage != "draft":
            operations.announce(actor=host, rally=made)
    operations.follow_all()
    return made


def join(made: Rally, who: Actor, alias: str = "") -> Participant:
    return operations.join(actor=who, rally=made, seen_hash=made.terms_hash, alias=alias)


def post(made: Rally, who: Actor, title: str = "Take the cold back", onto: tuple[int, ...] = ()) -> Idea:
    return operations.post(actor=who, rally=made, title=title, body=BODY, onto=onto)
