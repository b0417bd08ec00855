"""The only writes on integrity. Nothing here decides anything: flags wait for a person."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import delete, select

from hub.core.integrity import events, queries, rules
from hub.core.integrity.models import DeclaredAffiliation, IntegrityFlag, SignInTrace
from hub.core.integrity.policy import POLICY
from hub.core.integrity.rules import How, Kind, Trace
from hub.core.integrity.states import LIFE, Act
from hub.core.organisations import queries as organisations
from hub.db import journal
from hub.db.extensions import db
from hub.kernel import clock, reasons
from hub.kernel.actor import SYSTEM, Actor
from hub.kernel.errors import NotFound, NotSignedIn, one_field
from hub.kernel.words import N_

FROM_TRACE = {Trace.DEVICE: Kind.DEVICE, Trace.ADDRESS: Kind.ADDRESS}


# Noticing


def look(*, subject: str, title: str, link: str, person_id: int, host_id: int, among: Iterable[int] = ()) -> list[IntegrityFlag]:
    """Compare somebody who takes part in a thing with the organisation that asks, its people, and the others who take part.

    `subject` is what they did ("entry:5"), `title` and `link` the thing's. Call it in an idempotent reaction: what was noticed before, and
    what staff dismissed, is not noticed again.
    """
    about: dict[str, Any] = {"subject": subject, "title": title[:200], "link": link, "person_id": person_id}
    raised = []
    if how := queries.tie(person_id, host_id):
        raised.append(_raise(Kind.AFFILIATION, how, organisation_id=host_id, **about))
    others = {*organisations.member_ids(host_id), *among} - {person_id}
    for other in queries.paid_together(person_id, others):
        raised.append(_raise(Kind.PAYOUT, How.DESTINATION, other_id=other, **about))
    for other, trace in queries.seen_together(person_id, others).items():
        raised.append(_raise(FROM_TRACE[trace], How.SEEN, other_id=other, **about))
    return [flag for flag in raised if flag is not None]


def note_same_document(*, check_id: int, person_id: int, others: Iterable[int]) -> None:
    """The same document was accepted on other accounts, too."""
    title, link = f"document_check:{check_id}", f"/verification/checks/{check_id}"
    for other in others:
        _raise(
            Kind.DOCUMENT, How.NUMBER, subject=title, title=title, link=link, person_id=person_id, other_id=other
        )  # fmt: skip


def _raise(
    kind: Kind, how: How, *, subject: str, title: str, link: str, person_id: int, other_id: int | None = None,
    organisation_id: int | None = None,
) -> IntegrityFlag | None:  # fmt: skip
    pair = ",".join(map(str, sorted({person_id, other_id or person_id})))
    mark = f"{kind.value}:{link}:{pair}:{organisation_id or ''}"
    if db.session.scalar(select(IntegrityFlag.id).where(IntegrityFlag.mark == mark)) is not None:
        return None
    flag = IntegrityFlag(
        mark=mark, kind=kind, how=how, subject=subject, title=title, link=link, person_id=person_id, other_id=other_id,
        organisation_id=organisation_id, state=LIFE.initial, raised_at=clock.now(),
    )  # fmt: skip
    db.session.add(flag)
    db.session.flush()
    _record(SYSTEM, flag, events.FlagRaised(flag_id=flag.id, kind=kind.value))
    return flag


def _record(actor: Actor, flag: IntegrityFlag, event: Any) -> None:
    journal.record(event, actor=actor, subject=flag.ref)


def note_traces(*, person_id: int, ip: str, user_agent: str, site_key: str) -> None:
    """Somebody signed in: of address and device a keyed hash is kept."""
    for kind, digest in rules.traces(site_key, ip, user_agent).items():
        mine = SignInTrace.person_id == person_id, SignInTrace.kind == kind, SignInTrace.hash == digest
        known = db.session.scalars(select(SignInTrace).where(*mine)).one_or_none()
        if known is None:
            db.session.add(SignInTrace(person_id=person_id, kind=kind, hash=digest, seen_at=clock.now()))
        else:
            known.seen_at = clock.now()
    db.session.flush()


def forget_traces() -> None:
    """What was not seen for REMEMBERED is kept no longer."""
    db.session.execute(delete(SignInTrace).where(SignInTrace.seen_at < clock.now() - rules.REMEMBERED))


# Judging


def dismiss(*, actor: Actor, flag: IntegrityFlag, reason: str) -> IntegrityFlag:
    """Nothing is wrong with it. Raises NotAllowed, NotNow (decided already), Invalid (reason_missing)."""
    return _decide(actor, flag, Act.DISMISS, reason, events.FlagDismissed)


def settle(*, actor: Actor, flag: IntegrityFlag, reason: str) -> IntegrityFlag:
    """Somebody has acted upon it, with the means of the thing's own room; the reason says how. Raises as `dismiss`."""
    return _decide(actor, flag, Act.SETTLE, reason, events.FlagActedUpon)


def _decide(actor: Actor, flag: IntegrityFlag, act: Act, reason: str, event: type[Any]) -> IntegrityFlag:
    POLICY.require(actor, act, flag)
    words = reasons.given(reason, rules.SAY_WHY)
    LIFE.fire(flag, act)
    flag.reason, flag.decided_by, flag.decided_at = words, actor.person_id, clock.now()
    db.session.flush()
    _record(actor, flag, event(flag_id=flag.id))
    return flag


# Declaring


def declare(*, actor: Actor, organisation: str) -> DeclaredAffiliation:
    """Say that one works for an organisation (by its slug) without acting for it here. Again is harmless. Raises NotSignedIn, Invalid."""
    if actor.person_id is None:
        raise NotSignedIn(N_("Sign in first."))
    slug = organisation.strip().rstrip("/").rpartition("/")[2]
    try:
        body = organisations.by_slug(slug)
    except NotFound:
        text = N_("There is no such organisation here. Write what stands behind /orgs/ in the address of its page.")
        raise one_field("organisation", text, code="no_such_organisation") from None
    known = queries.declared(actor.person_id, body.id)
    if known is not None:
        return known
    said = DeclaredAffiliation(person_id=actor.person_id, organisation_id=body.id, said_at=clock.now())
    db.session.add(said)
    db.session.flush()
    event = events.AffiliationDeclared(person_id=actor.person_id, organisation_id=body.id)
    journal.record(event, actor=actor, subject=f"person:{actor.person_id}")
    return said


def end(*, actor: Actor, organisation_id: int) -> None:
    """Take it back. Raises NotFound."""
    known = queries.declared(actor.person_id or 0, organisation_id)
    if known is None:
        raise NotFound(N_("You have not declared this."))
    event = events.AffiliationEnded(person_id=known.person_id, organisation_id=organisation_id)
    db.session.delete(known)
    db.session.flush()
    journal.record(event, actor=actor, subject=f"person:{event.person_id}")
