"""Pure rules of answers: what a form lets through. Plain values in, plain values out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from hub.kernel.errors import Invalid
from hub.kernel.words import N_
from hub.microtasks.projects.rules import LONGEST_TEXT, Ask, Field, Form

SHORTEST_REASON, LONGEST_REASON = 3, 1_000
MISSING = N_("Please answer this.")
NOT_OFFERED = N_("Choose one of the options.")
LONGEST_SECONDS = 24 * 3600


class Wrong(Exception):
    """One part of an answer that cannot be taken; the words say what to mend."""

    def __init__(self, message: str, **values: Any) -> None:
        super().__init__(message % values if values else message)


def checked(form: Form, said: Any) -> dict[str, Any]:
    """The answer as it is kept: every part that the form asks for, of its type, in the form's order; empty parts are left out.

    Raises Invalid (code answer_wrong) naming each part as `answer.<name>`. Parts that the form does not know are refused.
    """
    if not isinstance(said, Mapping):
        raise _refusal({"answer": N_("An answer is an object.")})
    known = {field.name for field in form.answer}
    wrong = {f"answer.{name}"[:80]: N_("The form does not ask for this.") for name in said if name not in known}
    kept: dict[str, Any] = {}
    for field in form.answer:
        try:
            value = _CHECKS[field.ask](field, said.get(field.name))
        except Wrong as error:
            wrong[f"answer.{field.name}"] = str(error)
            continue
        if value is not None:
            kept[field.name] = value
        elif field.required:
            wrong[f"answer.{field.name}"] = MISSING
    if wrong:
        raise _refusal(wrong)
    return kept


def _refusal(wrong: dict[str, str]) -> Invalid:
    return Invalid(N_("The answer is not complete yet."), code="answer_wrong", fields=wrong)


def _choice(field: Field, said: Any) -> str | None:
    if said is None or said == "":
        return None
    if not isinstance(said, str) or said not in {value for value, _ in field.options}:
        raise Wrong(NOT_OFFERED)
    return said


def _choices(field: Field, said: Any) -> list[str] | None:
    if said is None:
        said = []
    if not isinstance(said, list) or not all(isinstance(value, str) for value in said) or len(set(said)) != len(said):
        raise Wrong(N_("Choose among the options."))
    chosen = [value for value, _ in field.options if value in said]
    if len(chosen) != len(said):
        raise Wrong(NOT_OFFERED)
    least, most = field.least or 0, field.most if field.most is not None else len(field.options)
    if chosen and not least <= len(chosen) <= most:
        raise Wrong(N_("Choose from %(least)s to %(most)s of them."), least=least, most=most)
    return chosen or None


def _text(field: Field, said: Any) -> str | None:
    if said is None:
        return None
    if not isinstance(said, str):
        raise Wrong(N_("This should be text."))
    text = said.replace("\r\n", "\n").strip()
    if "\x00" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise Wrong(N_("This text has a character that cannot be stored."))
    if not text:
        return None
    if field.least and len(text) < field.least:
        raise Wrong(N_("Write at least %(n)s characters."), n=field.least)
    most = field.most if field.most is not None else LONGEST_TEXT
    if len(text) > most:
        raise Wrong(N_("Write at most %(n)s characters."), n=most)
    return text


def _number(field: Field, said: Any) -> int | None:
    if said is None or said == "":
        return None
    if isinstance(said, str) and said.strip().removeprefix("-").isdecimal() and len(said.strip()) < 12:
        said = int(said)
    if isinstance(said, bool) or not isinstance(said, int):
        raise Wrong(N_("Write a whole number."))
    least, most = field.least if field.least is not None else -(10**9), field.most if field.most is not None else 10**9
    if not least <= said <= most:
        raise Wrong(N_("Take a number from %(least)s to %(most)s."), least=least, most=most)
    return said


def _yes_no(field: Field, said: Any) -> bool | None:
    if said is None or said == "":
        return None
    if isinstance(said, bool):
        return said
    if said not in {"yes", "no"}:
        raise Wrong(NOT_OFFERED)
    return bool(said == "yes")


_CHECKS: Mapping[Ask, Callable[[Field, Any], Any]] = {
    Ask.CHOICE: _choice,
    Ask.CHOICES: _choices,
    Ask.LINE: _text,
    Ask.TEXT: _text,
    Ask.NUMBER: _number,
    Ask.YES_NO: _yes_no,
}


def seconds_between(leased_at: datetime, submitted_at: datetime) -> int:
    """The working time as the hub's clock saw it, in whole seconds, at most a day."""
    return max(0, min(LONGEST_SECONDS, int((submitted_at - leased_at).total_seconds())))
