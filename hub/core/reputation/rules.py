"""Pure rules of reputation: what a finished deal is, how ratings become one figure, what rates and badges are made of. Pure."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction

from hub.core.disputes.rules import Side
from hub.kernel import clock
from hub.kernel.errors import NotNow, one_field
from hub.kernel.levels import Level
from hub.kernel.words import N_, Worded, extent

RATE_WITHIN = timedelta(days=14)
"""Half-open, from the moment at which a deal can be rated. Then, or once both have rated, everything is shown."""
LOOKING_BACK = timedelta(days=365)
"""What was asked longer ago says nothing about answers any more."""
SHORTEST, LONGEST, LONGEST_WHY = 3, 280, 1_000
LOWEST, HIGHEST = 1, 5
FEWEST = 3
"""No rate is shown that rests on fewer facts."""

PRIOR_MEAN, PRIOR_COUNT = Fraction(7, 2), 5
"""Before anybody has rated, everybody stands as if five deals had been rated with 3.5."""


class Mode(Worded):
    """The way of working that a deal came from."""

    CONTEST = "contest", N_("Prize challenge")
    COMMUNITY = "community", N_("Community work")
    COMPLEMENT = "complement", N_("Product purchase")
    MICROTASK = "microtask", N_("Task project")
    MARKET = "market", N_("Technology deal")
    SERVICE = "service", N_("Service order")
    SEARCH = "search", N_("Search engagement")


class Part(Worded):
    """The two sides of a deal: who asked for something and paid, and who delivered it and was paid."""

    ASKED = "asked", N_("Asked and paid")
    DELIVERED = "delivered", N_("Delivered")

    @property
    def other(self) -> Part:
        return Part.DELIVERED if self is Part.ASKED else Part.ASKED


class Aspect(Worded):
    """What a rating is made of; what each asks depends on whose work is rated."""

    SUBSTANCE = "substance", N_("Substance")
    COMMUNICATION = "communication", N_("Communication")
    RELIABILITY = "reliability", N_("Reliability")


ASKS: dict[Part, dict[Aspect, str]] = {
    Part.DELIVERED: {
        Aspect.SUBSTANCE: N_("Quality of what was delivered"),
        Aspect.COMMUNICATION: N_("Communication"),
        Aspect.RELIABILITY: N_("Kept to what was agreed"),
    },
    Part.ASKED: {
        Aspect.SUBSTANCE: N_("Clear about what was wanted"),
        Aspect.COMMUNICATION: N_("Communication"),
        Aspect.RELIABILITY: N_("Fair when deciding and paying"),
    },
}
"""The names of the aspects, for each part that is rated."""


@dataclass(frozen=True)
class Finished:
    """A finished deal as its mode tells of it: one for each pair of sides.

    `key` is its own ("order:7"), `subject` what disputes know of it (empty: `key`). It can be rated from `rate_from` on (empty: at once); a
    deal that is undone before that never was one. `many`: one of many of the same project, of which whoever asked is told in one line.
    """

    key: str
    mode: Mode
    title: str
    link: str
    asked: Side
    delivered: Side
    at: datetime
    subject: str = ""
    rate_from: datetime | None = None
    many: bool = False

    def side(self, part: Part) -> Side:
        return self.asked if part is Part.ASKED else self.delivered


@dataclass(frozen=True)
class Delivered:
    """Something was delivered that was due on a day; `key` names the promise ("order:7/1"), of which the first delivery counts."""

    key: str
    side: Side
    due_on: date
    at: datetime

    @property
    def on_time(self) -> bool:
        """The due day counts to its end (UTC)."""
        return self.at.date() <= self.due_on


SUMS = ("deals", "ratings", "points", "due", "on_time")
"""What is added up of each side."""


@dataclass(frozen=True)
class Recounted:
    """One side's sums as they stood, and as the facts have them."""

    side: Side
    was: dict[str, int]
    now: dict[str, int]


