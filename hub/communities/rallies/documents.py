"""What visitors can find of idea rallies, what lists show of them, and the report as a table for spreadsheets."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _
from markupsafe import Markup

from hub.communities.rallies import queries, rules
from hub.communities.rallies.models import Rally
from hub.communities.rallies.queries import Shown
from hub.communities.rallies.states import PHASES, RUNNING, State
from hub.core.organisations import queries as organisations
from hub.kernel.documents import Document
from hub.kernel.levels import Level
from hub.kernel.words import N_, harmless
from hub.search.index.operations import provides
from hub.web.i18n import day, label, until, when

TONES = {State.ANNOUNCED: "info", State.POSTING: "good", State.BUILDING: "good", State.VOTING: "good"}
STEPS = {
    State.POSTING: N_("Everybody posts ideas."),
    State.BUILDING: N_("New ideas build on others."),
    State.VOTING: N_("Hidden votes."),
    State.CLOSED: N_("Ranking and report."),
}


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


# What lists and pages show of it


def card(shown: Shown) -> dict[str, Any]:
    """A rally as ui.card takes it."""
    rally, phase = shown.rally, shown.rally.phase
    facts: list[Any] = [("", shown.host.name)]
    if rally.voters is not Level.EMAIL:
        facts.append(_("verified persons vote"))
    if phase is not State.ANNOUNCED:
        facts.append(_("%(n)s ideas", n=rally.idea_count))
        facts.append(_("%(n)s taking part", n=rally.participant_count))
    if phase in RUNNING:
        facts.append((_("this phase ends"), until(end_of_phase(rally))))
    elif phase is State.ANNOUNCED:
        facts.append((_("opens"), until(rally.opens_at)))
    elif rally.closes_at is not None:
        facts.append((_("closed"), day(rally.closes_at)))
    return {
        "mode": "community", "url": rally.path, "kind_label": _("Idea rally"), "title": rally.title, "summary": rally.summary,
        "badges": [(TONES.get(phase, ""), label(phase))], "facts": facts,
    }  # fmt: skip


def end_of_phase(rally: Rally) -> Any:
    """When the present phase ends, None unless one is under way."""
    return getattr(rally, rules.MOMENTS[PHASES.index(rally.phase)]) if rally.phase in RUNNING else None


def steps(rally: Rally) -> list[tuple[str, str, str]]:
    """The four phases, as ui.stepper takes them."""
    here = PHASES.index(rally.phase) if rally.phase in PHASES else 0
    stages = [(n, state, getattr(rally, name)) for n, (state, name) in enumerate(zip(PHASES[1:], rules.MOMENTS, strict=True), start=1)]
    place = ["next" if n > here else "now" if n == here < len(stages) else "done" for n, _state, _begins in stages]
    return [(label(state), Markup("{} {}").format(_(STEPS[state]), when(begins)), place[n - 1]) for n, state, begins in stages]  # fmt: skip


# The report

COLUMNS = ("place", "tied", "idea", "title", "author", "votes", "of", "share", "wilson_low", "wilson_high", "builds_on")


def report_csv(report: queries.Report) -> str:
    """The ranking, one idea a line, with a byte order mark so that spreadsheets read the Chinese."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for one in report.standings:
        onto = " ".join(str(named.id) for named in report.links.onto(one.idea_id))
        texts = [harmless(report.links.names[one.idea_id].title), harmless(report.authors[one.idea_id].name)]
        figures = [one.votes, one.of, f"{one.share:.4f}", f"{one.low:.4f}", f"{one.high:.4f}"]
        writer.writerow([one.place or "", int(one.tied), one.idea_id, *texts, *figures, onto])
    return "\ufeff" + out.getvalue()
