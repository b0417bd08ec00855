"""Two sides of a finished order rate each other unseen; what they said is shown, answered, certified, and an altered certificate refused."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from hub.core.disputes.rules import Side
from hub.core.organisations import queries as organisations
from hub.db import work
from tests.browser.conftest import Site
from tests.browser.hands import press, press_like, reads, signed_in
from tests.factories import reputation as making

TITLE = "Oxygen barrier of a coated film"


@pytest.fixture
def windows(browser: Browser, site: Site) -> Iterator[dict[str, Page]]:
    with signed_in(browser, site, "company", "owner") as pages:
        yield pages


def grade(page: Page, number: int) -> None:
    for name in ("substance", "communication", "reliability"):
        page.locator(f"[name={name}][value='{number}']").check()


def test_both_rate_unseen_and_a_certificate_is_checked(site: Site, windows: dict[str, Page], tmp_path: Path) -> None:
    buyer, lab = windows["company"], windows["owner"]
    with site.app.app_context(), work.unit():
        house, bench = (Side(organisation_id=organisations.by_slug(slug).id) for slug in ("meridian-foods", "loom-materials-lab"))
        making.finished(house, bench, title=TITLE)

    buyer.goto("/home")
    buyer.get_by_role("link", name=re.compile("Rate")).first.click()
    buyer.goto("/my/ratings")
    buyer.get_by_role("link", name=TITLE).click()
    grade(buyer, 4)
    press(buyer, "Rate it")
    reads(buyer, re.compile("fill this in", re.IGNORECASE))
    buyer.get_by_label("In one sentence").fill("Good data, and they told us early what would not work.")
    press(buyer, "Rate it")
    reads(buyer, "Change your rating")
    here = buyer.url

    lab.goto(here)
    reads(lab, "does not see it before")
    assert "Good data" not in lab.content()
    grade(lab, 5)
    lab.get_by_label("In one sentence").fill("The samples came dry and labelled.")
    press(lab, "Rate it")
    reads(lab, "Good data, and they told us early")
    lab.get_by_label("Your answer").fill("Thank you: we have mended the report since.")
    press(lab, "Answer")
    buyer.goto("/orgs/loom-materials-lab/record")
    reads(buyer, "we have mended the report since")
    reads(buyer, re.compile(r"from \d+ rated deals? of \d+ finished"))

    lab.goto(here)
    lab.locator("[name=score][value='9']").check()
    press(lab, "Send")
    reads(lab, "You have answered this already")

    lab.goto("/my/certificates")
    lab.get_by_label("Of whom?").select_option("loom-materials-lab")
    press_like(lab, "Issue it")
    reads(lab, "genuine, and it stands")
    public = lab.url
    lab.goto("/my/certificates")
    with lab.expect_download() as wanted:
        lab.get_by_role("link", name="Signed file").first.click()
    told = json.loads(Path(wanted.value.path()).read_text())
    told["statement"]["score"] = "5.0"
    altered = tmp_path / "altered.json"
    altered.write_text(json.dumps(told))
    buyer.goto("/reputation/verify")
    buyer.set_input_files("[name=file]", str(altered))
    press_like(buyer, "Check it")
    reads(buyer, "The signature does not fit")
    press_like(lab, "Withdraw")
    buyer.goto(public)
    reads(buyer, "it was withdrawn")
