"""One product's way in a browser: published, sent back with reasons, mended, released, installed, fetched, rated, replied to."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Site
from tests.browser.hands import press, signed_in
from tests.factories.platforms import packed

LINE = "/platforms/meridian-line-kit"
NAME = "Crate Counter"
DESCRIPTION = (
    "It counts crates between two packs from the belt's own events and says when a pallet is full. It needs no camera and keeps nothing."
)


@pytest.fixture
def windows(browser: Browser, site: Site) -> Iterator[dict[str, Page]]:
    with signed_in(browser, site, "solver", "company", "owner") as pages:
        yield pages


def send(page: Page, archive: Path, number: str, licence: str = "MIT") -> None:
    page.get_by_label("Version").fill(number)
    page.get_by_label("Licence").fill(licence)
    page.get_by_label("What is new").fill("It counts crates, and says when a pallet is full.")
    page.get_by_label("The packed release").set_input_files(archive)
    press(page, "Send for review")


def test_a_product_from_draft_to_reply(windows, site: Site, tmp_path: Path):
    vendor, reviewer, user = windows["solver"], windows["company"], windows["owner"]
    archive = tmp_path / "crates-1.0.0.zip"
    archive.write_bytes(packed())

    vendor.goto(f"{site.url}{LINE}/publish")
    vendor.get_by_label("Name").fill(NAME)
    vendor.get_by_label("In one or two sentences").fill("Counts crates from the belt's own events.")
    vendor.get_by_label("Description").fill(DESCRIPTION)
    vendor.get_by_label("Category").select_option("manufacturing")
    press(vendor, "Save and add the release")
    send(vendor, archive, "1.0.0", "Apache 2")
    expect(vendor.get_by_role("main")).to_contain_text("Did you mean Apache-2.0")
    expect(vendor.get_by_label("Version")).to_have_value("1.0.0")
    send(vendor, archive, "1.0.0", "Apache-2.0")
    expect(vendor.get_by_role("main")).to_contain_text("In review")

    reviewer.goto(f"{site.url}{LINE}/reviews")
    reviewer.get_by_role("link", name=f"{NAME} 1.0.0").click()
    press(reviewer, "Send back with reasons")
    expect(reviewer.get_by_role("main")).to_contain_text("Choose at least one reason.")
    reviewer.get_by_label("It is not safe to run").check()
    reviewer.get_by_label("What should be mended?").fill("It opens a port to the whole network: bind it to this computer.")
    press(reviewer, "Send back with reasons")

    vendor.goto(f"{site.url}{LINE}/products/crate-counter")
    expect(vendor.get_by_role("main")).to_contain_text("bind it to this computer")
    vendor.get_by_role("link", name="Send a release").first.click()
    send(vendor, archive, "1.0.0")
    reviewer.goto(f"{site.url}{LINE}/reviews")
    reviewer.get_by_role("link", name=f"{NAME} 1.0.0").click()
    press(reviewer, "Approve and release")
    site.deliver()

    user.goto(f"{site.url}{LINE}?q=crates")
    user.get_by_role("link", name=NAME).click()
    press(user, "Install")
    with user.expect_download() as waiting:
        user.get_by_role("link", name="Download 1.0.0").first.click()
    fetched = Path(waiting.value.path()).read_bytes()
    assert hashlib.sha256(fetched).hexdigest() in user.get_by_role("main").inner_text()
    user.reload()
    user.get_by_label("4 stars").check()
    user.get_by_label("What should others know?").fill("Right to the crate.")
    press(user, "Rate it")
    expect(user.locator("#ratings")).to_contain_text("Right to the crate.")

    vendor.goto(f"{site.url}{LINE}/products/crate-counter")
    vendor.get_by_role("link", name="Reply", exact=True).click()
    vendor.get_by_label("Your reply").fill("Thank you.")
    press(vendor, "Reply")
    expect(vendor.locator("#ratings")).to_contain_text("Kestrel replied")
