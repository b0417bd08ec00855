"""Drawing up and signing. Both only add rows."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, or_, select, update
from sqlalchemy.exc import IntegrityError

from hub.core.agreements import queries, rules
from hub.core.agreements.events import AgreementInForce, AgreementRefused, AgreementSigned, SigningRuleSet, TermsDrawnUp
from hub.core.agreements.models import AgreementEnd, Signature, SignedAs, SigningRule, Terms, TermsOrigin, TermsParty, TermsRefusal
from hub.core.agreements.policy import POLICY, Act, signs_for
from hub.core.messages import operations as messages
from hub.core.messages.states import Kind as About
from hub.core.organisations import queries as organisations
from hub.core.wording import rules as wording
from hub.db import journal
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import SYSTEM, Actor, Role
from hub.kernel.errors import Conflict, NotAllowed, NotNow, NotSignedIn, one_field
from hub.kernel.permissions import require_verified
from hub.kernel.words import N_, extent

SHORTEST_REASON, LONGEST_REASON = 10, 2_000


@dataclass(frozen=True)
class Side:
    """A party that must sign: a person or an organisation. `needed` None: as many people, and which, as the organisation's rule says; else
    so many of its owners and managers."""

    person_id: int | None = None
    organisation_id: int | None = None
    needed: int | None = None


def draw_up(
    *,
    actor: Actor,
    subject: str,
    kind: wording.Kind | str,
    choices: Mapping[str, Any],
    parties: Mapping[str, str],
    scope: str = "",
    signer_id: int | None = None,
    sides: Sequence[Side] = (),
    origin: rules.Origin | None = None,
) -> Terms:
    """The agreement about `subject`, composed from `choices` (see wording.Choices) and `parties` (see wording.Parties).

    Returns the current version if the text is the same, else a new version that asks for new signatures. `scope` is the journal's
    larger thing ("challenge:2"; default: the subject). `signer_id` reserves the signature for one person. The calling room decides who
    may do this. With `sides` it is in force only once each of them has signed. `origin` is whose template it was made from, if it was
    one. Raises Invalid about the choices (`terms_invalid`),
    NotAllowed.
    """
    POLICY.require(actor, Act.DRAW_UP, None)
    kind, chosen, named = wording.Kind(kind), wording.read_choices(choices), wording.read_parties(parties)
    words = wording.compose(kind, chosen, named, origin.own if origin is not None else ())
    fingerprint = rules.fingerprint(subject, kind, words)
    before = queries.current(subject, kind)
    if before is not None and before.hash == fingerprint and before.signer_id == signer_id and queries.refusal(before.id) is None:
        return before
    terms = Terms(
        subject=subject, scope=scope or subject, kind=kind, number=before.number + 1 if before else 1,
        title_en=words.title_en, title_zh=words.title_zh, text_en=words.text_en, text_zh=words.text_zh,
        summary_en=list(words.summary_en), summary_zh=list(words.summary_zh),
        choices=wording.plain_choices(chosen), parties=asdict(named), hash=fingerprint,
        signer_id=signer_id, drawn_up_by=actor.person_id, created_at=clock.now(),
    )  # fmt: skip
    db.session.add(terms)
    db.session.flush()
    db.session.add_all(_party(terms.id, place, side) for place, side in enumerate(sides, 1))
    if origin is not None:
        db.session.add(_origin(terms.id, origin, words))
    drawn = TermsDrawnUp(terms_id=terms.id, subject=subject, kind=str(kind), number=terms.number, hash=fingerprint)
    journal.record(drawn, actor=actor, subject=f"terms:{terms.id}", scope=terms.scope)
    return terms


def _origin(terms_id: int, origin: rules.Origin, words: wording.Composed) -> TermsOrigin:
    return TermsOrigin(
        terms_id=terms_id, organisation_id=origin.organisation_id, template_id=origin.template_id, number=origin.number,
        own_from=words.own_from,
    )  # fmt: skip


def _party(terms_id: int, place: int, side: Side) -> TermsParty:
    """A party with the organisation's rule as it is now: a later change touches no agreement."""
    needed, signers = side.needed or 1, rules.Signers.MANAGERS
    if side.organisation_id is not None and side.needed is None:
        needed, signers = queries.rule_of(side.organisation_id)
    return TermsParty(
        terms_id=terms_id, place=place, person_id=side.person_id if side.organisation_id is None else None,
        organisation_id=side.organisation_id, needed=needed, signers=signers,
    )  # fmt: skip


