"""The HTML door to looks; and what other rooms answer a reader who downloads a file with."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, render_template

from hub.core.files import pages as file_pages
from hub.core.files import queries as files
from hub.core.files.models import File
from hub.core.looks import operations, queries
from hub.web.handle import actor
from hub.web.paging import Page, page_number

pages = Blueprint("looks", __name__, template_folder="templates")
SIZE = 50


@pages.get("/looks/<kind>/<int:number>")
def show(kind: str, number: int) -> Any:
    """Who has read one's own thing, and which copies of its files were given out."""
    thing, place = queries.thing_for(actor(), kind, number), page_number()
    found, total = queries.of(f"{kind}:{number}", thing, page=place, size=SIZE)
    return render_template("core/looks/looks.html", thing=thing, looks=found, page=Page(place, SIZE, total))


def send_marked(file: File, subject: str) -> Response:
    """The file as this reader's copy, written down; call it under @writes, once the reader may have the file. Raises NotFound."""
    copy = operations.take_copy(actor=actor(), subject=subject, file=file, content=lambda: files.path_of(file).read_bytes())
    return file_pages.send_copy(file, copy.name, copy.content)
