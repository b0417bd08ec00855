"""The only writes of this room: shares of sales, sales and what is given back, royalties and what falls due. None commits."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from hub.core.fees import queries as fees
from hub.core.fees.rules import Mode
from hub.core.ledger import operations as ledger
from hub.core.ledger import queries as books
from hub.core.ledger import rules as accounts
from hub.core.ledger.rules import AccountRef, Kind, Leg, OwnerKind, mirrored
from hub.core.organisations import queries as organisations
from hub.core.royalties import events, queries, rules
from hub.core.royalties.models import RevenueShare, RevenueYear, Royalty, RoyaltyDue, Sale
from hub.core.royalties.policy import POLICY
from hub.core.royalties.rules import Bands, Period
from hub.core.royalties.states import DUE, ROYALTY, Act, DueAct, DueState
from hub.db import journal
from hub.db.extensions import db
from hub.kernel import clock, reasons
from hub.kernel.actor import SYSTEM, Actor, Role
from hub.kernel.errors import Conflict, Invalid, NotAllowed, NotNow, one_field
from hub.kernel.money import Money
from hub.kernel.permissions import require_verified
from hub.kernel.words import N_

MONEY_PEOPLE = (Role.OWNER, Role.MANAGER, Role.FINANCE)


# Sales


def share_revenue(*, actor: Actor, subject: str, currency: str, owner_id: int, bands: Bands, from_on: date) -> RevenueShare:
    """From `from_on` on, which is not past, the organisation `owner_id` gets these shares of what is sold under `subject`, after the fee.

    Whom the seller agreed with, the calling room has decided. Raises NotAllowed, Invalid (bands_*, percent_out_of_range, day_past).
    """
    if not (actor.manages(owner_id) or actor.credential == "system"):
        raise NotAllowed(N_("Only owners and managers decide on shares of their organisation."))
    if from_on < clock.now().date():
        raise one_field("from_on", N_("What was sold until today keeps its shares: choose today or a day to come."), code="day_past")
    before = queries.share_of(subject, currency, from_on)
    if before is not None and before.owner_id != owner_id:
        raise Conflict(N_("Another organisation gets the shares of these sales."), code="other_owner")
    share = RevenueShare(
        subject=subject, currency=currency, owner_id=owner_id, kept=rules.kept(rules.checked(bands)), from_on=from_on,
        set_by=actor.person_id, set_at=clock.now(),
    )  # fmt: skip
    db.session.add(share)
    db.session.flush()
    event = events.RevenueShareSet(subject, from_on.isoformat(), share.kept, currency)
    journal.record(event, actor=actor, subject=share.ref, scope=subject)
    return share


def sell(
    *, actor: Actor, subject: str, gross: Money, buyer: tuple[OwnerKind, int], seller: tuple[OwnerKind, int], label: str, key: str,
    item: str = "", returnable_until: datetime | None = None,
) -> Sale:  # fmt: skip
    """One sale in one transaction: out of the buyer's balance to the seller, the owner of `subject` by the year's marginal band, the site.

    Until `returnable_until` what each side got is set aside for the buyer: it stands on their balances and cannot be spent, so that giving
    it back never fails for want of money. The same `key` again returns the first one. Raises NotAllowed,
    Invalid (amount_*, over_balance, own_product), NotNow (no_shares), Conflict (idempotency_key_reused).
    """
    require_verified(actor)
    if not _spends(actor, *buyer):
        raise NotAllowed(N_("An organisation’s owners, managers and finance people spend its money."))
    accounts.positive(gross)
    if buyer == seller:
        raise one_field("buyer", N_("This is your own."), code="own_product")
    now = clock.now()
    year = _year(subject, seller, gross.currency, now.year)  # locked: sales of one seller come one after the other
    before = queries.sale_by_key(key)
    if before is not None:
        return _same_sale(before, subject, gross, buyer, year)
    share = queries.share_of(subject, gross.currency, now.date())
    if share is None:
        raise NotNow(queries.NO_SHARES, code="no_shares")
    parts = rules.sale(gross, fees.rate(Mode.PRODUCTS, now), share.bands, year.net_minor)
    sale = Sale(
        key=key, subject=subject, item=item, month=f"{now:%Y-%m}", label=label[:200], share_id=share.id,
        year_id=year.id, buyer_kind=buyer[0], buyer_id=buyer[1],
        currency=gross.currency, gross_minor=gross.minor, fee_minor=parts.fee.minor, owner_minor=parts.owner.minor,
        seller_minor=parts.seller.minor, at=now,
    )  # fmt: skip
    db.session.add(sale)
    db.session.flush()
    _post_sale(actor, sale, buyer, seller, share.owner_id)
    if returnable_until is not None:
        _set_aside(actor, sale, returnable_until)
    year.net_minor += sale.net_minor
    amounts = (sale.gross_minor, sale.fee_minor, sale.owner_minor, sale.seller_minor, sale.currency)
    event = events.SaleMade(sale.id, sale.transaction_id or 0, subject, sale.label, *amounts)
    journal.record(event, actor=actor, subject=f"transaction:{sale.transaction_id}", scope=subject)
    return sale


def _post_sale(actor: Actor, sale: Sale, buyer: tuple[OwnerKind, int], seller: tuple[OwnerKind, int], owner_id: int) -> None:
    source = accounts.balance_of(*buyer, sale.currency)
    legs = [
        Leg(source, -sale.gross_minor),
        Leg(accounts.balance_of(*seller, sale.currency), sale.seller_minor),
        Leg(accounts.balance_of(OwnerKind.ORGANISATION, owner_id, sale.currency), sale.owner_minor),
        Leg(accounts.fees(sale.currency), sale.fee_minor),
    ]
    posted = ledger.post(
        actor=actor, kind=Kind.SALE, key=f"{sale.ref}:sale", legs=legs, memo=sale.label, cause=sale.ref, subject=sale.subject,
        shortage=_over_balance(source),
    )  # fmt: skip
    sale.transaction_id = posted.transaction.id


def _set_aside(actor: Actor, sale: Sale, until: datetime) -> None:
    """The sale's mirror, pending."""
    legs = mirrored(books.ref_legs(sale.transaction_id or 0))
    pended = ledger.pend(
        actor=actor, kind=Kind.REVERSAL, key=f"{sale.ref}:returnable", legs=legs, expires_at=until, memo=sale.label, cause=sale.ref,
        subject=sale.subject,
    )  # fmt: skip
    sale.pending_id = pended.pending.id


