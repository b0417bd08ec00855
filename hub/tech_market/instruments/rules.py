"""Pure rules of an instrument's time: opening hours in its own zone, free time, what a booking may be, what it costs.

All moments are aware and in UTC, all intervals half-open. Opening hours are wall-clock times in the instrument's zone, so that a day on
which clocks change is an hour shorter or longer; prices follow the time that really passes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from hub.kernel import reasons
from hub.kernel.errors import Conflict, Invalid, one_field
from hub.kernel.money import MAX_MINOR
from hub.kernel.words import N_, Worded

STEP = 15
"""Bookings begin and end on quarter hours: every zone's offset is a multiple of it."""
DAY_MINUTES = 24 * 60
LONGEST_BOOKING = 14 * DAY_MINUTES
FARTHEST = timedelta(days=365)
MOST_HOURS = 60 * 24
LONGEST_NAME, LONGEST_DESCRIPTION, LONGEST_PURPOSE, LONGEST_REASON = 160, 10_000, 300, reasons.LONGEST
MOST_ASKED = 10
"""So many bookings may one person have waiting for an answer."""
NEXT_ZONES = ("UTC", "Europe/London", "Europe/Berlin", "Europe/Stockholm", "America/New_York", "America/Los_Angeles", "Asia/Shanghai",
              "Asia/Tokyo", "Asia/Kolkata", "Australia/Sydney")  # fmt: skip
"""What forms offer beside the instrument's and the reader's own."""


class Audience(Worded):
    ANYONE = "anyone", N_("Everybody with a confirmed address")
    ORGANISATIONS = "organisations", N_("Members of organisations")
    OWN = "own", N_("Our own members alone")


class Weekday(Worded):
    MON = "0", N_("Monday")
    TUE = "1", N_("Tuesday")
    WED = "2", N_("Wednesday")
    THU = "3", N_("Thursday")
    FRI = "4", N_("Friday")
    SAT = "5", N_("Saturday")
    SUN = "6", N_("Sunday")


