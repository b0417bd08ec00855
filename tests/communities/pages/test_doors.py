"""The pages and the API of pages: the same operations behind both; what people type comes back safe and whole."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from html.parser import HTMLParser

import pytest
from sqlalchemy import select

from hub.communities.pages import operations, queries
from hub.communities.pages.documents import documents
from hub.communities.pages.models import PageDraft, PageRevision, SpacePage
from hub.communities.spaces import operations as space_operations
from hub.communities.spaces.models import Space
from hub.db import work
from hub.db.extensions import db
from tests.factories import pages, people, spaces

SPACE = "/communities/open-soil-sensors"
PAGE = f"{SPACE}/pages/calibration"
API = "/api/v1/spaces/open-soil-sensors/pages/calibration"
THEIRS = pages.TEXT.replace("Soil is a mixture.", "Soil is a living mixture.")


@pytest.fixture
def writer(app):
    return people.person("Wanda Writer")


@pytest.fixture
def other(app):
    return people.person("Otto Ther")


@pytest.fixture
def page(writer, other):
    with work.unit():
        space = spaces.space(people.actor_of(writer))
        spaces.join(space, people.actor_of(other))
        return pages.page(space, people.actor_of(writer))


def form(text: str, base: int = 1, **more: str) -> dict[str, str]:
    return {"title": "Calibration", "body": text, "summary": "", "base": str(base), **more}


def save_as(person, page, text):
    with work.unit():
        pages.edit(page, people.actor_of(person), text)


def drafts() -> list[PageDraft]:
    return list(db.session.scalars(select(PageDraft).order_by(PageDraft.id)))


def test_a_page_from_the_form_to_the_list(client, page, writer):
    people.sign_in(client, writer)
    answer = client.post(
        f"{SPACE}/pages/new", data={"title": "Parts list", "body": "See [[Calibration]] and [[Power]].", "summary": "First"}
    )
    assert answer.location == f"{SPACE}/pages/parts-list"
    shown = client.get(answer.location).text
    assert f'<a href="{PAGE}" rel="nofollow noopener">Calibration</a>' in shown
    assert f'<a href="{SPACE}/pages/new?title=Power" rel="nofollow noopener">Power</a> (not written yet)' in shown
    assert 'value="Power"' in client.get(f"{SPACE}/pages/new?title=Power").text
    assert "Parts list" in client.get(f"{SPACE}/pages").text


def test_what_cannot_be_taken_comes_back_with_everything_typed(client, page, writer):
    people.sign_in(client, writer)
    answer = client.post(f"{SPACE}/pages/new", data={"title": "Calibration", "body": "A long text.", "summary": "Why"})
    assert answer.status_code == 422
    assert "There is a page of this title already" in answer.text and "A long text." in answer.text and 'value="Why"' in answer.text
    answer = client.post(f"{PAGE}/edit", data=form("", version="7.7"))
    assert answer.status_code == 422 and 'name="version" value="7.7"' in answer.text and 'name="base" value="1"' in answer.text


def test_a_text_that_may_not_be_saved_any_more_is_still_shown(client, page, writer, other):
    people.sign_in(client, other)
    with work.unit():
        operations.lock(actor=people.actor_of(writer), page=page)
    answer = client.post(f"{PAGE}/edit", data=form("Hours of work"))
    assert answer.status_code == 403 and "Hours of work" in answer.text and "This page is locked" in answer.text
    assert client.get(f"{PAGE}/edit").status_code == 403


@pytest.mark.parametrize(
    "attack",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[click](javascript:alert(1))",
        "[[x](javascript:alert(1))]",
        "[[</a><script>alert(1)</script>]]",
        "[[x|<img src=x onerror=alert(1)>]]",
        "[[\"><script>alert(1)</script>|x]]",
        "<svg/onload=alert(1)>",
        "![x](data:text/html;base64,PHNjcmlwdD4=)",
        "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    ],
)  # fmt: skip
def test_no_text_becomes_a_program(client, page, writer, attack):
    save_as(writer, page, f"Before {attack} after")
    for path in (PAGE, f"{PAGE}/diff", f"{PAGE}/history", f"{SPACE}/changes", SPACE, f"{PAGE}/revisions/2"):
        found = Tags()
        found.feed(client.get(path).text)
        for tag, attributes in found.tags:
            assert not any(name.startswith("on") for name in attributes), (path, tag)
            assert not (attributes.get("href") or "").strip().lower().startswith(("javascript:", "data:")), (path, attributes)
            assert tag != "img" and (tag != "script" or "src" in attributes), (path, tag)


class Tags(HTMLParser):
    """The elements of a page, as a browser reads them."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def test_an_edit_conflict_keeps_both_texts_and_one_click_merges_what_does_not_touch(client, page, writer, other):
    people.sign_in(client, other)
    save_as(writer, page, THEIRS)
    mine = pages.TEXT + "\n\nWeigh twice."
    answer = client.post(f"{PAGE}/edit", data=form(mine, summary="Twice"))
    (draft,) = drafts()
    assert answer.location == f"{PAGE}/merge?draft={draft.id}" and (draft.body, draft.summary) == (mine, "Twice")
    assert pages.body(page) == THEIRS
    shown = client.get(answer.location).text
    assert "Wanda Writer saved revision 2 while you wrote on revision 1" in shown
    assert "Soil is a living mixture." in shown and "Weigh twice." in shown and 'value="Twice"' in shown
    both = THEIRS + "\n\nWeigh twice."
    answer = client.post(f"{PAGE}/edit", data=form(both, base=2, version=draft.token, merged="1"))
    assert answer.location == PAGE
    assert pages.body(page) == both and drafts() == [] and queries.current(page).kind == "merged"


