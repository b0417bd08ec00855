"""How commands get an application."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from typing import Any

import click

from hub.app import create_app

COMMANDS: list[click.Command] = []


def with_app(command: Callable[..., Any]) -> Callable[..., Any]:
    """Run the command inside an application context."""

    @functools.wraps(command)
    def inside(*args: Any, **kwargs: Any) -> Any:
        with create_app().app_context():
            return command(*args, **kwargs)

    return inside


def show(data: Any, as_json: bool, text: str) -> None:
    """Print `data` as JSON for programs, else `text` for people."""
    click.echo(json.dumps(data, ensure_ascii=False) if as_json else text)
