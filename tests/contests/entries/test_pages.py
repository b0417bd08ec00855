"""The HTML door of the entries room, as a solver walks it."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from hub.contests.entries import queries
from hub.contests.entries.models import Entry, EntryFile, EntryView, Seal
from hub.contests.entries.states import State
from hub.core.agreements import queries as agreements
from hub.core.evidence import rules
from hub.db import work
from hub.db.extensions import db
from hub.kernel import bundles, clock
from hub.web import todo
from tests.factories import entries as make
from tests.factories import people

Made = make.Contest


@pytest.fixture
def made(app: Flask) -> Made:
    return make.contest(solvers=2, days=2)


@pytest.fixture
def room(made: Made, client: FlaskClient) -> str:
    """The first solver is signed in, in the project room, with a draft."""
    with work.unit():
        make.draft(made.challenge, people.actor_of(made.solvers[0]))
    people.sign_in(client, made.solvers[0])
    return f"/challenges/{made.challenge.slug}/room"


def entry_of(made: Made, solver: int = 0) -> Entry:
    db.session.rollback()
    found = queries.mine_in(people.actor_of(made.solvers[solver]), made.challenge)
    assert found is not None
    return found


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, f"no field {name}"
    return found[1]


def test_a_solver_reads_signs_drafts_attaches_seals_and_gets_a_receipt(made: Made, client: FlaskClient) -> None:
    slug = made.challenge.slug
    people.sign_in(client, made.solvers[0])
    page = client.get(f"/challenges/{slug}/agreement").text
    assert "Entering gives nothing away: your rights stay yours" in page  # the plain summary
    assert "shall" in page or "The Solver" in page  # beside the legal text
    seen = hidden(page, "seen_hash")

    signed = client.post(f"/challenges/{slug}/agreement", data={"seen_hash": seen, "agreed": "1"})
    assert signed.headers["Location"] == f"/challenges/{slug}/room"
    saved = client.post(f"/challenges/{slug}/room", data={"title": make.TITLE, "body": make.BODY, "then": "seal"})
    assert saved.headers["Location"] == f"/challenges/{slug}/room/seal"
    attached = client.post(f"/challenges/{slug}/room/files", data={"file": (io.BytesIO(b"ppm,hue\n5,12\n"), "data.csv")})
    assert attached.status_code == 302

    check = client.get(f"/challenges/{slug}/room/seal").text
    assert "data.csv" in check and make.TITLE in check
    sealed = client.post(f"/challenges/{slug}/room/seal", data={"version": hidden(check, "version"), "_once": "k1"})
    receipt = client.get(sealed.headers["Location"]).text
    seal = queries.seal_of(entry_of(made))
    assert seal.hash in receipt and seal.receipt_no in receipt and "12:00" in receipt
    told = client.get(f"/entries/{seal.entry_id}/receipt.json").json
    assert rules.holds(rules.check(told)) and told["journal"]["facts"]["hash"] == seal.hash


def test_signing_needs_the_tick_and_the_text_that_was_read(made: Made, client: FlaskClient) -> None:
    people.sign_in(client, made.solvers[0])
    url = f"/challenges/{made.challenge.slug}/agreement"
    terms = agreements.current(made.challenge.ref, queries.AGREEMENT)
    assert terms is not None
    unticked = client.post(url, data={"seen_hash": terms.hash})
    assert unticked.status_code == 422 and "Tick that you have read" in unticked.text
    other = client.post(url, data={"seen_hash": "0" * 64, "agreed": "1"})
    assert other.status_code == 409 and "The text has changed" in other.text
    assert queries.mine_in(people.actor_of(made.solvers[0]), made.challenge) is None
    assert not agreements.has_signed(made.solvers[0].id, made.challenge.ref, queries.AGREEMENT)


def test_the_room_sends_whoever_has_not_entered_to_the_agreement(made: Made, client: FlaskClient) -> None:
    people.sign_in(client, made.solvers[0])
    answer = client.get(f"/challenges/{made.challenge.slug}/room")
    assert answer.headers["Location"] == f"/challenges/{made.challenge.slug}/agreement"


def test_saving_while_typing_answers_with_the_next_version(made: Made, client: FlaskClient, room: str) -> None:
    version = entry_of(made).version
    answer = client.post(room, data={"title": "New", "body": "More", "version": version}, headers={"Accept": "application/json"})
    assert answer.status_code == 200 and answer.json["version"] == version + 1
    assert entry_of(made).body == "More"


def test_saving_while_typing_over_a_newer_draft_is_told_as_data(made: Made, client: FlaskClient, room: str) -> None:
    answer = client.post(room, data={"title": "Old", "body": "window", "version": "1"}, headers={"Accept": "application/json"})
    assert answer.status_code == 409 and answer.json["code"] == "stale" and "another window" in answer.json["title"]
    assert entry_of(made).body == make.BODY


def test_a_stale_form_keeps_both_texts(made: Made, client: FlaskClient, room: str) -> None:
    stale = client.post(room, data={"title": "Mine", "body": "Typed in the old window", "version": "1"})
    assert stale.status_code == 409
    assert "changed in another window" in stale.text and "Typed in the old window" in stale.text
    assert "What is saved now" in stale.text and "<strong>5 ppm</strong>" in stale.text
    again = client.post(room, data={"title": "Mine", "body": "Both, merged", "version": hidden(stale.text, "version")})
    assert again.status_code == 302 and entry_of(made).body == "Both, merged"


def test_one_second_late_is_refused_with_a_clear_word_and_the_draft_kept(made: Made, client: FlaskClient, room: str) -> None:
    clock.set_to(made.challenge.closes_at + timedelta(seconds=1))
    late = client.post(f"{room}/seal", data={"_once": "late"})
    assert late.status_code == 409
    assert "The deadline was 2026-11-23 12:00:00 UTC" in late.text and "2026-11-23 12:00:01 UTC by the hub" in late.text
    entry = entry_of(made)
    assert entry.state is State.DRAFT and entry.body == make.BODY and not queries.seals_of(entry.id)
    typed = client.post(room, data={"title": "Late", "body": "Words typed too late"})
    assert typed.status_code == 409 and "Words typed too late" in typed.text
    assert entry_of(made).body == make.BODY
    assert "kept for you" in client.get(room).text


def test_a_double_click_on_seal_makes_one_seal_and_one_answer(made: Made, client: FlaskClient, room: str) -> None:
    first = client.post(f"{room}/seal", data={"_once": "same"})
    again = client.post(f"{room}/seal", data={"_once": "same"})
    assert first.headers["Location"] == again.headers["Location"]
    assert again.headers["Idempotency-Replayed"] == "true"
    assert len(queries.seals_of(entry_of(made).id)) == 1


def test_an_empty_draft_is_not_sealed_and_each_gap_is_named(made: Made, client: FlaskClient, room: str) -> None:
    client.post(room, data={"title": " ", "body": ""})
    answer = client.post(f"{room}/seal", data={})
    assert answer.status_code == 422 and "needs a title and a text" in answer.text
    assert db.session.query(Seal).count() == 0


def test_a_disguised_file_is_named_and_nothing_is_attached(made: Made, client: FlaskClient, room: str) -> None:
    answer = client.post(f"{room}/files", data={"file": (io.BytesIO(b"MZ\x90\x00 not a picture"), "photo.png")})
    assert answer.status_code == 422 and "not what its name says" in answer.text
    assert make.BODY.split("\n")[0] in answer.text.replace("&#34;", '"')  # the draft is still on the page
    assert db.session.query(EntryFile).count() == 0


def test_of_several_files_none_is_kept_if_one_is_refused(made: Made, client: FlaskClient, room: str) -> None:
    sent = [(io.BytesIO(b"a,b\n"), "good.csv"), (io.BytesIO(b""), "empty.csv")]
    assert client.post(f"{room}/files", data={"file": sent}).status_code == 422
    assert client.post(f"{room}/files", data={}).status_code == 422
    assert db.session.query(EntryFile).count() == 0


def test_a_file_is_downloaded_and_removed_by_its_author_alone(made: Made, client: FlaskClient, room: str, app: Flask) -> None:
    client.post(f"{room}/files", data={"file": (io.BytesIO(b"a,b\n1,2\n"), "data.csv")})
    entry = entry_of(made)
    file_id = queries.files_of(entry)[0].id
    mine = client.get(f"/entries/{entry.id}/files/{file_id}")
    assert mine.data == b"a,b\n1,2\n" and "attachment" in mine.headers["Content-Disposition"]
    stranger = make.signed_in(app.test_client(), made.solvers[1])
    assert stranger.get(f"/entries/{entry.id}/files/{file_id}").status_code == 404
    assert stranger.post(f"{room}/files/{file_id}/remove").status_code == 404
    assert client.post(f"{room}/files/{file_id}/remove").status_code == 302
    assert not queries.files_of(entry_of(made))
    assert client.get(f"/entries/{entry.id}/files/{file_id}").status_code == 404


def test_nobody_else_reaches_an_entry_before_the_close(made: Made, client: FlaskClient, room: str, app: Flask) -> None:
    client.post(f"{room}/seal", data={})
    entry = entry_of(made)
    paths = [f"/entries/{entry.id}{tail}" for tail in ("", "/receipt", "/receipt.json", "/bundle.zip", "/looks")] + [
        f"/judge/entries/{entry.id}"
    ]
    others = [made.solvers[1], made.owner, people.person("Admin", admin=True), people.person("Consultant", consultant=True)]
    for person in others:
        other = make.signed_in(app.test_client(), person)
        assert [other.get(path).status_code for path in paths] == [404] * len(paths), person.name
    assert db.session.query(EntryView).count() == 0
    assert all(app.test_client().get(path).status_code == 302 for path in paths)  # asked to sign in


def test_an_anonymous_seeker_stays_so_in_the_log_of_looks(app: Flask) -> None:
    hidden_one = make.contest(seeker_shown=False, days=2)
    with work.unit():
        seal = make.seal(hidden_one.challenge, people.actor_of(hidden_one.solvers[0]))
        make.close(hidden_one.challenge)
    assert make.signed_in(app.test_client(), hidden_one.owner).get(f"/entries/{seal.entry_id}").status_code == 200
    page = make.signed_in(app.test_client(), hidden_one.solvers[0]).get(f"/entries/{seal.entry_id}/looks").text
    assert "read the entry" in page and hidden_one.owner.name not in page


def test_withdrawing_hides_the_entry_and_entering_again_begins_with_the_draft(made: Made, client: FlaskClient, room: str) -> None:
    client.post(f"{room}/seal", data={})
    assert client.post(f"{room}/withdraw").status_code == 302
    assert "You withdrew this entry" in client.get(room).text
    assert not queries.sealed_of(made.challenge.id)
    again = client.post(f"/challenges/{made.challenge.slug}/enter")
    assert again.headers["Location"] == room
    entry = entry_of(made)
    assert entry.state is State.DRAFT and entry.body == make.BODY and entry.sealed_at is None


def test_the_bundle_holds_the_receipt_and_every_sealed_file(made: Made, client: FlaskClient, room: str) -> None:
    client.post(f"{room}/files", data={"file": (io.BytesIO(b"a,b\n1,2\n"), "data.csv")})
    client.post(f"{room}/seal", data={})
    client.post(f"{room}/files/{queries.files_of(entry_of(made))[0].id}/remove")
    bundle = client.get(f"/entries/{entry_of(made).id}/bundle.zip").data
    with zipfile.ZipFile(io.BytesIO(bundle)) as archive:
        assert sorted(archive.namelist()) == ["attachments/data.csv", "receipt.json"]
    told, kept = bundles.read(io.BytesIO(bundle))
    assert rules.holds(rules.check(told, kept))


def test_my_entries_shows_what_waits_and_nobody_elses(made: Made, client: FlaskClient, room: str, app: Flask) -> None:
    page = client.get("/my/entries").text
    assert make.TITLE in page and "Not sealed yet" in page and room in page
    assert "You have not entered a challenge yet" in make.signed_in(app.test_client(), made.solvers[1]).get("/my/entries").text


def test_the_challenge_page_says_what_the_reader_does_next(made: Made, client: FlaskClient, room: str, app: Flask) -> None:
    page = f"/challenges/{made.challenge.slug}"
    assert "Go to your project room" in client.get(page).text
    assert "Read the agreement and enter" in make.signed_in(app.test_client(), made.solvers[1]).get(page).text


def test_a_draft_is_called_to_mind_until_it_is_sealed(made: Made, client: FlaskClient, room: str, app: Flask) -> None:
    def waiting() -> list[str]:
        with app.test_request_context():
            return [item.title for item in todo.todos(people.actor_of(made.solvers[0])) if item.href == room]

    assert waiting() == ["Seal your entry"]
    client.post(f"{room}/seal", data={})
    assert waiting() == []


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_page_opens_in_both_languages(made: Made, client: FlaskClient, room: str, language: str) -> None:
    client.set_cookie("lang", language)
    client.post(f"{room}/seal", data={})
    number = entry_of(made).id
    for path in (
        room, f"{room}/seal", f"/challenges/{made.challenge.slug}/agreement", "/my/entries", f"/entries/{number}/receipt",
        f"/entries/{number}/looks", f"/entries/{number}",
    ):  # fmt: skip
        assert client.get(path).status_code == 200, path
