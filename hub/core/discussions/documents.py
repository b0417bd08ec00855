"""What this room hands to the search index, which lies above it."""

from __future__ import annotations

from collections.abc import Iterable

from hub.core.discussions import queries, rules
from hub.core.discussions.models import Thread
from hub.core.discussions.states import State
from hub.kernel.documents import Document
from hub.kernel.words import N_
from hub.web.markdown import excerpt


def documents(ids: list[int]) -> Iterable[Document]:
    """Those of the threads that anybody may read."""
    return [_document(thread, place, said) for thread, place, said in queries.for_index(ids)]


def _document(thread: Thread, place: rules.Place, said: str) -> Document:
    return Document(
        key=f"discussion:{thread.id}",
        kind="discussion",
        title=thread.title,
        text=said,
        url=thread.path,
        version=thread.version,
        at=thread.last_at,
        rank=0 if thread.state is State.OPEN else -1,
        facts={
            "summary": excerpt(said, 200),
            "owner": place.title,
            "badges": [["", State.LOCKED.label]] if thread.state is State.LOCKED else [],
            "words": [[N_("%(n)s posts"), {"n": thread.posts}]],
        },
    )
