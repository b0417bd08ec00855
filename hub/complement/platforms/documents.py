"""What visitors can find of platforms."""

from __future__ import annotations

from collections.abc import Iterable

from hub.complement.platforms import queries, rules
from hub.complement.platforms.queries import Shown
from hub.complement.platforms.states import PUBLIC, State
from hub.kernel.documents import Document
from hub.kernel.words import N_
from hub.search.index.operations import provides


@provides("platform", every=queries.public_ids)
def documents(ids: list[int]) -> Iterable[Document]:
    """The public ones among `ids`; the index takes out the others."""
    found = [platform for platform in queries.by_ids(ids).values() if platform.state in PUBLIC]
    return [_document(shown) for shown in queries.shown(found)]


def _document(shown: Shown) -> Document:
    platform = shown.platform
    words = [[N_("Decides within %(n)s days"), {"n": platform.review_days}]] if platform.takes_releases else []
    badges = [["warn", platform.state.label]] if platform.state is State.CLOSED else []
    parts = [platform.summary, platform.about, platform.public_part, platform.nda_part, platform.proprietary_part, shown.owner.name]
    return Document(
        key=platform.ref,
        kind="platform",
        title=platform.name,
        text="\n".join(part for part in parts if part),
        url=platform.path,
        version=platform.version,
        status=platform.state.value,
        at=platform.opened_at,
        facts={
            "summary": platform.summary,
            "owner": shown.owner.name,
            "badges": badges,
            "words": words,
            "plain": [rules.share(platform.share_bp)] if platform.share_bp else [],
            "lang": platform.language,
        },
    )
