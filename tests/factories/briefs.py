"""Briefs and proposals at every stage, walked there by the real operations."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hub.kernel import clock
from hub.kernel.actor import Actor
from hub.kernel.taxonomy import Sector
from hub.search.briefs import operations
from hub.search.briefs.models import Brief
from hub.search.proposals import operations as proposing
from hub.search.proposals.models import Proposal

SOUGHT = (
    "A sensor of coated carbon nanotubes or another principle that tells ammonia below 5 ppm at 4 °C inside a sealed pack, "
    "for less than two cents, read through the film."
)
BACKGROUND = "Colour dots on the pack react to warmth, not to the state of the food. Two suppliers have tried enzymes; they did not last."
APPROACH = (
    "Chemiresistive films of functionalised nanotubes, printed beside a reference strip; the reader is a tag in the shelf. "
    "We have shown 3 ppm at 4 °C over ten days with 200 packs."
)
REASON = "Measured data at the right temperature and a clear path to two cents a pack."


def content(days: float = 20, **changes: Any) -> dict[str, Any]:
    """A complete draft's content, as `operations.draft` takes it; `days` from now to the deadline."""
    return {
        "title": "Tell ammonia in sealed packs at refrigerator temperature",
        "sought": SOUGHT,
        "background": BACKGROUND,
        "must_haves": ["Detects ammonia below 5 ppm at 4 °C"],
        "criteria": ["Cost at a hundred million packs", "Evidence"],
        "sector": Sector.SENSORS,
        "language": "en",
        "closes_at": clock.now() + timedelta(days=days),
        "client_shown": True,
        **changes,
    }


def brief(organisation: Any, consultant: Actor, client: Actor, state: str = "published", **changes: Any) -> Brief:
    """A brief for `organisation` in `state`: draft, sign_off or published. Uncommitted."""
    made = operations.draft(actor=consultant, organisation_id=organisation.id, **content(**changes))
    if state != "draft":
        operations.submit(actor=consultant, brief=made)
    if state == "published":
        operations.sign_off(actor=client, brief=made)
    return made


def draft(brief: Brief, author: Actor, title: str = "Printed nanotube strips") -> Proposal:
    return proposing.save(actor=author, brief=brief, title=title, approach=APPROACH, answers=["Yes, 3 ppm.", "1.6 cents.", "200 packs."])


def proposal(brief: Brief, author: Actor, title: str = "Printed nanotube strips") -> Proposal:
    """Handed in. Uncommitted."""
    draft(brief, author, title)
    return proposing.hand_in(actor=author, brief=brief, non_confidential=True)


def close(brief: Brief) -> None:
    """Move the stopped clock to the deadline and close."""
    assert brief.closes_at is not None
    clock.set_to(brief.closes_at)
    proposing.close_due()
