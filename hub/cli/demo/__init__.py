"""`hub demo load`: a site that is already lived in, made by the same operations that people use."""

from __future__ import annotations

import click
from flask import current_app

from hub.cli.context import with_app
from hub.cli.demo.load import is_loaded, load


@click.group()
def demo() -> None:
    """Demo content: real public records and a story for every stage."""


@demo.command("load")
@click.option("--once", is_flag=True, help="Do nothing if the demo content is there already.")
@with_app
def load_command(once: bool) -> None:
    """Load the demo accounts (password “demo”), stories, and the real records shipped with the project."""
    if not current_app.config["HUB"].demo:
        raise click.ClickException("demo accounts have a public password: set HUB_DEMO=1 (and a local HUB_BASE_URL) to load them")
    if is_loaded():
        if once:
            return
        raise click.ClickException("the demo content is loaded already")
    load(say=lambda text: click.echo(text, err=True))


COMMANDS = [demo]
