"""What visitors can find: open calls for proposals."""

from __future__ import annotations

from collections.abc import Iterable

from hub.kernel.actor import ANONYMOUS
from hub.kernel.documents import Document
from hub.kernel.words import N_
from hub.search.briefs import queries
from hub.search.briefs.queries import Shown
from hub.search.briefs.states import State
from hub.search.index.operations import provides
from hub.web.markdown import excerpt

OPEN = "open"


@provides("brief", every=queries.public_ids)
def documents(ids: list[int]) -> Iterable[Document]:
    """The open ones among `ids`; the index takes out the others."""
    found = [brief for brief in queries.by_ids(ids).values() if brief.state is State.PUBLISHED]
    return [_document(shown) for shown in queries.shown(ANONYMOUS, found)]


def _document(shown: Shown) -> Document:
    brief = shown.brief
    return Document(
        key=brief.ref,
        kind="brief",
        title=brief.title,
        text=brief.sought_text,
        url=brief.path,
        version=brief.version,
        sector=brief.sector.value if brief.sector else "",
        status=OPEN,
        at=brief.signed_off_at,
        ends_at=brief.closes_at,
        rank=80,
        facts={
            "summary": excerpt(brief.sought),
            "owner": shown.client.name if shown.client else "",
            "badges": [["good", N_("Open for proposals")]],
            "words": [] if shown.client else [N_("Client not named")],
            "ends": "closes",
            "lang": brief.language,
        },
    )
