"""An entry sealed, its receipt kept, checked here and offline, tampered with and refused; prior knowledge filed in time, and refused after."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

import hub
from hub.contests.challenges.models import Challenge
from tests.browser.conftest import Site, Visitor
from tests.browser.hands import press, reads

ROOT = Path(hub.__file__).parent.parent
KNOWN = "A hydrogel that swells with amines: our laboratory notes of 2019, page 3."


@pytest.fixture
def windows(browser: Browser, site: Site) -> Iterator[dict[str, Visitor]]:
    visitors = {name: Visitor(browser, site).sign_in(name) for name in ("company", "solver")} | {
        "anybody": Visitor(browser, site), "again": Visitor(browser, site),
    }  # fmt: skip
    yield visitors
    complaints = [text for visitor in visitors.values() for text in visitor.complaints if "status of 4" not in text]
    for visitor in visitors.values():
        visitor.close()
    assert not complaints


def keep(page: Page, link: str, file: Path) -> Path:
    with page.expect_download() as download:
        page.get_by_role("main").get_by_role("link", name=link).first.click()
    download.value.save_as(file)
    return file


def show(page: Page, file: Path) -> None:
    page.goto("/evidence/verify")
    page.set_input_files("[name=file]", file)
    press(page, "Check it")


def offline(folder: Path, file: Path, keys: Path) -> tuple[int, str]:
    """The command as its holder runs it: a program of its own, with an empty folder, no database that answers, and no network."""
    env = {"PATH": os.environ["PATH"], "HUB_DATA_DIR": str(folder / "nothing"), "HUB_DATABASE_URL": "postgresql://nobody@127.0.0.1:9/none"}
    command = [sys.executable, "-c", "from hub.cli.main import main; main()", "evidence", "verify", str(file), "--keys", str(keys)]
    done = subprocess.run(command, env=env, cwd=ROOT, capture_output=True, text=True, check=False)
    assert not (folder / "nothing").exists()
    return done.returncode, done.stdout


def test_sealed_kept_checked_tampered_with_and_filed_in_time_or_not_at_all(site: Site, windows: dict[str, Visitor], tmp_path: Path) -> None:
    seeker, solver, anybody = (windows[name].page for name in ("company", "solver", "anybody"))
    with site.app.app_context():
        slug = Challenge.query.filter(Challenge.title.startswith("Detect spoilage")).one().slug
    page = f"/challenges/{slug}/prior-knowledge"
    seeker.goto(page)
    seeker.fill("[name=title]", "Hydrogels that swell")
    seeker.fill("[name=body]", KNOWN)
    press(seeker, "Save and go on")
    press(seeker, "Check and seal")
    reads(seeker, KNOWN)
    press(seeker, "Seal the filing")
    filed = keep(seeker, "Download the receipt", tmp_path / "filing.json")

    solver.goto(f"/challenges/{slug}/room/seal")
    press(solver, "Seal the entry")
    sealed = keep(solver, "Download the receipt", tmp_path / "receipt.json")
    for file in (filed, sealed):
        show(anybody, file)
        reads(anybody, "The receipt holds.")
        reads(anybody, "The log of this site says the same")
    anybody.goto("/.well-known/evidence-keys.json")
    keys = tmp_path / "keys.json"
    keys.write_text(anybody.inner_text("body"))
    code, said = offline(tmp_path, sealed, keys)
    assert code == 0 and "one of the keys you trust" in said and "The receipt holds." in said

    whole = sealed.read_bytes()
    at = whole.index(b'"body": "') + len(b'"body": "')
    tampered = tmp_path / "tampered.json"
    tampered.write_bytes(whole[:at] + (b"X" if whole[at : at + 1] != b"X" else b"Y") + whole[at + 1 :])
    code, said = offline(tmp_path, tampered, keys)
    assert code == 1 and "The manifest was altered" in said and "The receipt does NOT hold." in said
    show(anybody, tampered)
    reads(anybody, "The receipt does not hold.")
    reads(anybody, "The manifest was altered")

    site.later(days=19, hours=-2)
    seeker = windows["again"].sign_in("company").page  # the session has run out meanwhile
    seeker.goto(page)
    seeker.fill("[name=title]", "Remembered too late")
    seeker.fill("[name=body]", "We read it somewhere.")
    site.later(hours=3)
    press(seeker, "Save and go on")
    reads(seeker, "can be filed only until then")
    seeker.goto(page)
    reads(seeker, "it is too late to file")
    anybody.goto("/evidence/checkpoints")
    anybody.get_by_role("link", name=re.compile("^since ")).first.click()
    reads(anybody, "nothing was changed or taken out in between")
