"""An offer, from an interest without a name to a close with a reason, in a browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Site, Visitor
from tests.browser.hands import press

OFFER = "Membrane that passes water vapour and stops odours"
MESSAGE = "We pack cheese that sweats, and would run your film on our line for two weeks."
REASON = "A licence for cheese in Europe, five years, signed on paper today."


class Table:
    """Both sides, each before their own window."""

    def __init__(self, browser: Browser, site: Site) -> None:
        self._windows = {who: Visitor(browser, site).sign_in(who) for who in ("company", "owner")}

    def page(self, who: str) -> Page:
        return self._windows[who].page

    def close(self) -> None:
        complaints = [text for window in self._windows.values() for text in window.complaints if "status of 4" not in text]
        for window in self._windows.values():
            window.close()
        assert not complaints


@pytest.fixture
def table(browser: Browser, site: Site) -> Iterator[Table]:
    table = Table(browser, site)
    yield table
    table.close()


def sign(page: Page) -> None:
    page.get_by_label("I have read the confidentiality agreement and agree to it.").check()
    press(page, "Sign for confidentiality")


def test_from_an_interest_to_a_deal(table: Table):
    party, owner = table.page("company"), table.page("owner")
    party.goto("/offers")
    party.get_by_role("link", name=OFFER).first.click()
    address = party.url
    party.get_by_role("link", name="I am interested").first.click()
    expect(party.get_by_role("heading", name="What the owner will know of you")).to_be_visible()
    party.fill("[name=message]", "Too short")
    press(party, "Send without my name")
    expect(party.locator("[name=message]")).to_have_value("Too short")
    party.fill("[name=message]", MESSAGE)
    press(party, "Send without my name")
    deal = party.url

    owner.goto(f"{address}/annex/edit")
    owner.fill("[name=body]", "The selective layer is 400 nanometres thick.")
    press(owner, "Save")
    party.goto(f"{address}/annex")
    expect(party.get_by_role("main")).not_to_contain_text("400 nanometres")

    owner.goto("/home")
    owner.locator(".todo-title", has_text="Somebody is interested").first.click()
    owner.goto(deal)
    expect(owner.get_by_role("main")).to_contain_text(MESSAGE)
    expect(owner.get_by_role("main")).not_to_contain_text("Meridian Foods")
    owner.get_by_label("Before samples leave the lab, version 1").check()
    press(owner, "Accept to talk")
    sign(owner)
    party.goto(deal)
    expect(party.locator(".written")).to_contain_text("Not the site’s standard text: the side that proposes it wrote it.")
    party.get_by_role("link", name="See what differs from the standard").click()
    expect(party.get_by_role("main").locator("ins").first).to_be_visible()
    party.get_by_role("link", name="Read the whole text").click()
    sign(party)
    expect(party.get_by_role("main")).to_contain_text("Kingfisher")
    owner.goto(deal)
    expect(owner.get_by_role("main")).to_contain_text("Meridian Foods")
    owner.fill("[name=body]", "Shall we meet at your plant?")
    press(owner, "Send")

    party.goto(f"{address}/annex")
    expect(party.get_by_role("main")).to_contain_text("400 nanometres")
    owner.goto(f"{address}/annex")
    expect(owner.get_by_role("table")).to_contain_text("Heron")

    party.goto(deal)
    expect(party.get_by_role("main")).to_contain_text("Shall we meet at your plant?")
    party.get_by_text("Close this deal").click()
    party.get_by_label("With a deal", exact=True).check()
    party.fill("[name=reason]", REASON)
    press(party, "Close")
    owner.goto(deal)
    expect(owner.get_by_role("main")).to_contain_text(REASON)
