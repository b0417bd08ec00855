"""Pure rules of task projects: what is missing from a draft, what it costs, how quickly people work. Plain values in, plain values out."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from hub.kernel import money
from hub.kernel.errors import Invalid, one_field
from hub.kernel.links import is_web_address
from hub.kernel.money import Money
from hub.kernel.taxonomy import Sector
from hub.kernel.words import N_, Worded, extent

SHORTEST_TITLE, LONGEST_TITLE = 8, 160
SHORTEST_SUMMARY, LONGEST_SUMMARY = 20, 400
SHORTEST_INSTRUCTIONS, LONGEST_INSTRUCTIONS = 20, 20_000
MOST_REDUNDANCY = 100
LEAST_LEASE, MOST_LEASE = 1, 24 * 60
MOST_ACCEPT_DAYS = 30
MOST_TASKS = 200_000
MOST_PAY_MINOR = 10**8
MOST_IMAGES = 2_000
ENOUGH_TIMES = 5
"""Answers before a working time is shown: fewer say nothing."""
LATEST_TIMES = 200
"""The working time is the median of this many latest answers."""
REPORTS_TO_TAKE_OUT = 3
"""As many people as must call a task broken before it is handed out no more."""


class Drafted(Protocol):
    title: str
    summary: str
    instructions: str
    form: dict[str, Any]
    sector: Sector | None
    tasks_total: int


class Costed(Protocol):
    pay_minor: int
    fee_bp: int
    currency: str


class Reward(Worded):
    """How the people who work are thanked."""

    VOLUNTEER = "volunteer", N_("Volunteer")
    PAID = "paid", N_("Paid")


def gaps(project: Drafted) -> dict[str, str]:
    """What is missing before a project can start, field by field; empty when it is complete."""
    checks = {
        "title": "" if extent(project.title) >= SHORTEST_TITLE else N_("Give it a title of at least 8 characters."),
        "summary": "" if extent(project.summary) >= SHORTEST_SUMMARY else N_("Sum it up in at least 20 characters."),
        "instructions": ""
        if extent(project.instructions) >= SHORTEST_INSTRUCTIONS
        else N_("Explain in at least 20 characters how to answer."),
        "form": "" if project.form else N_("Say what is asked: the form is missing."),
        "sector": "" if project.sector else N_("Choose a sector, so that people find it."),
        "tasks": "" if project.tasks_total else N_("Add the tasks."),
    }
    return {field: gap for field, gap in checks.items() if gap}


def is_complete(project: Drafted) -> bool:
    return not gaps(project)


def gross_of(pay_minor: int, fee_bp: int) -> int:
    """The least amount of which `pay_minor` is left after the site's fee (see `money.breakdown`), both in minor units.

    The fee is rounded half up, so what is left grows by 0 or 1 with each unit and every sum can be reached.
    """
    if not 0 <= fee_bp < 10_000:
        raise ValueError("a fee that leaves nothing")
    gross = pay_minor * 10_000 // (10_000 - fee_bp)
    while gross > 0 and _net(gross - 1, fee_bp) >= pay_minor:
        gross -= 1
    while _net(gross, fee_bp) < pay_minor:
        gross += 1
    return gross


def _net(gross: int, fee_bp: int) -> int:
    return gross - (gross * fee_bp + 5_000) // 10_000


def price(project: Costed) -> money.Breakdown:
    """One answer: `gross` is what the project pays, `net` what the person gets."""
    return money.breakdown(Money(gross_of(project.pay_minor, project.fee_bp), project.currency), project.fee_bp)


def cost(project: Costed, answers: int) -> money.Breakdown:
    """`answers` answers: each is paid by itself, so the sums are exact multiples."""
    one = price(project)
    return money.Breakdown(*(Money(part.minor * answers, part.currency) for part in (one.gross, one.fee, one.net)))


def median(seconds: Sequence[int]) -> int | None:
    """The middle of the working times (the lower of two middles); None while there are fewer than ENOUGH_TIMES."""
    if len(seconds) < ENOUGH_TIMES:
        return None
    return sorted(seconds)[(len(seconds) - 1) // 2]


def hourly(pay: Money, median_seconds: int | None) -> Money | None:
    """What an hour brings at the observed pace, rounded down: pay * 3600 / median. None while the pace is unknown or nothing is paid."""
    if median_seconds is None or not pay.minor:
        return None
    return Money(pay.minor * 3600 // max(1, median_seconds), pay.currency)


# --- The form: one JSON schema of a task ---------------------------------------------------------------------------

MOST_FIELDS = 20
MOST_OPTIONS = 50
LONGEST_TEXT = 10_000
ONE_LINE = 200
"""A text of at most so many characters is asked for in one line."""
ITEM_NAME = re.compile(r"\w[\w -]{0,39}")
ANSWER_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,39}")


class Look(Worded):
    """How a part of the item is shown."""

    TEXT = "text", N_("Text")
    IMAGE = "image", N_("Image")
    LINK = "link", N_("Link")
    HIDDEN = "hidden", N_("Not shown")


class Ask(Worded):
    """How a part of the answer is asked for."""

    CHOICE = "choice", N_("One of several")
    CHOICES = "choices", N_("Any of several")
    YES_NO = "yes_no", N_("Yes or no")
    LINE = "line", N_("A short text")
    TEXT = "text", N_("A longer text")
    NUMBER = "number", N_("A whole number")


FORMATS = {"": Look.TEXT, "image": Look.IMAGE, "uri": Look.LINK, "hidden": Look.HIDDEN}


@dataclass(frozen=True)
class Part:
    """Something that the item shows. `name` is the column of the file."""

    name: str
    title: str
    look: Look
    required: bool


@dataclass(frozen=True)
class Field:
    """Something that is asked. `options` are (value, title); `least` and `most` bound a number, a text's length or how many are chosen."""

    name: str
    title: str
    hint: str
    ask: Ask
    required: bool
    options: tuple[tuple[str, str], ...] = ()
    least: int | None = None
    most: int | None = None


