"""Pure rules: countries and web addresses."""

from __future__ import annotations

from urllib.parse import urlsplit

from babel import Locale

from hub.kernel.errors import one_field
from hub.kernel.words import N_

_NOT_COUNTRIES = frozenset("AC CP CQ DG EA EU EZ IC QO TA UN XA XB ZZ".split())
COUNTRIES = frozenset(
    code for code in map(str, Locale.parse("en").territories) if len(code) == 2 and code.isalpha() and code not in _NOT_COUNTRIES
)
"""ISO 3166-1 alpha-2 codes."""


def country_names(language: str) -> list[tuple[str, str]]:
    """(code, name) in the language ("en", "zh"), sorted by name."""
    names = Locale.parse(language).territories
    return sorted(((code, names.get(code, code)) for code in COUNTRIES), key=lambda pair: pair[1])


def web_address(text: str) -> str:
    """An http or https address; one typed without a scheme gets https. Raises Invalid."""
    text = text.strip()
    if not text:
        return ""
    whole = text if "://" in text else f"https://{text}"
    try:
        parts = urlsplit(whole)
        host = parts.hostname or ""
    except ValueError:
        host, parts = "", urlsplit("")
    if parts.scheme not in {"http", "https"} or "." not in host.strip(".") or parts.username or any(c.isspace() for c in whole):
        raise one_field("website", N_("Write a web address like https://example.org."))
    return whole
