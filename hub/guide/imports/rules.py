"""The data sets that can be imported, and how past challenges are read: plain values in, plain values out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from hub.kernel import clock, tables
from hub.kernel.links import is_web_address
from hub.kernel.tables import Cells, Reading, Remark, Weight
from hub.kernel.words import N_, Worded

CHALLENGE_FIELDS = ("name", "agency", "deadline", "details_url")
CHALLENGE_GOV = "challenge.gov"
BATCH = 500
"""So many rows are written in one unit of work by the command."""


class Source(Worded):
    NASA_PATENTS = "nasa-patents", N_("NASA patents (CSV)")
    NASA_SOFTWARE = "nasa-software", N_("NASA software (JSON)")
    NASA_PLATFORM = "nasa-platform", N_("NASA software (JSON) as a platform’s products")
    CHALLENGES = "challenges", N_("Past challenges of challenge.gov (JSON)")

    @property
    def extension(self) -> str:
        return "csv" if self is Source.NASA_PATENTS else "json"


NASA_PLATFORM = {
    "name": "NASA open source",
    "summary": "Software that NASA’s centres have released as open source, from flight software to image processing.",
    "about": (
        "The catalogue that NASA publishes of its open-source software (code.nasa.gov), imported as it stands. Each product leads to its "
        "source, where its releases are. Names of licences are given as SPDX identifiers where NASA’s words can mean only one, and as they "
        "are stated everywhere else."
    ),
    "public_part": "The source code of every product listed here, under the licence that its source names.",
    "proprietary_part": "NASA’s name and insignia: using them needs NASA’s permission.",
}
"""The platform that holds the imported products."""


@dataclass(frozen=True)
class PastChallenge:
    """One challenge that is over, as the contests take it."""

    row: int
    source_key: str
    name: str
    agency: str
    summary: str
    deadline: datetime
    published: datetime | None
    details_url: str

    @property
    def facts(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "agency": self.agency,
            "summary": self.summary,
            "deadline": self.deadline,
            "published": self.published,
            "details_url": self.details_url,
            "source": CHALLENGE_GOV,
            "source_key": self.source_key,
        }


def read_challenges(data: bytes) -> Reading[PastChallenge]:
    """challenge.gov's list, a JSON list. Raises Invalid as `tables.read_json` does."""
    items = tables.read_json(data, CHALLENGE_FIELDS)
    return tables.read_records(enumerate(items, start=1), _challenge, key=lambda past: past.source_key, field="details_url")


def _challenge(cells: Cells) -> PastChallenge:
    name = cells.text("name", most=200, required=True)
    agency = cells.text("agency", most=160, required=True)
    summary = cells.text("summary", most=4_000)
    if not summary:
        cells.remark(Weight.WARNING, "summary", "missing", N_("No summary; only the name can be searched."))
    url = cells.text("details_url", most=500, required=True)
    if not is_web_address(url):
        raise cells.refuse("details_url", "link", N_("This is no http or https address; a past challenge needs its page."))
    deadline = _moment(cells, "deadline")
    if deadline is None:
        raise cells.refuse("deadline", "missing", N_("This is empty; a record without it cannot be used."))
    if deadline > clock.now():
        raise cells.refuse("deadline", "not_past", N_("It is not over yet; only past challenges are imported."))
    published = _moment(cells, "pub_date")
    if published is None:
        cells.remark(Weight.NOTE, "pub_date", "no_date", N_("No day of publication; listed without one."))
    elif published > deadline:
        cells.remark(Weight.WARNING, "pub_date", "after_deadline", N_("Published after its own deadline; listed without the day."))
        published = None
    return PastChallenge(cells.number, f"{CHALLENGE_GOV}:{_address_key(url)}", name, agency, summary, deadline, published, url)


def _moment(cells: Cells, field: str) -> datetime | None:
    """An ISO 8601 moment; None for an empty one. Raises Refused for what is none."""
    said = cells.text(field, most=60)
    if not said:
        return None
    try:
        moment = datetime.fromisoformat(said)
    except ValueError:
        raise cells.refuse(field, "date", N_("This is no date and time we can read. Write it like 2021-10-15T17:00:00-04:00.")) from None
    if moment.tzinfo is None:
        cells.remark(Weight.WARNING, field, "no_zone", N_("No time zone is given; read as UTC."))
        moment = moment.replace(tzinfo=UTC)
    return moment.astimezone(UTC)


def _address_key(url: str) -> str:
    """The same page, whether its address ends in a slash or begins with www."""
    return re.sub(r"^https?://(www\.)?", "", url, flags=re.IGNORECASE).rstrip("/")[:280]


def in_words(remark: Remark) -> dict[str, Any]:
    """A remark as data for programs."""
    return {
        "row": remark.row,
        "field": remark.field,
        "value": remark.value,
        "weight": remark.weight.value,
        "code": remark.code,
        "message": remark.text,
    }
