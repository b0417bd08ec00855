"""The only writes of this room. The clock is read once the pool is locked, and nothing commits: a step is whole or never was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hub.core.fees import queries as fees
from hub.core.fees.rules import Mode
from hub.core.holds import operations as holds
from hub.core.holds import queries as held
from hub.core.holds.models import Hold
from hub.core.ledger import operations as ledger
from hub.core.ledger import rules as accounts
from hub.core.ledger.models import Transaction
from hub.core.ledger.rules import AccountRef, Kind, Leg, OwnerKind
from hub.core.payments.policy import pays_from_it
from hub.core.pools import events, queries, rules
from hub.core.pools.models import Pledge, Pool, PoolStory, PoolUpdate
from hub.core.pools.policy import PLEDGES, POLICY
from hub.core.pools.states import LIFE, PLEDGE, Act, For, PledgeAct, PledgeState, State
from hub.db import journal
from hub.db.extensions import db
from hub.kernel import clock, reasons
from hub.kernel.actor import SYSTEM, Actor
from hub.kernel.errors import Conflict, Invalid, NotAllowed, NotNow, one_field
from hub.kernel.money import Money
from hub.kernel.permissions import require_verified
from hub.kernel.words import N_, extent

EDITABLE = ("title", "summary", "story", "language", "closes_at")
NO_LONGER = N_("What it was for takes no money any more. All pledges were given back.")


# The organiser's draft, and the review


def draft(*, actor: Actor, organisation_id: int, title: str, currency: str, subject: str = "", **content: Any) -> Pool:
    """Begin a pool for `subject` ("challenge:5"), or for a project of the organisation's own if it is empty.

    `content`: any of EDITABLE, `goal` and `minimum` as Money. Raises NotAllowed (another organisation's, address not verified), Invalid.
    """
    now, kind = clock.now(), For(subject.partition(":")[0]) if subject else For.PROJECT
    pool = Pool(
        organisation_id=organisation_id, kind=kind, subject=subject, currency=currency, fee_bp=0, slug=queries.free_slug(title),
        author_id=actor.person_id, state=LIFE.initial, minimum_minor=1, created_at=now, updated_at=now,
    )  # fmt: skip
    POLICY.require(actor, Act.DRAFT, pool)
    require_verified(actor)
    _write(pool, {"title": title, **content})
    if subject:
        queries.check_subject(pool)
    db.session.add(pool)
    db.session.flush()
    _record(actor, pool, events.PoolDrafted(pool_id=pool.id))
    return pool


def edit(*, actor: Actor, pool: Pool, **content: Any) -> Pool:
    """Change a draft; what is not named stays. Raises NotAllowed, NotNow unless it is a draft, Invalid."""
    POLICY.require(actor, Act.EDIT, pool)
    if pool.state is not State.DRAFT:
        raise NotNow(N_("Only a draft can be changed. Once open, goal and deadline stay as they are."), code="not_a_draft")
    if changed := _write(pool, content):
        pool.updated_at = clock.now()
        _record(actor, pool, events.PoolEdited(pool_id=pool.id, fields=",".join(changed)))
    return pool


def _write(pool: Pool, content: Mapping[str, Any]) -> list[str]:
    given = {name: value for name, value in content.items() if name in EDITABLE}
    for name in ("goal", "minimum"):
        if (amount := content.get(name)) is not None:
            given[f"{name}_minor"] = accounts.same_currency(accounts.positive(amount, name), pool.currency, name).minor
    given["fee_bp"] = fees.rate(Mode.POOLS)
    changed = [name for name, value in given.items() if getattr(pool, name) != value]
    for name in changed:
        setattr(pool, name, given[name])
    return changed


def submit(*, actor: Actor, pool: Pool) -> Pool:
    """Hand the draft to the consultants. Raises Invalid naming each gap, NotAllowed, NotNow."""
    POLICY.require(actor, Act.SUBMIT, pool)
    if pool.state is State.DRAFT and (gaps := rules.gaps(pool)):
        raise Invalid(N_("Some parts of the draft are missing."), code="incomplete", fields=gaps)
    if pool.subject:
        queries.check_subject(pool)
    return _move(actor, pool, Act.SUBMIT, events.PoolSubmitted(pool_id=pool.id))


def recall(*, actor: Actor, pool: Pool) -> Pool:
    """Back to the draft, before it was approved. Raises NotAllowed, NotNow."""
    POLICY.require(actor, Act.RECALL, pool)
    return _move(actor, pool, Act.RECALL, events.PoolRecalled(pool_id=pool.id))


def return_(*, actor: Actor, pool: Pool, reason: str) -> Pool:
    """Send it back to the organiser, who reads the remarks. Raises Invalid without any, NotAllowed, NotNow."""
    POLICY.require(actor, Act.RETURN, pool)
    pool.reason = reasons.given(reason)
    return _move(actor, pool, Act.RETURN, events.PoolReturned(pool_id=pool.id))


def approve(*, actor: Actor, pool: Pool) -> Pool:
    """Open it for pledges. Raises NotAllowed, NotNow (not in review, deadline too near), Invalid (its subject)."""
    POLICY.require(actor, Act.APPROVE, pool)
    pool = queries.locked(pool.id)
    if pool.subject:
        queries.check_subject(pool)
    LIFE.fire(pool, Act.APPROVE)
    pool.opened_at = pool.updated_at = clock.now()
    pool.reason = ""
    db.session.add(PoolStory(pool_id=pool.id, number=1, story=pool.story, author_id=pool.author_id, at=pool.opened_at))
    _record(actor, pool, events.PoolOpened(pool_id=pool.id))
    return pool


def discard(*, actor: Actor, pool: Pool) -> Pool:
    """Throw the draft away. Raises NotAllowed, NotNow."""
    POLICY.require(actor, Act.DISCARD, pool)
    pool.closed_at = clock.now()
    return _move(actor, pool, Act.DISCARD, events.PoolDiscarded(pool_id=pool.id))


def _move(actor: Actor, pool: Pool, act: Act, event: object) -> Pool:
    LIFE.fire(pool, act)
    pool.updated_at = clock.now()
    _record(actor, pool, event)
    return pool


# What the organiser tells once it is open


def retell(*, actor: Actor, pool: Pool, story: str) -> Pool:
    """Change the story of an open pool; the earlier ones stay readable with their dates. Raises NotAllowed, NotNow, Invalid."""
    POLICY.require(actor, Act.RETELL, pool)
    pool = queries.locked(pool.id)
    rules.check_open(pool)
    if extent(story) < rules.SHORTEST_STORY:
        raise one_field("story", N_("Tell the story in at least 100 characters: what for, by whom, what happens next."))
    if story.strip() == pool.story.strip():
        return pool
    number = queries.stories(pool.id)[0].number + 1
    pool.story, pool.updated_at = story.strip(), clock.now()
    db.session.add(PoolStory(pool_id=pool.id, number=number, story=pool.story, author_id=actor.person_id, at=pool.updated_at))
    _record(actor, pool, events.PoolStoryChanged(pool_id=pool.id, number=number))
    return pool


def post_update(*, actor: Actor, pool: Pool, title: str, body: str) -> PoolUpdate:
    """News for the backers, who are told. Raises NotAllowed, NotNow before the pool has opened."""
    POLICY.require(actor, Act.UPDATE, pool)
    if pool.opened_at is None:
        raise NotNow(N_("Updates begin when the pool is open."), code="not_open")
    update = PoolUpdate(pool_id=pool.id, author_id=actor.person_id, title=title, body=body, at=clock.now())
    db.session.add(update)
    db.session.flush()
    _record(actor, pool, events.PoolUpdated(pool_id=pool.id, update_id=update.id))
    return update


# Pledging


def pledge(*, actor: Actor, pool: Pool, amount: Money, organisation_id: int | None = None, named: bool = False) -> Pledge:
    """Set `amount` of one's own balance aside for the pool, or of an organisation's whose money one may spend.

    Raises NotAllowed (the organiser, another's money, address not verified), NotNow (not open, or past the deadline), Invalid
    (amount_*, currency_differs, below_minimum, over_balance).
    """
    POLICY.require(actor, Act.PLEDGE, pool)
    require_verified(actor)
    owner = OwnerKind.PERSON if organisation_id is None else OwnerKind.ORGANISATION
    owner_id = (actor.person_id or 0) if organisation_id is None else organisation_id
    _may_back(actor, pool, owner, owner_id)
    pool = queries.locked(pool.id)
    rules.check_open(pool)
    rules.check_amount(pool, amount)
    made = Pledge(
        pool_id=pool.id, owner_kind=owner, owner_id=owner_id, by_person_id=actor.person_id, minor=amount.minor, named=named,
        state=PLEDGE.initial, made_at=clock.now(), back_minor=0,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    left = queries.balance(owner, owner_id, pool.currency)
    lacking = N_("The balance is %(left)s: pay in first, or pledge that much or less.")
    posted = ledger.post(
        actor=actor, kind=Kind.PLEDGED, key=made.ref, memo=pool.title, cause=made.ref, subject=pool.ref,
        legs=rules.pledge_legs(owner, owner_id, made.account_subject, amount),
        shortage=one_field("amount", lacking, code="over_balance", left=str(left)),
    )  # fmt: skip
    before = pool.pledged_minor
    _count(pool, amount.minor)
    facts = events.PledgeMade(pool.id, made.id, posted.transaction.id, amount.minor, pool.currency)
    journal.record(facts, actor=actor, subject=posted.transaction.ref, scope=pool.ref)
    if before < pool.goal_minor <= pool.pledged_minor:
        _record(actor, pool, events.PoolGoalReached(pool_id=pool.id))
    return made


def _may_back(actor: Actor, pool: Pool, owner: OwnerKind, owner_id: int) -> None:
    if not pays_from_it(actor, owner, owner_id):
        raise NotAllowed(N_("An organisation’s owners, managers and finance people pledge its money."))
    if actor.manages(pool.organisation_id) or (owner is OwnerKind.ORGANISATION and owner_id == pool.organisation_id):
        raise NotAllowed(N_("Who organises a pool cannot back it."), code="own_pool")


def _count(pool: Pool, minor: int) -> None:
    db.session.flush()
    pool.pledged_minor += minor
    pool.backers = queries.backer_count(pool.id)


def withdraw(*, actor: Actor, pledge: Pledge) -> Pledge:
    """Take a pledge back, until 24 hours before the deadline; the money is on the balance again at once. Raises NotAllowed, NotNow."""
    PLEDGES.require(actor, PledgeAct.WITHDRAW, pledge)
    pool = queries.locked(pledge.pool_id)
    db.session.refresh(pledge)
    rules.check_open(pool)
    PLEDGE.fire(pledge, PledgeAct.WITHDRAW)
    pledge.ended_at = clock.now()
    posted = ledger.post(
        actor=actor, kind=Kind.PLEDGE_RETURNED, key=f"{pledge.ref}:withdrawn", memo=pool.title, cause=pledge.ref, subject=pool.ref,
        legs=rules.return_legs(pledge.owner_kind, pledge.owner_id, pledge.account_subject, pledge.amount),
    )  # fmt: skip
    _count(pool, -pledge.minor)
    facts = events.PledgeWithdrawn(pool.id, pledge.id, posted.transaction.id, pledge.minor, pool.currency)
    journal.record(facts, actor=actor, subject=posted.transaction.ref, scope=pool.ref)
    return pledge


# The end: all or nothing


def close_due() -> int:
    """Close every pool whose deadline has passed. Returns how many. Bears being repeated, and being late."""
    return len([close(actor=SYSTEM, pool=queries.by_id(pool_id)) for pool_id in queries.due_to_close()])


def close(*, actor: Actor, pool: Pool) -> Pool:
    """Past the deadline: release the money if the goal is met, else give every pledge back, whole. Closed before, it stays as it is.

    Raises NotAllowed, NotNow before the deadline. Should its subject take no money any more, all of it is given back.
    """
    POLICY.require(actor, Act.MEET, pool)
    pool = queries.locked(pool.id)
    if pool.state in (State.MET, State.FAILED, State.CANCELLED):
        return pool
    if rules.is_met(pool) and not queries.can_be_released(pool):
        return _stop(actor, pool, NO_LONGER)
    pool.closed_at = clock.now()
    met = rules.is_met(pool)
    LIFE.fire(pool, Act.MEET if met else Act.FAIL)
    if met:
        transaction = _collect(actor, pool)
        facts = events.PoolMet(pool.id, pool.subject, transaction.id, pool.pledged_minor, pool.currency)
        journal.record(facts, actor=actor, subject=transaction.ref, scope=pool.ref)
    else:
        _give_all_back(actor, pool)
        _record(actor, pool, events.PoolFailed(pool.id, pool.pledged_minor, pool.currency))
    return pool


def _collect(actor: Actor, pool: Pool) -> Transaction:
    """All pledges -> the subject's hold; for a project straight on to the organisation's balance, less the fee."""
    pledges = queries.standing(pool.id)
    hold = holds.opened(organisation_id=pool.organisation_id, subject=pool.held_for, currency=pool.currency, label=pool.title)
    _end(pledges, PledgeAct.COLLECT)
    target = accounts.hold_of(pool.organisation_id, pool.held_for, pool.currency)
    given = [Leg(rules.kept(one.owner_kind, one.owner_id, one.account_subject, pool.currency), -one.minor) for one in pledges]
    posted = ledger.post(
        actor=actor, kind=Kind.PLEDGE_COLLECTED, key=f"{pool.ref}:collect", memo=pool.title, cause=pool.ref, subject=pool.held_for,
        legs=[*given, Leg(target, pool.pledged_minor)],
    )  # fmt: skip
    hold.funded_minor += pool.pledged_minor
    if not pool.subject:
        holds.release(
            actor=actor, subject=pool.held_for, gross=pool.pledged, fee_bp=pool.fee_bp, key=f"{pool.ref}:pay", memo=pool.title,
            to_organisation_id=pool.organisation_id,
        )  # fmt: skip
    return posted.transaction


def _give_all_back(actor: Actor, pool: Pool) -> None:
    """One transaction for all, so that its accounts are locked in one order, whoever else is at work."""
    pledges = queries.standing(pool.id)
    _end(pledges, PledgeAct.RETURN)
    legs = [leg for one in pledges for leg in rules.return_legs(one.owner_kind, one.owner_id, one.account_subject, pool.money(one.minor))]
    if legs:
        key = f"{pool.ref}:return"
        ledger.post(actor=actor, kind=Kind.PLEDGE_RETURNED, key=key, memo=pool.title, cause=pool.ref, subject=pool.ref, legs=legs)


def _end(pledges: Sequence[Pledge], act: PledgeAct) -> None:
    for one in pledges:
        PLEDGE.fire(one, act)
        one.ended_at = clock.now()


def cancel(*, actor: Actor, pool: Pool, reason: str) -> Pool:
    """Stop an open pool; every pledge is given back, whole, and all backers read why. Raises NotAllowed, NotNow, Invalid."""
    POLICY.require(actor, Act.CANCEL, pool)
    pool = queries.locked(pool.id)
    said = reasons.given(reason)
    if pool.state is State.OPEN and rules.deadline_has_passed(pool):
        raise NotNow(N_("The deadline has passed: it is being closed."), code="too_late")
    return _stop(actor, pool, said)


def _stop(actor: Actor, pool: Pool, reason: str) -> Pool:
    LIFE.fire(pool, Act.CANCEL)
    pool.closed_at, pool.reason = clock.now(), reason
    _give_all_back(actor, pool)
    _record(actor, pool, events.PoolCancelled(pool.id, pool.pledged_minor, pool.currency))
    return pool


def warn_due() -> int:
    """Tell the backers of every pool whose deadline comes near, once. Returns how many pools."""
    near = [queries.locked(pool_id) for pool_id in queries.due_to_warn()]
    for pool in near:
        if pool.warned_at is None and pool.state is State.OPEN:
            pool.warned_at = clock.now()
            _record(SYSTEM, pool, events.PoolDeadlineNear(pool_id=pool.id))
    return len(near)


# Afterwards: money in the hold of a community, and what is left of it


def spend(
    *, actor: Actor, pool: Pool, gross: Money, purpose: str, key: str,
    to_person_id: int | None = None, to_organisation_id: int | None = None,
) -> Transaction:  # fmt: skip
    """Pay for the community's work out of its hold: net to a person or an organisation, the fee to the site. The same `key` pays once.

    Raises NotAllowed, NotNow (goal not met, not_enough_held), Invalid, Conflict.
    """
    _require_spendable(actor, pool)
    if not purpose.strip():
        raise one_field("purpose", N_("Say what it pays for: everybody reads it."), code="purpose_missing")
    return holds.release(
        actor=actor, subject=pool.subject, gross=gross, fee_bp=pool.fee_bp, key=f"{pool.ref}:spend:{key}", memo=purpose.strip(),
        to_person_id=to_person_id, to_organisation_id=to_organisation_id,
    )  # fmt: skip


def return_rest(*, actor: Actor, pool: Pool) -> list[Transaction]:
    """The community needs no more of it: what is left goes back to who gave it, pro rata. Raises NotAllowed, NotNow."""
    _require_spendable(actor, pool)
    if not any(one.back_at is None for one in queries.pledges_of(pool.id, [PledgeState.COLLECTED])):
        raise NotNow(N_("What was left has been given back already."), code="given_back")
    return holds.return_rest(actor=actor, subject=pool.subject, key=f"{pool.ref}:rest")


def _require_spendable(actor: Actor, pool: Pool) -> None:
    POLICY.require(actor, Act.SPEND, pool)
    if pool.kind is not For.SPACE or pool.state is not State.MET:
        raise NotNow(N_("There is no money of a community to pay out here."), code="nothing_to_spend")


@holds.shares_the_rest
def give_back_the_rest(hold: Hold, left: int) -> list[tuple[AccountRef, int]]:
    """Backers' parts of what is left in a hold, pro rata to what came in since it was last emptied; the organisation has its own."""
    pledges = queries.unsettled(hold.subject, hold.currency)
    if not pledges:
        return []
    own = held.came_since_the_last_return(hold.account_id) - sum(one.minor for one in pledges)
    if own < 0:
        raise Conflict(N_("The books do not say where the money of this hold came from."), code="hold_unexplained")
    parts = rules.shares(left, [*(one.minor for one in pledges), own], hold.currency)
    for one, part in zip(pledges, parts, strict=False):
        one.back_minor, one.back_at = part, clock.now()
    for pool_id in sorted({one.pool_id for one in pledges}):
        event = events.PoolRestReturned(pool_id, sum(one.back_minor for one in pledges if one.pool_id == pool_id), hold.currency)
        journal.record(event, actor=SYSTEM, subject=f"pool:{pool_id}", scope=f"pool:{pool_id}")
    return [(accounts.balance_of(one.owner_kind, one.owner_id, hold.currency), one.back_minor) for one in pledges]


def _record(actor: Actor, pool: Pool, event: object) -> None:
    journal.record(event, actor=actor, subject=pool.ref, scope=pool.ref)
