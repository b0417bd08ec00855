"""Pure rules of profiles: plain values in, plain values out."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Protocol

from babel import Locale
from babel.core import parse_locale

from hub.kernel import clock
from hub.kernel.errors import one_field
from hub.kernel.words import N_, distinct

LONGEST_HEADLINE = 160
LONGEST_BIO = 10_000
MOST_SKILLS, LONGEST_SKILL = 30, 60
MOST_EVIDENCE = 100
LONGEST_TITLE, LONGEST_TEXT = 300, 10_000
EARLIEST_YEAR = 1900
ENOUGH_SKILLS = 3
LONGEST_VENUE, LONGEST_DOI = 300, 200
MOST_LANGUAGES = 12
MOST_HOURS = 80
HOLDS = timedelta(days=180)
"""So long does availability hold for which no last day was named."""
DOI = re.compile(r"10\.[0-9]{4,9}/[^\s<>\"\x00-\x1f\x7f]+")
STATUS_WORDS = {
    "expert-open": N_("Open to new work"),
    "expert-limited": N_("A few hours a week"),
    "expert-later": N_("Available later"),
    "expert-busy": N_("Not available"),
}
"""Availability as the search's facet tells it; other kinds of things have their own statuses beside it."""

LANGUAGES = {
    "en": "English", "zh": "中文", "es": "Español", "hi": "हिन्दी", "ar": "العربية", "pt": "Português", "bn": "বাংলা",
    "ru": "Русский", "ja": "日本語", "de": "Deutsch", "fr": "Français", "ko": "한국어", "vi": "Tiếng Việt", "tr": "Türkçe",
    "it": "Italiano", "th": "ไทย", "pl": "Polski", "uk": "Українська", "nl": "Nederlands", "id": "Bahasa Indonesia",
    "ms": "Bahasa Melayu", "sv": "Svenska", "cs": "Čeština", "el": "Ελληνικά", "he": "עברית", "fa": "فارسی",
}  # fmt: skip
"""Languages that the form offers, each by its own name; programs may name any that CLDR knows."""
_KNOWN = Locale.parse("en")


class Told(Protocol):
    headline: str
    bio: str
    languages: Sequence[str]
    sectors: Sequence[str]

    @property
    def skill_names(self) -> Sequence[str]: ...


def skills(words: Iterable[str]) -> list[str]:
    """A free list of skills, tidied: trimmed, each once whatever its letter case, at most 30."""
    return distinct(words, most=MOST_SKILLS, longest=LONGEST_SKILL)


def gaps(profile: Told, evidence_count: int) -> list[str]:
    """What a reader would miss, as field names in the order of the form."""
    told = {
        "headline": bool(profile.headline),
        "bio": bool(profile.bio),
        "skills": len(profile.skill_names) >= ENOUGH_SKILLS,
        "sectors": bool(profile.sectors),
        "languages": bool(profile.languages),
        "evidence": evidence_count > 0,
    }
    return [name for name, is_told in told.items() if not is_told]


def check_year(year: int | None) -> None:
    """Raises Invalid about `year` for one before 1900 or after the next."""
    latest = clock.now().year + 1
    if year is not None and not EARLIEST_YEAR <= year <= latest:
        raise one_field("year", N_("Write a year from %(earliest)s to %(latest)s."), earliest=EARLIEST_YEAR, latest=latest)


def language_code(said: str) -> str:
    """A language as BCP 47 writes it ("pt-BR", "zh-Hant"), of those that CLDR names. Empty for anything else."""
    try:
        language, territory, script, variant, *_ = parse_locale(said.strip().replace("_", "-"), sep="-")
    except ValueError:
        return ""
    if language not in _KNOWN.languages or variant:
        return ""
    if (territory and territory not in _KNOWN.territories) or (script and script not in _KNOWN.scripts):
        return ""
    return "-".join(part for part in (language, script, territory) if part)


def language_name(code: str, reader: str) -> str:
    """What the language is called by readers of `reader` ("en", "zh"); the code itself if nobody has named it."""
    names = Locale.parse(reader)
    language, territory, script, *_ = [*parse_locale(code, sep="-"), None] if language_code(code) else ("", "", "", "")
    whole = names.languages.get(code.replace("-", "_"))
    if whole or not language:
        return str(whole or code)
    more = [names.scripts.get(script or ""), names.territories.get(territory or "")]
    told = ", ".join(str(part) for part in more if part)
    return f"{names.languages.get(language, language)} ({told})" if told else str(names.languages.get(language, language))


def own_name(code: str) -> str:
    """What the language calls itself."""
    base = code.split("-")[0]
    return LANGUAGES.get(code) or LANGUAGES.get(base) or language_name(code, "en")


def languages(codes: Iterable[str]) -> list[str]:
    """Each once, in the form's order, others behind; at most MOST_LANGUAGES."""
    known = dict.fromkeys(code for said in codes if (code := language_code(said)))
    order = {code: place for place, code in enumerate(LANGUAGES)}
    return sorted(known, key=lambda code: order.get(code, len(order)))[:MOST_LANGUAGES]


def last_day(until: date | None, said_on: date | None) -> date | None:
    """The last day on which what was said of availability holds."""
    return until or (said_on + HOLDS if said_on else None)


def check_doi(said: str) -> str:
    """A DOI without what people put before it, in small letters (DOIs know no letter case). Raises Invalid about `doi`."""
    if not said.strip():
        return ""
    found = doi_in(said)
    if not found:
        raise one_field("doi", N_("Write a DOI like 10.1000/182."), code="bad_doi")
    return found


def doi_in(text: str) -> str:
    """The DOI that a text or an address is; empty if it is none."""
    plain = re.sub(r"^\s*(https?://(dx\.)?doi\.org/|doi:?)\s*", "", text, flags=re.IGNORECASE).strip().rstrip(".,;")
    return plain.lower() if len(plain) <= LONGEST_DOI and DOI.fullmatch(plain) else ""


def likeness(title: str) -> str:
    """A title as it is compared: letters and figures of any script alone, whatever their case and form."""
    plain = unicodedata.normalize("NFKD", title).casefold()
    return "".join(character for character in plain if character.isalnum())


class Known(Protocol):
    @property
    def title(self) -> str: ...
    @property
    def year(self) -> int | None: ...
    @property
    def doi(self) -> str: ...
    @property
    def url(self) -> str: ...


def is_same(one: Known, other: Known) -> bool:
    """The same work: the same DOI, or the same title of the same year (or of a year that one of them does not name)."""
    first, second = (item.doi or doi_in(item.url) for item in (one, other))
    if first and first == second:
        return True
    if one.year and other.year and one.year != other.year:
        return False
    title = likeness(one.title)
    return bool(title) and title == likeness(other.title)


def link_to(doi: str, url: str) -> str:
    """Where a work stands: its own address, or that of its DOI; empty if there is neither."""
    return url or (f"https://doi.org/{doi}" if doi else "")
