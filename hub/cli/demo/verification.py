"""The demo stories of verification: documents at every stage, in both languages."""

from __future__ import annotations

import io
import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Any

import hub.cli
from hub.cli.demo.people import Cast, ago
from hub.contests.challenges import queries as challenges
from hub.core.domains import operations as domains
from hub.core.files.rules import Upload
from hub.core.integrity import operations as integrity
from hub.core.organisations import queries as organisations
from hub.core.verification import operations
from hub.core.verification.reactions import vault
from hub.core.verification.rules import DocumentKind
from hub.kernel import clock

STORIES = Path(hub.cli.__file__).parent / "demo_data" / "verification.toml"
Row = dict[str, Any]

SPECIMEN = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 420 298]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>endobj
4 0 obj<</Length 43>>stream
BT /F1 40 Tf 100 130 Td (SPECIMEN) Tj ET %
endstream endobj
5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj
trailer<</Root 1 0 R>>
%%EOF
"""


def tell(cast: Cast) -> None:
    """Everything of verification that a newcomer finds. Uncommitted."""
    stories = tomllib.loads(STORIES.read_text())
    for story in stories["check"]:
        _check(cast, story)
    for story in stories["domain"]:
        _domain(cast, story)
    for who, organisation in stories["declared"].items():
        integrity.declare(actor=cast.actor(who), organisation=organisations.get(cast.organisations[organisation]).slug)
    for story in stories["flag"]:
        _flag(cast, story)


def _check(cast: Cast, story: Row) -> None:
    (day, who, note), today = story["sent"], clock.now().date()
    about = cast.organisations[story["organisation"]] if "organisation" in story else None
    with ago(-day):
        check = operations.send(
            actor=cast.actor(who), vault=vault(), uploads=[Upload(io.BytesIO(SPECIMEN), "document.pdf")], kind=DocumentKind(story["kind"]),
            country=story["country"], note=note, organisation_id=about,
        )  # fmt: skip
    if "taken" in story:
        day, checker = story["taken"]
        with ago(-day):
            operations.take(actor=cast.actor(checker), check=check)
            for _look in range(story.get("looks", 2)):
                operations.view(actor=cast.actor(checker), check=check, place=1, vault=vault())
    if "accepted" in story:
        day, checker, number, ends, reason = story["accepted"]
        with ago(-day):
            last = today + timedelta(days=ends) if ends else None
            operations.accept(actor=cast.actor(checker), check=check, vault=vault(), number=number, reason=reason, document_ends=last)
    if "rejected" in story:
        day, checker, reason = story["rejected"]
        with ago(-day):
            operations.reject(actor=cast.actor(checker), check=check, vault=vault(), reason=reason)


def _domain(cast: Cast, story: Row) -> None:
    day, who = story["asked"]
    with ago(-day):
        ask = domains.ask_dns if story.get("way") == "dns" else domains.ask_web
        proof = ask(actor=cast.actor(who), organisation=organisations.get(cast.organisations[story["organisation"]]))
    if "found" in story:
        with ago(-story["found"]):
            domains.note_found(proof=proof)
    for day, trouble in story.get("missing", []):
        with ago(-day):
            domains.note_missing(proof=proof, trouble=trouble)


def _flag(cast: Cast, story: Row) -> None:
    """What staff found when they looked at an entry of somebody who works for the seeker."""
    challenge = next(one for one in challenges.by_ids(challenges.public_ids()).values() if one.title.startswith(story["challenge"]))
    day, who = story["noticed"]
    with ago(-day):
        flags = integrity.look(
            subject=f"{challenge.ref}/entry", title=challenge.title, link=f"/challenges/{challenge.slug}", person_id=cast.people[who],
            host_id=challenge.organisation_id,
        )  # fmt: skip
    for flag in flags if "dismissed" in story else []:
        day, judge, reason = story["dismissed"]
        with ago(-day):
            integrity.dismiss(actor=cast.actor(judge), flag=flag, reason=reason)
