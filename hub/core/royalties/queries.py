"""Reads of shares of sales and of royalties, and whether the books say the same."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, or_, select

from hub.core.checks import queries as checks
from hub.core.checks.rules import Report
from hub.core.fees import queries as fees
from hub.core.fees.rules import Mode
from hub.core.ledger import queries as books
from hub.core.ledger import rules as accounts
from hub.core.ledger.models import Account, Pending, PendingLeg, Posting, Transaction
from hub.core.ledger.rules import AccountRef, Kind, Leg, OwnerKind
from hub.core.ledger.states import PendingState
from hub.core.organisations import queries as organisations
from hub.core.organisations.queries import OrganisationCard
from hub.core.royalties import rules
from hub.core.royalties.models import RevenueShare, RevenueYear, Royalty, RoyaltyDue, Sale
from hub.core.royalties.policy import POLICY
from hub.core.royalties.rules import Period
from hub.core.royalties.states import Act, DueState, State
from hub.db.cursors import older
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import Actor
from hub.kernel.errors import NotFound
from hub.kernel.money import CURRENCIES, Money
from hub.kernel.words import N_

NO_SHARES = N_("Nothing is agreed about sales in this currency.")


def share_of(subject: str, currency: str, day: date | None = None) -> RevenueShare | None:
    """The shares agreed for sales under `subject` ("platform:3") that hold on `day` (default: today, UTC)."""
    chosen = select(RevenueShare).where(RevenueShare.subject == subject, RevenueShare.currency == currency)
    chosen = chosen.where(RevenueShare.from_on <= (day or clock.now().date()))
    return db.session.scalars(chosen.order_by(RevenueShare.from_on.desc(), RevenueShare.id.desc()).limit(1)).first()


def shares_of(subject: str) -> dict[str, list[RevenueShare]]:
    """All that holds for sales under `subject`, and what is to come, by currency: first what holds today, if anything. One statement."""
    today = clock.now().date()
    said: dict[str, dict[date, RevenueShare]] = {}
    chosen = (
        select(RevenueShare).where(RevenueShare.subject == subject).order_by(RevenueShare.currency, RevenueShare.from_on, RevenueShare.id)
    )
    for share in db.session.scalars(chosen):  # of one day, the last one said holds
        said.setdefault(share.currency, {})[share.from_on] = share
    found: dict[str, list[RevenueShare]] = {}
    for currency, days in said.items():
        past = [day for day in days if day <= today]
        found[currency] = [share for day, share in days.items() if day > today or day == max(past)]
    return found


def sold(subject: str, seller: OwnerKind, seller_id: int, currency: str, year: int) -> int:
    """What one seller sold in a year, less fees and what was given back, in minor units."""
    row = db.session.scalars(_year(subject, seller, seller_id, currency, year)).one_or_none()
    return row.net_minor if row is not None else 0


def locked_year(subject: str, seller: OwnerKind, seller_id: int, currency: str, year: int) -> RevenueYear | None:
    db.session.flush()
    chosen = _year(subject, seller, seller_id, currency, year).with_for_update()
    return db.session.scalars(chosen.execution_options(populate_existing=True)).one_or_none()


def _year(subject: str, seller: OwnerKind, seller_id: int, currency: str, year: int):  # type: ignore[no-untyped-def]
    return select(RevenueYear).where(
        RevenueYear.subject == subject, RevenueYear.seller_kind == seller, RevenueYear.seller_id == seller_id,
        RevenueYear.currency == currency, RevenueYear.year == year,
    )  # fmt: skip


def quote(
    subject: str, gross: Money, seller: tuple[OwnerKind, int], *, unless_said: rules.Bands
) -> tuple[RevenueShare | None, int, rules.SaleParts]:
    """The shares that hold today, if any were said, the site's fee in basis points, and how a sale of `gross` would be divided now.

    Where nothing was said of the currency, `unless_said` would hold. Three statements.
    """
    share, now = share_of(subject, gross.currency), clock.now()
    fee_bp, bands = fees.rate(Mode.PRODUCTS, now), share.bands if share is not None else unless_said
    return share, fee_bp, rules.sale(gross, fee_bp, bands, sold(subject, *seller, gross.currency, now.year))


def sales(ids: Iterable[int | None]) -> dict[int, Sale]:
    """By id. One statement; none for none."""
    wanted = {number for number in ids if number is not None}
    return {sale.id: sale for sale in db.session.scalars(select(Sale).where(Sale.id.in_(wanted)))} if wanted else {}


@dataclass
class Sums:
    """What some sales add up to."""

    count: int
    parts: rules.SaleParts

    @property
    def share(self) -> Money:
        return self.parts.owner


@dataclass
class MonthOfSales:
    """What was sold in a month ("2026-11", UTC), and what of all sales was given back in it."""

    month: str
    sold: Sums
    returned: Sums

    @property
    def kept(self) -> rules.SaleParts:
        """What was sold less what was given back."""
        one, other = self.sold.parts, self.returned.parts
        return rules.SaleParts(one.gross - other.gross, one.fee - other.fee, one.owner - other.owner, one.seller - other.seller)


def months_of(*, subject: str = "", item: str = "") -> list[MonthOfSales]:
    """Month by month and currency by currency, the newest first, the sales under `subject` or of `item`. Two statements."""
    which = Sale.item == item if item else Sale.subject == subject
    sums = [func.count(), *(func.sum(column) for column in (Sale.gross_minor, Sale.fee_minor, Sale.owner_minor, Sale.seller_minor))]
    found: dict[tuple[str, str], list[Sums | None]] = {}
    for place, month in enumerate((Sale.month, Sale.refund_month)):
        chosen = select(month, Sale.currency, *sums).where(which, month != "").group_by(month, Sale.currency)
        for name, currency, count, *minors in db.session.execute(chosen):
            parts = rules.SaleParts(*(Money(int(minor), currency) for minor in minors))
            found.setdefault((name, currency), [None, None])[place] = Sums(count, parts)
    none = {currency: Sums(0, rules.SaleParts(*[Money(0, currency)] * 4)) for _, currency in found}
    ordered = sorted(found.items(), key=lambda each: each[0], reverse=True)
    return [MonthOfSales(month, one or none[currency], other or none[currency]) for (month, currency), (one, other) in ordered]


def sales_page(*, subject: str = "", item: str = "", before: int | None = None, limit: int = 50) -> Sequence[Sale]:
    """The newest first, those below id `before`."""
    chosen = select(Sale).where(Sale.item == item if item else Sale.subject == subject)
    return db.session.scalars(older(chosen, Sale.id, before, limit)).all()


def count_of(item: str) -> int:
    """How often it was sold, without what was given back."""
    return db.session.scalar(select(func.count()).where(Sale.item == item, Sale.refund_id.is_(None))) or 0


def has_bought(actor: Actor, item: str) -> bool:
    """Has the actor, or an organisation of theirs, paid for it and not given it back?"""
    one = (Sale.buyer_kind == OwnerKind.PERSON) & (Sale.buyer_id == (actor.person_id or 0))
    theirs = (Sale.buyer_kind == OwnerKind.ORGANISATION) & Sale.buyer_id.in_(list(actor.roles))
    chosen = select(Sale.id).where(Sale.item == item, Sale.refund_id.is_(None), or_(one, theirs))
    return actor.signed_in and db.session.scalar(chosen.limit(1)) is not None


def items_sold(kind: str, *, after: int, limit: int) -> Sequence[Sale]:
    """Sales of things of one kind ("product"), in order, those above id `after`: for rooms above to check theirs against."""
    chosen = select(Sale).where(Sale.item.like(f"{kind}:%"), Sale.id > after).order_by(Sale.id).limit(limit)
    return db.session.scalars(checks.afresh(chosen)).all()


def sides_of(transaction_ids: Sequence[int]) -> dict[int, tuple[Sale, RevenueYear, RevenueShare]]:
    """The sales that these transactions posted, each with its seller's year and the shares. One statement; none for none."""
    if not transaction_ids:
        return {}
    chosen = select(Sale, RevenueYear, RevenueShare).join(RevenueYear, RevenueYear.id == Sale.year_id)
    chosen = chosen.join(RevenueShare, RevenueShare.id == Sale.share_id).where(Sale.transaction_id.in_(transaction_ids))
    return {sale.transaction_id or 0: (sale, year, share) for sale, year, share in db.session.execute(chosen)}


