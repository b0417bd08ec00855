"""A search brief through its four steps, in a browser."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Site, Visitor
from tests.browser.hands import press
from tests.conftest import NOON
from tests.factories.briefs import APPROACH, BACKGROUND, REASON, SOUGHT

TITLE = "Tell ammonia in sealed packs at refrigerator temperature"
WHO = ("consultant", "company", "solver", "expert")


@pytest.fixture
def pages(browser: Browser, site: Site) -> Iterator[dict[str, Page]]:
    windows = {who: Visitor(browser, site).sign_in(who) for who in WHO}
    yield {who: window.page for who, window in windows.items()}
    complaints = [text for window in windows.values() for text in window.complaints if "status of 4" not in text]
    for window in windows.values():
        window.close()
    assert not complaints


def write(page: Page) -> str:
    page.goto("/briefs/new")
    for name, text in {
        "organisation": "meridian-foods", "title": TITLE, "sought": SOUGHT, "background": BACKGROUND,
        "must_haves": "Detects ammonia below 5 ppm", "criteria": "Cost\nEvidence",
        "closes_at": (NOON + timedelta(days=9)).strftime("%Y-%m-%dT%H:%M"),
    }.items():  # fmt: skip
        page.fill(f"[name={name}]", text)
    page.select_option("[name=sector]", "sensors")
    press(page, "Save")
    address = page.url
    press(page, "Send to the client")
    return address


def propose(page: Page, address: str, title: str) -> str:
    page.goto(address)
    page.get_by_role("link", name="Propose", exact=True).first.click()
    page.fill("[name=title]", title)
    page.fill("[name=approach]", APPROACH)
    for n, said in enumerate(("Yes, 3 ppm.", "1.6 cents.", "200 packs.")):
        page.fill(f"[name='answers.{n}']", said)
    press(page, "Check and hand in")
    page.get_by_label("Nothing in this proposal is confidential, and it is mine to give.").check()
    press(page, "Hand in")
    return page.url


def answer(page: Page, address: str, title: str, choice: str) -> None:
    page.goto(f"{address}/select")
    page.get_by_role("link", name=title).click()
    page.get_by_label(choice, exact=True).check()
    page.fill("[name=reason]", REASON)
    press(page, "Keep the answer")


def test_a_brief_through_its_four_steps(pages: dict[str, Page], site: Site):
    consultant, client, solver, expert = (pages[who] for who in WHO)
    address = write(consultant)
    client.goto("/home")
    client.locator(".todo-title", has_text="Sign off the brief").first.wait_for()
    client.goto(f"{address}/signoff")
    client.get_by_label("I have read the brief and want it published as it stands.").check()
    press(client, "Sign off and publish")

    consultant.goto(f"{address}/matches")
    expect(consultant.locator("#experts")).to_contain_text("Curlew")
    press(consultant, "Invite")
    expect(consultant.locator("#experts")).to_contain_text("Invited")

    mine = propose(solver, address, "Printed nanotube strips")
    propose(expert, address, "A dye in the lidding film")
    client.goto(f"{address}/proposals")
    expect(client.get_by_role("main")).to_contain_text("@kestrel")

    site.later(days=9)
    answer(client, address, "Printed nanotube strips", "Select")
    client.goto(f"{address}/select")
    expect(client.get_by_role("main")).to_contain_text("1 proposal has no answer yet.")
    answer(client, address, "A dye in the lidding film", "Turn down")
    press(client, "Decide and answer everybody")
    solver.goto(mine)
    expect(solver.get_by_role("main")).to_contain_text("company@demo.example")
    expert.goto("/my/proposals")
    expect(expert.get_by_role("main")).to_contain_text("Not selected")
