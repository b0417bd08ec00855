"""Two people on one page: founded, joined, written at once, brought together, compared, credited."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Site
from tests.browser.hands import press, signed_in

CHARTER = "We measure rain with what every kitchen has, and write down how. Whoever joins says where their numbers come from."
TEXT = "Put a jar where no roof reaches.\n\nRead it every morning.\n\nPour it out."


@pytest.fixture
def windows(browser: Browser, site: Site, script: bool) -> Iterator[dict[str, Page]]:
    with signed_in(browser, site, "solver", "expert", script=script) as pages:
        yield pages


def heading(page: Page, text: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(text)


def test_two_people_write_one_page(windows: dict[str, Page], script: bool) -> None:
    solver, expert = windows["solver"], windows["expert"]
    _found(solver)
    _join(expert)
    solver.goto("/communities/rain-in-jars/pages/new")
    solver.fill("[name=title]", "The jar")
    solver.fill("[name=body]", TEXT)
    press(solver, "Save the page")
    heading(solver, "The jar")
    _both_edit(solver, expert)
    if script:
        _kept_while_typing(expert)
    _look(solver)


def _found(page: Page) -> None:
    page.goto("/communities/new")
    page.fill("[name=name]", "Rain in jars")
    page.fill("[name=summary]", "How much it rained, with what every kitchen has.")
    page.fill("[name=charter]", CHARTER)
    page.check("[name=licence][value='CC0-1.0']")
    press(page, "Found it")
    heading(page, "Rain in jars")


def _join(page: Page) -> None:
    page.goto("/communities/rain-in-jars")
    page.get_by_role("link", name="Join and write").first.click()
    expect(page.get_by_role("main")).to_contain_text("Anybody may do anything with it")
    page.check("[name=accepted]")
    press(page, "Accept and join")
    expect(page.get_by_role("main")).to_contain_text("Contributor")


def _both_edit(solver: Page, expert: Page) -> None:
    """Both open the form; the second to save changes the same sentence, and another."""
    for page in (solver, expert):
        page.goto("/communities/rain-in-jars/pages/the-jar/edit")
    solver.fill("[name=body]", TEXT.replace("every morning", "at seven"))
    press(solver, "Save the page")
    expert.fill("[name=body]", TEXT.replace("every morning", "twice a day") + "\n\nNote the day.")
    press(expert, "Save the page")
    heading(expert, "Bring both texts together")
    main = expert.get_by_role("main")
    expect(main).to_contain_text("Read it at seven.")
    expect(main).to_contain_text("Read it twice a day.")
    press(expert, "Put it together")
    expect(main).to_contain_text("Choose what this part becomes.")
    expert.goto("/home")
    expert.locator(".todo li", has_text="The jar").get_by_role("link", name="Your text is kept").first.click()
    expert.get_by_label("Both, theirs first").check()
    press(expert, "Put it together")
    expert.fill(
        "[name=body]",
        expert.input_value("[name=body]").replace("Read it at seven.\nRead it twice a day.", "Read it at seven and at seven."),
    )
    press(expert, "Save the merged page")
    expect(expert.get_by_role("main")).to_contain_text("Read it at seven and at seven.")
    expect(expert.get_by_role("main")).to_contain_text("Note the day.")


def _kept_while_typing(page: Page) -> None:
    """What was typed and not saved is there after the window was closed."""
    page.goto("/communities/rain-in-jars/pages/the-jar/edit")
    page.locator("[name=body]").press_sequentially("Snow counts, melted. ")
    expect(page.locator("[data-autosave-status]")).to_contain_text("Saved")
    page.goto("/my/drafts")
    page.get_by_role("main").get_by_role("link", name="The jar").click()
    assert "Snow counts, melted." in page.input_value("[name=body]")
    press(page, "Discard this draft")
    expect(page.get_by_role("main")).not_to_contain_text("The jar")


def _look(page: Page) -> None:
    page.goto("/communities/rain-in-jars/pages/the-jar/history")
    page.get_by_role("link", name="What changed: 3").click()
    expect(page.locator("table.diff ins").first).to_be_visible()
    expect(page.locator("table.diff")).to_contain_text("put in")
    page.goto("/communities/rain-in-jars/pages/the-jar/history")
    press(page, "Restore revision 1")
    expect(page.get_by_role("main")).to_contain_text("Read it every morning.")
    page.goto("/communities/rain-in-jars/credits")
    expect(page.get_by_role("main")).to_contain_text("Kestrel")
    expect(page.get_by_role("main")).to_contain_text("100.0 %")