def keep_returnable(*, actor: Actor, sale: Sale) -> Money:
    """Set aside anew, without an end, what each side still has of what it got: somebody disputes that it is not given back.

    Of each part what is free on that account, so whoever has spent some of it keeps the others' parts from nobody. Returns how much that is
    in all. `refund_sale` or `stop_keeping` lets it go. Bears being repeated.
    """
    queries.lock(sale)
    legs = queries.returnable(sale) if sale.refund_id is None else []
    if sale.refund_id is None and sale.pending_id is not None:
        ledger.let_go(actor=actor, pending_id=sale.pending_id)
    if legs:
        key = f"{sale.ref}:kept:{clock.now():%Y%m%dT%H%M%S%f}"
        pended = ledger.pend(actor=actor, kind=Kind.REVERSAL, key=key, legs=legs, memo=sale.label, cause=sale.ref, subject=sale.subject)
        sale.pending_id = pended.pending.id
    db.session.flush()
    return Money(sum(leg.minor for leg in legs if leg.minor > 0), sale.currency)


def stop_keeping(*, actor: Actor, sale: Sale) -> None:
    """What was set aside in case it is given back is free again."""
    queries.lock(sale)
    if sale.pending_id is not None:
        ledger.let_go(actor=actor, pending_id=sale.pending_id)


def refund_sale(*, actor: Actor, sale: Sale, reason: str) -> Sale:
    """Give the whole of a sale back: exactly what was posted, mirrored, once. That it is due, the calling room has decided.

    What was set aside for it is let go in the same step. The year's bands count without it from then on. Raises Invalid (reason_missing),
    NotNow (not_enough_to_reverse: a side has spent it).
    """
    year = db.session.get_one(RevenueYear, sale.year_id)
    queries.lock(year)
    queries.lock(sale)
    if sale.refund_id is not None:
        return sale
    assert sale.transaction_id is not None
    if sale.pending_id is not None:
        ledger.let_go(actor=actor, pending_id=sale.pending_id)
    posted = ledger.reverse(actor=actor, transaction_id=sale.transaction_id, key=f"{sale.ref}:refund", reason=reason, cause=sale.ref)
    sale.refund_id, sale.refund_month = posted.transaction.id, f"{clock.now():%Y-%m}"
    year.net_minor -= sale.net_minor
    db.session.flush()
    event = events.SaleRefunded(sale.id, posted.transaction.id, sale.subject, sale.gross_minor, sale.currency)
    journal.record(event, actor=actor, subject=sale.ref, scope=sale.subject)
    return sale


def _year(subject: str, seller: tuple[OwnerKind, int], currency: str, number: int) -> RevenueYear:
    names = {"subject": subject, "seller_kind": seller[0], "seller_id": seller[1], "currency": currency, "year": number}
    ledger.insert_unless_there(RevenueYear, list(names), names | {"net_minor": 0})
    year = queries.locked_year(subject, *seller, currency, number)
    assert year is not None
    return year