def returnable(sale: Sale) -> list[Leg]:
    """The sale's mirror as far as each of those who got some still has it, what is pending for it counted in: of each leg the smaller of
    its part and what is free on the account. Empty if nothing is left. One statement."""
    mine = select(func.sum(-PendingLeg.minor)).join(Pending, Pending.id == PendingLeg.pending_id).where(PendingLeg.account_id == Account.id)
    mine = mine.where(PendingLeg.minor < 0, Pending.id == sale.pending_id, Pending.state == PendingState.PENDING)
    free = Account.balance - Account.pending_out + func.coalesce(mine.scalar_subquery(), 0)
    chosen = select(Account, Posting.minor, free).join(Posting, Posting.account_id == Account.id)
    rows = db.session.execute(chosen.where(Posting.transaction_id == sale.transaction_id)).all()
    takes = [Leg(account.ref, -min(minor, max(0, int(left)))) for account, minor, left in rows if minor > 0]
    whole = -sum(leg.minor for leg in takes)
    gives = [Leg(account.ref, whole) for account, minor, _ in rows if minor < 0]
    return [*(leg for leg in takes if leg.minor), *gives] if whole else []


def left_of(sale_id: int) -> Money:
    """What could be given back of a sale now, in all."""
    sale = db.session.get_one(Sale, sale_id)
    return Money(sum(leg.minor for leg in returnable(sale) if leg.minor > 0), sale.currency)


