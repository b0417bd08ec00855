"""What messages are about and when they come by mail, the words of mails, and the signed links that stop them. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from itsdangerous import BadSignature, URLSafeSerializer

from hub.kernel.words import N_, Worded


class Kind(Worded):
    """What a message is about: people choose per kind when they want it by mail."""

    ACCOUNT = "account", N_("Account and security")
    MEMBERSHIP = "membership", N_("Your organisations")
    AGREEMENT = "agreement", N_("Agreements")
    MONEY = "money", N_("Money")
    PAYOUT = "payout", N_("Payouts and royalties")
    POOL = "pool", N_("Co-funding")
    CHALLENGE = "challenge", N_("Challenges")
    ENTRY = "entry", N_("Entries")
    JUDGING = "judging", N_("Judging")
    AWARD = "award", N_("Results and awards")
    MARKET = "market", N_("Technology market")
    BOOKING = "booking", N_("Bookings of instruments")
    SEARCH = "search", N_("Search briefs")
    COMMUNITY = "community", N_("Communities")
    PAGE = "page", N_("Pages that you watch")
    RALLY = "rally", N_("Idea rallies")
    COMPLEMENT = "complement", N_("Platforms and products")
    MICROTASK = "microtask", N_("Tasks")
    PORTAL = "portal", N_("Portals")
    DISCUSSION = "discussion", N_("Discussions")
    MENTION = "mention", N_("Answers to you and mentions")
    QUESTION = "question", N_("Questions about challenges")
    MODERATION = "moderation", N_("Reports and moderation")
    DISPUTE = "dispute", N_("Disputes")
    REPUTATION = "reputation", N_("Ratings of finished deals")


class Pace(Worded):
    """When a kind of message comes by mail. It is in the inbox at once, whatever the pace."""

    NOW = "now", N_("At once")
    DAILY = "daily", N_("Daily")
    WEEKLY = "weekly", N_("Weekly")
    NEVER = "never", N_("No mail")


SALT = "hub.core.messages.unsubscribe"
ALWAYS_BY_MAIL = frozenset({Kind.ACCOUNT})
"""Nobody can switch these off: they guard the account."""

DIGESTS = (Pace.DAILY, Pace.WEEKLY)

GROUPS: tuple[tuple[str, tuple[Kind, ...]], ...] = (
    (N_("Money and agreements"), (Kind.MONEY, Kind.PAYOUT, Kind.POOL, Kind.AGREEMENT, Kind.DISPUTE, Kind.REPUTATION, Kind.MEMBERSHIP)),
    (N_("Contests"), (Kind.CHALLENGE, Kind.ENTRY, Kind.JUDGING, Kind.AWARD)),
    (N_("Talk"), (Kind.MENTION, Kind.DISCUSSION, Kind.QUESTION, Kind.MODERATION)),
    (N_("Communities and tasks"), (Kind.COMMUNITY, Kind.PAGE, Kind.RALLY, Kind.MICROTASK)),
    (N_("Market, search and platforms"), (Kind.MARKET, Kind.BOOKING, Kind.SEARCH, Kind.COMPLEMENT, Kind.PORTAL)),
)
"""What the settings offer, in this order: every kind that can be switched off, once."""

CHOSEN = tuple(kind for _, kinds in GROUPS for kind in kinds)


# When a digest is made


@dataclass(frozen=True)
class Hours:
    """When a person reads digests, by their own clock: both at `hour`, the weekly one on `weekday` (0 is Monday)."""

    hour: int = 7
    weekday: int = 0


def choices(sent: dict[str, Any], known: Hours) -> dict[str, Any]:
    """What a person sent, field by field (a kind and its pace; `hour`, `weekday`), as operations.choose_mail takes it."""
    hours = Hours(sent.get("hour", known.hour), sent.get("weekday", known.weekday))
    wanted = {Kind(kind): pace for kind, pace in sent.items() if isinstance(pace, Pace)}
    return {"wanted": wanted, "hours": None if hours == known else hours}


def slot(pace: Pace, hours: Hours, zone: str, now: datetime) -> tuple[date, datetime]:
    """The latest time at which a digest was due: the person's own day, and the moment. Never later than `now`, never more than one on a
    day; on the days when clocks are changed it is up to an hour away from the hour that was asked for."""
    place = _place(zone)
    day = now.astimezone(place).date()
    if pace is Pace.WEEKLY:
        day -= timedelta(days=(day.weekday() - hours.weekday) % 7)
    due = _moment(day, hours.hour, place)
    if due > now:
        day -= timedelta(days=7 if pace is Pace.WEEKLY else 1)
        due = _moment(day, hours.hour, place)
    return day, due


def _moment(day: date, hour: int, place: ZoneInfo) -> datetime:
    return datetime.combine(day, time(hour), tzinfo=place).astimezone(UTC)


def _place(zone: str) -> ZoneInfo:
    try:
        return ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):  # a zone that this machine does not know (any more)
        return ZoneInfo("UTC")


# Mails


@dataclass(frozen=True)
class Letter:
    """One mail, all words marked for translation. `path` is where its button leads, with `%(token)s` for a secret made at sending."""

    subject: str
    paragraphs: tuple[str, ...]
    button: str
    path: str
    token: bool = False


LETTERS = {
    "verify": Letter(
        N_("Confirm your e-mail address"),
        (
            N_("Welcome to Innovation Hub. Confirm that this address is yours, and you can enter, sign and found."),
            N_("The link works for seven days. If you did not register, leave it: nothing happens."),
        ),
        N_("Confirm my address"),
        "/verify/%(token)s",
        token=True,
    ),
    "reset": Letter(
        N_("Set a new password"),
        (
            N_("Somebody, probably you, asked to set a new password for your account."),
            N_("The link works for one hour. If it was not you, leave it: your password stays as it is."),
        ),
        N_("Set a new password"),
        "/reset/%(token)s",
        token=True,
    ),
    "registered_again": Letter(
        N_("You already have an account"),
        (
            N_("Somebody, probably you, tried to register with this address. It has an account already."),
            N_("Sign in with it. If you forgot your password, ask for a new one on the sign-in page."),
        ),
        N_("Sign in"),
        "/login",
    ),
}


Stopped = Kind | Pace
"""What a link in a mail stops: a kind of message, or the digest that the mail is."""


def unsubscribe_token(secret: str, person_id: int, what: Stopped) -> str:
    """What an unsubscribe link carries: nobody else can make it, and it says no more than it does."""
    return str(URLSafeSerializer(secret, salt=SALT).dumps([person_id, str(what)]))


def read_unsubscribe_token(secret: str, token: str) -> tuple[int, Stopped] | None:
    """The person and what the link stops, None for a forged or mangled one and for what cannot be stopped."""
    try:
        person_id, word = URLSafeSerializer(secret, salt=SALT).loads(token)
        what: Stopped = Pace(word) if word in DIGESTS else Kind(word)
        return None if what in ALWAYS_BY_MAIL else (int(person_id), what)
    except (BadSignature, ValueError, TypeError):
        return None


def one_line(text: str, most: int = 180) -> str:
    """Fit for a subject line."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"
