"""The migrations make exactly the tables and triggers of the models, and can be taken back."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect, text

import hub
from hub.app import create_app
from hub.db.extensions import db
from tests.conftest import config_for
from tests.postgres import POSTGRES, SERVER

MIGRATIONS = str(Path(hub.__file__).parent.parent / "migrations")
TRIGGERS = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal",
}


@pytest.fixture
def empty(tmp_path, request):
    """An application over a database without a single table."""
    if POSTGRES:
        name = SERVER.make("migrate")
        url = SERVER.address(name)
        request.addfinalizer(lambda: SERVER.drop(name))
    else:
        url = f"sqlite:///{tmp_path / 'empty.sqlite3'}"
    app = create_app(config_for(tmp_path, url))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def triggers() -> set[str]:
    with db.engine.connect() as connection:
        return set(connection.scalars(text(TRIGGERS[db.engine.dialect.name])))


def checks() -> dict[str, int]:
    """How many CHECKs each table has."""
    found = inspect(db.engine)
    return {table: len(found.get_check_constraints(table)) for table in found.get_table_names() if table != "alembic_version"}


def ignored(change) -> bool:
    """SQLite cannot tell some types apart when asked what a table has."""
    return False if not isinstance(change, tuple) else change[0] == "modify_type"


def test_the_migrations_lead_to_the_models(empty):
    upgrade(directory=MIGRATIONS)
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        differences = [change for change in compare_metadata(context, db.metadata) if not ignored(change)]
    assert not differences
    migrated, checked = triggers(), checks()
    downgrade(directory=MIGRATIONS, revision="base")
    db.create_all()
    assert migrated == triggers()
    assert checked == checks()
    assert migrated, "the books and seals are kept by triggers"


def test_every_migration_can_be_taken_back(empty):
    upgrade(directory=MIGRATIONS)
    assert len(inspect(db.engine).get_table_names()) > 20
    downgrade(directory=MIGRATIONS, revision="base")
    assert set(inspect(db.engine).get_table_names()) <= {"alembic_version"}
    upgrade(directory=MIGRATIONS)
    assert len(inspect(db.engine).get_table_names()) > 20
