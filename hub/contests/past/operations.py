"""The only write of this room: a record becomes a challenge that is over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hub.contests.challenges import operations as challenges
from hub.contests.challenges.models import Challenge
from hub.contests.challenges.states import State
from hub.contests.past import queries, rules
from hub.contests.past.events import ChallengeImported
from hub.core.organisations import operations as organisations
from hub.core.organisations.states import Kind as OrganisationKind
from hub.db import journal
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import SYSTEM, Actor
from hub.kernel.errors import NotAllowed, one_field
from hub.kernel.words import N_
from hub.search.index import operations as index


def bring_in(*, actor: Actor, row: Mapping[str, Any]) -> Challenge | None:
    """A challenge that another site ran and closed, new or changed as `row` has it; None if it is here and the same.

    `row`: name, agency, summary, details_url, source, source_key: str; deadline: aware datetime; published: aware datetime or None.
    Raises NotAllowed unless `actor` is the system, Invalid naming the column.
    """
    if actor is not SYSTEM:
        raise NotAllowed(N_("Past challenges are imported by the command alone."))
    for column in ("name", "agency", "deadline", "source", "source_key"):
        if not row.get(column):
            raise one_field(column, N_("This column is empty."), code="missing")
    agency = organisations.find_or_create_imported(actor=actor, name=row["agency"], kind=OrganisationKind.AGENCY, source=row["source"])
    told = rules.content(row) | {"organisation_id": agency.id}
    challenge = queries.by_source_key(row["source_key"])
    if challenge is None:
        now, slug = clock.now(), challenges.free_slug(told["title"])
        challenge = Challenge(slug=slug, fee_bp=0, state=State.ENDED, created_at=now, updated_at=now, terms={}, **told)
        db.session.add(challenge)
    elif changed := {name: value for name, value in told.items() if getattr(challenge, name) != value}:
        for name, value in (changed | {"updated_at": clock.now()}).items():
            setattr(challenge, name, value)
    else:
        return None
    db.session.flush()
    journal.record(ChallengeImported(challenge_id=challenge.id), actor=actor, subject=challenge.ref)
    index.mark([challenge.ref])
    return challenge
