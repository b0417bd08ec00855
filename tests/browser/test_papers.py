"""An organisation's papers in a browser: found, read, downloaded; a wrong one taken back and issued anew with the right details."""

from __future__ import annotations

import subprocess
from pathlib import Path

from playwright.sync_api import Browser, expect

from tests.browser.conftest import Site, Visitor


def test_from_the_money_to_a_paper_that_is_right(browser: Browser, site: Site, tmp_path: Path):
    company, admin = Visitor(browser, site, True).sign_in("company"), Visitor(browser, site, True).sign_in("admin")
    page = company.page
    page.goto("/orgs/meridian-foods/money")
    page.get_by_role("main").get_by_role("link", name="Papers").click()
    page.select_option("[name=kind]", "receipt")
    page.get_by_role("main").get_by_role("button", name="Show").click()
    page.wait_for_load_state()
    page.get_by_role("main").get_by_role("link", name="Receipt").last.click()
    page.wait_for_url("**/papers/SITE-*")
    expect(page.get_by_role("article")).to_contain_text("Meridian Foods")
    number = page.url.rpartition("/")[2]
    assert company.axe() == []

    with page.expect_download() as download:
        page.get_by_role("link", name="PDF", exact=True).click()
    assert download.value.suggested_filename == f"receipt-{number}.pdf"
    file = tmp_path / "paper.pdf"
    download.value.save_as(file)
    text = subprocess.run(["pdftotext", "-layout", str(file), "-"], capture_output=True, check=True, timeout=60).stdout.decode()
    assert number in text
    assert "Meridian Foods" in text

    page.goto("/orgs/meridian-foods/money/billing")
    page.fill("[name=legal_name]", "Meridian Foods GmbH")
    page.select_option("[name=country]", "DE")
    page.fill("[name=tax_id]", "12")
    page.get_by_role("main").get_by_role("button", name="Save").click()
    expect(page.locator("#f-tax_id")).to_have_value("12")
    page.fill("[name=tax_id]", "DE123456789")
    page.get_by_role("main").get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved. It stands")).to_be_visible()

    desk = admin.page
    desk.goto(f"/papers/{number}")
    desk.get_by_text("Something on it is wrong").click()
    desk.fill("[name=reason]", "The legal name was missing.")
    desk.get_by_role("button", name="Cancel it and issue it anew").click()
    expect(desk.get_by_role("article")).to_contain_text("Meridian Foods GmbH")
    expect(desk.get_by_role("article")).to_contain_text("DE123456789")
    page.goto(f"/papers/{number}")
    expect(page.get_by_role("main")).to_contain_text("no longer counts")
    expect(page.get_by_role("article")).not_to_contain_text("GmbH")
    assert site.books_are_clean()
