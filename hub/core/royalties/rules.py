"""Pure rules of shares of what is sold: bands like those of an income tax, years, and what a royalty comes to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from hub.kernel import money
from hub.kernel.errors import one_field
from hub.kernel.money import Money
from hub.kernel.words import N_, Worded

WHOLE_BP, MOST_BANDS = 10_000, 6
LONGEST_TITLE, MOST_DAYS = 200, 365


@dataclass(frozen=True)
class Band:
    """Of what is sold in a year up to `upto` minor units (None: without end), and above the band before, `bp` basis points are due."""

    upto: int | None
    bp: int


Bands = Sequence[Band]


def checked(bands: Bands) -> list[Band]:
    """The bands, rising, the last one without end. Raises Invalid (bands_count, bands_out_of_order, percent_out_of_range)."""
    if not 1 <= len(bands) <= MOST_BANDS:
        raise one_field("bands", N_("From 1 to %(most)s bands."), code="bands_count", most=MOST_BANDS)
    if any(not 0 <= band.bp <= WHOLE_BP for band in bands):
        raise one_field("bands", N_("From 0 to 100 per cent."), code="percent_out_of_range")
    limits = [band.upto for band in bands[:-1]]
    known = [limit for limit in limits if limit is not None]
    rising = all(low < high for low, high in zip([0, *known], known, strict=False))
    if bands[-1].upto is not None or len(known) != len(limits) or not rising or (known and known[-1] > money.MAX_MINOR):
        message = N_("Each band ends above the one before; the last one has no end.")
        raise one_field("bands", message, code="bands_out_of_order")
    return list(bands)


def kept(bands: Bands) -> list[list[int | None]]:
    """As the database keeps them."""
    return [[band.upto, band.bp] for band in bands]


def read(kept: Sequence[Sequence[int | None]]) -> list[Band]:
    return [Band(upto, bp or 0) for upto, bp in kept]


def due_on(bands: Bands, total: int) -> int:
    """What is due on `total` minor units sold in a year: each band's rate on the part in it, rounded down once, at the end."""
    above, points = 0, 0
    for band in bands:
        within = min(total, band.upto if band.upto is not None else total) - above
        if within <= 0:
            break
        points += within * band.bp
        above += within
    return points // WHOLE_BP


def marginal(bands: Bands, before: int, minor: int) -> int:
    """What `minor` more adds, after `before` in the same year. Over a year these add up to `due_on` its total, in whatever order."""
    return due_on(bands, before + minor) - due_on(bands, before)


@dataclass(frozen=True)
class SaleParts:
    """`gross == fee + owner + seller`: the site's fee, the owner's share of what is left by the year's bands, and the seller's rest."""

    gross: Money
    fee: Money
    owner: Money
    seller: Money


def sale(gross: Money, fee_bp: int, bands: Bands, before: int) -> SaleParts:
    """Divide a sale when `before` minor units, less fees, were sold in this year."""
    parts = money.breakdown(gross, fee_bp)
    share = marginal(bands, before, parts.net.minor)
    return SaleParts(gross, parts.fee, gross.of(share), gross.of(parts.net.minor - share))


@dataclass(frozen=True)
class Step:
    """What a sale that lies wholly in one band comes to: while the year's sales are above `above` minor units, up to `band.upto`."""

    band: Band
    above: int
    parts: SaleParts


def steps(gross: Money, fee_bp: int, bands: Bands) -> list[Step]:
    """Band by band, what a sale of `gross` comes to."""
    above, found = 0, []
    for band in bands:
        found.append(Step(band, above, sale(gross, fee_bp, [Band(None, band.bp)], 0)))
        above = band.upto or above
    return found


def rate_above(bands: Bands, total: int) -> int:
    """The rate, in basis points, of the next minor unit after `total`."""
    return next(band.bp for band in bands if band.upto is None or total < band.upto)


def dearer(before: Bands, after: Bands) -> bool:
    """Is more due on any part of a year's sales than before?"""
    limits = {0, *(band.upto for band in (*before, *after) if band.upto is not None)}
    return any(rate_above(after, limit) > rate_above(before, limit) for limit in limits)


def highest(bands: Bands) -> int:
    return max(band.bp for band in bands)


class Period(Worded):
    """How often a licensee reports."""

    QUARTER = "quarter", N_("Every quarter")
    YEAR = "year", N_("Every year")
    ONCE = "once", N_("Once, a fixed sum")


def starts(period: Period, day: date) -> date:
    """The first day of the calendar period that `day` is in."""
    return date(day.year, 1 if period is not Period.QUARTER else (day.month - 1) // 3 * 3 + 1, 1)


def ends(period: Period, start: date) -> date:
    """The first day after the calendar period that begins on `start`."""
    if period is not Period.QUARTER:
        return date(start.year + 1, 1, 1)
    return date(start.year + (start.month == 10), (start.month + 2) % 12 + 1, 1)


def next_period(period: Period, from_on: date, last_end: date | None) -> date:
    """The start of the period to be reported next."""
    return last_end or starts(period, from_on)


def royalty(bands: Bands, before: int, sales: int, minimum: int) -> int:
    """What is due for a period with `sales` after `before` in the same calendar year; never less than the minimum of a period."""
    return max(marginal(bands, before, sales), minimum)


def pay_by(reported: date, days: int) -> date:
    return reported + timedelta(days=days)
