"""Pure rules of an intake form: what a definition may say, and what an answer to each kind of question may be."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from typing import Any

from hub.kernel.errors import Invalid
from hub.kernel.links import is_web_address
from hub.kernel.words import N_, Worded
from hub.portals.sites import rules as texts

MOST_FIELDS, MOST_OPTIONS, MOST_FILES = 40, 30, 10
LONGEST_LABEL, LONGEST_HELP, LONGEST_OPTION = 200, 1_000, 120
SHORT, LONG = 300, 20_000
"""Most characters of an answer in one line, and of a long one."""


class Kind(Worded):
    SHORT = "short", N_("Short text")
    LONG = "long", N_("Long text")
    CHOICE = "choice", N_("One of several")
    SEVERAL = "several", N_("Any of several")
    NUMBER = "number", N_("Number")
    URL = "url", N_("Web address")
    FILES = "files", N_("Files")
    CONSENT = "consent", N_("Consent, ticked")


OFFERING = frozenset({Kind.CHOICE, Kind.SEVERAL})
"""The kinds that offer options."""


@dataclass(frozen=True)
class Option:
    key: str
    label: Mapping[str, str]


@dataclass(frozen=True)
class Field:
    """One question. `key` stays the same from version to version; `label` and `help` are texts by language."""

    key: str
    kind: Kind
    label: Mapping[str, str]
    help: Mapping[str, str]
    required: bool = False
    options: tuple[Option, ...] = ()

    def plain(self) -> dict[str, Any]:
        """As it is stored and sent."""
        offered = [{"key": option.key, "label": dict(option.label)} for option in self.options]
        return {
            "key": self.key, "kind": self.kind.value, "label": dict(self.label), "help": dict(self.help),
            "required": self.required, "options": offered,
        }  # fmt: skip

    def texts(self) -> list[Mapping[str, str]]:
        return [self.label, self.help, *(option.label for option in self.options)]


def _wrong(field: str, message: str, **values: Any) -> Invalid:
    return Invalid(message, code="bad_form", fields={field: message % values if values else message}, **values)


# Definitions


def read_form(sent: object, languages: Sequence[str]) -> list[Field]:
    """A whole definition, checked. Raises Invalid (code bad_form) naming the place, such as `fields.2.label.en`."""
    if not isinstance(sent, list) or not all(isinstance(row, Mapping) for row in sent):
        raise _wrong("fields", N_("Send the questions as a list of objects."))
    if len(sent) > MOST_FIELDS:
        raise _wrong("fields", N_("A form has at most %(n)s questions."), n=MOST_FIELDS)
    found = [read_field(row, languages, place=f"fields.{number}") for number, row in enumerate(sent)]
    seen: set[str] = set()
    for number, field in enumerate(found):
        if field.key in seen:
            raise _wrong(f"fields.{number}.key", N_("Two questions have the same key."))
        seen.add(field.key)
    return found


def read_field(row: Mapping[str, Any], languages: Sequence[str], *, place: str = "") -> Field:
    """One question, checked. Raises Invalid naming the part under `place`."""

    def at(name: str) -> str:
        return f"{place}.{name}" if place else name

    unknown = sorted(str(name) for name in row if name not in {"key", "kind", "label", "help", "required", "options"})
    if unknown:
        raise _wrong(at(unknown[0]), N_("A question has no such part."))
    if row.get("kind") not in set(Kind):
        raise _wrong(at("kind"), N_("Choose one of the kinds of question."))
    kind = Kind(row["kind"])
    if not isinstance(row.get("required", False), bool):
        raise _wrong(at("required"), N_("Say true or false."))
    return Field(
        key=_key(row.get("key"), at("key")),
        kind=kind,
        label=texts.read_texts(row.get("label", {}), languages, most=LONGEST_LABEL, field=at("label"), required=True),
        help=texts.read_texts(row.get("help") or {}, languages, most=LONGEST_HELP, field=at("help")),
        required=row.get("required", False),
        options=_options(row.get("options") or [], kind, languages, at("options")),
    )


def _key(said: object, place: str) -> str:
    if not isinstance(said, str) or not re.fullmatch(r"[a-z][a-z0-9_]{0,30}", said, re.ASCII):
        raise _wrong(place, N_("A key is a small letter, then up to 30 small letters, digits and underscores."))
    return said


def _options(sent: object, kind: Kind, languages: Sequence[str], place: str) -> tuple[Option, ...]:
    if not isinstance(sent, list) or not all(isinstance(row, Mapping) for row in sent):
        raise _wrong(place, N_("Send the options as a list of objects."))
    if kind not in OFFERING:
        if sent:
            raise _wrong(place, N_("Only questions with a choice have options."))
        return ()
    if not 2 <= len(sent) <= MOST_OPTIONS:
        raise _wrong(place, N_("Offer at least two options and at most %(n)s."), n=MOST_OPTIONS)
    found = [
        Option(
            _key(row.get("key"), f"{place}.{number}.key"),
            texts.read_texts(
                row.get("label", {}), languages, most=LONGEST_OPTION, field=f"{place}.{number}.label", required=True
            ),
        )
        for number, row in enumerate(sent)
    ]  # fmt: skip
    first = [option.label[languages[0]].casefold() for option in found]
    if len({option.key for option in found}) < len(found) or len(set(first)) < len(first):
        raise _wrong(place, N_("Two options are the same."))
    return tuple(found)


def next_key(taken: Iterable[str], letter: str = "q") -> str:
    """A key that none of `taken` is: `q1`, `q2` ..."""
    used = [int(key[1:]) for key in taken if re.fullmatch(letter + r"\d{1,6}", key)]
    return f"{letter}{max(used, default=0) + 1}"


def options_from_lines(lines: Mapping[str, str], before: Sequence[Option], languages: Sequence[str]) -> list[dict[str, Any]]:
    """What text areas mean that hold one option a line, the same order in each language. An option keeps its key by its first text."""
    columns = {language: [line.strip() for line in lines.get(language, "").splitlines()] for language in languages}
    known = {option.label.get(languages[0], ""): option.key for option in before}
    taken, found = {option.key for option in before}, []
    for number, text in enumerate(columns[languages[0]]):
        if not text:
            continue
        key = known.pop(text, "") or next_key(taken, "o")
        taken.add(key)
        found.append({"key": key, "label": {language: column[number] for language, column in columns.items() if number < len(column)}})
    return found


def moved(fields: Sequence[Field], key: str, by: int) -> list[Field]:
    """The same questions with one of them `by` places further down (negative: up), as far as there is room."""
    found = list(fields)
    at = next((number for number, field in enumerate(found) if field.key == key), None)
    if at is not None:
        field = found.pop(at)
        found.insert(max(0, at + by), field)
    return found


@cache
def starting_form() -> tuple[Field, ...]:
    """What a new portal asks, in every language of the site; see data/start.toml."""
    rows = tomllib.loads((Path(__file__).parent / "data" / "start.toml").read_text(encoding="utf-8"))["field"]
    return tuple(read_form(rows, texts.LANGUAGES))


# Answers


def clean(field: Field, said: object) -> Any:
    """What is kept of a draft's answer: text as typed, at most LONG characters; for several choices and files, a list of texts."""
    if field.kind is Kind.SEVERAL:
        return [text.replace("\x00", "")[:SHORT] for text in said if isinstance(text, str)][:MOST_OPTIONS] if isinstance(said, list) else []
    text = said if isinstance(said, str) else "" if said is None or isinstance(said, list | dict) else str(said)
    return _storable(text.replace("\r\n", "\n"))[:LONG]


