"""The only writes on how long things are kept, and the forgetting itself."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from hub.core.retention import queries
from hub.core.retention.events import RetentionChanged
from hub.core.retention.models import Retention
from hub.core.retention.policy import POLICY
from hub.core.retention.rules import AT_ONCE
from hub.core.retention.states import Act
from hub.db import journal, retention
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import Actor
from hub.kernel.errors import Invalid
from hub.kernel.words import N_


def check(*, actor: Actor, days: Mapping[str, int]) -> dict[str, int]:
    """What would change, by kind. Raises NotAllowed, Invalid about each field that is out of bounds."""
    POLICY.require(actor, Act.DECIDE, None)
    known, now = retention.aging(), queries.days()
    wrong = {
        kind: N_("Between %(least)s and %(most)s days.") % {"least": known[kind].least, "most": known[kind].most} if kind in known
        else N_("There is no such kind.")
        for kind, number in days.items() if kind not in known or not known[kind].least <= number <= known[kind].most
    }  # fmt: skip
    if wrong:
        raise Invalid(N_("Some fields need another look."), fields=wrong)
    return {kind: number for kind, number in days.items() if number != now[kind]}


def save(*, actor: Actor, days: Mapping[str, int]) -> dict[str, int]:
    """Keep each kind for so many days from now on; the worker deletes what is older. Returns what changed. Raises NotAllowed, Invalid."""
    changed = check(actor=actor, days=days)
    for kind, number in changed.items():
        db.session.merge(Retention(kind=kind, days=number, set_by=actor.person_id, set_at=clock.now()))
        journal.record(RetentionChanged(kind=kind, days=number), actor=actor, subject=f"retention:{kind}")
    db.session.flush()
    return changed


def forget() -> int:
    """Delete up to AT_ONCE rows of each kind that are older than its days. Returns how many; bears being repeated."""
    days, now = queries.days(), clock.now()
    return sum(retention.forget(one, now - timedelta(days=days[kind]), AT_ONCE) for kind, one in retention.aging().items())
