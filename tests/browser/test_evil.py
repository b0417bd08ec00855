"""Pages full of what attackers type, before a real browser whose Content-Security-Policy is switched off: nothing runs all the same."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import Site, Visitor, serve
from tests.browser.walk import THEMES
from tests.house.matrix.world import COOKIE, Made
from tests.security.corpora import CLOSERS, LINKS, MARK, MARKDOWN, MUTATIONS, SCRIPTS
from tests.security.poison import poison
from tests.sharing import copy_folder

WORST = (
    "/challenges/{open}", "/challenges/{judging}", "/needs/{need_published}", "/people/wren", "/spaces/{space}", "/tasks/{task_paid}",
    "/home", "/inbox", "/explore?q=sensor",
)  # fmt: skip
RAN = f"""() => [...document.querySelectorAll('*')].filter(one => one.localName.includes('{MARK}')
    || [...one.attributes].some(each => each.name.startsWith('on') || each.name.includes('{MARK}')
        || (['href', 'src', 'action', 'formaction'].includes(each.name) && /^[\\s\\x00-\\x1f]*(javascript|vbscript|data:text)/i.test(each.value)))
    ).map(one => one.outerHTML.slice(0, 120)).concat(window.ran)"""


@pytest.fixture
def evil(made_world: Made, tmp_path) -> Iterator[Site]:
    folder = copy_folder(made_world.folder, tmp_path / "data")
    assert poison(f"sqlite:///{folder / 'hub.sqlite3'}")
    yield from serve(folder)


def test_nothing_that_people_typed_runs_in_a_browser(browser: Browser, evil: Site, made_world: Made):
    visitor = Visitor(browser, evil, bypass_csp=True)
    cookies = {"theme": THEMES["en"], COOKIE: made_world.cookies["owner"]}
    visitor.context.add_cookies([{"name": name, "value": value, "url": evil.url} for name, value in cookies.items()])
    page, asked = visitor.page, []
    page.add_init_script(
        f"window.ran = []; Object.defineProperty(window, '{MARK}', {{get: () => () => window.ran.push('called'), set: () => window.ran.push('set')}})"
    )
    page.on("dialog", lambda dialog: asked.append(dialog.message))
    page.on("request", lambda request: asked.append(request.url) if "evil.example" in request.url else None)
    shown = 0
    for address in WORST:
        page.goto(address.format_map(made_world.places), wait_until="load")
        shown += MARK in page.content()
        assert page.evaluate(RAN) == [], address
    assert shown >= 6
    page.goto("/styleguide", wait_until="load")
    page.evaluate(
        """async ([texts]) => {
            const token = document.querySelector('[name=csrf_token]')?.value ?? ''
            const answer = await fetch('/markdown', {method: 'POST', body: new URLSearchParams({text: texts.join('\\n\\n'), csrf_token: token})})
            const box = document.createElement('div')
            box.innerHTML = await answer.text()
            document.body.append(box)
        }""",
        [[*SCRIPTS, *CLOSERS, *MUTATIONS, *LINKS, *MARKDOWN]],
    )
    page.wait_for_timeout(300)
    assert MARK in page.content() and page.evaluate(RAN) == []
    assert asked == []
    visitor.close()
