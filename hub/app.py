"""The factory: settings in, a wired application out. Nothing imports this but the commands, the server and the tests."""

from __future__ import annotations

import importlib
import importlib.util
from pathlib import Path

from flask import Flask
from flask_compress import Compress

import hub
from hub import config as settings
from hub.db import engine
from hub.db.extensions import db, migrate
from hub.web import api, auth, errors, i18n, logs, security, shell

FLOORS = ("core", "search", "contests", "communities", "complement", "microtasks", "tech_market", "portals", "guide")
DOORS = ("pages", "api", "reactions", "documents", "models")


def rooms() -> list[str]:
    """Every room, as a module path, in the order of the floors."""
    root = Path(hub.__file__).parent
    return [f"hub.{floor}.{room.parent.name}" for floor in FLOORS for room in sorted((root / floor).glob("*/__init__.py"))]


def create_app(config: settings.Config | None = None) -> Flask:
    """A wired application. `config` defaults to the environment's."""
    config = config or settings.from_environment()
    app = Flask("hub", static_folder="web/static", template_folder="web/templates")
    app.config.update(
        HUB=config,
        SECRET_KEY=config.secret_key,
        SQLALCHEMY_DATABASE_URI=config.database_url,
        SQLALCHEMY_ENGINE_OPTIONS={"pool_pre_ping": not config.is_sqlite, "hide_parameters": True},
        SESSION_COOKIE_NAME="__Host-hub_session" if config.is_https else "hub_session",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=config.is_https,
        MAX_CONTENT_LENGTH=config.max_upload_mb * 1024 * 1024 + 256 * 1024,
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
        SEND_FILE_MAX_AGE_DEFAULT=31_536_000,
        RATELIMIT_ENABLED=config.rate_limits,
        WTF_CSRF_TIME_LIMIT=None,
        COMPRESS_ALGORITHM=["br", "gzip"],
        TESTING=config.testing,
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    db.init_app(app)
    migrate.init_app(app, db)
    i18n.init(app)
    auth.init(app)  # before the limits: they count people, not only addresses
    security.init(app)
    errors.init(app)
    api.init(app)
    shell.init(app)
    Compress(app)
    _open_doors(app)
    with app.app_context():
        engine.prepare(db.engine, synchronous=config.sqlite_synchronous)
    if not config.testing:
        logs.set_up()
    return app


def _open_doors(app: Flask) -> None:
    """Import every room's files and hang its blueprints (`pages`, `api`) into the application."""
    for room in rooms():
        for door in DOORS:
            if importlib.util.find_spec(f"{room}.{door}") is None:
                continue
            module = importlib.import_module(f"{room}.{door}")
            if door == "pages":
                app.register_blueprint(module.pages)
            elif door == "api":
                api.hang(app, module.api)
