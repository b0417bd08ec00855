"""Pure rules of disputes: what rooms above say of what can be disputed, the clocks of the steps, what a resolution comes to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from hub.core.parties.rules import Side
from hub.kernel import clock
from hub.kernel.errors import NotNow, one_field
from hub.kernel.money import Money
from hub.kernel.words import N_, Worded, extent

OPEN_WITHIN = timedelta(days=14)
"""After the decision; a room may say another time (Claim.within)."""
ANSWER_WITHIN, SETTLE_WITHIN, NAME_WITHIN = timedelta(days=7), timedelta(days=7), timedelta(days=3)
PROPOSE_WITHIN, ACCEPT_WITHIN, DECIDE_WITHIN = timedelta(days=10), timedelta(days=5), timedelta(days=7)
REMIND_BEFORE = timedelta(hours=48)
SHORTEST_WORDS, LONGEST_WORDS, LONGEST_REASON, MOST_FILES, MOST_STATEMENTS = 20, 10_000, 4_000, 10, 60
SHORTEST_REASON = 10

DECLARATION = N_(
    "I belong to neither side, have no stake in the outcome, took no part in the decision that is disputed, and am not close to anybody "
    "whom it concerns."
)
DECLARATION_VERSION = "2026-11"


class Ground(Worded):
    """Why somebody disputes a decision."""

    AS_AGREED = "as_agreed", N_("What was delivered is what was agreed")
    NOT_DELIVERED = "not_delivered", N_("Nothing was delivered, or something else than agreed")
    WRONG_REASON = "wrong_reason", N_("The reason is wrong, or does not fit the criteria")
    PROCEDURE = "procedure", N_("The procedure was not kept")
    INTEREST = "interest", N_("Whoever decided had an interest in it")
    USED = "used", N_("The work is used without being paid")
    NOT_AS_DESCRIBED = "not_as_described", N_("It does not do what its description says")
    OTHER = "other", N_("Something else")


class Role(Worded):
    """In what part somebody speaks in a dispute."""

    OPENER = "opener", N_("Opened it")
    OTHER = "other", N_("The other side")
    MEDIATOR = "mediator", N_("Mediator")

    @property
    def opposite(self) -> Role:
        return Role.OTHER if self is Role.OPENER else Role.OPENER


PARTIES = (Role.OPENER, Role.OTHER)


UPHOLD, FINDING = "uphold", "finding"


@dataclass(frozen=True)
class Claim:
    """A decision that `side` may dispute now: what was decided (its reason, in the words of whoever decided), and when."""

    side: Side
    decided_at: datetime
    decision: str
    within: timedelta = OPEN_WITHIN

    @property
    def until(self) -> datetime:
        """The first moment at which it is too late."""
        return self.decided_at + self.within

    @property
    def in_time(self) -> bool:
        return clock.within(None, self.until)


@dataclass(frozen=True)
class Outcome:
    """A way in which it can end, carried out by the room. `most` is set for those that name an amount: from one minor unit up to it."""

    key: str
    label: str
    most: Money | None = None


COMMON = (
    Outcome(UPHOLD, N_("The decision stands")),
    Outcome(FINDING, N_("The decision was wrong; nothing else changes")),
)
"""Ways that every dispute can end in. They move no money."""


@dataclass(frozen=True)
class Effect:
    """What one party gets when a resolution is carried out: gross, fee, net."""

    whom: str
    gross: Money
    fee: Money

    @property
    def net(self) -> Money:
        return self.gross - self.fee

    @property
    def plain(self) -> dict[str, Any]:
        """As the tables keep it."""
        return {"whom": self.whom, "gross": self.gross.minor, "fee": self.fee.minor, "currency": self.gross.currency}

    @staticmethod
    def of(said: dict[str, Any]) -> Effect:
        return Effect(said["whom"], Money(said["gross"], said["currency"]), Money(said["fee"], said["currency"]))


@dataclass(frozen=True)
class Matter:
    """A thing that is or could be disputed, as its room tells of it.

    `held_for` names the hold that nobody moves while the dispute is open ("order:5"). With `secure` the money is not held yet: what of it
    is on that organisation's balance is set aside for `held_for` when the dispute is opened. With neither, `at_stake` is what the room
    itself sets aside then (`Source.begin`). `hidden` are sides that the other one is not to know, and what they are called to it:
    {Side(person_id=7): N_("The buyer")}. `claims` is empty when there is nothing to dispute now.
    """

    ref: str
    title: str
    sides: tuple[Side, Side]
    claims: Sequence[Claim] = ()
    grounds: Sequence[Ground] = (Ground.WRONG_REASON, Ground.OTHER)
    outcomes: Sequence[Outcome] = ()
    held_for: str = ""
    at_stake: Money | None = None
    secure: tuple[int, Money] | None = None
    hidden: Mapping[Side, str] = field(default_factory=dict)

    def outcome(self, key: str) -> Outcome:
        """Raises Invalid about `outcome`."""
        found = next((one for one in (*COMMON, *self.outcomes) if one.key == key), None)
        if found is None:
            raise one_field("outcome", N_("Choose one of the ways in which this can end now."), code="outcome_unknown")
        return found


def _nothing(number: int) -> None:
    """What a room does that has nothing to do."""


def _alone(number: int) -> Sequence[int]:
    """Of a thing that shares its money with no other."""
    return ()


def _nobody(number: int) -> frozenset[int]:
    """Of a thing on which its two sides alone decide."""
    return frozenset()


def _known(numbers: Sequence[int]) -> Mapping[int, Mapping[Side, str]]:
    """Of things whose sides know one another."""
    return {}


@dataclass(frozen=True)
class Source:
    """How a room above takes part. `word` says what its things are called, `href` where both sides find one.

    `one` tells of a thing, None if there is none; with `lock` nobody else decides on it until the unit of work ends. `effects` says what an
    outcome would move, `carry_out` does it (actor: the system; the dispute is closed by then, so its money is free): number, outcome,
    amount, reason, and the dispute's ref, which makes the keys of what it moves. `begin` is called
    when one is opened, `resume` when it ends with nothing moved, so that clocks which stood still go on fairly.
    `beside` are the other things that the same money is set aside for, once for all of them; `hidden` as in the matter, for many things at
    once, by number. `barred` are people who cannot mediate although they belong to neither side (judges, approvers).
    """

    word: str
    href: Callable[[int], str]
    one: Callable[[int], Matter | None]
    lock: Callable[[int], None]
    effects: Callable[[int, str, Money | None], Sequence[Effect]]
    carry_out: Callable[[int, str, Money | None, str, str], None]
    begin: Callable[[int], None] = _nothing
    resume: Callable[[int], None] = _nothing
    beside: Callable[[int], Sequence[int]] = _alone
    hidden: Callable[[Sequence[int]], Mapping[int, Mapping[Side, str]]] = _known
    barred: Callable[[int], frozenset[int]] = _nobody


def amount_of(outcome: Outcome, amount: Money | None) -> Money | None:
    """The amount that goes with the outcome. Raises Invalid about `amount` (amount_missing, amount_out_of_range, currency_differs)."""
    if outcome.most is None:
        return None
    if amount is None:
        raise one_field("amount", N_("Say how much, up to %(most)s."), code="amount_missing", most=str(outcome.most))
    if amount.currency != outcome.most.currency:
        raise one_field("amount", N_("This is about %(currency)s."), code="currency_differs", currency=outcome.most.currency)
    if not 0 < amount.minor <= outcome.most.minor:
        raise one_field("amount", N_("Say how much, up to %(most)s."), code="amount_out_of_range", most=str(outcome.most))
    return amount


def said(text: str, field: str, *, least: int = SHORTEST_REASON, most: int = LONGEST_REASON) -> str:
    """Words that people can do something with. Raises Invalid (words_missing)."""
    plain = text.strip()
    if extent(plain) < least or len(plain) > most:
        raise one_field(
            field, N_("Write %(least)s to %(most)s characters: the others read it."), code="words_missing", least=least, most=most
        )
    return plain


def check_ground(matter: Matter, ground: Ground) -> None:
    """Raises Invalid about `ground`."""
    if ground not in matter.grounds:
        raise one_field("ground", N_("Choose one of the options."), code="ground_unknown")


def require_open(dispute: Any) -> None:
    """Raises NotNow (closed)."""
    if dispute.closed_at is not None:
        raise NotNow(N_("This dispute is closed."), code="closed")


def is_near(dispute: Any) -> bool:
    """Is its step over soon, and nobody was reminded of it? Not once it is closed."""
    due: datetime | None = dispute.due_at
    return due is not None and dispute.reminded_at is None and due - REMIND_BEFORE <= clock.now() < due


def has_declared(dispute: Any) -> bool:
    return dispute.declared_at is not None


def may_propose(dispute: Any) -> bool:
    """Once: after a proposal that was not accepted the mediator decides."""
    return has_declared(dispute) and not dispute.proposed