def sign(*, actor: Actor, terms: Terms, seen_hash: str, organisation_id: int | None = None) -> Signature:
    """Sign the current version. Signing again returns the first signature.

    `seen_hash` is the hash of the text the actor was shown. Raises Conflict `terms_changed` if that is not this text or a newer version
    exists, NotSignedIn, NotAllowed (address not confirmed, reserved for somebody else, not a manager of the organisation signed for, or
    code `no_party`), NotNow (code `refused`: a party did not sign; `enough_signatures`).
    """
    if actor.person_id is None:
        raise NotSignedIn(N_("Sign in to sign an agreement."))
    require_verified(actor)
    POLICY.require(actor, Act.SIGN, terms)
    if organisation_id is not None and not actor.manages(organisation_id):
        raise NotAllowed(N_("Only owners and managers sign for an organisation."))
    found = queries.locked(terms)
    if seen_hash != terms.hash or not queries.is_current(terms):
        raise Conflict(N_("The text has changed since you opened it. Read the new version before you sign."), code="terms_changed")
    before = queries.signature(actor.person_id, terms.id)
    if before is not None:
        if found and before.organisation_id != organisation_id:
            raise NotAllowed(
                N_("You have signed this for the other side already. Somebody else has to sign for this one."), code="both_sides"
            )
        return before
    if found:
        _require_place(actor, terms, found, organisation_id)
    signature = Signature(
        terms_id=terms.id, hash=terms.hash, person_id=actor.person_id, organisation_id=organisation_id,
        credential=actor.credential, signed_at=clock.now(),
    )  # fmt: skip
    db.session.add(signature)
    db.session.flush()
    if organisation_id is not None:
        db.session.add(SignedAs(signature_id=signature.id, role=actor.roles[organisation_id]))
    signed = AgreementSigned(
        signature_id=signature.id, terms_id=terms.id, subject=terms.subject, kind=str(terms.kind), number=terms.number,
        person_id=actor.person_id, organisation_id=organisation_id,
    )  # fmt: skip
    journal.record(signed, actor=actor, subject=f"terms:{terms.id}", scope=terms.scope)
    if sum(one.missing for one in found) <= 1:
        _into_force(actor, terms, signature, bool(found))
    return signature


def _require_place(actor: Actor, terms: Terms, found: list[queries.Standing], organisation_id: int | None) -> None:
    """Is there a signature left to give for this side, and may the actor give it?"""
    if queries.refusal(terms.id) is not None:
        raise NotNow(N_("A party has not signed this version, so it is never in force. Wait for the next one."), code="refused")
    side = next((one for one in found if one.party.organisation_id == organisation_id and signs_for(actor, one.party)), None)
    if side is None:
        raise NotAllowed(N_("You cannot sign this for that party: it takes another person, or another role there."), code="no_party")
    if not side.missing:
        raise NotNow(N_("This party has signed already."), code="enough_signatures")


def _into_force(actor: Actor, terms: Terms, last: Signature, shared: bool) -> None:
    """Note when what it grants ends; between parties, tell the journal that all have signed."""
    for what, moment in rules.ends(terms.kind, wording.read_choices(terms.choices), last.signed_at):
        db.session.add(AgreementEnd(terms_id=terms.id, signature_id=last.id, what=what, ends_at=moment))
    db.session.flush()
    if shared:
        event = AgreementInForce(terms_id=terms.id, subject=terms.subject, kind=str(terms.kind), number=terms.number)
        journal.record(event, actor=actor, subject=f"terms:{terms.id}", scope=terms.scope)