def test_where_both_changed_the_same_sentence_people_choose(client, page, writer, other):
    people.sign_in(client, other)
    save_as(writer, page, THEIRS)
    client.post(f"{PAGE}/edit", data=form(pages.TEXT.replace("a mixture", "not a mixture")))
    (draft,) = drafts()
    merge = f"{PAGE}/merge?draft={draft.id}"
    assert "One part was changed by both of you." in client.get(merge).text
    answer = client.post(merge, data={"seen": "2"})
    assert answer.status_code == 422 and "Choose what this part becomes." in answer.text
    answer = client.post(merge, data={"seen": "2", "part-0": "both"})
    assert answer.status_code == 200
    text = re.search(r'<textarea id="f-body"[^>]*>\n(.*?)</textarea>', answer.text, re.DOTALL)
    assert text is not None and "Soil is a living mixture.\nSoil is not a mixture." in text[1]
    assert pages.body(page) == THEIRS and len(drafts()) == 1, "choosing writes nothing"


def test_a_merge_that_was_overtaken_begins_again(client, page, writer, other):
    people.sign_in(client, other)
    save_as(writer, page, THEIRS)
    client.post(f"{PAGE}/edit", data=form(pages.TEXT.replace("a mixture", "not a mixture")))
    (draft,) = drafts()
    save_as(writer, page, THEIRS + "\n\nOnce more.")
    merge = f"{PAGE}/merge?draft={draft.id}"
    assert client.post(merge, data={"seen": "2", "part-0": "yours"}).location == merge
    answer = client.post(f"{PAGE}/edit", data=form("Both, as far as I knew", base=2, version=draft.token, merged="1"))
    assert answer.location == merge and drafts()[0].body == "Both, as far as I knew"


def test_what_is_typed_is_kept_and_found_again(client, page, other, writer):
    people.sign_in(client, other)
    json = {"Accept": "application/json"}
    first = client.post(f"{PAGE}/draft", data=form("Half a thought"), headers=json).get_json()
    second = client.post(f"{PAGE}/draft", data=form("Half a thought, and more", version=first["version"]), headers=json).get_json()
    assert first["version"] != second["version"] and [draft.body for draft in drafts()] == ["Half a thought, and more"]
    shown = client.get(f"{PAGE}/edit").text
    assert "Half a thought, and more" in shown and f'value="{second["version"]}"' in shown
    assert client.post(f"{SPACE}/pages/draft", data={"title": "", "body": "A new page"}, headers=json).status_code == 200
    assert "A new page" in client.get("/my/drafts").text
    save_as(writer, page, THEIRS)
    assert "Your text is kept: the page has gone on without it" in client.get("/home").text
    old, new = drafts()
    assert client.get(f"/my/drafts/{old.id}").location == f"{PAGE}/merge?draft={old.id}"
    assert client.get(f"/my/drafts/{new.id}").location == f"{SPACE}/pages/new?draft={new.id}"
    assert "A new page" in client.get(f"{SPACE}/pages/new?draft={new.id}").text
    client.post(f"/my/drafts/{old.id}/discard")
    assert [draft.body for draft in drafts()] == ["A new page"]


def test_history_comparison_and_restoring(client, page, writer):
    people.sign_in(client, writer)
    save_as(writer, page, pages.TEXT.replace("Moisture changes", "Water changes"))
    shown = client.get(f"{PAGE}/diff?from=1&to=2").text
    assert "<del>Moisture</del>" in shown and "<ins>Water</ins>" in shown and "taken out" in shown and "put in" in shown
    for wrong in ("from=9&to=2", "to=x", "from=1&to=0", f"to={'9' * 40}"):
        assert client.get(f"{PAGE}/diff?{wrong}").status_code == 404
    assert client.post(f"{PAGE}/restore", data={"number": "1", "base": "2"}).location == PAGE
    assert pages.body(page) == pages.TEXT
    answer = client.post(f"{PAGE}/restore", data={"number": "1", "base": "2"})
    assert answer.status_code == 409 and "Look at it again before you restore" in answer.text
    assert "restored revision 1" in client.get(f"{PAGE}/history").text


