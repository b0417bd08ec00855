"""Pure rules: how long a wish to be erased waits, and what a name becomes."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Any

WAITING = timedelta(days=14)
"""Between asking to be erased and the erasure: long enough to change one's mind, or to hear that somebody else asked."""
LOOK_AGAIN = timedelta(days=1)
CHUNK = 200
"""Rows changed in one unit of work: others write between two."""


@dataclass(frozen=True)
class Sought:
    """The words under which a person is known, and those that take their place."""

    email: str
    handle: str
    name: str
    instead_email: str
    instead_handle: str
    instead_name: str

    def facts(self) -> dict[str, str]:
        return asdict(self)

    @property
    def marked(self) -> list[str]:
        """What is looked for everywhere: it can mean nobody else."""
        return list(dict.fromkeys([self.email, json.dumps(self.email)[1:-1], "@" + self.handle, "people/" + self.handle]))

    @property
    def names(self) -> list[str]:
        """The name as it is written; of several words, also in small letters."""
        return list(dict.fromkeys([self.name, self.name.casefold() if " " in self.name else self.name]))

    @property
    def own(self) -> list[str]:
        """What is looked for in the person's own words."""
        return list(dict.fromkeys([self.name, self.handle, json.dumps(self.name)[1:-1]]))


def without(value: Any, sought: Sought, *, own: bool) -> Any:
    """The value without the person: address, @handle and profile link anywhere; in their `own` words name and handle, too. Numbers and the
    rest stay as they are, and so does whatever stands in the place of their words already: twice is once."""
    if isinstance(value, str):
        return _pattern(sought, own).sub(lambda found: _instead(found, sought), value)
    if isinstance(value, list):
        return [_inside(one, sought, own) for one in value]
    if isinstance(value, dict):
        return {key: _inside(one, sought, own) for key, one in value.items()}
    return value


def _inside(value: Any, sought: Sought, own: bool) -> Any:
    """A part of a form's answers: a small word alone is the key of what was chosen, and nobody's name."""
    return without(value, sought, own=own and not (isinstance(value, str) and _KEY.fullmatch(value)))


_KEY = re.compile("[a-z][a-z0-9_]*")


def is_marked(text: str, sought: Sought) -> bool:
    """Does their address, @handle or profile link stand in it?"""
    return any(found.lastgroup != "done" for found in _pattern(sought, False).finditer(text))


def listed(handles: Any, sought: Sought) -> Any:
    """A list of handles with the new one in the place of the person's."""
    return [sought.instead_handle if one == sought.handle else one for one in handles] if isinstance(handles, list) else handles


@lru_cache(maxsize=8)
def _pattern(sought: Sought, own: bool) -> re.Pattern[str]:
    """Of an address no part of a longer one; an @handle as discussions read it, so no part of an address ("x@gmail.com")."""
    email, handle = re.escape(sought.email), re.escape(sought.handle)
    name = "|".join(re.escape(text) for text in sought.names)
    ends = "(?!-?[a-z0-9_])"
    done = "|".join(re.escape(text) for text in (sought.instead_email, sought.instead_name, sought.instead_handle))
    ways = [
        f"(?P<done>{done})",
        rf"(?P<email>(?i:(?<![\w.+-]){email}(?![\w-])(?!\.\w)))",
        rf"(?P<mention>(?i:(?<![\w@/.-])@{handle}{ends}(?!@)))",
        rf"(?P<link>(?i:(?<![\w-])people/{handle}{ends}))",
    ]
    if own:
        ways += [rf"(?P<name>(?<!\w)(?:{name})(?!\w))", rf"(?P<handle>(?i:(?<![\w-]){handle}{ends}))"]
    return re.compile("|".join(ways))


def _instead(found: re.Match[str], sought: Sought) -> str:
    instead = {
        "email": sought.instead_email, "mention": "@" + sought.instead_handle, "link": "people/" + sought.instead_handle,
        "name": sought.instead_name, "handle": sought.instead_handle,
    }  # fmt: skip
    return instead.get(found.lastgroup or "", found[0])