@dataclass(frozen=True)
class Form:
    """A schema as it is read: what is shown, what is asked."""

    item: tuple[Part, ...]
    answer: tuple[Field, ...]

    @property
    def images(self) -> tuple[Part, ...]:
        return tuple(part for part in self.item if part.look is Look.IMAGE)


NO_FORM = Form((), ())


def read_form(schema: Mapping[str, Any]) -> Form:
    """The form that a project's schema describes; NO_FORM for an empty one. Raises Invalid about `form` (code form_wrong).

    The subset of JSON Schema (2020-12) that is understood: an object with the properties `item` and `answer`, both objects with
    `properties` and `required`. Item: strings, `format` "image" (a file name), "uri" or "hidden". Answer: string with `enum` or
    `oneOf` [{const, title}]; array of such strings (`minItems`, `maxItems`); string (`minLength`, `maxLength`); integer (`minimum`,
    `maximum`); boolean. `title` and `description` label each. Any other keyword is refused, so that nothing is promised and not checked.
    """
    if not schema:
        return NO_FORM
    _only(schema, {"$schema", "title", "description", "type", "properties", "required"}, "")
    parts = _properties(schema, "")
    if set(parts) != {"item", "answer"}:
        raise _form_wrong(N_("“%(where)s”: the form has two properties, item (what is shown) and answer (what is asked)."), "properties")
    item = [_part(name, said, name in parts["item"].get("required", [])) for name, said in _inner(parts, "item", ITEM_NAME)]
    answer = [_field(name, said, name in parts["answer"].get("required", [])) for name, said in _inner(parts, "answer", ANSWER_NAME)]
    if not any(field.required for field in answer):
        raise _form_wrong(N_("“%(where)s”: at least one part of the answer must be required."), "answer")
    return Form(tuple(item), tuple(answer))


def _form_wrong(message: str, where: str, **values: Any) -> Invalid:
    return one_field("form", message, code="form_wrong", where=where or "/", **values)


def _only(said: Any, known: set[str], where: str) -> None:
    if not isinstance(said, Mapping):
        raise _form_wrong(N_("“%(where)s” should be an object."), where)
    if unknown := sorted(set(map(str, said)) - known):
        raise _form_wrong(N_("“%(where)s”: the keyword “%(word)s” is not understood here."), where, word=unknown[0])
    for name in ("title", "description"):
        if not isinstance(said.get(name, ""), str) or len(said.get(name, "")) > 500:
            raise _form_wrong(N_("“%(where)s”: “%(word)s” should be a text of at most 500 characters."), where, word=name)


def _properties(said: Mapping[str, Any], where: str) -> Mapping[str, Any]:
    """Raises Invalid unless `said` is an object schema whose `required` names its own properties."""
    properties, required = said.get("properties"), said.get("required", [])
    if said.get("type") != "object" or not isinstance(properties, Mapping):
        raise _form_wrong(N_("“%(where)s” should have the type “object” and name its properties."), where)
    if not isinstance(required, list) or not all(name in properties for name in required):
        raise _form_wrong(N_("“%(where)s”: “required” should list names of the properties."), where)
    return properties


def _inner(parts: Mapping[str, Any], side: str, name_rule: re.Pattern[str]) -> list[tuple[str, Any]]:
    _only(parts[side], {"type", "title", "description", "properties", "required", "additionalProperties"}, side)
    found = list(_properties(parts[side], side).items())
    if not 1 <= len(found) <= MOST_FIELDS:
        raise _form_wrong(N_("“%(where)s” should have 1 to 20 properties."), side)
    for name, _ in found:
        if not isinstance(name, str) or not name_rule.fullmatch(name):
            raise _form_wrong(N_("“%(where)s”: this name cannot be used. Take letters, digits and _, at most 40."), f"{side}.{name}"[:80])
    return found


