"""What is held of a person: every table says it of itself, so that nothing is left out of an export or of an erasure.

A room's models.py ends with one line for each of its tables: `holds_of_person(...)`, or `holds_of_nobody(...)` with the reason. A test
walks all tables and fails for one that says neither (tests/house/test_personal.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from typing import cast as cast_to

from sqlalchemy import (
    JSON,
    Column,
    ColumnElement,
    Enum,
    Select,
    String,
    Table,
    Text,
    and_,
    cast,
    exists,
    literal,
    or_,
    select,
    true,
    type_coerce,
    union_all,
)  # fmt: skip
from sqlalchemy.sql.type_api import TypeEngine

from hub.db.extensions import db
from hub.db.types import Question
from hub.kernel.words import N_

Condition = Callable[[], ColumnElement[bool]]
ToldIf = Callable[[int], ColumnElement[bool]]
"""Of the rows that are a person's: which of them this person may know of."""

# Why something stays: the words that the person reads. A room may have its own.

LAW = N_("Books and papers are kept for the years that tax and commercial law ask for.")
CONTRACT = N_("An agreement binds the other side, too, who may need it for as long as claims can be made.")
PUBLIC = N_("It is a public contribution that others have built on. It stays under your pseudonym, as its licence says.")
OFFICE = N_("You acted for an organisation, a community or this site, to whom the thing belongs. Only your pseudonym stays on it.")
SEALED = N_("A seal proves what was handed in when. It cannot be changed without breaking the proof, and both sides may need it.")
LOOKS = N_("Whoever handed in something has the right to know who looked at it. Only your pseudonym stays.")
RECORD = N_("Decisions and results rest on it. It stays under your pseudonym.")

DONE_AS_ASKED = N_("It shows that we did what you asked. It holds dates, and no name.")
HANGS_ON = N_("It hangs on something that stays, or somebody else has the same file.")


@dataclass(frozen=True)
class Holding:
    """What one table holds of people.

    `by` is the way from a row to the person whose row it is: "person_id", "entry_id.person_id" (over the row that entry_id names),
    "owner_kind:owner_id" (a kind and a number), "caller~person:{}" (a text), or "id" for the account itself; several ways
    with spaces between them; empty if no row is anybody's own. `acted` are columns that name people who did something to it: the number
    stays and leads to the pseudonym. `words` are the columns of a person's own row that hold what they wrote, `handles` lists of handles,
    `copies` values that say beside them whose they are (hub.kernel.whose).
    """

    table: str
    by: str
    acted: tuple[str, ...]
    what: str
    hides: tuple[str, ...]
    quiet: tuple[str, ...]
    told_if: ToldIf | None
    erase: bool
    erase_if: Condition | None
    clears: tuple[str, ...]
    words: tuple[str, ...]
    handles: tuple[str, ...]
    copies: tuple[str, ...]
    keeps: str
    fixed: bool

    @property
    def room(self) -> str:
        """The room's path: "core.messages"."""
        return next((module_room(m.class_.__module__) for m in cast_to(Any, db.Model).registry.mappers if m.local_table is self.of), "db")

    @property
    def of(self) -> Table:
        return db.metadata.tables[self.table]

    @property
    def shown(self) -> list[Column[object]]:
        """The columns that the person is given."""
        return [column for column in self.of.columns if column.name not in self.hides]

    @property
    def told(self) -> list[str]:
        """The columns of `acted` of which the person is told where they stand."""
        return [name for name in self.acted if name not in self.quiet]

    @property
    def texts(self) -> list[Column[object]]:
        return [column for column in self.of.columns if is_text(column.type)]

    def given(self, person_id: int) -> ColumnElement[bool]:
        """Holds for the rows that are this person's and that they may know of."""
        return self.own(person_id) if self.told_if is None else and_(self.own(person_id), self.told_if(person_id))

    def own(self, person_id: int) -> ColumnElement[bool]:
        """Holds for the rows that are this person's."""
        return or_(*(_way(self.of, way, person_id) for way in self.by.split()))

    def erased(self, person_id: int) -> ColumnElement[bool]:
        """Holds for those of them that an erasure deletes: none that another row still names."""
        condition = self.own(person_id) if self.erase_if is None else and_(self.own(person_id), self.erase_if())
        return and_(condition, free(self.of))


