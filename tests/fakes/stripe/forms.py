"""Stripe's form encoding (`a[b][0][c]=x`), read strictly: what is unknown, missing, empty or malformed is refused, as Stripe does."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.fakes.stripe.currencies import CURRENCIES
from tests.fakes.stripe.errors import Refusal

KEY = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")


def pairs(text: str) -> list[tuple[str, str]]:
    return parse_qsl(text, keep_blank_values=True, strict_parsing=bool(text), encoding="utf-8", errors="strict")


def parse(text: str) -> dict[str, Any]:
    """Nested dictionaries of strings; `[0]` and `[]` become keys "0", "1", ... that a list's check puts in order."""
    found: dict[str, Any] = {}
    for key, value in pairs(text):
        match = KEY.fullmatch(key)
        if not match:
            raise Refusal(f"Invalid parameter name: {key}", param=key)
        path = [match[1], *re.findall(r"\[([^\[\]]*)\]", match[2])]
        place = found
        for here, following in itertools.pairwise(path):
            place = _within(place, here, key, new=following == "")
        last = path[-1] if path[-1] != "" else str(len(place))
        if last in place:
            raise Refusal(f"Received a parameter twice: {key}", param=key)
        place[last] = value
    return found


def _within(place: dict[str, Any], here: str, key: str, new: bool) -> dict[str, Any]:
    here = here if here != "" else str(len(place))
    inner = place.setdefault(here, {})
    if not isinstance(inner, dict):
        raise Refusal(f"Invalid hash and string for one parameter: {key}", param=key)
    return inner


class Field:
    """A single value. `read` returns it or refuses it."""

    def read(self, value: Any, at: str) -> Any:
        if isinstance(value, dict):
            raise Refusal(f"Invalid string: {value}", param=at)
        if value == "":
            name = at.rpartition("[")[2].rstrip("]") or at
            raise Refusal(
                f"You passed an empty string for '{at}'. We assume empty values are an attempt to unset a parameter; however '{name}' cannot be unset."
                f" You should remove '{at}' from your request or supply a non-empty value.",
                code="parameter_invalid_empty",
                param=at,
            )
        return self.value(value, at)

    def value(self, text: str, at: str) -> Any:
        raise NotImplementedError


class Text(Field):
    def __init__(self, longest: int = 5000):
        self.longest = longest

    def value(self, text: str, at: str) -> str:
        if len(text) > self.longest:
            raise Refusal(f"Invalid string: {text[:10]}...; must be at most {self.longest} characters", param=at)
        return text


class Whole(Field):
    def __init__(self, least: int | None = None, most: int | None = None):
        self.least, self.most = least, most

    def value(self, text: str, at: str) -> int:
        if not re.fullmatch(r"-?\d+", text):
            raise Refusal(f"Invalid integer: {text}", code="parameter_invalid_integer", param=at)
        number = int(text)
        if self.least is not None and number < self.least:
            word = "non-negative" if self.least == 0 else "positive"
            message = f"Invalid {word} integer" if self.least in (0, 1) else f"This value must be greater than or equal to {self.least}."
            raise Refusal(message, code="parameter_invalid_integer", param=at)
        if self.most is not None and number > self.most:
            raise Refusal(f"This value must be less than or equal to {self.most}.", code="parameter_invalid_integer", param=at)
        return number


class Flag(Field):
    def value(self, text: str, at: str) -> bool:
        if text not in ("true", "false"):
            raise Refusal(f"Invalid boolean: {text}", param=at)
        return text == "true"


class OneOf(Field):
    def __init__(self, *values: str, elsewhere: tuple[str, ...] = ()):
        self.values, self.elsewhere = values, elsewhere

    def value(self, text: str, at: str) -> str:
        if text in self.elsewhere:
            raise Refusal(f"This fake of Stripe does not do {at}={text}", status=501, kind="api_error", param=at)
        if text not in self.values:
            values = ", ".join(self.values)
            raise Refusal(f"Invalid {at}: must be one of {values}", param=at)
        return text


class Currency(Field):
    def value(self, text: str, at: str) -> str:
        code = text.lower()
        if code not in CURRENCIES:
            raise Refusal(
                f"Invalid currency: {text}. Stripe currently supports these currencies: {', '.join(sorted(CURRENCIES))}", param=at
            )
        return code