def refuse(*, actor: Actor, terms: Terms, reason: str, organisation_id: int | None = None) -> TermsRefusal:
    """Do not sign for a party, and say why; this version can then never be in force. The system sets aside what lapsed, also of agreements
    that one person alone was to sign.

    Raises NotAllowed (code `no_party`), NotNow (code `in_force` once all have signed; `refused`), Invalid about `reason`.
    """
    found = queries.locked(terms)
    mine = [one for one in found if one.party.organisation_id == organisation_id and signs_for(actor, one.party)]
    if actor.credential != SYSTEM.credential and not mine:
        raise NotAllowed(N_("Only the parties of the agreement decide on it."), code="no_party")
    if not any(one.missing for one in found) if found else queries.signatures(terms.id):
        raise NotNow(N_("All have signed: it is in force."), code="in_force")
    said = reason.strip()
    if extent(said) < SHORTEST_REASON or len(said) > LONGEST_REASON:
        raise one_field("reason", N_("Write between %(least)s and %(most)s characters."), least=SHORTEST_REASON, most=LONGEST_REASON)
    told = TermsRefusal(terms_id=terms.id, person_id=actor.person_id, organisation_id=organisation_id, reason=said, at=clock.now())
    try:
        with db.session.begin_nested():
            db.session.add(told)
            db.session.flush()
    except IntegrityError as error:
        raise NotNow(N_("Somebody has said no to this version already."), code="refused") from error
    event = AgreementRefused(
        terms_id=terms.id, subject=terms.subject, kind=str(terms.kind), number=terms.number, person_id=actor.person_id,
        organisation_id=organisation_id,
    )  # fmt: skip
    journal.record(event, actor=actor, subject=f"terms:{terms.id}", scope=terms.scope)
    return told


def set_rule(*, actor: Actor, organisation_id: int, needed: int, signers: rules.Signers) -> SigningRule:
    """Say how the organisation signs agreements drawn up from now on. Raises NotAllowed, Invalid (fewer people than would be needed)."""
    POLICY.require(actor, Act.SET_RULE, organisation_id)
    if needed not in (1, 2):
        raise one_field("needed", N_("One person signs, or two."))
    roles = (Role.OWNER,) if signers is rules.Signers.OWNERS else (Role.OWNER, Role.MANAGER)
    if len(organisations.member_ids(organisation_id, roles)) < needed:
        raise one_field("needed", N_("There are not enough people in this role yet. Add somebody first."), code="too_few_signers")
    rule = db.session.get(SigningRule, organisation_id, with_for_update=True)
    if rule is None:
        rule = SigningRule(organisation_id=organisation_id)
        db.session.add(rule)
    rule.needed, rule.signers, rule.set_by, rule.set_at = needed, signers, actor.person_id or 0, clock.now()
    db.session.flush()
    event = SigningRuleSet(organisation_id=organisation_id, needed=needed, signers=str(signers))
    journal.record(event, actor=actor, subject=f"organisation:{organisation_id}")
    return rule


def sign_here(*, actor: Actor, terms: Terms, seen_hash: str, organisation_id: int | None = None) -> Signature:
    """What the agreement's own page and address do: `sign`, unless the subject's room has a place where signing does more.

    Raises NotNow `sign_elsewhere` then, and whatever `sign` raises.
    """
    if place := queries.place_to_sign(terms):
        raise NotNow(N_("This agreement is signed where it takes effect: %(place)s"), code="sign_elsewhere", place=place)
    return sign(actor=actor, terms=terms, seen_hash=seen_hash, organisation_id=organisation_id)


# The calendar


def count_ends(*, subject: str, kind: wording.Kind | str, deadline: datetime, evaluated: Collection[int]) -> int:
    """Note what of each signature's agreement ends so long after `deadline`, which its text names and its room now knows: of everybody the
    version they signed last. The time to evaluate is noted for the people in `evaluated` alone. Bears being repeated; returns how many."""
    noted, signed = 0, _last_signed(subject, kind)
    known = {(end.signature_id, end.what) for end in queries.ends_of({terms.id for terms, _ in signed})}
    for terms, signature in signed:
        for what, moment in rules.ends_from(terms.kind, wording.read_choices(terms.choices), deadline):
            if (signature.id, what) not in known and (what is not rules.Ending.EVALUATION or signature.person_id in evaluated):
                db.session.add(AgreementEnd(terms_id=terms.id, signature_id=signature.id, what=what, ends_at=moment))
                noted += 1
    db.session.flush()
    return noted


