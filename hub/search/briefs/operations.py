"""The only writes of this room: what becomes of a brief, and whom it is shown to. What all of them share serves the proposals room, too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from hub.core.fees import queries as fees
from hub.core.fees.rules import Mode
from hub.core.holds import operations as holds
from hub.core.ledger.rules import positive
from hub.core.messages import operations as messages
from hub.core.messages.states import Kind as About
from hub.core.payments import operations as payments
from hub.core.payments import queries as payments_read
from hub.db import journal
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import SYSTEM, Actor
from hub.kernel.errors import Conflict, Invalid, NotFound, NotNow, one_field
from hub.kernel.money import Money
from hub.kernel.permissions import require_verified
from hub.kernel.words import N_, distinct
from hub.search.briefs import events, queries, rules
from hub.search.briefs.models import Brief, BriefFee, Invitation
from hub.search.briefs.policy import FEES, POLICY
from hub.search.briefs.rules import Pay
from hub.search.briefs.states import FEE, LIFE, Act, FeeAct, FeeState, InvitationState, State
from hub.search.index import operations as index

CONTENT = ("title", "background", "sought", "must_haves", "criteria", "sector", "language", "closes_at", "client_shown")
LISTS = ("must_haves", "criteria")


def draft(*, actor: Actor, organisation_id: int, title: str, **content: Any) -> Brief:
    """Begin a brief for a client. `content` as in `edit`. Raises NotAllowed, Invalid."""
    POLICY.require(actor, Act.DRAFT, None)
    require_verified(actor)
    now = clock.now()
    brief = Brief(
        organisation_id=organisation_id, consultant_id=actor.person_id, title="", state=LIFE.initial, must_haves=[], criteria=[],
        client_shown=True, created_at=now, updated_at=now,
    )  # fmt: skip
    _write(brief, {"title": title, **content})
    db.session.add(brief)
    db.session.flush()
    record(events.BriefDrafted(brief_id=brief.id), actor, brief)
    return brief


def edit(*, actor: Actor, brief: Brief, **content: Any) -> Brief:
    """Change a draft. `content`: any of CONTENT; what is not named stays. Raises NotAllowed, NotNow unless it is a draft, Invalid."""
    POLICY.require(actor, Act.EDIT, brief)
    if brief.state is not State.DRAFT:
        raise NotNow(N_("Only a draft can be changed."))
    changed = _write(brief, content)
    if changed:
        _touch(brief)
        record(events.BriefEdited(brief_id=brief.id, fields=",".join(changed)), actor, brief)
    return brief


def _write(brief: Brief, content: Mapping[str, Any]) -> list[str]:
    """Put the content in; returns the names of what changed."""
    given = {name: value for name, value in content.items() if name in CONTENT}
    for name in LISTS:
        if name in given:
            given[name] = distinct(given[name], most=rules.MOST_CRITERIA, longest=rules.LONGEST_CRITERION)
    if given.get("closes_at") is not None and given["closes_at"] != brief.closes_at and (gap := rules.deadline_gap(given["closes_at"])):
        raise one_field("closes_at", gap)
    changed = [name for name, value in given.items() if getattr(brief, name) != value]
    for name in changed:
        setattr(brief, name, given[name])
    return changed


def submit(*, actor: Actor, brief: Brief) -> Brief:
    """Send a complete draft to the client. Raises NotAllowed, NotNow, Invalid (code `incomplete`) naming what is missing."""
    _begin(actor, brief, Act.SUBMIT)
    if brief.state is State.DRAFT and (gaps := rules.gaps(brief)):
        raise Invalid(N_("Some parts are missing before the client can sign it off."), code="incomplete", fields=gaps)
    _move(brief, Act.SUBMIT)
    brief.remarks = ""
    record(events.BriefSentForSignOff(brief_id=brief.id), actor, brief)
    tell(actor, queries.client_managers(brief), brief, N_("The brief “%(title)s” waits for your sign-off."), "/signoff")
    return brief


def send_back(*, actor: Actor, brief: Brief, remarks: str) -> Brief:
    """The client does not agree yet and says what to change. Raises NotAllowed, NotNow, Invalid about `remarks`."""
    _begin(actor, brief, Act.RETURN)
    rules.check_words("remarks", remarks, 1, rules.LONGEST_REASON)
    _move(brief, Act.RETURN)
    brief.remarks = remarks.strip()
    record(events.BriefReturned(brief_id=brief.id), actor, brief)
    tell(actor, [brief.consultant_id], brief, N_("The client sent the brief “%(title)s” back with remarks."), "/edit")
    return brief


def sign_off(*, actor: Actor, brief: Brief, version: int | None = None) -> Brief:
    """The client agrees, and the call is published. `version` is that of the brief that was read.

    Raises NotAllowed (also for the one who wrote it), NotNow (the deadline is too near; code `fee_not_held`), Conflict (code `stale`).
    """
    require_verified(actor)
    _begin(actor, brief, Act.SIGN_OFF)
    if version is not None and version != brief.version:
        raise Conflict(N_("The brief has changed since you opened it. Read it again before you sign it off."), code="stale")
    if brief.state is State.SIGN_OFF and (fee := queries.fee_of(brief)) is not None and fee.state is FeeState.OFFERED:
        raise NotNow(N_("The fee for the search is not held yet: look at it and set it aside first."), code="fee_not_held")
    LIFE.fire(brief, Act.SIGN_OFF)
    brief.signed_off_at, brief.signed_off_by = clock.now(), actor.person_id
    _touch(brief)
    record(events.BriefPublished(brief_id=brief.id), actor, brief, public=True)
    tell(actor, [brief.consultant_id], brief, N_("The client signed off the brief “%(title)s”: it is published."), "/matches")
    return brief


def withdraw(*, actor: Actor, brief: Brief, reason: str) -> Brief:
    """Take it back, or discard a draft; whoever handed in a proposal reads why. Raises NotAllowed, NotNow, Invalid
    about `reason`, which a published one needs."""
    _begin(actor, brief, Act.WITHDRAW)
    if brief.was_published:
        rules.check_words("reason", reason, rules.SHORTEST_REASON, rules.LONGEST_REASON)
    _move(brief, Act.WITHDRAW)
    brief.words = reason.strip()
    _call_fee_off(actor, brief)
    record(events.BriefWithdrawn(brief_id=brief.id), actor, brief, public=True)
    tell(actor, [brief.consultant_id, *queries.client_managers(brief)], brief, N_("The brief “%(title)s” was withdrawn."))
    return brief


def close(*, actor: Actor, brief: Brief, proposals: int) -> Brief:
    """The deadline has come with so many proposals: selection begins, or there is nothing to select. By the system, for the proposals room.

    Raises NotAllowed, NotNow before the deadline.
    """
    act = Act.CLOSE if proposals else Act.CLOSE_EMPTY
    _begin(actor, brief, act)
    _move(brief, act)
    if not proposals:
        _call_fee_off(actor, brief)
    record(events.BriefClosed(brief_id=brief.id, proposals=proposals), actor, brief, public=True)
    answer_them = N_("The call “%(title)s” has closed with %(n)s proposals: answer each of them.")
    text = answer_them if proposals else N_("The call “%(title)s” has closed without a proposal.")
    people = [brief.consultant_id, *queries.client_managers(brief)]
    tell(actor, people, brief, text, "/select" if proposals else "", n=proposals)
    return brief


def decide(*, actor: Actor, brief: Brief, selected: Sequence[int]) -> Brief:
    """The client has chosen; the proposals room calls it once everybody has an answer. Raises NotAllowed, NotNow."""
    _begin(actor, brief, Act.DECIDE)
    LIFE.fire(brief, Act.DECIDE)
    brief.decided_at, brief.decided_by = clock.now(), actor.person_id
    _touch(brief)
    _pay_fee(actor, brief)
    record(events.BriefDecided(brief_id=brief.id, selected=list(selected)), actor, brief, public=True)
    tell(actor, [brief.consultant_id], brief, N_("The client decided on “%(title)s”."), "/proposals")
    return brief


# Invitations


def invite(*, actor: Actor, brief: Brief, key: str) -> Sequence[Invitation]:
    """Ask the people behind a match ("expert:12", "offer:17") for a proposal; nobody is asked twice.

    Returns the new invitations. Raises NotAllowed, NotNow (the call is not open; code `nobody_there`).
    """
    _begin(actor, brief, Act.INVITE)
    require_open(brief)
    people = [number for number in queries.reached_by(key) if number != actor.person_id]
    if not people:
        raise NotNow(N_("Nobody here can be asked about this match."), code="nobody_there")
    known = {row.person_id for row in queries.invitations(brief)}
    fresh = [
        Invitation(
            brief_id=brief.id, person_id=number, key=key, state=InvitationState.INVITED, invited_by=actor.person_id, invited_at=clock.now()
        )
        for number in people if number not in known
    ]  # fmt: skip
    if fresh:
        db.session.add_all(fresh)
        db.session.flush()
        record(events.PeopleInvited(brief_id=brief.id, key=key, person_ids=[row.person_id for row in fresh]), actor, brief)
        tell(actor, [row.person_id for row in fresh], brief, N_("You are invited to propose: “%(title)s”."))
    return fresh


def decline_invitation(*, actor: Actor, brief: Brief) -> Invitation:
    """Not now, thank you: one click. Again is harmless. Raises NotFound."""
    hold(brief)
    found = queries.invitation(brief, actor.person_id)
    if found is None:
        raise NotFound(N_("You were not invited to this."))
    if found.state is InvitationState.INVITED:
        found.state, found.answered_at = InvitationState.DECLINED, clock.now()
        db.session.flush()
        record(events.InvitationDeclined(brief_id=brief.id, invitation_id=found.id), actor, brief)
        tell(actor, [brief.consultant_id], brief, N_("Somebody you invited to “%(title)s” has declined."), "/matches")
    return found


# The consultant's fee: named with the draft, held before the call begins, paid with the decision, or given back


def offer_fee(*, actor: Actor, brief: Brief, gross: Money | None) -> BriefFee | None:
    """Name what the search costs, or (None) that it costs nothing; what was on its way for another sum goes back.

    Raises NotAllowed, NotNow (no draft; code `fee_held`), Invalid about the amount.
    """
    _begin(actor, brief, Act.EDIT)
    FEES.require(actor, FeeAct.OFFER, brief)
    fee = queries.fee_of(brief)
    if fee is not None and fee.state not in {FeeState.OFFERED, FeeState.CALLED_OFF}:
        raise NotNow(N_("The client has agreed to this fee and set it aside: it is not changed any more."), code="fee_held")
    if brief.state is not State.DRAFT:
        raise NotNow(N_("The fee is named while the brief is a draft."), code="not_draft")
    stood = fee if fee is not None and fee.state is FeeState.OFFERED else None
    if gross == (stood.gross if stood is not None else None):
        return stood
    if stood is not None:
        payments.refund(actor=SYSTEM, subject=brief.ref, key=f"{brief.ref}:fee:{stood.version}")
    made = _named(brief, fee, positive(gross)) if gross is not None else None
    if stood is not None and made is None:
        FEE.fire(stood, FeeAct.CALL_OFF)
        stood.closed_at = clock.now()
    db.session.flush()
    said = gross if gross is not None else Money(0, stood.currency if stood is not None else "USD")
    record(events.FeeOffered(brief_id=brief.id, minor=said.minor, currency=said.currency), actor, brief)
    return made


def _named(brief: Brief, fee: BriefFee | None, gross: Money) -> BriefFee:
    """A fee of `gross` at the rate of today; it waits for the client."""
    rate = fees.rate(Mode.BRIEFS)
    if fee is None:
        fee = BriefFee(brief_id=brief.id, consultant_id=brief.consultant_id, state=FEE.initial)
    elif fee.state is FeeState.CALLED_OFF:
        FEE.fire(fee, FeeAct.OFFER)
    fee.gross_minor, fee.currency, fee.fee_bp = gross.minor, gross.currency, rate
    fee.offered_at, fee.agreed_by, fee.closed_at = clock.now(), None, None
    db.session.add(fee)
    return fee


def hold_fee(*, actor: Actor, brief: Brief, seen: Money, pay: Pay) -> BriefFee:
    """The client agrees to the fee `seen` (the gross) and sets it aside from the balance, or asks for the transfer's reference.

    Raises NotAllowed, NotFound (no fee), NotNow (not with the client; code `fee_held`), Conflict (code `fee_changed`), Invalid about `pay`.
    """
    _begin(actor, brief, Act.SIGN_OFF)
    FEES.require(actor, FeeAct.HOLD, brief)
    require_verified(actor)
    fee = queries.fee_of(brief)
    if fee is None or (brief.state is State.DRAFT and fee.state is FeeState.CALLED_OFF):
        raise NotFound(N_("This search costs nothing."))
    if fee.state is not FeeState.OFFERED:
        raise NotNow(N_("The fee is settled already."), code="fee_held")
    if brief.state is not State.SIGN_OFF:
        raise NotNow(N_("The fee is set aside while the brief waits for your sign-off."), code="not_in_sign_off")
    if seen != fee.gross:
        raise Conflict(N_("The fee has changed since you opened it. Look at it again before you agree."), code="fee_changed")
    fee.agreed_by = actor.person_id
    if pay is Pay.TRANSFER:
        payments.request_funding(actor=actor, organisation_id=brief.organisation_id, subject=brief.ref, amount=fee.gross, label=brief.title)
        return fee
    left = payments_read.spendable(brief.organisation_id, fee.currency)
    if left < fee.gross:
        message = N_("The balance is %(left)s, less than %(gross)s: pay by bank transfer.")
        raise one_field("pay", message, code="over_balance", left=str(left), gross=str(fee.gross))
    payments.refund(actor=SYSTEM, subject=brief.ref, key=f"{brief.ref}:fee:{fee.version}")
    payments.fund_from_balance(
        actor=actor, organisation_id=brief.organisation_id, subject=brief.ref, amount=fee.gross, label=brief.title, key=f"{fee.ref}:hold"
    )
    note_fee_held(brief=brief)
    return fee


def note_fee_held(*, brief: Brief) -> None:
    """The money is there: the brief can be signed off. Nothing happens if it is not, or if it was noted before."""
    hold(brief)
    fee = queries.fee_of(brief)
    if fee is None or fee.state is not FeeState.OFFERED or not queries.fee_is_held(fee):
        return
    FEE.fire(fee, FeeAct.HOLD)
    fee.held_at = clock.now()
    db.session.flush()
    record(events.FeeHeld(brief_id=brief.id, minor=fee.gross_minor, currency=fee.currency), SYSTEM, brief)
    tell(SYSTEM, [brief.consultant_id], brief, N_("The fee for “%(title)s” is held: %(gross)s."), "/fee", gross=str(fee.gross))


def _pay_fee(actor: Actor, brief: Brief) -> None:
    fee = queries.fee_of(brief)
    if fee is None or fee.state is FeeState.CALLED_OFF:
        return
    FEES.require(actor, FeeAct.PAY, brief)
    FEE.fire(fee, FeeAct.PAY)
    fee.closed_at = clock.now()
    released = holds.release(
        actor=actor, subject=brief.ref, to_person_id=fee.consultant_id, gross=fee.gross, fee_bp=fee.fee_bp, key=f"{brief.ref}:fee",
        memo=brief.title,
    )  # fmt: skip
    record(events.FeePaid(brief_id=brief.id, person_id=fee.consultant_id, transaction_id=released.id), actor, brief)


def _call_fee_off(actor: Actor, brief: Brief) -> None:
    fee = queries.fee_of(brief)
    if fee is None or fee.state is FeeState.CALLED_OFF:
        return
    FEES.require(actor, FeeAct.CALL_OFF, brief)
    FEE.fire(fee, FeeAct.CALL_OFF)
    fee.closed_at = clock.now()
    payments.refund(actor=SYSTEM, subject=brief.ref, key=f"{brief.ref}:fee:back")
    record(events.FeeCalledOff(brief_id=brief.id), actor, brief)


# What all of them do


def _begin(actor: Actor, brief: Brief, act: Act) -> None:
    """Hold the row against another decision, then see whether this one may be made."""
    hold(brief)
    POLICY.require(actor, act, brief)


def hold(brief: Brief, *, share: bool = False) -> None:
    """Keep the row as it is until the commit; `share` lets others do the same. Row locks are PostgreSQL's; SQLite has one writer anyway."""
    db.session.flush()
    query = select(Brief).where(Brief.id == brief.id).with_for_update(read=share)
    db.session.scalars(query.execution_options(populate_existing=True)).one()


