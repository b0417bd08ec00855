"""What attackers send, at each place that takes it: nothing runs, nothing is called, nothing lands outside."""

from __future__ import annotations

import csv
import io
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import quote

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient

from hub.cli.backup import restore
from hub.config import Config
from hub.core.files import rules as files
from hub.kernel import bundles, egress
from hub.kernel.errors import Invalid
from hub.kernel.links import is_web_address
from hub.kernel.words import harmless
from hub.web.markdown import excerpt, render
from tests.house.matrix.rows import ROWS
from tests.house.matrix.table import PEOPLE, Row
from tests.house.matrix.world import Made, World, stopped_clock
from tests.security import corpora
from tests.security.corpora import EVERYWHERE, MARK
from tests.security.poison import poison

ADDRESSES = {"href", "src", "action", "formaction", "data", "srcset", "poster", "xlink:href", "background", "cite"}
SCHEME = re.compile(r"[\s\x00-\x1f]*([a-z][a-z0-9+.\-]*)\s*:", re.IGNORECASE)
PLAIN = {"http", "https", "mailto", "data"}


class Look(HTMLParser):
    """What in a page would run, or load, or lead elsewhere, because somebody typed it."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.inside = ""

    def handle_data(self, data: str) -> None:
        if self.inside == "script" and MARK in data and not data.lstrip().startswith("{"):
            self.found.append(f"script: {data[:60]}")

    def handle_endtag(self, tag: str) -> None:
        self.inside = ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if MARK in tag:
            self.found.append(f"<{tag}>")
        self.inside = tag
        for name, value in attributes:
            said = value or ""
            scheme = SCHEME.match(said) if name in ADDRESSES else None
            if name.startswith("on") or MARK in name or name in {"srcdoc", "style"}:
                self.found.append(f"<{tag} {name}={said[:60]}>")
            if scheme and (
                scheme[1].lower() not in PLAIN
                or (scheme[1].lower() == "data" and not said.startswith(("data:image/png", "data:image/jpeg")))
            ):
                self.found.append(f"<{tag} {name}={said[:60]}>")
            if (
                tag in {"script", "link", "iframe", "object", "embed", "base"}
                and name in ADDRESSES
                and MARK in said
                and not re.match("/[^/]", said)
            ):
                self.found.append(f"<{tag} {name}={said[:60]}>")


def runs(page: str) -> list[str]:
    look = Look()
    look.feed(page)
    look.close()
    return look.found


# Cross-site scripting: in what is rendered, in every page, in answers to what is asked


def test_the_look_itself_sees_what_would_run():
    plain = f"<script>{MARK}()</script>", f"<ScRiPt\n>{MARK}()</sCrIpT\n>"
    assert not [one for one in corpora.SCRIPTS if not runs(one) and not one.startswith(("<meta", "<style"))]
    assert all(runs(one) for one in plain)
    assert runs(f'<a title="{corpora.CLOSERS[1]}">') and not runs("<p>harmless <a href='https://example.org'>x</a></p>")


@pytest.mark.parametrize("evil", corpora.XSS, ids=repr)
def test_nothing_of_the_corpus_runs_in_markdown_or_an_excerpt(app: Flask, evil: str):
    assert runs(str(render(evil))) == []
    assert runs(str(render(f"before {evil} after\n\n- {evil}\n\n> {evil}", named=[MARK]))) == []
    template = app.jinja_env.from_string("<p>{{ said }}</p><input value=\"{{ said }}\"><a title='{{ said }}'>x</a>")
    assert runs(template.render(said=excerpt(evil))) == runs(template.render(said=evil)) == []


@pytest.mark.parametrize("evil", corpora.LINKS, ids=repr)
def test_no_link_of_the_corpus_is_a_web_address(evil: str):
    assert not is_web_address(evil)


@pytest.fixture(scope="module")
def poisoned(made_world: Made, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    world = World(made_world, tmp_path_factory.mktemp("poisoned"))
    columns = poison(world.app.config["SQLALCHEMY_DATABASE_URI"])
    assert len(columns) > 60, columns
    yield world
    world.gone()


def first_served(row: Row) -> str:
    return min(row.yes, key=PEOPLE.index)


@pytest.mark.only_on("sqlite")
@pytest.mark.slow
def test_no_page_runs_what_somebody_typed(poisoned: World):
    """Every page, feed and table of the route matrix, over a world in which all that was typed is evil."""
    shown, cells = 0, 0
    with stopped_clock():
        poisoned.enter()
        for row in ROWS:
            if row.writes or not row.yes or row.is_api or (row.ok == frozenset({302})):
                continue
            answer = poisoned.call(row, first_served(row))
            said = answer.get_data()
            kind = answer.mimetype
            answer.close()
            assert answer.status_code < 500, f"{row}\n{said[:1000].decode(errors='replace')}"
            if kind == "text/html":
                page = said.decode()
                shown += MARK in page
                assert runs(page) == [], row
            elif kind in {"application/atom+xml", "image/svg+xml", "application/xml", "text/xml"}:
                assert not [one for one in ElementTree.fromstring(said).iter() if MARK in one.tag or "script" in one.tag], row
            elif kind == "text/csv":
                cells += harmless_cells(row, said.decode("utf-8-sig"))
    assert shown > 150 and cells > 5, (shown, cells)


def harmless_cells(row: Row, table: str) -> int:
    """No cell is calculated; numbers are left as they are. Returns how many began like a formula before."""
    made_harmless = 0
    for line in csv.reader(io.StringIO(table)):
        for cell in line:
            number = re.fullmatch(r"-?[\d.,]+", cell)
            assert number or not cell.startswith(("=", "+", "-", "@", "\t", "\r")), f"{row}: {cell[:60]!r}"
            made_harmless += cell.startswith("'=")
    return made_harmless


@pytest.mark.only_on("sqlite")
def test_no_answer_runs_what_was_asked(world: World):
    """Reflected: every page that reads its address, asked for evil."""
    asked = {"q", "next", "state", "show", "before", "after", "page", "kind", "email", "title", "text", "purpose", "phase", "rows", "view"}
    query = "&".join(f"{name}={quote(EVERYWHERE)}" for name in sorted(asked))
    seen = 0
    for row in ROWS:
        if row.writes or row.is_api or "anonymous" not in row.yes:
            continue
        address = row.address.format_map(world.made.places)
        answer = world.visitor("anonymous").get(f"{address}{'&' if '?' in address else '?'}{query}")
        assert answer.status_code < 500, row
        if answer.mimetype == "text/html":
            page = answer.get_data(as_text=True)
            seen += MARK in page
            assert runs(page) == [], row
        assert MARK not in str(answer.headers.get("Location", "")) or answer.headers["Location"].startswith("/"), row
        answer.close()
    assert seen > 10


# Formulas


@pytest.mark.parametrize("cell", corpora.FORMULAS, ids=repr)
def test_a_cell_that_begins_like_a_formula_gets_an_apostrophe(cell: str):
    kept = harmless(cell)
    out = io.StringIO()
    csv.writer(out).writerow([kept])
    back = next(csv.reader(io.StringIO(out.getvalue())))[0]
    assert back.startswith("'") and back[1:] == cell


@pytest.mark.parametrize("number", corpora.NUMBERS)
def test_numbers_stay_numbers(number: float):
    assert harmless(number) is number


# Paths


@pytest.mark.parametrize("name", corpora.NAMES, ids=lambda name: repr(name[:40]))
def test_a_name_of_a_file_is_a_plain_one(name: str):
    kept = files.clean_name(name)
    assert kept and len(kept) <= files.MAX_NAME and kept not in {".", ".."}
    assert not re.search(r"[/\\\x00-\x1f\x7f<>:\"|?*]", kept) and not kept.startswith(("../", "~/"))


@pytest.mark.parametrize("path", corpora.PATHS)
def test_no_path_leads_out_of_what_is_given_out(client: FlaskClient, path: str):
    for address in (f"/static/{path}", f"/{path}", f"/files/{path}", f"/orgs/{path}", f"/evidence/{path}", f"/api/v1/files/{path}"):
        answer = client.get(address)
        assert answer.status_code in {302, 401, 404, 405, 308} and "root:" not in answer.get_data(as_text=True), address
        assert "HUB_" not in answer.get_data(as_text=True)
        answer.close()


EVIL_BACKUPS = {
    "above": ("../outside.txt", "file", b"x"),
    "absolute": ("/tmp/hub-outside.txt", "file", b"x"),
    "link": ("files/ab", "link", b"/etc"),
    "hard link": ("files/ab", "hard", b"/etc/passwd"),
    "device": ("files/ab", "device", b""),
}


@pytest.mark.parametrize("kind", EVIL_BACKUPS)
def test_no_backup_writes_outside_its_folder(tmp_path, monkeypatch, kind: str):
    name, what, content = EVIL_BACKUPS[kind]
    packed = tmp_path / "evil.tgz"
    packed.write_bytes(corpora.tarball(("hub.sqlite3", "file", b"x"), (name, what, content)))
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HUB_DATA_DIR", str(home))
    monkeypatch.delenv("HUB_DATABASE_URL", raising=False)
    done = CliRunner().invoke(restore, [str(packed)])
    assert done.exit_code == 1 and "would land outside" in done.output, done.output
    assert not (tmp_path / "outside.txt").exists() and not (home / "hub.sqlite3").exists() and not (home / "files").exists()


# Archives


def refused(name: str, content: bytes, **kind: bool) -> bool:
    try:
        files.sniff(name, io.BytesIO(content), **kind)
    except Invalid as error:
        return error.code in {"archive_unsafe", "file_disguised"}
    return False


@pytest.mark.parametrize("kind", corpora.ARCHIVES)
def test_an_evil_archive_is_refused_as_document_software_and_bundle(kind: str):
    content = corpora.ARCHIVES[kind]()
    assert refused("a.zip", content) and refused("a.docx", content) and refused("a.whl", content, software=True)
    with pytest.raises(bundles.Unreadable):
        bundles.read(io.BytesIO(content))


def test_an_archive_that_lies_about_its_size_is_never_unpacked_beyond_what_it_says():
    content = corpora.LYING()
    assert refused("a.whl", content, software=True)
    with pytest.raises(bundles.Unreadable):
        bundles.read(io.BytesIO(content))


def test_archives_in_archives_are_not_opened():
    content = corpora.NESTED()
    assert len(content) < 1_000_000
    assert files.sniff("a.zip", io.BytesIO(content)) == "application/zip", "kept as it is, and never unpacked"


@pytest.mark.parametrize(
    "member",
    [("../x", "file", b"x"), ("/etc/x", "file", b"x"), ("x", "link", b"/etc/passwd"), ("x", "hard", b"/etc/passwd"), ("x", "device", b"")],
    ids=repr,
)
def test_an_evil_tarball_is_refused(member):
    assert refused("a.tar.gz", corpora.tarball(("a.txt", "file", b"x"), member), software=True)


# Addresses inside: one guard, and nobody goes past it


@pytest.mark.parametrize("host", corpora.HOSTS)
def test_no_host_inside_is_called(host: str):
    for address in (f"https://{host}/", f"https://{host}./x", f"https://user@{host}/"):
        with pytest.raises(Invalid):
            egress.fetch(address, resolver=lambda name, port: pytest.fail("looked up"))


def test_nobody_else_opens_a_connection_to_what_people_typed(config: Config):
    """What calls out, by name: the guard, the mail server, providers and processors that the operator set. A new place is added here knowingly."""
    known = {
        "hub/kernel/egress.py", "hub/core/messages/gateway_smtp.py", "hub/core/elsewhere/gateway.py", "hub/core/gateways/gateway_stripe.py",
    }  # fmt: skip
    calls = re.compile(
        r"^\s*(import|from) (requests|urllib\.request|http\.client|httpx|smtplib|socket|aiohttp|urllib3|stripe)\b", re.MULTILINE
    )
    from pathlib import Path

    import hub

    root = Path(hub.__file__).parent
    found = {str(path.relative_to(root.parent)) for path in root.rglob("*.py") if calls.search(path.read_text())}
    assert found <= known, found - known


def test_words_that_may_be_somebody_s_own_are_escaped_and_may_hold_a_per_cent_sign(app: Flask):
    """`_(text)` marks what it is given as safe, and takes it for a pattern: what people typed goes through `translated`."""
    template = app.jinja_env.from_string("<p>{{ said|translated }}</p>")
    with app.test_request_context("/"):
        for evil in corpora.XSS:
            assert runs(template.render(said=evil)) == []
        assert template.render(said="100% sure") == "<p>100% sure</p>"
