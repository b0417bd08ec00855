"""The JSON door to the intake form."""

from __future__ import annotations

from typing import Any

from hub.portals.forms import operations, queries
from hub.portals.forms.schemas import FormIn, FormOut
from hub.portals.sites import queries as sites
from hub.web.api import ApiBlueprint
from hub.web.handle import actor, public, writes

api = ApiBlueprint("forms", __name__, prefix="/portals", description="What a portal asks of those who send an idea.")


@api.get("/<slug>/form")
@public
@api.response(200, FormOut)
def in_use(slug: str) -> Any:
    """The form in use: what a submission has to answer."""
    return queries.in_use(sites.get_for(actor(), slug))


@api.get("/<slug>/form/draft")
@api.response(200, FormOut)
def newest(slug: str) -> Any:
    """The version in work, else the one in use, for those who run the portal."""
    return queries.newest(sites.managed_by(actor(), slug))


@api.put("/<slug>/form")
@writes
@api.arguments(FormIn)
@api.response(200, FormOut)
def change(sent: dict[str, Any], slug: str) -> Any:
    """Replace the whole definition. It makes a version that visitors do not see before it is put to use."""
    return operations.save(actor=actor(), portal=sites.managed_by(actor(), slug), fields=sent["fields_"])


@api.post("/<slug>/form/publish")
@writes
@api.response(200, FormOut)
def publish(slug: str) -> Any:
    """Put the version in work to use."""
    return operations.publish(actor=actor(), portal=sites.managed_by(actor(), slug))
