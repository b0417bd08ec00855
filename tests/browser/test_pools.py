"""One pool from the draft to the release of its money: organiser, consultant, and a backer who withdraws and pledges anew."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page

from hub.core.organisations import queries as organisations
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.money import Money
from tests.browser.conftest import Site
from tests.browser.hands import press_like, reads, signed_in
from tests.factories import pools as made

TITLE = "A press for apple pomace"
STORY = (
    "The press of the orchard throws away what could be flour. We want to dry and mill it, and show every farm nearby how it is done. " * 2
)


@pytest.fixture
def windows(browser: Browser, site: Site) -> Iterator[dict[str, Page]]:
    with signed_in(browser, site, "owner", "consultant", "company") as pages:
        yield pages


def test_a_pool_from_the_draft_to_its_money(site: Site, windows: dict[str, Page]) -> None:
    organiser, consultant, backer = windows.values()
    pool = _open(organiser, consultant)
    site.deliver()

    _has_euros(site)
    _pledge(backer, pool, "50")
    reads(backer, "The smallest pledge is EUR 100")
    _pledge(backer, pool, "900000")
    reads(backer, "Pay in first")
    _pledge(backer, pool, "300", sure=True)
    backer.goto("/my/pledges")
    reads(backer, TITLE)
    backer.get_by_role("link", name=f"Withdraw {TITLE}").click()
    press_like(backer, re.compile("Withdraw EUR 300"))
    reads(backer, "Withdrawn")
    _pledge(backer, pool, "700", sure=True)
    organiser.goto(pool)
    reads(organiser, "EUR 700 of EUR 600")
    reads(organiser, "Meridian Foods")

    site.later(days=8)
    site.deliver()
    backer.goto("/inbox")
    reads(backer, f"“{TITLE}” met its goal: your pledge of EUR 700.00 was released to it.")
    organiser.goto(pool)
    reads(organiser, "The goal was met and the money released.")


def _has_euros(site: Site) -> None:
    with site.app.app_context():
        made.has("organisation", organisations.by_slug("meridian-foods").id, Money(100_000, "EUR"))
        db.session.remove()


def _open(organiser: Page, consultant: Page) -> str:
    """Draft with a gap, see it named, fill it, have it reviewed. Returns the pool's address."""
    organiser.goto("/pools/new")
    closes = (clock.now() + timedelta(days=7)).strftime("%Y-%m-%dT%H:%M")
    for name, said in (("title", TITLE), ("summary", "Flour from what is left of apples."), ("story", "Too short."), ("closes_at", closes)):
        organiser.fill(f"[name={name}]", said)
    organiser.fill("[name=goal]", "600")
    organiser.select_option("[name=currency]", "EUR")
    organiser.fill("[name=minimum]", "100")
    press_like(organiser, "Save and check")
    reads(organiser, "Tell the story in at least 100 characters")
    organiser.get_by_role("main").get_by_role("link", name="Change something").click()
    organiser.fill("[name=story]", STORY)
    press_like(organiser, "Save and check")
    press_like(organiser, "Send to review")
    reads(organiser, "A consultant reads it now")
    pool = organiser.url
    consultant.goto(pool + "/review")
    press_like(consultant, "Approve and open")
    reads(consultant, "Open for pledges")
    return pool


def _pledge(page: Page, pool: str, amount: str, *, sure: bool = False) -> None:
    """Meridian's money, shown by name; `sure` confirms what the check page says."""
    page.goto(pool + "/pledge")
    page.fill("[name=amount]", amount)
    page.get_by_label("Meridian Foods").check()
    page.check("[name=named]")
    press_like(page, "Check the pledge")
    if sure:
        reads(page, "Goal missed or cancelled")
        press_like(page, re.compile("Pledge EUR"))
        reads(page, "Pledged")
