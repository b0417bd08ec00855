"""The site's sectors: one short list for challenges, needs, offers, services and experts, with labels in both languages.

`data/sectors.toml` puts each beside the classifications of research (ANZSRC 2020) and of patents (IPC), with sources and dates.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from hub.kernel.words import N_, Worded


class Sector(Worded):
    AEROSPACE = "aerospace", N_("Aerospace")
    AGRICULTURE = "agriculture", N_("Agriculture & food")
    AUTOMOTIVE = "automotive", N_("Automotive & transport")
    BIOTECH = "biotech", N_("Biotechnology")
    CHEMISTRY = "chemistry", N_("Chemistry")
    CLIMATE = "climate", N_("Climate & environment")
    COMMUNICATIONS = "communications", N_("Communications")
    CONSTRUCTION = "construction", N_("Construction & cities")
    CONSUMER = "consumer", N_("Consumer goods & design")
    DATA = "data", N_("Data & artificial intelligence")
    DEFENCE = "defence", N_("Safety & security")
    EDUCATION = "education", N_("Education & society")
    ELECTRONICS = "electronics", N_("Electronics")
    ENERGY = "energy", N_("Energy")
    HEALTH = "health", N_("Health & medicine")
    MANUFACTURING = "manufacturing", N_("Manufacturing")
    MATERIALS = "materials", N_("Materials & coatings")
    OPTICS = "optics", N_("Optics & imaging")
    ROBOTICS = "robotics", N_("Robotics & automation")
    SENSORS = "sensors", N_("Sensors & instruments")
    SOFTWARE = "software", N_("Software & computing")
    WATER = "water", N_("Water & resources")


@dataclass(frozen=True)
class Crosswalk:
    """What stands under one sector elsewhere, as code and title: fields of research (ANZSRC 2020) and classes of patents (IPC)."""

    research: Mapping[str, str]
    patents: Mapping[str, str]


_DATA = tomllib.loads((Path(__file__).parent / "data" / "sectors.toml").read_text(encoding="utf-8"))
LEFT_OUT: Mapping[str, str] = MappingProxyType(_DATA["left_out"])
"""Divisions of research and classes of patents that no sector has, and why."""
CROSSWALKS: Mapping[Sector, Crosswalk] = MappingProxyType(
    {sector: Crosswalk(*(MappingProxyType(_DATA[sector.value][kind]) for kind in ("research", "patents"))) for sector in Sector}
)
_PATENTS = {code: sector for sector, walk in CROSSWALKS.items() for code in walk.patents}


def of_patent(symbol: str) -> Sector | None:
    """The sector of an IPC or CPC symbol ("H01M 10/052"): of its subclass, else of its class. None for one that stands under none."""
    found = re.match(r"\s*([A-H][0-9]{2})([A-Z])?", symbol.upper())
    if not found:
        return None
    return _PATENTS.get(f"{found[1]}{found[2] or ''}") or _PATENTS.get(found[1])


def of_patents(symbols: Iterable[str]) -> Sector | None:
    """The sector under which most of the symbols stand; of equals, that of the symbol named first. None if none stands under any."""
    counts = Counter(sector for symbol in symbols if (sector := of_patent(symbol)) is not None)
    return max(counts, key=lambda sector: counts[sector]) if counts else None


def of_research(code: str) -> list[Sector]:
    """The sectors of an ANZSRC field (two, four or six figures): of its group, else of its division."""
    code = code.strip()
    for part in (code[:4], code[:2]):
        if found := [sector for sector, walk in CROSSWALKS.items() if part in walk.research]:
            return found
    return []


# Word stems by which imported records, which carry no sector of ours, are filed; the first sector with most hits wins.
_CUES: tuple[tuple[Sector, str], ...] = (
    (Sector.HEALTH, r"medic|health|patient|clinic|disease|maternal|cancer|drug|therap|tissue|surg|covid|opioid"),
    (Sector.BIOTECH, r"\bbio|\bcell\b|cells|dna|rna|protein|microb|enzym|genom"),
    (Sector.SENSORS, r"sens(or|ing)|detect|measur|instrument|gauge|monitor|spectromet|probe|diagnos"),
    (Sector.OPTICS, r"optic|laser|lens|imag|camera|telescop|photon|light|lidar|infrared|mirror"),
    (Sector.MATERIALS, r"material|coating|polymer|composite|alloy|ceramic|nanotube|polyimide|fiber|fibre|aerogel|film|foam|resin"),
    (Sector.ELECTRONICS, r"circuit|electron|transistor|semiconduct|antenna|amplifier|voltage|chip\b|wir(e|ing)"),
    (Sector.COMMUNICATIONS, r"communicat|network|radio|signal|transmi|telemetr|wireless|broadband|spectrum"),
    (Sector.ENERGY, r"energy|power|batter|solar|fuel|thermoelectric|turbine|electric grid|nuclear"),
    (Sector.ROBOTICS, r"robot|autonom|actuat|rover|gripper|unmanned|manipulator|drone"),
    (Sector.WATER, r"water|desalin|aquat|ocean|river|hydro(log|power)"),
    (Sector.CLIMATE, r"climat|environment|emission|carbon diox|atmospher|pollut|wildfire|weather|earth science|recycl"),
    (Sector.AGRICULTURE, r"agricult|crop|food|farm|soil|plant growth|livestock"),
    (Sector.MANUFACTURING, r"manufactur|weld|machin|additive|fabricat|fasten|mold|tool"),
    (Sector.AEROSPACE, r"aircraft|aero|spacecraft|flight|rocket|propuls|orbit|wing|launch|satellite|lunar|mars|airfoil"),
    (Sector.DATA, r"machine learning|neural|data|artificial intell|statistic|analytics|predict|algorithm"),
    (Sector.SOFTWARE, r"software|comput|program|code|framework|interface|librar|simulat|operating system|visuali[sz]"),
    (Sector.DEFENCE, r"defen[cs]e|security|military|soldier|safety|forensic|cyber|threat|police"),
    (Sector.EDUCATION, r"educat|student|school|communit|teach|learn|equity|workforce"),
    (Sector.AUTOMOTIVE, r"vehicle|automotive|traffic|transport|rail|car\b|driver"),
    (Sector.CONSTRUCTION, r"building|construct|hous(e|ing)|concrete|bridge|city|structur"),
    (Sector.CHEMISTRY, r"chemi|catal|gas\b|oxid|solvent|synthes"),
    (Sector.CONSUMER, r"consumer|design|fashion|furniture|toy|packag"),
)
_CUES_COMPILED = tuple((sector, re.compile(cue, re.IGNORECASE)) for sector, cue in _CUES)


def classify(text: str, default: Sector = Sector.SOFTWARE, symbols: Iterable[str] = ()) -> Sector:
    """The sector of a record: what its patent symbols say, else the one whose cues `text` shows most often, else `default`."""
    return of_patents(symbols) or cued(text) or default


def cued(text: str) -> Sector | None:
    """The sector whose cues `text` shows most often. None when it shows none."""
    best, most = None, 0
    for sector, cue in _CUES_COMPILED:
        hits = len(cue.findall(text))
        if hits > most:
            best, most = sector, hits
    return best


def of_skill(name: str, among: Iterable[Sector] = ()) -> Sector | None:
    """The sector under which a skill hangs: of those whose words it shows, one of the person's own (`among`) if there is one.

    A skill with the title of a field of research or class of patents stands where that stands. None for words that tell of no sector.
    """
    plain, own = name.casefold().strip(), list(among)
    titled = [sector for sector, titles in _TITLES.items() if plain in titles]
    shown = titled or [sector for sector, cue in _CUES_COMPILED if cue.search(name)]
    return next((sector for sector in shown if sector in own), shown[0] if shown else None)


_TITLES = {
    sector: {title.casefold() for titles in (walk.research, walk.patents) for title in titles.values()}
    for sector, walk in CROSSWALKS.items()
}