def shrunk(points: int, count: int) -> Fraction:
    """The mean of `count` ratings, drawn towards PRIOR_MEAN; between 1 and 5. `points` is the sum over the ratings of their three aspects.

    (c m + sum of x) / (c + n) with m = PRIOR_MEAN, c = PRIOR_COUNT: the posterior mean of a normal mean under a normal prior that weighs as
    much as c observations (Gelman et al., Bayesian Data Analysis, 3rd ed., 2013, section 2.5, equation 2.12, with c the ratio of the
    variance of one observation to that of the prior). It depends on nothing but the sum and the number, so it is kept up to date by adding.
    """
    return (PRIOR_COUNT * PRIOR_MEAN + Fraction(points, len(Aspect))) / (PRIOR_COUNT + count)


def one_decimal(value: Fraction) -> str:
    """Half away from zero, so that 4.55 reads 4.6."""
    tenths = int(value * 10 + Fraction(1, 2))
    return f"{tenths // 10}.{tenths % 10}"


def percent(value: Fraction) -> int:
    """Towards the nearest, but never up to 100 or down to 0 unless it is that."""
    if value in (0, 1):
        return int(value * 100)
    return min(99, max(1, int(value * 100 + Fraction(1, 2))))


@dataclass(frozen=True)
class Rate:
    """`hits` of `total`; nothing is said of it below FEWEST."""

    hits: int
    total: int

    @property
    def known(self) -> bool:
        return self.total >= FEWEST

    @property
    def share(self) -> Fraction:
        return Fraction(self.hits, self.total) if self.total else Fraction(0)

    @property
    def percent(self) -> int:
        return percent(self.share)


@dataclass(frozen=True)
class Asked:
    """Something that somebody was asked: when, until when an answer was due, and when it came."""

    at: datetime
    answered_at: datetime | None
    due_at: datetime | None


def answers(asked: Iterable[Asked], now: datetime) -> tuple[Rate, timedelta | None]:
    """How many of the questions whose time is over were answered, and the median time of the answers, None where the rate is not known.

    What still has time and no answer does not count.
    """
    counted = [one for one in asked if one.answered_at is not None or (one.due_at is not None and one.due_at <= now)]
    times = [one.answered_at - one.at for one in counted if one.answered_at is not None]
    rate = Rate(len(times), len(counted))
    return rate, timedelta(seconds=statistics.median(t.total_seconds() for t in times)) if rate.known and len(times) >= FEWEST else None


@dataclass(frozen=True)
class Facts:
    """All that badges are derived from."""

    deals: int
    ratings: int
    points: int
    answers: Rate
    on_time: Rate
    lost: int
    level: Level
    since: datetime


class Badge(Worded):
    """Derived from facts, never given by hand; the words say which."""

    FIRST = "first", N_("First finished deal")
    TEN = "ten", N_("Ten finished deals")
    FIFTY = "fifty", N_("Fifty finished deals")
    ON_TIME = "on_time", N_("Always on time")
    ANSWERS = "answers", N_("Answers who asks")
    WELL_RATED = "well_rated", N_("Well rated")
    DOMAIN = "domain", N_("Domain proven")
    DOCUMENT = "document", N_("Documents checked")
    ONE_YEAR = "one_year", N_("One year here")
    THREE_YEARS = "three_years", N_("Three years here")


MEANS: dict[Badge, str] = {
    Badge.FIRST: N_("One to nine finished deals: something was delivered and paid."),
    Badge.TEN: N_("Ten to forty-nine finished deals."),
    Badge.FIFTY: N_("Fifty finished deals or more."),
    Badge.ON_TIME: N_("Every delivery with a due day came by that day, five at least."),
    Badge.ANSWERS: N_("Nine of ten questions, invitations and requests of the last year were answered, five at least were asked."),
    Badge.WELL_RATED: N_("4.3 or more, after shrinking, from at least ten rated deals, and no dispute lost."),
    Badge.DOMAIN: N_("The web domain is proven; see the levels of verification."),
    Badge.DOCUMENT: N_("An official document was compared; see the levels of verification."),
    Badge.ONE_YEAR: N_("Here for one year or more, with a finished deal."),
    Badge.THREE_YEARS: N_("Here for three years or more, with a finished deal."),
}
ENOUGH, WELL = 5, Fraction(43, 10)


