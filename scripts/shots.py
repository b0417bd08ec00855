"""`make shots`: the README's screenshots, from a fresh site with the demo content."""

from __future__ import annotations

import shutil
import sys
import tempfile
import threading
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright
from werkzeug.serving import make_server

from hub.app import create_app
from hub.cli.demo.load import load
from hub.config import from_environment
from hub.db.extensions import db

OUT = Path(__file__).parent.parent / "docs" / "shots"
WIDE, NARROW = {"width": 1280, "height": 860}, {"width": 360, "height": 740}
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-sync"]

SHOTS = [
    ("explore", "/explore?q=carbon+nanotube+sensor", "", WIDE, "light", "en"),
    ("challenge", "/challenges/detect-spoilage-in-sealed-food-packs-without-opening-them", "", WIDE, "light", "en"),
    ("home", "/home", "company", WIDE, "dark", "en"),
    ("judging", "/judge/entries/5", "expert", WIDE, "light", "en"),
    ("challenge-zh", "/challenges/challenge", "", NARROW, "light", "zh"),
    ("earnings", "/my/earnings", "solver", NARROW, "dark", "en"),
]


def take(browser: Browser, url: str, shot: tuple[str, str, str, dict[str, int], str, str]) -> None:
    name, path, who, size, theme, language = shot
    context = browser.new_context(base_url=url, viewport=size, color_scheme=theme, locale="zh-CN" if language == "zh" else "en-GB")
    page = context.new_page()
    page.goto(f"/language/{language}")
    if who:
        page.goto("/login")
        page.fill("[name=email]", f"{who}@demo.example")
        page.fill("[name=password]", "demo")
        page.click("main button[type=submit]")
    answer = page.goto(path)
    if answer is None or not answer.ok:
        raise SystemExit(f"{path} did not answer")
    page.screenshot(path=OUT / f"{name}.png")
    context.close()


def main() -> None:
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        raise SystemExit("no Chromium on this machine (apt install chromium)")
    OUT.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="hub-shots-"))
    app = create_app(from_environment({"HUB_DATA_DIR": str(folder), "HUB_DEMO": "1"}))
    with app.app_context():
        db.create_all()
        load(say=lambda text: print(text, file=sys.stderr))
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        for shot in SHOTS:
            take(browser, f"http://127.0.0.1:{server.port}", shot)
            print(shot[0])
        browser.close()
    server.shutdown()
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