def _same_sale(before: Sale, subject: str, gross: Money, buyer: tuple[OwnerKind, int], year: RevenueYear) -> Sale:
    said = (before.subject, before.gross_minor, before.currency, before.buyer_kind, before.buyer_id)
    seller = db.session.get_one(RevenueYear, before.year_id)
    if said != (subject, gross.minor, gross.currency, *buyer) or (seller.seller_kind, seller.seller_id) != (
        year.seller_kind,
        year.seller_id,
    ):
        raise Conflict(N_("This key was used before for another movement of money."), code="idempotency_key_reused")
    return before


def _spends(actor: Actor, owner: OwnerKind, owner_id: int) -> bool:
    if owner is OwnerKind.PERSON:
        return actor.person_id == owner_id
    return owner is OwnerKind.ORGANISATION and (actor.keeps_books_of(owner_id) or actor.manages(owner_id))


def _over_balance(source: AccountRef) -> Invalid:
    left = Money(books.available(source), source.currency)
    return one_field("amount", N_("The balance is %(left)s, which is not enough."), code="over_balance", left=str(left))


# Royalties


def propose(
    *, actor: Actor, licensor_id: int, licensee: str, title: str, currency: str, period: Period, bands: Bands, minimum: Money,
    from_on: date, pay_days: int, subject: str = "",
) -> Royalty:  # fmt: skip
    """Ask the licensee (its short name) to owe royalties: a share of its sales by bands, at least `minimum` a period; or one fixed sum.

    Raises NotAllowed, NotFound, Invalid about the field that cannot be.
    """
    if not actor.manages(licensor_id):
        raise NotAllowed(N_("Only owners and managers agree on royalties for their organisation."))
    require_verified(actor)
    other = organisations.by_slug(licensee)
    if other.id == licensor_id:
        raise one_field("licensee", N_("Name another organisation."), code="same_side")
    accounts.same_currency(minimum, currency, "minimum")
    if minimum.minor < 0 or (period is Period.ONCE and not minimum):
        raise one_field("minimum", N_("A fixed sum must be more than zero."), code="amount_zero")
    if not 1 <= pay_days <= rules.MOST_DAYS:
        raise one_field("pay_days", N_("From 1 to 365 days."), code="pay_days_out_of_range")
    checked = [rules.Band(None, 0)] if period is Period.ONCE else rules.checked(bands)
    royalty = Royalty(
        licensor_id=licensor_id, licensee_id=other.id, subject=subject, title=title.strip()[: rules.LONGEST_TITLE], currency=currency,
        period=period, kept=rules.kept(checked), minimum_minor=minimum.minor, pay_days=pay_days, fee_bp=fees.rate(Mode.ROYALTIES),
        from_on=from_on, state=ROYALTY.initial, reason="", proposed_by=actor.person_id, created_at=clock.now(),
    )  # fmt: skip
    db.session.add(royalty)
    db.session.flush()
    _record(actor, royalty, events.RoyaltyProposed(royalty.id, royalty.title, _people(royalty.licensee_id)))
    return royalty


def accept(*, actor: Actor, royalty: Royalty) -> Royalty:
    """The licensee agrees. A fixed sum falls due at once. Raises NotAllowed, NotNow."""
    POLICY.require(actor, Act.ACCEPT, royalty)
    require_verified(actor)
    queries.lock(royalty)
    ROYALTY.fire(royalty, Act.ACCEPT)
    _record(actor, royalty, events.RoyaltyAnswered(royalty.id, royalty.title, True, "", _people(royalty.licensor_id)))
    if royalty.period is Period.ONCE:
        _invoice(actor, royalty, 0)
    return royalty


def decline(*, actor: Actor, royalty: Royalty, reason: str) -> Royalty:
    """The licensee does not agree, and says why. Raises NotAllowed, NotNow, Invalid."""
    POLICY.require(actor, Act.DECLINE, royalty)
    told = reasons.given(reason, reasons.TO_THE_OTHER)
    queries.lock(royalty)
    ROYALTY.fire(royalty, Act.DECLINE)
    royalty.reason = told
    _record(actor, royalty, events.RoyaltyAnswered(royalty.id, royalty.title, False, told, _people(royalty.licensor_id)))
    return royalty


def end(*, actor: Actor, royalty: Royalty, reason: str) -> Royalty:
    """The licensor asks for no more reports; what is due stays due. Raises NotAllowed, NotNow, Invalid."""
    POLICY.require(actor, Act.END, royalty)
    told = reasons.given(reason, reasons.TO_THE_OTHER)
    queries.lock(royalty)
    ROYALTY.fire(royalty, Act.END)
    royalty.reason = told
    _record(actor, royalty, events.RoyaltyEnded(royalty.id, royalty.title, told, _people(royalty.licensee_id)))
    return royalty


