"""Filing before the entries are opened, never after; claims that rest on a filing, and what the author reads of it."""

from __future__ import annotations

import io
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from hub.contests.awards import operations as awards
from hub.contests.awards import queries as awarded
from hub.contests.challenges import operations as challenges
from hub.contests.challenges import queries as challenges_read
from hub.contests.entries import queries as entries
from hub.contests.filings import operations, queries
from hub.contests.filings.models import Filing, PriorClaim
from hub.contests.filings.states import State
from hub.core.evidence import operations as audited
from hub.core.evidence import queries as log
from hub.core.evidence import rules as evidence
from hub.db import work
from hub.db.delivery import deliver_all
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import Actor
from hub.kernel.errors import Conflict, HubError, Invalid, NotAllowed, NotFound, NotNow
from tests.factories import entries as make
from tests.factories import people

Made = make.Contest
BODY = "We have printed curcumin inside films since 2019: see the laboratory notes."
WORDS = "The dye and the place of printing are those of our notes, page 3."


@pytest.fixture
def made(app: Flask) -> Made:
    return make.contest(solvers=2, judges=1, days=5)


def filed(made: Made, files: dict[str, bytes] | None = None, title: str = "Dyes we know") -> Filing:
    with work.unit():
        filing = operations.draft(actor=made.manager, challenge=made.challenge, title=title, body=BODY)
        for name, content in (files or {}).items():
            operations.attach(actor=made.manager, filing=filing, stream=io.BytesIO(content), filename=name)
        return operations.seal(actor=made.manager, filing=filing)


def judged(made: Made) -> list[int]:
    """Both solvers sealed, the judge scored, nothing is decided."""
    with work.unit():
        ids = [make.seal(made.challenge, people.actor_of(solver)).entry_id for solver in made.solvers]
        make.appoint(made.challenge, made.manager, made.judges[0])
        make.close(made.challenge)
        for number, points in zip(ids, (9, 5), strict=True):
            make.score(entries.find(number), people.actor_of(made.judges[0]), points)
    return ids


def refused(kind: type[HubError], code: str, call: Any) -> None:
    before = rows()
    with pytest.raises(kind) as refusal, work.unit():
        call()
    assert refusal.value.code == code and rows() == before


def rows() -> list[Any]:
    db.session.rollback()
    found = db.session.execute(text("SELECT id, title, body, state, hash FROM filing ORDER BY id")).all()
    return [found, db.session.query(PriorClaim).count(), log.head()]


def test_a_filing_is_sealed_into_the_log_and_proved_offline(made: Made) -> None:
    filing = filed(made, {"notes.txt": b"page 3"})
    told = queries.receipt(filing)
    findings = evidence.check(told, keys=log.trusted())
    assert evidence.holds(findings) and told["manifest"]["files"][0]["name"] == "notes.txt" and told["manifest"]["body"] == BODY
    assert filing.state is State.SEALED and audited.audit().ok
    refused(
        NotNow, "sealed", lambda: operations.save(actor=made.manager, filing=queries.get_for(made.manager, filing.id), title="x", body="y")
    )
    for statement in ("UPDATE filing SET title = 'x'", "DELETE FROM filing"):
        with pytest.raises(IntegrityError, match="never changed"):
            db.session.execute(text(statement))
        db.session.rollback()


def test_from_the_deadline_on_nothing_is_filed_any_more(made: Made) -> None:
    with work.unit():
        draft = operations.draft(actor=made.manager, challenge=made.challenge, title="Late", body=BODY)
    closes_at = made.challenge.closes_at
    clock.set_to(closes_at)  # the second itself is late, and nobody has closed the challenge yet
    number, slug = draft.id, made.challenge.slug
    acts = {
        "seal": lambda: operations.seal(actor=made.manager, filing=queries.get_for(made.manager, number)),
        "save": lambda: operations.save(actor=made.manager, filing=queries.get_for(made.manager, number), title="x", body="y"),
        "draft": lambda: operations.draft(actor=made.manager, challenge=challenges_read.get_for(made.manager, slug), title="x", body="y"),
    }
    for act in acts.values():
        refused(NotNow, "entries_opened", act)
    with work.unit():
        challenges.close(actor=made.manager, challenge=challenges_read.get_for(made.manager, slug))
    for act in acts.values():
        refused(NotNow, "entries_opened", act)