def _part(name: str, said: Any, required: bool) -> Part:
    where = f"item.{name}"
    _only(said, {"type", "title", "description", "format"}, where)
    look = FORMATS.get(str(said.get("format", "")))
    if said.get("type") != "string" or look is None:
        raise _form_wrong(N_("“%(where)s”: what is shown are strings, plain or with the format image, uri or hidden."), where)
    return Part(name, said.get("title") or name, look, required)


_OF_TYPE = {
    "string": {"enum", "oneOf", "minLength", "maxLength"},
    "integer": {"minimum", "maximum"},
    "array": {"items", "minItems", "maxItems", "uniqueItems"},
}
_BOUNDS = {
    "string": ("minLength", "maxLength", 0, LONGEST_TEXT),
    "integer": ("minimum", "maximum", -(10**9), 10**9),
    "array": ("minItems", "maxItems", 0, MOST_OPTIONS),
}


def _field(name: str, said: Any, required: bool) -> Field:
    where = f"answer.{name}"
    kind = said.get("type") if isinstance(said, Mapping) else None
    if kind not in {"string", "integer", "array", "boolean"}:
        raise _form_wrong(N_("“%(where)s”: the type should be string, integer, array or boolean."), where)
    _only(said, {"type", "title", "description", *_OF_TYPE.get(kind, ())}, where)
    least, most = _bounds(said, kind, where)
    options: tuple[tuple[str, str], ...] = ()
    if kind == "array":
        options = _options(said.get("items", {}), f"{where}.items")
        ask = Ask.CHOICES
    elif kind == "string" and ("enum" in said or "oneOf" in said):
        options, ask = _options(said, where), Ask.CHOICE
    elif kind == "string":
        ask = Ask.LINE if most is not None and most <= ONE_LINE else Ask.TEXT
    else:
        ask = Ask.NUMBER if kind == "integer" else Ask.YES_NO
    return Field(name, said.get("title") or name, said.get("description", ""), ask, required, options, least, most)


def _bounds(said: Mapping[str, Any], kind: str, where: str) -> tuple[int | None, int | None]:
    if kind == "boolean":
        return None, None
    low, high, lowest, highest = _BOUNDS[kind]
    found: list[int | None] = []
    for word in (low, high):
        value = said.get(word)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int) or not lowest <= value <= highest):
            raise _form_wrong(
                N_("“%(where)s”: “%(word)s” should be a whole number from %(low)s to %(high)s."), where, word=word, low=lowest, high=highest
            )
        found.append(value)
    if None not in found and found[0] > found[1]:  # type: ignore[operator]
        raise _form_wrong(N_("“%(where)s”: “%(low)s” is larger than “%(high)s”."), where, low=low, high=high)
    return found[0], found[1]


def _options(said: Any, where: str) -> tuple[tuple[str, str], ...]:
    if not isinstance(said, Mapping) or said.get("type") != "string":
        raise _form_wrong(N_("“%(where)s”: what is chosen from are strings."), where)
    if "oneOf" in said:
        rows = said["oneOf"]
        if not isinstance(rows, list) or not all(isinstance(row, Mapping) and set(row) <= {"const", "title"} for row in rows):
            raise _form_wrong(N_("“%(where)s”: oneOf lists objects with const and title."), where)
        found = tuple((row.get("const"), row.get("title") or row.get("const")) for row in rows)
    else:
        rows = said.get("enum")
        found = tuple((value, value) for value in rows) if isinstance(rows, list) else ()
    values = [value for value, _ in found]
    if not 2 <= len(values) <= MOST_OPTIONS or len(set(map(str, values))) != len(values):
        raise _form_wrong(N_("“%(where)s” should name 2 to 50 different values to choose from."), where)
    if not all(isinstance(text, str) and 0 < len(text) <= 200 for pair in found for text in pair):
        raise _form_wrong(N_("“%(where)s”: each value is a text of at most 200 characters."), where)
    return found


def item_gap(form: Form, item: Any, images: Collection[str]) -> str:
    """Why this item does not fit the form; empty if it does. `images` are the names of the project's images."""
    if not isinstance(item, Mapping) or not all(isinstance(name, str) for name in item):
        return N_("An item is an object with the columns that the form names.")
    return next((gap for part in form.item if (gap := part_gap(part, item.get(part.name, ""), images))), "")


def part_gap(part: Part, value: Any, images: Collection[str]) -> str:
    """Why this cannot stand in a part of an item; empty if it can."""
    if not isinstance(value, str) or "\x00" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
        return N_("Every column of an item holds text.")
    text = value.strip()
    if not text:
        return N_("A column that the form needs is empty.") if part.required else ""
    if len(text) > LONGEST_TEXT:
        return N_("A column holds at most 10,000 characters.")
    if part.look is Look.IMAGE and text not in images:
        return N_("There is no image of this name. Send it first.")
    if part.look is Look.LINK and not is_web_address(text):
        return N_("Write a whole web address that begins with https:// or http://.")
    return ""


def item_of(form: Form, item: Mapping[str, str]) -> dict[str, str]:
    """What a task keeps of an item: the columns that the form names."""
    return {part.name: item[part.name].strip() for part in form.item if item.get(part.name, "").strip()}
