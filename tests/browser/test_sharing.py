"""A winner shares an award with somebody who worked on it: proposed, checked, refused once, agreed, signed, on both balances."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Site
from tests.browser.hands import press_like, reads, signed_in


@pytest.fixture
def windows(browser: Browser, site: Site) -> Iterator[tuple[Page, Page]]:
    with signed_in(browser, site, "solver", "owner") as pages:
        yield pages["solver"], pages["owner"]


def _propose(leader: Page, own: str, hers: str) -> None:
    leader.get_by_text("Freely").click()
    leader.fill("[name=own_percent]", own)
    leader.locator("[name=member]").first.fill("@kingfisher")
    leader.locator("[name=percent]").first.fill(hers)
    press_like(leader, "Check the parts")


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
    press_like(leader, "Ask everybody to agree")
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
    press_like(hand, "Refuse")
    leader.goto(shared)
    reads(leader, "I drew the balance, too.")
    _propose(leader, "60", "40")
    press_like(leader, "Ask everybody to agree")
    hand.goto(shared)
    press_like(hand, re.compile("Agree to EUR 4,560"))

    leader.goto(award)
    reads(leader, "Kingfisher")
    leader.get_by_label("I have read the award agreement and agree to it.").check()
    press_like(leader, "Sign and receive the prize")
    reads(leader, "The prize went")
    for page, net in ((leader, "EUR 6,840"), (hand, "EUR 4,560")):
        page.goto("/my/earnings")
        reads(page, net)
    assert site.books_are_clean()
