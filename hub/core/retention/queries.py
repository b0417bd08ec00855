"""How long things are kept, and how much is older."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from hub.core.retention.models import Retention
from hub.core.retention.policy import POLICY
from hub.core.retention.states import Act
from hub.db import retention
from hub.db.extensions import db
from hub.db.retention import Aging
from hub.kernel import clock
from hub.kernel.actor import Actor


@dataclass(frozen=True)
class Kept:
    """One kind: for how many days, and how many rows are older at present."""

    aging: Aging
    days: int
    older: int = 0

    @property
    def kind(self) -> str:
        return self.aging.kind


def days() -> dict[str, int]:
    """For how many days each kind is kept."""
    chosen = dict(db.session.execute(select(Retention.kind, Retention.days)).all())
    return {kind: chosen.get(kind, one.days) for kind, one in retention.aging().items()}


def kept(actor: Actor, instead: Mapping[str, int] | None = None) -> list[Kept]:
    """Every kind with what would be deleted now, with other days if `instead` names some. Raises NotAllowed."""
    POLICY.require(actor, Act.DECIDE, None)
    wanted, now = {**days(), **(instead or {})}, clock.now()
    found = retention.aging()
    older = retention.counts((one, now - timedelta(days=wanted[kind])) for kind, one in found.items())
    return [Kept(one, wanted[kind], older.get(kind, 0)) for kind, one in found.items()]
