"""What this room shows to others: organisations' pages, the search index, feed readers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from feedgen.feed import FeedGenerator
from flask_babel import gettext as _

from hub.core.organisations import queries as organisations
from hub.core.organisations.queries import OrganisationCard
from hub.core.pools import queries, rules
from hub.core.pools.models import Pool
from hub.core.pools.states import State
from hub.db.types import lines
from hub.kernel import clock
from hub.kernel.documents import Document
from hub.kernel.words import N_, printable

TONES = {State.OPEN: "good", State.MET: "info", State.FAILED: "warn", State.CANCELLED: "warn", State.IN_REVIEW: "info"}


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
        entry.title(printable(pool.title))
        entry.summary(printable(pool.summary))
        entry.author(name=printable(hosts[pool.organisation_id].name))
        entry.published(pool.opened_at or pool.created_at)
        entry.updated(pool.closed_at or pool.opened_at or pool.created_at)
    return bytes(feed.atom_str())
