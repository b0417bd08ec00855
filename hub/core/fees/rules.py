"""Pure rules of the site's fee: which rate holds on a day, and what a rate may be."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from hub.kernel.errors import one_field
from hub.kernel.money import Breakdown, Money, breakdown
from hub.kernel.words import N_, Worded

STANDARD_BP = 500
"""What is charged where nobody has said otherwise: 5 %."""

HIGHEST_BP = 9_999
"""Something is always left for the payee, so that a gross sum can be found for any pay (microtasks reckon that way)."""

EVERYTHING_BP = 10_000


class Mode(Worded):
    """What a fee is charged on."""

    CONTESTS = "contests", N_("Prizes of challenges")
    SERVICES = "services", N_("Orders of services")
    BOOKINGS = "bookings", N_("Bookings of instruments")
    TASKS = "tasks", N_("Paid tasks")
    PRODUCTS = "products", N_("Sales of products")
    ROYALTIES = "royalties", N_("Royalties of licences")
    POOLS = "pools", N_("Pledged pools")
    BRIEFS = "briefs", N_("Search briefs")


@dataclass(frozen=True)
class Rate:
    """`fee_bp` of the gross in basis points (1/100 %); of that fee, `consultant_bp` go to the consultant who brought it about."""

    mode: Mode
    from_on: date
    fee_bp: int
    consultant_bp: int = 0


def in_force(rates: Iterable[Rate], mode: Mode, day: date) -> Rate:
    """The rate of the last day not after `day`; of two for the same day, the later one said. `rates` are in the order they were said."""
    found = Rate(mode, date.min, STANDARD_BP)
    for rate in rates:
        if rate.mode is mode and rate.from_on <= day and rate.from_on >= found.from_on:
            found = rate
    return found


def coming(rates: Iterable[Rate], mode: Mode, day: date) -> list[Rate]:
    """What will change after `day`, the next first; of several for one day, the last one said."""
    last = {rate.from_on: rate for rate in rates if rate.mode is mode and rate.from_on > day}
    return [last[on] for on in sorted(last)]


@dataclass(frozen=True)
class Share:
    """What a released amount becomes: `gross == fee + net`, and of the fee, `consultant` goes on."""

    parts: Breakdown
    consultant: Money


def share(gross: Money, fee_bp: int, consultant_bp: int) -> Share:
    """The consultant's part is taken off the fee, never off what the payee gets; rounded down, so that it is never more than said."""
    parts = breakdown(gross, fee_bp)
    return Share(parts, Money(parts.fee.minor * consultant_bp // EVERYTHING_BP, gross.currency))


def future(from_on: date, today: date) -> date:
    """The day, if it is still to come. Raises Invalid (day_not_future)."""
    if from_on <= today:
        raise one_field("from_on", N_("Choose a day to come: what was charged until today is never changed."), code="day_not_future")
    return from_on


def basis_points(text: str, field: str, most: int) -> int:
    """`7.5` (per cent) as 750. Raises Invalid (percent_unreadable, percent_out_of_range)."""
    try:
        points = Decimal(text.strip().removesuffix("%").strip().replace(",", ".")) * 100
    except InvalidOperation:
        raise one_field(field, N_("Write per cent in figures, like 7.5."), code="percent_unreadable") from None
    if not points.is_finite() or points != points.to_integral_value():
        raise one_field(field, N_("Write per cent in figures, like 7.5."), code="percent_unreadable")
    if not 0 <= points <= most:
        raise one_field(field, N_("From 0 to %(most)s per cent."), code="percent_out_of_range", most=percent(most))
    return int(points)


def percent(points: int) -> str:
    """750 basis points as `7.5`."""
    return f"{Decimal(points) / 100:f}".rstrip("0").rstrip(".") if points % 100 else str(points // 100)


def table(rates: Sequence[Rate], day: date) -> list[tuple[Rate, list[Rate]]]:
    """For each mode what holds on `day`, and what is to come."""
    return [(in_force(rates, mode, day), coming(rates, mode, day)) for mode in Mode]