def sale_by_key(key: str) -> Sale | None:
    return db.session.scalars(select(Sale).where(Sale.key == key)).one_or_none()


def lock(row: object) -> None:
    """Read the row afresh and keep others from deciding on it until this unit of work ends."""
    db.session.flush()
    db.session.refresh(row, with_for_update=True)


def get_for(actor: Actor, royalty_id: int) -> Royalty:
    """The royalty, for the money people of both sides and administrators. Raises NotFound."""
    royalty = db.session.get(Royalty, royalty_id)
    if royalty is None or not POLICY.can(actor, Act.READ, royalty):
        raise NotFound(N_("There is no such royalty."))
    return royalty


def due_for(actor: Actor, due_id: int) -> tuple[Royalty, RoyaltyDue]:
    """What fell due, and under which royalty. Raises NotFound."""
    due = db.session.get(RoyaltyDue, due_id)
    return get_for(actor, due.royalty_id if due is not None else 0), due  # type: ignore[return-value]


def of_organisation(organisation_id: int, *, before: int | None = None, limit: int = 50) -> Sequence[Royalty]:
    """Up to `limit` + 1 royalties in which the organisation is a side, the newest first."""
    chosen = select(Royalty).where(or_(Royalty.licensor_id == organisation_id, Royalty.licensee_id == organisation_id))
    return db.session.scalars(older(chosen, Royalty.id, before, limit + 1)).all()


def dues_of(royalty_ids: Sequence[int]) -> dict[int, list[RoyaltyDue]]:
    """What fell due under each royalty, the newest first. One statement; none for none."""
    found: dict[int, list[RoyaltyDue]] = {number: [] for number in royalty_ids}
    if royalty_ids:
        chosen = select(RoyaltyDue).where(RoyaltyDue.royalty_id.in_(royalty_ids)).order_by(RoyaltyDue.from_on.desc())
        for due in db.session.scalars(chosen):
            found[due.royalty_id].append(due)
    return found


@dataclass(frozen=True)
class Shown:
    """A royalty with both sides and what fell due under it, the newest first."""

    royalty: Royalty
    licensor: OrganisationCard
    licensee: OrganisationCard
    dues: list[RoyaltyDue]

    @property
    def id(self) -> int:
        return self.royalty.id


