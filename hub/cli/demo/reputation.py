"""The demo stories of reputation: what both sides of the finished deals of all other stories say, and one certificate."""

from __future__ import annotations

import itertools
import tomllib
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import hub.cli
from hub.cli.demo.people import Cast
from hub.core.accounts import queries as accounts
from hub.core.certificates import operations as certificates
from hub.core.parties import queries as parties
from hub.core.reputation import operations, queries
from hub.core.reputation.rules import Part
from hub.kernel import clock
from hub.kernel.actor import Actor

STORIES = Path(hub.cli.__file__).parent / "demo_data" / "reputation.toml"
Words = Mapping[tuple[str, str], Iterator[dict[str, Any]]]


def tell(cast: Cast) -> None:
    """Of every third deal that can still be rated one side waits, and of every fourth both. Uncommitted."""
    said = tomllib.loads(STORIES.read_text(encoding="utf-8"))
    words = {(part, lang): itertools.cycle(_spoken(said[part], lang)) for part in ("asked", "delivered") for lang in ("en", "zh")}
    whys = itertools.cycle(said["why"])
    after: int | None = 0
    while after is not None:
        after = operations.replay(after=after)
    operations.open_due(limit=10_000)
    now = clock.now()
    for place, deal in enumerate(queries.everything()):
        if not deal.is_open:
            _rate_both(deal, words)
        elif place % 4:
            _rate(deal, Part.DELIVERED if place % 3 else Part.ASKED, words, now)
        if place % 2 == 0 and (actor := _speaker(deal, Part.ASKED)) is not None:
            why = next(whys)
            with clock.at(min(now, deal.finished_at + timedelta(days=3))):
                operations.recommend(actor=actor, deal=deal, score=why["score"], why=why["text"])
    operations.show_due()
    certificates.issue(actor=cast.owner_of("loom"), organisation="loom-materials-lab")


def _spoken(rows: list[dict[str, Any]], lang: str) -> list[dict[str, Any]]:
    return [row for row in rows if row["lang"] == lang]


def _speaker(deal: Any, part: Part) -> Actor | None:
    found = parties.people_of(deal.side(part))
    return accounts.actor_of(found[0]) if found else None


def _rate(deal: Any, part: Part, words: Words, at: Any) -> Any:
    """One side's word of the other, in the language of whoever speaks."""
    actor = _speaker(deal, part)
    if actor is None or queries.part_of(actor, deal) is None:
        return None
    lang = accounts.card(actor.person_id or 0).language
    row = next(words[part.other.value, "zh" if lang == "zh" else "en"])
    grades = dict(zip(("substance", "communication", "reliability"), row["grades"], strict=True))
    with clock.at(at):
        return operations.rate(actor=actor, deal=deal, words=row["words"], **grades), row.get("reply", "")


def _rate_both(deal: Any, words: Words) -> None:
    made = [_rate(deal, part, words, deal.rate_from + timedelta(days=days)) for part, days in ((Part.ASKED, 1.5), (Part.DELIVERED, 4))]
    for one in made:
        if one is not None and one[1] and all(made) and (rated := _speaker(deal, one[0].part.other)) is not None:
            with clock.at(deal.rate_from + timedelta(days=6)):
                operations.reply(actor=rated, rating=one[0], reply=one[1])
