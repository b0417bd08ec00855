"""The only writes on connections."""

from __future__ import annotations

from sqlalchemy import update

from hub.core.elsewhere import queries
from hub.core.elsewhere.events import ConnectedElsewhere, DisconnectedElsewhere
from hub.core.elsewhere.models import Connection
from hub.core.elsewhere.rules import Vouched
from hub.db import journal
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import Actor
from hub.kernel.errors import Conflict, NotFound, NotSignedIn
from hub.kernel.words import N_


def connect(*, actor: Actor, vouched: Vouched) -> Connection:
    """Let this account at another site open the actor's account here; again is harmless.

    Raises NotSignedIn; Conflict (code connected_to_another) if it opens somebody else's, (connected_already) if there is another one.
    """
    if actor.person_id is None:
        raise NotSignedIn(N_("Sign in first."))
    known = queries.find(vouched.provider, vouched.subject)
    if known is not None and known.person_id != actor.person_id:
        raise Conflict(N_("This account opens another account here. Disconnect it there first."), code="connected_to_another")
    if known is not None:
        return known
    if any(one.provider == vouched.provider for one in queries.of_person(actor.person_id)):
        raise Conflict(N_("You have connected another account of this site. Disconnect it first."), code="connected_already")
    made = Connection(
        person_id=actor.person_id, provider=vouched.provider, subject=vouched.subject, shown=vouched.shown[:120], connected_at=clock.now()
    )
    db.session.add(made)
    db.session.flush()
    journal.record(ConnectedElsewhere(actor.person_id, vouched.provider), actor=actor, subject=f"person:{actor.person_id}")
    return made


def disconnect(*, actor: Actor, connection_id: int) -> Connection:
    """Every account keeps its password, so this never takes the last way in. Raises NotFound for anybody else's."""
    found = db.session.get(Connection, connection_id)
    if found is None or found.person_id != actor.person_id:
        raise NotFound(N_("There is no such connection any more."))
    db.session.delete(found)
    journal.record(DisconnectedElsewhere(found.person_id, found.provider), actor=actor, subject=f"person:{found.person_id}")
    return found


def note_use(*, connection_id: int, shown: str) -> None:
    """Write down that it opened the account now, and what it is called today. Not worth a line in the journal."""
    db.session.execute(update(Connection).where(Connection.id == connection_id).values(last_used_at=clock.now(), shown=shown[:120]))
