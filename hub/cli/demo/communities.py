"""The demo stories of the communities."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import hub.cli
from hub.cli.demo.people import Cast
from hub.communities.credit import operations as credit
from hub.communities.credit.states import Kind as CreditKind
from hub.communities.pages import operations as pages
from hub.communities.pages import queries as pages_read
from hub.communities.pages.models import SpacePage
from hub.communities.spaces import operations as spaces
from hub.communities.spaces.models import Space
from hub.communities.spaces.rules import Licence
from hub.communities.spaces.states import SpaceRole
from hub.kernel import clock
from hub.kernel.actor import Actor
from hub.kernel.taxonomy import Sector

STORIES = Path(hub.cli.__file__).parent / "demo_data" / "communities.toml"
Row = dict[str, Any]


Step = tuple[float, Callable[[], object]]
"""Days before today, and what happened then."""


def tell(cast: Cast) -> None:
    """Everything of communities that a newcomer finds. Uncommitted."""
    now = clock.now()
    for story in tomllib.loads(STORIES.read_text())["space"]:
        with clock.at(now - timedelta(days=story["founded"], hours=3)):
            space = _found(cast, story)
        pages_by_title: dict[str, SpacePage] = {}
        for days, step in sorted(_steps(cast, story, space, pages_by_title), key=lambda step: -step[0]):
            with clock.at(now - timedelta(days=days)):
                step()


def _found(cast: Cast, story: Row) -> Space:
    return spaces.found(
        actor=cast.actor(story["founder"]),
        name=story["name"],
        summary=story["summary"],
        charter=story["charter"].strip(),
        licence=Licence(story["licence"]),
        language=story["language"],
        sector=Sector(story["sector"]),
        organisation_id=cast.organisations[story["organisation"]] if "organisation" in story else None,
    )


def _steps(cast: Cast, story: Row, space: Space, made: dict[str, SpacePage]) -> Iterator[Step]:
    founder = cast.actor(story["founder"])
    for row in story["join"]:
        yield row["days"] + 0.1, partial(_join, cast, space, founder, row)
    for row in story["page"]:
        yield row["days"], partial(_begin, cast, space, founder, row, made)
        for edit in row.get("edit", []):
            yield edit["days"], partial(_edit, cast, made, row["title"], edit)
        if late := row.get("conflict"):
            yield late["days"], partial(_save_too_late, cast, made, row["title"], late)
    for row in story.get("credit", []):
        yield row["days"], partial(_credit, cast, space, founder, row)
    if change := story.get("charter_change"):
        yield change["days"], partial(_change_charter, space, founder, change)
        for key in change["accept"]:
            yield change["days"] - 0.2, partial(_accept, cast, space, key)


def _join(cast: Cast, space: Space, founder: Actor, row: Row) -> None:
    _accept(cast, space, row["by"])
    if "role" in row:
        spaces.change_role(actor=founder, space=space, person_id=cast.people[row["by"]], role=SpaceRole(row["role"]))


def _accept(cast: Cast, space: Space, key: str) -> None:
    spaces.join(actor=cast.actor(key), space=space, seen=space.charter_number)


def _begin(cast: Cast, space: Space, founder: Actor, row: Row, made: dict[str, SpacePage]) -> None:
    page = pages.create(actor=cast.actor(row["by"]), space=space, title=row["title"], text=row["text"], summary=row["summary"])
    made[row["title"]] = page
    if row.get("lock"):
        pages.lock(actor=founder, page=page)


def _edit(cast: Cast, made: dict[str, SpacePage], title: str, edit: Row) -> None:
    page, actor = made[title], cast.actor(edit["by"])
    if "restore" in edit:
        pages.restore(actor=actor, page=page, number=edit["restore"], base_revision=page.number)
    else:
        pages.write(actor=actor, page=page, text=_changed(page, edit), base_revision=page.number, summary=edit["summary"])


def _save_too_late(cast: Cast, made: dict[str, SpacePage], title: str, late: Row) -> None:
    """Somebody saves on a revision that is no longer the newest: the text is kept, and waits to be merged."""
    page, text = made[title], _changed(made[title], late)
    pages.save(
        actor=cast.actor(late["by"]), page=page, title=title, text=text, base_revision=late["base"], summary=late["summary"]
    )  # fmt: skip


def _changed(page: SpacePage, edit: Row) -> str:
    """The text an edit makes of the revision it began from."""
    text = pages_read.revision(page, edit.get("base", page.number)).body
    for old, new in edit.get("replace", []):
        assert old in text, old
        text = text.replace(old, new)
    return f"{text}\n{edit['append']}" if "append" in edit else text


def _credit(cast: Cast, space: Space, founder: Actor, row: Row) -> None:
    credit.record(actor=founder, space=space, person_id=cast.people[row["by"]], kind=CreditKind(row["kind"]), note=row["note"])


def _change_charter(space: Space, founder: Actor, change: Row) -> None:
    charter = f"{space.charter}\n{change['append']}"
    spaces.set_charter(actor=founder, space=space, charter=charter, licence=space.licence, note=change["note"])
