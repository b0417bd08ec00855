"""Which terms hold, who signed them, and who may read them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, bindparam, exists, func, or_, select
from sqlalchemy.orm import aliased

from hub.core.agreements.models import AgreementEnd, Signature, SigningRule, Terms, TermsOrigin, TermsParty, TermsRefusal
from hub.core.agreements.policy import signs_for
from hub.core.agreements.rules import Signers
from hub.core.agreements.states import State, state_of
from hub.core.organisations import queries as organisations
from hub.core.wording.rules import Kind
from hub.db.extensions import db
from hub.db.prepared import Prepared, connection
from hub.db.types import NO_DUE, Question
from hub.kernel import clock
from hub.kernel.actor import Actor
from hub.kernel.errors import NotFound
from hub.kernel.words import N_

Reader = Callable[[Actor, str], bool]
Place = Callable[[str], str]
People = Callable[[str], Iterable[int]]
_readers: dict[str, Reader] = {}
_places: dict[str, Place] = {}
_others: dict[str, People] = {}
_asked_elsewhere: set[str] = set()


def may_read_with(prefix: str, reader: Reader) -> None:
    """A room says who may read the agreements of its subjects: `reader(actor, "challenge:12")` for the prefix "challenge"."""
    _readers[prefix] = reader


def signed_at(prefix: str, place: Place) -> None:
    """A room where signing does more than sign (an award is paid) says where that is: `place("award:3")` is a path on this site.

    The general doors then lead there instead of taking the signature.
    """
    _places[prefix] = place


def asks_itself(prefix: str) -> None:
    """A room tells people itself what of its agreements waits for them; then the general list of what waits leaves them out."""
    _asked_elsewhere.add(prefix)


def place_to_sign(terms: Terms) -> str:
    """The path of the page that takes the signature; empty if the agreement's own page does."""
    place = _places.get(terms.subject.partition(":")[0])
    return place(terms.subject) if place is not None else ""


def offered_by(prefix: str, people: People) -> None:
    """A room says who speaks for the side that offers its agreements without signing them: `people("award:3")` are person ids."""
    _others[prefix] = people


def other_side(terms: Terms) -> list[int]:
    people = _others.get(terms.subject.partition(":")[0])
    return list(people(terms.subject)) if people is not None else []


def current(subject: str, kind: Kind | str) -> Terms | None:
    """The newest version, or None before the first."""
    newest = select(Terms).where(Terms.subject == subject, Terms.kind == Kind(kind)).order_by(Terms.number.desc()).limit(1)
    return db.session.scalars(newest).first()


@dataclass(frozen=True)
class Undersigned:
    """The newest version of an agreement, and the fingerprint under which somebody signed it: empty if they have not."""

    terms_id: int
    hash: str


_UNDERSIGNED = Prepared(
    select(Terms.id.label("terms_id"), func.coalesce(Signature.hash, "").label("hash"))
    .outerjoin(Signature, (Signature.terms_id == Terms.id) & (Signature.person_id == bindparam("person_id")))
    .where(Terms.subject == bindparam("subject"), Terms.kind == bindparam("kind"))
    .order_by(Terms.number.desc())
    .limit(1)
)


def undersigned(person_id: int, subject: str, kind: Kind | str) -> Undersigned | None:
    """The newest version and the person's signature under it, without the texts; None before the first."""
    asked = {"person_id": person_id, "subject": subject, "kind": Kind(kind)}
    found = _UNDERSIGNED.first(connection(), asked)
    return Undersigned(**found) if found is not None else None


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


def reads_all(actor: Actor, terms: Terms) -> bool:
    """May the actor read every version, as the subject's room says?"""
    reader = _readers.get(terms.subject.partition(":")[0])
    return reader is not None and reader(actor, terms.subject)


def may_read(actor: Actor, terms: Terms) -> bool:
    if actor.is_admin:
        return True
    if actor.person_id is not None and (terms.signer_id == actor.person_id or signature(actor.person_id, terms.id) is not None):
        return True
    room_says = reads_all(actor, terms)
    sides = parties(terms.id) if actor.signed_in and not room_says else []
    return room_says or any(one.person_id == actor.person_id or actor.manages(one.organisation_id) for one in sides)


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


def signatures(terms_id: int) -> Sequence[Signature]:
    """In the order of signing."""
    return db.session.scalars(select(Signature).where(Signature.terms_id == terms_id).order_by(Signature.id)).all()


def newest_numbers(terms: Iterable[Terms]) -> dict[tuple[str, Kind], int]:
    """The newest version's number for the subjects and kinds of `terms`, in one statement."""
    subjects = {one.subject for one in terms}
    found = select(Terms.subject, Terms.kind, func.max(Terms.number)).where(Terms.subject.in_(subjects)).group_by(Terms.subject, Terms.kind)
    return {(subject, kind): number for subject, kind, number in db.session.execute(found)}


