"""Money set aside leaves its hold: to whom it is due, or back. Each step moves the books and says so; none commits, so a step is whole or
never was."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import bindparam, update
from sqlalchemy.orm.util import identity_key

from hub.core.holds import events, queries, rules
from hub.core.holds.models import Hold, HoldStage
from hub.core.holds.policy import HOLDS, HoldAct
from hub.core.holds.queries import Held
from hub.core.holds.rules import Share
from hub.core.ledger import operations as ledger
from hub.core.ledger import queries as books
from hub.core.ledger import rules as accounts
from hub.core.ledger.models import Transaction
from hub.core.ledger.rules import AccountRef, Kind, OwnerKind
from hub.db import journal
from hub.db.extensions import db
from hub.db.prepared import Prepared
from hub.kernel import clock, money
from hub.kernel.actor import Actor
from hub.kernel.errors import Conflict, NotNow
from hub.kernel.money import Breakdown, Money
from hub.kernel.words import N_

Backers = Callable[[Hold, int], Sequence[tuple[AccountRef, int]]]
_backers: list[Backers] = []


def shares_the_rest(backers: Backers) -> Backers:
    """Register a room that put others' money into holds: asked, as the rest of one is returned, how much of it goes back to whom.

    It is called once for each return, in its unit of work, with the locked hold and what is left of it in minor units; what it does not
    claim goes to the organisation.
    """
    if backers not in _backers:
        _backers.append(backers)
    return backers


Still = Callable[[str], bool]
_still: list[Still] = []


def keeps_still(guard: Still) -> Still:
    """Register a room that forbids to move what is held for a subject, for a time (a dispute).

    Asked with the hold locked, so whoever begins to forbid it locks the hold, too, before saying so.
    """
    if guard not in _still:
        _still.append(guard)
    return guard


def is_still(subject: str) -> bool:
    """May nobody move what is held for this now? Rooms ask before a clock moves it."""
    return any(guard(subject) for guard in _still)


def _may_move(subject: str, key: str) -> None:
    """Raises NotNow (money_disputed), unless `key` moved it before: a step that is repeated stays what it was."""
    if is_still(subject) and books.by_key(key) is None:
        raise NotNow(N_("What is held for this is disputed: nobody moves it before the dispute is closed."), code="money_disputed")


def opened(*, organisation_id: int, subject: str, currency: str, label: str) -> Hold:
    """The subject's hold, locked; it is opened at its first money. Who fills it posts to its account and adds to `funded_minor`.

    Raises Conflict (other_payer).
    """
    ref = accounts.hold_of(organisation_id, subject, currency)
    values = {"funded_minor": 0, "awarded_minor": 0, "fee_minor": 0, "refunded_minor": 0, "created_at": clock.now()}
    names = {"subject": subject, "organisation_id": organisation_id, "currency": currency, "label": label}
    ledger.insert_unless_there(Hold, ["subject", "currency"], values | names | {"account_id": ledger.account_id(ref)})
    hold = queries.locked_hold(subject, currency)
    if hold is None or hold.organisation_id != organisation_id:
        raise queries.other_payer()
    return hold


def release(
    *, actor: Actor, subject: str, gross: Money, fee_bp: int, key: str, memo: str,
    to_person_id: int | None = None, to_organisation_id: int | None = None, quiet: bool = False,
) -> Transaction:  # fmt: skip
    """Pay `gross` out of the subject's hold: net to one person's or one organisation's balance, `fee_bp` basis points to the site.

    `quiet` tells nobody: for the many small sums of one piece of work, which its own pages show.
    That it is due, the calling room has decided. The same `key` again returns the first transaction. Raises Invalid (amount_*,
    currency_differs), NotNow (nothing_held, not_enough_held), Conflict (idempotency_key_reused), ValueError for no payee or two.
    """
    shares = [Share(1, to_person_id, to_organisation_id)]
    return release_split(actor=actor, subject=subject, gross=gross, fee_bp=fee_bp, shares=shares, key=key, memo=memo, quiet=quiet)


def release_split(
    *, actor: Actor, subject: str, gross: Money, fee_bp: int, shares: Sequence[Share], key: str, memo: str, quiet: bool = False
) -> Transaction:
    """Pay `gross` out of the subject's hold to several at once: the net by their weights (largest remainder, no cent lost), the fee once.

    Who gets what the calling room has decided (`rules.weights`). Each payee is told their part of gross, fee and net. Else as `release`;
    ValueError also for a payee named twice and for weights that are all zero.
    """
    HOLDS.require(actor, HoldAct.EMPTY, subject)
    accounts.positive(gross)
    hold = _held_for(subject, gross.currency)
    _may_move(subject, key)
    whole = money.breakdown(gross, fee_bp)
    parts = rules.shared_out(whole, shares)
    posted = ledger.post(
        actor=actor,
        kind=Kind.AWARD,
        key=key,
        legs=rules.split_legs(hold.organisation_id, subject, whole, [(share.to(gross.currency), part) for share, part in parts]),
        memo=memo[:300],
        cause=hold.ref,
        subject=subject,
        shortage=lambda: _not_enough_held(hold, gross),
    )
    if posted.fresh:
        _count_out(hold.id, whole)
        for share, part in parts:
            if part.gross:
                _say_released(actor, hold, subject, posted.transaction, share, part, quiet)
    return posted.transaction


def _count_out(hold_id: int, whole: Breakdown) -> None:
    _COUNTING(db.session.connection(), {"number": hold_id, "net": whole.net.minor, "fee": whole.fee.minor})
    read_before = db.session.identity_map.get(identity_key(Hold, hold_id))
    if read_before is not None:
        db.session.expire(read_before)


_MORE = {"awarded_minor": Hold.awarded_minor + bindparam("net"), "fee_minor": Hold.fee_minor + bindparam("fee")}
_COUNTING = Prepared(update(Hold).where(Hold.id == bindparam("number")).values(_MORE))


def _say_released(actor: Actor, hold: Held, subject: str, transaction: Transaction, share: Share, part: Breakdown, quiet: bool) -> None:
    to = share.organisation_id
    amounts = (part.gross.minor, part.fee.minor, part.net.minor, part.gross.currency)
    tell = queries.bookkeepers(to) if to is not None else []
    facts = (transaction.id, subject, hold.organisation_id, share.person_id, transaction.memo, *amounts, quiet, to, tell)
    journal.record(events.HoldReleased(*facts), actor=actor, subject=transaction.ref, scope=subject)


def pay_consultant(*, actor: Actor, released: Transaction, person_id: int, share_bp: int) -> Transaction | None:
    """Pass `share_bp` basis points of a release's fee on to the consultant who brought it about; the payee's net is not touched.

    Rounded down; None if nothing is left of it. Once for each release: again with the same share it is the first one. Raises NotNow
    (no_release), Conflict (idempotency_key_reused), ValueError for a share out of range.
    """
    HOLDS.require(actor, HoldAct.EMPTY, released.subject)
    if not 0 <= share_bp <= rules.WHOLE_BP:
        raise ValueError("a share is between 0 and 10,000 basis points")
    if released.kind is not Kind.AWARD:
        raise NotNow(N_("Only what was released from a hold brings its consultant a part of the fee."), code="no_release")
    fee = queries.fee_of(released)
    part = Money(fee.minor * share_bp // rules.WHOLE_BP, fee.currency)
    if not part:
        return None
    posted = ledger.post(
        actor=actor,
        kind=Kind.CONSULTANT_FEE,
        key=f"{released.ref}:consultant",
        legs=accounts.from_to(accounts.fees(part.currency), accounts.balance_of(OwnerKind.PERSON, person_id, part.currency), part.minor),
        memo=released.memo,
        cause=released.ref,
        subject=released.subject,
    )
    if posted.fresh:
        event = events.ConsultantPaid(
            posted.transaction.id, released.id, released.subject, person_id, released.memo, part.minor, part.currency
        )
        journal.record(event, actor=actor, subject=posted.transaction.ref, scope=released.subject)
    return posted.transaction


def plan_stages(*, actor: Actor, subject: str, total: Money, stages: Sequence[tuple[str, int]]) -> list[HoldStage]:
    """Divide `total`, held or to be held for `subject`, into stages (title, minor units) that are each released on their own, once.

    Raises Invalid (stages_count, stages_titles, stages_do_not_add_up), Conflict (stages_planned).
    """
    HOLDS.require(actor, HoldAct.EMPTY, subject)
    if queries.stages_of(subject):
        raise Conflict(N_("The stages are agreed already."), code="stages_planned")
    planned = rules.staged(accounts.positive(total), stages)
    rows = [
        HoldStage(subject=subject, number=number, title=title, minor=minor, currency=total.currency)
        for number, (title, minor) in enumerate(planned, start=1)
    ]
    db.session.add_all(rows)
    db.session.flush()
    event = events.StagesPlanned(subject, [row.minor for row in rows], total.currency)
    journal.record(event, actor=actor, subject=subject, scope=subject)
    return rows


def release_stage(
    *,
    actor: Actor,
    subject: str,
    number: int,
    fee_bp: int,
    memo: str,
    to_person_id: int | None = None,
    to_organisation_id: int | None = None,
) -> Transaction:
    """Release one stage of what is held, in whatever order; released already, it is the first transaction again.

    Raises NotFound, and what `release` raises.
    """
    stage = queries.locked_stage(subject, number)
    transaction = release(
        actor=actor, subject=subject, gross=stage.amount, fee_bp=fee_bp, key=f"{subject}:stage:{number}", memo=memo,
        to_person_id=to_person_id, to_organisation_id=to_organisation_id,
    )  # fmt: skip
    if stage.transaction_id is None:
        stage.transaction_id, stage.released_at = transaction.id, clock.now()
        db.session.flush()
    return transaction


def return_rest(*, actor: Actor, subject: str, key: str) -> list[Transaction]:
    """Return all that is left of the subject's holds to the organisation's balance, or to the backers who put it in (`shares_the_rest`).

    One transaction per currency; none if nothing was left. The same `key` again returns the first ones. Raises Conflict if more money
    came into the hold after a return with this key.
    """
    HOLDS.require(actor, HoldAct.EMPTY, subject)
    returned = (_return_rest(actor, hold, f"{key}:{hold.currency}") for hold in queries.locked_holds(subject))
    return [transaction for transaction in returned if transaction is not None]


def _return_rest(actor: Actor, hold: Hold, key: str) -> Transaction | None:
    left = hold.left_minor
    if not left:
        return books.by_key(key)
    _may_move(hold.subject, key)
    shared = [share for backers in _backers for share in backers(hold, left)]
    to_backers = sum(minor for _, minor in shared)
    posted = ledger.post(
        actor=actor,
        kind=Kind.REFUND,
        key=key,
        legs=rules.refund_legs(hold.organisation_id, hold.subject, hold.money(left), shared),
        memo=hold.label,
        cause=hold.ref,
        subject=hold.subject,
    )
    hold.refunded_minor += left
    tell = queries.bookkeepers(hold.organisation_id) if left > to_backers else []
    facts = (posted.transaction.id, hold.subject, hold.organisation_id, left - to_backers, hold.currency, tell, to_backers)
    event = events.HoldRefunded(*facts)
    journal.record(event, actor=actor, subject=posted.transaction.ref, scope=hold.subject)
    return posted.transaction


def _held_for(subject: str, currency: str) -> Held:
    held = queries.locked_now(subject, currency)
    if held is not None:
        return held
    for other in queries.holds_of(subject):
        accounts.same_currency(Money(other.left_minor, currency), other.currency, "gross")
    raise NotNow(N_("No money is held for this."), code="nothing_held")


def _not_enough_held(hold: Held, gross: Money) -> NotNow:
    left = gross.of(hold.left_minor)
    message = N_("%(left)s is left in the hold, less than %(gross)s.")
    return NotNow(message, code="not_enough_held", left=str(left), gross=str(gross))
