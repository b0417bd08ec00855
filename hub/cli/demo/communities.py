"""The demo stories of the communities."""

from __future__ import annotations

import tomllib
from datetime import timedelta
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
from hub.kernel.taxonomy import Sector

STORIES = Path(hub.cli.__file__).parent / "demo_data" / "communities.toml"
Row = dict[str, Any]


def tell(cast: Cast) -> None:
    """Everything of communities that a newcomer finds. Uncommitted."""
    for story in tomllib.loads(STORIES.read_text())["space"]:
        space = _found(cast, story)
        for page in story["page"]:
            _write(cast, story, space, page)
        _credit(cast, story, space)
        if change := story.get("charter_change"):
            _change_charter(cast, story, space, change)


def _ago(days: float, hours: float = 0) -> Any:
    return clock.at(clock.now() - timedelta(days=days, hours=hours))


def _found(cast: Cast, story: Row) -> Space:
    founder = cast.actor(story["founder"])
    with _ago(story["founded"], hours=3):
        space = spaces.found(
            actor=founder,
            name=story["name"],
            summary=story["summary"],
            charter=story["charter"].strip(),
            licence=Licence(story["licence"]),
            language=story["language"],
            sector=Sector(story["sector"]),
            organisation_id=cast.organisations[story["organisation"]] if "organisation" in story else None,
        )
    for row in story["join"]:
        with _ago(row["days"], hours=2):
            spaces.join(actor=cast.actor(row["by"]), space=space, seen=1)
            if "role" in row:
                spaces.change_role(actor=founder, space=space, person_id=cast.people[row["by"]], role=SpaceRole(row["role"]))
    return space


def _write(cast: Cast, story: Row, space: Space, row: Row) -> None:
    """A page with its revisions, and the text that was saved too late, if there is one."""
    with _ago(row["days"]):
        page = pages.create(actor=cast.actor(row["by"]), space=space, title=row["title"], text=row["text"], summary=row["summary"])
        if row.get("lock"):
            pages.lock(actor=cast.actor(story["founder"]), page=page)
    for edit in row.get("edit", []):
        with _ago(edit["days"]):
            actor = cast.actor(edit["by"])
            if "restore" in edit:
                pages.restore(actor=actor, page=page, number=edit["restore"], base_revision=page.number)
            else:
                pages.write(actor=actor, page=page, text=_changed(page, edit), base_revision=page.number, summary=edit["summary"])
    if late := row.get("conflict"):
        with _ago(late["days"]):
            pages.save(
                actor=cast.actor(late["by"]), page=page, title=page.title, text=_changed(page, late), base_revision=late["base"],
                summary=late["summary"],
            )  # fmt: skip


def _changed(page: SpacePage, edit: Row) -> str:
    """The text an edit makes of the revision it began from."""
    text = pages_read.revision(page, edit.get("base", page.number)).body
    for old, new in edit.get("replace", []):
        text = text.replace(old, new)
    return text + "\n" + edit["append"] if "append" in edit else text


def _credit(cast: Cast, story: Row, space: Space) -> None:
    for row in story.get("credit", []):
        with _ago(row["days"]):
            credit.record(
                actor=cast.actor(story["founder"]),
                space=space,
                person_id=cast.people[row["by"]],
                kind=CreditKind(row["kind"]),
                note=row["note"],
            )


def _change_charter(cast: Cast, story: Row, space: Space, change: Row) -> None:
    with _ago(change["days"]):
        charter = f"{space.charter}\n{change['append']}"
        spaces.set_charter(actor=cast.actor(story["founder"]), space=space, charter=charter, licence=space.licence, note=change["note"])
    for key in change["accept"]:
        with _ago(change["days"] - 1):
            spaces.join(actor=cast.actor(key), space=space, seen=space.charter_number)