def require_open(brief: Brief) -> None:
    """The clock is asked after the lock: half-open, so the moment of the deadline is late. Raises NotNow (code `deadline_passed`)."""
    if brief.state is not State.PUBLISHED:
        raise NotNow(N_("This call is not open."), code="not_open")
    if not rules.takes_proposals(brief, clock.now()):
        raise NotNow(N_("The deadline has passed: the call takes no proposals any more. What you wrote is kept."), code="deadline_passed")


def _move(brief: Brief, act: Act) -> None:
    LIFE.fire(brief, act)
    _touch(brief)


def _touch(brief: Brief) -> None:
    brief.updated_at = clock.now()
    db.session.flush()


def record(event: object, actor: Actor, brief: Brief, *, public: bool = False) -> None:
    """Write down what happened; `public` if visitors see something else from now on."""
    journal.record(event, actor=actor, subject=brief.ref)
    if public:
        index.mark([brief.ref])


def tell(actor: Actor, people: Sequence[int], brief: Brief, text: str, page: str = "", **values: Any) -> None:
    others = [person_id for person_id in people if person_id != actor.person_id]
    values["title"] = brief.title
    messages.notify(actor=actor, person_ids=others, text=text, kind=About.SEARCH, values=values, link=f"{brief.path}{page}")
