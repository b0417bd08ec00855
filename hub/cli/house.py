"""`hub states` and `hub openapi`: what the code says about itself."""

from __future__ import annotations

import importlib
import importlib.util
import json
from pathlib import Path

import click
from flask import current_app

import hub
from hub.app import rooms
from hub.cli.context import with_app
from hub.kernel.states import Machine
from hub.web.api import spec

START, END = "<!-- states -->", "<!-- /states -->"


def machines() -> dict[str, list[Machine]]:
    """The state machines of every room, by module path."""
    found: dict[str, list[Machine]] = {}
    for room in rooms():
        if importlib.util.find_spec(f"{room}.states") is None:
            continue
        module = importlib.import_module(f"{room}.states")
        mine = [value for value in vars(module).values() if isinstance(value, Machine)]
        if mine:
            found[room] = mine
    return found


def diagram_block(tables: list[Machine]) -> str:
    drawings = "\n\n".join(f"```mermaid\n{machine.diagram()}\n```" for machine in tables)
    return f"{START}\n{drawings}\n{END}"


def readme_of(room: str) -> Path:
    return Path(hub.__file__).parent.joinpath(*room.split(".")[1:], "README.md")


@click.command()
@click.option("--write", is_flag=True, help="Write the diagrams into the rooms' READMEs.")
def states(write: bool) -> None:
    """Show every state machine as a Mermaid diagram."""
    for room, tables in machines().items():
        if write:
            readme = readme_of(room)
            text = readme.read_text()
            before, _, rest = text.partition(START)
            readme.write_text(before + diagram_block(tables) + rest.partition(END)[2])
        for machine in tables:
            click.echo(f"# {room}: {machine.name}\n{machine.diagram()}\n")


@click.command()
@with_app
def openapi() -> None:
    """Print the OpenAPI document."""
    click.echo(json.dumps(spec(current_app), indent=2, ensure_ascii=False))


COMMANDS = [states, openapi]
