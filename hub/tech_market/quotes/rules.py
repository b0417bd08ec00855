"""Pure rules of requests and quotes: when answers are taken, what a quote comes to, which is the best in a row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from hub.kernel import clock, money, reasons
from hub.kernel.errors import one_field
from hub.kernel.money import Breakdown, Money
from hub.kernel.words import N_

MOST_SERVICES, MOST_LINES = 8, 12
LONGEST_TITLE, LONGEST_BODY, LONGEST_QUANTITY = 160, 10_000, 120
LONGEST_LINE, LONGEST_TERMS, LONGEST_REASON = 200, 10_000, reasons.LONGEST
SHORTEST_TIME, LONGEST_TIME = timedelta(hours=1), timedelta(days=180)
LONGEST_VALIDITY = timedelta(days=365)
MOST_DAYS = 730


@dataclass(frozen=True)
class Line:
    """One line of a quote: what for, and its price in minor units. With `days` it is a milestone: due so many days after the money is held,
    delivered, accepted and paid on its own."""

    text: str
    minor: int
    days: int | None = None

    @property
    def plain(self) -> list[str | int]:
        """As a quote keeps it."""
        return [self.text, self.minor] if self.days is None else [self.text, self.minor, self.days]


def is_over(quotes_by: datetime, moment: datetime | None = None) -> bool:
    """Quotes are taken in the half-open time before `quotes_by`: at that very moment it is over."""
    return not clock.within(None, quotes_by, moment)


def check_deadline(quotes_by: datetime, needed_by: date | None) -> None:
    """Raises Invalid about `quotes_by` or `needed_by`."""
    now = clock.now()
    if quotes_by < now + SHORTEST_TIME:
        raise one_field("quotes_by", N_("Give the labs at least an hour."), code="deadline_too_near")
    if quotes_by > now + LONGEST_TIME:
        raise one_field("quotes_by", N_("The deadline can be at most 180 days ahead."), code="deadline_too_far")
    if needed_by is not None and needed_by < quotes_by.date():
        raise one_field("needed_by", N_("It cannot be needed before the quotes are in."), code="needed_too_early")
    if needed_by is not None and needed_by > quotes_by.date() + timedelta(days=MOST_DAYS):
        raise one_field("needed_by", N_("Name a day within two years."), code="needed_too_late")


def check_validity(valid_until: date, quotes_by: datetime) -> None:
    """`valid_until` is the last day on which the quote can be taken. Raises Invalid."""
    if valid_until < quotes_by.date():
        raise one_field("valid_until", N_("The quote must hold at least until the day on which quotes end."), code="validity_too_short")
    if valid_until > quotes_by.date() + LONGEST_VALIDITY:
        raise one_field("valid_until", N_("The quote can hold for at most a year."), code="validity_too_long")


def still_holds(valid_until: date) -> bool:
    return clock.now().date() <= valid_until


def total(lines: Sequence[Line], currency: str) -> Money:
    """What the lines add up to. Raises Invalid about `lines`."""
    if not lines:
        raise one_field("lines", N_("Write at least one line with a price."), code="lines_missing")
    if len(lines) > MOST_LINES:
        raise one_field("lines", N_("A quote has at most 12 lines."), code="too_many_lines")
    if any(not line.text for line in lines):
        raise one_field("lines", N_("Say what each price is for."), code="line_without_words")
    if any(line.minor < 0 for line in lines):
        raise one_field("lines", N_("The amount cannot be negative."), code="amount_negative")
    gross = Money(sum(line.minor for line in lines), currency)
    if not gross:
        raise one_field("lines", N_("The amount must be more than zero."), code="amount_zero")
    if gross.minor > money.MAX_MINOR:
        raise one_field("lines", N_("The amount is too large."), code="amount_too_large")
    return gross


def milestones(lines: Sequence[Line]) -> list[Line]:
    """The lines, if they are milestones; none if the quote is delivered and paid as a whole."""
    return [line for line in lines if line.days is not None]


def check_milestones(lines: Sequence[Line], turnaround_days: int) -> None:
    """Every line is a milestone or none is; each costs something, none is due before the one above it or after the end. Raises Invalid."""
    due = [line.days for line in lines if line.days is not None]
    if not due:
        return
    if len(due) != len(lines):
        raise one_field("lines", N_("Say for every line in how many days it is due, or for none."), code="milestones_incomplete")
    if any(not line.minor for line in lines):
        raise one_field("lines", N_("Each milestone has a price."), code="milestone_without_price")
    if due != sorted(due) or not 1 <= due[0] <= due[-1] <= turnaround_days:
        message = N_("Milestones are due one after the other, the last by the end of the %(days)s days.")
        raise one_field("lines", message, code="milestones_out_of_order", days=turnaround_days)


def split(lines: Sequence[Line], gross: Money, fee_bp: int) -> Breakdown:
    """Gross, fee and net of a quote; with milestones the fee is taken, and rounded, at each of them."""
    parts = [money.breakdown(Money(line.minor, gross.currency), fee_bp) for line in milestones(lines)]
    if not parts:
        return money.breakdown(gross, fee_bp)
    fee = Money(sum(part.fee.minor for part in parts), gross.currency)
    return Breakdown(gross, fee, gross - fee)


@dataclass(frozen=True)
class Compared:
    """What of a quote is compared; None where the lab has not said it."""

    gross: Money | None
    turnaround_days: int | None
    valid_until: date | None


def best(quotes: Sequence[Compared]) -> Mapping[str, int]:
    """For each row of the comparison the place of the best: lowest price (in one currency alone), quickest, longest valid.

    The first of equals; a row in which fewer than two say something, or all say the same, has no best.
    """
    found: dict[str, int] = {}
    prices = {place: quote.gross for place, quote in enumerate(quotes) if quote.gross is not None}
    if len({price.currency for price in prices.values()}) == 1:
        _note(found, "price", {place: price.minor for place, price in prices.items()})
    _note(found, "days", {place: quote.turnaround_days for place, quote in enumerate(quotes) if quote.turnaround_days is not None})
    last_days = {place: -quote.valid_until.toordinal() for place, quote in enumerate(quotes) if quote.valid_until is not None}
    _note(found, "valid", last_days)
    return found


def _note(found: dict[str, int], row: str, values: Mapping[int, int]) -> None:
    if len(set(values.values())) > 1:
        found[row] = min(values, key=lambda place: (values[place], place))
