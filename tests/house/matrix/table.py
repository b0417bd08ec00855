"""The words of the route matrix: who comes to a door, and what the house owes them there.

A row names an address (with places of the world in braces), who is served, who is told that it takes another role (403) because
they may know of the thing, and what everybody else who is signed in gets: by default 404, as if there were nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from string import Formatter
from typing import Any

PEOPLE = (
    "anonymous", "newcomer", "author", "judge", "member", "finance", "manager", "owner", "other", "consultant", "admin",
)  # fmt: skip
"""Newcomer: signed in, related to nothing. Author: of the entries. Judge: of the challenges. Member, finance, manager, owner: of the
organisation that asks and offers. Other: owner of another organisation. Consultant and admin: of the site."""

Who = frozenset[str]


def who(names: str) -> Who:
    found = frozenset(names.split())
    assert found <= frozenset(PEOPLE), found
    return found


NOBODY: Who = frozenset()
ANYONE: Who = frozenset(PEOPLE)
SIGNED = ANYONE - who("anonymous")
HOUSE = who("member finance manager owner")
MANAGERS = who("manager owner")
BOOKS = who("finance owner")
MONEY = who("finance manager owner")
OWNER = who("owner")
AUTHOR = who("author")
JUDGE = who("judge")
CONSULTANT = who("consultant")
ADMIN = who("admin")
STAFF = CONSULTANT | ADMIN

OK = frozenset({200})
MOVED = frozenset({302})
DONE = frozenset({200, 201, 202, 204, 302})
"""The write was carried out, or is with the worker (202)."""
STOPPED = frozenset({409, 422})
"""Past the guard, and then held up by the thing's state or by what was sent."""
NOT_YOURS, GONE = 403, 404


@dataclass(frozen=True)
class Row:
    """One door. `send` is a form (pages) or a JSON body (API); its texts may name places, too.

    `public`: visitors may try this door, so what is not for them is not there (with `asks`: they are asked to sign in). `money`: an
    API key needs the scope “money”. `own`: served because it is theirs; another's is not. `csrf` False: the door proves its caller otherwise.
    """

    method: str
    address: str
    yes: Who
    no: Who = NOBODY
    rest: int = GONE
    ok: frozenset[int] = OK
    send: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[str, tuple[bytes, str]] = field(default_factory=dict)
    money: bool = False
    own: Who = NOBODY
    csrf: bool = True
    public: bool = False
    asks: bool = False
    about: str = ""

    @property
    def is_api(self) -> bool:
        return self.address.startswith("/api/v1/")

    @property
    def writes(self) -> bool:
        return self.method != "GET"

    @property
    def is_public(self) -> bool:
        return self.public or "anonymous" in self.yes

    @property
    def names(self) -> list[str]:
        """The places in the address."""
        return [name for _, name, _, _ in Formatter().parse(self.address) if name]

    def path(self, places: Mapping[str, str]) -> str:
        """The address in a world whose places are called so, without its query."""
        return self.address.format_map(places).partition("?")[0]

    @property
    def refused(self) -> Who:
        return ANYONE - self.yes

    def __str__(self) -> str:
        return f"{self.method} {self.address}" + (f" ({self.about})" if self.about else "")

    def denial(self, person: str) -> int:
        """The status this person is refused with."""
        if person == "anonymous" and (self.asks or not self.is_public):
            return 401 if self.is_api else 302
        return NOT_YOURS if person in self.no else self.rest


def get(address: str, yes: Who, no: Who = NOBODY, **more: Any) -> Row:
    """A page or an answer that is read; 200 unless `ok` says otherwise."""
    return Row("GET", address, yes, no, **more)


def post(address: str, yes: Who, no: Who = NOBODY, **more: Any) -> Row:
    return Row("POST", address, yes, no, **{"ok": DONE, **more})


def patch(address: str, yes: Who, no: Who = NOBODY, **more: Any) -> Row:
    return Row("PATCH", address, yes, no, **{"ok": DONE, **more})


def put(address: str, yes: Who, no: Who = NOBODY, **more: Any) -> Row:
    return Row("PUT", address, yes, no, **{"ok": DONE, **more})


def delete(address: str, yes: Who, no: Who = NOBODY, **more: Any) -> Row:
    return Row("DELETE", address, yes, no, **{"ok": DONE, **more})


def both(kinds: tuple[str, ...], row: Row, name: str = "KIND") -> list[Row]:
    """The same row for each of `kinds`, put where the address says KIND."""
    return [replace(row, address=row.address.replace(name, kind)) for kind in kinds]
