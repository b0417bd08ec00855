"""The only writes on certificates."""

from __future__ import annotations

import secrets

from hub.core.certificates import queries, rules
from hub.core.certificates.events import CertificateIssued, CertificateWithdrawn
from hub.core.certificates.models import Certificate
from hub.core.certificates.policy import POLICY, Act
from hub.core.evidence import operations as evidence
from hub.db import journal
from hub.db.extensions import db
from hub.kernel import clock, signing
from hub.kernel.actor import Actor
from hub.kernel.errors import NotNow
from hub.kernel.permissions import require_verified
from hub.kernel.words import N_


def issue(*, actor: Actor, organisation: str = "", named: str = "name") -> Certificate:
    """Sign what the record of the actor, or of an organisation (its slug) that the actor manages, says now.

    Raises NotFound, NotAllowed, NotNow (no_deals, too_many).
    """
    require_verified(actor)
    subject = queries.subject_for(actor, organisation, named)
    if not subject.record.sums.deals:
        raise NotNow(N_("There is nothing to certify yet: no deal is finished."), code="no_deals")
    if queries.count_standing(subject.side) >= rules.MOST:
        raise NotNow(N_("Twenty certificates stand already: withdraw one first."), code="too_many")
    pem, now = evidence.signing_key(), clock.now()
    key_id, code, until = signing.key_id(signing.public_of(pem)), secrets.token_urlsafe(24), now + rules.LASTS
    statement = queries.says(subject, code=code, issued_at=now, until=until, key_id=key_id)
    made = Certificate(
        code=code, person_id=subject.side.person_id, organisation_id=subject.side.organisation_id, statement=statement,
        signature=rules.signed(statement, pem), issued_by=actor.person_id, issued_at=now, until=until,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    journal.record(CertificateIssued(made.id), actor=actor, subject=made.ref, scope=made.ref)
    return made


def withdraw(*, actor: Actor, certificate: Certificate) -> Certificate:
    """Whoever checks it reads from now on that it was withdrawn. Raises NotAllowed, NotNow (withdrawn)."""
    POLICY.require(actor, Act.WITHDRAW, certificate)
    certificate = queries.locked(certificate.id)
    if certificate.withdrawn_at is not None:
        raise NotNow(N_("It was withdrawn already."), code="withdrawn")
    certificate.withdrawn_at, certificate.withdrawn_by = clock.now(), actor.person_id
    journal.record(CertificateWithdrawn(certificate.id), actor=actor, subject=certificate.ref, scope=certificate.ref)
    return certificate
