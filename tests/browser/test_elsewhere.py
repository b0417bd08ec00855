"""Other sites in a real browser: one that vouches for people, and one that is told by webhooks."""

from __future__ import annotations

import re
from dataclasses import replace

from playwright.sync_api import Browser, expect
from standardwebhooks import Webhook

from hub.config import Provider
from hub.core.webhooks import reactions
from hub.kernel import clock
from tests.browser.conftest import Site, Visitor
from tests.factories.provider import CLIENT, SECRET, other_site
from tests.factories.receiver import receiver
from tests.factories.webhooks import may_call_itself


def test_an_account_over_there_is_connected_and_opens_ours(browser: Browser, site: Site) -> None:
    clock.set_to(None)
    with other_site() as orcid:
        known = (Provider("orcid", "ORCID", CLIENT, SECRET, orcid.issuer),)
        site.app.config["HUB"] = replace(site.app.config["HUB"], base_url=site.url, providers=known)
        visitor = Visitor(browser, site)
        page = visitor.page
        visitor.sign_in("solver")
        page.goto("/settings/security")
        page.locator("section", has_text="Accounts at other sites").get_by_role("link", name="Manage").click()
        page.get_by_role("button", name="Connect ORCID").click()
        assert visitor.axe() == []
        page.get_by_role("link", name="Go on to ORCID").click()
        expect(page.get_by_text("ORCID is connected")).to_be_visible()
        expect(page.get_by_text("0000-0002-1825-0097")).to_be_visible()
        assert visitor.axe() == []
        visitor.context.clear_cookies()
        page.goto("/login?next=/settings/security/elsewhere")
        page.get_by_role("link", name="Sign in with ORCID").click()
        expect(page).to_have_url(f"{site.url}/settings/security/elsewhere")
        expect(page.get_by_role("button", name="Disconnect ORCID")).to_be_visible()
        assert visitor.complaints == []
        visitor.close()


def test_a_webhook_from_setting_up_to_a_message_that_verifies(browser: Browser, site: Site) -> None:
    clock.set_to(None)
    may_call_itself(site.app)
    with receiver() as there:
        visitor = Visitor(browser, site)
        page = visitor.page
        visitor.sign_in("company")
        page.goto("/orgs/meridian-foods/webhooks")
        page.get_by_role("link", name="Add a webhook").click()
        page.get_by_label("Where does your program listen?").fill(there.url)
        page.get_by_role("button", name="Add it and show the secret").click()
        expect(page.locator(".error").get_by_text("Choose at least one event.").first).to_be_visible()
        expect(page.get_by_label("Where does your program listen?")).to_have_value(there.url)
        visitor.complaints.clear()  # of that refusal
        page.locator("summary", has_text="challenge").first.click()
        page.get_by_label("challenge.closed").check()
        page.get_by_role("button", name="Add it and show the secret").click()
        secret = re.search(r"whsec_[\w+/=]+", page.locator("main").inner_text())
        assert secret is not None and visitor.axe() == []
        page.get_by_role("button", name="Send a test").click()
        site.deliver()
        reactions.settle()
        page.get_by_role("button", name="Filter").click()
        expect(page.get_by_role("cell", name="Delivered")).to_be_visible()
        assert not page.locator("main").get_by_text("whsec_").count()
        assert Webhook(secret[0]).verify(there.got[0].body, there.got[0].headers)["type"] == "webhook.test"
        assert visitor.complaints == []
        visitor.close()
