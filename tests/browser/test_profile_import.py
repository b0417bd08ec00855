"""A researcher brings a list of publications, looks at it, takes two in, and the page shows them; without JavaScript as well."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import Site, Visitor
from tests.browser.hands import press, reads

LIST = r"""
@article{ripening, title = {Printed sensors see the ripening of {G}ouda}, journal = {Made-up Letters in Sensing}, year = {2024}, doi = {10.9999/walk.1}}
@inproceedings{tags, title = {Tags from the caf{\'e} next door}, booktitle = {Made-up Conference on Tags}, year = {2023}}
@patent{lid, title = {Lid that remembers}, year = {2021}}
@misc{untitled, year = {2019}}
"""


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_a_list_is_looked_at_ticked_taken_in_and_known_the_second_time(browser: Browser, site: Site, tmp_path: Path, script: bool) -> None:
    file = tmp_path / "mine.bib"
    file.write_bytes(LIST.replace("\n", "\r\n").encode("utf-16"))
    visitor = Visitor(browser, site, script).sign_in("expert")
    page = visitor.page
    _send(page, file)
    reads(page, "It has no title.")
    if script:
        assert visitor.axe() == []
    expect(page.get_by_role("checkbox", name="Take:")).to_have_count(3)
    page.get_by_role("checkbox", name="Take: Lid that remembers").uncheck()
    press(page, "Take in what is ticked")
    reads(page, "Tags from the café next door")
    _send(page, file)
    reads(page, "same as one of yours")
    expect(page.get_by_role("checkbox", name="Take:")).to_have_count(1)
    page.get_by_role("checkbox").uncheck()
    press(page, "Take in what is ticked")
    reads(page, "Choose at least one.")
    page.goto("/people/curlew")
    reads(page, "Printed sensors see the ripening of Gouda")
    reads(page, "DOI 10.9999/walk.1")
    expect(page.get_by_role("main")).not_to_contain_text("Lid that remembers")
    assert [text for text in visitor.complaints if "status of 4" not in text] == []
    visitor.close()


def _send(page, file: Path) -> None:
    page.goto("/settings/profile/expert")
    page.get_by_role("link", name="Bring a list of publications").click()
    page.set_input_files("[name=file]", file)
    press(page, "Look at it first")
