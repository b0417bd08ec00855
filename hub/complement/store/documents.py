"""What visitors can find of products."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from feedgen.feed import FeedGenerator

from hub.complement.platforms.models import Platform
from hub.complement.products import queries as products
from hub.complement.products.models import Release
from hub.complement.products.queries import Shown
from hub.complement.products.states import State
from hub.complement.store import queries
from hub.complement.store.rules import Score
from hub.kernel import clock
from hub.kernel.documents import Document
from hub.kernel.words import N_, printable
from hub.search.index.operations import provides

ELSEWHERE = "elsewhere"


@provides("product", every=products.public_ids)
def documents(ids: list[int]) -> Iterable[Document]:
    """The listed ones among `ids`, each grouped under its platform; the index takes out the others."""
    found = [product for product in products.by_ids(ids).values() if product.state is State.LISTED]
    rated = [product.id for product in found if not product.is_imported]
    of, changes = queries.scores(rated), queries.changes(rated)
    return [_document(shown, of.get(shown.id), changes.get(shown.id, 0)) for shown in products.shown(found)]


def _document(shown: Shown, score: Score | None, changes: int) -> Document:
    product = shown.product
    parts = [product.summary, product.description, *product.categories, product.licence or product.stated, shown.vendor.name]
    return Document(
        key=product.ref,
        kind="product",
        title=product.name,
        text="\n".join(part for part in parts if part),
        url=product.path,
        version=product.version + changes,
        sector=product.sector.value if product.sector else "",
        status=ELSEWHERE if product.is_imported else product.state.value,
        centre=shown.vendor.name if product.is_imported else "",
        group=product.platform.ref,
        at=shown.latest.decided_at if shown.latest else product.listed_at,
        facts=_facts(shown, score),
    )


def _facts(shown: Shown, score: Score | None) -> dict[str, Any]:
    product, words = shown.product, []
    if score is not None and score.count:
        words.append([N_("%(mean)s of 5 stars"), {"mean": f"{score.mean:.1f}"}])
    price = product.price
    if price is not None:
        words.append([N_("Price: %(price)s"), {"price": str(price)}])
    if shown.latest is not None:
        words.append([N_("Version %(number)s"), {"number": shown.latest.number}])
    return {
        "summary": product.summary,
        "owner": shown.vendor.name,
        "badges": [["info", N_("Released elsewhere")]] if product.is_imported else [],
        "words": words,
        "plain": [product.licence or product.stated] if product.licence or product.stated else [],
        "lang": product.language,
    }


def atom(platform: Platform, releases: Sequence[Release], *, base_url: str, title: str) -> bytes:
    """An Atom feed of the platform's releases, the newest first."""
    feed = FeedGenerator()
    feed.id(base_url + platform.path)
    feed.title(printable(title))
    feed.link(href=f"{base_url}{platform.path}/releases.atom", rel="self")
    feed.link(href=base_url + platform.path, rel="alternate")
    feed.updated(max((r.decided_at or r.sent_at for r in releases), default=platform.opened_at or clock.now()))
    of = products.vendors([release.product for release in releases])
    for release in releases:
        entry = feed.add_entry(order="append")
        entry.id(f"{base_url}{release.product.path}#v{release.number}")
        entry.link(href=base_url + release.product.path)
        entry.title(printable(f"{release.product.name} {release.number}"))
        entry.summary(printable(release.notes[:1_000]))
        entry.author(name=printable(of[release.product_id].name) or "Innovation Hub")
        entry.published(release.decided_at or release.sent_at)
        entry.updated(release.decided_at or release.sent_at)
    return bytes(feed.atom_str())
