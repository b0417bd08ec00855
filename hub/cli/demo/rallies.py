"""The demo stories of the rallies: one in each phase."""

from __future__ import annotations

import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Any

import hub.cli
from hub.cli.demo.people import Cast
from hub.communities.rallies import operations, queries
from hub.communities.rallies.models import Idea, Rally
from hub.communities.rallies.rules import Licence
from hub.kernel import clock
from hub.kernel.levels import Level

STORIES = Path(hub.cli.__file__).parent / "demo_data" / "rallies.toml"
MOMENTS = ("opens_at", "building_at", "voting_at", "closes_at")
Row = dict[str, Any]


def tell(cast: Cast) -> None:
    """Everything of the rallies that a newcomer finds. Uncommitted."""
    for story in tomllib.loads(STORIES.read_text())["rally"]:
        _tell(cast, story)


def _tell(cast: Cast, story: Row) -> None:
    """`moments`: the four moments of the schedule, in days from now; the story is played at those in the past. `answered`: likewise."""
    now, moments = clock.now(), story.get("moments", [])
    schedule = {name: now + timedelta(days=days) for name, days in zip(MOMENTS, moments, strict=False)}
    with clock.at((schedule["opens_at"] if moments else now) - timedelta(days=4)):
        rally = operations.draft(
            actor=cast.owner_of(story["host"]), organisation_id=cast.organisations[story["host"]], title=story["title"],
            summary=story["summary"], question=story["question"].strip(), promise=story["promise"].strip(),
            licence=Licence(story["licence"]), language=story["language"], votes_each=story.get("votes", 3),
            voters=Level(story.get("voters", "email")), **schedule,
        )  # fmt: skip
        if not moments:
            return
        operations.announce(actor=cast.owner_of(story["host"]), rally=rally)
    _take_part(cast, rally, story, moments)


def _take_part(cast: Cast, rally: Rally, story: Row, moments: list[float]) -> None:
    now = clock.now()
    if moments[0] < 0:
        with clock.at(now + timedelta(days=moments[0], hours=2)):
            for person, alias in story.get("joined", []):
                operations.join(actor=cast.actor(person), rally=rally, seen_hash=rally.terms_hash, alias=alias)
    ideas: dict[str, Idea] = {}
    for row in story.get("idea", []):
        with clock.at(now + timedelta(days=row["day"])):
            ideas[row["key"]] = operations.post(
                actor=cast.actor(row["by"]), rally=queries.by_id(rally.id), title=row["title"], body=row["body"].strip(),
                onto=[ideas[key].id for key in row.get("onto", [])],
            )  # fmt: skip
    for person, chosen in story.get("ballot", []):
        with clock.at(now + timedelta(days=moments[2], hours=5)):
            for key in chosen:
                operations.vote(actor=cast.actor(person), idea=ideas[key])
    operations.follow_all()
    if story.get("answer"):
        with clock.at(now + timedelta(days=story["answered"])):
            operations.answer(actor=cast.owner_of(story["host"]), rally=rally, answer=story["answer"].strip())
