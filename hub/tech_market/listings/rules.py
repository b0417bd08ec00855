"""Pure rules of needs and offers, and how NASA's records become offers: plain values in, plain values out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Protocol

from hub.kernel import clock, sealing, tables
from hub.kernel.slugs import slugify
from hub.kernel.tables import Cells, Reading, Weight
from hub.kernel.taxonomy import Sector, classify
from hub.kernel.words import N_, Worded, distinct, extent

SHORTEST_TITLE, LONGEST_TITLE = 8, 200
SHORTEST_SUMMARY, LONGEST_SUMMARY = 20, 400
SHORTEST_BODY, LONGEST_BODY = 80, 40_000
MOST_CATEGORIES, LONGEST_CATEGORY = 20, 60
LISTED_DAYS = 365
"""How long a need or offer stays listed before its owner has to say that it still stands."""
FARTHEST = timedelta(days=3 * 365)


class Kind(Worded):
    NEED = "need", N_("Need")
    OFFER = "offer", N_("Offer")


class Deal(Worded):
    """What may be agreed between the two sides."""

    LICENCE = "licence", N_("Licence")
    SALE = "sale", N_("Sale")
    JOINT = "joint", N_("Joint development")
    SERVICE = "service", N_("Service")


class IpStatus(Worded):
    """Where the right stands that is on offer."""

    ISSUED = "issued", N_("Patent issued")
    APPLICATION = "application", N_("Patent pending")
    EXPIRED = "expired", N_("Patent ended")
    SOFTWARE = "software", N_("Software")
    KNOW_HOW = "know_how", N_("Know-how")
    UNCLEAR = "unclear", N_("Status unclear")
    NONE = "none", N_("No registered right")


class Drafted(Protocol):
    kind: Kind
    title: str
    summary: str
    body: str
    sector: Sector | None
    deals: Sequence[Deal]
    ip_status: IpStatus
    expires_on: date | None


class Dated(Protocol):
    expires_on: date | None


def gaps(listing: Drafted) -> dict[str, str]:
    """What is missing before a review, field by field; empty when the draft is complete."""
    checks = {
        "title": "" if extent(listing.title) >= SHORTEST_TITLE else N_("Give it a title of at least 8 characters."),
        "summary": "" if extent(listing.summary) >= SHORTEST_SUMMARY else N_("Sum it up in at least 20 characters."),
        "body": "" if extent(listing.body) >= SHORTEST_BODY else N_("Describe it in at least 80 characters."),
        "sector": "" if listing.sector else N_("Choose a sector, so that the other side finds it."),
        "deals": "" if listing.deals else N_("Choose at least one kind of deal."),
        "expires_on": last_day_gap(listing.expires_on),
    }
    return {field: gap for field, gap in checks.items() if gap}


def is_complete(listing: Drafted) -> bool:
    return not gaps(listing)


def last_day_gap(expires_on: date | None) -> str:
    """Why a listing cannot end on this day; empty if it can."""
    if expires_on is None:
        return ""
    if expires_on <= clock.now().date():
        return N_("The last day must lie in the future.")
    if expires_on > clock.now().date() + FARTHEST:
        return N_("The last day can be at most three years ahead.")
    return ""


def is_current(listing: Dated) -> bool:
    """Is the last day still ahead? A listing without one stays listed."""
    return listing.expires_on is None or clock.now().date() < listing.expires_on


def has_run_out(listing: Dated) -> bool:
    return not is_current(listing)


def key_words(words: Iterable[str]) -> list[str]:
    """A listing's key words, tidied."""
    return distinct(words, most=MOST_CATEGORIES, longest=LONGEST_CATEGORY)


def language_of(text: str) -> str:
    """The language a text seems to be in: "zh" where more than a quarter of its letters are Chinese, else "en"."""
    letters = [c for c in text if c.isalpha()]
    return "zh" if sum("\u3400" <= c <= "\u9fff" for c in letters) * 4 > len(letters) else "en"


