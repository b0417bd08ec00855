"""The daily checkpoint, and its time stamp."""

from __future__ import annotations

from flask import current_app

from hub.core.evidence import operations, queries, rules
from hub.core.evidence.events import CheckpointMade
from hub.core.evidence.models import EvidenceCheckpoint, EvidenceStamp
from hub.db import work
from hub.db.delivery import Away, every
from hub.db.journal import Fact, reacts_to
from hub.kernel import clock, stamping
from hub.kernel.actor import SYSTEM
from hub.web import egress

HOUR = 3600


@every(HOUR)
def checkpoint_daily() -> None:
    if queries.checkpoint_of(clock.now().date()) is None:
        operations.checkpoint(actor=SYSTEM)


@reacts_to(CheckpointMade)
def have_it_stamped(event: CheckpointMade, fact: Fact) -> None:
    """Where the site names an authority. After an answer that fails it is asked again, as every delivery is tried again, and what went
    wrong is kept with it; for days if the authority is away, and the next day's checkpoint covers this one's log, too."""
    checkpoint = queries.checkpoint_of(fact.at.date())
    if checkpoint is not None:
        try:
            stamp(checkpoint)
        except egress.Unreachable as error:
            raise Away(f"the time-stamping authority: {error}") from error


def stamp(checkpoint: EvidenceCheckpoint) -> EvidenceStamp | None:
    """Ask the site's authority about a checkpoint, outside any transaction, and keep its answer. None if the site names no authority.

    Raises stamping.Refused for an answer that does not hold, egress.Unreachable, Invalid if the address may not be called.
    """
    config = current_app.config["HUB"]
    if checkpoint.stamp is not None or config.timestamp_ca is None:
        return checkpoint.stamp
    trusted = stamping.read_certificates(config.timestamp_ca.read_bytes())
    asked, day = stamping.question(rules.stamped(queries.told(checkpoint))), checkpoint.day
    headers = {"Content-Type": stamping.ASKS, "Accept": stamping.ANSWERS}
    with work.outside():
        answer = egress.fetch(config.timestamp_url, method="POST", headers=headers, body=asked.body, most=stamping.LONGEST)
    if not answer.is_success or answer.cut:
        raise stamping.refusal("stamp_not_granted", f"HTTP {answer.status}")
    known = queries.checkpoint_on(day.isoformat())
    return operations.keep_stamp(actor=SYSTEM, checkpoint=known, question=asked, answer=answer.body, trusted=trusted)
