"""A lab's work bought in a browser: asked for, quoted, compared, ordered, delivered, accepted; and an hour on its microscope."""

from __future__ import annotations

import re
from datetime import timedelta

from playwright.sync_api import Browser, expect

from hub.kernel import clock
from tests.browser.conftest import Site, Visitor
from tests.browser.hands import press

TITLE = "Peel strength of three paper lids"


def test_from_the_request_to_the_labs_money(browser: Browser, site: Site):
    buyer, lab = Visitor(browser, site, True).sign_in("company"), Visitor(browser, site, True).sign_in("owner")
    page = buyer.page
    page.goto("/services")
    page.get_by_role("link", name="Ice adhesion of coatings").click()
    page.get_by_role("link", name="Ask for a quote").first.click()
    page.wait_for_url("**/quote-requests/new**")
    page.fill("[name=title]", TITLE)
    page.fill("[name=body]", "Three lids, peel strength at nine temperatures, twenty strips each.")
    page.fill("[name=quotes_by]", (clock.now() + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M"))
    press(page, "Send the request")
    expect(page.get_by_role("heading", level=1)).to_have_text(TITLE)
    request = page.url

    work = lab.page
    work.goto("/my/quotes")
    work.get_by_role("link", name=TITLE).click()
    work.get_by_role("link", name="Give a quote").first.click()
    work.locator("[name=line_text]").first.fill("Peel strength")
    work.locator("[name=line_amount]").first.fill("1,000.10")
    work.fill("[name=turnaround_days]", "9")
    work.fill("[name=valid_until]", (clock.now() + timedelta(days=40)).strftime("%Y-%m-%d"))
    press(work, "Check the quote")
    expect(work.get_by_role("main")).to_contain_text("USD 950.09")
    press(work, "Send the quote")

    page.goto(request)
    page.get_by_role("link", name="Choose this quote").click()
    press(page, "Order for USD 1,000.10")
    expect(page.get_by_role("main")).to_contain_text("Held since")
    order = page.url

    work.goto(order)
    work.fill("[name=text]", "All three lids; the second one peels below 110 degrees.")
    press(work, "Deliver")
    page.goto(order)
    page.get_by_role("main").get_by_role("link", name="Accept", exact=True).click()
    press(page, "Accept and pay USD 1,000.10")
    expect(page.get_by_role("main")).to_contain_text("Accepted and paid")
    assert site.books_are_clean()

    page.goto("/instruments")
    page.get_by_role("link", name="Scanning electron microscope").click()
    page.get_by_role("link", name=re.compile(r"08:00–18:00.*free")).first.click()
    press(page, "Check the booking")
    expect(page.get_by_role("main")).to_contain_text("USD 85.50")
    press(page, "Book")
    expect(page.get_by_role("main")).to_contain_text("Scanning electron microscope")
    work.goto(page.url)
    press(work, "Confirm")
    expect(work.get_by_role("main")).to_contain_text("Confirmed")
    assert site.books_are_clean()
    for visitor in (buyer, lab):
        assert not [text for text in visitor.complaints if "status of 4" not in text]
        visitor.close()
