"""The clock is followed: pools are closed at their deadline, and their backers are reminded before it. Those concerned are told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from hub.core.accounts import queries as accounts
from hub.core.ledger.rules import OwnerKind
from hub.core.messages import operations as messages
from hub.core.messages.states import Kind
from hub.core.organisations import queries as organisations
from hub.core.pools import events, operations, queries, rules
from hub.core.pools.events import (
    PledgeMade,
    PledgeWithdrawn,
    PoolCancelled,
    PoolDeadlineNear,
    PoolFailed,
    PoolGoalReached,
    PoolMet,
    PoolOpened,
)
from hub.core.pools.models import Pledge, Pool
from hub.core.pools.states import PledgeState
from hub.core.webhooks import operations as webhooks
from hub.core.webhooks.queries import Seen, seen
from hub.db.delivery import every
from hub.db.journal import Fact, reacts_to
from hub.kernel import clock
from hub.kernel.actor import SYSTEM, Duty
from hub.kernel.words import N_

FORMERLY = ("hub.core.messages.reactions.tell_news", "hub.core.messages.reactions.tell_pool_news")


@every(20)
def close_at_the_deadline() -> None:
    operations.close_due()


@every(300)
def remind_of_the_deadline() -> None:
    operations.warn_due()


@reacts_to(events.PoolSubmitted, formerly=FORMERLY)
def tell_the_reviewers(event: events.PoolSubmitted, fact: Fact) -> None:
    pool = queries.by_id(event.pool_id)
    own = set(organisations.member_ids(pool.organisation_id))
    reviewers = [one for one in accounts.with_duty(Duty.CONSULTANT) if one not in own]
    _tell(reviewers, pool, N_("The pool “%(title)s” waits for your review."), f"{pool.path}/review")


@reacts_to(events.PoolReturned, formerly=FORMERLY)
def tell_of_the_remarks(event: events.PoolReturned, fact: Fact) -> None:
    pool = queries.by_id(event.pool_id)
    _organisers(pool, N_("The pool “%(title)s” came back from the review: %(reason)s"), f"{pool.path}/edit", reason=pool.reason)


@reacts_to(events.PoolOpened, formerly=FORMERLY)
def tell_that_it_is_open(event: events.PoolOpened, fact: Fact) -> None:
    _organisers(queries.by_id(event.pool_id), N_("The pool “%(title)s” is open: it takes pledges now."))


@reacts_to(events.PoolGoalReached, formerly=FORMERLY)
def tell_that_the_goal_is_reached(event: events.PoolGoalReached, fact: Fact) -> None:
    told = N_("The pledges to “%(title)s” reach the goal. The money is released at the deadline if they still do.")
    _organisers(queries.by_id(event.pool_id), told)


@reacts_to(events.PoolUpdated, formerly=FORMERLY)
def tell_the_news(event: events.PoolUpdated, fact: Fact) -> None:
    pool, update = queries.by_id(event.pool_id), queries.update(event.update_id)
    _backers(pool, queries.STOOD, N_("News of “%(title)s”: %(news)s"), f"{pool.path}#updates", news=update.title)


@reacts_to(events.PoolDeadlineNear, formerly=FORMERLY)
def tell_of_the_deadline(event: events.PoolDeadlineNear, fact: Fact) -> None:
    pool = queries.by_id(event.pool_id)
    closes, firm = (f"{moment:%Y-%m-%d %H:%M}" for moment in (pool.closes_at or clock.now(), rules.firm_from(pool)))
    told = N_("“%(title)s” closes on %(closes)s UTC. Your pledge of %(amount)s can be withdrawn until %(firm)s UTC.")
    _backers(pool, [PledgeState.PLEDGED], told, closes=closes, firm=firm)
    _organisers(pool, N_("“%(title)s” closes on %(closes)s UTC; %(amount)s are pledged so far."), closes=closes)


@reacts_to(events.PoolMet, formerly=FORMERLY)
def tell_that_it_is_met(event: events.PoolMet, fact: Fact) -> None:
    pool = queries.by_id(event.pool_id)
    _backers(pool, [PledgeState.COLLECTED], N_("“%(title)s” met its goal: your pledge of %(amount)s was released to it."))
    _organisers(pool, N_("“%(title)s” met its goal with %(amount)s. The money is released."))


@reacts_to(events.PoolFailed, formerly=FORMERLY)
def tell_that_it_failed(event: events.PoolFailed, fact: Fact) -> None:
    pool = queries.by_id(event.pool_id)
    _backers(pool, [PledgeState.RETURNED], N_("“%(title)s” missed its goal: your %(amount)s are on your balance again, whole."))
    _organisers(pool, N_("“%(title)s” missed its goal with %(amount)s pledged. Everything was given back."))


@reacts_to(events.PoolCancelled, formerly=FORMERLY)
def tell_of_the_end(event: events.PoolCancelled, fact: Fact) -> None:
    pool = queries.by_id(event.pool_id)
    told = N_("“%(title)s” was cancelled: your %(amount)s are on your balance again, whole. The reason: %(reason)s")
    _backers(pool, [PledgeState.RETURNED], told, reason=pool.reason)
    _organisers(pool, N_("“%(title)s” was cancelled and everything given back. The reason: %(reason)s"), reason=pool.reason)


@reacts_to(events.PoolRestReturned, formerly=FORMERLY)
def tell_what_came_back(event: events.PoolRestReturned, fact: Fact) -> None:
    told = N_("“%(title)s” did not need all of its money: %(back)s of your %(amount)s are on your balance again.")
    _backers(queries.by_id(event.pool_id), [PledgeState.COLLECTED], told, "/my/pledges")


def _tell(to: Iterable[int | None], pool: Pool, text: str, link: str, **values: Any) -> None:
    values["title"] = pool.title
    messages.notify(actor=SYSTEM, person_ids=to, text=text, values=values, link=link or pool.path, kind=Kind.POOL)


def _backers(pool: Pool, states: Iterable[PledgeState], text: str, link: str = "", **more: Any) -> None:
    """Each backer's people once, with all that they pledged in `amount` and all that came back in `back`."""
    pledges = queries.pledges_of(pool.id, states)
    behind = queries.people_behind(pledges)
    told: dict[tuple[OwnerKind, int], list[Pledge]] = {}
    for one in pledges:
        told.setdefault((one.owner_kind, one.owner_id), []).append(one)
    for own in told.values():
        _tell(behind[own[0].id], pool, text, link, **_sums(pool, own), **more)


def _sums(pool: Pool, pledges: Sequence[Pledge]) -> dict[str, str]:
    amount, back = (pool.money(sum(getattr(one, name) for one in pledges)) for name in ("minor", "back_minor"))
    return {"amount": str(amount), "back": str(back)}


def _organisers(pool: Pool, text: str, link: str = "", **more: Any) -> None:
    _tell(queries.organisers(pool), pool, text, link, amount=str(pool.pledged), **more)


# What programs may hear of it


def _seen(event: Any) -> Seen:
    pool = queries.by_id(event.pool_id)
    return seen(organisations=[pool.organisation_id], path=f"/api/v1/pools/{pool.slug}")


webhooks.sends(
    {
        "pool.opened": PoolOpened, "pool.pledged": PledgeMade, "pool.pledge_withdrawn": PledgeWithdrawn,
        "pool.goal_reached": PoolGoalReached, "pool.deadline_near": PoolDeadlineNear, "pool.met": PoolMet,
        "pool.failed": PoolFailed, "pool.cancelled": PoolCancelled,
    },
    _seen, data=("pool_id",),
)  # fmt: skip
