"""The only writes on looks. They stand beside the journal: reading must not stop everybody else's writing for long."""

from __future__ import annotations

from collections.abc import Callable

from hub.core.files import operations as files
from hub.core.files.rules import Copy, Named
from hub.core.looks.models import Look
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import Actor
from hub.kernel.errors import NotSignedIn
from hub.kernel.words import N_


def look(*, actor: Actor, subject: str) -> Look:
    """Write down that somebody reads a thing of somebody else's. Who may read it, the calling room has asked. Raises NotSignedIn."""
    return _write(actor, subject)


def take_copy(*, actor: Actor, subject: str, file: Named, content: Callable[[], bytes]) -> Copy:
    """A reader's copy of a file, marked with reader and time, and written down with its number and its SHA-256. Raises NotSignedIn."""
    if actor.person_id is None:
        raise NotSignedIn(N_("Sign in first."))
    copy = files.copy_for(actor=actor, file=file, of=subject.replace(":", " "), content=content())
    _write(actor, subject, file_name=file.filename[:255], copy_no=copy.number, copy_sha256=copy.sha256)
    return copy


def _write(actor: Actor, subject: str, **copy: str) -> Look:
    if actor.person_id is None:
        raise NotSignedIn(N_("Sign in first."))
    seen = Look(subject=subject, person_id=actor.person_id, at=clock.now(), **copy)
    db.session.add(seen)
    db.session.flush()
    return seen
