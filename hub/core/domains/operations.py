"""The only writes on proofs of domains. None of them talks to the network: the worker does, and tells what it found."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hub.core.accounts import rules as accounts
from hub.core.domains import events, queries, rules
from hub.core.domains.models import DomainProof
from hub.core.domains.policy import POLICY
from hub.core.domains.rules import Way
from hub.core.domains.states import LIFE, Act, State
from hub.core.messages import operations as messages
from hub.core.messages.states import Kind
from hub.core.organisations import queries as organisations
from hub.core.organisations.models import Organisation
from hub.db import journal
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import SYSTEM, Actor
from hub.kernel.errors import NotAllowed, NotNow, TooMany
from hub.kernel.permissions import require_verified
from hub.kernel.words import N_


def _record(actor: Actor, proof: DomainProof, event: Any) -> None:
    journal.record(event, actor=actor, subject=proof.ref, scope=f"organisation:{proof.organisation_id}")


def _manages(actor: Actor, organisation: Organisation) -> int:
    require_verified(actor)
    if actor.person_id is None or not actor.manages(organisation.id):
        raise NotAllowed(N_("An organisation’s owners and managers prove its domain."))
    return actor.person_id


def ask_web(*, actor: Actor, organisation: Organisation) -> DomainProof:
    """A token for the organisation's website; the worker looks for it. Asked again, the same one is looked for anew.

    Raises NotSignedIn, NotAllowed, Invalid (website_missing), NotNow (looked a moment ago).
    """
    return _ask(actor, organisation, Way.WEB, rules.website_host)


def ask_dns(*, actor: Actor, organisation: Organisation) -> DomainProof:
    """A token for a TXT record of the website's domain; the worker looks for it. Asked again, the same one is looked for anew.

    Raises NotSignedIn, NotAllowed, Invalid (website_missing), NotNow (looked a moment ago).
    """
    return _ask(actor, organisation, Way.DNS, rules.zone)


def _ask(actor: Actor, organisation: Organisation, way: Way, domain_of: Callable[[str], str]) -> DomainProof:
    me, domain = _manages(actor, organisation), domain_of(organisation.website)
    known = queries.of_way(organisation.id, domain, way)
    if known is not None:
        return look_again(actor=actor, proof=known)
    return _begin(actor, organisation, me, domain=domain, way=way, token=rules.new_token(), next_at=clock.now() + rules.PAUSE)


def ask_mailbox(*, actor: Actor, organisation: Organisation, address: str) -> DomainProof:
    """A link goes to the address, which has to lie at the domain of the organisation's website; it is forgotten once it has answered.

    Raises NotSignedIn, NotAllowed, Invalid (website_missing, free_mail, other_domain), TooMany.
    """
    me, domain = _manages(actor, organisation), rules.check_address(address, organisation.website)
    known = queries.of_way(organisation.id, domain, Way.EMAIL)
    if queries.mails_today(organisation.id) >= rules.MOST_MAILS_A_DAY:
        raise TooMany(N_("Many mailboxes were asked for this organisation today. Try again tomorrow."), retry_after=86_400)
    if known is None:
        return _begin(actor, organisation, me, domain=domain, way=Way.EMAIL, address=address)
    known.address, known.asked_by, known.asked_at, known.secret_hash = address, me, clock.now(), None
    db.session.flush()
    _record(actor, known, _asked(known))
    return known


def _begin(actor: Actor, organisation: Organisation, me: int, **about: Any) -> DomainProof:
    proof = DomainProof(organisation_id=organisation.id, state=LIFE.initial, asked_by=me, asked_at=clock.now(), **about)
    db.session.add(proof)
    db.session.flush()
    _record(actor, proof, _asked(proof))
    return proof


def _asked(proof: DomainProof) -> events.DomainAsked:
    return events.DomainAsked(
        proof_id=proof.id, organisation_id=proof.organisation_id, domain=rules.bare(proof.domain), way=proof.way.value
    )


def look_again(*, actor: Actor, proof: DomainProof) -> DomainProof:
    """Have the worker look at the website or the record now. Raises NotAllowed, NotNow (a mailbox; looked a moment ago)."""
    POLICY.require(actor, Act.CHANGE, proof)
    if not proof.way.strong:
        raise NotNow(N_("A mailbox is asked by mail."))
    if proof.looked_at is not None and clock.now() < proof.looked_at + rules.PAUSE:
        raise NotNow(N_("We looked a moment ago. Wait a minute."), code="just_looked")
    proof.next_at = clock.now()
    if proof.state is State.ASKED:
        proof.asked_at, proof.tries = clock.now(), 0
    db.session.flush()
    return proof


def remove(*, actor: Actor, proof: DomainProof) -> None:
    """It counts no longer, and nobody looks at it again. Raises NotAllowed."""
    POLICY.require(actor, Act.CHANGE, proof)
    event = events.DomainRemoved(proof_id=proof.id, organisation_id=proof.organisation_id, domain=rules.bare(proof.domain))
    _record(actor, proof, event)
    db.session.delete(proof)
    db.session.flush()


# The mailbox


def fresh_secret(*, proof: DomainProof) -> str | None:
    """The secret for the mail that is being written now; of it only the hash is kept. None if it is not needed any more."""
    if not proof.address:
        return None
    secret = accounts.new_secret()
    proof.secret_hash = accounts.fingerprint(secret)
    db.session.flush()
    return secret


def answer(*, actor: Actor, secret: str) -> DomainProof:
    """Whoever reads the mailbox says that the organisation speaks for the domain. Raises NotFound (code bad_link)."""
    proof = queries.by_secret(secret)
    if proof.state is not State.PROVEN:
        LIFE.fire(proof, Act.PROVE)
    proof.secret_hash, proof.address = None, ""
    proof.proven_at, proof.missed_at, proof.trouble = clock.now(), None, ""
    proof.next_at = clock.now() + rules.ANSWER_COUNTS
    db.session.flush()
    _proven(actor, proof)
    return proof


def _proven(actor: Actor, proof: DomainProof) -> None:
    event = events.DomainProven(proof_id=proof.id, organisation_id=proof.organisation_id, domain=rules.bare(proof.domain))
    _record(actor, proof, event)
    _tell(proof, N_("The domain %(domain)s of %(organisation)s is proven."))


# What the worker found


def note_found(*, proof: DomainProof) -> None:
    """The website or the record shows our line."""
    first = proof.state is not State.PROVEN
    if first:
        LIFE.fire(proof, Act.PROVE)
        proof.proven_at = clock.now()
    proof.looked_at, proof.missed_at, proof.trouble, proof.tries = clock.now(), None, "", 0
    proof.next_at = clock.now() + rules.LOOK_AGAIN
    db.session.flush()
    if first:
        _proven(SYSTEM, proof)


def note_missing(*, proof: DomainProof, trouble: str) -> None:
    """Neither website nor record shows our line, or the mailbox's year is over. A proof that is gone for GRACE is lost; until then one
    looks every day, and those concerned have been told."""
    proof.looked_at, proof.trouble = clock.now(), trouble
    if proof.state is not State.PROVEN:
        proof.tries += 1
        proof.next_at = rules.next_try(proof.tries, proof.asked_at, clock.now()) if proof.state is State.ASKED else None
        db.session.flush()
        return
    if proof.missed_at is None:
        proof.missed_at = clock.now()
        if proof.way.strong:
            _missed(proof, trouble)
    if proof.way is Way.EMAIL or clock.now() >= proof.missed_at + rules.GRACE:
        _lose(proof)
        return
    proof.next_at = min(clock.now() + rules.WORRY, proof.missed_at + rules.GRACE)
    db.session.flush()


def _missed(proof: DomainProof, trouble: str) -> None:
    db.session.flush()
    _record(SYSTEM, proof, events.DomainMissed(proof_id=proof.id, organisation_id=proof.organisation_id, trouble=trouble))
    web = N_("The website of %(organisation)s does not show the proof of %(domain)s any more. From %(day)s on it does not count.")
    dns = N_("The TXT record that proves %(domain)s for %(organisation)s is not there any more. From %(day)s on it does not count.")
    _tell(proof, dns if proof.way is Way.DNS else web, day=f"{clock.now() + rules.GRACE:%Y-%m-%d}")


def _lose(proof: DomainProof) -> None:
    LIFE.fire(proof, Act.LOSE)
    proof.next_at = None
    db.session.flush()
    event = events.DomainLost(proof_id=proof.id, organisation_id=proof.organisation_id, domain=rules.bare(proof.domain))
    _record(SYSTEM, proof, event)
    _tell(proof, N_("The domain %(domain)s of %(organisation)s does not count as proven any more. You can prove it anew."))


def _tell(proof: DomainProof, text: str, **more: str) -> None:
    body = organisations.card(proof.organisation_id)
    values = {"organisation": body.name, "domain": rules.bare(proof.domain), **more}
    whom = organisations.managers_of([body.id]).get(body.id, [])
    messages.notify(actor=SYSTEM, person_ids=whom, text=text, values=values, link=f"/orgs/{body.slug}/domain", kind=Kind.ACCOUNT)