@dataclass(frozen=True, order=True)
class Interval:
    """The half-open time [start, end)."""

    start: datetime
    end: datetime

    def overlaps(self, other: Interval) -> bool:
        return self.start < other.end and other.start < self.end

    def holds(self, other: Interval) -> bool:
        return self.start <= other.start and other.end <= self.end

    @property
    def minutes(self) -> int:
        return int((self.end - self.start).total_seconds() // 60)


class Schedule(Protocol):
    """`opens` and `closes` are minutes after midnight in `zone`; `days` are weekdays, 0 for Monday."""

    zone: str
    opens: int
    closes: int
    days: Sequence[int]
    min_minutes: int
    max_minutes: int
    lead_hours: int


def zone(name: str) -> ZoneInfo | None:
    """None for a name that is no zone."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _zone(schedule: Schedule) -> ZoneInfo:
    found = zone(schedule.zone)
    assert found is not None, schedule.zone
    return found


def at_wall(day: date, minutes: int, place: ZoneInfo) -> datetime:
    """The moment when a clock in `place` shows `minutes` after midnight of `day`, in UTC. A time that the clocks skip is as much later
    as they skip; of one shown twice it is the first."""
    days, rest = divmod(minutes, DAY_MINUTES)
    wall = datetime.combine(day + timedelta(days=days), time(rest // 60, rest % 60), place)
    return wall.astimezone(UTC)


def from_wall(wall: datetime, place: ZoneInfo) -> datetime:
    """What somebody typed as local time, in UTC. Raises Invalid for a time that the clocks skip on that day."""
    moment = wall.replace(tzinfo=place).astimezone(UTC)
    if moment.astimezone(place).replace(tzinfo=None) != wall:
        raise one_field("start", N_("This time does not exist on that day: the clocks are put forward."), code="skipped_time")
    return moment


def opening(schedule: Schedule, day: date) -> Interval | None:
    """When it is open on a day of its own zone; None if it is closed."""
    if day.weekday() not in schedule.days:
        return None
    place = _zone(schedule)
    found = Interval(at_wall(day, schedule.opens, place), at_wall(day, schedule.closes, place))
    return found if found.start < found.end else None


def open_time(schedule: Schedule, within: Interval) -> list[Interval]:
    """When it is open in `within`, days that follow each other without a gap joined."""
    place = _zone(schedule)
    first, last = within.start.astimezone(place).date() - timedelta(days=1), within.end.astimezone(place).date()
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return joined(clipped((found for day in days if (found := opening(schedule, day)) is not None), within))


def clipped(intervals: Iterable[Interval], within: Interval) -> Iterator[Interval]:
    for one in intervals:
        start, end = max(one.start, within.start), min(one.end, within.end)
        if start < end:
            yield Interval(start, end)


def joined(intervals: Iterable[Interval]) -> list[Interval]:
    """In order, what touches or overlaps made one."""
    found: list[Interval] = []
    for one in sorted(intervals):
        if found and one.start <= found[-1].end:
            found[-1] = Interval(found[-1].start, max(found[-1].end, one.end))
        else:
            found.append(one)
    return found


def without(intervals: Iterable[Interval], taken: Iterable[Interval]) -> list[Interval]:
    """What is left of `intervals` when `taken` is cut out."""
    busy = joined(taken)
    left: list[Interval] = []
    for one in intervals:
        start = one.start
        for cut in busy:
            if cut.end <= start or cut.start >= one.end:
                continue
            if start < cut.start:
                left.append(Interval(start, cut.start))
            start = max(start, cut.end)
        if start < one.end:
            left.append(Interval(start, one.end))
    return left


def earliest(schedule: Schedule, now: datetime) -> datetime:
    """The first moment that can still be booked: `lead_hours` from now, on the next quarter hour."""
    moment = now + timedelta(hours=schedule.lead_hours)
    past = timedelta(minutes=moment.minute % STEP, seconds=moment.second, microseconds=moment.microsecond)
    return moment if not past else moment - past + timedelta(minutes=STEP)


def next_opening(schedule: Schedule, now: datetime) -> datetime:
    """The first moment from which it is open and can be booked, whoever has it."""
    start = earliest(schedule, now)
    ahead = open_time(schedule, Interval(start, start + timedelta(days=8)))
    return ahead[0].start if ahead else start


def free(schedule: Schedule, within: Interval, taken: Iterable[Interval], now: datetime) -> list[Interval]:
    """What can be booked in `within`: open, not taken, not too soon, and long enough for the shortest booking."""
    bookable = Interval(max(within.start, earliest(schedule, now)), within.end)
    if bookable.start >= bookable.end:
        return []
    left = without(open_time(schedule, bookable), taken)
    return [one for one in left if one.minutes >= schedule.min_minutes]


def check_time(schedule: Schedule, wanted: Interval, now: datetime) -> None:
    """May it be booked at all, whoever else has it? Raises Invalid about `start` or `minutes`."""
    if wanted.start >= wanted.end:
        raise one_field("minutes", N_("It must end after it begins."), code="empty_time")
    if any((moment.minute % STEP, moment.second, moment.microsecond) != (0, 0, 0) for moment in (wanted.start, wanted.end)):
        raise one_field("start", N_("Bookings begin and end on a quarter of an hour."), code="off_the_grid")
    if wanted.minutes < schedule.min_minutes:
        raise one_field("minutes", N_("At least %(n)s minutes."), code="too_short", n=schedule.min_minutes)
    if wanted.minutes > schedule.max_minutes:
        raise one_field("minutes", N_("At most %(n)s minutes."), code="too_long", n=schedule.max_minutes)
    if wanted.start < now + timedelta(hours=schedule.lead_hours):
        raise one_field("start", N_("Book at least %(n)s hours ahead."), code="too_soon", n=schedule.lead_hours)
    if wanted.start > now + FARTHEST:
        raise one_field("start", N_("Book at most a year ahead."), code="too_far")
    if not any(
        one.holds(wanted) for one in open_time(schedule, Interval(wanted.start - timedelta(days=1), wanted.end + timedelta(days=1)))
    ):
        raise one_field("start", N_("The instrument is closed for a part of that time."), code="closed_then")


def taken() -> Conflict:
    """The refusal of a time that somebody else has."""
    return Conflict(N_("Somebody else has booked a part of that time. Choose another."), code="slot_taken")


def price(hourly_minor: int, minutes: int) -> int:
    """Minor units for the time that passes, rounded half up."""
    return (hourly_minor * minutes + 30) // 60


def check_settings(
    *, zone_name: str, opens: int, closes: int, days: Sequence[int], min_minutes: int, max_minutes: int, hourly_minor: int | None
) -> None:
    """Raises Invalid naming every field that cannot be."""
    wrong = {
        "zone": "" if zone(zone_name) else N_("We do not know this time zone."),
        "closes": "" if 0 <= opens < closes <= DAY_MINUTES else N_("It must close after it opens, at 24:00 at the latest."),
        "days": "" if days and all(0 <= day <= 6 for day in days) else N_("Choose at least one day."),
        "min_minutes": "" if min_minutes >= STEP and min_minutes % STEP == 0 else N_("In quarters of an hour, at least 15 minutes."),
        "max_minutes": ""
        if min_minutes <= max_minutes <= LONGEST_BOOKING and max_minutes % STEP == 0
        else N_("In quarters of an hour, not below the shortest, at most 14 days."),
        "hourly": "" if hourly_minor is None or 0 < hourly_minor <= MAX_MINOR // MOST_HOURS else N_("This is not a price for an hour."),
    }
    if opens % STEP or closes % STEP:
        wrong["opens"] = N_("On a quarter of an hour.")
    if fields := {name: told for name, told in wrong.items() if told}:
        raise Invalid(next(iter(fields.values())), fields=fields)
