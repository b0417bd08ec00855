"""The world of the route matrix: the demo content, a few people more, and one thing in every stage that a door leads to.

It is made once for the whole run and then copied: a file on SQLite, a template database on PostgreSQL.
"""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Table, event

from hub.app import create_app
from hub.cli.demo.load import load
from hub.config import Config
from hub.core.accounts import rules as accounts
from hub.core.files import queries as files
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import Scope
from hub.web import pagecache
from tests.conftest import NOON, config_for, drop
from tests.house.matrix import places, table
from tests.postgres import POSTGRES, SERVER
from tests.sharing import at_rest, common_folder, made_once

COOKIE = "hub_session"
KINDS_OF_KEYS: Mapping[str, tuple[Scope, ...]] = {
    "full": tuple(Scope), "writing": (Scope.READ, Scope.WRITE), "reading": (Scope.READ,),
}  # fmt: skip


@dataclass(frozen=True)
class Made:
    """A finished world at rest: its folder (and database), what its places are called, and how its people prove who they are."""

    folder: Path
    database: str
    places: dict[str, str]
    cookies: dict[str, str]
    keys: dict[tuple[str, str], str]


def shared(tmp_path_factory: pytest.TempPathFactory) -> AbstractContextManager[Made]:
    """The world at rest, for all processes of the run together: copy it, never change it."""
    return made_once("world", make, common_folder(tmp_path_factory), clear=lambda made: drop(made.database))


def make(folder: Path) -> Made:
    """Load the demo content, add to it, sign everybody in, give everybody keys; then close it."""
    accounts.hash_cheaply()
    database = SERVER.make("world") if POSTGRES else str(folder / "hub.sqlite3")
    with stopped_clock():
        app = create_app(_config(folder, database))
        app.config["WTF_CSRF_ENABLED"] = False
        with app.app_context():
            db.create_all()
            load(records=False)
            found = places.add()
            keys = {(person, kind): places.key_for(person, scopes) for person in _signed() for kind, scopes in KINDS_OF_KEYS.items()}
        cookies = {person: _sign_in(app, person) for person in _signed()}
        for key in keys.values():  # an hour may pass before a key's use is noted again
            assert app.test_client().get("/api/v1/me", headers=bearer(key)).status_code == 200
        with app.app_context():
            found |= places.add_last()
            db.session.remove()
            db.engine.dispose()
    if POSTGRES:
        SERVER.keep(database)
    else:
        at_rest(database)
    return Made(folder, database, found, cookies, keys)


WRITING = ("INSERT", "UPDATE", "DELETE")
TRACES = frozenset(
    "annex_look entry_view look submission_look journal journal_head delivery login_session api_key notification private_address".split()
)
"""What reading may write: who looked at what, that a message was read or a credential used, and the journal of it."""


def _signed() -> tuple[str, ...]:
    return tuple(person for person in table.PEOPLE if person != "anonymous")


def _sign_in(app: Flask, person: str) -> str:
    client = app.test_client()
    answer = client.post("/login", data={"email": places.EMAILS[person], "password": "demo"})
    assert answer.status_code == 302, answer.get_data(as_text=True)
    cookie = client.get_cookie(COOKIE)
    assert cookie is not None
    return str(cookie.value)


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def _config(folder: Path, database: str) -> Config:
    url = f"sqlite:///{database}" if database.endswith(".sqlite3") else SERVER.address(database)
    return replace(config_for(folder, url), demo=True, page_cache=False)


@contextmanager
def stopped_clock() -> Iterator[None]:
    clock.set_to(NOON)
    try:
        yield
    finally:
        clock.set_to(None)


@dataclass(frozen=True)
class Look:
    """What one person was answered at a row's door, and the statements of SQL that it took."""

    person: str
    status: int
    location: str
    mimetype: str
    body: bytes
    statements: list[str]


