"""Pure rules of paid products: how long a purchase can be given back, and when bands may rise."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from hub.core.royalties.rules import Bands, checked, dearer, highest
from hub.kernel import reasons
from hub.kernel.errors import one_field
from hub.kernel.money import Money
from hub.kernel.words import N_

NOTICE_DAYS = 15
"""A rise of the share is announced so many days ahead, as Regulation (EU) 2019/1150 (Article 3(2)) asks of platforms."""
SHORTEST_REASON, LONGEST_REASON = reasons.SHORTEST, 1_000


def returnable_until(bought_at: datetime, days: int) -> datetime | None:
    """The first moment at which it cannot be given back any more; None where it never can."""
    return bought_at + timedelta(days=days) if days else None


def check_bands(bands: Bands, most_bp: int, before: Bands, from_on: date, today: date) -> Bands:
    """The bands, if the platform may say them for `from_on`: none above what developers agreed to, no rise without notice.

    Raises Invalid: bands_*, percent_out_of_range, share_over_agreement, notice_too_short.
    """
    found = checked(bands)
    if highest(found) > most_bp:
        told = N_("The developer agreement says %(most)s %% at most: change it there first, and developers sign it.")
        raise one_field("bands", told, code="share_over_agreement", most=f"{most_bp / 100:g}")
    if dearer(before, found) and from_on < today + timedelta(days=NOTICE_DAYS):
        told = N_("A rise is announced 15 days ahead: choose %(day)s or later.")
        raise one_field("from_on", told, code="notice_too_short", day=(today + timedelta(days=NOTICE_DAYS)).isoformat())
    return found


def check_price(agreed: Money, price: Money | None) -> Money:
    """The price, if it is the one that the buyer agreed to. Raises Invalid about `price` (price_changed)."""
    if price is None or agreed != price:
        now = str(price) if price is not None else "0"
        raise one_field("price", N_("The price is %(now)s by now: look at it again."), code="price_changed", now=now)
    return price


def reason(text: str) -> str:
    """Raises Invalid about `reason`."""
    return reasons.given(text, N_("Say why, in 10 to 1,000 characters: the other side reads it."), most=LONGEST_REASON)
