"""`hub reputation`: what everybody is known for, built anew from the facts."""

from __future__ import annotations

import click

from hub.cli.context import show, with_app
from hub.core.parties import queries as parties
from hub.core.reputation import operations
from hub.core.reputation.rules import Recounted
from hub.db import work


@click.group()
def reputation() -> None:
    """What people and organisations are known for."""


@reputation.command()
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@with_app
def replay(as_json: bool) -> None:
    """Tell again of everything that the journal knows, count every figure anew from the facts, put right and say what differed.

    For a site that had deals before it had reputations, and whenever figures are doubted. The site may go on; repeating it changes nothing.
    """
    after = 0
    while (last := _tell_again(after)) is not None:
        after = last
        click.echo(f"told again up to fact {last:,}", err=True)
    while _open_due():
        pass
    with work.unit():
        found = operations.recount()
        names = parties.names([one.side for one in found])
        rows = [
            {"person_id": one.side.person_id, "organisation_id": one.side.organisation_id, "name": names.of(one.side)}
            | {"was": one.was, "now": one.now}
            for one in found
        ]
    lines = [f"{names.of(one.side)}: {_told(one)}" for one in found]
    show(
        {"differed": rows},
        as_json,
        "\n".join([*lines, f"{len(found):,} differed, and were put right." if found else "Every figure stands."]),
    )


def _tell_again(after: int) -> int | None:
    with work.unit():
        return operations.replay(after=after)


def _open_due() -> int:
    with work.unit():
        return operations.open_due()


def _told(one: Recounted) -> str:
    return ", ".join(f"{name} {one.was[name]} -> {one.now[name]}" for name in one.was if one.was[name] != one.now[name])


COMMANDS = [reputation]
