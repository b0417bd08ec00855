"""Reads of certificates: what one would say, one's own, and anybody's check."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select

from hub.core.accounts import queries as accounts
from hub.core.accounts.models import Person
from hub.core.certificates import rules
from hub.core.certificates.models import Certificate
from hub.core.certificates.policy import POLICY, Act
from hub.core.certificates.rules import FORMAT, Standing
from hub.core.disputes.rules import Side
from hub.core.evidence import queries as evidence
from hub.core.evidence import rules as evidence_rules
from hub.core.evidence.rules import Finding
from hub.core.organisations import queries as organisations
from hub.core.organisations.models import Organisation
from hub.core.reputation import queries as records
from hub.core.reputation.queries import Record
from hub.core.reputation.rules import Rate
from hub.db.cursors import older
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import Actor
from hub.kernel.errors import NotAllowed, NotFound
from hub.kernel.words import N_

NO_CERTIFICATE = N_("There is no such certificate.")


@dataclass(frozen=True)
class Subject:
    """Whom a certificate is of."""

    side: Side
    name: str
    kind: str
    record: Record
    level: str
    since: datetime


def subject_for(actor: Actor, slug: str, named: str = "name") -> Subject:
    """The actor, by name or by handle, or an organisation that the actor manages. Raises NotFound, NotAllowed."""
    of: Person | Organisation
    if slug:
        of = organisations.by_slug(slug)
        if not actor.manages(of.id):
            raise NotAllowed(N_("You may not do this here: it takes another role."))
        side, name, kind = Side(organisation_id=of.id), of.name, "organisation"
    else:
        of = accounts.get(actor.person_id or 0)
        side, name, kind = Side(person_id=of.id), of.handle if named == "handle" else of.name, "person"
    record = records.record(side, level=of.level, since=of.created_at)
    return Subject(side, name, kind, record, of.level.value, of.created_at)


def says(subject: Subject, *, code: str, issued_at: datetime, until: datetime, key_id: str) -> dict[str, Any]:
    """The statement: texts and whole numbers alone."""
    record = subject.record
    return {
        "format": FORMAT, "site": evidence.wiring().site, "code": code, "kind": subject.kind, "name": subject.name, "level": subject.level,
        "since": f"{subject.since:%Y-%m-%d}", "deals": record.sums.deals, "ratings": record.sums.ratings, "score": record.score or "",
        "answers": _rate(record.answers), "on_time": _rate(record.on_time), "disputes_lost": _rate(record.lost),
        "badges": ", ".join(badge.value for badge in record.badges), "issued_at": issued_at.isoformat(timespec="seconds"),
        "until": until.isoformat(timespec="seconds"), "key_id": key_id,
    }  # fmt: skip


def _rate(rate: Rate) -> str:
    """ "7/8"; empty where nothing is said."""
    return f"{rate.hits}/{rate.total}" if rate.known else ""


def _own(actor: Actor) -> ColumnElement[bool]:
    managed = [number for number in actor.roles if actor.manages(number)]
    return or_(Certificate.person_id == (actor.person_id or 0), Certificate.organisation_id.in_(managed))


def of_actor(actor: Actor, *, before: int | None = None, limit: int = 100) -> Sequence[Certificate]:
    """Up to `limit` + 1 of the actor's own and of organisations that the actor manages, the newest first."""
    query = select(Certificate).where(_own(actor))
    return db.session.scalars(older(query, Certificate.id, before, limit + 1)).all()


def count_standing(side: Side) -> int:
    mine = Certificate.person_id == side.person_id
    if side.organisation_id is not None:
        mine = Certificate.organisation_id == side.organisation_id
    stands = (Certificate.withdrawn_at.is_(None), Certificate.until > clock.now())
    return db.session.scalar(select(func.count()).select_from(Certificate).where(mine, *stands)) or 0


def get_for(actor: Actor, certificate_id: int, act: Act = Act.READ) -> Certificate:
    """Raises NotFound."""
    found = db.session.get(Certificate, certificate_id)
    if found is None or not POLICY.can(actor, Act.READ, found):
        raise NotFound(NO_CERTIFICATE)
    POLICY.require(actor, act, found)
    return found


def locked(certificate_id: int) -> Certificate:
    db.session.flush()
    query = select(Certificate).where(Certificate.id == certificate_id).with_for_update()
    return db.session.scalars(query.execution_options(populate_existing=True)).one()


def by_code(code: str) -> Certificate:
    """For whoever was shown it. Raises NotFound."""
    found = db.session.scalars(select(Certificate).where(Certificate.code == code)).one_or_none()
    if found is None:
        raise NotFound(NO_CERTIFICATE)
    return found


@dataclass(frozen=True)
class Checked:
    """What a certificate says, whether the site said so, and whether it still stands."""

    statement: dict[str, Any]
    findings: list[Finding]
    standing: Standing
    withdrawn_at: datetime | None = None

    @property
    def genuine(self) -> bool:
        return evidence_rules.holds(self.findings)


def checked(certificate: Certificate) -> Checked:
    """A stored one, as it stands in the table now: one that was altered there is found, too."""
    findings = rules.check(certificate.statement, certificate.signature, evidence.trusted())
    stands = rules.standing(certificate.until, certificate.withdrawn_at, clock.now())
    return Checked(certificate.statement, findings, stands, certificate.withdrawn_at)


def checked_file(told: Any) -> Checked:
    """One that somebody was sent: {"statement": ..., "signature": ...}."""
    whole = told if isinstance(told, dict) else {}
    statement = whole.get("statement") if isinstance(whole.get("statement"), dict) else {}
    assert isinstance(statement, dict)
    findings = rules.check(statement, whole.get("signature"), evidence.trusted())
    if not evidence_rules.holds(findings):
        return Checked(statement, findings, Standing.UNKNOWN)
    known = db.session.scalars(select(Certificate).where(Certificate.code == str(statement["code"]))).one_or_none()
    if known is None:
        return Checked(statement, findings, Standing.UNKNOWN)
    return Checked(statement, findings, rules.standing(known.until, known.withdrawn_at, clock.now()), known.withdrawn_at)
