"""What this room hands to others: news for the people concerned, the index's document, feed readers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from feedgen.feed import FeedGenerator
from flask_babel import gettext as _

from hub.core.accounts import queries as accounts
from hub.core.ledger.rules import OwnerKind
from hub.core.organisations import queries as organisations
from hub.core.organisations.queries import OrganisationCard
from hub.core.pools import events, queries, rules
from hub.core.pools.models import Pledge, Pool
from hub.core.pools.states import PledgeState, State
from hub.db.types import lines
from hub.kernel import clock
from hub.kernel.actor import Duty
from hub.kernel.documents import Document
from hub.kernel.words import N_

TONES = {State.OPEN: "good", State.MET: "info", State.FAILED: "warn", State.CANCELLED: "warn", State.IN_REVIEW: "info"}


# News: the messages room lies above this one, and sends what stands here


@dataclass(frozen=True)
class News:
    """One line for some people: `text` marked with N_, its places filled from `values`."""

    people: Sequence[int | None]
    text: str
    link: str
    values: Mapping[str, Any] = field(default_factory=dict)


def news(event: Any) -> list[News]:
    """Whom an event of this room concerns, and what they are told."""
    tell = _NEWS.get(type(event))
    return tell(event, queries.by_id(event.pool_id)) if tell else []


def _backers(pool: Pool, states: Iterable[PledgeState], text: str, link: str = "", **more: Any) -> list[News]:
    """Each backer's people once, with all that they pledged in `amount` and all that came back in `back`."""
    pledges = queries.pledges_of(pool.id, states)
    behind = queries.people_behind(pledges)
    told: dict[tuple[OwnerKind, int], list[Pledge]] = {}
    for one in pledges:
        told.setdefault((one.owner_kind, one.owner_id), []).append(one)
    return [News(behind[own[0].id], text, link or pool.path, _sums(pool, own) | more) for own in told.values()]


def _sums(pool: Pool, pledges: Sequence[Pledge]) -> dict[str, Any]:
    amount, back = (pool.money(sum(getattr(one, name) for one in pledges)) for name in ("minor", "back_minor"))
    return {"title": pool.title, "amount": str(amount), "back": str(back)}


def _organisers(pool: Pool, text: str, link: str = "", **more: Any) -> News:
    values = {"title": pool.title, "amount": str(pool.pledged), "net": str(pool.paid.net)}
    return News(queries.organisers(pool), text, link or pool.path, values | more)


def _submitted(event: events.PoolSubmitted, pool: Pool) -> list[News]:
    own = set(organisations.member_ids(pool.organisation_id))
    reviewers = [one for one in accounts.with_duty(Duty.CONSULTANT) if one not in own]
    return [News(reviewers, N_("The pool “%(title)s” waits for your review."), f"{pool.path}/review", {"title": pool.title})]


def _returned(event: events.PoolReturned, pool: Pool) -> list[News]:
    told = N_("The pool “%(title)s” came back from the review: %(reason)s")
    return [_organisers(pool, told, f"{pool.path}/edit", reason=pool.reason)]


def _opened(event: events.PoolOpened, pool: Pool) -> list[News]:
    return [_organisers(pool, N_("The pool “%(title)s” is open: it takes pledges now."))]


def _reached(event: events.PoolGoalReached, pool: Pool) -> list[News]:
    return [_organisers(pool, N_("The pledges to “%(title)s” reach the goal. The money is released at the deadline if they still do."))]


def _updated(event: events.PoolUpdated, pool: Pool) -> list[News]:
    update = queries.update(event.update_id)
    told = N_("News of “%(title)s”: %(news)s")
    return _backers(pool, queries.STOOD, told, f"{pool.path}#updates", news=update.title)


def _near(event: events.PoolDeadlineNear, pool: Pool) -> list[News]:
    closes, firm = (f"{moment:%Y-%m-%d %H:%M}" for moment in (pool.closes_at or clock.now(), rules.firm_from(pool)))
    told = N_("“%(title)s” closes on %(closes)s UTC. Your pledge of %(amount)s can be withdrawn until %(firm)s UTC.")
    organiser = N_("“%(title)s” closes on %(closes)s UTC; %(amount)s are pledged so far.")
    return [*_backers(pool, [PledgeState.PLEDGED], told, closes=closes, firm=firm), _organisers(pool, organiser, closes=closes)]


def _met(event: events.PoolMet, pool: Pool) -> list[News]:
    told = N_("“%(title)s” met its goal: your pledge of %(amount)s was released to it.")
    organiser = N_("“%(title)s” met its goal with %(amount)s. The money is released.")
    return [*_backers(pool, [PledgeState.COLLECTED], told), _organisers(pool, organiser)]


