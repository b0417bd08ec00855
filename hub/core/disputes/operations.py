"""The only writes on disputes. Each locks the dispute, then, where it ends, the thing and its hold; none commits.

While one is open nobody moves what is held for its matter: `holds` asks (`keeps_still`). It is closed before its outcome is carried out,
in the same unit of work, so the money moves in the same step or not at all.
"""

from __future__ import annotations

from collections.abc import Sequence

from hub.core.disputes import events, queries, rules
from hub.core.disputes.models import Dispute, DisputeFile, DisputeOffer, DisputeStatement
from hub.core.disputes.policy import POLICY, role_of
from hub.core.disputes.rules import UPHOLD, Ground, Matter, Outcome, Role
from hub.core.disputes.states import CLOCKS, LIFE, OFFERS, Act, OfferAct, OfferState, State
from hub.core.files import operations as files
from hub.core.files.rules import Upload
from hub.core.holds import operations as holds
from hub.core.holds import queries as holds_read
from hub.core.ledger import queries as books
from hub.core.ledger import rules as owners
from hub.core.ledger.rules import OwnerKind
from hub.core.payments import operations as payments
from hub.db import journal
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import SYSTEM, Actor
from hub.kernel.errors import Conflict, NotAllowed, NotNow, TooMany, one_field
from hub.kernel.money import Money
from hub.kernel.permissions import require_verified
from hub.kernel.words import N_

holds.keeps_still(queries.is_frozen)


# Opening


def open_(*, actor: Actor, kind: str, number: int, ground: Ground, statement: str, uploads: Sequence[Upload] = ()) -> Dispute:
    """Dispute the decision about a thing that the actor's side may dispute now. What is held for it stays where it is until the end.

    Raises NotFound, NotAllowed (unverified_address), NotNow (nothing_to_dispute, too_late, disputed_before, disputed_now), Invalid.
    """
    require_verified(actor)
    matter = queries.matter_for(actor, kind, number)
    source = queries.source(kind)
    source.lock(number)
    matter = source.one(number) or matter
    if matter.held_for:
        holds_read.locked_holds(matter.held_for)
    claim = queries.claim_for(actor, matter)
    rules.check_ground(matter, ground)
    body = rules.said(statement, "statement", least=rules.SHORTEST_WORDS, most=rules.LONGEST_WORDS)
    dispute = Dispute.about(matter, claim, ground, actor.person_id or 0)
    db.session.add(dispute)
    db.session.flush()
    _say(actor, dispute, Role.OPENER, body, uploads)
    _secure(dispute, matter)
    source.begin(number)
    _record(actor, dispute, events.DisputeFiled(dispute.id, dispute.subject, dispute.held_for, dispute.stake_minor, dispute.currency))
    return dispute


def _secure(dispute: Dispute, matter: Matter) -> None:
    """Set aside what the other side has of the claimed sum on its balance; if that is nothing, the dispute goes on without."""
    if matter.secure is None:
        return
    payer, claimed = matter.secure
    free = books.available(owners.balance_of(OwnerKind.ORGANISATION, payer, claimed.currency))
    dispute.stake_minor, dispute.currency = max(0, min(free, claimed.minor)), claimed.currency
    if not dispute.stake_minor:
        return
    dispute.secured = True
    payments.fund_from_balance(
        actor=SYSTEM, organisation_id=payer, subject=matter.held_for, amount=Money(dispute.stake_minor, dispute.currency),
        label=matter.title, key=f"{dispute.ref}:secure",
    )  # fmt: skip


# What is said


def answer(*, actor: Actor, dispute: Dispute, statement: str, uploads: Sequence[Upload] = ()) -> Dispute:
    """The other side's word; both then have a week to settle it among themselves. Raises NotAllowed, NotNow, Invalid."""
    POLICY.require(actor, Act.ANSWER, dispute)
    body = rules.said(statement, "statement", least=rules.SHORTEST_WORDS, most=rules.LONGEST_WORDS)
    dispute = queries.locked(dispute.id)
    _step(dispute, Act.ANSWER)
    _say(actor, dispute, Role.OTHER, body, uploads)
    _record(actor, dispute, events.DisputeAnswered(dispute.id))
    return dispute


def state(*, actor: Actor, dispute: Dispute, statement: str, uploads: Sequence[Upload] = ()) -> DisputeStatement:
    """A further word or file of one side, or the mediator's question. Raises NotAllowed, NotNow (closed), TooMany, Invalid."""
    POLICY.require(actor, Act.STATE, dispute)
    body = rules.said(statement, "statement", most=rules.LONGEST_WORDS)
    dispute = queries.locked(dispute.id)
    rules.require_open(dispute)
    role = role_of(actor, dispute)
    assert role is not None
    if queries.count_statements(dispute.id) >= rules.MOST_STATEMENTS:
        raise TooMany(N_("Enough has been said in this dispute: settle it, or have it decided."), retry_after=86_400)
    made = _say(actor, dispute, role, body, uploads)
    _record(actor, dispute, events.StatementMade(dispute.id, made.id, role.value))
    return made


