"""An idea sent to a customer's portal in a browser: the form, the check, the decision, the reason."""

from __future__ import annotations

from playwright.sync_api import Browser, expect

from tests.browser.conftest import Site, Visitor
from tests.browser.hands import press


def test_an_idea_finds_its_way_through_a_portal(browser: Browser, site: Site):
    author, manager = (Visitor(browser, site).sign_in(who) for who in ("solver", "company"))
    page = author.page
    page.goto("/p/meridian")
    expect(page.get_by_role("banner")).to_contain_text("Meridian Fresh Ideas")
    assert page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--brand')").startswith("light-dark(#8a2346")
    page.get_by_role("main").get_by_role("link", name="Send your idea").first.click()
    page.fill("[name=title]", "Steam that peels without knives")
    with page.expect_response(lambda answer: answer.request.method == "POST" and answer.url.endswith("/submit")) as saved:
        page.fill("[name=a-q1]", "A pulse of steam loosens the skin; a brush takes it off.")
    assert saved.value.status == 200, "the draft saves itself"
    page.set_input_files("[name=a-q5]", {"name": "losses.csv", "mimeType": "text/csv", "buffer": b"kg,loss\n100,4\n"})
    press(page, "Continue: check and send")
    expect(page.locator(".error-summary")).to_contain_text("Please fill this in.")
    expect(page.get_by_text("losses.csv")).to_be_visible()
    page.check("[name=a-q2][value=o3]")
    page.check("[name=a-q6]")
    press(page, "Continue: check and send")
    expect(page.get_by_role("main")).to_contain_text("is not confidential")
    page.check("[name=agree]")
    press(page, "Agree and send")
    expect(page.get_by_role("heading", level=1)).to_have_text("Steam that peels without knives")
    place = page.url

    desk = manager.page
    desk.goto("/p/meridian/manage/pipeline")
    desk.get_by_role("link", name="Steam that peels without knives", exact=True).click()
    desk.check("[name=act][value=decline]")
    desk.fill("[name=reason]", "We peel nothing since spring: all our roots come peeled.")
    press(desk, "Decide")
    expect(desk.get_by_role("heading", level=1)).to_have_text("Check your decision")
    press(desk, "Decline")
    expect(desk.get_by_role("main")).to_contain_text("declined it")
    site.deliver()

    page.goto(place)
    expect(page.get_by_role("main")).to_contain_text("We peel nothing since spring")
    page.goto("/inbox")
    expect(page.get_by_role("main")).to_contain_text("has declined “Steam that peels without knives”")
    for visitor in (author, manager):
        complaints = [text for text in visitor.complaints if "status of 4" not in text]
        visitor.close()
        assert not complaints