def test_only_the_seeker_files_and_only_what_says_something(made: Made) -> None:
    solver = people.actor_of(made.solvers[0])
    refused(NotAllowed, "not_allowed", lambda: operations.draft(actor=solver, challenge=made.challenge, title="x", body="y"))
    with work.unit():
        empty = operations.draft(actor=made.manager, challenge=made.challenge, title=" ", body="")
    number = empty.id
    refused(Invalid, "filing_empty", lambda: operations.seal(actor=made.manager, filing=queries.get_for(made.manager, number)))
    refused(
        Conflict,
        "stale",
        lambda: operations.save(actor=made.manager, filing=queries.get_for(made.manager, number), title="x", body="y", version=9),
    )
    with pytest.raises(NotFound):
        queries.get_for(solver, number)
    with pytest.raises(NotFound):
        queries.get_for(Actor(), number)


def test_a_claim_counts_only_against_a_filing_of_this_challenge(made: Made) -> None:
    filing = filed(made)
    other = make.contest()
    foreign = filed(other).id
    with work.unit():
        unsealed = operations.draft(actor=made.manager, challenge=made.challenge, title="Not sealed", body=BODY).id
        early = make.seal(made.challenge, people.actor_of(made.solvers[0])).entry_id

    def claim(entry_id: int, filing_id: int, words: str = WORDS, actor: Actor = made.manager) -> Any:
        return operations.claim(actor=actor, entry=entries.find(entry_id), filing_id=filing_id, words=words)

    number = filing.id
    refused(NotNow, "not_judging", lambda: claim(early, number))
    one, two = judged(made)
    for wrong in (foreign, unsealed, 10_000):
        refused(Invalid, "no_filing", lambda wrong=wrong: claim(one, wrong))
    refused(Invalid, "words_missing", lambda: claim(two, number, "old"))
    refused(NotAllowed, "not_allowed", lambda: claim(two, number, actor=people.actor_of(made.judges[0])))
    with work.unit():
        claim(two, number)
    refused(Conflict, "claimed", lambda: claim(two, number, WORDS + " Again."))
    author = people.actor_of(made.solvers[1])
    with pytest.raises(NotFound):
        queries.get_for(author, number)
    with work.unit():
        awards.select_winner(
            actor=made.manager, challenge=challenges_read.get_for(made.manager, made.challenge.slug), entry=entries.find(one)
        )
    held = awarded.result_for(author, two).held
    assert held is not None and held.claim.words == WORDS and held.filing.id == number
    assert queries.get_for(author, number).id == number
    with pytest.raises(NotFound):
        queries.managed(author, number)  # the files stay with the seeker
    winner = people.actor_of(made.solvers[0])
    assert awarded.result_for(winner, one).held is None
    with pytest.raises(NotFound):
        queries.get_for(winner, number)
    refused(NotNow, "not_judging", lambda: claim(one, number))


def test_the_pages_lead_from_the_draft_to_the_claim_and_refuse_after_the_opening(made: Made, client: FlaskClient, app: Flask) -> None:
    people.sign_in(client, made.owner)
    slug = made.challenge.slug
    empty = client.post(f"/challenges/{slug}/prior-knowledge", data={"title": "", "body": ""})
    number = int(empty.headers["Location"].rsplit("/", 1)[1])
    stopped = client.post(f"/filings/{number}/seal", data={})
    assert stopped.status_code == 422 and "Please fill this in" in stopped.text
    client.post(f"/filings/{number}", data={"title": "Dyes we know", "body": BODY, "then": "stay"})
    client.post(f"/filings/{number}/files", data={"file": (io.BytesIO(b"page 3"), "notes.txt")})
    assert "notes.txt" in client.get(f"/filings/{number}").text and "Dyes we know" in client.get(f"/filings/{number}/seal").text
    client.post(f"/filings/{number}/seal", data={})
    assert "Download the receipt" in client.get(f"/filings/{number}").text
    assert client.get(f"/filings/{number}/receipt.json").json["receipt_no"].startswith("F")
    one, two = judged(made)
    late = client.post(f"/challenges/{slug}/prior-knowledge", data={"title": "Late", "body": BODY})
    assert late.status_code == 409 and "can be filed only until then" in late.text
    form = client.get(f"/entries/{two}/prior-claim").text
    assert make.TITLE in form and "Dyes we know" in form
    again = client.post(f"/entries/{two}/prior-claim", data={"filing_id": str(number), "words": "old"})
    assert again.status_code == 422 and "Say what you knew" in again.text
    assert client.post(f"/entries/{two}/prior-claim", data={"filing_id": str(number), "words": WORDS}).status_code == 302
    assert WORDS in client.get(f"/entries/{two}/prior-claim").text
    ranking = client.get(f"/challenges/{slug}/judging").text
    assert "prior knowledge claimed" in ranking and WORDS in client.get(f"/entries/{two}").text
    with work.unit():
        awards.select_winner(actor=made.manager, challenge=challenges_read.get_for(made.manager, slug), entry=entries.find(one))
    author = make.signed_in(app.test_client(), made.solvers[1])
    page = author.get(f"/entries/{two}").text
    assert WORDS in page and f"/filings/{number}" in page
    shown = author.get(f"/filings/{number}").text
    assert BODY in shown and "The files stay with the seeker" in shown
    file = queries.files_of(queries.get_for(made.manager, number))[0]
    assert author.get(f"/filings/{number}/files/{file.id}").status_code == 404
    assert client.get(f"/filings/{number}/files/{file.id}").data == b"page 3"
    assert evidence.holds(evidence.check(author.get(f"/filings/{number}/receipt.json").json, keys=log.trusted()))