def report_sales(*, actor: Actor, royalty: Royalty, sales: Money, from_on: date) -> RoyaltyDue:
    """Report what was sold in the period that begins on `from_on`, the next one; what that comes to falls due.

    Raises NotAllowed, NotNow (period_not_over), Invalid (amount_*, currency_differs), Conflict (another_period: reported already).
    """
    POLICY.require(actor, Act.REPORT, royalty)
    require_verified(actor)
    accounts.same_currency(sales, royalty.currency, "sales")
    if sales.minor:
        accounts.positive(sales, "sales")
    queries.lock(royalty)
    if royalty.period is Period.ONCE:
        raise NotNow(N_("A fixed sum takes no reports."), code="nothing_to_report")
    ROYALTY.fire(royalty, Act.REPORT)
    period = queries.next_period(royalty)
    assert period is not None
    if from_on != period[0]:
        raise Conflict(N_("This period is not the next one to report: somebody may have reported it already."), code="another_period")
    if clock.now().date() < period[1]:
        raise NotNow(N_("This period is not over: it can be reported from %(day)s on."), code="period_not_over", day=period[1].isoformat())
    return _invoice(actor, royalty, sales.minor)


def _invoice(actor: Actor, royalty: Royalty, sales: int) -> RoyaltyDue:
    period = queries.next_period(royalty)
    assert period is not None
    start, until = period
    now = clock.now()
    minor = rules.royalty(royalty.bands, queries.sales_before(royalty, start), sales, royalty.minimum_minor)
    due = RoyaltyDue(
        royalty_id=royalty.id, from_on=start, until_on=until, sales_minor=sales, minor=minor, currency=royalty.currency,
        fee_bp=royalty.fee_bp, state=DUE.initial, pay_by=rules.pay_by(now.date(), royalty.pay_days), reported_by=actor.person_id,
        reported_at=now,
    )  # fmt: skip
    if not minor:
        DUE.fire(due, DueAct.PAY)
        due.paid_at = now
    db.session.add(due)
    db.session.flush()
    people = _people(royalty.licensor_id, royalty.licensee_id)
    facts = (royalty.id, due.id, royalty.title, sales, minor, royalty.currency, due.pay_by.isoformat(), people)
    _record(actor, royalty, events.RoyaltyReported(*facts))
    return due


def pay(*, actor: Actor, royalty: Royalty, due: RoyaltyDue) -> RoyaltyDue:
    """Pay from the licensee's balance: the fee to the site, the rest to the licensor. Raises NotAllowed, NotNow, Invalid (over_balance)."""
    POLICY.require(actor, Act.PAY, royalty)
    require_verified(actor)
    queries.lock(due)
    parts, currency = due.split, due.currency
    source = accounts.balance_of(OwnerKind.ORGANISATION, royalty.licensee_id, currency)
    legs = [
        Leg(source, -parts.gross.minor),
        Leg(accounts.balance_of(OwnerKind.ORGANISATION, royalty.licensor_id, currency), parts.net.minor),
        Leg(accounts.fees(currency), parts.fee.minor),
    ]
    posted = ledger.post(
        actor=actor, kind=Kind.ROYALTY, key=f"{due.ref}:paid", legs=legs, memo=royalty.title, cause=due.ref,
        subject=royalty.subject or royalty.ref, shortage=_over_balance(source),
    )  # fmt: skip
    DUE.fire(due, DueAct.PAY)
    due.transaction_id, due.paid_at = posted.transaction.id, clock.now()
    db.session.flush()
    people = _people(royalty.licensor_id)
    facts = (royalty.id, due.id, posted.transaction.id, royalty.title, due.minor, parts.net.minor, currency, people)
    journal.record(events.RoyaltyPaid(*facts), actor=actor, subject=posted.transaction.ref, scope=royalty.ref)
    return due


def tell_overdue() -> int:
    """Tell both sides of what was not paid in time, once. Returns how many. Bears being repeated."""
    told = 0
    for due in queries.overdue():
        queries.lock(due)
        if due.state is not DueState.DUE or due.told_overdue_at is not None:
            continue
        due.told_overdue_at = clock.now()
        royalty = db.session.get_one(Royalty, due.royalty_id)
        people = _people(royalty.licensor_id, royalty.licensee_id)
        _record(SYSTEM, royalty, events.RoyaltyOverdue(royalty.id, due.id, royalty.title, due.minor, due.currency, people))
        told += 1
    return told


def _people(*organisation_ids: int) -> list[int]:
    found: Iterable[int] = (person for number in organisation_ids for person in organisations.member_ids(number, MONEY_PEOPLE))
    return sorted(set(found))


def _record(actor: Actor, royalty: Royalty, event: object) -> None:
    db.session.flush()
    journal.record(event, actor=actor, subject=royalty.ref)
