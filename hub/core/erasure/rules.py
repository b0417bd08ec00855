"""Pure rules: how long a wish to be erased waits, and what a name becomes."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from datetime import timedelta
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
        """What can mean nobody else, wherever it stands."""
        return [self.email, "@" + self.handle, "people/" + self.handle]

    @property
    def quoted(self) -> list[str]:
        """The name or handle as the whole of a value in JSON, as the database keeps it."""
        return list(dict.fromkeys(json.dumps(text) for text in (self.name, self.handle)))

    @property
    def own(self) -> list[str]:
        """What is looked for in the person's own words."""
        return list(dict.fromkeys([self.name, self.handle, json.dumps(self.name)[1:-1]]))


def without(value: Any, sought: Sought, *, own: bool) -> Any:
    """The value without the person: address, @handle and profile link anywhere, name and handle where they are all of a value; in their
    `own` words also in between. Numbers and the rest stay as they are."""
    if isinstance(value, str):
        return _text_without(value, sought, own)
    if isinstance(value, list):
        return [without(one, sought, own=own) for one in value]
    if isinstance(value, dict):
        return {key: without(one, sought, own=own) for key, one in value.items()}
    return value


def _text_without(text: str, sought: Sought, own: bool) -> str:
    whole = {sought.name: sought.instead_name, sought.handle: sought.instead_handle}
    if text in whole:
        return whole[text]
    end = r"(?![a-z0-9]|-[a-z0-9])"
    text = re.sub(re.escape(sought.email), lambda _: sought.instead_email, text, flags=re.IGNORECASE)
    for before in ("@", "people/"):
        text = re.sub(re.escape(before + sought.handle) + end, before + sought.instead_handle, text, flags=re.IGNORECASE)
    if own:
        text = re.sub(rf"(?<!\w){re.escape(sought.name)}(?!\w)", lambda _: sought.instead_name, text)
        text = re.sub(rf"(?<![\w-]){re.escape(sought.handle)}{end}", lambda _: sought.instead_handle, text, flags=re.IGNORECASE)
    return text