def test_the_feed_is_atom_even_with_characters_that_xml_has_no_place_for(client, page, writer):
    with work.unit():
        pages.edit(page, people.actor_of(writer), "Text", summary="Odd \x0b <b>&")
    answer = client.get(f"{SPACE}/changes.atom")
    assert answer.content_type.startswith("application/atom+xml")
    entries = ET.fromstring(answer.data).findall("{http://www.w3.org/2005/Atom}entry")
    assert len(entries) == 2 and entries[0].findtext("{http://www.w3.org/2005/Atom}summary") == "Odd <b>&"
    assert client.get(f"{SPACE}/changes?by=nobody").status_code == 404


def test_a_space_is_found_by_the_words_of_its_pages_and_retired_ones_are_not(page, writer):
    with work.unit():
        retired = pages.page(_space(page), people.actor_of(writer), "Old", text="Obsolete")
        operations.retire(actor=people.actor_of(writer), page=retired)
    (document,) = documents([page.space_id])
    assert "capacitance" in document.text and "Obsolete" not in document.text
    save_as(writer, page, "Only this")
    (newer,) = documents([page.space_id])
    assert "capacitance" not in newer.text and newer.version > document.version


def _space(page):
    return db.session.get(Space, page.space_id)


# Programs


def test_programs_write_with_an_etag_and_a_stale_one_is_told_what_is_there(client, page, writer, other):
    mine, theirs = people.api_headers(other), people.api_headers(writer)
    answer = client.get(API)
    assert answer.headers["ETag"] == '"1"' and answer.get_json()["body"] == pages.TEXT
    done = client.put(API, json={"body": THEIRS, "summary": "Living"}, headers={**theirs, "If-Match": '"1"'})
    assert done.status_code == 200 and done.headers["ETag"] == '"2"'
    text = pages.TEXT + "\n\nWeigh twice."
    for how, status in (({"If-Match": '"1"'}, 412), ({}, 409)):
        answer = client.put(API, json={"body": text} | ({} if how else {"base_revision": 1}), headers={**mine, **how})
        told = answer.get_json()
        assert (answer.status_code, answer.content_type, told["code"]) == (status, "application/problem+json", "edit_conflict")
        assert told["current"]["number"] == 2 and told["current"]["body"] == THEIRS and told["merged"] == THEIRS + "\n\nWeigh twice."
    clash = client.put(API, json={"body": pages.TEXT.replace("a mixture", "no mixture"), "base_revision": 1}, headers=mine).get_json()
    assert clash["merged"] is None and clash["conflicts"] == 1
    assert client.put(API, json={"body": text}, headers=mine).status_code == 422, "without saying what it was made of"
    assert db.session.scalars(select(PageRevision.number)).all() == [1, 2]


def test_programs_read_revisions_and_comparisons(client, page, writer):
    save_as(writer, page, THEIRS)
    listed = client.get(f"{API}/revisions?limit=1").get_json()
    assert [one["number"] for one in listed["items"]] == [2] and listed["next"]
    following = client.get(f"{API}/revisions?limit=1&cursor={listed['next']}").get_json()
    assert [one["number"] for one in following["items"]] == [1] and following["next"] is None
    assert client.get(f"{API}/revisions/1").get_json()["body"] == pages.TEXT
    rows = client.get(f"{API}/diff?from=1&to=2").get_json()["rows"]
    (changed,) = [row for row in rows if row["kind"] == "changed"]
    assert [piece["text"] for piece in changed["after"] if piece["changed"]] == ["living "]
    assert client.get(f"{API}/diff?from=1&to=9").status_code == 404
    assert client.get(f"{API}/diff?from=x").status_code == 422


@pytest.mark.parametrize(
    "body", [{}, {"title": "", "body": "x"}, {"title": "x", "body": 7}, {"title": "x" * 200, "body": "x"}, {"title": "a", "body": "a\x00b"}]
)
def test_programs_are_told_what_to_mend(client, page, writer, body):
    answer = client.post("/api/v1/spaces/open-soil-sensors/pages", json=body, headers=people.api_headers(writer))
    assert answer.status_code == 422 and answer.get_json()["errors"]
    assert len(db.session.scalars(select(SpacePage)).all()) == 1


def test_an_archived_space_offers_no_edit_and_takes_none(client, page, writer):
    with work.unit():
        space_operations.archive(actor=people.actor_of(writer), space=_space(page))
    people.sign_in(client, writer)
    assert f"{PAGE}/edit" not in client.get(PAGE).text
    answer = client.post(f"{PAGE}/edit", data=form("Too late, but not lost"))
    assert answer.status_code == 409 and "Too late, but not lost" in answer.text