def module_room(module: str) -> str:
    return module.removeprefix("hub.").rsplit(".", 1)[0]


def is_text(kind: TypeEngine[object]) -> bool:
    """Could a name or an address stand in it?"""
    return isinstance(kind, (String, Text, JSON)) and not isinstance(kind, Enum)


_holdings: dict[str, Holding] = {}
_nobodys: dict[str, str] = {}
_namings: list[tuple[str, str, str, str]] = []


def holds_of_person(
    table: str, by: str = "", *, what: str = "", acted: str = "", hides: str = "", quiet: str = "", told_if: ToldIf | None = None,
    erase: bool | Condition = False, clears: str = "", words: str = "", handles: str = "", copies: str = "", keeps: str = "",
    fixed: bool = False,
) -> None:  # fmt: skip
    """Say what `table` holds of a person; columns and ways as in Holding, several names with spaces between them.

    `what` names the rows for their person ("Your posts", marked with N_). All columns but `hides` are given to the person, of the rows for
    which `told_if` holds; where they stand in `acted` they are told, but for `quiet`: notes about people that are not theirs to read.

    `erase` deletes the rows (with a condition: those for which it holds; never one that another row names); of the others `clears` are
    emptied, and the person's address, @handle and profile link are taken out wherever they stand, unless the rows are `fixed`: sealed,
    signed, or books. A name by itself may be anybody's word, or a code ("en", "USD"): it is looked for in the `words` of the person's own
    rows, in `handles`, in `copies` where hub.kernel.whose says that they are theirs, and nowhere else. Whatever stays has a reason,
    `keeps`, that the person reads. Raises ValueError for a declaration that leaves something open.
    """
    holding = Holding(
        table, by, tuple(acted.split()), what, tuple(hides.split()), tuple(quiet.split()), told_if, erase is not False,
        None if isinstance(erase, bool) else erase, tuple(clears.split()), tuple(words.split()), tuple(handles.split()),
        tuple(copies.split()), keeps, fixed,
    )  # fmt: skip
    if not by and not acted:
        raise ValueError(f"{table}: whose is it? Use holds_of_nobody if it is about nobody")
    if by and not what:
        raise ValueError(f"{table}: what does the person read?")
    if (erase is not True or fixed) and not keeps:
        raise ValueError(f"{table}: what stays needs a reason")
    _holdings[table] = holding


def holds_of_nobody(*tables: str, because: str) -> None:
    """These tables are about nobody: `because` says why, for whoever reads the code."""
    _nobodys.update(dict.fromkeys(tables, because))


def names_rows_of(table: str, column: str, *, of: str, key: str) -> None:
    """The texts of `column` name rows of `of` by their `key` without a foreign key: such a row is not deleted."""
    _namings.append((table, column, of, key))


def holdings() -> list[Holding]:
    """All of them, what refers to others before what is referred to: the order in which rows may be deleted."""
    order = {table.name: place for place, table in enumerate(reversed(db.metadata.sorted_tables))}
    return sorted((one for one in _holdings.values() if one.table in order), key=lambda one: order[one.table])


def by_room() -> dict[str, list[Holding]]:
    """Every table that holds something of people, by room, in the order of their names."""
    found: dict[str, list[Holding]] = {}
    for holding in sorted(holdings(), key=lambda one: (one.room, one.table)):
        found.setdefault(holding.room, []).append(holding)
    return found


def nobodys() -> dict[str, str]:
    return dict(_nobodys)


def _way(table: Table, way: str, person_id: int) -> ColumnElement[bool]:
    head, _, rest = way.partition(".")
    if "~" in head:
        column, _, pattern = way.partition("~")
        return table.c[column] == pattern.format(person_id)
    if rest:
        key = next(iter(table.c[head].foreign_keys))
        return table.c[head].in_(select(key.column).where(_way(key.column.table, rest, person_id)))
    kind, _, number = head.rpartition(":")
    mine: ColumnElement[bool] = table.c[number] == person_id
    return and_(type_coerce(table.c[kind], String) == "person", mine) if kind else mine


