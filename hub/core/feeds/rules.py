"""Private addresses: what there is to read at them, and their secrets. Pure."""

from __future__ import annotations

import secrets
from datetime import timedelta

from hub.kernel.words import N_, Worded

READ_NOTED_EVERY = timedelta(hours=12)
"""That an address is in use is written down so often, and not each time a program asks."""


class Feed(Worded):
    INBOX = "inbox", N_("Inbox")
    CALENDAR = "calendar", N_("Calendar")

    @property
    def file(self) -> str:
        return "inbox.atom" if self is Feed.INBOX else "calendar.ics"


def new_secret() -> str:
    """What an address ends with: 256 random bits."""
    return secrets.token_urlsafe(32)
