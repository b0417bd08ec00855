"""The demo stories of the pools: one at every stage, in both languages."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import hub.cli
from hub.cli.demo.people import Cast
from hub.core.ledger import operations as ledger
from hub.core.ledger import rules as accounts
from hub.core.ledger.rules import Kind, OwnerKind
from hub.core.pools import operations, queries
from hub.kernel import clock, money
from hub.kernel.actor import SYSTEM, Actor

STORIES = Path(hub.cli.__file__).parent / "demo_data" / "pools.toml"
Row = dict[str, Any]
Step = tuple[float, Callable[[], object]]
"""Days from now, and what happened then."""


def tell(cast: Cast) -> None:
    """Everything of pools that a newcomer finds. Uncommitted."""
    for story in tomllib.loads(STORIES.read_text())["pool"]:
        _tell(cast, story)


def _tell(cast: Cast, story: Row) -> None:
    """Played day by day; a story without `opened` stays a draft, one that opens in the future waits for its review."""
    now, host, opened = clock.now(), cast.owner_of(story["host"]), story.get("opened")
    begun = opened if opened is not None and opened < 0 else -1
    with clock.at(now + timedelta(days=begun - 1)):
        pool = operations.draft(
            actor=host, organisation_id=cast.organisations[story["host"]], title=story["title"], currency=story["currency"],
            subject=_subject(cast, story), summary=story["summary"], story=story["story"].strip(), language=story["language"],
            closes_at=now + timedelta(days=story["closes"]),
            **{name: money.parse(story[name], story["currency"], field=name) for name in ("goal", "minimum")},
        )  # fmt: skip
        if opened is not None:
            operations.submit(actor=host, pool=pool)
    if opened is None or opened > 0:
        return
    with clock.at(now + timedelta(days=opened)):
        operations.approve(actor=cast.actor("consultant"), pool=pool)
    for day, step in sorted(_steps(cast, story, pool, host), key=lambda step: step[0]):
        with clock.at(now + timedelta(days=day, hours=1)):
            step()


def _subject(cast: Cast, story: Row) -> str:
    """The community that the story names, as its steering organisation may choose it."""
    known = queries.subjects_of([cast.organisations[story["host"]]])
    return next(one.ref for one in known if one.title == story["space"]) if "space" in story else ""


def _steps(cast: Cast, story: Row, pool: Any, host: Actor) -> list[Step]:
    steps: list[Step] = []
    for who, amount, day, named in story.get("pledge", []):
        steps.append((day, partial(_pledge, cast, pool, who, money.parse(amount, pool.currency, field="amount"), named)))
    for day, title, body in story.get("update", []):
        steps.append((day, partial(operations.post_update, actor=host, pool=pool, title=title, body=body)))
    if "retold" in story:
        day, more = story["retold"]
        steps.append((day, lambda: operations.retell(actor=host, pool=pool, story=pool.story + "\n" + more)))
    if "cancelled" in story:
        day, reason = story["cancelled"]
        steps.append((day, partial(operations.cancel, actor=host, pool=pool, reason=reason)))
    elif story["closes"] < 0:
        steps.append((story["closes"], partial(operations.close, actor=SYSTEM, pool=pool)))
    for day, amount, purpose, who in story.get("spent", []):
        gross = money.parse(amount, pool.currency, field="amount")
        steps.append((day, partial(_spend, cast, host, pool, gross, purpose, who)))
    return steps


def _pledge(cast: Cast, pool: Any, who: str, amount: money.Money, named: bool) -> None:
    """The money comes by bank transfer and is pledged at once."""
    firm = cast.organisations.get(who)
    actor = cast.owner_of(who) if firm else cast.actor(who)
    owner = (OwnerKind.ORGANISATION, firm) if firm else (OwnerKind.PERSON, cast.people[who])
    legs = accounts.from_to(accounts.bank(amount.currency), accounts.balance_of(*owner, amount.currency), amount.minor)
    ledger.post(actor=SYSTEM, kind=Kind.FUNDING, key=f"demo:{pool.ref}:{who}:{pool.pledged_minor}", legs=legs, memo=pool.title)
    operations.pledge(actor=actor, pool=pool, amount=amount, organisation_id=firm, named=named)


def _spend(cast: Cast, host: Actor, pool: Any, gross: money.Money, purpose: str, who: str) -> None:
    operations.spend(actor=host, pool=pool, gross=gross, purpose=purpose, key=purpose[:40], to_person_id=cast.people[who])
