"""What visitors can find of idea rallies, and the report as a table for spreadsheets."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Any

from hub.communities.rallies import queries
from hub.communities.rallies.models import Rally
from hub.communities.rallies.states import RUNNING, State
from hub.core.organisations import queries as organisations
from hub.kernel.documents import Document
from hub.kernel.words import N_
from hub.search.index.operations import provides

TONES = {State.ANNOUNCED: "info", State.POSTING: "good", State.BUILDING: "good", State.VOTING: "good"}


@provides("rally", every=queries.public_ids)
def rallies(ids: list[int]) -> Iterable[Document]:
    """The public ones among `ids`; the index takes out the others."""
    found = [rally for rally in queries.by_ids(ids) if rally.state in queries.LISTED]
    hosts = organisations.cards(rally.organisation_id for rally in found)
    return [_document(rally, hosts[rally.organisation_id].name) for rally in found]


def _document(rally: Rally, host: str) -> Document:
    phase = rally.phase
    ends: dict[str, Any] = {"ends": "closes"} if phase in RUNNING else {}
    return Document(
        key=rally.ref,
        kind="rally",
        title=rally.title,
        text="\n".join(part for part in (rally.summary, rally.question, rally.promise, host) if part),
        url=rally.path,
        version=rally.version,
        status=phase.value,
        at=rally.opens_at,
        ends_at=rally.closes_at if phase in RUNNING else None,
        rank=80 if phase in RUNNING else 20 if phase is State.ANNOUNCED else 0,
        facts={
            "summary": rally.summary,
            "owner": host,
            "badges": [[TONES.get(phase, ""), phase.label]],
            "words": [[N_("%(n)s votes each"), {"n": rally.votes_each}]],
            "lang": rally.language,
            **ends,
        },
    )


COLUMNS = ("place", "tied", "idea", "title", "author", "votes", "of", "share", "wilson_low", "wilson_high", "builds_on")


def report_csv(report: queries.Report) -> str:
    """The ranking, one idea a line, with a byte order mark so that spreadsheets read the Chinese."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for one in report.standings:
        onto = " ".join(str(named.id) for named in report.links.onto(one.idea_id))
        texts = [_plain(report.links.names[one.idea_id].title), _plain(report.authors[one.idea_id].name)]
        figures = [one.votes, one.of, f"{one.share:.4f}", f"{one.low:.4f}", f"{one.high:.4f}"]
        writer.writerow([one.place or "", int(one.tied), one.idea_id, *texts, *figures, onto])
    return "\ufeff" + out.getvalue()


def _plain(text: str) -> str:
    """No spreadsheet takes it for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