def _say(actor: Actor, dispute: Dispute, role: Role, body: str, uploads: Sequence[Upload]) -> DisputeStatement:
    if len(uploads) > rules.MOST_FILES:
        raise one_field("file", N_("A statement takes at most ten files."), code="too_many_files")
    made = DisputeStatement(dispute_id=dispute.id, role=role, person_id=actor.person_id, body=body, at=clock.now())
    db.session.add(made)
    db.session.flush()
    for upload in uploads:
        kept = files.store(actor=actor, stream=upload.stream, filename=upload.filename, purpose="dispute")
        db.session.add(DisputeFile(statement_id=made.id, file_id=kept.id))
    return made


# The mediator


def call(*, actor: Actor, dispute: Dispute) -> Dispute:
    """Ask for a mediator before the time to settle is over. Raises NotAllowed, NotNow."""
    POLICY.require(actor, Act.CALL, dispute)
    dispute = queries.locked(dispute.id)
    _step(dispute, Act.CALL)
    _record(actor, dispute, events.MediatorCalled(dispute.id, by_clock=False))
    return dispute


def name(*, actor: Actor, dispute: Dispute, person_id: int) -> Dispute:
    """Name a consultant or administrator who belongs to neither side. Raises NotAllowed, NotNow, Invalid about `person`."""
    if not queries.may_name(actor, dispute):
        POLICY.require(actor, Act.NAME, dispute)
    dispute = queries.locked(dispute.id)
    if person_id not in {one.id for one in queries.candidates(dispute)}:
        raise one_field("person", N_("Choose a consultant or administrator who belongs to neither side."), code="not_a_mediator")
    _step(dispute, Act.NAME)
    dispute.mediator_id, dispute.declared_at, dispute.proposed = person_id, None, False
    _record(actor, dispute, events.MediatorNamed(dispute.id, person_id))
    return dispute


def declare(*, actor: Actor, dispute: Dispute, declared: bool) -> Dispute:
    """The mediator declares to have no conflict of interest, in the words of `rules.DECLARATION`, and may read from then on.

    Raises NotAllowed, NotNow, Invalid about `declared`.
    """
    POLICY.require(actor, Act.DECLARE, dispute)
    if not declared:
        raise one_field("declared", N_("Tick the declaration, or stand down if it does not hold."), code="not_declared")
    dispute = queries.locked(dispute.id)
    rules.require_open(dispute)
    if dispute.declared_at is None:
        dispute.declared_at = clock.now()
        _record(actor, dispute, events.MediatorDeclared(dispute.id, rules.DECLARATION_VERSION))
    return dispute


def stand_down(*, actor: Actor, dispute: Dispute) -> Dispute:
    """The mediator cannot or will not, or is relieved by an administrator: another one is named. Raises NotAllowed, NotNow."""
    POLICY.require(actor, Act.STAND_DOWN, dispute)
    dispute = queries.locked(dispute.id)
    _leave(actor, dispute, by_clock=False)
    return dispute


def _leave(actor: Actor, dispute: Dispute, *, by_clock: bool) -> None:
    _step(dispute, Act.STAND_DOWN)
    gone = dispute.mediator_id or 0
    dispute.mediator_id, dispute.declared_at, dispute.proposed = None, None, False
    _record(actor, dispute, events.MediatorLeft(dispute.id, gone, by_clock))


# Ways out


def offer(*, actor: Actor, dispute: Dispute, outcome: str, amount: Money | None = None, words: str = "") -> DisputeOffer:
    """One side offers a way out; it takes the place of that side's earlier offer. Raises NotAllowed, NotNow (closed), Invalid."""
    POLICY.require(actor, Act.OFFER, dispute)
    require_verified(actor)
    dispute = queries.locked(dispute.id)
    rules.require_open(dispute)
    role = role_of(actor, dispute)
    assert role is not None
    return _put(actor, dispute, role, outcome, amount, words)


def propose(*, actor: Actor, dispute: Dispute, outcome: str, amount: Money | None = None, words: str) -> DisputeOffer:
    """The mediator proposes a way out, with the reasons; if both accept it within five days, it is settled so.

    Raises NotAllowed, NotNow (proposed before), Invalid.
    """
    POLICY.require(actor, Act.PROPOSE, dispute)
    said = rules.said(words, "words")
    dispute = queries.locked(dispute.id)
    _step(dispute, Act.PROPOSE)
    dispute.proposed = True
    return _put(actor, dispute, Role.MEDIATOR, outcome, amount, said)