# Parties: without all of them it is not in force


@dataclass(frozen=True)
class Standing:
    """One party and its signatures so far."""

    party: TermsParty
    signed: tuple[Signature, ...]

    @property
    def missing(self) -> int:
        return max(0, self.party.needed - len(self.signed))

    def awaits(self, actor: Actor) -> bool:
        """Is it the actor who may sign next?"""
        mine = any(one.person_id == actor.person_id for one in self.signed)
        return self.missing > 0 and not mine and signs_for(actor, self.party)


def parties(terms_id: int) -> Sequence[TermsParty]:
    return db.session.scalars(select(TermsParty).where(TermsParty.terms_id == terms_id).order_by(TermsParty.place)).all()


def parties_of(terms_ids: Iterable[int]) -> dict[int, list[TermsParty]]:
    """By terms, each in their order. One statement."""
    found: dict[int, list[TermsParty]] = {}
    wanted = select(TermsParty).where(TermsParty.terms_id.in_(set(terms_ids)))
    for one in db.session.scalars(wanted.order_by(TermsParty.terms_id, TermsParty.place)):
        found.setdefault(one.terms_id, []).append(one)
    return found


def standings(terms_id: int) -> list[Standing]:
    """Every party of these terms, in their order, with who has signed for it. Empty for terms that each signs for themselves."""
    named = parties(terms_id)
    return _stand(named, signatures(terms_id)) if named else []


def locked(terms: Terms) -> list[Standing]:
    """`standings`, held against another signature or refusal until the end of the unit of work."""
    db.session.execute(select(Terms.id).where(Terms.id == terms.id).with_for_update())
    return standings(terms.id)


def _stand(named: Iterable[TermsParty], signed: Iterable[Signature]) -> list[Standing]:
    given = list(signed)

    def of(party: TermsParty) -> tuple[Signature, ...]:
        same = [one for one in given if one.terms_id == party.terms_id and one.organisation_id == party.organisation_id]
        return tuple(one for one in same if party.organisation_id is not None or one.person_id == party.person_id)

    return [Standing(party, of(party)) for party in named]


def refusal(terms_id: int) -> TermsRefusal | None:
    """Who did not sign, and why; None if nobody said no."""
    return db.session.get(TermsRefusal, terms_id)


def in_force(terms: Terms) -> bool:
    """Have all signed (where there are no parties: has anybody)?"""
    found = standings(terms.id)
    return not any(one.missing for one in found) if found else bool(signatures(terms.id))


def binds(terms: Terms) -> bool:
    """Have all signed it, and no version after it? A newer one that waits for signatures, or was refused, takes the place of none."""
    newer = (one for one in versions(terms.subject, terms.kind) if one.number > terms.number)
    return in_force(terms) and not any(in_force(one) for one in newer if refusal(one.id) is None)


def ends_of(terms_ids: Iterable[int]) -> list[AgreementEnd]:
    """What ends when, the earliest first."""
    return list(db.session.scalars(select(AgreementEnd).where(AgreementEnd.terms_id.in_(set(terms_ids))).order_by(AgreementEnd.ends_at)))


@dataclass(frozen=True)
class Written:
    """Who wrote an agreement that is not the site's standard text, for one reader: `author` is "" while they may not know the name, the
    template and its version are for its own organisation. From the clause `own_from` on (None: nowhere) the words are the author's."""

    author: str
    own_from: int | None
    template_id: int | None = None
    number: int | None = None


def written(actor: Actor, terms: Terms, found: Sequence[Standing] | None = None) -> Written | None:
    """None for the site's standard text. One statement or two; the name is the one in the text, else known once all parties have signed."""
    origin = db.session.get(TermsOrigin, terms.id)
    if origin is None:
        return None
    inside = actor.belongs_to(origin.organisation_id) or actor.is_admin
    author = terms.parties.get("seeker", "")
    if not author and (inside or names_are_open(terms, standings(terms.id) if found is None else found)):
        author = organisations.card(origin.organisation_id).name
    return Written(author, origin.own_from, *((origin.template_id, origin.number) if inside else ()))


def rule_of(organisation_id: int) -> tuple[int, Signers]:
    """How many people sign for the organisation, and which."""
    rule = db.session.get(SigningRule, organisation_id)
    return (1, Signers.MANAGERS) if rule is None else (rule.needed, rule.signers)


def names_are_open(terms: Terms, found: Sequence[Standing]) -> bool:
    """May each party know who the others are? Where the text does not name them (a deal), not before all have signed."""
    return bool(terms.parties.get("solver")) or not any(one.missing for one in found)


def held(actor: Actor, terms: Terms) -> tuple[list[Standing], list[Signature]]:
    """How the parties stand, and the signatures this actor may see: all of an agreement between parties who know each other, else the
    actor's own (entrants stay unknown to each other); administrators see all. Two statements."""
    every = list(signatures(terms.id))
    found = _stand(parties(terms.id), every)
    if actor.is_admin or terms.signer_id is not None or (found and names_are_open(terms, found)):
        return found, every
    return found, [one for one in every if one.person_id == actor.person_id]


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


