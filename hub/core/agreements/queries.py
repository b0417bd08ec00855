"""Which terms hold, who signed them, and who may read them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from hub.core.agreements.models import Signature, Terms
from hub.core.agreements.rules import Kind
from hub.db.extensions import db
from hub.kernel.actor import Actor
from hub.kernel.errors import NotFound
from hub.kernel.words import N_

Reader = Callable[[Actor, str], bool]
Place = Callable[[str], str]
_readers: dict[str, Reader] = {}
_places: dict[str, Place] = {}


def may_read_with(prefix: str, reader: Reader) -> None:
    """A room says who may read the agreements of its subjects: `reader(actor, "challenge:12")` for the prefix "challenge"."""
    _readers[prefix] = reader


def signed_at(prefix: str, place: Place) -> None:
    """A room where signing does more than sign (an award is paid) says where that is: `place("award:3")` is a path on this site.

    The general doors then lead there instead of taking the signature.
    """
    _places[prefix] = place


def place_to_sign(terms: Terms) -> str:
    """The path of the page that takes the signature; empty if the agreement's own page does."""
    place = _places.get(terms.subject.partition(":")[0])
    return place(terms.subject) if place is not None else ""


def current(subject: str, kind: Kind | str) -> Terms | None:
    """The newest version, or None before the first."""
    newest = select(Terms).where(Terms.subject == subject, Terms.kind == Kind(kind)).order_by(Terms.number.desc()).limit(1)
    return db.session.scalars(newest).first()


def versions(subject: str, kind: Kind | str) -> Sequence[Terms]:
    """All versions, the newest first."""
    return db.session.scalars(select(Terms).where(Terms.subject == subject, Terms.kind == Kind(kind)).order_by(Terms.number.desc())).all()


def is_current(terms: Terms) -> bool:
    newer = select(func.count()).where(Terms.subject == terms.subject, Terms.kind == terms.kind, Terms.number > terms.number)
    return not db.session.scalar(newer)


def get(terms_id: int) -> Terms:
    """Raises NotFound."""
    terms = db.session.get(Terms, terms_id)
    if terms is None:
        raise NotFound(N_("There is no such agreement."))
    return terms


def get_all(terms_ids: Iterable[int]) -> dict[int, Terms]:
    """By number, in one statement."""
    return {terms.id: terms for terms in db.session.scalars(select(Terms).where(Terms.id.in_(set(terms_ids))))}


def get_for(actor: Actor, terms_id: int) -> Terms:
    """The agreement, for whoever signed it or may sign it, administrators, and whoever the subject's room says. Raises NotFound."""
    terms = get(terms_id)
    if not may_read(actor, terms):
        raise NotFound(N_("There is no such agreement."))
    return terms


def may_read(actor: Actor, terms: Terms) -> bool:
    if actor.is_admin:
        return True
    if actor.person_id is not None and (terms.signer_id == actor.person_id or signature(actor.person_id, terms.id) is not None):
        return True
    reader = _readers.get(terms.subject.partition(":")[0])
    return reader is not None and reader(actor, terms.subject)


def signature(person_id: int, terms_id: int) -> Signature | None:
    return db.session.scalars(select(Signature).where(Signature.person_id == person_id, Signature.terms_id == terms_id)).one_or_none()


def has_signed(person_id: int, subject: str, kind: Kind | str) -> bool:
    """Has the person signed the current version?"""
    terms = current(subject, kind)
    return terms is not None and signature(person_id, terms.id) is not None


def signed_any(person_id: int, subject: str, kind: Kind | str) -> bool:
    """Has the person signed any version?"""
    found = select(Signature.id).join(Terms, Terms.id == Signature.terms_id)
    found = found.where(Signature.person_id == person_id, Terms.subject == subject, Terms.kind == Kind(kind))
    return db.session.scalar(found.limit(1)) is not None


def signers(subject: str, kind: Kind | str) -> list[int]:
    """Everybody who signed any version, as person ids: whom a change concerns."""
    found = select(Signature.person_id).join(Terms, Terms.id == Signature.terms_id)
    return list(
        db.session.scalars(found.where(Terms.subject == subject, Terms.kind == Kind(kind)).distinct().order_by(Signature.person_id))
    )


def signed_by(person_id: int) -> list[tuple[Signature, Terms]]:
    """Everything the person has signed, the newest first."""
    found = select(Signature, Terms).join(Terms, Terms.id == Signature.terms_id).where(Signature.person_id == person_id)
    return list(db.session.execute(found.order_by(Signature.id.desc())).all())


def signatures(terms_id: int) -> Sequence[Signature]:
    """In the order of signing."""
    return db.session.scalars(select(Signature).where(Signature.terms_id == terms_id).order_by(Signature.id)).all()


def newest_numbers(terms: Iterable[Terms]) -> dict[tuple[str, Kind], int]:
    """The newest version's number for the subjects and kinds of `terms`, in one statement."""
    subjects = {one.subject for one in terms}
    if not subjects:
        return {}
    found = select(Terms.subject, Terms.kind, func.max(Terms.number)).where(Terms.subject.in_(subjects)).group_by(Terms.subject, Terms.kind)
    return {(subject, kind): number for subject, kind, number in db.session.execute(found)}


def shown_signatures(actor: Actor, terms: Terms) -> Sequence[Signature]:
    """The signatures this actor may see: all of an agreement between named parties, else the actor's own (entrants stay unknown to each
    other); administrators see all."""
    every = signatures(terms.id)
    if actor.is_admin or terms.signer_id is not None:
        return every
    return [one for one in every if one.person_id == actor.person_id]


@dataclass(frozen=True)
class Shown:
    """One version for one reader: its row, whether it still holds, and the reader's own signature."""

    terms: Terms
    is_current: bool
    signature: Signature | None

    def __getattr__(self, name: str) -> Any:
        return getattr(self.terms, name)


def shown(actor: Actor, terms: Terms) -> Shown:
    own = signature(actor.person_id, terms.id) if actor.person_id is not None else None
    return Shown(terms, is_current(terms), own)
