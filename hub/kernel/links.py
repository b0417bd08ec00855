"""Addresses outside this site that people give: shown to others as links, so only those that a browser can open safely."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from hub.kernel.errors import one_field
from hub.kernel.words import N_

LONGEST = 500


def is_web_address(text: str) -> bool:
    """A whole http or https address with a host that has a dot, without spaces, control characters or a password in it."""
    if len(text) > LONGEST or re.search(r"[\s\x00-\x1f\x7f<>\"\\]", text):
        return False
    try:
        parts = urlsplit(text)
        port_is_fine = parts.port is None or parts.port > 0
    except ValueError:
        return False
    host = parts.hostname or ""
    return text.startswith(("http://", "https://")) and "." in host.strip(".") and "@" not in parts.netloc and port_is_fine


def check_link(text: str, *, field: str) -> None:
    """Raises Invalid about `field` (code bad_link) unless `text` is empty or a web address."""
    if text and not is_web_address(text):
        raise one_field(field, N_("Write a whole web address that begins with https:// or http://."), code="bad_link")
