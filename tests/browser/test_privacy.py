"""A person takes their data along and opens it, asks to be erased, and is gone when the time has passed."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

from playwright.sync_api import Browser, expect

from tests.browser.conftest import Site, Visitor
from tests.browser.hands import press, reads


def test_a_person_takes_their_data_along_and_leaves(browser: Browser, site: Site, tmp_path: Path) -> None:
    visitor = Visitor(browser, site).sign_in("expert")
    page = visitor.page
    page.goto("/people/" + _handle(page))
    name = page.locator("h1").inner_text()
    _take_along(visitor, site, tmp_path)
    _ask_and_change_ones_mind(visitor)
    _leave(visitor)
    page.goto("about:blank")
    site.later(days=15)
    page.goto("/login")
    page.fill("[name=email]", "expert@demo.example")
    page.fill("[name=password]", "demo")
    page.get_by_role("main").get_by_role("button", name="Sign in", exact=True).click()
    reads(page, "do not belong together")
    page.goto(f"/explore?q={name}")
    expect(page.get_by_role("main").get_by_role("heading", name=name, exact=True)).to_have_count(0)
    assert site.books_are_clean()
    assert [text for text in visitor.complaints if "status of 4" not in text] == []
    visitor.close()


def _handle(page) -> str:
    page.goto("/settings/profile")
    return page.locator("[name=handle]").input_value()


def _take_along(visitor: Visitor, site: Site, folder: Path) -> None:
    page = visitor.page
    page.goto("/settings/privacy")
    assert visitor.axe() == []
    press(page, "Put everything together")
    reads(page, "being put together")
    site.deliver()
    page.reload()
    with page.expect_download() as begun:
        page.get_by_role("link", name="Download").first.click()
    file = folder / "mine.zip"
    begun.value.save_as(file)
    with zipfile.ZipFile(file) as archive:
        archive.extractall(folder / "mine")
        mine = json.loads(archive.read("core.accounts.json"))["tables"]["person"]["rows"]
    assert [row["email"] for row in mine] == ["expert@demo.example"]
    reader = visitor.context.new_page()
    reader.goto((folder / "mine" / "index.html").as_uri())
    expect(reader.get_by_role("heading", name="Everything we hold of you")).to_be_visible()
    expect(reader.get_by_text("expert@demo.example").first).to_be_visible()
    reader.close()


def _ask_and_change_ones_mind(visitor: Visitor) -> None:
    page = visitor.page
    page.goto("/settings/privacy/erase")
    reads(page, "What goes")
    assert visitor.axe() == []
    press(page, "Erase my account in 14 days")
    reads(page, "Tick this")
    page.check("[name=sure]")
    press(page, "Erase my account in 14 days")
    reads(page, "will be erased on")
    press(page, "Keep my account")
    reads(page, "Have my account erased")


def _leave(visitor: Visitor) -> None:
    page = visitor.page
    page.goto("/settings/privacy/erase")
    page.check("[name=sure]")
    press(page, "Erase my account in 14 days")
    reads(page, "will be erased on")