def end_of(table: Table, way: str) -> Column[object]:
    """The column at the way's end, which holds a person's number."""
    head, _, rest = way.partition(".")
    if rest and "~" not in head:
        return end_of(next(iter(table.c[head].foreign_keys)).column.table, rest)
    return table.c[head.partition("~")[0] if "~" in head else head.rpartition(":")[2]]


def free(table: Table, but: Iterable[str] = ()) -> ColumnElement[bool]:
    """Holds for rows that no row of any other table names; those of the tables `but` do not count."""
    others = [other for other in db.metadata.tables.values() if other is not table and other.name not in set(but)]
    named = [
        exists(select(column).where(column == key.column).correlate(table))
        for other in others
        for column in other.columns
        for key in column.foreign_keys
        if key.column.table is table
    ]
    named += [
        exists(select(db.metadata.tables[at].c[column]).where(_mentions(at, column, table.c[key])).correlate(table))
        for at, column, of, key in _namings
        if of == table.name and at in db.metadata.tables
    ]
    return and_(true(), *(~one for one in named))


def _mentions(at: str, column: str, key: ColumnElement[str]) -> ColumnElement[bool]:
    return cast(db.metadata.tables[at].c[column], Text).like("%" + key + "%")


def says_whose(columns: Iterable[Column[object]], person_id: int) -> ColumnElement[bool]:
    """Holds for rows of which a part may be this person's (hub.kernel.whose.whose knows)."""
    return or_(*(cast(column, Text).like(f'%": {person_id}{end}%') for column in columns for end in ",}"))


def anywhere(columns: Iterable[Column[object]], texts: Iterable[str]) -> ColumnElement[bool]:
    """Holds for rows in which one of the texts stands in one of the columns, in small letters or large."""
    wanted = list(texts)
    return or_(*(cast(column, Text).icontains(text, autoescape=True) for column in columns for text in wanted))


# What stands in the way of leaving, and what is handed out beside the rows


@dataclass(frozen=True)
class Hindrance:
    """Things to be settled before an account is erased, asked together with everybody's in one statement.

    `query` selects `detail` (the thing's own name), `key` (what `href` puts in its place `{}`) and `due` (hub.db.types.NO_DUE).
    `title` and `action` are marked with N_.
    """

    query: Question
    title: str
    href: str
    action: str


@dataclass(frozen=True)
class Open:
    """One thing to be settled; `title` and `action` are still to be translated."""

    title: str
    detail: str
    href: str
    action: str


Hinderer = Callable[[int], Iterable[Hindrance]]
Papers = Callable[[int], Iterable[tuple[str, bytes]]]
_hinderers: list[Hinderer] = []
_papers: list[Papers] = []
MOST = 20


def hinders_leaving(provider: Hinderer) -> Hinderer:
    """Register what a room wants settled before a person's account is erased."""
    if provider not in _hinderers:
        _hinderers.append(provider)
    return provider


def open_things(person_id: int) -> list[Open]:
    """Everything that has to be settled first. One statement."""
    asked = [hindrance for provider in _hinderers for hindrance in provider(person_id)]
    if not asked:
        return []
    rows = db.session.execute(union_all(*(_part(number, hindrance.query) for number, hindrance in enumerate(asked))))
    return [Open(asked[n].title, detail, asked[n].href.replace("{}", key), asked[n].action) for n, detail, key in sorted(rows)]


def _part(number: int, query: Question) -> Select[int, str, str]:
    rows = query.limit(MOST).subquery()
    return select(literal(number).label("number"), cast(rows.c.detail, String).label("detail"), cast(rows.c.key, String).label("key"))


def hands_out(provider: Papers) -> Papers:
    """Register documents of a person that are made for the export (receipts, papers): a path inside it and the bytes, one by one."""
    if provider not in _papers:
        _papers.append(provider)
    return provider


def handed_out(person_id: int) -> Iterator[tuple[str, bytes]]:
    for provider in _papers:
        yield from provider(person_id)
