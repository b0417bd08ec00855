"""One rally from the host's draft to the host's answer, with two guests: one under a pseudonym, one under their own name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from hub.kernel import clock
from tests.browser.conftest import Site
from tests.browser.hands import press, reads, signed_in

TITLE = "Where could eighty empty pallets a day go?"
TRAYS, SHELVES = "Seed trays for the school garden", "Shelves that become seed trays"
COUNT = re.compile(r"\b\d+ of \d+ voters\b|\bplace \d|\b\d+ votes?\b(?! (left|each))", re.IGNORECASE)


@pytest.fixture
def windows(browser: Browser, site: Site) -> Iterator[dict[str, Page]]:
    with signed_in(browser, site, "company", "solver", "expert") as pages:
        yield pages


def test_a_rally_from_the_question_to_the_answer(site: Site, windows: dict[str, Page]) -> None:
    host, solver, expert = windows.values()
    rally = _announce(host)
    site.deliver()
    _join(solver, rally, "Gannet")
    trays = _post(solver, TRAYS)
    reads(host, "Posting ideas")
    host.goto(trays)
    reads(host, "Gannet (pseudonym)")
    expect(host.get_by_role("main")).not_to_contain_text("Kestrel")

    site.later(days=4)
    _join(expert, rally, "")
    _build_on(expert, rally)

    site.later(days=3)
    _vote(expert, rally)
    for page, who in ((host, "You belong to the host"), (solver, "You take part as Gannet"), (expert, "You take part under your own name")):
        _shows_no_count(page, rally, who)

    site.later(days=3)
    expert.goto(rally)
    reads(expert, COUNT)
    expert.goto(rally + "/report")
    reads(expert, "has not said yet what becomes of the ideas")
    first = expert.get_by_role("region", name="Ranking").get_by_role("row").nth(1)
    for text in (TRAYS, "Gannet (pseudonym)", "1 / 1", "100.0 %"):
        expect(first).to_contain_text(text)
    _answer(host, rally)
    site.deliver()
    solver.goto("/inbox")
    reads(solver, f"The host of “{TITLE}” says what becomes of the ideas.")


def _announce(page: Page) -> str:
    """Draft with a gap, see it named, fill it, announce. Returns the rally's address."""
    page.goto("/rallies")
    page.get_by_role("link", name="Open a rally").first.click()
    page.fill("[name=title]", TITLE)
    page.fill("[name=question]", "They come off the lorries whole, are of spruce, and leave the yard as firewood. What would be better?")
    for name, days in (("building_at", 3), ("voting_at", 6), ("closes_at", 9)):
        page.fill(f"[name={name}]", (clock.now() + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M"))
    press(page, "Save and check")
    reads(page, "Still missing")
    page.get_by_role("main").get_by_role("link", name="Change something").click()
    expect(page.locator("[name=title]")).to_have_value(TITLE)
    page.fill("[name=promise]", "The yard tries the two best-placed ideas in spring; whoever thought of them is invited.")
    press(page, "Save and check")
    press(page, "Announce it")
    expect(page.get_by_role("heading", level=1)).to_have_text(TITLE)
    return page.url


def _join(page: Page, rally: str, alias: str) -> None:
    page.goto(rally)
    page.get_by_role("link", name="Take part").first.click()
    reads(page, "The yard tries the two best-placed ideas in spring")
    page.fill("[name=alias]", alias)
    page.check("[name=accepted]")
    press(page, "Take part")


def _post(page: Page, title: str) -> str:
    """The pen of whoever has just joined lies ready. Returns the idea's address."""
    page.fill("[name=title]", title)
    page.fill("[name=body]", "Sawn across, a pallet is two trays; the nails stay where they are.")
    press(page, "Post it")
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    return page.url


def _build_on(page: Page, rally: str) -> None:
    page.goto(rally)
    page.get_by_role("link", name=f"Build on it: {TRAYS}").click()
    expect(page.get_by_role("checkbox", name=TRAYS)).to_be_checked()
    _post(page, SHELVES)
    expect(page.get_by_role("main").get_by_role("link", name=TRAYS)).to_be_visible()


def _vote(page: Page, rally: str) -> None:
    """For the other's idea; there is no button for one's own."""
    page.goto(rally)
    reads(page, "Your own idea: others vote on it.")
    expect(page.get_by_role("main").get_by_role("button", name=re.compile("^Vote for it"))).to_have_count(1)
    page.get_by_role("main").get_by_role("button", name=f"Vote for it: {TRAYS}").click()
    reads(page, "Has your vote")


def _shows_no_count(page: Page, rally: str, who: str) -> None:
    page.goto(rally)
    expect(page.locator("body")).to_contain_text(who)
    reads(page, SHELVES)
    expect(page.get_by_role("main")).not_to_contain_text(COUNT)
    page.get_by_role("main").get_by_role("link", name=TRAYS).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(TRAYS)
    expect(page.get_by_role("main")).not_to_contain_text(COUNT)
    assert page.goto(rally + "/report").status == 404  # type: ignore[union-attr]


def _answer(page: Page, rally: str) -> None:
    page.goto(rally)
    page.get_by_role("link", name="Answer the participants").first.click()
    reads(page, "The yard tries the two best-placed ideas in spring")
    page.fill("[name=answer]", "Too short.")
    press(page, "Publish the answer")
    reads(page, "at least 40 characters")
    expect(page.locator("[name=answer]")).to_have_value("Too short.")
    page.fill(
        "[name=answer]",
        "The trays are sawn in March, eighty of them for the first bed; the shelves wait until the trays have held a summer.",
    )
    press(page, "Publish the answer")
    reads(page, "The trays are sawn in March")
