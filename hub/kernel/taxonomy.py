"""The site's sectors: one short list for challenges, needs, offers, services and experts, with labels in both languages."""

from __future__ import annotations

import re

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


def classify(text: str, default: Sector = Sector.SOFTWARE) -> Sector:
    """The sector whose cues `text` shows most often; `default` when it shows none."""
    best, most = default, 0
    for sector, cue in _CUES_COMPILED:
        hits = len(cue.findall(text))
        if hits > most:
            best, most = sector, hits
    return best
