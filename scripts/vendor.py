"""Refresh the third-party files that the site and its browser tests carry along.

`python scripts/vendor.py` fetches the exact versions below with `npm pack`, writes the files, and records in
`hub/web/static/vendor/vendor.lock` where each came from and its sha256. `python scripts/vendor.py --check` only
compares the files on disk with that record and needs neither network nor npm.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STATIC = ROOT / "hub" / "web" / "static"
LOCK = STATIC / "vendor" / "vendor.lock"

HTMX = ("htmx.org", "2.0.11", "0BSD")
LUCIDE = ("lucide-static", "1.62.0", "ISC")
AXE = ("axe-core", "4.14.1", "MPL-2.0")

COPIES = (
    (HTMX, "dist/htmx.min.js", STATIC / "vendor" / "htmx.min.js"),
    (HTMX, "LICENSE", STATIC / "vendor" / "htmx.LICENSE"),
    (LUCIDE, "LICENSE", STATIC / "vendor" / "lucide.LICENSE"),
    (AXE, "axe.min.js", ROOT / "tests" / "browser" / "vendor" / "axe.min.js"),
    (AXE, "LICENSE", ROOT / "tests" / "browser" / "vendor" / "axe.LICENSE"),
)
SPRITE = STATIC / "icons.svg"

# Named as the pages name them, so that a renamed icon upstream changes one line here.
ICONS = """
archive arrow-left arrow-right arrow-up-right ban bell book-open bookmark building-2 calendar calendar-plus chart-column check
chevron-down chevron-left chevron-right chevron-up circle circle-alert circle-check circle-dot circle-help=circle-question-mark circle-x
clipboard-check clock code copy download ellipsis external-link eye eye-off file-plus file-signature file-text filter=funnel flag
flask-conical globe hand-coins handshake hash heart history headset house inbox info key key-round languages layers layout-grid
lightbulb link list-checks lock log-in log-out mail map-pin menu message-square microscope minus monitor moon package pencil pin plus
printer receipt refresh-cw rotate-ccw rss scale search send settings shield shield-check sparkles star store sun tag target telescope
thumbs-up trash-2 triangle-alert trophy undo-2 upload user user-check user-plus users vote wallet webhook x
""".split()


def fetch(package: str, version: str, into: Path) -> Path:
    """The unpacked package's folder. Raises CalledProcessError with npm's words when it cannot be had."""
    packed = subprocess.run(["npm", "pack", f"{package}@{version}", "--json"], cwd=into, check=True, stdout=subprocess.PIPE, text=True)
    archive = into / Path(json.loads(packed.stdout)[0]["filename"])
    folder = into / package
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")
    return folder / "package"


def sprite(icons: Path) -> str:
    """One `<symbol>` per icon, drawn with the page's own stroke and colour."""
    symbols = []
    for entry in ICONS:
        name, _, upstream = entry.partition("=")
        source = (icons / f"{upstream or name}.svg").read_text(encoding="utf-8")
        inner = re.search(r"<svg[^>]*>(.*)</svg>", source, re.S)
        if inner is None:
            raise ValueError(f"{upstream or name}.svg is not an icon")
        drawing = re.sub(r"\s+", " ", inner.group(1)).replace(" />", "/>").strip()
        symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24">{drawing}</symbol>')
    note = f"<!-- Lucide {LUCIDE[1]}, ISC licence, Lucide Icons and Contributors: see vendor/lucide.LICENSE -->"
    return f'{note}\n<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n"


def line(path: Path, origin: tuple[str, str, str], source: str) -> dict[str, str]:
    package, version, licence = origin
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    shown = path.relative_to(ROOT).as_posix()
    return {"file": shown, "package": package, "version": version, "source": source, "licence": licence, "sha256": digest}


def refresh() -> None:
    with tempfile.TemporaryDirectory() as scratch:
        folders = {origin: fetch(origin[0], origin[1], Path(scratch)) for origin in (HTMX, LUCIDE, AXE)}
        record = []
        for origin, source, target in COPIES:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes((folders[origin] / source).read_bytes())
            record.append(line(target, origin, source))
        SPRITE.write_text(sprite(folders[LUCIDE] / "icons"), encoding="utf-8")
        record.append(line(SPRITE, LUCIDE, "icons/*.svg"))
    LOCK.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    print(f"{len(record)} files refreshed")


def check() -> int:
    """Number of vendored files that differ from the record or are missing."""
    wrong = 0
    for entry in json.loads(LOCK.read_text(encoding="utf-8")):
        path = ROOT / entry["file"]
        if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != entry["sha256"]:
            print(f"not as recorded: {entry['file']}", file=sys.stderr)
            wrong += 1
    return wrong


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="compare with vendor.lock, change nothing")
    if parser.parse_args().check:
        sys.exit(1 if check() else 0)
    refresh()
