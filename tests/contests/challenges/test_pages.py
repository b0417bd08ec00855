from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from html import unescape

import icalendar
import pytest
from sqlalchemy import event

from hub.contests.challenges import documents, operations, queries
from hub.contests.challenges.models import Challenge
from hub.contests.past import operations as past
from hub.core.messages import queries as messages
from hub.db import delivery, work
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import ANONYMOUS, SYSTEM
from tests.factories import challenges, people


def text(answer) -> str:
    return unescape(re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)))


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements that the database is asked inside the block."""
    asked: list[str] = []

    def listener(*args) -> None:
        if args[2] != "BEGIN":
            asked.append(args[2])

    event.listen(db.engine, "before_cursor_execute", listener)
    yield asked
    event.remove(db.engine, "before_cursor_execute", listener)


def again(challenge: Challenge) -> Challenge:
    work.rollback()
    return queries.by_id(challenge.id)


def test_the_public_page_answers_in_one_screen(client, world):
    made = world.challenge("open")
    page = text(client.get(f"/challenges/{made.slug}"))
    for words in (
        made.title, "USD 40,000", "USD 38,000", "Held in full", "Prize held", "Nordic Foods", "Detects amines", "60 %", "must have",
        "If you win", "If you do not", "Anyone over 18", "Read the agreement and enter", "11 Dec 2026, 12:00 UTC", "reason for each criterion",
    ):  # fmt: skip
        assert words in page, words


def test_structured_data_cannot_break_out_of_its_element(client, world):
    made = world.challenge(
        "open", title="</script><script>alert(1)</script> & <b>spoilage</b>", summary="A </script> in the summary, twice."
    )
    html = client.get(f"/challenges/{made.slug}").get_data(as_text=True)
    assert "<script>alert(1)" not in html and "<b>spoilage" not in html
    block = re.search(r'<script type="application/ld\+json">(.*?)</script>', html, re.S)
    data = json.loads(block[1])
    assert data["name"] == made.title and data["endDate"] == "2026-12-11T12:00:00+00:00"
    assert data["funding"]["amount"] == {"@type": "MonetaryAmount", "value": "40000.00", "currency": "USD"}


def test_markup_in_the_problem_is_only_text(client, world):
    evil = "<script>alert(1)</script><img src=x onerror=alert(2)> [x](javascript:alert(3)) " + challenges.PROBLEM
    made = world.challenge("open", problem=evil)
    html = client.get(f"/challenges/{made.slug}").get_data(as_text=True)
    assert "<script>alert" not in html and "<img" not in html and 'href="javascript' not in html


def test_the_list_shows_open_ones_first_and_filters(client, world):
    far, near = (
        world.challenge("open", title="Closes in thirty days", days=30),
        world.challenge("open", title="Closes in three days", days=3),
    )
    world.challenge("draft", title="Nobody may see this draft")
    with work.unit():
        past.bring_in(actor=SYSTEM, row=challenges.PAST)
    clock.advance(timedelta(days=5))
    page = text(client.get("/challenges"))
    assert page.index(far.title) < page.index(near.title) < page.index(challenges.PAST["name"])
    assert "Nobody may see" not in page
    assert near.title not in text(client.get("/challenges?state=open")) and far.title in text(client.get("/challenges?state=open"))
    assert near.title in text(client.get("/challenges?state=judging")), "closed by the clock before the worker came by"
    assert far.title not in text(client.get("/challenges?sector=health"))
    for bad in ("state=nonsense", "sector=", "page=-1", "page=99999999999", "page=x"):
        assert client.get(f"/challenges?{bad}").status_code == 200


def test_pages_follow_each_other_without_gap_or_repetition(client, world):
    with work.unit():
        for n in range(45):
            row = challenges.PAST | {"name": f"Past challenge {n:02}", "source_key": f"key-{n}"}
            past.bring_in(actor=SYSTEM, row=row)
    seen = [title for n in (1, 2, 3) for title in re.findall(r"Past challenge \d\d", text(client.get(f"/challenges?page={n}")))]
    assert sorted(seen) == [f"Past challenge {n:02}" for n in range(45)]


@pytest.mark.parametrize("who", ["", "stranger", "rival"])
def test_the_name_of_an_anonymous_seeker_is_nowhere(app, world, who):
    made = world.challenge("open", seeker_shown=False)
    world.challenge("open", title="Another one under its name", seeker_shown=True)
    delivery.deliver_all()
    client = app.test_client()
    if who:
        people.sign_in(client, getattr(world, who))
        with work.unit():
            operations.follow(actor=world.actor(who), challenge=queries.by_id(made.id))
    key = people.api_headers(getattr(world, who)) if who else {}
    for path in (f"/challenges/{made.slug}", f"/challenges/{made.slug}/deadline.ics", f"/api/v1/challenges/{made.slug}"):
        answer = client.get(path, headers=key if path.startswith("/api") else {})
        assert answer.status_code == 200 and "nordic" not in answer.get_data(as_text=True).lower(), path
        assert "olivia" not in answer.get_data(as_text=True).lower(), path
    for path in ("/challenges", "/challenges.atom", "/challenges.ics", "/api/v1/challenges"):
        body = client.get(path, headers=key if path.startswith("/api") else {}).get_data(as_text=True)
        rows = re.split(r"<article|<entry>|BEGIN:VEVENT|\"challenge\.id\"|\{\"closes_at\"", body)
        mine = [row for row in rows if made.title in row]
        assert mine and not any("nordic" in row.lower() for row in mine), path
    assert client.get(f"/challenges/{made.slug}/story").status_code in {302, 403}
    assert client.get(f"/orgs/{world.company.slug}/challenges").status_code in {302, 404}
    (found,) = documents.documents([made.id])
    assert "nordic" not in str(found).lower()
    clock.set_to(made.closes_at)
    with work.unit():
        operations.close_due()
    delivery.deliver_all()
    for person in (world.stranger, world.rival):
        assert not any("nordic" in f"{note.text}{note.values}{note.link}".lower() for note in messages.inbox(person.id))


def test_its_own_people_and_the_consultants_know_an_anonymous_seeker(client, world):
    made = world.challenge("open", seeker_shown=False)
    for who in ("owner", "member", "consultant", "admin"):
        people.sign_in(client, getattr(world, who))
        assert "Nordic Foods" in text(client.get(f"/challenges/{made.slug}")), who


def test_a_page_kept_for_visitors_is_not_the_one_its_owner_saw(app, world):
    made = world.challenge("open", seeker_shown=False)
    owner, visitor = app.test_client(), app.test_client()
    people.sign_in(owner, world.owner)
    for _ in range(2):
        assert "Nordic Foods" in text(owner.get(f"/challenges/{made.slug}"))
        assert "Nordic Foods" not in text(visitor.get(f"/challenges/{made.slug}"))


def test_the_story_is_for_the_seekers_managers_and_names_no_solver_before_the_deadline(app, world):
    made = world.challenge("open")
    with work.unit():
        from hub.contests.entries import operations as entries
        from hub.core.agreements import operations as agreements
        from hub.core.agreements import queries as terms

        current = terms.current(made.ref, "challenge_entry")
        agreements.sign(actor=world.actor("stranger"), terms=current, seen_hash=current.hash)
        entries.enter(actor=world.actor("stranger"), challenge=queries.by_id(made.id))
    told = {}
    for who in ("owner", "consultant", "member", "rival"):
        client = app.test_client()
        people.sign_in(client, getattr(world, who))
        told[who] = client.get(f"/challenges/{made.slug}/story")
    assert told["member"].status_code == told["rival"].status_code == 403
    assert "published the challenge" in text(told["owner"]) and "Sam Stranger" not in text(told["owner"])
    assert "Sam Stranger" in text(told["consultant"])
    clock.set_to(made.closes_at)
    with work.unit():
        operations.close_due()
    client = app.test_client()
    people.sign_in(client, world.owner)
    assert "Sam Stranger" in text(client.get(f"/challenges/{made.slug}/story"))


def test_followers_hear_of_the_close_and_not_of_their_own_clicks(client, world):
    made = world.challenge("open")
    delivery.deliver_all()
    people.sign_in(client, world.stranger)
    assert client.post(f"/challenges/{made.slug}/follow").status_code == 302
    assert "Following" in text(client.get(f"/challenges/{made.slug}"))
    clock.set_to(made.closes_at)
    delivery.run_periodic()
    delivery.deliver_all()
    assert [note.text for note in messages.inbox(world.stranger.id)] == ["“%(title)s” has closed. The entries are being judged."]
    assert sum("can be judged now" in note.text for note in messages.inbox(world.owner.id)) == 1
    people.sign_in(client, world.stranger)
    client.post(f"/challenges/{made.slug}/unfollow")
    work.rollback()
    assert list(queries.followers(made.id)) == []


def test_consultants_hear_of_what_waits_and_managers_of_the_money(world):
    made = world.challenge("funded")
    delivery.deliver_all()
    assert any("waits for your review" in note.text for note in messages.inbox(world.consultant.id))
    notes = [note.text for note in messages.inbox(world.owner.id)]
    assert any("is approved" in note for note in notes) and any("prize of" in note and "is held" in note for note in notes)
    assert not any(made.title in str(note.values) for note in messages.inbox(world.stranger.id))


def test_the_feed_tells_what_was_published_newest_first(client, world):
    first = world.challenge("open", title="The first & the <best>")
    clock.advance(timedelta(hours=1))
    second = world.challenge("open", title="The second one there is")
    world.challenge("draft", title="Nobody may see this draft")
    answer = client.get("/challenges.atom")
    assert answer.content_type.startswith("application/atom+xml")
    titles = re.findall(r"<title>(.*?)</title>", answer.get_data(as_text=True))
    assert [unescape(t) for t in titles[1:]] == [second.title, first.title]


def test_an_odd_title_does_not_take_the_feed_from_everybody(client, world):
    world.challenge("open", title="Bell \x07 and escape \x1b in a title", summary="A vertical tab \x0b in the summary, too.")
    assert "Bell  and escape" in client.get("/challenges.atom").get_data(as_text=True)
    assert client.get("/challenges.ics").status_code == 200


def test_the_calendar_ends_its_events_at_the_deadlines(client, world):
    made = world.challenge("open", title="Sealed packs, semicolons; and \\ slashes")
    world.challenge("judging", title="This one has closed already", days=2)
    clock.set_to(clock.now())
    events = icalendar.Calendar.from_ical(client.get("/challenges.ics").get_data()).walk("VEVENT")
    assert [(str(e["summary"]), e.decoded("dtend")) for e in events] == [(made.title, made.closes_at)]
    assert str(events[0]["url"]) == f"http://127.0.0.1:8000/challenges/{made.slug}"


def test_the_index_gets_public_challenges_and_forgets_others(world):
    opened, draft = world.challenge("open"), world.challenge("draft")
    found = {d.key: d for d in documents.documents([opened.id, draft.id, 999])}
    assert found[opened.ref].status == "open" and found[opened.ref].rank == 100 and found[opened.ref].version == opened.version
    assert type(found[draft.ref]).__name__ == type(found["challenge:999"]).__name__ == "Gone"
    assert list(queries.public_ids()) == [opened.id]


def test_an_organisations_list_is_for_its_own_people(app, world):
    made = world.challenge("draft")
    world.challenge("open", title="One that is open already", seeker_shown=False)
    expected = {"owner": 200, "member": 200, "consultant": 200, "admin": 200, "rival": 404, "stranger": 404}
    for who, status in expected.items():
        client = app.test_client()
        people.sign_in(client, getattr(world, who))
        answer = client.get(f"/orgs/{world.company.slug}/challenges")
        assert answer.status_code == status, who
        assert (made.title in text(answer)) is (status == 200)


@pytest.mark.parametrize("who", ["", "owner", "consultant", "stranger"])
def test_no_page_asks_the_database_more_than_twelve_times(app, world, who):
    for n in range(5):
        world.challenge("open", title=f"Open challenge number {n}", seeker_shown=bool(n % 2))
    draft, made = world.challenge("draft"), world.challenge("approved")
    review = world.challenge("in_review")
    shown = queries.listed(queries.Wanted())[0][0].slug
    client = app.test_client()
    if who:
        people.sign_in(client, getattr(world, who))
    paths = ["/challenges", f"/challenges/{shown}", "/challenges.atom", "/challenges.ics"]
    if who == "owner":
        edits = ("new", f"{draft.slug}/edit", f"{draft.slug}/check", f"{made.slug}", f"{made.slug}/fund", f"{made.slug}/withdraw")
        paths += [f"/challenges/{edit}" for edit in edits] + [f"/orgs/{world.company.slug}/challenges", f"/challenges/{shown}/story"]
    if who == "consultant":
        paths += ["/desk", f"/challenges/{review.slug}/review", f"/challenges/{shown}/story"]
    for path in paths:
        client.get(path)
        db.session.remove()
        with counted() as asked:
            assert client.get(path, query_string={"fresh": "1"}).status_code == 200, path
        assert len(asked) <= 12, "\n".join([path, *(a[:90] + "..." + a[a.find("FROM") :][:60] for a in asked)])


def test_a_visitor_is_asked_to_sign_in_and_comes_back(client, world):
    made = world.challenge("open")
    for path in ("/challenges/new", "/desk", f"/challenges/{made.slug}/story"):
        answer = client.get(path)
        assert answer.status_code == 302 and "/login" in answer.location
    assert queries.get_for(ANONYMOUS, made.slug).id == made.id
