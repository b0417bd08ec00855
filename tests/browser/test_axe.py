"""Every page, in both languages and both themes, as axe-core sees it; nothing that the console complains of; and the same page on a phone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import AXE, Visitor, serve
from tests.browser.test_layout import COVERED, OVERFLOWING
from tests.browser.walk import IDS, LANGUAGES, VISITS, Walk, is_first, is_html, narrow
from tests.house.matrix.table import Row
from tests.house.matrix.world import Made
from tests.sharing import copy_folder

ALL = "{runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'], resultTypes: ['violations']}"
WORDS_AND_COLOURS = (
    "{runOnly: ['cat.color', 'cat.language', 'cat.name-role-value', 'cat.forms', 'cat.text-alternatives'],"
    " rules: {'color-contrast-enhanced': {enabled: false}}, resultTypes: ['violations']}"
)
"""The rules whose verdict another language or theme can change; what a page is built of is the same in all."""


@pytest.fixture(scope="module")
def walk(browser: Browser, made_world: Made, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    for site in serve(copy_folder(made_world.folder, tmp_path_factory.mktemp("axe") / "data")):
        walk = Walk(browser, site, made_world)
        yield walk
        walk.close()


def violations(visitor: Visitor, rules: str) -> list[str]:
    found = visitor.page.evaluate(f"axe.run(document, {rules})")
    return [
        f"{each['id']} ({each['impact']}): {node['target']} {node['html'][:160]} {node['failureSummary'][:200]}"
        for each in found["violations"]
        for node in each["nodes"]
    ]


@pytest.mark.parametrize(("row", "person", "language"), VISITS, ids=IDS)
def test_a_page_is_clean_fits_a_phone_and_hides_no_focus(walk: Walk, row: Row, person: str, language: str):
    """One visit for all of it: in English by day, in Chinese by night (a second look: the rules of words and colours), and then narrow."""
    narrow(walk.window(person, language).page, 1280, 800)
    visitor, response = walk.open(row, person, language)
    assert is_html(response) and response.status in row.ok, response.status
    visitor.page.evaluate(AXE)
    found = violations(visitor, ALL if is_first(row, person, language) else WORDS_AND_COLOURS)
    assert not found, "\n".join(found)
    complaints = [each for each in visitor.complaints if f"a status of {response.status} " not in each]  # the page's own, which is expected
    assert not complaints, complaints
    narrow(visitor.page)
    wide = visitor.page.evaluate(OVERFLOWING)
    assert not wide, wide
    covered = visitor.page.evaluate(COVERED)
    assert not covered, covered


FORMS = {
    "/login": "anonymous", "/register": "anonymous", "/orgs/new": "owner", "/challenges/new": "owner", "/needs/new": "owner",
    "/settings/security": "owner", "/settings/profile/evidence/new": "author", "/my/earnings/payout": "author",
    "/admin/payments/deposit": "admin",
}  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("address", FORMS)
def test_a_form_that_was_refused_is_clean(walk: Walk, address: str, language: str):
    """Sent empty, past what the browser itself would hold back: the summary and the words beside the fields."""
    visitor = walk.window(FORMS[address], language)
    visitor.page.goto(address)
    visitor.page.evaluate("form => form.noValidate = true", visitor.page.query_selector("main form[method=post]"))
    with visitor.page.expect_response(lambda response: response.request.method == "POST") as sent:
        visitor.page.click("main form[method=post] button[type=submit]:not([value])")
    assert sent.value.status == 422
    visitor.page.wait_for_load_state()
    broken = visitor.page.evaluate(
        "[...document.querySelectorAll('.error-summary a')].map(a => a.getAttribute('href')).filter(h => !document.getElementById(h.slice(1)))"
    )
    assert visitor.page.locator(".error-summary").count() == 1 and not broken, f"the summary leads to no field: {broken}"
    visitor.page.evaluate(AXE)
    assert not violations(visitor, ALL)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("address", "person", "status"), [("/no-such-page", "anonymous", 404), ("/admin/people", "newcomer", 403)])
def test_a_refusal_is_clean(walk: Walk, address: str, person: str, status: int, language: str):
    visitor = walk.window(person, language)
    response = visitor.page.goto(address)
    assert response is not None and response.status == status
    visitor.page.evaluate(AXE)
    assert not violations(visitor, ALL)
