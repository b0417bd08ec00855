"""`hub serve`, `hub worker`, `hub db upgrade`: running the site."""

from __future__ import annotations

import multiprocessing
import signal
import threading
from pathlib import Path
from typing import Any

import click
from flask_migrate import downgrade as migrate_down
from flask_migrate import upgrade as migrate_up
from granian import Granian
from granian.constants import Interfaces

import hub
from hub import config as settings
from hub.app import create_app
from hub.cli.context import with_app
from hub.db.delivery import Worker

MIGRATIONS = str(Path(hub.__file__).parent.parent / "migrations")


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on; default PORT or 8000.")
@click.option("--workers", type=click.IntRange(1, 64), default=2, show_default=True, help="Web processes.")
@click.option("--threads", type=click.IntRange(1, 64), default=4, show_default=True, help="Threads in each web process.")
def serve(host: str, port: int | None, workers: int, threads: int) -> None:
    """Serve the site, with a worker thread that delivers mail, index updates and deadlines."""
    # Forked, a web process inherits SQLite's locks as the worker's thread holds them just then, and its first connection waits for ever.
    multiprocessing.set_start_method("spawn", force=True)
    config = settings.from_environment()
    if config.live_streams >= threads:
        raise click.UsageError("HUB_LIVE_STREAMS must be less than --threads: each open stream takes one, and none would be left for pages")
    worker = Worker(create_app(config))
    server = Granian(
        "hub.wsgi:app",
        address=host,
        port=port or config.port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=threads,
        backpressure=threads * 16,
        log_access=False,
        respawn_failed_workers=True,
    )
    server.on_startup(worker.start_thread)
    server.on_shutdown(worker.stop)
    click.echo(f"Innovation Hub on http://{host}:{port or config.port}", err=True)
    server.serve()


@click.command()
def worker() -> None:
    """Deliver what has happened: mail, notifications, index updates, deadlines. For a site with more than one machine."""
    loop = Worker(create_app())

    def stop(*_: Any) -> None:
        loop.stop()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    thread = threading.Thread(target=loop.run)
    thread.start()
    thread.join()


@click.group()
def db() -> None:
    """The database's tables."""


@db.command()
@with_app
def upgrade() -> None:
    """Bring the tables to the present version (also makes them on an empty database)."""
    migrate_up(directory=MIGRATIONS)


@db.command()
@click.argument("revision", default="-1")
@with_app
def downgrade(revision: str) -> None:
    """Go back to an earlier version of the tables. Make a backup first."""
    migrate_down(directory=MIGRATIONS, revision=revision)


COMMANDS = [serve, worker, db]