def _put(actor: Actor, dispute: Dispute, role: Role, outcome: str, amount: Money | None, words: str) -> DisputeOffer:
    way = queries.matter_of(dispute).outcome(outcome)
    amount = rules.amount_of(way, amount)
    for before in queries.on_the_table(dispute.id):
        if before.role is role:
            _end_offer(before, OfferAct.LAPSE)
    db.session.flush()
    made = DisputeOffer(
        dispute_id=dispute.id, role=role, person_id=actor.person_id, outcome=way.key, label=way.label, words=words.strip(), at=clock.now(),
        minor=amount.minor if amount is not None else 0, currency=amount.currency if amount is not None else "", state=OFFERS.initial,
        effects=[one.plain for one in queries.effects(dispute, way.key, amount)],
    )  # fmt: skip
    if role is not Role.MEDIATOR:
        made.stand_by(role, actor.person_id, clock.now())
    db.session.add(made)
    db.session.flush()
    _record(actor, dispute, events.SettlementOffered(dispute.id, made.id, role.value))
    return made


def accept(*, actor: Actor, dispute: Dispute, offer_id: int) -> Dispute:
    """Accept an offer as it was shown; with the yes of both sides the dispute is settled, and what it says is carried out at once.

    Raises NotAllowed, NotFound, NotNow (offer_gone), Conflict (effects_changed), and what carrying it out raises.
    """
    POLICY.require(actor, Act.SETTLE, dispute)
    require_verified(actor)
    dispute, role, made = _asked(actor, dispute, offer_id)
    if made.accepted_by(role):
        return dispute
    made.stand_by(role, actor.person_id, clock.now())
    _record(actor, dispute, events.SettlementAnswered(dispute.id, made.id, role.value, OfferState.ACCEPTED.value))
    if not made.accepted_by(role.opposite):
        return dispute
    with clock.held():
        _end_offer(made, OfferAct.ACCEPT)
        way = next((one for one in queries.outcomes(dispute) if one.key == made.outcome), None)
        if way is None or [one.plain for one in queries.effects(dispute, way.key, made.amount)] != made.effects:
            raise Conflict(N_("What this would move has changed since it was offered: make a new offer."), code="effects_changed")
        _close(dispute, Act.SETTLE, way, made.amount, made.words)
        _record(actor, dispute, events.DisputeSettled(dispute.id, made.id, way.key, dispute.minor, dispute.currency))
        _carry_out(dispute)
    return dispute


def refuse(*, actor: Actor, dispute: Dispute, offer_id: int) -> Dispute:
    """Refuse an offer, or take one's own back. Refusing the mediator's proposal leaves it to the mediator to decide.

    Raises NotAllowed, NotFound, NotNow (offer_gone).
    """
    POLICY.require(actor, Act.OFFER, dispute)
    dispute, role, made = _asked(actor, dispute, offer_id)
    own = made.role is role
    _end_offer(made, OfferAct.LAPSE if own else OfferAct.REFUSE)
    _record(actor, dispute, events.SettlementAnswered(dispute.id, made.id, role.value, made.state.value))
    if made.role is Role.MEDIATOR:
        _drop(actor, dispute)
    return dispute


def _drop(actor: Actor, dispute: Dispute) -> None:
    """The proposal is off the table: the mediator decides."""
    POLICY.require(actor, Act.DROP, dispute)
    _step(dispute, Act.DROP)
    dispute.due_at = clock.now() + rules.DECIDE_WITHIN
    for one in queries.on_the_table(dispute.id):
        if one.role is Role.MEDIATOR:
            _end_offer(one, OfferAct.LAPSE)
    _record(actor, dispute, events.ProposalDropped(dispute.id))


def _asked(actor: Actor, dispute: Dispute, offer_id: int) -> tuple[Dispute, Role, DisputeOffer]:
    dispute = queries.locked(dispute.id)
    role, made = role_of(actor, dispute), queries.offer_of(dispute, offer_id)
    if role not in (Role.OPENER, Role.OTHER):
        raise NotAllowed(N_("You may not do this here: it takes another role."))
    rules.require_open(dispute)
    if made.state is not OfferState.OPEN:
        raise NotNow(N_("This offer is off the table."), code="offer_gone")
    return dispute, role, made


def _end_offer(made: DisputeOffer, act: OfferAct) -> None:
    OFFERS.fire(made, act)
    made.ended_at = clock.now()


