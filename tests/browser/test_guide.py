"""Five questions lead to a mode; an entry that did not win goes to the market, a need becomes a challenge; each end names the other."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import Site, Visitor


@pytest.fixture
def visitor(browser: Browser, site: Site, script: bool) -> Iterator[Visitor]:
    visitor = Visitor(browser, site, script)
    yield visitor
    visitor.close()
    assert not visitor.complaints


def test_questions_lead_to_a_mode_and_the_mode_to_its_form(visitor: Visitor):
    page = visitor.sign_in("company").page
    page.goto("/home")
    page.get_by_role("link", name="Post a need").click()
    page.get_by_label("Many small answers").check()
    page.get_by_label("A small amount for each answer").check()
    page.get_by_role("button", name="Recommend a way").click()
    advice = page.locator("#advice")
    expect(advice).to_contain_text("Answers are paid one by one from a budget that is held.")
    expect(page.get_by_label("A small amount for each answer")).to_be_checked()
    advice.get_by_role("link", name="Begin").click()
    expect(page).to_have_url(re.compile("/tasks/new$"))


def test_what_did_not_win_goes_to_the_market(visitor: Visitor, site: Site):
    page = visitor.sign_in("tern").page
    page.goto("/my/entries")
    page.get_by_role("link", name="Pectin film with rosemary extract").first.click()
    page.get_by_role("link", name="offer it on the market").click()
    page.fill("[name=title]", "Pectin film that keeps cut vegetables white for a week")
    page.get_by_label("Say on the offer which challenge").check()
    page.get_by_role("button", name="Make the draft").click()
    expect(page).to_have_url(re.compile("/offers/[0-9]+/edit$"))
    assert "low-methoxyl pectin" in page.locator("[name=body]").input_value()
    offer = page.url.removesuffix("/edit")
    page.goto(offer)
    page.get_by_role("link", name="Pectin film with rosemary extract").click()
    expect(page.locator(".trail")).to_contain_text("Became the offer")
    assert site.books_are_clean()


def test_a_need_that_nobody_has_becomes_a_challenge(visitor: Visitor, site: Site):
    page = visitor.sign_in("company").page
    page.goto("/orgs/meridian-foods/needs")
    page.locator("main a[href^='/needs/']:not([href*='/new']):not([href$='/edit'])").first.click()
    need = page.url
    page.get_by_role("link", name="Set a prize").click()
    page.get_by_role("button", name="Make the draft").click()
    expect(page).to_have_url(re.compile("/challenges/.+/edit$"))
    page.goto(need)
    page.locator(".trail").get_by_role("link").first.click()
    expect(page.locator(".trail")).to_contain_text("Began as the need")
