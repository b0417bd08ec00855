"""Every page of the route matrix in a browser: who opens it, and one window for each person, language and script."""

from __future__ import annotations

from dataclasses import dataclass, field

from playwright.sync_api import Browser, Page, Response

from tests.browser.conftest import Site, Visitor
from tests.house.matrix.rows import ROWS
from tests.house.matrix.table import PEOPLE, Row
from tests.house.matrix.world import COOKIE, Made

LANGUAGES = ("en", "zh")
THEMES = {"en": "light", "zh": "dark"}
"""Colours do not depend on the language, so each page is seen in both languages and in both themes with two looks."""
EYES = ("owner", "author", "judge", "consultant", "admin", "member", "newcomer")
"""The order in which somebody is chosen to look at a page."""
MANY_FACES = {
    "/challenges/{open}", "/challenges/{judging}", "/challenges/{selected}", "/challenges/{open}/agreement", "/challenges/{open}/room",
    "/needs/{need_published}", "/offers/{offer_published}", "/agreements/{entry_terms}", "/home",
}  # fmt: skip
"""Pages that say something else to the seeker, to an author and to a judge."""
NOT_PAGES = {
    "/healthz", "/readyz", "/metrics", "/api/openapi.json", "/robots.txt", "/sitemap.xml", "/inbox/live", "/language/zh", "/tasks/{task_images}/images/{task_image}", "/theme/dark", "/inbox/{note}",
    "/entries/{entry_closed}/bundle.zip", "/settings/privacy/exports/{export}",
    "/challenges/{draft}/room",
    *(f"/platforms/{{platform}}/products/{product}/{what}" for product in ("{listed}/releases/{release}", "{reviewed}/releases/{release_sent}")
      for what in ("file", "sha256")),
}  # fmt: skip


def is_page(row: Row) -> bool:
    return (
        not row.writes and not row.is_api and bool(row.yes) and row.ok != frozenset({302}) and row.address not in NOT_PAGES
        and "/files/{" not in row.address
        and not row.address.partition("?")[0].endswith((".atom", ".ics", ".json", ".css", ".csv", ".pdf", ".svg", "/logo"))
    )  # fmt: skip


def onlookers(row: Row) -> list[str]:
    """Visitors where they may look, and one person who is signed in, or three where the page has many faces."""
    signed = [person for person in EYES if person in row.yes] or sorted(row.yes - {"anonymous"}, key=PEOPLE.index)
    if row.address.startswith("/api/docs"):  # the same for everybody
        return ["anonymous"]
    chosen = signed[:3] if row.address in MANY_FACES else signed[:1]
    return [*(["anonymous"] if "anonymous" in row.yes else []), *chosen]


PAGES = [row for row in ROWS if is_page(row)]


def looks(row: Row) -> list[tuple[str, str]]:
    """Who opens the page in which language: each onlooker once, and where there is only one, that one in both."""
    first, *others = onlookers(row)
    return [(person, "en") for person in others or [first]] + [(first, "zh")]


def is_first(row: Row, person: str, language: str) -> bool:
    """Whether this look is about all of the page: a second one by the same person is about its other words and colours."""
    return language == LANGUAGES[0] or (person, LANGUAGES[0]) not in looks(row)


VISITS = [(row, person, language) for language in LANGUAGES for row in PAGES for person, spoken in looks(row) if spoken == language]
IDS = [f"{row} as {person}-{language}" for row, person, language in VISITS]


@dataclass
class Walk:
    """Windows that stay open from page to page."""

    browser: Browser
    site: Site
    made: Made
    windows: dict[tuple[str, str], Visitor] = field(default_factory=dict)

    def open(self, row: Row, person: str, language: str) -> tuple[Visitor, Response]:
        """The row's page before this person's eyes."""
        visitor = self.window(person, language)
        visitor.complaints.clear()
        response = visitor.page.goto(row.address.format_map(self.made.places), wait_until="load")
        assert response is not None
        return visitor, response

    def window(self, person: str, language: str) -> Visitor:
        if (person, language) not in self.windows:
            visitor = Visitor(self.browser, self.site, viewport={"width": 1280, "height": 900})
            cookies = {"lang": language, "theme": THEMES[language]} | ({COOKIE: self.made.cookies[person]} if person != "anonymous" else {})
            visitor.context.add_cookies([{"name": name, "value": value, "url": self.site.url} for name, value in cookies.items()])
            self.windows[person, language] = visitor
        return self.windows[person, language]

    def close(self) -> None:
        for visitor in self.windows.values():
            visitor.close()


def is_html(response: Response) -> bool:
    return response.headers.get("content-type", "").startswith("text/html")


def narrow(page: Page, width: int = 360, height: int = 640) -> None:
    page.set_viewport_size({"width": width, "height": height})