# The end


def decide(*, actor: Actor, dispute: Dispute, outcome: str, amount: Money | None = None, words: str) -> Dispute:
    """The mediator decides, with the reasons; it is carried out at once. Raises NotAllowed, NotNow, Invalid, and what that raises."""
    POLICY.require(actor, Act.DECIDE, dispute)
    said = rules.said(words, "words")
    dispute = queries.locked(dispute.id)
    rules.require_open(dispute)
    with clock.held():
        way = queries.matter_of(dispute).outcome(outcome)
        _close(dispute, Act.DECIDE, way, rules.amount_of(way, amount), said)
        _record(actor, dispute, events.DisputeDecided(dispute.id, way.key, dispute.minor, dispute.currency))
        _carry_out(dispute)
    return dispute


def withdraw(*, actor: Actor, dispute: Dispute, reason: str) -> Dispute:
    """Its opener lets the decision stand. Raises NotAllowed, NotNow, Invalid."""
    POLICY.require(actor, Act.WITHDRAW, dispute)
    said = rules.said(reason, "reason")
    dispute = queries.locked(dispute.id)
    with clock.held():
        _close(dispute, Act.WITHDRAW, None, None, said)
        _record(actor, dispute, events.DisputeWithdrawn(dispute.id))
        _carry_out(dispute)
    return dispute


def _close(dispute: Dispute, act: Act, way: Outcome | None, amount: Money | None, reason: str) -> None:
    """Nothing is frozen any more from here on; what the outcome moves is written down as it will be posted."""
    effects = queries.effects(dispute, way.key if way is not None else UPHOLD, amount)
    LIFE.fire(dispute, act)
    dispute.closed_at, dispute.due_at, dispute.reason = clock.now(), None, reason
    dispute.outcome, dispute.label = (way.key, way.label) if way is not None else ("", "")
    if amount is not None:
        dispute.minor, dispute.currency = amount.minor, amount.currency
    dispute.effects = [one.plain for one in effects]
    for one in queries.on_the_table(dispute.id):
        _end_offer(one, OfferAct.LAPSE)
    db.session.flush()


def _carry_out(dispute: Dispute) -> None:
    """By the room to which the thing belongs; then what was set aside for the dispute and is left goes back."""
    source = queries.source_for(dispute)
    source.lock(dispute.number)
    if dispute.outcome in ("", *(one.key for one in rules.COMMON)):
        source.resume(dispute.number)
    else:
        source.carry_out(dispute.number, dispute.outcome, dispute.amount, dispute.reason, dispute.ref)
    if dispute.secured:
        payments.refund(actor=SYSTEM, subject=dispute.held_for, key=f"{dispute.ref}:rest")
        for other in queries.unsecured_beside(dispute):  # whoever disputes for the same money goes on with it set aside
            _secure(other, queries.matter_of(other))
    db.session.flush()


# The clock


def run_clocks() -> int:
    """Move on every dispute whose step is over. Returns how many. Bears being repeated, and being late."""
    over = [one for one in map(queries.locked, sorted(queries.due())) if one.due_at is not None and one.due_at <= clock.now()]
    for dispute in over:
        _run_out(dispute)
    return len(over)


def _run_out(dispute: Dispute) -> None:
    if dispute.state in (State.OPENED, State.TALKING):
        _step(dispute, Act.PASS)
        _record(SYSTEM, dispute, events.MediatorCalled(dispute.id, by_clock=True))
    elif dispute.state is State.WAITING:
        dispute.due_at, dispute.reminded_at = clock.now() + CLOCKS[State.WAITING], None
        _record(SYSTEM, dispute, events.MediatorMissing(dispute.id))
    elif dispute.state is State.MEDIATION:
        _leave(SYSTEM, dispute, by_clock=True)
    else:
        _drop(SYSTEM, dispute)


def remind() -> int:
    """Remind those for whom the clock runs, once per step, two days before its end. Returns how many disputes."""
    near = [one for one in map(queries.locked, sorted(queries.to_remind())) if rules.is_near(one)]
    for dispute in near:
        dispute.reminded_at = clock.now()
        _record(SYSTEM, dispute, events.DisputeDueSoon(dispute.id))
    return len(near)


# Common


def _step(dispute: Dispute, act: Act) -> None:
    LIFE.fire(dispute, act)
    dispute.due_at, dispute.reminded_at = clock.now() + CLOCKS[dispute.state], None


def _record(actor: Actor, dispute: Dispute, event: object) -> None:
    db.session.flush()
    journal.record(event, actor=actor, subject=dispute.ref, scope=dispute.ref)
