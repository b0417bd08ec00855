"""One need, from the company's first draft to the winner's money, in a browser: with JavaScript and without."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from hub.kernel import clock
from tests.browser.conftest import Site, Visitor
from tests.browser.hands import press
from tests.conftest import NOON

TITLE = "Measure the freshness of cut herbs through the bag"
PROBLEM = (
    "Cut herbs wilt inside bags that nobody may open. We look for a way to measure how fresh they are, through the film, on a belt at "
    "half a metre a second, with equipment that costs less than ten thousand euros and needs no consumables."
)
DEADLINE = NOON + timedelta(days=10)
REASON = "Shown with numbers that we could follow from the data in the entry."


class Play:
    """The people of the slice, each before their own window."""

    def __init__(self, browser: Browser, site: Site, script: bool) -> None:
        self.site, self._browser, self._script = site, browser, script
        self._windows: dict[str, Visitor] = {}
        self.slug = ""

    def as_(self, who: str) -> Page:
        if who not in self._windows:
            self._windows[who] = Visitor(self._browser, self.site, self._script).sign_in(who)
        return self._windows[who].page

    def challenge(self, rest: str = "") -> str:
        return f"/challenges/{self.slug}{rest}"

    def close(self) -> None:
        complaints = [text for window in self._windows.values() for text in window.complaints if "status of 4" not in text]
        for window in self._windows.values():
            window.close()
        assert not complaints


@pytest.fixture
def play(browser: Browser, site: Site, script: bool) -> Iterator[Play]:
    play = Play(browser, site, script)
    yield play
    play.close()


def draft(play: Play) -> None:
    page = play.as_("company")
    page.goto("/challenges/new")
    page.fill("[name=title]", TITLE)
    page.fill("[name=summary]", "A measurement through the film that tells how fresh cut herbs are.")
    page.fill("[name=problem]", PROBLEM)
    page.select_option("[name=sector]", "sensors")
    for n, (title, kind, weight) in enumerate(
        [("Works through printed film", "must", ""), ("Accuracy", "scored", "60"), ("Cost", "scored", "40")]
    ):
        page.fill(f"[name='criteria.{n}.title']", title)
        page.check(f"[name='criteria.{n}.kind'][value={kind}]")
        page.fill(f"[name='criteria.{n}.weight']", weight)
    page.fill("[name=prize]", "20000")
    page.select_option("[name=currency]", "EUR")
    page.fill("[name=closes_at]", DEADLINE.strftime("%Y-%m-%dT%H:%M"))
    press(page, "Save and check")
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your answers")
    play.slug = page.url.split("/challenges/")[1].split("/")[0]
    expect(page.get_by_role("main")).to_contain_text("EUR 19,000")
    press(page, "Send to review")


def review(play: Play) -> None:
    page = play.as_("consultant")
    page.goto("/desk")
    page.get_by_role("link", name=TITLE, exact=True).click()
    page.fill("[name=remarks]", "How fresh is fresh? Name a reference method in the criterion on accuracy.")
    press(page, "Send back with remarks")

    page = play.as_("company")
    page.goto(play.challenge("/edit"))
    expect(page.get_by_role("main")).to_contain_text("Name a reference method")
    page.fill("[name='criteria.1.detail']", "Against chlorophyll fluorescence, 200 bags.")
    press(page, "Save and check")
    press(page, "Send to review")

    page = play.as_("consultant")
    page.goto(play.challenge("/review"))
    expect(page.get_by_role("main")).to_contain_text("chlorophyll")
    press(page, "Approve")


def fund_and_publish(play: Play) -> None:
    page = play.as_("company")
    page.goto(play.challenge("/fund"))
    expect(page.get_by_role("main").get_by_role("button", name="Publish")).to_have_attribute("aria-disabled", "true")
    press(page, "Show the bank details")
    reference = page.locator("#reference").inner_text()

    admin = play.as_("admin")
    admin.goto("/admin/payments?q=" + reference)
    admin.get_by_role("main").get_by_role("link", name="Confirm").click()
    admin.fill("[name=bank_reference]", "ST-2026-11-21-0007")
    press(admin, "Continue")
    press(admin, "Confirm EUR 20,000")

    page.goto(play.challenge("/fund"))
    expect(page.get_by_role("main")).to_contain_text("The whole prize is held")
    press(page, "Publish")
    play.site.deliver()


def enter(play: Play, who: str) -> None:
    """Find the challenge, read and sign the agreement, save a draft with a file."""
    page = play.as_(who)
    page.goto("/explore?q=freshness+of+cut+herbs")
    page.get_by_role("main").get_by_role("link", name=TITLE).first.click()
    expect(page.get_by_role("main")).to_contain_text("EUR 20,000")
    page.get_by_role("link", name="Read the agreement and enter").first.click()
    page.check("[name=agreed]")
    press(page, "Sign and enter")
    page.goto(play.challenge("/room"))
    page.fill("[name=title]", f"Fluorescence at two wavelengths, by {who}")
    page.fill("[name=body]", "Two diodes, one detector: the ratio at 685 and 730 nm falls as the leaves wilt. **Data in the table.**")
    press(page, "Save the draft")
    page.set_input_files("[type=file]", {"name": "data.csv", "mimeType": "text/csv", "buffer": b"bag,ratio\n1,0.91\n2,0.74\n"})
    press(page, "Attach")
    expect(page.get_by_role("main")).to_contain_text("data.csv")


def seal(play: Play, who: str) -> None:
    page = play.as_(who)
    page.goto(play.challenge("/room/seal"))
    press(page, "Seal the entry")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your entry is sealed")
    expect(page.get_by_role("main")).to_contain_text(re.compile(r"\b[0-9a-f]{64}\b|([0-9a-f]{4,} ?){8,}"))


def be_late(play: Play, who: str) -> None:
    page = play.as_(who)
    page.goto(play.challenge("/room/seal"))
    clock.set_to(DEADLINE + timedelta(seconds=1))
    press(page, "Seal the entry")
    expect(page.get_by_role("main")).to_contain_text("deadline")
    expect(page.get_by_role("main")).to_contain_text("kept")
    page.goto(play.challenge("/room"))
    expect(page.get_by_role("main")).to_contain_text("Fluorescence at two wavelengths")
    play.site.deliver()


def judge(play: Play) -> None:
    page = play.as_("company")
    page.goto(play.challenge("/judging"))
    page.fill("[name=email]", "expert@demo.example")
    press(page, "Ask them to judge")

    page = play.as_("expert")
    page.goto("/judge")
    page.get_by_role("link", name="Read the declaration, then accept or decline").click()
    page.check("[name=declared]")
    press(page, "Accept and declare")
    page.goto("/judge")
    for href in [a.get_attribute("href") for a in page.get_by_role("link", name=re.compile("by (solver|tern)")).all()]:
        page.goto(href or "")
        best = page.get_by_role("heading", level=1).inner_text().endswith("solver")
        for group in page.locator("section.rubric").all():
            options = group.locator("input[type=radio]")
            group.locator("input[type=radio][value='1']").check() if options.count() == 2 else options.nth(9 if best else 6).check()
            group.locator("textarea").fill(REASON)
        press(page, "Save the scores")


def select(play: Play) -> None:
    page = play.as_("company")
    page.goto(play.challenge("/select"))
    page.get_by_role("main").get_by_role("link", name=re.compile("Choose")).first.click()
    expect(page.get_by_role("main")).to_contain_text("by solver")
    press(page, "Select this winner")
    play.site.deliver()
    page = play.as_("tern")
    page.goto("/my/entries")
    page.get_by_role("main").get_by_role("link", name="by tern").first.click()
    expect(page.get_by_role("main")).to_contain_text(REASON)


def be_paid(play: Play) -> None:
    page = play.as_("solver")
    page.goto("/my/entries")
    page.get_by_role("main").get_by_role("link", name="by solver").first.click()
    page.get_by_role("main").locator("a[href^='/awards/']").first.click()
    expect(page.get_by_role("main")).to_contain_text("EUR 19,000")
    page.check("[name=agreed]")
    press(page, "Sign and receive the prize")
    page.goto("/my/earnings")
    expect(page.get_by_role("main")).to_contain_text("EUR 19,000")
    page.goto("/my/earnings/payout")
    page.fill("[name=amount]", "19000")
    page.select_option("[name=currency]", "EUR")
    page.fill("[name=destination]", "DE89 3704 0044 0532 0130 00")
    press(page, "Continue")
    press(page, "Ask for EUR 19,000")

    admin = play.as_("admin")
    admin.goto("/admin/payouts")
    admin.get_by_role("row", name=re.compile("EUR 19,000")).get_by_role("link").last.click()
    admin.fill("[name=bank_reference]", "OUT-0001")
    press(admin, "Confirm that EUR 19,000 was sent")
    play.site.deliver()
    page.goto("/inbox")
    expect(page.get_by_role("main")).to_contain_text("EUR 19,000")


def test_a_need_is_solved_and_paid(play: Play):
    draft(play)
    review(play)
    fund_and_publish(play)
    enter(play, "solver")
    seal(play, "solver")
    enter(play, "tern")
    seal(play, "tern")
    enter(play, "lapwing")
    be_late(play, "lapwing")
    judge(play)
    select(play)
    be_paid(play)
    assert play.site.books_are_clean()
    story = play.as_("company")
    story.goto(play.challenge("/story"))
    for step in ("published", "sealed", "selected", "signed"):
        expect(story.get_by_role("main")).to_contain_text(re.compile(step, re.IGNORECASE))