def standing(status: IpStatus, ends_on: date | None, today: date) -> IpStatus:
    """The status on `today`: an issued patent past its last day has ended."""
    return IpStatus.EXPIRED if status is IpStatus.ISSUED and ends_on is not None and ends_on < today else status


# --- NASA's records -------------------------------------------------------------------------------------------------

PATENT_COLUMNS = ("Center", "Status", "Case Number", "Title")
SYMBOL_COLUMNS = ("IPC", "CPC")
PATENT_EXTRAS = ("Application SN", "Patent Expiration Date", *SYMBOL_COLUMNS)
SOFTWARE_FIELDS = ("Software", "Description", "NASA Center")
CENTRES = {
    "ARC": "NASA Ames Research Center",
    "AFRC": "NASA Armstrong Flight Research Center",
    "DFRC": "NASA Armstrong Flight Research Center",
    "GRC": "NASA Glenn Research Center",
    "GSFC": "NASA Goddard Space Flight Center",
    "HQ": "NASA Headquarters",
    "COE": "NASA Center of Excellence for Collaborative Innovation",
    "JPL": "NASA Jet Propulsion Laboratory",
    "JSC": "NASA Johnson Space Center",
    "KSC": "NASA Kennedy Space Center",
    "LARC": "NASA Langley Research Center",
    "MSFC": "NASA Marshall Space Flight Center",
    "SSC": "NASA Stennis Space Center",
}
CENTRE_NAMES = frozenset(CENTRES.values())
STATUSES = {"issued": IpStatus.ISSUED, "application": IpStatus.APPLICATION}
MONTHS = {
    name: number
    for number, name in enumerate("january february march april may june july august september october november december".split(), start=1)
}  # fmt: skip
FIRST_SHIFTED, LAST_SHIFTED = 1930, 1969
EARLIEST_YEAR, LATEST_YEAR = 1970, 2069


@dataclass(frozen=True)
class ImportedOffer:
    """One record, ready to become an offer. `row` is where it stands in its file, `status` what the file says."""

    row: int
    source_key: str
    owner: str
    title: str
    sector: Sector
    status: IpStatus
    summary: str = ""
    body: str = ""
    case_number: str = ""
    serial_number: str = ""
    patent_expires_on: date | None = None
    deals: tuple[Deal, ...] = (Deal.LICENCE,)
    trl: int | None = None
    licence: str = ""
    link: str = ""
    categories: tuple[str, ...] = ()

    @property
    def fingerprint(self) -> str:
        """Changes exactly when the record does."""
        facts = asdict(self) | {"patent_expires_on": self.patent_expires_on.isoformat() if self.patent_expires_on else ""}
        del facts["row"]
        return sealing.digest(facts)


def shifted_year(year: int) -> int | None:
    """The year that was meant. A spreadsheet turns the two digits of 2030–2069 into 1930–1969; None for years that mean nothing here."""
    if FIRST_SHIFTED <= year <= LAST_SHIFTED:
        return year + 100
    return year if EARLIEST_YEAR <= year <= LATEST_YEAR else None


def read_date(text: str) -> tuple[date | None, list[str]]:
    """The day that `text` names, and what had to be assumed: "day_first", "century". (None, []) for what is no date.

    Takes 06/16/2024 (the month first, unless it cannot be one), 10 March 2015 and 2015-03-10.
    """
    assumed: list[str] = []
    if slashed := re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", text):
        month, day, year = map(int, slashed.groups())
        if month > 12 >= day:
            month, day = day, month
            assumed.append("day_first")
    elif worded := re.fullmatch(r"(\d{1,2})\.? ([A-Za-z]+)\.?,? (\d{4})", text):
        day, year = int(worded[1]), int(worded[3])
        month = next((number for name, number in MONTHS.items() if len(worded[2]) >= 3 and name.startswith(worded[2].lower())), 0)
    elif iso := re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})", text):
        year, month, day = map(int, iso.groups())
    else:
        return None, []
    meant = shifted_year(year)
    if meant is None:
        return None, []
    if meant != year:
        assumed.append("century")
    try:
        return date(meant, month, day), assumed
    except ValueError:
        return None, []


