"""The sectors for programs, as JSON and as a table."""

from __future__ import annotations

from typing import Any

from flask_babel import force_locale, gettext

from hub.guide.sectors import queries
from hub.guide.sectors.schemas import SectorsOut
from hub.kernel.taxonomy import Sector
from hub.web.api import ApiBlueprint
from hub.web.exports import csv_file
from hub.web.handle import public
from hub.web.i18n import LANGUAGES

api = ApiBlueprint("sectors", __name__, prefix="", description="The sectors, and what stands under them elsewhere.")
COLUMNS = ("sector", "label_en", "label_zh", "classification", "code", "title")
KEPT_BY = {"research": "ANZSRC-FoR-2020", "patents": "IPC-2025.01"}


def _labels(sector: Sector) -> dict[str, str]:
    found = {}
    for language in LANGUAGES:
        with force_locale(language):
            found[language] = gettext(sector.label)
    return found


@api.get("/sectors")
@public
@api.response(200, SectorsOut)
def sectors() -> Any:
    """The sectors with their labels, fields of research, classes of patents, and how much the site has of each."""
    return {
        "items": [
            {
                "sector": each.sector.value,
                "labels": _labels(each.sector),
                "research": [{"code": code, "title": title} for code, title in each.crosswalk.research.items()],
                "patents": [{"code": code, "title": title} for code, title in each.crosswalk.patents.items()],
                "counts": each.counts,
            }
            for each in queries.shelves()
        ]
    }


@api.get("/sectors.csv")
@public
@api.response(200, {"type": "string"}, content_type="text/csv")
def table() -> Any:
    """The same crosswalk as a table, one code a row."""
    rows: list[tuple[str, ...]] = [COLUMNS]
    for each in queries.shelves():
        labels = _labels(each.sector)
        for name, kept_by in KEPT_BY.items():
            codes = getattr(each.crosswalk, name).items()
            rows += [(each.sector.value, labels["en"], labels["zh"], kept_by, code, title) for code, title in codes]
    return csv_file("sectors.csv", [rows])
