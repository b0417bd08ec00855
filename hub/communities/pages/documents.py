"""What this room hands to the search index (a document for each space, with the text of its pages) and to feed readers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from feedgen.feed import FeedGenerator

from hub.communities.pages import queries
from hub.communities.pages.queries import Change
from hub.communities.spaces import queries as spaces
from hub.communities.spaces.models import Space
from hub.communities.spaces.states import State
from hub.core.organisations import queries as organisations
from hub.kernel import clock
from hub.kernel.documents import Document
from hub.kernel.words import N_, printable
from hub.search.index.operations import provides

ATOM = "application/atom+xml; charset=utf-8"
MOST_TEXT = 400_000
"""Characters of a space's text that can be found."""


@provides("space", every=spaces.public_ids)
def documents(ids: list[int]) -> Iterable[Document]:
    """One document for each space of `ids`."""
    found = spaces.by_ids(ids)
    texts, moves = queries.bodies(found), queries.moves_of(found)
    owners = organisations.cards(space.organisation_id for space in found.values())
    for space in found.values():
        pages = texts.get(space.id, [])
        words = [space.summary, space.charter, *(f"{page.title}\n{page.body}" for page in pages)]
        owner = owners.get(space.organisation_id or 0)
        yield Document(
            key=space.ref,
            kind="space",
            title=space.name,
            text="\n".join(words)[:MOST_TEXT],
            url=space.path,
            version=space.version + moves.get(space.id, 0),
            sector=space.sector.value if space.sector else "",
            at=space.created_at,
            rank=40 if space.state is State.OPEN else -10,
            facts={
                "summary": space.summary,
                "owner": owner.name if owner else "",
                "badges": [] if space.state is State.OPEN else [["", space.state.label]],
                "words": [[N_("%(n)s pages"), {"n": len(pages)}]],
                "plain": [space.licence.label],
                "lang": space.language,
            },
        )


def atom(space: Space, changes: Sequence[Change], *, base_url: str, title: str) -> bytes:
    """An Atom feed of revisions, the newest first."""
    feed = FeedGenerator()
    feed.id(f"{base_url}{space.path}/changes")
    feed.title(printable(title))
    feed.link(href=f"{base_url}{space.path}/changes.atom", rel="self")
    feed.link(href=f"{base_url}{space.path}/changes", rel="alternate")
    feed.updated(max((change.at for change in changes), default=clock.now()))
    for change in changes:
        entry = feed.add_entry(order="append")
        entry.id(f"{base_url}{space.path}/pages/{change.page_slug}/revisions/{change.number}")
        entry.link(href=f"{base_url}{space.path}/pages/{change.page_slug}/diff?to={change.number}")
        entry.title(printable(change.title))
        entry.summary(printable(change.summary) or printable(change.title))
        entry.author(name=printable(change.author.name) or "Innovation Hub")
        entry.updated(change.at)
    return bytes(feed.atom_str())