def shown(royalties: Sequence[Royalty]) -> list[Shown]:
    """Two statements."""
    cards = organisations.cards(number for one in royalties for number in (one.licensor_id, one.licensee_id))
    dues = dues_of([one.id for one in royalties])
    return [Shown(one, cards[one.licensor_id], cards[one.licensee_id], dues[one.id]) for one in royalties]


def next_period(royalty: Royalty) -> tuple[date, date] | None:
    """The calendar period to be reported next, from its first day to the first one after it; None after a fixed sum was invoiced."""
    last = db.session.scalar(select(func.max(RoyaltyDue.until_on)).where(RoyaltyDue.royalty_id == royalty.id))
    if royalty.period is Period.ONCE and last is not None:
        return None
    start = last or rules.starts(royalty.period, royalty.from_on)
    return start, rules.ends(royalty.period, start)


def sales_before(royalty: Royalty, start: date) -> int:
    """What was reported for the earlier periods of the same calendar year."""
    chosen = select(func.sum(RoyaltyDue.sales_minor)).where(RoyaltyDue.royalty_id == royalty.id, RoyaltyDue.from_on < start)
    return int(db.session.scalar(chosen.where(RoyaltyDue.from_on >= date(start.year, 1, 1))) or 0)


def overdue() -> Sequence[RoyaltyDue]:
    """Unpaid after their day, and nobody told so far."""
    chosen = select(RoyaltyDue).where(RoyaltyDue.state == DueState.DUE, RoyaltyDue.pay_by < clock.now().date())
    return db.session.scalars(chosen.where(RoyaltyDue.told_overdue_at.is_(None)).order_by(RoyaltyDue.id).limit(200)).all()


def verify(report: Report) -> None:
    """Add to `report` where sales and royalties do not say the same as the books. Wants one moment's view of the database."""
    for column, allowed in (
        (Sale.currency, CURRENCIES), (Royalty.currency, CURRENCIES), (RoyaltyDue.currency, CURRENCIES), (RevenueYear.currency, CURRENCIES),
        (Royalty.state, State), (RoyaltyDue.state, DueState), (Royalty.period, Period), (Sale.buyer_kind, OwnerKind),
        (RevenueYear.seller_kind, OwnerKind),
    ):  # fmt: skip
        checks.verify_values(report, column, allowed)
    if report.unreadable:
        return
    _verify_sales(report)
    _verify_years(report)
    _verify_dues(report)
    checks.verify_causes(report, "sale", Sale.id)
    checks.verify_causes(report, "royalty_due", RoyaltyDue.id)


def _verify_sales(report: Report) -> None:
    for above, last in checks.slices(Sale.id):
        chosen = select(Sale, RevenueShare, RevenueYear).outerjoin(RevenueShare, RevenueShare.id == Sale.share_id)
        chosen = chosen.outerjoin(RevenueYear, RevenueYear.id == Sale.year_id).where(Sale.id > above, Sale.id <= last)
        rows = db.session.execute(checks.afresh(chosen)).all()
        wanted = [number for sale, _, _ in rows for number in (sale.transaction_id, sale.refund_id) if number is not None]
        legs = books.legs_of(wanted)
        kept = _kept([sale.pending_id for sale, _, _ in rows])
        refunds, waiting = _kinds(wanted), books.pending_sides([sale.pending_id for sale, _, _ in rows if sale.pending_id is not None])
        for sale, share, year in rows:
            if share is None or year is None:
                report.add("sale_orphan", sale.ref, "The sale names shares or a year that do not exist.")
                continue
            posted = _sums(legs.get(sale.transaction_id or 0, []))
            if posted != _said(sale, share, year):
                report.add("sale_postings", sale.ref, f"The sale of {sale.gross_minor} minor units says other sides than its postings.")
            mirrored = {ref: -minor for ref, minor in posted.items()}
            if sale.pending_id is not None:
                state, sides = waiting.get(sale.pending_id, (None, {}))
                whole = sides == mirrored or (sale.pending_id in kept and _is_part(sides, mirrored))
                if not whole or state is PendingState.POSTED or (sale.refund_id is not None and state is PendingState.PENDING):
                    report.add("sale_pending", sale.ref, f"pending:{sale.pending_id} is not what was set aside in case it is given back.")
            back = sale.refund_id
            if back is not None and (refunds.get(back) is not Kind.REVERSAL or _sums(legs.get(back, [])) != mirrored):
                report.add("sale_refund", sale.ref, f"transaction:{back} does not mirror the sale.")


