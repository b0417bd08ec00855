"""The demo stories of the complement: platforms of three organisations, and products in every state."""

from __future__ import annotations

import io
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import hub.cli
from hub.cli.demo.people import Cast, ago
from hub.complement.platforms import operations as platforms
from hub.complement.platforms.models import Platform
from hub.complement.products import operations as products
from hub.complement.products import queries as products_read
from hub.complement.products.models import Product, Release
from hub.complement.products.rules import Reason
from hub.complement.products.states import Stage
from hub.complement.store import operations as store
from hub.core.agreements import operations as agreements
from hub.core.agreements import queries as agreements_read
from hub.core.clauses import queries as clauses
from hub.kernel import clock
from hub.kernel.actor import Actor
from hub.kernel.taxonomy import Sector

FILE = Path(hub.cli.__file__).parent / "demo_data" / "complement.toml"
PLATFORM_WORDS = ("summary", "about", "public_part", "nda_part", "proprietary_part", "review_days", "share_bp", "language")
PRODUCT_WORDS = ("summary", "description", "categories", "homepage", "source_url", "language")


def tell(cast: Cast) -> None:
    """Everything of complement that a newcomer finds. Uncommitted."""
    data = tomllib.loads(FILE.read_text(encoding="utf-8"))
    found = {row["key"]: _open(cast, row) for row in data["platform"]}
    owners = {row["key"]: cast.owner_of(row["organisation"]) for row in data["platform"]}
    for row in data["product"]:
        _publish(cast, found[row["platform"]], owners[row["platform"]], row)
    for row in data["platform"]:
        if "closed" in row:
            with ago(row["closed"]):
                platforms.close(actor=owners[row["key"]], platform=found[row["key"]], reason=row["closing_reason"])


def _words(row: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: value.strip() if isinstance(value, str) else value for name, value in row.items() if name in names}


def _open(cast: Cast, row: dict[str, Any]) -> Platform:
    owner = cast.owner_of(row["organisation"])
    with ago(row.get("opened", 12)):
        organisation_id = cast.organisations[row["organisation"]]
        platform = platforms.draft(actor=owner, organisation_id=organisation_id, name=row["name"], **_words(row, PLATFORM_WORDS))
        if "template" in row:
            own = clauses.of_organisation(organisation_id, "developer")
            platforms.edit(actor=owner, platform=platform, template_version_id=next(one.id for one in own if one.name == row["template"]))
        if "opened" in row:
            platforms.open_up(actor=owner, platform=platform)
    return platform


def _publish(cast: Cast, platform: Platform, reviewer: Actor, row: dict[str, Any]) -> None:
    vendor = cast.actor(row["vendor"])
    with ago(row["begun"]):
        product = products.draft(
            actor=vendor, platform=platform, name=row["name"], sector=Sector(row["sector"]),
            organisation_id=cast.organisations[row["organisation"]] if "organisation" in row else None, **_words(row, PRODUCT_WORDS),
        )  # fmt: skip
        terms = agreements_read.get(platform.terms_id or 0)
        agreements.sign(actor=vendor, terms=terms, seen_hash=terms.hash)
    for release in row.get("release", ()):
        _release(vendor, reviewer, product, release)
    for rating in row.get("rating", ()):
        _rate(cast, vendor, product, rating)
    if "withdrawn" in row:
        with ago(row["withdrawn"]):
            products.withdraw(actor=vendor, product=product)


def _release(vendor: Actor, reviewer: Actor, product: Product, row: dict[str, Any]) -> None:
    with ago(row["sent"]):
        release = products.send_release(
            actor=vendor, product=product, number=row["number"], licence=row["licence"], notes=row["notes"],
            stream=_packed(product, row), filename=f"{product.slug}-{row['number']}.zip",
        )  # fmt: skip
    if "decided" not in row:
        return
    with ago(row["decided"]):
        if row.get("verdict") == "returned":
            reasons = [Reason(code) for code in row["reasons"]]
            products.send_back(actor=reviewer, release=release, reasons=reasons, remarks=row["remarks"])
        else:
            products.approve(actor=reviewer, release=release)
    if "yanked" in row:
        with ago(row["yanked"]):
            products.yank(actor=vendor, release=release, reason=row["yank_reason"])


def _packed(product: Product, row: dict[str, Any]) -> io.BytesIO:
    """A small archive: what a demonstration can hand out."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "README.md", f"# {product.name} {row['number']}\n\n{product.summary}\n\nPart of the demonstration: it holds no program.\n"
        )
        archive.writestr("CHANGES.md", row["notes"] + "\n")
        archive.writestr("LICENSE", row["licence"] + "\n")
    out.seek(0)
    return out


def _rate(cast: Cast, vendor: Actor, product: Product, row: dict[str, Any]) -> None:
    user = cast.actor(row["by"])
    with ago(row["on"] + 4):
        store.install(actor=user, product=product)
        release = _newest_at(product)
        if release is not None:
            store.fetch(actor=user, release=release)
    with ago(row["on"]):
        rating = store.rate(actor=user, product=product, stars=row["stars"], text=row["text"])
    if "reply" in row:
        with ago(row["replied"]):
            store.reply(actor=vendor, rating=rating, text=row["reply"])


def _newest_at(product: Product) -> Release | None:
    """What they could have fetched at that time."""
    there = [each for each in products_read.releases(product, published_only=True) if each.state is Stage.APPROVED]
    return next((each for each in there if each.decided_at is not None and each.decided_at <= clock.now()), None)