def _storable(text: str) -> str:
    return "".join(letter for letter in text if letter != "\x00" and not "\ud800" <= letter <= "\udfff")


def read_answer(field: Field, said: Any, files: int = 0) -> Any:
    """The answer as it is submitted: text, a list of option keys, a number as its text, True for a consent; None where nothing was said.

    `files` is how many files came with it. Raises Invalid about the field's key.
    """
    if field.kind is Kind.FILES:
        if field.required and not files:
            raise _wrong(field.key, N_("Add at least one file."))
        return None
    if field.kind is Kind.CONSENT:
        if field.required and said not in ("1", True, "true"):
            raise _wrong(field.key, N_("This has to be ticked before you can go on."))
        return said in ("1", True, "true")
    if field.kind is Kind.SEVERAL:
        return _several(field, said)
    text = str(said or "").strip()
    if not text:
        if field.required:
            raise _wrong(field.key, N_("Please fill this in."))
        return None
    return _READERS[field.kind](field, text)


def _several(field: Field, said: Any) -> list[str] | None:
    chosen = [key for key in said if isinstance(key, str)] if isinstance(said, list) else []
    known = [option.key for option in field.options]
    if any(key not in known for key in chosen):
        raise _wrong(field.key, N_("Choose from the options."))
    if field.required and not chosen:
        raise _wrong(field.key, N_("Choose at least one."))
    return [key for key in known if key in chosen] or None


def _text(field: Field, text: str) -> str:
    most = SHORT if field.kind is Kind.SHORT else LONG
    if len(text) > most:
        raise _wrong(field.key, N_("Write at most %(n)s characters."), n=most)
    return " ".join(text.split()) if field.kind is Kind.SHORT else text


def _choice(field: Field, text: str) -> str:
    if text not in {option.key for option in field.options}:
        raise _wrong(field.key, N_("Choose from the options."))
    return text


def _number(field: Field, text: str) -> str:
    plain = text.replace(" ", "").replace("\u00a0", "")
    plain = plain.replace(",", "") if re.fullmatch(r"-?\d{1,3}(,\d{3})+(\.\d+)?", plain, re.ASCII) else plain
    try:
        number = Decimal(plain) if re.fullmatch(r"-?\d{1,15}(\.\d{1,9})?", plain, re.ASCII) else None
    except InvalidOperation:  # pragma: no cover (the pattern leaves nothing that Decimal refuses)
        number = None
    if number is None:
        raise _wrong(field.key, N_("Write a number like 1250 or 0.75."))
    return f"{number:f}"


def _url(field: Field, text: str) -> str:
    if not is_web_address(text):
        raise _wrong(field.key, N_("Write a whole web address that begins with https:// or http://."))
    return text


_READERS = {Kind.SHORT: _text, Kind.LONG: _text, Kind.CHOICE: _choice, Kind.NUMBER: _number, Kind.URL: _url}


def read_answers(fields: Iterable[Field], said: Mapping[str, Any], files: Mapping[str, int]) -> tuple[dict[str, Any], list[Invalid]]:
    """All answers, those left empty not named, and a refusal for each that cannot be taken."""
    answers: dict[str, Any] = {}
    refused: list[Invalid] = []
    for field in fields:
        try:
            answer = read_answer(field, said.get(field.key), files.get(field.key, 0))
        except Invalid as error:
            refused.append(error)
            continue
        if answer is not None:
            answers[field.key] = answer
    return answers, refused
