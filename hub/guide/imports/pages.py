"""The administrators' door: send a file, look at what it would do row by row, then import it."""

from __future__ import annotations

import io
import re
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext

from hub.core.files import operations as files
from hub.core.files import queries as stored
from hub.guide.imports import operations, queries
from hub.guide.imports.policy import POLICY, Act
from hub.guide.imports.queries import COLUMNS, Preview
from hub.guide.imports.rules import Source
from hub.guide.imports.schemas import UploadIn
from hub.kernel import tables
from hub.kernel.errors import Conflict, NotFound, one_field
from hub.kernel.tables import Weight
from hub.kernel.words import N_
from hub.web.handle import actor, parse, writes
from hub.web.i18n import day, label

pages = Blueprint("imports", __name__, template_folder="templates")

PURPOSE = "import"
SHOWN_ROWS = 20
SHOWN_REMARKS = 300
FATES = {"new": N_("is added"), "changed": N_("is updated"), "unchanged": N_("stays as it is")}
LABELS = {
    "case_number": N_("Case number"),
    "title": N_("Title"),
    "owner": N_("Centre"),
    "status": N_("Status"),
    "patent_expires_on": N_("Patent runs until"),
    "licence": N_("Licence"),
    "stated": N_("Licence as stated"),
    "link": N_("Web address"),
    "name": N_("Name"),
    "agency": N_("Agency"),
    "deadline": N_("Deadline"),
}


@pages.get("/admin/imports")
def start() -> Any:
    POLICY.require(actor(), Act.IMPORT, None)
    return render_template("guide/imports/start.html", sources=Source)


@pages.post("/admin/imports")
@writes(again=start)
def upload() -> Any:
    """Read the file; only one that can be read is kept for the next step."""
    POLICY.require(actor(), Act.IMPORT, None)
    source: Source = parse(UploadIn())["source"]
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        raise one_field(tables.FIELD, N_("Choose a file."), code="file_missing")
    data = sent.stream.read(tables.MAX_BYTES + 1)
    queries.preview(source, data)
    name = f"{sent.filename.rpartition('.')[0] or 'import'}.{source.extension}"
    kept = files.store(actor=actor(), stream=io.BytesIO(_plain(data)), filename=name, purpose=PURPOSE)
    return redirect(url_for("imports.preview", source=source.value, file_id=kept.id))


def _plain(data: bytes) -> bytes:
    """The same text as the file store takes it: UTF-8 without stray control characters."""
    return re.sub(r"[\x00-\x08\x0e-\x1f\x7f]", " ", tables.decode(data)).encode()


def _kept(source: str, file_id: int) -> tuple[Preview, str]:
    """The preview of a file sent earlier, and its name. Raises NotAllowed, NotFound."""
    POLICY.require(actor(), Act.IMPORT, None)
    file = stored.get(file_id)
    if file.purpose != PURPOSE or source not in set(Source):
        raise NotFound(N_("There is no such file."))
    return queries.preview(Source(source), stored.path_of(file).read_bytes()), file.filename


@pages.get("/admin/imports/<source>/<int:file_id>")
def preview(source: str, file_id: int) -> Any:
    found, filename = _kept(source, file_id)
    remarks = found.reading.remarks
    return render_template(
        "guide/imports/preview.html",
        preview=found,
        counts=found.counts,
        filename=filename,
        file_id=file_id,
        columns=[gettext(LABELS[name]) for name in COLUMNS[found.source]],
        rows=_rows(found),
        rejected=[_row(remark) for remark in remarks if remark.weight is Weight.ERROR][:SHOWN_REMARKS],
        warnings=[_row(remark) for remark in remarks if remark.weight is Weight.WARNING][:SHOWN_REMARKS],
        notes=[_row(remark) for remark in remarks if remark.weight is Weight.NOTE][:SHOWN_REMARKS],
    )


def _rows(found: Preview) -> list[list[Any]]:
    """The first records and what happens to each."""
    names = COLUMNS[found.source]
    fates = {record.row: fate for fate in FATES for record in getattr(found, fate)}
    return [
        [record.row, *(_cell(getattr(record, name)) for name in names), gettext(FATES[fates[record.row]])]
        for record in found.reading.records[:SHOWN_ROWS]
    ]


def _cell(value: Any) -> Any:
    if hasattr(value, "isoformat"):
        return day(value)
    return label(value) if hasattr(value, "label") else value or "–"


def _row(remark: tables.Remark) -> list[Any]:
    words = gettext(remark.message)
    return [remark.row, remark.field, remark.value or "–", words % remark.values if remark.values else words]


@pages.post("/admin/imports/<source>/<int:file_id>")
@writes
def confirm(source: str, file_id: int) -> Any:
    """Import what was shown, in one unit of work."""
    found, _ = _kept(source, file_id)
    if not found.due:
        raise Conflict(N_("Nothing in this file is new or changed."), code="nothing_to_import")
    for records in operations.batches(found):
        operations.bring_in(actor=actor(), preview=found, records=records)
    flash(
        ngettext("%(num)s record is in.", "%(num)s records are in.", len(found.due))
        + " "
        + gettext("New: %(new)s, changed: %(changed)s.", new=len(found.new), changed=len(found.changed))
    )
    return redirect(url_for("imports.preview", source=source, file_id=file_id))
