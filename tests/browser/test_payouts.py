"""From earnings through Stripe's questions to the money: an account opened on Stripe's own page (the fake's), a payout, paid."""

from __future__ import annotations

import re
from dataclasses import replace

from playwright.sync_api import Browser, expect

from hub.kernel import clock
from tests.browser.conftest import Site, Visitor
from tests.fakes.stripe import FakeStripe


def test_from_earnings_through_onboarding_to_a_paid_payout(browser: Browser, site: Site) -> None:
    def now() -> float:
        return clock.now().timestamp()

    with FakeStripe(f"{site.url}/webhooks/stripe", clock=now, signs_at=now) as fake:
        fake.webhooks.hold()
        site.app.config["HUB"] = replace(
            site.app.config["HUB"],
            base_url=site.url,
            stripe_key=fake.secret,
            stripe_webhook_secret=fake.webhook_secret,
            stripe_api_base=fake.base,
        )
        window = Visitor(browser, site).sign_in("solver")
        page = window.page
        page.goto("/my/earnings")
        page.get_by_role("link", name="Ask for a payout").click()
        page.fill("[name=country]", "CN")
        page.get_by_role("button", name="Open an account at Stripe").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Set up payouts")
        page.get_by_role("button", name="Save for later").click()
        expect(page.get_by_role("main")).to_contain_text("Stripe still asks for:")
        expect(page.get_by_role("main")).to_contain_text("the bank account to pay to")
        page.get_by_role("button", name="Go on at Stripe").click()
        page.get_by_role("button", name="Agree and submit").click()
        fake.webhooks.flush()
        site.deliver()
        page.reload()
        expect(page.get_by_role("main")).to_contain_text("Stripe pays out to your account there.")
        currency = page.input_value("[name=currency]")
        fake.top_up(100_000_000, currency.lower())
        page.fill("[name=amount]", "100")
        page.get_by_role("button", name="Continue").click()
        expect(page.get_by_role("main")).to_contain_text("Stripe, to your account there")
        page.get_by_role("button", name=re.compile("^Ask for")).click()
        expect(page.get_by_role("main")).to_contain_text("On its way")
        site.deliver()
        fake.webhooks.flush()
        site.deliver()
        page.reload()
        row = page.get_by_role("row").filter(has_text="Stripe")
        expect(row).to_contain_text("Paid")
        expect(row).to_contain_text(fake.all("transfer")[0]["id"])
        assert site.books_are_clean()
        assert not [text for text in window.complaints if "status of 4" not in text]
        window.close()
        fake.webhooks.hold()