def test_judges_read_a_claim_beside_the_entry_with_the_filing_and_no_other(made: Made, app: Flask) -> None:
    number, unused = filed(made, {"notes.txt": b"page 3"}).id, filed(made, title="Another").id
    one, two = judged(made)
    judge = make.signed_in(app.test_client(), made.judges[0])
    key = people.api_headers(made.judges[0])
    assert judge.get(f"/filings/{number}").status_code == 404
    assert judge.get(f"/api/v1/entries/{two}/prior-claim", headers=key).json["code"] == "no_claim"
    with work.unit():
        operations.claim(actor=made.manager, entry=entries.find(two), filing_id=number, words=WORDS)
    deliver_all()
    assert "says that it knew entry" in judge.get("/inbox").text
    assert WORDS in judge.get(f"/judge/entries/{two}").text and WORDS not in judge.get(f"/judge/entries/{one}").text
    assert (
        WORDS in judge.get(f"/entries/{two}").text and judge.get(f"/api/v1/entries/{two}/prior-claim", headers=key).json["words"] == WORDS
    )
    shown = judge.get(f"/filings/{number}").text
    assert BODY in shown and "The files stay with the seeker" in shown
    assert evidence.holds(evidence.check(judge.get(f"/filings/{number}/receipt.json").json, keys=log.trusted()))
    assert judge.get(f"/filings/{unused}").status_code == 404
    author = people.api_headers(made.solvers[1])
    assert app.test_client().get(f"/api/v1/entries/{two}/prior-claim", headers=author).status_code == 404
    with work.unit():
        awards.select_winner(
            actor=made.manager, challenge=challenges_read.get_for(made.manager, made.challenge.slug), entry=entries.find(one)
        )
    assert judge.get(f"/filings/{number}").status_code == 404


def test_programs_file_and_claim_the_same(made: Made, client: FlaskClient) -> None:
    key = people.api_headers(made.owner)
    base = f"/api/v1/challenges/{made.challenge.slug}/filings"
    draft = client.post(base, headers=key, json={"title": "Dyes", "body": BODY})
    url = f"/api/v1/filings/{draft.json['id']}"
    assert draft.status_code == 201
    assert client.patch(url, headers={**key, "If-Match": '"99"'}, json={"title": "Other"}).status_code == 409
    assert client.patch(url, headers=key, json={"title": "Other"}).json["title"] == "Other"
    sealed = client.post(f"{url}/seal", headers=key, json={}).json
    assert sealed["state"] == "sealed" and client.get(f"{url}/receipt", headers=key).json["hash"] == sealed["hash"]
    assert [one["id"] for one in client.get(base, headers=key).json["items"]] == [sealed["id"]]
    _, two = judged(made)
    assert client.post(base, headers=key, json={"title": "Late", "body": BODY}).json["code"] == "entries_opened"
    claim = f"/api/v1/entries/{two}/prior-claim"
    assert client.get(claim, headers=key).status_code == 404
    assert client.post(claim, headers=key, json={"filing_id": sealed["id"], "words": WORDS}).status_code == 201
    assert client.get(claim, headers=key).json["words"] == WORDS
    stranger = people.api_headers(people.person("Stranger"))
    assert [client.get(one, headers=stranger).status_code for one in (base, url, claim)] == [403, 404, 404]
