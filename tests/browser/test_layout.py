"""Nothing scrolls sideways, and the keyboard sees where it is. Every page on a phone is in test_axe.py, on the same visit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import serve
from tests.browser.walk import Walk, narrow
from tests.house.matrix.world import Made
from tests.sharing import copy_folder

OVERFLOWING = """() => {
  const width = document.documentElement.clientWidth, root = document.scrollingElement;
  if (root.scrollWidth <= width) return [];
  const scrolls = el => { for (let p = el.parentElement; p && p !== root; p = p.parentElement)
    if (/auto|scroll|hidden|clip/.test(getComputedStyle(p).overflowX)) return true; return false; };
  return [`the page is ${root.scrollWidth} wide`].concat([...document.body.querySelectorAll('*')]
    .filter(el => el.getBoundingClientRect().right > width + 1 && !scrolls(el))
    .slice(0, 6).map(el => `${el.tagName}.${el.className} to ${Math.round(el.getBoundingClientRect().right)}: ${el.textContent.trim().slice(0, 60)}`));
}"""
"""Wider than the screen, and what sticks out."""

COVERED = """() => {
  const dock = document.querySelector('.dock'), bar = document.querySelector('header');
  const focusable = 'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]';
  const hidden = [];
  for (const el of document.querySelectorAll(`main :is(${focusable}), footer :is(${focusable})`)) {
    if (!el.checkVisibility({visibilityProperty: true}) || el.disabled) continue;
    el.focus();
    if (document.activeElement !== el) continue;
    const box = el.getBoundingClientRect();
    for (const over of [dock, bar]) {
      if (!over || over.contains(el) || !/fixed|sticky/.test(getComputedStyle(over).position)) continue;
      const lid = over.getBoundingClientRect();
      const shown = lid.top > innerHeight / 2 ? lid.top - box.top : box.bottom - lid.bottom;
      if (shown < Math.min(12, box.height)) hidden.push(`${el.outerHTML.slice(0, 120)} under ${over.className || over.tagName}`);
    }
  }
  return hidden.slice(0, 5);
}"""
"""What has the focus and lies under the dock or the bar."""


@pytest.fixture(scope="module")
def walk(browser: Browser, made_world: Made, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    for site in serve(copy_folder(made_world.folder, tmp_path_factory.mktemp("layout") / "data")):
        walk = Walk(browser, site, made_world)
        yield walk
        walk.close()


@pytest.mark.parametrize("width", [320, 768, 1280, 1920])
@pytest.mark.parametrize("address", ["/", "/explore?q=sensor", "/challenges/{open}", "/needs/{need_published}", "/challenges/new", "/home"])
def test_a_page_fits_other_screens(walk: Walk, address: str, width: int):
    visitor = walk.window("anonymous" if address == "/" else "owner", "en")
    narrow(visitor.page, width, 800)
    visitor.page.goto(address.format_map(walk.made.places))
    wide: list[Any] = visitor.page.evaluate(OVERFLOWING)
    assert not wide, wide


@pytest.mark.parametrize("address", ["/", "/explore", "/challenges/{open}", "/needs"])
def test_the_keyboard_skips_to_the_content(walk: Walk, address: str):
    page = walk.window("anonymous", "en").page
    narrow(page)
    page.goto(address.format_map(walk.made.places))
    page.keyboard.press("Tab")
    skip = page.locator(".skip")
    assert skip.evaluate("el => el === document.activeElement")
    box = skip.bounding_box()
    assert box is not None and box["y"] >= 0 and box["x"] >= 0, "the link to skip is seen while it has the focus"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)"), "the next stop lies in the content"
