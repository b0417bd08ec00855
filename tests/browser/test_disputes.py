"""An appeal in a browser, to its end: a delivery that came back is disputed, answered, mediated and decided; the money moves as it was shown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Site
from tests.browser.hands import press_like, signed_in


@pytest.fixture
def windows(browser: Browser, site: Site) -> Iterator[dict[str, Page]]:
    with signed_in(browser, site, "company", "owner", "consultant", "admin") as pages:
        yield pages


def reads(page: Page, text: str | re.Pattern[str]) -> None:
    expect(page.locator("body")).to_contain_text(text)


def test_an_appeal_to_its_end(site: Site, windows: dict[str, Page], tmp_path: Path) -> None:
    lab, buyer, mediator, admin = windows["owner"], windows["company"], windows["consultant"], windows["admin"]
    lab.goto("/my/orders")
    lab.get_by_role("link", name="Ice adhesion of a porous coating, 300 cycles").first.click()
    lab.get_by_role("link", name="Dispute it").click()
    reads(lab, "nobody moves them")
    press_like(lab, "Open the dispute")
    reads(lab, "Choose one of the options.")
    lab.get_by_label("What was delivered is what was agreed").check()
    lab.get_by_label("Your statement").fill("Two hundred and fifty cycles were agreed by mail; **plate 7** broke on the way to us.")
    table = tmp_path / "plates.csv"
    table.write_text("plate,cycles\n6,250\n7,0\n")
    lab.set_input_files("[name=file]", str(table))
    press_like(lab, "Open the dispute")
    reads(lab, "The other side has a week to answer.")
    here = lab.url
    site.deliver()

    buyer.goto("/home")
    buyer.get_by_role("link", name=re.compile("Answer a dispute")).first.click()
    buyer.goto(here)
    reads(buyer, "You answer.")
    press_like(buyer, "Answer")
    reads(buyer, "Please fill this in")
    buyer.get_by_label("Statement").fill("The request says 300 cycles, and the mail is about another order of ours.")
    press_like(buyer, "Answer")
    reads(buyer, "Both sides have a week to settle it.")

    lab.goto(here)
    press_like(lab, "Ask for a mediator")
    admin.goto("/disputes/desk")
    admin.get_by_role("link", name="Ice adhesion").first.click()
    expect(admin.locator("body")).not_to_contain_text("Two hundred and fifty cycles")
    admin.get_by_role("radio").first.check()
    press_like(admin, re.compile("^Name$"))

    mediator.goto(here)
    expect(mediator.locator("body")).not_to_contain_text("Two hundred and fifty cycles")
    mediator.get_by_label("I declare this").check()
    press_like(mediator, "Declare and mediate")
    reads(mediator, "Two hundred and fifty cycles")
    mediator.get_by_role("link", name="Propose a resolution").first.click()
    mediator.get_by_label("The lab is paid a part").check()
    mediator.fill("[name=amount]", "9999999")
    mediator.get_by_label("Reasons").fill("Five sixths of the cycles were done.")
    press_like(mediator, "See what it moves")
    reads(mediator, "Say how much, up to")
    mediator.fill("[name=amount]", "3800")
    press_like(mediator, "See what it moves")
    reads(mediator, "USD 3,610")
    press_like(mediator, "Propose it")

    lab.goto(here)
    lab.get_by_role("link", name="Accept").first.click()
    reads(lab, "USD 3,610")
    press_like(lab, "Accept")
    reads(lab, "as soon as the other side accepts, too")
    buyer.goto(here)
    press_like(buyer, re.compile("^Refuse$"))
    mediator.goto(here)
    mediator.get_by_role("link", name="Decide").first.click()
    mediator.get_by_label("The lab is paid a part").check()
    mediator.fill("[name=amount]", "4000")
    mediator.get_by_label("Reasons").fill("Five sixths were done, and the buyer had agreed to go on without plate 7.")
    press_like(mediator, "See what it moves")
    reads(mediator, "USD 3,800")
    press_like(mediator, "Decide so")
    reads(mediator, "What you decided is carried out.")

    buyer.goto(here)
    reads(buyer, "the buyer had agreed to go on without plate 7")
    reads(buyer, "USD 600")
    buyer.get_by_role("link", name="Ice adhesion").first.click()
    reads(buyer, "Ended by a dispute")
    assert site.books_are_clean()
