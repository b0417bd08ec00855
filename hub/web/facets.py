"""Lists that can be narrowed: what the address chooses, the groups as ui.facets draws them, and the chips that take a choice back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode

from flask import request

from hub.kernel.words import Worded
from hub.web.i18n import label

Choice = TypeVar("Choice", bound=Worded)


def chosen(name: str, members: type[Choice]) -> tuple[Choice, ...]:
    """The values asked for in the address, each once; unknown ones are passed over."""
    known = {str(member.value): member for member in members}
    return tuple(known[value] for value in dict.fromkeys(request.args.getlist(name)) if value in known)


def asked(name: str, members: Iterable[Choice]) -> Choice | None:
    """The one value asked for in the address; None for anything else."""
    return next((member for member in members if member.value == request.args.get(name)), None)


def chosen_numbers(name: str) -> tuple[int, ...]:
    """The numbers asked for in the address, each once."""
    asked = dict.fromkeys(request.args.getlist(name))
    return tuple(int(number) for number in asked if number.isdecimal() and len(number) < 10)


def group(
    name: str, title: str, counts: Mapping[Any, int | None], chosen: Sequence[Any], word: Callable[[Any], str] = label
) -> dict[str, Any]:
    """One group: each value with how often it occurs (None: not counted), then what is chosen though it occurs no more."""
    values = [*counts, *(value for value in chosen if value not in counts)]
    options = [{"value": str(value), "label": word(value), "count": counts.get(value), "chosen": value in chosen} for value in values]
    return {"name": name, "label": title, "options": options}


def radios(name: str, title: str, counts: Mapping[Choice, int], current: Choice | None) -> dict[str, Any]:
    """One group of which one value is chosen: those that would find something, and the chosen one."""
    shown = [(value, number) for value, number in counts.items() if number or value is current]
    options = [{"value": value.value, "label": label(value), "count": number, "chosen": value is current} for value, number in shown]
    return {"name": name, "label": title, "type": "radio", "options": options}


def chips(groups: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """What is chosen, each with the address of the list without it."""
    return [(option["label"], _without(each["name"], option["value"])) for each in groups for option in each["options"] if option["chosen"]]


def _without(name: str, value: str) -> str:
    kept = [(k, v) for k, v in request.args.items(multi=True) if (k, v) != (name, value) and k != "page"]
    return f"{request.path}?{urlencode(kept)}" if kept else request.path
