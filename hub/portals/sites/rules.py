"""Pure rules of a portal: its texts in several languages, and what it begins with."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from hub.kernel.errors import Invalid
from hub.kernel.words import N_

LANGUAGES = ("en", "zh")
"""What the site speaks; a portal offers some of them."""
LONGEST_NAME, LONGEST_TAGLINE, LONGEST_WELCOME, LONGEST_TERMS = 60, 160, 10_000, 20_000
MOST_DAYS = 365
STAGES = 3

Texts = Mapping[str, str]


def fingerprint(text: str) -> str:
    """SHA-256 of a text, as 64 hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


# Texts in several languages


def say(texts: Texts | None, language: str, fallback: str) -> str:
    """The text in this language, else in the portal's first one, else in any that has one."""
    texts = texts or {}
    return texts.get(language) or texts.get(fallback) or next((text for text in texts.values() if text), "")


def read_texts(sent: object, languages: Sequence[str], *, most: int, field: str, required: bool = False) -> dict[str, str]:
    """Texts by language, those of other languages left out. Raises Invalid about `field.LANGUAGE`."""
    if not isinstance(sent, Mapping) or not all(isinstance(text, str) for text in sent.values()):
        raise Invalid(N_("Send the texts by language."), fields={field: N_("Send the texts by language.")})
    found: dict[str, str] = {}
    for language in languages:
        text = sent.get(language, "").replace("\r\n", "\n").strip()
        if len(text) > most:
            raise _wrong(f"{field}.{language}", N_("Write at most %(n)s characters."), n=most)
        if any(letter == "\x00" or "\ud800" <= letter <= "\udfff" for letter in text):
            raise _wrong(f"{field}.{language}", N_("This text has a character that cannot be stored."))
        if text:
            found[language] = text
    if required and not found.get(languages[0]):
        raise _wrong(f"{field}.{languages[0]}", N_("Please fill this in: it is the portal’s first language."))
    return found


def _wrong(field: str, message: str, **values: Any) -> Invalid:
    return Invalid(message, fields={field: message % values if values else message}, **values)


def untranslated(texts: Iterable[Texts], languages: Sequence[str]) -> Iterator[str]:
    """The languages, once for each text that is there in another of the portal's languages and not in this one."""
    for text in texts:
        if any(text.values()):
            yield from (language for language in languages if not text.get(language))


# What a new portal begins with


@cache
def _start() -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / "data" / "start.toml").read_text(encoding="utf-8"))


def starting_terms(languages: Sequence[str], customer: str) -> dict[str, str]:
    """A declaration that what is sent is not confidential and stays its sender's."""
    return {language: _start()["terms"][language].strip().replace("%(customer)s", customer) for language in languages}


def starting_stages() -> list[dict[str, str]]:
    return [dict(name) for name in _start()["stages"]]


def starting_days() -> list[int]:
    return list(_start()["days"])


def read_slug(text: str) -> str:
    """Raises Invalid about `slug`."""
    if not re.fullmatch(r"[a-z0-9](?:[a-z0-9-]{1,38})[a-z0-9]", text, re.ASCII) or "--" in text:
        raise _wrong("slug", N_("Use 3 to 40 small letters, digits and single hyphens between them."))
    return text


def read_stages(sent: object, languages: Sequence[str]) -> list[dict[str, str]]:
    """Three names by language. Raises Invalid about `stages.N.LANGUAGE`."""
    if not isinstance(sent, list) or len(sent) != STAGES:
        raise _wrong("stages", N_("A pipeline has exactly %(n)s stages."), n=STAGES)
    return [
        read_texts(name, languages, most=LONGEST_NAME, field=f"stages.{number}", required=True) for number, name in enumerate(sent, start=1)
    ]


def read_days(sent: object) -> list[int]:
    """The days promised for each stage. Raises Invalid about `days.N`."""
    if not isinstance(sent, list) or len(sent) != STAGES:
        raise _wrong("days", N_("A pipeline has exactly %(n)s stages."), n=STAGES)
    for number, days in enumerate(sent, start=1):
        if isinstance(days, bool) or not isinstance(days, int) or not 1 <= days <= MOST_DAYS:
            raise _wrong(f"days.{number}", N_("Promise a whole number of days from 1 to %(n)s."), n=MOST_DAYS)
    return list(sent)


def opening_gaps(portal: Any) -> dict[str, str]:
    """What is missing before visitors may come, by the form's field."""
    first, missing = portal.languages[0], {}
    if not portal.taglines.get(first):
        missing[f"taglines.{first}"] = N_("Say in one line what the portal is for.")
    if not portal.welcomes.get(first):
        missing[f"welcomes.{first}"] = N_("Welcome the visitors: what do you look for, and what happens with what they send?")
    if not portal.terms.get(first):
        missing[f"terms.{first}"] = N_("Write the terms that submitters agree to.")
    return missing
