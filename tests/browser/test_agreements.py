"""An agreement built clause by clause, sent back, changed, signed again with its changes seen, and printed, in a browser."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from playwright.sync_api import Browser, Page, expect

from hub.cli.evidence import verify
from tests.browser.conftest import Site, Visitor
from tests.browser.hands import press

OBJECT = "The patent family on porous coatings with the recipe, for tanks of breweries."
REASON = "Three years are too short for us: the first tank alone takes two."


@pytest.fixture
def both(browser: Browser, site: Site) -> Iterator[dict[str, Page]]:
    windows = {who: Visitor(browser, site).sign_in(who) for who in ("owner", "solver")}
    yield {who: window.page for who, window in windows.items()}
    complaints = [text for window in windows.values() for text in window.complaints if "status of 4" not in text]
    for window in windows.values():
        window.close()
    assert not complaints


def sign(page: Page, *says: str) -> None:
    page.get_by_label("I have read the agreement and agree to it.").check()
    press(page, "Check and sign")
    for text in says:
        expect(page.get_by_role("main")).to_contain_text(text)
    press(page, "Sign now")


def test_built_changed_signed_again_and_printed(both: dict[str, Page], site: Site, tmp_path: Path) -> None:
    owner, solver = both["owner"], both["solver"]
    solver.goto("/people/kestrel")
    owner.goto("/agreements/new?kind=technology")
    owner.select_option("[name=organisation]", label="Loom Materials Lab")
    owner.fill("[name=other]", solver.url)
    owner.fill("[name=title]", "Coating for brewery tanks")
    owner.fill("[name=object]", OBJECT)
    words = owner.locator("#preview")
    owner.check("[name='terms.transfer'][value=exclusive_licence]")
    owner.fill("[name='terms.territory']", "Belgium")
    expect(words).to_contain_text("for the territory Belgium")
    owner.fill("[name='terms.term_years']", "300")
    expect(words).to_contain_text("from 1 to 99")
    owner.fill("[name='terms.term_years']", "3")
    expect(words).to_contain_text("The licence lasts 3 years.")
    press(owner, "Save and check")
    expect(owner.get_by_role("main")).to_contain_text(OBJECT)
    press(owner, "Propose it to Kestrel")
    address = owner.url
    sign(owner, "Loom Materials Lab", "once the others have signed")

    solver.goto("/home")
    solver.locator(".todo-title", has_text="An agreement waits for your signature").first.click()
    solver.goto(address)
    solver.fill("[name=reason]", REASON)
    press(solver, "Send it back with this reason")
    owner.goto(address)
    expect(owner.locator("body")).to_contain_text(REASON)
    owner.goto(f"{address}/edit")
    owner.fill("[name='terms.term_years']", "6")
    press(owner, "Save and check")
    press(owner, "Propose it to Kestrel")
    sign(owner)

    solver.goto(address)
    solver.get_by_role("link", name="See what changed, word by word").click()
    changes = solver.get_by_role("main")
    expect(changes.locator("del").first).to_contain_text("3")
    expect(changes.locator("ins").first).to_contain_text("6")
    expect(solver.get_by_role("main")).to_contain_text("1 clause changed")
    solver.get_by_role("link", name="Read the whole text and sign").click()
    sign(solver, "in force at once")
    expect(solver.locator("body")).to_contain_text("It is in force: all have signed.")

    with solver.expect_download() as printed:
        solver.get_by_role("link", name="PDF with signatures").click()
    assert printed.value.path().read_bytes().startswith(b"%PDF")
    with solver.expect_download() as kept:
        solver.get_by_role("link", name="Evidence as a file").click()
    file = tmp_path / "agreement.json"
    kept.value.save_as(file)
    assert CliRunner().invoke(verify, [str(file)]).exit_code == 0
    told = json.loads(file.read_text())
    told["text_en"] = told["text_en"].replace("6 years", "60 years")
    file.write_text(json.dumps(told))
    solver.goto("/evidence/verify")
    solver.set_input_files("[name=file]", file)
    press(solver, "Check it")
    expect(solver.get_by_role("main")).to_contain_text("The text was altered")
    solver.goto("/my/agreements?state=in_force")
    expect(solver.get_by_role("main")).to_contain_text("Coating for brewery tanks")
