"""Commands for the people who run the site. Each exits non-zero on failure and says what to do."""

from __future__ import annotations

import importlib
import pkgutil
import sys

import click

import hub.cli as package
from hub.config import BadSetting
from hub.kernel.errors import HubError


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="innovation-hub")
def group() -> None:
    """Innovation Hub: run contests, communities, marketplaces, tasks and technical search on one site."""


def _collect() -> None:
    """Every module beside this one may hold `COMMANDS`, a list of click commands."""
    for module in pkgutil.iter_modules(package.__path__):
        if module.name != "main":
            for command in importlib.import_module(f"hub.cli.{module.name}").COMMANDS:
                group.add_command(command)


def main() -> None:
    _collect()
    try:
        group()
    except (HubError, BadSetting) as error:
        click.echo(f"hub: {error}", err=True)
        sys.exit(1)