class Address(Field):
    def value(self, text: str, at: str) -> str:
        parts = urlsplit(text)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise Refusal("Not a valid URL", code="url_invalid", param=at)
        return text


class Mail(Field):
    def value(self, text: str, at: str) -> str:
        if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", text):
            raise Refusal(f"Invalid email address: {text}", code="email_invalid", param=at)
        return text


class Meta:
    """Metadata: at most 50 keys of 40 characters with values of 500; an empty value unsets a key, an empty string unsets all."""

    def read(self, value: Any, at: str) -> dict[str, str]:
        if value == "":
            return {}
        if not isinstance(value, dict) or any(isinstance(inner, dict) for inner in value.values()):
            raise Refusal("Invalid hash", param=at)
        if len(value) > 50:
            raise Refusal("You can specify at most 50 keys of metadata", param=at)
        for key, text in value.items():
            if len(key) > 40:
                raise Refusal(f"Metadata keys can be at most 40 characters long: '{key}'", param=at)
            if len(text) > 500:
                raise Refusal(
                    f"Metadata values can have up to 500 characters, but you passed in a value that is {len(text)} characters. Invalid value: {text[:20]}...",
                    param=f"{at}[{key}]",
                )
        return dict(value)


class ListOf:
    def __init__(self, inner: Any, most: int = 100):
        self.inner, self.most = inner, most

    def read(self, value: Any, at: str) -> list[Any]:
        if (
            not isinstance(value, dict)
            or sorted(value, key=int) != [str(n) for n in range(len(value))]
            or not all(k.isdigit() for k in value)
        ):
            raise Refusal("Invalid array", param=at)
        if len(value) > self.most:
            raise Refusal(f"Array {at} exceeded maximum {self.most} allowed elements.", param=at)
        return [self.inner.read(value[str(n)], f"{at}[{n}]") for n in range(len(value))]


class Shape:
    """Named fields; a name with `!` must be there. `elsewhere` are names that Stripe knows and this fake does not do: it says so."""

    def __init__(self, fields: dict[str, Any], elsewhere: str = ""):
        self.needed = {name.rstrip("!") for name in fields if name.endswith("!")}
        self.fields = {name.rstrip("!"): field for name, field in fields.items()}
        self.elsewhere = set(elsewhere.split())

    def read(self, value: Any, at: str = "") -> dict[str, Any]:
        if not isinstance(value, dict):
            raise Refusal("Invalid object", param=at)
        for name in value:
            path = f"{at}[{name}]" if at else name
            if name in self.elsewhere:
                raise Refusal(f"This fake of Stripe does not do the parameter {path}", status=501, kind="api_error", param=path)
            if name not in self.fields:
                raise Refusal(f"Received unknown parameter: {path}", code="parameter_unknown", param=path)
        for name in self.fields:
            if name in self.needed and name not in value:
                path = f"{at}[{name}]" if at else name
                raise Refusal(f"Missing required param: {path}.", code="parameter_missing", param=path)
        return {name: self.fields[name].read(inner, f"{at}[{name}]" if at else name) for name, inner in value.items()}

    def names(self, at: str = "") -> Iterator[tuple[str, Any]]:
        """Every parameter that is read, with its path: for the comparison with Stripe's own list."""
        for name, field in self.fields.items():
            path = f"{at}.{name}" if at else name
            yield path, field
            inner = field.inner if isinstance(field, ListOf) else field
            if isinstance(inner, Shape):
                yield from inner.names(path)


class Either:
    """A number, or a hash of limits (`created=5`, `created[gte]=5`)."""

    def __init__(self, single: Field, shape: Shape):
        self.single, self.shape = single, shape

    def read(self, value: Any, at: str) -> Any:
        return (self.shape if isinstance(value, dict) else self.single).read(value, at)


EXPAND = ListOf(Text(), most=20)
WHEN = Either(Whole(0), Shape({"gt": Whole(0), "gte": Whole(0), "lt": Whole(0), "lte": Whole(0)}))
ONE = Shape({"expand": EXPAND})
PAGES = Shape({"ending_before": Text(), "starting_after": Text(), "limit": Whole(1, 100), "expand": EXPAND})


def listing(elsewhere: str = "", **filters: Any) -> Shape:
    """The parameters of a list: pages by cursor, `created` limits, and the filters named."""
    return Shape(PAGES.fields | {"created": WHEN} | filters, elsewhere)
