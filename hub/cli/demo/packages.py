"""The demo stories of the work packages, on the pages of the demo communities."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import hub.cli
from hub.cli.demo.people import Cast
from hub.communities.packages import operations, queries
from hub.communities.packages.models import WorkPackage
from hub.communities.pages import queries as pages
from hub.communities.pages.models import SpacePage
from hub.communities.spaces import queries as spaces
from hub.kernel import clock
from hub.kernel.actor import Actor

STORIES = Path(hub.cli.__file__).parent / "demo_data" / "packages.toml"
Row = dict[str, Any]
Step = tuple[float, Callable[[], object]]
"""Days before today, and what happened then."""


def tell(cast: Cast) -> None:
    """Packages in every state, in both communities. Uncommitted."""
    now = clock.now()
    opened: dict[str, WorkPackage] = {}
    stories: list[Row] = tomllib.loads(STORIES.read_text())["package"]
    steps = [step for row in stories for step in _steps(cast, row, opened)]
    for days, step in sorted(steps, key=lambda step: -step[0]):
        with clock.at(now - timedelta(days=days)):
            step()


def _steps(cast: Cast, row: Row, opened: dict[str, WorkPackage]) -> Iterator[Step]:
    yield row["days"], partial(_open, cast.actor(row["by"]), row, opened)
    for step in row.get("step", []):
        yield step["days"], partial(_do, cast.actor(step["by"]), row["title"], step, opened)


def _open(actor: Actor, row: Row, opened: dict[str, WorkPackage]) -> None:
    space = spaces.get_for(actor, row["space"])
    page = pages.titled(space, row["page"])
    assert page is not None, row["page"]
    opened[row["title"]] = operations.create(
        actor=actor, space=space, page=page, title=row["title"], brief=row["brief"], points=row["points"]
    )  # fmt: skip


def _do(actor: Actor, title: str, step: Row, opened: dict[str, WorkPackage]) -> None:
    package = opened[title]
    page, made = queries.page_of(package), queries.newest(package)
    number = made.number if made is not None else 0
    match step["act"]:
        case "claim":
            operations.claim(actor=actor, package=package)
        case "submit":
            base = step.get("base", page.number)
            operations.submit(actor=actor, package=package, text=_changed(page, base, step), base_revision=base, note=step["note"])
        case "return":
            operations.return_(actor=actor, package=package, submission=number, remarks=step["remarks"])
        case "merge":
            operations.merge(actor=actor, package=package, submission=number, seen=page.number)
        case "withdraw":
            operations.withdraw(actor=actor, package=package, reason=step["reason"])
        case other:
            raise ValueError(other)


def _changed(page: SpacePage, base: int, step: Row) -> str:
    """The text a submission makes of the revision it began from."""
    text = pages.revision(page, base).body
    for old, new in step.get("replace", []):
        assert old in text, old
        text = text.replace(old, new)
    return f"{text}\n{step['append']}" if "append" in step else text
