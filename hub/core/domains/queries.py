"""Reads of proofs: an organisation's, those to look at, and what they say of an organisation and its people."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select

from hub.core.accounts import rules as accounts
from hub.core.accounts.models import Person
from hub.core.domains import rules
from hub.core.domains.events import DomainAsked
from hub.core.domains.models import DomainProof
from hub.core.domains.policy import POLICY
from hub.core.domains.rules import Way
from hub.core.domains.states import Act, State
from hub.core.organisations.models import Membership, Organisation
from hub.db.extensions import db
from hub.db.journal import JournalRow
from hub.kernel import clock
from hub.kernel.actor import Actor
from hub.kernel.errors import NotFound
from hub.kernel.levels import Level
from hub.kernel.words import N_

NO_PROOF = N_("There is no such proof of a domain.")


def get_for(actor: Actor, proof_id: int) -> DomainProof:
    """For the organisation's owners and managers. Raises NotFound."""
    proof = db.session.get(DomainProof, proof_id)
    if proof is None or not POLICY.can(actor, Act.CHANGE, proof):
        raise NotFound(NO_PROOF)
    return proof


def by_id(proof_id: int) -> DomainProof | None:
    """Unchecked, as it is now: for the worker."""
    return db.session.get(DomainProof, proof_id, populate_existing=True)


def of_organisation(organisation_id: int) -> Sequence[DomainProof]:
    return db.session.scalars(select(DomainProof).where(DomainProof.organisation_id == organisation_id).order_by(DomainProof.id)).all()


def of_way(organisation_id: int, domain: str, way: Way) -> DomainProof | None:
    mine = DomainProof.organisation_id == organisation_id, DomainProof.domain == domain, DomainProof.way == way
    return db.session.scalars(select(DomainProof).where(*mine)).one_or_none()


def by_secret(secret: str) -> DomainProof:
    """What a link in a mail is about. Raises NotFound (code bad_link) for one that was used, has lapsed, or never was."""
    proof = db.session.scalars(select(DomainProof).where(DomainProof.secret_hash == accounts.fingerprint(secret))).one_or_none()
    if proof is None or clock.now() >= proof.asked_at + rules.LINK_LIFE:
        raise NotFound(N_("This link was used already, has lapsed, or was never complete. Ask for a new one."), code="bad_link")
    return proof


def mails_today(organisation_id: int) -> int:
    """Mails that were sent for it within a day, as the journal has them: taking a proof back takes none of them back."""
    asked = select(func.count()).select_from(JournalRow)
    mine = JournalRow.scope == f"organisation:{organisation_id}", JournalRow.kind == DomainAsked.__name__
    since = JournalRow.at > clock.now() - rules.WORRY
    return db.session.scalar(asked.where(*mine, since, JournalRow.facts["way"].as_string() == Way.EMAIL.value)) or 0


def due(limit: int = 20) -> list[int]:
    """Ids of what the worker looks at now."""
    query = select(DomainProof.id).where(DomainProof.next_at <= clock.now()).order_by(DomainProof.next_at).limit(limit)
    return list(db.session.scalars(query))


def _proven(organisation_ids: Sequence[int]) -> Sequence[DomainProof]:
    mine = DomainProof.organisation_id.in_(organisation_ids), DomainProof.state == State.PROVEN
    return db.session.scalars(select(DomainProof).where(*mine).order_by(DomainProof.way.desc(), DomainProof.id)).all()


def proven_domain(organisation_id: int, website: str) -> str:
    """The domain that its page may show as proven, by the website or by its zone; empty for none."""
    found = [one.domain for one in _proven([organisation_id]) if one.way.strong and rules.counts(one.way, one.domain, website)]
    return rules.bare(found[0]) if found else ""


def organisation_level(organisation_id: int) -> Level:
    """What the proven domains say of the organisation, as far as they are those of the website that its page shows."""
    website = db.session.scalar(select(Organisation.website).where(Organisation.id == organisation_id)) or ""
    ways = {one.way for one in _proven([organisation_id]) if rules.counts(one.way, one.domain, website)}
    return Level.DOMAIN if any(way.strong for way in ways) else Level.EMAIL if Way.EMAIL in ways else Level.NONE


def person_level(person_id: int) -> Level:
    """DOMAIN for a confirmed address at the domain that an organisation of theirs has proven itself."""
    person = db.session.get_one(Person, person_id)
    domain = rules.domain_of(person.email)
    if person.email_verified_at is None or rules.is_free_mail(domain):
        return Level.NONE
    places = select(Organisation.id, Organisation.website).join(Membership, Membership.organisation_id == Organisation.id)
    websites = {row.id: row.website for row in db.session.execute(places.where(Membership.person_id == person_id))}
    for proof in _proven(list(websites)) if websites else []:
        at_home = rules.counts(proof.way, proof.domain, websites[proof.organisation_id]) and rules.covers(proof.domain, domain)
        if proof.way.strong and at_home:
            return Level.DOMAIN
    return Level.NONE
