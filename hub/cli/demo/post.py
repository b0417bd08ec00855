"""How the demo's people want their mail, and who reads along in a calendar.

Told first, so that the stories' news wait for their digests.
"""

from __future__ import annotations

from hub.cli.demo.people import Cast, ago
from hub.core.feeds import operations as feeds
from hub.core.feeds.rules import Feed
from hub.core.messages import operations as messages
from hub.core.messages.rules import Hours
from hub.core.messages.states import Kind, Pace

CHOICES: dict[str, tuple[dict[Kind, Pace], Hours]] = {
    "expert": ({Kind.DISCUSSION: Pace.WEEKLY, Kind.PAGE: Pace.WEEKLY, Kind.SEARCH: Pace.DAILY}, Hours(8, 4)),
    "volunteer": ({Kind.MICROTASK: Pace.DAILY, Kind.COMMUNITY: Pace.WEEKLY, Kind.RALLY: Pace.NEVER}, Hours(18, 0)),
    "egret": ({Kind.COMMUNITY: Pace.DAILY, Kind.PAGE: Pace.DAILY, Kind.MARKET: Pace.DAILY}, Hours(7, 0)),
    "consultant": ({Kind.MARKET: Pace.DAILY, Kind.MODERATION: Pace.DAILY}, Hours(7, 0)),
}
READ_ALONG = {"expert": Feed.CALENDAR, "consultant": Feed.CALENDAR, "crane": Feed.INBOX}


def tell(cast: Cast) -> None:
    with ago(150):
        for who, (wanted, hours) in CHOICES.items():
            messages.choose_mail(actor=cast.actor(who), wanted=wanted, hours=hours)
        for who, feed in READ_ALONG.items():
            feeds.make_address(actor=cast.actor(who), feed=feed)
