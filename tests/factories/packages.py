"""Work packages, made by the real operations. Uncommitted."""

from __future__ import annotations

from typing import Any

from hub.communities.packages import operations
from hub.communities.packages.models import PackageSubmission, WorkPackage
from hub.communities.pages import queries as pages_read
from hub.communities.pages.models import SpacePage
from hub.communities.spaces.models import Space
from hub.db.extensions import db
from hub.kernel.actor import Actor


def package(page: SpacePage, editor: Actor, title: str = "Which soils", **more: Any) -> WorkPackage:
    space = db.session.get(Space, page.space_id)
    assert space is not None
    given = {"brief": "Say **which soils** the curve is for.", "points": 8, "lease_days": 14} | more
    return operations.create(actor=editor, space=space, page=page, title=title, **given)


def submit(package: WorkPackage, author: Actor, text: str, **more: Any) -> PackageSubmission:
    """A text made of the page's newest revision; the package is claimed first, if it is open."""
    if package.stands == "open":
        operations.claim(actor=author, package=package)
    page = pages_read.by_id(package.page_id)
    assert page is not None
    return operations.submit(actor=author, package=package, text=text, base_revision=more.pop("base", page.number), **more)
