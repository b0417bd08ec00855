"""Platforms, products, releases and installations for tests, made by the rooms' own operations. Uncommitted: call them in a unit of work."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from typing import Any

from hub.complement.platforms import operations as platforms
from hub.complement.platforms.models import Platform
from hub.complement.products import operations as products
from hub.complement.products.models import Product, Release
from hub.complement.products.rules import Reason
from hub.complement.store import operations as store
from hub.complement.store.models import Entitlement
from hub.core.agreements import operations as agreements
from hub.core.agreements import queries as agreements_read
from hub.kernel.actor import Actor
from hub.kernel.taxonomy import Sector

REMARKS = "The gripper opens while the arm still moves: stop it first, as section 4 says."
REASON = "It loses its settings on restart."


def packed(files: dict[str, bytes] | None = None) -> bytes:
    """A zip archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (files or {"plugin/main.py": b"print('hello')\n", "LICENSE": b"Apache-2.0\n"}).items():
            archive.writestr(name, content)
    return out.getvalue()


def tarball(*members: tuple[tarfile.TarInfo, bytes]) -> bytes:
    """A tar.gz of these members; one plain file without any."""
    if not members:
        info = tarfile.TarInfo("plugin/main.py")
        info.size = 6
        members = ((info, b"hello\n"),)
    out = io.BytesIO()
    with gzip.GzipFile(fileobj=out, mode="wb") as compressed, tarfile.open(fileobj=compressed, mode="w") as archive:
        for info, content in members:
            archive.addfile(info, io.BytesIO(content) if content else None)
    return out.getvalue()


def content(**more: Any) -> dict[str, Any]:
    return {
        "summary": "A platform on which others build what we would not think of.",
        "about": "Everything that a developer has to know before building on it, told in two honest sentences. The interface is stable.",
        "public_part": "The interface and its documentation",
        "nda_part": "Drawings of the tool flange",
        "proprietary_part": "The motion control",
        "review_days": 5,
        "share_bp": 1500,
        **more,
    }


def platform(owner: Actor, organisation_id: int, state: str = "open", name: str = "Robot arm", **more: Any) -> Platform:
    """draft, open or closed."""
    made = platforms.draft(actor=owner, organisation_id=organisation_id, name=name, **content(**more))
    if state != "draft":
        platforms.open_up(actor=owner, platform=made)
    if state == "closed":
        platforms.close(actor=owner, platform=made, reason="We replace it by its successor.")
    return made


def sign(actor: Actor, platform: Platform) -> None:
    terms = agreements_read.get(platform.terms_id or 0)
    agreements.sign(actor=actor, terms=terms, seen_hash=terms.hash)


def draft(vendor: Actor, platform: Platform, name: str = "Whisk", organisation_id: int | None = None, **more: Any) -> Product:
    words = {
        "summary": "A whisk that the arm changes by itself.",
        "description": "It beats eggs and batter at six speeds, knows when it is clean, and tells the arm when it wants to be changed.",
        "sector": Sector.MANUFACTURING,
        "categories": ["whisk", "kitchen"],
    }
    return products.draft(actor=vendor, platform=platform, name=name, organisation_id=organisation_id, **{**words, **more})


def release(vendor: Actor, product: Product, number: str = "1.0.0", licence: str = "Apache-2.0", data: bytes | None = None) -> Release:
    """Signed where that is due, and sent for review."""
    sign(vendor, product.platform)
    archive = io.BytesIO(data if data is not None else packed({"main.py": number.encode()}))
    return products.send_release(
        actor=vendor, product=product, number=number, licence=licence, notes="What is new in this version.", stream=archive,
        filename=f"{product.slug}-{number}.zip",
    )  # fmt: skip


def product(vendor: Actor, platform: Platform, reviewer: Actor, state: str = "listed", **more: Any) -> Product:
    """draft, in_review, listed, returned or withdrawn."""
    made = draft(vendor, platform, **more)
    if state == "draft":
        return made
    sent = release(vendor, made)
    if state == "returned":
        products.send_back(actor=reviewer, release=sent, reasons=[Reason.SECURITY], remarks=REMARKS)
    if state in {"listed", "withdrawn"}:
        products.approve(actor=reviewer, release=sent)
    if state == "withdrawn":
        products.withdraw(actor=vendor, product=made)
    return made


def install(user: Actor, product: Product, organisation_id: int | None = None) -> Entitlement:
    return store.install(actor=user, product=product, organisation_id=organisation_id)
