"""Pure rules of money set aside: whom it goes to, and the legs of each way out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hub.core.ledger import rules as accounts
from hub.core.ledger.rules import AccountRef, Kind, Leg, OwnerKind
from hub.kernel import money
from hub.kernel.errors import one_field
from hub.kernel.money import Breakdown, Money
from hub.kernel.words import N_, Worded

DISPUTES = (Kind.DISPUTE_OPENED, Kind.DISPUTE_WON, Kind.DISPUTE_LOST)
COMES_IN = (Kind.FUNDING, Kind.SET_ASIDE, Kind.PLEDGE_COLLECTED, Kind.CARD_REFUND_FOUND, *DISPUTES)
"""The transactions that fill a hold; what is disputed, or was refunded at the processor, counts as not paid in."""

PLEDGES = "pool:%:pledge:%"
"""Subjects of the accounts that keep one pledge each: the pools room keeps and checks them, no hold stands for them."""


def payee(person_id: int | None, organisation_id: int | None, currency: str) -> AccountRef:
    """The balance of the one person or the one organisation that a hold is released to. Raises ValueError for none or both."""
    if person_id is not None and organisation_id is None:
        return accounts.balance_of(OwnerKind.PERSON, person_id, currency)
    if organisation_id is not None and person_id is None:
        return accounts.balance_of(OwnerKind.ORGANISATION, organisation_id, currency)
    raise ValueError("a hold is released to one person or to one organisation")


class Way(Worded):
    """How a team shares what it is paid."""

    EQUAL = "equal", N_("In equal parts")
    HALF = "half", N_("One half in equal parts, the other as the leader says")
    FREE = "free", N_("Freely")


WHOLE_BP = 10_000


def weights(way: Way, people: int, points: Sequence[int] = ()) -> list[int]:
    """What each of `people` weighs in the split; `points` are basis points per person that add up to the whole, for HALF and FREE.

    Raises Invalid (nobody_named, parts_do_not_add_up).
    """
    if people < 1:
        raise one_field("people", N_("Name at least one person."), code="nobody_named")
    if way is Way.EQUAL:
        return [1] * people
    if len(points) != people or any(one < 0 for one in points) or sum(points) != WHOLE_BP:
        raise one_field("parts", N_("The parts must add up to 100 per cent."), code="parts_do_not_add_up")
    return list(points) if way is Way.FREE else [WHOLE_BP + people * one for one in points]


def amounts(net: Money, parts: Sequence[int]) -> list[int]:
    """Weights of parts that are said as amounts in minor units; they must add up to the net. Raises Invalid (parts_do_not_add_up)."""
    if any(one < 0 for one in parts) or sum(parts) != net.minor or not net:
        message = N_("The amounts must add up to %(net)s, what is left after the fee.")
        raise one_field("parts", message, code="parts_do_not_add_up", net=str(net))
    return list(parts)


def divided(whole: Breakdown, weights: Sequence[int]) -> list[Breakdown]:
    """Each one's gross, fee and net, by the largest remainder: the nets, the fees and the grosses add up to those of the whole."""
    nets = money.split(whole.net, weights)
    fees = money.split(whole.fee, [one.minor for one in nets] if whole.net else weights)
    return [Breakdown(net + fee, fee, net) for net, fee in zip(nets, fees, strict=True)]


@dataclass(frozen=True)
class Share:
    """One of several payees of a release: a person or an organisation, and what it weighs."""

    weight: int
    person_id: int | None = None
    organisation_id: int | None = None

    def to(self, currency: str) -> AccountRef:
        """The payee's balance. Raises ValueError for none or both."""
        return payee(self.person_id, self.organisation_id, currency)


def shared_out(whole: Breakdown, shares: Sequence[Share]) -> list[tuple[Share, Breakdown]]:
    """Who gets what of a release, in the order of the books: what a page shows before anybody agrees is what will be posted."""
    ordered = sorted(shares, key=lambda share: share.to(whole.gross.currency))
    return list(zip(ordered, divided(whole, [share.weight for share in ordered]), strict=True))


def split_legs(organisation_id: int, subject: str, whole: Breakdown, parts: Sequence[tuple[AccountRef, Breakdown]]) -> list[Leg]:
    """hold -> the payees' balances and the site's fees. Raises ValueError for a payee named twice or parts that do not add up."""
    currency = whole.gross.currency
    if len({to for to, _ in parts}) != len(parts) or sum(part.net.minor for _, part in parts) != whole.net.minor:
        raise ValueError("each payee once, and the parts add up to the net")
    return [
        Leg(accounts.hold_of(organisation_id, subject, currency), -whole.gross.minor),
        *(Leg(to, part.net.minor) for to, part in parts),
        Leg(accounts.fees(currency), whole.fee.minor),
    ]


def staged(total: Money, stages: Sequence[tuple[str, int]]) -> list[tuple[str, int]]:
    """Titles and amounts in minor units of a staged prize; together the whole. Raises Invalid (stages_*)."""
    if not 1 <= len(stages) <= MOST_STAGES:
        raise one_field("stages", N_("From 1 to %(most)s stages."), code="stages_count", most=MOST_STAGES)
    if any(not title.strip() or len(title) > LONGEST_STAGE for title, _ in stages):
        raise one_field("stages", N_("Give each stage a title of at most 200 characters."), code="stages_titles")
    if any(minor <= 0 for _, minor in stages) or sum(minor for _, minor in stages) != total.minor:
        message = N_("The stages must be more than nothing each, and add up to %(total)s.")
        raise one_field("stages", message, code="stages_do_not_add_up", total=str(total))
    return [(" ".join(title.split()), minor) for title, minor in stages]


MOST_STAGES, LONGEST_STAGE = 20, 200


def refund_legs(organisation_id: int, subject: str, left: Money, shared: Sequence[tuple[AccountRef, int]] = ()) -> list[Leg]:
    """hold -> what is `shared` to those who put it in, the rest to the organisation's balance.

    Raises ValueError if more is shared than left.
    """
    own = left.minor - sum(minor for _, minor in shared)
    if own < 0:
        raise ValueError("more is shared than is left")
    balance = accounts.balance_of(OwnerKind.ORGANISATION, organisation_id, left.currency)
    hold = accounts.hold_of(organisation_id, subject, left.currency)
    return [Leg(hold, -left.minor), Leg(balance, own), *(Leg(account, minor) for account, minor in shared)]