def _kept(ids: Sequence[int | None]) -> set[int]:
    """Those set aside without an end, for a dispute: as far as it was still there."""
    return set(db.session.scalars(select(Pending.id).where(Pending.id.in_([one for one in ids if one]), Pending.expires_at.is_(None))))


def _is_part(sides: dict[AccountRef, int], whole: dict[AccountRef, int]) -> bool:
    """Does this move no more than the whole, in the same directions?"""
    return bool(sides) and all(0 < minor * (1 if whole.get(ref, 0) > 0 else -1) <= abs(whole.get(ref, 0)) for ref, minor in sides.items())


def _kinds(ids: Sequence[int]) -> dict[int, Kind]:
    rows = db.session.execute(select(Transaction.id, Transaction.kind).where(Transaction.id.in_(ids)))
    return {row.id: row.kind for row in rows}


def _sums(legs: books.Legs) -> dict[AccountRef, int]:
    found: dict[AccountRef, int] = {}
    for account, amount in legs:
        found[account.ref] = found.get(account.ref, 0) + amount.minor
    return found


def _said(sale: Sale, share: RevenueShare, year: RevenueYear) -> dict[AccountRef, int]:
    found: dict[AccountRef, int] = {}
    for ref, minor in (
        (accounts.balance_of(sale.buyer_kind, sale.buyer_id, sale.currency), -sale.gross_minor),
        (accounts.balance_of(year.seller_kind, year.seller_id, sale.currency), sale.seller_minor),
        (accounts.balance_of(OwnerKind.ORGANISATION, share.owner_id, sale.currency), sale.owner_minor),
        (accounts.fees(sale.currency), sale.fee_minor),
    ):
        found[ref] = found.get(ref, 0) + minor
    return {ref: minor for ref, minor in found.items() if minor}


def _verify_years(report: Report) -> None:
    net = func.sum(Sale.owner_minor + Sale.seller_minor)
    sums = {
        row[0]: int(row[1]) for row in db.session.execute(select(Sale.year_id, net).where(Sale.refund_id.is_(None)).group_by(Sale.year_id))
    }
    for above, last in checks.slices(RevenueYear.id):
        for year in db.session.scalars(checks.afresh(select(RevenueYear).where(RevenueYear.id > above, RevenueYear.id <= last))):
            if year.net_minor != sums.get(year.id, 0):
                text = f"The year says {year.net_minor} minor units were sold, but its sales add up to {sums.get(year.id, 0)}."
                report.add("revenue_year", f"revenue_year:{year.id}", text)


def _verify_dues(report: Report) -> None:
    for above, last in checks.slices(RoyaltyDue.id):
        chosen = select(RoyaltyDue, Royalty).outerjoin(Royalty, Royalty.id == RoyaltyDue.royalty_id)
        rows = db.session.execute(checks.afresh(chosen.where(RoyaltyDue.id > above, RoyaltyDue.id <= last))).all()
        legs = books.legs_of([due.transaction_id for due, _ in rows if due.transaction_id is not None])
        for due, royalty in rows:
            if royalty is None:
                report.add("royalty_orphan", due.ref, "It fell due under a royalty that does not exist.")
                continue
            posted = _sums(legs.get(due.transaction_id or 0, []))
            payer = accounts.balance_of(OwnerKind.ORGANISATION, royalty.licensee_id, due.currency)
            paid = due.minor if due.state is DueState.PAID else 0
            if -posted.get(payer, 0) != paid:
                report.add("royalty_postings", due.ref, f"It says that {paid} minor units were paid, but its postings say otherwise.")
