"""Pure rules of profiles: plain values in, plain values out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

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

LANGUAGES = {
    "en": "English", "zh": "中文", "es": "Español", "hi": "हिन्दी", "ar": "العربية", "pt": "Português", "bn": "বাংলা",
    "ru": "Русский", "ja": "日本語", "de": "Deutsch", "fr": "Français", "ko": "한국어", "vi": "Tiếng Việt", "tr": "Türkçe",
    "it": "Italiano", "th": "ไทย", "pl": "Polski", "uk": "Українська", "nl": "Nederlands", "id": "Bahasa Indonesia",
    "ms": "Bahasa Melayu", "sv": "Svenska", "cs": "Čeština", "el": "Ελληνικά", "he": "עברית", "fa": "فارسی",
}  # fmt: skip
"""Languages people work in, each by its own name."""


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
