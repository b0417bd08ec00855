"""The HTML door: send or paste a list, look at it, tick what to take in."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext

from hub.core.works import operations, queries, rules
from hub.core.works.schemas import ListForm, TakeForm
from hub.core.works.states import Fate, Source
from hub.kernel.words import N_
from hub.web.handle import actor, checks, parse, writes
from hub.web.security import limiter

pages = Blueprint("works", __name__, template_folder="templates")
SHOWN, SHOWN_OTHERS = 200, 50


@pages.get("/settings/profile/evidence/import")
def start() -> Any:
    drafts = queries.drafts_of(actor().person_id or 0)
    return render_template(
        "core/works/start.html", drafts=drafts, sources=Source, mb=rules.MAX_BYTES // 1024 // 1024, most=rules.MOST_WORKS
    )


@pages.post("/settings/profile/evidence/import")
@limiter.limit("60 per hour")
@checks(again=start)
def look() -> Any:
    """The file is read before the unit of work begins."""
    said = parse(ListForm())
    sent = request.files.get("file")
    if sent is not None and sent.filename:
        data, filename = sent.stream.read(rules.MAX_BYTES + 1), sent.filename
    else:
        data, filename = said["text"].encode(errors="replace"), ""
    if not data:
        raise rules.refused(N_("Choose a file, or paste its text."), "file_missing")
    return _keep(queries.read(data, said["source"]), filename)


@writes
def _keep(found: queries.Reading, filename: str) -> Any:
    draft = operations.look(actor=actor(), found=found, filename=filename)
    return redirect(url_for("works.preview", draft_id=draft.id))


@pages.get("/settings/profile/evidence/import/<int:draft_id>")
def preview(draft_id: int) -> Any:
    found = queries.preview(queries.draft_for(actor(), draft_id))
    new, known = found.of(Fate.NEW), [*found.of(Fate.SAME), *found.of(Fate.TWICE)]
    return render_template(
        "core/works/preview.html",
        found=found,
        new=new[:SHOWN],
        more=max(0, len(new) - SHOWN),
        ticked=[str(row.number) for row in new[: min(SHOWN, found.room)]],
        known=known[:SHOWN_OTHERS],
        known_total=len(known),
        unread=[(entry.place, entry.name or "–", _why(entry)) for entry in found.unread[:SHOWN_OTHERS]],
        unread_total=len(found.unread),
    )


def _why(entry: rules.Unread) -> str:
    words = gettext(entry.why)
    return words % entry.values if entry.values else words


@pages.post("/settings/profile/evidence/import/<int:draft_id>")
@writes(again=preview)
def bring_in(draft_id: int) -> Any:
    draft = queries.draft_for(actor(), draft_id)
    taken = operations.bring_in(actor=actor(), draft=draft, **parse(TakeForm()))
    flash(ngettext("%(num)s item is in.", "%(num)s items are in.", taken.added))
    if taken.same:
        flash(ngettext("%(num)s was the same as one of yours.", "%(num)s were the same as one of yours.", taken.same))
    return redirect(url_for("profiles.expert", _anchor="evidence"))
