"""A post from its writing to an appeal: two solvers, a moderator, another moderator; and a question that names nobody."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Site
from tests.browser.hands import press, reads, signed_in

CHALLENGE = "Detect spoilage in sealed food packs"


@pytest.fixture
def windows(browser: Browser, site: Site) -> Iterator[dict[str, Page]]:
    with signed_in(browser, site, "solver", "owner", "consultant", "admin", "company") as pages:
        yield pages


def follow(page: Page, name: str | re.Pattern[str]) -> None:
    page.get_by_role("main").get_by_role("link", name=name).first.click()
    page.wait_for_load_state()


def test_a_discussion_a_report_an_appeal_and_a_question(site: Site, windows: dict[str, Page]) -> None:
    solver, other, consultant, admin, company = windows.values()
    solver.goto("/challenges")
    follow(solver, re.compile(CHALLENGE))
    challenge = solver.url
    follow(solver, "Begin a discussion")
    solver.get_by_label("What is it about?").fill("Light in the shop")
    press(solver, "Begin the discussion")
    reads(solver, "Please fill this in.")
    solver.get_by_label(re.compile("Your post")).fill("Under **LED** lamps ours reads 2 ppm too much. @kingfisher, yours?")
    press(solver, "Begin the discussion")
    reads(solver, "Light in the shop")
    thread = solver.url
    site.deliver()
    other.goto("/inbox")
    reads(other, "Kestrel mentioned you in “Light in the shop”.")
    other.goto(thread)
    follow(other, "Answer post 1")
    other.get_by_label(re.compile("Your post")).fill("Yours is useless, and so are you.")
    press(other, "Post the answer")
    reads(other, "In answer to Kestrel")
    _is_hidden_and_shown_again(site, thread, solver, other, consultant, admin)

    solver.goto(challenge)
    follow(solver, "Questions and answers")
    follow(solver, "Ask a question")
    solver.get_by_label(re.compile("Your question")).fill("May a shop switch its lamps off while reading?")
    press(solver, "Ask the seeker")
    company.goto("/home")
    reads(company, "May a shop switch its lamps off while reading?")
    company.goto(f"{solver.url}/answer")
    expect(company.get_by_role("main")).not_to_contain_text("Kestrel")
    company.get_by_label(re.compile("^Answer")).fill("No: it has to work in daylight.")
    press(company, "Answer to everybody")
    site.deliver()
    other.goto(challenge)
    reads(other, "May a shop switch its lamps off while reading?")


def _is_hidden_and_shown_again(site: Site, thread: str, solver: Page, other: Page, consultant: Page, admin: Page) -> None:
    solver.goto(thread)
    follow(solver, "Report it: post 2")
    solver.get_by_label("Insults, threats or hatred").check()
    press(solver, "Report it")
    consultant.goto("/moderation")
    follow(consultant, "Light in the shop")
    follow(consultant, "Tone")
    consultant.get_by_label("Hide it").check()
    press(consultant, "Decide")
    reads(consultant, "The post attacks a person instead of an argument.")
    solver.goto(thread)
    reads(solver, "Hidden by a moderator")
    expect(solver.get_by_role("main")).not_to_contain_text("Yours is useless")
    site.deliver()
    other.goto("/inbox")
    follow(other, re.compile("A moderator has decided about your post"))
    other.get_by_label("Why is the decision wrong?").fill("It was meant about the lamp and not about Kestrel.")
    press(other, "Appeal")
    admin.goto("/moderation?state=appealed")
    follow(admin, "Light in the shop")
    admin.get_by_label(re.compile("^Reason")).fill("It is rude, but it is about the lamp.")
    press(admin, "Take the measures back")
    solver.goto(thread)
    reads(solver, "Yours is useless")
