"""The only writes of this room. They only add rows."""

from __future__ import annotations

from hub.communities.credit.events import CreditGiven
from hub.communities.credit.models import LONGEST_NOTE, SpaceCredit
from hub.communities.credit.states import BY_HAND, Kind
from hub.communities.spaces import queries as spaces
from hub.communities.spaces.models import Space
from hub.communities.spaces.states import Act
from hub.core.accounts import queries as accounts
from hub.core.messages import operations as messages
from hub.core.messages.states import Kind as About
from hub.db import journal
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import Actor
from hub.kernel.errors import one_field
from hub.kernel.words import N_

MOST_POINTS = 1_000


def record(*, actor: Actor, space: Space, person_id: int, kind: Kind, subject: str = "", points: int = 1, note: str = "") -> SpaceCredit:
    """Write down what somebody did. For the rooms above, in the operation that accepts the work: they decide who may do this.

    `subject` names the work ("package:7"), `points` (1..1000) weigh it, `note` says in a line what it was. It is never taken back.
    """
    if not 1 <= points <= MOST_POINTS:
        raise ValueError(f"credit weighs 1 to {MOST_POINTS} points, not {points}")
    credit = SpaceCredit(
        space_id=space.id, person_id=person_id, kind=kind, subject=subject, points=points,
        note=" ".join(note.split())[:LONGEST_NOTE], given_by=actor.person_id, at=clock.now(),
    )  # fmt: skip
    db.session.add(credit)
    db.session.flush()
    given = CreditGiven(credit_id=credit.id, space_id=space.id, person_id=person_id, kind=kind.value, points=points)
    journal.record(given, actor=actor, subject=f"person:{person_id}", scope=space.ref)
    return credit


def give(*, actor: Actor, space: Space, handle: str, kind: Kind, note: str) -> SpaceCredit:
    """A steward's word for help that no page shows: data, tests in the field, a translation. The person is told.

    Raises what `spaces.queries.require_seat` raises, and Invalid about `handle`, `kind` or `note`.
    """
    spaces.require_seat(actor, space, Act.GIVE_CREDIT)
    if kind not in BY_HAND:
        raise one_field("kind", N_("Credit of this kind is recorded where the work is done."))
    if not note.strip():
        raise one_field("note", N_("Say in a line what the person did."))
    person = accounts.by_handle(handle.strip().removeprefix("@"))
    if person is None:
        raise one_field("handle", N_("There is nobody of this name here. Look for the @name on the person’s profile."))
    credit = record(actor=actor, space=space, person_id=person.id, kind=kind, note=note)
    others = [person.id] if person.id != actor.person_id else []
    text = N_("You were credited in “%(space)s”: %(note)s")
    values = {"space": space.name, "note": credit.note}
    messages.notify(actor=actor, person_ids=others, text=text, kind=About.COMMUNITY, values=values, link=f"{space.path}/credits")
    return credit
