"""A real Chromium before a real server, over a site with the demo content."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from werkzeug.serving import make_server

from hub.app import create_app
from hub.cli.demo.load import load
from hub.core.accounts import rules as accounts
from hub.core.controls import queries as controls
from hub.db import delivery
from hub.db.extensions import db
from hub.kernel import clock
from hub.web import pagecache
from tests.conftest import NOON, config_for
from tests.house.matrix.world import Made, shared
from tests.sharing import at_rest, common_folder, copy_folder, made_once

CHROMIUM = next(
    (path for name in ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--force-prefers-reduced-motion",
]  # fmt: skip
PATIENCE = 45_000
"""Milliseconds until a page or an element is given up: no promise about speed, the machine may be busy with other tests."""
AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser" in str(item.path):
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group("browser"))
            if CHROMIUM is None:
                item.add_marker(pytest.mark.skip(reason="no Chromium on this machine"))


@dataclass
class Site:
    """A running site: the test may set the clock and look into the database while the browser looks at the pages."""

    url: str
    app: Flask

    def deliver(self) -> None:
        """Do now what the worker would do within a second."""
        with self.app.app_context():
            delivery.deliver_all()
            delivery.run_periodic()
            delivery.deliver_all()
            db.session.remove()
        pagecache.forget_all()

    def later(self, **by: float) -> None:
        clock.advance(timedelta(**by))
        self.deliver()

    def books_are_clean(self) -> bool:
        with self.app.app_context():
            report = controls.verify()
            db.session.remove()
        return bool(report.ok)


@pytest.fixture(scope="session")
def made_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    """The world of the route matrix: copy its folder before you change it."""
    with shared(tmp_path_factory) as made:
        yield made


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A data directory with the whole demo content, made once for all processes of the run: copy it before you change it."""
    accounts.hash_cheaply()
    with made_once("demo", _load_demo, common_folder(tmp_path_factory)) as made:
        yield made


def _load_demo(folder: Path) -> Path:
    clock.set_to(NOON)
    app = create_app(replace(config_for(folder, f"sqlite:///{folder / 'hub.sqlite3'}"), demo=True))
    with app.app_context():
        db.create_all()
        load()
        db.session.remove()
        db.engine.dispose()
    at_rest(folder / "hub.sqlite3")
    clock.set_to(None)
    return folder


def serve(folder: Path) -> Iterator[Site]:
    clock.set_to(NOON)
    pagecache.forget_all()
    app = create_app(replace(config_for(folder, f"sqlite:///{folder / 'hub.sqlite3'}"), demo=True))
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield Site(f"http://127.0.0.1:{server.port}", app)
    finally:
        server.shutdown()
        thread.join()
        clock.set_to(None)


@pytest.fixture(scope="session")
def looked_at(demo_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """For tests that only look."""
    yield from serve(copy_folder(demo_folder, tmp_path_factory.mktemp("looked-at") / "data"))


@pytest.fixture
def site(demo_folder: Path, tmp_path: Path) -> Iterator[Site]:
    """A copy of its own, for tests that change things."""
    yield from serve(copy_folder(demo_folder, tmp_path / "data"))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(params=["with JavaScript", "without JavaScript"])
def script(request: pytest.FixtureRequest) -> bool:
    return request.param == "with JavaScript"


class Visitor:
    """One person's browser window. A console error or a failed request fails the test at the end."""

    def __init__(self, browser: Browser, site: Site, script: bool = True, **options: object) -> None:
        self.context: BrowserContext = browser.new_context(
            base_url=site.url, java_script_enabled=script, locale="en-GB", timezone_id="Europe/Berlin", **options
        )  # type: ignore[arg-type]
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(PATIENCE)
        self.complaints: list[str] = []
        self.page.on("console", lambda message: self.complaints.append(message.text) if message.type == "error" else None)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def sign_in(self, who: str, password: str = "demo") -> Visitor:
        self.page.goto("/login")
        self.page.fill("[name=email]", f"{who}@demo.example")
        self.page.fill("[name=password]", password)
        self.page.click("main button[type=submit]")
        return self

    def axe(self) -> list[str]:
        """What axe-core finds on the page: rule, impact and place of each violation."""
        self.page.evaluate(AXE)
        found = self.page.evaluate(
            "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})"
        )
        return [
            f"{v['id']} ({v['impact']}): {node['target']} {node['failureSummary'][:160]}"
            for v in found["violations"]
            for node in v["nodes"]
        ]

    def close(self) -> None:
        self.context.close()


os.environ.setdefault("PW_TEST_SCREENSHOT_NO_FONTS_READY", "1")
