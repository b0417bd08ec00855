"""Pages, made by the real operations. Uncommitted."""

from __future__ import annotations

from typing import Any

from hub.communities.pages import operations, queries
from hub.communities.pages.models import PageRevision, SpacePage
from hub.communities.spaces.models import Space
from hub.kernel.actor import Actor

TEXT = "Soil is a mixture.\n\nMoisture changes its capacitance.\n\nCalibrate in the soil that you measure."


def page(space: Space, author: Actor, title: str = "Calibration", text: str = TEXT, **more: Any) -> SpacePage:
    return operations.create(actor=author, space=space, title=title, text=text, **more)


def edit(page: SpacePage, author: Actor, text: str, **more: Any) -> PageRevision:
    """A revision made of the newest one."""
    return operations.write(actor=author, page=page, text=text, base_revision=more.pop("base_revision", page.number), **more)


def body(page: SpacePage) -> str:
    return queries.current(page).body
