"""A fresh database for every test: a copy of an empty template, so that real commits, triggers and races are tested.

On SQLite by default; on PostgreSQL when HUB_TEST_POSTGRES holds an address (see scripts/with_postgres.py).
"""

from __future__ import annotations

import gc
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade
from hypothesis import HealthCheck, settings
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import Engine, create_engine, make_url

from hub.app import create_app
from hub.config import Config
from hub.core.files import queries as files
from hub.db import engine
from hub.db.extensions import db
from hub.kernel import clock
from hub.web import pagecache
from hub.web.security import limiter
from tests.postgres import POSTGRES, SERVER
from tests.sharing import common_folder, made_once

settings.register_profile("hub", deadline=None, suppress_health_check=[HealthCheck.too_slow])  # no test asserts a time
settings.load_profile("hub")

MIGRATIONS = str(Path(__file__).parent.parent / "migrations")
NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


DATABASES = {"template", "made_world", "empty"}
"""Fixtures that make one."""
DOORS = {"test_pages.py", "test_api.py", "test_doors.py"}
"""What doors say of an operation is the same above both databases; on PostgreSQL each is walked once, by tests/house/test_routes.py."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What is about one database alone belongs to that one's run; what touches none is not run a second time."""
    here = "postgresql" if POSTGRES else "sqlite"
    elsewhere = [item for item in items if (mark := item.get_closest_marker("only_on")) and mark.args != (here,)]
    if POSTGRES:
        elsewhere += [item for item in items if item.path.name in DOORS or not DATABASES & set(getattr(item, "fixturenames", ()))]
    if elsewhere:
        config.hook.pytest_deselected(items=elsewhere)
        left_out = set(elsewhere)
        items[:] = [item for item in items if item not in left_out]
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)  # begun first, they end before the others do


def pytest_collection_finish() -> None:
    """Thousands of tests and the whole application live to the end: the collector need not look at them again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


@pytest.fixture(scope="session", autouse=True)
def compiled_templates(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Hundreds of applications are made in a run: none of them compiles a template that another one has shown."""
    folder = common_folder(tmp_path_factory) / "templates"
    folder.mkdir(exist_ok=True)
    Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": FileSystemBytecodeCache(str(folder))}


def config_for(folder: Path, url: str) -> Config:
    return Config(
        data_dir=folder,
        database_url=url,
        secret_key="test-key",
        base_url="http://127.0.0.1:8000",
        port=8000,
        rate_limits=False,
        sqlite_synchronous="NORMAL",
        testing=True,
    )


def _make_tables(config: Config) -> None:
    app = create_app(config)
    with app.app_context():
        upgrade(directory=MIGRATIONS)
        db.session.remove()
        db.engine.dispose()


def _make_template(folder: Path) -> str:
    if POSTGRES:
        name = SERVER.make("template")
        _make_tables(config_for(folder, SERVER.address(name)))
        SERVER.keep(name)
        return name
    file = folder / "hub.sqlite3"
    _make_tables(config_for(folder, f"sqlite:///{file}"))
    return str(file)


def drop(database: str) -> None:
    """Take a database off the server; a file goes with its folder."""
    if POSTGRES:
        SERVER.drop(database)


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An empty database with all tables: the name of a PostgreSQL database, or the path of an SQLite file."""
    with made_once("template", _make_template, common_folder(tmp_path_factory), clear=drop) as made:
        yield made
        SERVER.drop_copies(made)


@pytest.fixture
def config(template: str, tmp_path: Path) -> Iterator[Config]:
    if POSTGRES:
        name = SERVER.copy(template)
        yield config_for(tmp_path, SERVER.address(name))
        SERVER.hand_back(name, template)
    else:
        file = tmp_path / "hub.sqlite3"
        shutil.copy(template, file)
        yield config_for(tmp_path, f"sqlite:///{file}")


@pytest.fixture(scope="session")
def wired(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The application, wired once: that takes a third of a second, which thousands of tests would pay."""
    folder = tmp_path_factory.mktemp("wired")
    app = create_app(config_for(folder, f"sqlite:///{folder / 'unused.sqlite3'}"))
    app.test_client_class = Browser
    app.config["WTF_CSRF_ENABLED"] = False  # tests of the token switch it on
    return app


_first: dict[str, Engine] = {}


def _known(url: str) -> Engine:
    """The first engine of its kind: those after it take over what it learned of the server and compiled, instead of doing so for every test."""
    kind = make_url(url).drivername
    if kind not in _first:
        _first[kind] = create_engine(url, query_cache_size=5_000)
        with _first[kind].connect():
            pass
        _first[kind].dispose()
    return _first[kind]


def point(app: Flask, config: Config) -> None:
    """Have the application use this test's database and data directory."""
    app.config.update(HUB=config, SQLALCHEMY_DATABASE_URI=config.database_url)
    app.extensions.pop("hub_search", None)
    limiter.enabled = config.rate_limits  # one for all applications of the process: the last one wired had it otherwise, perhaps
    files.configure(config.data_dir / "files", config.max_upload_mb * 1024 * 1024)
    fresh, known = create_engine(config.database_url, _initialize=False), _known(config.database_url)
    fresh.dialect, fresh._compiled_cache = known.dialect, known._compiled_cache
    engine.prepare(fresh, synchronous=config.sqlite_synchronous)
    db._app_engines[app][None] = fresh


@pytest.fixture
def app(wired: Flask, config: Config) -> Iterator[Flask]:
    """The application over its own database, the clock stopped at NOON."""
    app, configured = wired, dict(wired.config)
    point(app, config)
    clock.set_to(NOON)
    pagecache.forget_all()
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()
    clock.set_to(None)
    app.config.clear()
    app.config.update(configured)


@pytest.fixture
def own_app(config: Config) -> Iterator[Flask]:
    """An application wired for this test alone: it may be given more addresses."""
    app = create_app(config)
    app.test_client_class = Browser
    app.config["WTF_CSRF_ENABLED"] = False
    clock.set_to(NOON)
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()
    clock.set_to(None)


class Browser(FlaskClient):
    """A client whose every request has an application context of its own, as in the server: nothing in `g` outlives a request."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        with self.application.app_context():
            answer = super().open(*args, **kwargs)
        db.session.rollback()  # the test reads afresh what the request wrote
        return answer


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """What tests have to tell beside that they passed: record_property("told", ...)."""
    for report in terminalreporter.stats.get("passed", []):
        for name, said in report.user_properties:
            if name == "told" and report.when == "call":
                terminalreporter.write_line(said)