def read_serial(text: str) -> str | None:
    """A US application number as 13/033,085: figures put right (zeros that a spreadsheet dropped, too). None if it is none."""
    found = re.fullmatch(r"(\d{1,2})/ ?(\d{1,6}|\d{1,3}[,/]\d{3})", text)
    if not found:
        return None
    figures = re.sub(r"\D", "", found[2]).zfill(6)
    return f"{found[1].zfill(2)}/{figures[:3]},{figures[3:]}"


def read_patents(data: bytes) -> Reading[ImportedOffer]:
    """NASA's patent portfolio, a CSV with one patent or application a row. Raises Invalid as `tables.read_csv` does."""
    table = tables.read_csv(data, PATENT_COLUMNS, PATENT_EXTRAS)
    reading = tables.read_records(table.rows, _patent, key=lambda offer: offer.case_number.casefold(), field="Case Number")
    reading.rows += len(table.broken)
    reading.remarks = sorted([*reading.remarks, *table.broken], key=lambda remark: remark.row)
    return reading


def _patent(cells: Cells) -> ImportedOffer:
    owner = _centre(cells, "Center")
    case_number = cells.text("Case Number", most=80, required=True)
    title = cells.text("Title", most=LONGEST_TITLE, required=True)
    filed_as = _status(cells)
    ends_on = _ends_on(cells, filed_as)
    return ImportedOffer(
        row=cells.number,
        source_key=f"nasa-patents:{case_number}",
        owner=owner,
        title=title,
        sector=classify(title, Sector.AEROSPACE, _symbols(cells)),
        status=filed_as,
        case_number=case_number,
        serial_number=_serial(cells),
        patent_expires_on=ends_on,
        deals=(Deal.LICENCE, Deal.JOINT),
    )


def _symbols(cells: Cells) -> list[str]:
    """The patent's classes, where the list names them: "H01M 10/052; B60L 50/64"."""
    return [symbol for column in SYMBOL_COLUMNS for symbol in re.split(r"[;,|]", cells.text(column, most=500)) if symbol.strip()]


def _centre(cells: Cells, field: str) -> str:
    said = cells.text(field, most=120, required=True)
    name = CENTRES.get(said.upper(), said)
    if name not in CENTRE_NAMES:
        cells.remark(Weight.WARNING, field, "centre", N_("This is no NASA centre we know; filed under this name as it stands."))
    return name


def _status(cells: Cells) -> IpStatus:
    said = cells.text("Status", most=80)
    status = STATUSES.get(said.casefold())
    if status is None:
        cells.remark(Weight.WARNING, "Status", "status", N_("Neither “Issued” nor “Application”; filed as “status unclear”."))
        return IpStatus.UNCLEAR
    return status


def _ends_on(cells: Cells, status: IpStatus) -> date | None:
    field = "Patent Expiration Date"
    said = cells.text(field, most=80)
    if not said:
        if status is IpStatus.ISSUED:
            cells.remark(Weight.WARNING, field, "no_date", N_("An issued patent without its last day; listed without one."))
        else:
            cells.remark(Weight.NOTE, field, "no_date", N_("No last day yet; listed without one."))
        return None
    day, assumed = read_date(said)
    if day is None:
        raise cells.refuse(field, "date", N_("This is no date we can read. Write it like 06/16/2024 or 10 March 2015."))
    if "day_first" in assumed:
        cells.remark(Weight.WARNING, field, "day_first", N_("Read with the day first: %(day)s."), day=day.isoformat())
    if "century" in assumed:
        cells.remark(Weight.WARNING, field, "century", N_("The year lost its century; read as %(day)s."), day=day.isoformat())
    return day


