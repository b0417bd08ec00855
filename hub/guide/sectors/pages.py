"""The HTML door: the list of sectors."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template
from flask_babel import gettext

from hub.guide.sectors import queries
from hub.guide.sectors.queries import Shelf
from hub.kernel.taxonomy import LEFT_OUT
from hub.search.index.states import PLURALS
from hub.web.handle import public
from hub.web.pagecache import for_visitors

pages = Blueprint("sectors", __name__, template_folder="templates")


@pages.get("/sectors")
@public
@for_visitors
def sectors() -> Any:
    shelves = queries.shelves()
    left_out = [(code, why) for code, why in LEFT_OUT.items() if not code.endswith("99")]
    return render_template(
        "guide/sectors/index.html", shelves=shelves, counts={each.sector: _counts(each) for each in shelves}, left_out=left_out
    )


def _counts(shelf: Shelf) -> list[tuple[str, str, int]]:
    """(words, address, how many) of each kind there is."""
    return [
        (gettext(PLURALS[kind]), f"/explore?kind={kind.value}&sector={shelf.sector.value}", shelf.counts[kind.value])
        for kind in queries.COUNTED
        if kind.value in shelf.counts
    ]