def badges(facts: Facts, now: datetime) -> list[Badge]:
    """Those that hold, in the order of the table; of a scale only the highest."""
    years = (now - facts.since).days // 365
    holds = {
        Badge.FIRST: 1 <= facts.deals < 10,
        Badge.TEN: 10 <= facts.deals < 50,
        Badge.FIFTY: facts.deals >= 50,
        Badge.ON_TIME: facts.on_time.total >= ENOUGH and facts.on_time.hits == facts.on_time.total,
        Badge.ANSWERS: facts.answers.total >= ENOUGH and facts.answers.share >= Fraction(9, 10),
        Badge.WELL_RATED: facts.ratings >= 10 and shrunk(facts.points, facts.ratings) >= WELL and not facts.lost,
        Badge.DOMAIN: facts.level is Level.DOMAIN,
        Badge.DOCUMENT: facts.level is Level.DOCUMENT,
        Badge.ONE_YEAR: facts.deals > 0 and 1 <= years < 3,
        Badge.THREE_YEARS: facts.deals > 0 and years >= 3,
    }
    return [badge for badge in Badge if holds[badge]]


@dataclass(frozen=True)
class Scores:
    """Answers to the question how likely somebody is to recommend the site: how many of each kind."""

    promoters: int = 0
    passives: int = 0
    detractors: int = 0

    @property
    def total(self) -> int:
        return self.promoters + self.passives + self.detractors

    @property
    def net(self) -> int | None:
        """Promoters (9, 10) less detractors (0 to 6), in per cent of all: -100 to 100; None below FEWEST.

        Reichheld, The one number you need to grow, Harvard Business Review 81 (12), 2003.
        """
        if self.total < FEWEST:
            return None
        return round(Fraction(100 * (self.promoters - self.detractors), self.total))

    def __add__(self, other: Scores) -> Scores:
        return Scores(self.promoters + other.promoters, self.passives + other.passives, self.detractors + other.detractors)


def scores(counted: Iterable[tuple[int, int]]) -> Scores:
    """Of pairs of a score and how many gave it."""
    total = Scores()
    for score, count in counted:
        total += Scores(count * (score >= 9), count * (7 <= score <= 8), count * (score <= 6))
    return total


def sentence(text: str, field: str = "words") -> str:
    """One short sentence: no line breaks. Raises Invalid (words_missing)."""
    plain = " ".join(text.split())
    if extent(plain) < SHORTEST or len(plain) > LONGEST:
        raise one_field(
            field, N_("Write one sentence of %(least)s to %(most)s characters."), code="words_missing", least=SHORTEST, most=LONGEST
        )
    return plain


def check_open(rate_from: datetime, closes_at: datetime, shown_at: datetime | None) -> None:
    """Raises NotNow (too_early, already_shown, too_late)."""
    if shown_at is not None:
        raise NotNow(N_("Both ratings are shown already: they are not changed any more."), code="already_shown")
    if clock.now() < rate_from:
        raise NotNow(N_("This deal can still be undone. You can rate it once that time is over."), code="too_early")
    if not clock.within(None, closes_at):
        raise NotNow(N_("The two weeks in which this deal could be rated are over."), code="too_late")


def months(now: datetime, count: int = 12) -> Sequence[str]:
    """The last months as "2026-11", the oldest first."""
    found = []
    year, month = now.year, now.month
    for _ in range(count):
        found.append(f"{year}-{month:02d}")
        year, month = (year, month - 1) if month > 1 else (year - 1, 12)
    return found[::-1]
