"""A paid product in a browser: priced with the split shown, bought with money paid in on the way, downloaded, given back, seen in the sales."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from hub.core.accounts import queries as accounts
from hub.db.extensions import db
from hub.kernel.money import Money
from tests.browser.conftest import Site
from tests.browser.hands import press_like, signed_in
from tests.factories import pools as made

BRIDGE = "/platforms/meridian-line-kit/products/tag-reader-bridge"


@pytest.fixture
def windows(browser: Browser, site: Site) -> Iterator[dict[str, Page]]:
    with signed_in(browser, site, "solver", "volunteer") as pages:
        yield pages


def reads(page: Page, text: str | re.Pattern[str]) -> None:
    expect(page.locator("body")).to_contain_text(text)


def test_a_product_from_its_price_to_its_return(site: Site, windows: dict[str, Page]) -> None:
    vendor, buyer = windows["solver"], windows["volunteer"]
    vendor.goto(f"{BRIDGE}/price")
    vendor.fill("[name=amount]", "20,5,0x")
    press_like(vendor, "Check the price")
    reads(vendor, "Write an amount in figures")
    expect(vendor.locator("[name=amount]")).to_have_value("20,5,0x")
    vendor.fill("[name=amount]", "20")
    press_like(vendor, "Check the price")
    reads(vendor, "Of EUR 20 you get EUR 16.72")
    press_like(vendor, "Set the price")
    reads(vendor, "New users pay EUR 20")

    buyer.goto(BRIDGE)
    buyer.get_by_role("link", name="Buy for EUR 20").first.click()
    press_like(buyer, "Check the purchase")
    for words in ("MIT OR Apache-2.0", "Can be given back until", "Pay them in, then come back"):
        reads(buyer, words)
    press_like(buyer, re.compile(r"Pay EUR [\d.]+ in"))
    reads(buyer, "HUB-")
    _has_euros(site, "volunteer@demo.example")
    buyer.goto(f"{BRIDGE}/buy")
    press_like(buyer, "Check the purchase")
    press_like(buyer, "Buy for EUR 20")
    reads(buyer, "Bought. Download it here")
    with buyer.expect_download() as waiting:
        buyer.get_by_role("link", name="Download 1.0.0").click()
    assert waiting.value.suggested_filename == "tag-reader-bridge-1.0.0.zip"
    site.deliver()
    buyer.reload()
    reads(buyer, re.compile(r"Receipt SITE-"))

    buyer.get_by_role("link", name="Give it back").click()
    press_like(buyer, re.compile("Give it back for"))
    reads(buyer, "Please fill this in")
    buyer.fill("[name=reason]", "Our tags speak a fifth dialect.")
    press_like(buyer, re.compile("Give it back for"))
    reads(buyer, "EUR 20 are on the buyer’s balance again")
    site.deliver()

    vendor.goto(f"{BRIDGE}/sales")
    row = vendor.get_by_role("table").first.get_by_role("row").nth(1)
    expect(row).to_contain_text(re.compile(r"\d{4}-\d\d\s*1\s*1\s*EUR 0"))
    vendor.goto("/inbox")
    reads(vendor, "Our tags speak a fifth dialect.")
    assert site.books_are_clean()


def _has_euros(site: Site, email: str) -> None:
    with site.app.app_context():
        person = accounts.by_email(email)
        assert person is not None
        made.has("person", person.id, Money(2_000, "EUR"))
        db.session.remove()