def _last_signed(subject: str, kind: wording.Kind | str) -> list[tuple[Terms, Signature]]:
    """For everybody who signed, the version they signed last, with their signature."""
    found = select(Terms, Signature).join(Signature, Signature.terms_id == Terms.id)
    rows = db.session.execute(found.where(Terms.subject == subject, Terms.kind == wording.Kind(kind)).order_by(Terms.number))
    return list({signature.person_id: (terms, signature) for terms, signature in rows}.values())


def end_now(*, subject: str, kind: wording.Kind | str, what: rules.Ending, at: datetime) -> None:
    """What would have ended later has ended `at`: nobody is reminded of it any more. Bears being repeated."""
    about = select(Terms.id).where(Terms.subject == subject, Terms.kind == wording.Kind(kind))
    open_ = AgreementEnd.terms_id.in_(about), AgreementEnd.what == what, AgreementEnd.ends_at > at
    db.session.execute(update(AgreementEnd).where(*open_).values(ends_at=at, reminded_at=at))


LEAD = {rules.Ending.LICENCE: timedelta(days=30), rules.Ending.SECRECY: timedelta(days=30), rules.Ending.EVALUATION: timedelta(days=7)}
REMINDERS = {
    rules.Ending.LICENCE: N_("“%(title)s”: the licence ends on %(day)s. Extend it in time, or plan for its end."),
    rules.Ending.SECRECY: N_("“%(title)s”: the duty of confidentiality ends on %(day)s."),
    rules.Ending.EVALUATION: N_("“%(title)s”: the time to evaluate ends on %(day)s. Who does not withdraw by then goes on."),
}
READ_UNTIL = N_("“%(title)s”: the time in which entries may be read and tested ends on %(day)s.")
AT_ONCE = 200


def remind_of_ends() -> int:
    """Tell both sides of what ends soon, once each: what ends for many at one moment is one thing to tell. Returns how many. Bears being
    repeated."""
    now = clock.now()
    due = or_(*(and_(AgreementEnd.what == what, AgreementEnd.ends_at <= now + lead) for what, lead in LEAD.items()))
    together = AgreementEnd.terms_id, AgreementEnd.what, AgreementEnd.ends_at
    open_ = select(*together).where(AgreementEnd.reminded_at.is_(None), AgreementEnd.ends_at > now, due).distinct()
    told = 0
    for terms_id, what, moment in db.session.execute(open_.order_by(AgreementEnd.ends_at).limit(AT_ONCE)).all():
        these = AgreementEnd.terms_id == terms_id, AgreementEnd.what == what, AgreementEnd.ends_at == moment
        first = update(AgreementEnd).where(*these, AgreementEnd.reminded_at.is_(None)).values(reminded_at=now)
        signatures = db.session.scalars(first.returning(AgreementEnd.signature_id)).all()
        if not signatures:
            continue
        terms = queries.get(terms_id)
        if queries.parties(terms.id) and not queries.binds(terms):
            continue
        text = READ_UNTIL if terms.kind is wording.Kind.CHALLENGE_ENTRY and what is rules.Ending.EVALUATION else REMINDERS[what]
        values = {"title": terms.parties.get("title", ""), "day": moment.date().isoformat()}
        messages.notify(
            actor=SYSTEM, person_ids=_concerned(terms, signatures), text=text, values=values, link=f"/agreements/{terms.id}",
            kind=About.AGREEMENT,
        )  # fmt: skip
        told += 1
    return told


def _concerned(terms: Terms, signature_ids: Collection[int]) -> list[int]:
    """Who is a party or decides for one; of what each signs alone, the signers and whom the subject's room names for the other side."""
    named = queries.parties(terms.id)
    if not named:
        signers = db.session.scalars(select(Signature.person_id).where(Signature.id.in_(signature_ids)))
        return list(dict.fromkeys([*signers, *queries.other_side(terms)]))
    deciders = organisations.managers_of(side.organisation_id for side in named if side.organisation_id is not None)
    people = [side.person_id for side in named if side.person_id is not None]
    return [*people, *(one for members in deciders.values() for one in members)]
