"""Paying in by card in a browser: from the request to the processor's own page, back, into the balance; a part of it back to the card."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from hub.kernel import clock
from tests.browser.conftest import Site, Visitor
from tests.fakes.stripe import FakeStripe

SHOTS = os.environ.get("HUB_TEST_SHOTS")


@pytest.fixture
def till(site: Site) -> Iterator[FakeStripe]:
    """The site takes cards: a strict fake of Stripe stands beside it, and sends its notices to the site's own door."""

    def now() -> float:
        return clock.now().timestamp()

    with FakeStripe(f"{site.url}/webhooks/stripe", clock=now, signs_at=now) as fake:
        config = site.app.config["HUB"]
        keys = {"stripe_key": fake.secret, "stripe_webhook_secret": fake.webhook_secret, "stripe_api_base": fake.base}
        site.app.config["HUB"] = replace(config, base_url=site.url, **keys)
        yield fake
        fake.webhooks.wait()


def look(page: Page, name: str) -> None:
    """Pictures for people, when they are asked for."""
    if SHOTS:
        for width in (1280, 360):
            page.set_viewport_size({"width": width, "height": 900})
            page.screenshot(path=Path(SHOTS) / f"{name}-{width}.png", full_page=True)
        page.set_viewport_size({"width": 1280, "height": 900})


def settle(site: Site, till: FakeStripe) -> None:
    till.webhooks.wait()
    site.deliver()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_from_the_button_to_the_balance_and_back_to_the_card(browser: Browser, site: Site, till: FakeStripe, language: str):
    zh = language == "zh"
    payer, admin = Visitor(browser, site).sign_in("company"), Visitor(browser, site).sign_in("admin")
    for visitor in (payer, admin):
        visitor.page.wait_for_load_state()
        visitor.page.goto(f"/language/{language}")
    page = payer.page
    page.goto(f"{site.url}/orgs/meridian-foods/money/pay-in")
    page.fill("[name=amount]", "1,250.00")
    page.select_option("[name=currency]", "USD")
    page.fill("[name=label]", "For later")
    page.locator("main form button[type=submit]").click()
    page.wait_for_url(re.compile(r"/fundings/\d+$"))
    funding = page.url
    look(page, f"funding-{language}")
    page.locator("main a[href^='/pay/']").first.click()
    expect(page.get_by_role("main")).to_contain_text("1,250")
    look(page, f"pay-{language}")
    page.locator("main form button[type=submit]").click()
    page.wait_for_url(f"{till.base}/pay/**")
    page.fill("[name=card]", "4000000000000002")
    page.get_by_role("button", name="Pay", exact=True).click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.fill("[name=card]", "4242424242424242")
    page.get_by_role("button", name="Pay", exact=True).click()
    page.wait_for_url("**/done?payment=*")
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("正在确认|已付款|Being confirmed|Paid"))
    look(page, f"confirming-{language}")
    settle(site, till)
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("已付款" if zh else "Paid")
    look(page, f"paid-{language}")
    page.goto(funding)
    expect(page.get_by_role("main")).to_contain_text("已到账" if zh else "Received")

    page.locator("main a[href^='/pay/']").first.click()
    page.locator("main table a").first.click()
    page.fill("[name=amount]", "250.00")
    page.locator("main form button[type=submit]").click()
    look(page, f"refund-check-{language}")
    page.locator("main form button.primary").click()
    page.wait_for_load_state()
    settle(site, till)
    page.reload()
    expect(page.get_by_role("main")).to_contain_text("已退款" if zh else "Refunded")
    [charge] = [one for one in till.all("charge") if one["status"] == "succeeded"]
    assert (charge["amount"], charge["amount_refunded"]) == (125_000, 25_000)

    till.dispute(charge["id"])
    settle(site, till)
    page.reload()
    expect(page.get_by_role("main")).to_contain_text("持卡人提出争议" if zh else "Disputed by the cardholder")
    look(page, f"disputed-{language}")
    admin.page.goto(f"{site.url}/admin/payments/cards")
    expect(admin.page.get_by_role("main")).to_contain_text("Meridian Foods")
    look(admin.page, f"admin-{language}")
    assert site.books_are_clean()
    for visitor in (payer, admin):
        assert not [text for text in visitor.complaints if "status of 4" not in text]
        visitor.close()
