"""Settings of mail on a phone without JavaScript, a private address made, and the bell of an open page."""

from __future__ import annotations

import dataclasses

from playwright.sync_api import Browser, expect

from hub.core.accounts import queries as accounts
from hub.core.messages import operations as messages
from hub.db import work
from hub.db.extensions import db
from hub.kernel.actor import SYSTEM
from tests.browser.conftest import Site, Visitor
from tests.browser.hands import press, reads


def test_paces_are_chosen_on_a_phone_without_javascript(browser: Browser, site: Site) -> None:
    visitor = Visitor(browser, site, False, viewport={"width": 360, "height": 740}).sign_in("solver")
    page = visitor.page
    page.goto("/settings/notifications")
    row = page.get_by_role("main").locator("tr", has_text="Results and awards")
    row.get_by_text("Weekly").click()
    page.get_by_label("Hour").select_option("18")
    press(page, "Save")
    expect(page.locator("[name=award][value=weekly]")).to_be_checked()
    expect(page.get_by_label("Hour")).to_have_value("18")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.goto("/settings/feeds")
    press(page, "Make an address of your calendar")
    reads(page, "/calendar.ics")
    visitor.close()


def test_the_bell_of_an_open_page_learns_of_news(browser: Browser, site: Site) -> None:
    site.app.config["HUB"] = dataclasses.replace(site.app.config["HUB"], live_streams=1)
    visitor = Visitor(browser, site).sign_in("volunteer")
    page = visitor.page
    with page.expect_response("**/inbox/live"):
        page.goto("/inbox")
    bell = page.locator("[data-live]")
    before = int(bell.locator(".count").text_content() or 0) if bell.locator(".count").count() else 0
    with site.app.app_context():
        volunteer = accounts.by_email("volunteer@demo.example")
        assert volunteer is not None
        with work.unit():
            messages.notify(actor=SYSTEM, person_ids=[volunteer.id], text="News", kind="award")
        db.session.remove()
    expect(bell.locator(".count")).to_have_text(str(before + 1))
    expect(bell).to_have_attribute("aria-label", f"Inbox, {before + 1} new")
    page.goto("about:blank")
    assert not visitor.complaints
    visitor.close()
