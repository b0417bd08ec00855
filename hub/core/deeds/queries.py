"""An agreement as its reader may hold it: its signatures with names, and the file of evidence that the site signs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from hub.core.accounts import queries as accounts
from hub.core.agreements import queries as agreements
from hub.core.agreements.models import Signature, SignedAs, Terms
from hub.core.deeds import rules
from hub.core.deeds.rules import Record
from hub.core.evidence import operations as evidence
from hub.core.evidence import queries as evidence_read
from hub.core.organisations import queries as organisations
from hub.core.wording import rules as wording
from hub.db.extensions import db
from hub.kernel import signing
from hub.kernel.actor import Actor, Role
from hub.kernel.errors import NotFound
from hub.kernel.words import N_

SOMEBODY = N_("A former member")


@dataclass(frozen=True)
class Party:
    """A party by its name ("" while the other side may not know it), how many sign for it, how many have."""

    place: int
    name: str
    needed: int
    signed: int


@dataclass(frozen=True)
class Deed:
    """One version for one reader."""

    terms: Terms
    parties: tuple[Party, ...]
    records: tuple[Record, ...]
    in_force: bool


def deed(actor: Actor, terms: Terms) -> Deed:
    """What the actor may know of the parties and signatures of these terms."""
    standings, signed = agreements.held(actor, terms)
    open_ = actor.is_admin or agreements.names_are_open(terms, standings)
    bodies = organisations.cards([*(one.organisation_id for one in signed), *(s.party.organisation_id for s in standings)])
    people = accounts.cards([*(one.person_id for one in signed), *(s.party.person_id for s in standings if s.party.person_id)])
    roles = roles_of(terms.id)

    def person(number: int | None) -> str:
        return people[number].name if number in people else SOMEBODY

    def body(number: int | None) -> str:
        return bodies[number].name if number in bodies else ""

    records = tuple(
        Record(
            one.id, one.hash, person(one.person_id), one.person_id, body(one.organisation_id), one.organisation_id,
            str(roles.get(one.id, "")), one.credential, one.signed_at,
        )
        for one in signed
    )  # fmt: skip

    def name(side: Any) -> str:
        known = open_ or side.person_id == actor.person_id or actor.belongs_to(side.organisation_id)
        return (body(side.organisation_id) or person(side.person_id)) if known else ""

    parties = tuple(Party(s.party.place, name(s.party), s.party.needed, len(s.signed)) for s in standings)
    complete = not any(one.missing for one in standings) if standings else bool(signed)
    return Deed(terms, parties, records, complete)


def file(actor: Actor, terms: Terms) -> dict[str, Any]:
    """The file of evidence, each signature and the whole signed by the site: what `rules.check` checks."""
    pem, held = evidence.signing_key(), deed(actor, terms)
    public = signing.public_of(pem)
    told: dict[str, Any] = {
        "format": rules.FORMAT, "site": evidence_read.wiring().site, "agreement": terms.id, "subject": terms.subject,
        "kind": str(terms.kind), "version": terms.number, "drawn_up_at": terms.created_at.isoformat(), "title_en": terms.title_en,
        "title_zh": terms.title_zh, "text_en": terms.text_en, "text_zh": terms.text_zh, "hash": terms.hash, "hash_is": rules.HASH_IS,
        "signed_is": rules.SIGNED_IS, "in_force": held.in_force, "parties": [dict(one.__dict__) for one in held.parties],
        "signatures": [one.told() | {"site_signature": signing.sign(pem, one.told())} for one in held.records],
        "key": {"id": signing.key_id(public), "algorithm": signing.ALGORITHM, "public_key": public}, "signature": "",
    }  # fmt: skip
    told["signature"] = signing.sign(pem, rules.statement(told))
    return told


def earlier(actor: Actor, terms: Terms, since: int | None) -> tuple[Terms, list[int]]:
    """The older version to compare with (number `since`, else the last one the actor signed, else the one before), and the numbers of all
    that the actor may read. Raises NotFound."""
    older = _older(actor, terms)
    numbers = [one.number for one, _ in older]
    if since is None:
        wanted = next((one for one, signed in older if signed), older[0][0] if older else None)
    else:
        wanted = next((one for one, _ in older if one.number == since), None)
    if wanted is None:
        raise NotFound(N_("There is no such earlier version."))
    return wanted, numbers


def standard(terms: Terms) -> wording.Composed:
    """The site's standard text of this kind for the same parties: what terms made from a template are compared with."""
    return wording.compose(terms.kind, wording.SITES_OWN[terms.kind], wording.read_parties(terms.parties))


def _older(actor: Actor, terms: Terms) -> list[tuple[Terms, bool]]:
    """The earlier versions that the actor may read, the newest first, and whether they signed each."""
    rows = [one for one in agreements.versions(terms.subject, terms.kind) if one.number < terms.number]
    mine = select(Signature.terms_id).where(Signature.person_id == (actor.person_id or 0), Signature.terms_id.in_([one.id for one in rows]))
    signed_ = set(db.session.scalars(mine))
    every = actor.is_admin or agreements.reads_all(actor, terms)
    return [(one, one.id in signed_) for one in rows if every or one.id in signed_ or one.signer_id == actor.person_id]


def roles_of(terms_id: int) -> dict[int, Role]:
    """In which role each signature for an organisation was given, by signature; older ones are not in it."""
    found = select(SignedAs.signature_id, SignedAs.role).join(Signature, Signature.id == SignedAs.signature_id)
    return {row.signature_id: row.role for row in db.session.execute(found.where(Signature.terms_id == terms_id))}
