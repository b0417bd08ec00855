"""What every walk does: several people's windows side by side, a button pressed, words looked for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Site, Visitor


@contextmanager
def signed_in(browser: Browser, site: Site, *names: str, script: bool = True) -> Iterator[dict[str, Page]]:
    """A window for each of the demo's people; at the end nothing but refusals (4xx) may have been complained of."""
    visitors = {name: Visitor(browser, site, script).sign_in(name) for name in names}
    yield {name: visitor.page for name, visitor in visitors.items()}
    complaints = [text for visitor in visitors.values() for text in visitor.complaints if "status of 4" not in text]
    for visitor in visitors.values():
        visitor.close()
    assert not complaints, complaints


def press(page: Page, name: str | re.Pattern[str]) -> None:
    """The button of exactly this name, or of one that fits the pattern."""
    page.get_by_role("main").get_by_role("button", name=name, exact=isinstance(name, str)).first.click()
    page.wait_for_load_state()


def press_like(page: Page, words: str | re.Pattern[str]) -> None:
    """The first button whose name has these words in it."""
    page.get_by_role("main").get_by_role("button", name=words).first.click()
    page.wait_for_load_state()


def reads(page: Page, text: str | re.Pattern[str]) -> None:
    """The page says so, or does in a moment."""
    expect(page.get_by_role("main")).to_contain_text(text)