def _serial(cells: Cells) -> str:
    field = "Application SN"
    said = cells.text(field, most=80)
    if not said:
        cells.remark(Weight.NOTE, field, "no_serial", N_("No application number; listed without one."))
        return ""
    serial = read_serial(said)
    if serial is None:
        cells.remark(Weight.WARNING, field, "serial", N_("This is no application number; listed without one."))
        return ""
    if len(re.sub(r"\D", "", said)) != 8:
        cells.remark(Weight.WARNING, field, "serial_zeros", N_("Zeros that were lost were put back: %(serial)s."), serial=serial)
    elif serial != said:
        cells.remark(Weight.NOTE, field, "serial_form", N_("Put into the usual form."))
    return serial


def read_software(data: bytes) -> Reading[ImportedOffer]:
    """NASA's catalogue of open-source software, a JSON list. Raises Invalid as `tables.read_json` does."""
    items = tables.read_json(data, SOFTWARE_FIELDS)
    return tables.read_records(enumerate(items, start=1), _package, key=lambda offer: offer.source_key, field="Software")


def _package(cells: Cells) -> ImportedOffer:
    title = cells.text("Software", most=LONGEST_TITLE, required=True)
    owner = _centre(cells, "NASA Center")
    body = cells.text("Description", most=LONGEST_BODY, lines=True)
    if not body:
        cells.remark(Weight.WARNING, "Description", "missing", N_("No description; only the title can be searched."))
    repository, about = _link(cells, "Public Code Repo"), _link(cells, "External Link")
    _dated(cells)
    case = re.fullmatch(r"https?://software\.nasa\.gov/software/([A-Z]{2,4}-[\w-]+)", about)
    topics = [word.removeprefix("nlp:") for word in (*cells.words("Categories"), *cells.words("Categories_NLP"))]
    categories = key_words([word for word in topics if word not in {"NASA", "Open Source", *CENTRES}])
    return ImportedOffer(
        row=cells.number,
        source_key=f"nasa-software:{case[1]}" if case else f"nasa-software:{slugify(owner)}:{_name_key(title)}",
        owner=owner,
        title=title,
        sector=classify(" ".join([title, body, *categories]), Sector.SOFTWARE),
        status=IpStatus.SOFTWARE,
        summary=first_sentence(body),
        body=body,
        case_number=case[1] if case else "",
        licence=", ".join(key_words(cells.words("License")))[:200],
        link=repository or about,
        categories=tuple(categories),
    )


def _link(cells: Cells, field: str) -> str:
    said = cells.text(field, most=500)
    if said and not re.match(r"https?://\S+$", said):
        cells.remark(Weight.WARNING, field, "link", N_("Only http and https addresses are shown; this one is left out."))
        return ""
    return said


def _dated(cells: Cells) -> None:
    """The catalogue's own date is not used, but one that nobody can read is told."""
    said = cells.text("Update_Date", most=80)
    if said and read_date(said)[0] is None:
        cells.remark(Weight.NOTE, "Update_Date", "date", N_("This is no date; listed without it."))


def _name_key(title: str) -> str:
    """Tells apart names that differ in signs only (“C”, “C++”)."""
    plain = slugify(title, limit=100)
    return plain if re.fullmatch(r"[\w .:,()/-]+", title, re.ASCII) else f"{plain}-{sealing.digest(title)[:8]}"


def first_sentence(text: str, most: int = LONGEST_SUMMARY) -> str:
    """The first sentence of `text`, cut at a word where it is longer than `most`."""
    line = text.split("\n", 1)[0]
    sentence = re.split(r"(?<=[.!?])\s+(?=[A-Z])|(?<=[。！？])", line, maxsplit=1)[0]
    return sentence if len(sentence) <= most else sentence[: most - 1].rsplit(" ", 1)[0] + "…"