class World:
    """A copy of the made world with an application over it. `begin_anew` takes back whatever was done to it."""

    def __init__(self, made: Made, folder: Path) -> None:
        self.made, self.folder = made, folder
        shutil.copytree(made.folder, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("hub.sqlite3*"))
        self.database = SERVER.copy(made.database) if POSTGRES else str(folder / "hub.sqlite3")
        self.watch: sqlite3.Connection | None = None
        self.seen: Any = None
        self.digests: dict[str, str] = {}
        self.first: dict[str, str] = {}
        if not POSTGRES:
            self._copy()
        self.app = create_app(_config(folder, self.database))
        self.app.config["WTF_CSRF_ENABLED"] = False

    def _copy(self) -> None:
        for left in ("-wal", "-shm"):
            Path(self.database + left).unlink(missing_ok=True)
        shutil.copyfile(self.made.database, self.database)
        self.watch = sqlite3.connect(self.database)
        self.seen, self.digests = self._version(), self.first

    def _version(self) -> Any:
        """Another one after each write of somebody else: SQLite tells a connection that stays open."""
        assert self.watch is not None
        return self.watch.execute("PRAGMA data_version").fetchone()

    def enter(self) -> None:
        """Before each test: settings that are kept per process point here, whatever other tests did in between."""
        files.configure(self.folder / "files", self.app.config["HUB"].max_upload_mb * 1024 * 1024)
        self.app.config["WTF_CSRF_ENABLED"] = False

    def begin_anew(self) -> None:
        self._close()
        if POSTGRES:
            assert SERVER.restore(self.database) != "spoilt", "no door changes tables"
        else:
            self._copy()
        pagecache.forget_all()

    def _close(self) -> None:
        if self.watch is not None:
            self.watch.close()
        self.watch = self.seen = None
        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()

    def gone(self) -> None:
        self._close()
        if POSTGRES:
            SERVER.hand_back(self.database, self.made.database)

    def visitor(self, person: str) -> FlaskClient:
        """Their browser, just opened: what an earlier answer did to its cookies is forgotten."""
        client = self.app.test_client()
        if person != "anonymous":
            client.set_cookie(COOKIE, self.made.cookies[person])
        return client

    def program(self, person: str, key: str = "full") -> dict[str, str]:
        """The headers of their program."""
        return {} if person == "anonymous" else bearer(self.made.keys[person, key])

    def call(self, row: table.Row, person: str, *, key: str = "full", places: Mapping[str, str] | None = None) -> Any:
        """Go to the row's door as this person, with a program where it is one for programs."""
        address = row.address.format_map(self.made.places if places is None else places)
        sent: dict[str, Any] = {"json": self.filled(row.send)} if row.is_api and not row.files else {"data": self._form(row)}
        if not row.writes or (row.method == "DELETE" and not row.send):
            sent = {}
        if not row.is_api:
            return self.visitor(person).open(address, method=row.method, **sent)
        return self.app.test_client().open(address, method=row.method, headers=self.program(person, key), **sent)

    def look(self, row: table.Row, person: str) -> Look:
        with self._counted() as statements:
            answer = self.call(row, person)
            body = answer.get_data()
            answer.close()
        written = {made.split()[1 if made.startswith("UPDATE") else 2].strip('"') for made in statements if made.startswith(WRITING)}
        assert written <= TRACES, f"reading writes into {sorted(written - TRACES)}"
        return Look(person, answer.status_code, answer.headers.get("Location", ""), answer.mimetype, body, statements)

    @contextmanager
    def _counted(self) -> Iterator[list[str]]:
        """The statements made in the block, without those that only frame a transaction."""
        made: list[str] = []

        def note(connection: Any, cursor: Any, statement: str, *more: Any) -> None:
            if not statement.startswith(("BEGIN", "PRAGMA", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")):
                made.append(" ".join(statement.split()))

        with self.app.app_context():
            engine = db.engine
        event.listen(engine, "before_cursor_execute", note)
        try:
            yield made
        finally:
            event.remove(engine, "before_cursor_execute", note)

    def _form(self, row: table.Row) -> dict[str, Any]:
        uploads = {name: (places.stream(content), filename) for name, (content, filename) in row.files.items()}
        return {**self.filled(row.send), **uploads}

    def filled(self, value: Any) -> Any:
        """With the names of places replaced by what they are called."""
        if isinstance(value, str):
            return value.format_map(self.made.places) if "{" in value else value
        if isinstance(value, Mapping):
            return {self.filled(name): self.filled(inner) for name, inner in value.items()}
        return [self.filled(inner) for inner in value] if isinstance(value, list) else value

    def fingerprints(self) -> dict[str, str]:
        """A digest of each table's whole content, read past the models."""
        return self._digests_on_server() if POSTGRES else self._digests_of_file()

    def _digests_of_file(self) -> dict[str, str]:
        """Read again only if somebody has written since; as it was made, it is read once."""
        assert self.watch is not None
        seen = self._version()
        if self.seen != seen or not self.digests:
            self.digests = {
                each.name: hashlib.sha256(
                    repr(self.watch.execute(f'SELECT * FROM "{each.name}" ORDER BY {_key(each)}').fetchall()).encode()
                ).hexdigest()
                for each in db.metadata.sorted_tables
            }
            self.first = self.first or (self.digests if self.seen == seen else {})
            self.seen = seen
        return self.digests

    def _digests_on_server(self) -> dict[str, str]:
        parts = [
            f"SELECT '{each.name}', md5(coalesce(string_agg(each::text, E'\\n' ORDER BY {_key(each)}), '')) FROM \"{each.name}\" AS each"
            for each in db.metadata.sorted_tables
        ]
        with self.app.app_context(), db.engine.connect() as connection:
            return dict(connection.exec_driver_sql(" UNION ALL ".join(parts).replace("%", "%%")).all())


def _key(table: Table) -> str:
    return ", ".join(f'"{column.name}"' for column in table.primary_key.columns)
