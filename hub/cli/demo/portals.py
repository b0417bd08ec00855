"""The demo stories of the portals."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import hub.cli
from hub.cli.demo.people import Cast, ago
from hub.portals.desk import operations as desk
from hub.portals.desk.models import Submission
from hub.portals.desk.states import DECISIONS, Act
from hub.portals.sites import operations as sites
from hub.portals.sites.models import Portal
from hub.portals.sites.rules import fingerprint

DATA = Path(hub.cli.__file__).parent / "demo_data" / "portals.toml"
CONSULTANT = "consultant"


def tell(cast: Cast) -> None:
    """Everything of portals that a newcomer finds. Uncommitted."""
    for row in tomllib.loads(DATA.read_text())["portal"]:
        portal = _set_up(cast, row)
        for submission in row.get("submission", ()):
            _send(cast, portal, submission)


def _set_up(cast: Cast, row: dict[str, Any]) -> Portal:
    consultant = cast.actor(CONSULTANT)
    with ago(row["days_ago"]):
        portal = sites.found(
            actor=consultant, slug=row["slug"], organisation_id=cast.organisations[row["organisation"]], names=row["names"],
            languages=row["languages"],
        )  # fmt: skip
        sites.edit(actor=consultant, portal=portal, taglines=row["taglines"], welcomes=row.get("welcomes", {}))
        sites.set_theme(actor=consultant, portal=portal, theme=row["theme"])
        for key in row["managers"]:
            sites.name_manager(actor=consultant, portal=portal, email=cast.emails[key])
        if row["stage"] == "open":
            sites.open_portal(actor=consultant, portal=portal)
    return portal


def _send(cast: Cast, portal: Portal, row: dict[str, Any]) -> None:
    submission: Submission | None = None
    for days, who, act, words in row["steps"]:
        actor = cast.actor(who)
        with ago(days):
            if act == "submit":
                draft = desk.save(actor=actor, portal=portal, title=row["title"], answers=row["answers"])
                language = "zh" if row["title"][0] > "\u2e80" else "en"
                submission = desk.submit(actor=actor, draft=draft, terms_hash=fingerprint(portal.terms[language]), language=language)
            assert submission is not None
            if act == "note":
                desk.note(actor=actor, submission=submission, text=words)
            elif act == "answer":
                desk.answer(actor=actor, submission=submission, text=words)
            elif act != "submit":
                assert Act(act) in DECISIONS
                desk.decide(actor=actor, submission=submission, act=Act(act), reason=words, seen_step=submission.step)
                if submission.assignee_id is None:
                    desk.assign(actor=actor, submission=submission, person_id=actor.person_id)