def to_sign(actor: Actor, only: str = "") -> Question:
    """The newest versions that wait for the actor as a party or as one who may sign for one; for the home page. `only`: about subjects
    of this prefix; without it those of rooms that ask themselves are left out. `key` is the terms' id."""
    me = actor.person_id or 0
    owned, managed = ([n for n in actor.roles if rule(n)] for rule in (actor.owns, actor.manages))
    newer, given = aliased(Terms), aliased(Signature)
    theirs = or_(
        TermsParty.person_id == me,
        and_(TermsParty.organisation_id.in_(managed), TermsParty.signers == Signers.MANAGERS),
        and_(TermsParty.organisation_id.in_(owned), TermsParty.signers == Signers.OWNERS),
    )
    same_side = or_(
        and_(TermsParty.organisation_id.is_(None), given.organisation_id.is_(None), given.person_id == TermsParty.person_id),
        given.organisation_id == TermsParty.organisation_id,
    )
    count = select(func.count(given.id)).where(given.terms_id == Terms.id, same_side).correlate(Terms, TermsParty).scalar_subquery()
    title = func.coalesce(Terms.parties["title"].as_string(), Terms.title_en)
    said = select(title.label("detail"), Terms.id.label("key"), NO_DUE).join(TermsParty, TermsParty.terms_id == Terms.id)
    return said.where(
        theirs,
        count < TermsParty.needed,
        ~exists().where(Signature.terms_id == Terms.id, Signature.person_id == me),
        ~exists().where(TermsRefusal.terms_id == Terms.id),
        ~exists().where(newer.subject == Terms.subject, newer.kind == Terms.kind, newer.number > Terms.number),
        *([Terms.subject.startswith(f"{only}:")] if only else [~Terms.subject.startswith(f"{one}:") for one in sorted(_asked_elsewhere)]),
    )


# What a person has to do with

MOST = 300
"""Agreements of one person that the list takes into account, the newest."""


@dataclass(frozen=True)
class Line:
    """One version in somebody's list. `ends` is what ends next, or last ended."""

    terms: Terms
    state: State
    own: Signature | None
    ends: AgreementEnd | None
    awaited: tuple[TermsParty, ...]


def mine(actor: Actor) -> list[Line]:
    """What the actor signed, is to sign, or whose organisation is named, the newest first. Seven statements, however many there are."""
    me, managed = actor.person_id or 0, [number for number in actor.roles if actor.manages(number)]
    named = select(TermsParty.terms_id).where(or_(TermsParty.person_id == me, TermsParty.organisation_id.in_(managed)))
    signed_ = select(Signature.terms_id).where(Signature.person_id == me)
    found = select(Terms).where(or_(Terms.id.in_(named), Terms.id.in_(signed_), Terms.signer_id == me))
    rows = db.session.scalars(found.order_by(Terms.id.desc()).limit(MOST)).all()
    ids = [terms.id for terms in rows]
    sides = db.session.scalars(select(TermsParty).where(TermsParty.terms_id.in_(ids)).order_by(TermsParty.place)).all()
    shared = {side.terms_id for side in sides}
    given = db.session.scalars(
        select(Signature).where(Signature.terms_id.in_(ids), or_(Signature.person_id == me, Signature.terms_id.in_(shared)))
    ).all()
    refused = set(db.session.scalars(select(TermsRefusal.terms_id).where(TermsRefusal.terms_id.in_(ids))))
    newest, ends = newest_numbers(rows), ends_of(ids)
    stand = {terms.id: _stand([side for side in sides if side.terms_id == terms.id], given) for terms in rows}
    binding: dict[tuple[str, Kind], int] = {}
    for terms in rows:
        if stand[terms.id] and not any(one.missing for one in stand[terms.id]):
            binding.setdefault((terms.subject, terms.kind), terms.id)
    lines = []
    for terms in rows:
        own = next((one for one in given if one.terms_id == terms.id and one.person_id == me), None)
        standing, about = stand[terms.id], (terms.subject, terms.kind)
        keyed = [end for end in ends if end.terms_id == terms.id and (standing or (own and end.signature_id == own.id))]
        now = clock.now()
        next_ = next((end for end in keyed if end.ends_at > now), keyed[-1] if keyed else None)
        state = state_of(
            refused=terms.id in refused, replaced=newest[about] > terms.number and binding.get(about) != terms.id,
            complete=not any(one.missing for one in standing) if standing else own is not None,
            mine=any(one.awaits(actor) for one in standing) if standing else own is None, ends=next_.ends_at if next_ else None, now=now,
        )  # fmt: skip
        lines.append(Line(terms, state, own, next_, tuple(one.party for one in standing if one.missing)))
    return lines
