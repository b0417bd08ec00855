"""What a visitor and a writer see; a thread of a thousand posts; programs."""

from __future__ import annotations

import io

import pytest
from sqlalchemy import event

from hub.core.discussions import operations, queries
from hub.db import work
from hub.db.extensions import db
from tests.factories import talk as made
from tests.factories.people import api_headers, sign_in
from tests.house.matrix.budgets import BYTES, STATEMENTS, weigh


@pytest.fixture
def place(cast):
    return made.place(cast.company, cast.owner)


def read(client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.get_data(as_text=True)


def test_a_challenge_shows_its_discussions_and_visitors_read_them(cast, place, client):
    page = read(client, f"/challenges/{place.slug}")
    assert "Nobody has begun a discussion yet." in page and f"/discussions/challenge/{place.id}/new" in page
    thread = made.thread(cast.solver, place, body="<script>alert(1)</script> **bold** [x](javascript:alert(1))")
    assert thread.title in read(client, f"/challenges/{place.slug}")
    page = read(client, thread.path)
    assert "<strong>bold</strong>" in page and "<script>alert" not in page and 'href="javascript' not in page and "Sign in to write" in page
    assert thread.title in read(client, "/discussions") and thread.title in read(client, f"/discussions/challenge/{place.id}")


def test_writing_in_a_browser_keeps_what_was_typed(cast, place, client):
    thread = made.thread(cast.solver, place)
    sign_in(client, cast.people["stranger"])
    refused = client.post(thread.path, data={"body": "", "reply_to": "1"})
    assert refused.status_code == 422 and "In answer" not in refused.text and "solver" in refused.text
    bad = client.post(thread.path, data={"body": "See the file.", "file": (io.BytesIO(b"MZ"), "film.exe")})
    assert bad.status_code == 422 and "See the file." in bad.text
    done = client.post(thread.path, data={"body": "See it.", "reply_to": "1", "file": (io.BytesIO(b"a,b\n1,2\n"), "film.csv")})
    assert done.headers["Location"].endswith(f"/discussions/{thread.id}?page=1#post-2")
    page = read(client, thread.path)
    assert "In answer to solver" in page and "film.csv" in page
    post = queries.numbered(queries.by_id(thread.id), 2)
    file = queries.files_of([post.id])[post.id][0]
    assert client.get(f"/discussions/posts/{post.id}/files/{file.id}").headers["Content-Disposition"].startswith("attachment")
    assert client.post(f"/discussions/posts/{post.id}/edit", data={"body": "Late", "version": "7"}).status_code == 409
    assert client.post(f"/discussions/posts/{post.id}/delete").status_code == 302
    assert client.get(f"/discussions/posts/{post.id}/files/{file.id}").status_code == 404
    assert "Deleted by its author" in read(client, thread.path)


def test_a_thread_of_a_thousand_posts_keeps_the_budget_of_a_page(cast, place, app):
    thread = made.thread(cast.solver, place)
    made.crowd(cast.stranger, thread, 999)
    asked: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *seen: asked.append(seen[2]))
    for path in (thread.path, f"{thread.path}?page=37", f"{thread.path}?page=last"):
        client = app.test_client()
        sign_in(client, cast.people["member"])
        asked.clear()
        answer = client.get(path)
        made_here = [one for one in asked if not one.startswith(("BEGIN", "PRAGMA", "COMMIT", "ROLLBACK"))]
        assert answer.status_code == 200 and len(made_here) <= STATEMENTS, [path, *made_here]
        assert sum(weigh(answer.get_data()).values()) < BYTES
    assert "#1000" in answer.text and 'id="post-980"' not in answer.text and 'id="post-981"' in answer.text
    post = queries.numbered(thread, 500)
    assert app.test_client().get(post.permalink).headers["Location"].endswith("?page=25#post-500")


def test_programs_write_change_and_take_back(cast, place, client):
    solver, stranger = api_headers(cast.people["solver"]), api_headers(cast.people["stranger"])
    begun = client.post("/api/v1/discussions", headers=solver, json={"subject": place.ref, "title": "How fresh?", "body": "Who knows?"})
    assert begun.status_code == 201, begun.text
    posts = f"/api/v1/discussions/{begun.json['id']}/posts"
    said = client.post(posts, headers=stranger, json={"body": "I do.", "reply_to": 1})
    assert said.json["number"] == 2 and said.json["reply_to"] == 1 and not said.json["for_host"]
    one = f"/api/v1/discussions/posts/{said.json['id']}"
    tag = {"If-Match": said.headers["ETag"]}
    assert client.patch(one, headers=stranger | tag, json={"body": "We do."}).json["body"] == "We do."
    late = client.patch(one, headers=stranger | tag, json={"body": "Late."})
    assert late.status_code == 409 and late.json["code"] == "stale"
    assert [text["body"] for text in client.get(f"{one}/history", headers=stranger).json["items"]] == ["I do."]
    assert client.delete(one, headers=stranger).json["state"] == "deleted"
    listed = client.get(posts, query_string={"limit": 1}).json
    assert [post["body"] for post in listed["items"]] == ["Who knows?"] and listed["next"]
    with work.unit():
        operations.hide(actor=cast.admin, post=queries.numbered(queries.by_id(begun.json["id"]), 1))
    assert client.get(posts).status_code == 404
