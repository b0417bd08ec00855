"""A work package in a browser: opened, claimed, submitted, returned, submitted again, merged, credited."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Site
from tests.browser.hands import signed_in

BOARD = "/communities/low-cost-soil-sensors/packages"


@pytest.fixture
def windows(browser: Browser, site: Site) -> Iterator[dict[str, Page]]:
    with signed_in(browser, site, "solver", "expert") as pages:
        yield pages


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).locator("visible=true").first.click()
    page.wait_for_load_state()


def follow(page: Page, name: str) -> None:
    page.get_by_role("link", name=name, exact=True).locator("visible=true").first.click()
    page.wait_for_load_state()


def test_a_package_from_the_board_to_the_credit(windows: dict[str, Page]) -> None:
    steward, author = windows["solver"], windows["expert"]
    steward.goto(BOARD)
    follow(steward, "Open a package")
    steward.fill("[name=title]", "What rain does")
    steward.select_option("[name=page]", label="Start here")
    steward.fill("[name=brief]", "Two sentences about **rain**.")
    press(steward, "Open the package")
    address = steward.url
    author.goto(address)
    press(author, "Claim it")
    _submit(author, "Rain counts.")
    steward.goto(address)
    follow(steward, "Review the text")
    expect(steward.locator("table.diff ins", has_text="Rain counts.")).to_be_visible()
    steward.fill("[name=remarks]", "How does it count?")
    press(steward, "Return with remarks")
    author.goto("/home")
    author.locator(".todo li", has_text="What rain does").get_by_role("link").first.click()
    expect(author.get_by_text("How does it count?").first).to_be_visible()
    _submit(author, " It falls.")
    steward.goto(address)
    follow(steward, "Review the text")
    press(steward, "Merge into the page")
    expect(steward.get_by_role("main")).to_contain_text("merged the text into the page")
    steward.goto("/communities/low-cost-soil-sensors/credits")
    steward.get_by_role("link", name="What rain does").first.click()
    expect(steward).to_have_url(address)
    steward.goto("/communities/low-cost-soil-sensors/pages/start-here")
    expect(steward.get_by_role("main")).to_contain_text("Rain counts. It falls.")


def _submit(page: Page, more: str) -> None:
    follow(page, "Work on the text")
    text = page.input_value("[name=body]")
    page.fill("[name=body]", text + more if more.startswith(" ") else f"{text}\n\n{more}")
    press(page, "Submit for review")
    expect(page.get_by_text("In review").first).to_be_visible()
