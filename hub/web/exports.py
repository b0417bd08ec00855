"""What is downloaded: tables for spreadsheets, sent as they are read and harmless when opened; and archives for one person alone."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from flask import Response, request, send_file, stream_with_context

from hub.db import work
from hub.kernel.words import harmless


def csv_file(name: str, portions: Iterable[Sequence[Sequence[Any]]]) -> Response:
    """UTF-8, portion by portion: neither the rows nor a transaction are held while a slow reader takes them. It begins with the byte
    order mark that spreadsheets want, unless the address says `bom=0`."""
    mark = "" if request.args.get("bom") == "0" else "\ufeff"

    def lines() -> Iterator[str]:
        yield mark
        for portion in portions:
            out = io.StringIO()
            csv.writer(out).writerows([harmless(cell) for cell in row] for row in portion)
            work.rollback()
            yield out.getvalue()

    answer = Response(stream_with_context(lines()), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def private_archive(path: Path, name: str) -> Response:
    """A finished archive for one person alone: no copy stays in between."""
    answer = send_file(path, mimetype="application/zip", as_attachment=True, download_name=name, max_age=0)
    answer.headers["Cache-Control"] = "no-store"
    return answer
