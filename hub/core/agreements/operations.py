"""Drawing up and signing. Both only add rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from hub.core.agreements import queries, rules
from hub.core.agreements.events import AgreementSigned, TermsDrawnUp
from hub.core.agreements.models import Signature, Terms
from hub.core.agreements.policy import POLICY, Act
from hub.db import journal
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import Actor
from hub.kernel.errors import Conflict, NotAllowed, NotNow, NotSignedIn
from hub.kernel.permissions import require_verified
from hub.kernel.words import N_


def draw_up(
    *,
    actor: Actor,
    subject: str,
    kind: rules.Kind | str,
    choices: Mapping[str, Any],
    parties: Mapping[str, str],
    scope: str = "",
    signer_id: int | None = None,
) -> Terms:
    """The agreement about `subject`, composed from `choices` (see rules.Choices) and `parties` (see rules.Parties).

    Returns the current version if the text is the same, else a new version that asks for new signatures. `scope` is the journal's
    larger thing ("challenge:2"; default: the subject). `signer_id` reserves the signature for one person. The calling room decides who
    may do this. Raises Invalid about the choices (`terms_invalid`), NotAllowed.
    """
    POLICY.require(actor, Act.DRAW_UP, None)
    kind, chosen, named = rules.Kind(kind), rules.read_choices(choices), rules.read_parties(parties)
    words = rules.compose(kind, chosen, named)
    fingerprint = rules.fingerprint(subject, kind, words)
    before = queries.current(subject, kind)
    if before is not None and before.hash == fingerprint and before.signer_id == signer_id:
        return before
    terms = Terms(
        subject=subject, scope=scope or subject, kind=kind, number=before.number + 1 if before else 1,
        title_en=words.title_en, title_zh=words.title_zh, text_en=words.text_en, text_zh=words.text_zh,
        summary_en=list(words.summary_en), summary_zh=list(words.summary_zh),
        choices=rules.plain_choices(chosen), parties=asdict(named), hash=fingerprint,
        signer_id=signer_id, drawn_up_by=actor.person_id, created_at=clock.now(),
    )  # fmt: skip
    db.session.add(terms)
    db.session.flush()
    drawn = TermsDrawnUp(terms_id=terms.id, subject=subject, kind=str(kind), number=terms.number, hash=fingerprint)
    journal.record(drawn, actor=actor, subject=f"terms:{terms.id}", scope=terms.scope)
    return terms


def sign(*, actor: Actor, terms: Terms, seen_hash: str, organisation_id: int | None = None) -> Signature:
    """Sign the current version. Signing again returns the first signature.

    `seen_hash` is the hash of the text the actor was shown. Raises Conflict `terms_changed` if that is not this text or a newer version
    exists, NotSignedIn, NotAllowed (address not confirmed, reserved for somebody else, or not a manager of the organisation signed for).
    """
    if actor.person_id is None:
        raise NotSignedIn(N_("Sign in to sign an agreement."))
    require_verified(actor)
    POLICY.require(actor, Act.SIGN, terms)
    if organisation_id is not None and not actor.manages(organisation_id):
        raise NotAllowed(N_("Only owners and managers sign for an organisation."))
    if seen_hash != terms.hash or not queries.is_current(terms):
        raise Conflict(N_("The text has changed since you opened it. Read the new version before you sign."), code="terms_changed")
    before = queries.signature(actor.person_id, terms.id)
    if before is not None:
        return before
    signature = Signature(
        terms_id=terms.id, hash=terms.hash, person_id=actor.person_id, organisation_id=organisation_id,
        credential=actor.credential, signed_at=clock.now(),
    )  # fmt: skip
    db.session.add(signature)
    db.session.flush()
    signed = AgreementSigned(
        signature_id=signature.id, terms_id=terms.id, subject=terms.subject, kind=str(terms.kind), number=terms.number,
        person_id=actor.person_id, organisation_id=organisation_id,
    )  # fmt: skip
    journal.record(signed, actor=actor, subject=f"terms:{terms.id}", scope=terms.scope)
    return signature


def sign_here(*, actor: Actor, terms: Terms, seen_hash: str, organisation_id: int | None = None) -> Signature:
    """What the agreement's own page and address do: `sign`, unless the subject's room has a place where signing does more.

    Raises NotNow `sign_elsewhere` then, and whatever `sign` raises.
    """
    if place := queries.place_to_sign(terms):
        raise NotNow(N_("This agreement is signed where it takes effect: %(place)s"), code="sign_elsewhere", place=place)
    return sign(actor=actor, terms=terms, seen_hash=seen_hash, organisation_id=organisation_id)
