"""A task project from the first draft to the last answer, in a browser: a file with a bad row, a budget, answers by keyboard, a rejection."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Site
from tests.browser.hands import press_like, signed_in

TITLE = "Which of these sentences speak of a lid?"
CSV = "text,id\nThe lid does not close.,1\n,2\nTasty and fresh.,3\n"


@pytest.fixture
def windows(browser: Browser, site: Site) -> Iterator[dict[str, Page]]:
    with signed_in(browser, site, "company", "solver", "admin") as pages:
        yield pages


def test_a_project_is_drafted_funded_answered_and_decided(windows: dict[str, Page], site: Site):
    owner, worker, admin = windows["company"], windows["solver"], windows["admin"]
    owner.goto("/tasks/new")
    owner.get_by_label("Title").fill(TITLE)
    owner.get_by_label("In one or two sentences").fill("Sentences of customers, to find those about the lid.")
    owner.get_by_label("Sort texts into classes").check()
    owner.get_by_label("The question").fill("Does it speak of a lid?")
    owner.get_by_label("Classes, one a line").fill("Yes")
    owner.get_by_label("How to answer").fill("Yes if the sentence speaks of a lid; else no.")
    owner.get_by_label("Pay for an accepted answer").fill("0.40")
    owner.get_by_label("How many people answer").fill("1")
    owner.get_by_label("Sector").select_option("data")
    press_like(owner, "Save and go on")
    expect(owner.get_by_role("alert").first).to_contain_text("Name 2 to 50 classes")
    expect(owner.get_by_label("Title")).to_have_value(TITLE)
    owner.get_by_label("Classes, one a line").fill("Yes\nNo")
    press_like(owner, "Save and go on")

    owner.set_input_files("[name=table]", {"name": "sentences.csv", "mimeType": "text/csv", "buffer": CSV.encode()})
    press_like(owner, "Look at it first")
    expect(owner.get_by_role("main")).to_contain_text("This is empty; a record without it cannot be used.")
    press_like(owner, "Add 2 tasks")
    expect(owner.get_by_role("main")).to_contain_text("USD 0.84")
    press_like(owner, "Show the bank details")
    reference = owner.locator("#reference").inner_text()
    slug = owner.url.split("/")[4]

    admin.goto("/admin/payments?q=" + reference)
    admin.get_by_role("main").get_by_role("link", name="Confirm").click()
    admin.fill("[name=bank_reference]", "IN-77")
    press_like(admin, "Continue")
    press_like(admin, "Confirm USD 0.84")
    owner.reload()
    press_like(owner, "Start the project")
    expect(owner.get_by_role("main")).to_contain_text("Running")

    worker.goto(f"/tasks/{slug}")
    expect(worker.get_by_role("main")).to_contain_text("USD 0.40 an answer")
    expect(worker.get_by_role("main")).to_contain_text("hourly rate not yet known")
    press_like(worker, "Start")
    expect(worker.locator(".task-text")).to_have_text("The lid does not close.")
    worker.keyboard.press("Enter")
    expect(worker.get_by_role("alert").first).to_contain_text("Please answer this.")
    worker.keyboard.press("1")
    worker.keyboard.press("Enter")
    expect(worker.locator(".task-text")).to_have_text("Tasty and fresh.")
    worker.keyboard.press("1")
    worker.keyboard.press("Enter")
    worker.wait_for_url(f"**/tasks/{slug}")

    owner.goto(f"/tasks/{slug}/progress")
    expect(owner.get_by_role("main")).to_contain_text("Tasks done")
    owner.get_by_role("link", name="Results").click()
    expect(owner.get_by_role("table")).to_contain_text("The lid does not close.")
    expect(owner.get_by_role("table")).to_contain_text("Yes × 1")
    owner.get_by_role("main").get_by_role("link", name="Dawid-Skene").click()
    expect(owner.get_by_role("main")).to_contain_text("By Dawid-Skene")
    owner.get_by_role("main").get_by_role("link", name="People").click()
    expect(owner.get_by_role("table")).to_contain_text("2")
    owner.goto(f"/tasks/{slug}/results")
    with owner.expect_download() as file:
        owner.get_by_role("link", name="Download the results").click()
    saved = list(csv.DictReader(file.value.path().read_text(encoding="utf-8-sig").splitlines()))
    assert [(row["item.text"], row["majority"], row["votes"]) for row in saved] == [
        ("The lid does not close.", "Yes", "Yes × 1"), ("Tasty and fresh.", "Yes", "Yes × 1"),
    ]  # fmt: skip

    owner.goto(f"/tasks/{slug}/answers")
    owner.get_by_role("link", name="Task 2").click()
    owner.get_by_label("Or say why it cannot be accepted").fill("It speaks of the taste, not of a lid.")
    press_like(owner, "Reject")
    press_like(owner, "Accept 1 answer")
    site.deliver()
    worker.goto("/my/tasks")
    expect(worker.get_by_role("main")).to_contain_text("Accepted")
    worker.get_by_role("link", name=re.compile("#2")).first.click()
    expect(worker.get_by_role("main")).to_contain_text("It speaks of the taste, not of a lid.")
    worker.goto("/my/earnings")
    expect(worker.get_by_role("main")).to_contain_text("0.40")

    owner.goto(f"/tasks/{slug}/end")
    press_like(owner, "End the project")
    site.deliver()
    owner.goto(f"/tasks/{slug}")
    expect(owner.get_by_role("main")).to_contain_text("Finished")
    assert site.books_are_clean()
