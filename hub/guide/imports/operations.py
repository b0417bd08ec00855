"""The only writes of this room: records go in through the operations of the rooms that keep them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from hub.complement.platforms import operations as platforms
from hub.complement.products import operations as products
from hub.contests.past import operations as past
from hub.db import journal
from hub.guide.imports.events import FileImported
from hub.guide.imports.policy import POLICY, Act
from hub.guide.imports.queries import Preview
from hub.guide.imports.rules import BATCH, NASA_PLATFORM, Source
from hub.kernel.actor import SYSTEM, Actor
from hub.tech_market.listings import operations as listings


def batches(preview: Preview) -> Iterator[Sequence[Any]]:
    """What is due, in portions of BATCH records."""
    due = preview.due
    for start in range(0, len(due), BATCH):
        yield due[start : start + BATCH]


def bring_in(*, actor: Actor, preview: Preview, records: Sequence[Any]) -> None:
    """Write these records of the previewed file: new ones are added, changed ones brought up to date. Bears being repeated.

    Raises NotAllowed for anybody but administrators and the system.
    """
    POLICY.require(actor, Act.IMPORT, None)
    if preview.source is Source.CHALLENGES:
        for record in records:
            past.bring_in(actor=SYSTEM, row=record.facts)
    elif preview.source is Source.NASA_PLATFORM:
        source = preview.source.value
        platform = platforms.catalogue(actor=actor, source_key=source, owner="NASA", content=NASA_PLATFORM)
        products.bring_in(actor=actor, platform=platform, source=source, records=records)
    else:
        listings.import_offers(actor=actor, source=preview.source.value, records=records)
    new, changed = set(preview.new), set(preview.changed)
    event = FileImported(
        source=preview.source.value,
        sha256=preview.sha256,
        new=sum(record in new for record in records),
        changed=sum(record in changed for record in records),
    )
    journal.record(event, actor=actor, subject=f"import:{preview.source.value}")
