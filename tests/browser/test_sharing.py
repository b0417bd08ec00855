"""A winner shares an award with somebody who worked on it: proposed, checked, refused once, agreed, signed, on both balances."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Site, Visitor


@pytest.fixture
def windows(browser: Browser, site: Site) -> Iterator[tuple[Page, Page]]:
    visitors = [Visitor(browser, site).sign_in(name) for name in ("solver", "owner")]
    yield visitors[0].page, visitors[1].page
    complaints = [text for visitor in visitors for text in visitor.complaints if "status of 4" not in text]
    for visitor in visitors:
        visitor.close()
    assert not complaints


def press(page: Page, name: str | re.Pattern[str]) -> None:
    page.get_by_role("main").get_by_role("button", name=name).first.click()
    page.wait_for_load_state()


def reads(page: Page, text: str) -> None:
    expect(page.get_by_role("main")).to_contain_text(text)


def _propose(leader: Page, own: str, hers: str) -> None:
    leader.get_by_text("Freely").click()
    leader.fill("[name=own_percent]", own)
    leader.locator("[name=member]").first.fill("@kingfisher")
    leader.locator("[name=percent]").first.fill(hers)
    press(leader, "Check the parts")


def test_an_award_is_shared_by_two_who_agree(site: Site, windows: tuple[Page, Page]) -> None:
    leader, hand = windows
    leader.goto("/home")
    leader.get_by_role("link", name="Read and sign").first.click()
    award = leader.url
    leader.get_by_role("link", name="Share the award with your team").click()
    _propose(leader, "60", "39")
    reads(leader, "add up to 100")
    _propose(leader, "70", "30")
    reads(leader, "EUR 7,980")
    reads(leader, "EUR 3,420")
    press(leader, "Ask everybody to agree")
    leader.goto(award)
    reads(leader, "Not everybody has agreed")
    expect(leader.get_by_role("button", name="Sign and receive the prize")).to_have_count(0)
    site.deliver()

    hand.goto("/home")
    hand.get_by_role("link", name="See your part").first.click()
    shared = hand.url
    reads(hand, "EUR 3,420")
    hand.get_by_text("I do not agree").click()
    hand.fill("[name=reason]", "I drew the balance, too.")
    press(hand, "Refuse")
    leader.goto(shared)
    reads(leader, "I drew the balance, too.")
    _propose(leader, "60", "40")
    press(leader, "Ask everybody to agree")
    hand.goto(shared)
    press(hand, re.compile("Agree to EUR 4,560"))

    leader.goto(award)
    reads(leader, "Kingfisher")
    leader.get_by_label("I have read the award agreement and agree to it.").check()
    press(leader, "Sign and receive the prize")
    reads(leader, "The prize went")
    for page, net in ((leader, "EUR 6,840"), (hand, "EUR 4,560")):
        page.goto("/my/earnings")
        reads(page, net)
    assert site.books_are_clean()