def _failed(event: events.PoolFailed, pool: Pool) -> list[News]:
    told = N_("“%(title)s” missed its goal: your %(amount)s are on your balance again, whole.")
    organiser = N_("“%(title)s” missed its goal with %(amount)s pledged. Everything was given back.")
    return [*_backers(pool, [PledgeState.RETURNED], told), _organisers(pool, organiser)]


def _cancelled(event: events.PoolCancelled, pool: Pool) -> list[News]:
    told = N_("“%(title)s” was cancelled: your %(amount)s are on your balance again, whole. The reason: %(reason)s")
    organiser = N_("“%(title)s” was cancelled and everything given back. The reason: %(reason)s")
    return [*_backers(pool, [PledgeState.RETURNED], told, reason=pool.reason), _organisers(pool, organiser, reason=pool.reason)]


def _rest(event: events.PoolRestReturned, pool: Pool) -> list[News]:
    told = N_("“%(title)s” did not need all of its money: %(back)s of your %(amount)s are on your balance again.")
    return _backers(pool, [PledgeState.COLLECTED], told, "/my/pledges")


_NEWS: dict[type, Callable[[Any, Pool], list[News]]] = {
    events.PoolSubmitted: _submitted,
    events.PoolReturned: _returned,
    events.PoolOpened: _opened,
    events.PoolGoalReached: _reached,
    events.PoolUpdated: _updated,
    events.PoolDeadlineNear: _near,
    events.PoolMet: _met,
    events.PoolFailed: _failed,
    events.PoolCancelled: _cancelled,
    events.PoolRestReturned: _rest,
}
TOLD = tuple(_NEWS)
"""The events that somebody is told of."""


# What visitors find


@organisations.lists_on_page
def shelf(organisation: Any) -> organisations.Shelf:
    """On an organisation's page: what it has pooled money for."""
    public, order = (Pool.opened_at.is_not(None), Pool.organisation_id == organisation.id), (Pool.id.desc(),)
    query = lines(Pool.title, Pool.slug, number=100 * Pool.pledged_minor // Pool.goal_minor).where(*public)
    return organisations.Shelf(N_("Pools"), query, order, "/pools/{}", lambda said: _("%(n)s %% of the goal", n=said.number), "contest")


def documents(ids: list[int]) -> Iterable[Document]:
    """The public ones among `ids`, for the search index, which lies above this room."""
    found = [pool for pool in queries.by_ids(ids) if pool.opened_at is not None and pool.state in queries.LISTED]
    hosts = queries.hosts(found)
    return [_document(pool, hosts[pool.organisation_id].name) for pool in found]


def _document(pool: Pool, host: str) -> Document:
    is_open = pool.state is State.OPEN
    ends: dict[str, Any] = {"ends": "closes"} if is_open else {}
    return Document(
        key=pool.ref,
        kind="pool",
        title=pool.title,
        text="\n".join((pool.summary, pool.story, host)),
        url=pool.path,
        version=pool.version,
        at=pool.opened_at,
        ends_at=pool.closes_at if is_open else None,
        rank=60 if is_open else 0,
        facts={
            "summary": pool.summary,
            "owner": host,
            "badges": [[TONES.get(pool.state, ""), pool.state.label]],
            "words": [pool.kind.label, [N_("%(n)s %% of the goal"), {"n": rules.percent(pool)}]],
            "lang": pool.language,
            **ends,
        },
    )


def atom(pools: Sequence[Pool], hosts: Mapping[int, OrganisationCard], *, base_url: str, title: str) -> bytes:
    """An Atom feed of public pools; one is updated when it opens and when it closes."""
    feed = FeedGenerator()
    feed.id(f"{base_url}/pools")
    feed.title(title)
    feed.link(href=f"{base_url}/pools.atom", rel="self")
    feed.link(href=f"{base_url}/pools", rel="alternate")
    feed.updated(max((pool.closed_at or pool.opened_at or pool.created_at for pool in pools), default=clock.now()))
    for pool in pools:
        entry = feed.add_entry(order="append")
        entry.id(f"{base_url}{pool.path}")
        entry.link(href=f"{base_url}{pool.path}")
        entry.title(_printable(pool.title))
        entry.summary(_printable(pool.summary))
        entry.author(name=_printable(hosts[pool.organisation_id].name))
        entry.published(pool.opened_at or pool.created_at)
        entry.updated(pool.closed_at or pool.opened_at or pool.created_at)
    return bytes(feed.atom_str())


def _printable(text: str) -> str:
    """Without the control characters that XML 1.0 cannot carry."""
    return "".join(letter for letter in text if letter >= " " or letter in "\t\n")
