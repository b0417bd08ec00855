"""A fresh database for every test: a copy of an empty template, so that real commits, triggers and races are tested."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from hub.app import create_app
from hub.config import Config
from hub.db.extensions import db
from hub.kernel import clock
from hub.web import pagecache

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def config_for(folder: Path, url: str) -> Config:
    return Config(
        data_dir=folder, database_url=url, secret_key="test-key", base_url="http://127.0.0.1:8000", port=8000,
        rate_limits=False, sqlite_synchronous="NORMAL", testing=True, search_engine="whoosh",
    )  # fmt: skip


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("template")
    file = folder / "hub.sqlite3"
    app = create_app(config_for(folder, f"sqlite:///{file}"))
    with app.app_context():
        db.create_all()
        db.session.remove()
        db.engine.dispose()
    return file


@pytest.fixture
def config(template: Path, tmp_path: Path) -> Config:
    file = tmp_path / "hub.sqlite3"
    shutil.copy(template, file)
    return config_for(tmp_path, f"sqlite:///{file}")


@pytest.fixture
def app(config: Config) -> Iterator[Flask]:
    """The application over its own database, the clock stopped at NOON."""
    app = create_app(config)
    clock.set_to(NOON)
    pagecache.forget_all()
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()
    clock.set_to(None)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()
