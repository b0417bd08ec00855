"""What of a challenge's agreements ends when, who is reminded, and clauses of the seeker's own in them."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from hub.contests.awards import operations as awards
from hub.contests.challenges import operations as challenges
from hub.contests.challenges.models import Challenge
from hub.contests.challenges.states import State
from hub.contests.entries import queries as entries
from hub.core.agreements import operations, pages, queries
from hub.core.agreements.rules import Ending
from hub.core.agreements.states import State as Standing
from hub.core.messages.models import Notification
from hub.db import delivery, journal, work
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.errors import Invalid
from tests.factories import challenges as drafts
from tests.factories import entries as make
from tests.factories import people
from tests.factories.templates import OWN, template

YEARS = {"terms": {"confidentiality_years": 2, "evaluation_days": 60, "transfer": "non_exclusive_licence", "term_years": 4}}


def react() -> None:
    delivery.deliver_all()


def told(person) -> list[str]:
    rows = db.session.query(Notification).filter_by(person_id=person.id).order_by(Notification.id)
    return [note.text % note.values for note in rows]


def ends(challenge: Challenge) -> dict:
    terms = queries.current(challenge.ref, entries.AGREEMENT)
    return {end.what: end.ends_at for end in queries.ends_of([terms.id])}


def remind() -> int:
    with work.unit():
        return operations.remind_of_ends()


def test_both_sides_are_reminded_of_the_evaluation_and_the_secrecy_that_count_from_the_deadline(app) -> None:
    made = make.contest(solvers=3, **YEARS)
    with work.unit():
        for solver in made.solvers[:2]:
            make.seal(made.challenge, people.actor_of(solver))
        make.enter(made.challenge, people.actor_of(made.solvers[2]))
    assert ends(made.challenge) == {}
    with work.unit():
        make.close(made.challenge)
    react()
    closed = made.challenge.closes_at
    assert ends(made.challenge) == {Ending.EVALUATION: closed + timedelta(days=60), Ending.SECRECY: closed.replace(year=closed.year + 2)}
    terms = queries.current(made.challenge.ref, entries.AGREEMENT)
    assert len(queries.ends_of([terms.id])) == 2 + 3, "the time to read is told to those whose entry is read"
    assert operations.count_ends(subject=made.challenge.ref, kind="challenge_entry", deadline=closed, evaluated=[]) == 0
    with clock.at(closed + timedelta(days=54)):
        assert (remind(), remind()) == (1, 0)
    until = "the time in which entries may be read and tested ends"
    assert [sum(until in line for line in told(person)) for person in (made.owner, *made.solvers)] == [1, 1, 1, 0]
    with clock.at(closed.replace(year=closed.year + 2) - timedelta(days=20)):
        assert (remind(), remind()) == (1, 0)
        assert queries.mine(people.actor_of(made.solvers[2]))[0].state is Standing.ENDS_SOON
    for person in (made.owner, *made.solvers):
        assert sum("the duty of confidentiality ends" in line for line in told(person)) == 1
    assert {end.what for end in pages.ends_for(made.manager, terms, [], None)} == {Ending.EVALUATION, Ending.SECRECY}
    assert pages.ends_for(people.actor_of(people.person("Nobody")), terms, [], None) == []


def test_the_decision_ends_the_evaluation_and_the_seeker_hears_of_the_awards_licence(app) -> None:
    made = make.judged(solvers=2, **YEARS)
    react()
    with clock.at(made.challenge.closes_at + timedelta(days=10)):
        with work.unit():
            entry = entries.own_in(people.actor_of(made.solvers[0]), made.challenge)
            award = awards.select_winner(actor=made.manager, challenge=made.challenge, entry=entry, message="Thank you all.")
        decided = clock.now()
        react()
        assert ends(made.challenge)[Ending.EVALUATION] == decided
        with work.unit():
            make.accept(award, people.actor_of(made.solvers[0]))
    with clock.at(made.challenge.closes_at + timedelta(days=54)):
        assert remind() == 0
    licence = next(end for end in queries.ends_of([award.terms_id]) if end.what is Ending.LICENCE)
    with clock.at(licence.ends_at - timedelta(days=20)):
        remind()
    for person, times in ((made.owner, 1), (made.solvers[0], 1), (made.solvers[1], 0)):
        assert sum("the licence ends on" in line for line in told(person)) == times, person.name


def test_clauses_of_the_seekers_own_join_the_agreement_that_entrants_sign(app, client) -> None:
    made = make.contest("draft")
    with work.unit():
        own = template(made.manager, made.organisation.id, "challenge_entry", "With samples")
        challenges.edit(actor=made.manager, challenge=db.session.merge(made.challenge), own_clauses=own.id)
    with work.unit():
        for stage in drafts.STAGES[1:5]:
            drafts._STEPS[stage](made.manager, db.session.merge(made.challenge))
    made.challenge = db.session.merge(made.challenge)
    people.sign_in(client, made.solvers[0])
    page = client.get(f"/challenges/{made.challenge.slug}/agreement").text
    assert "Samples stay in the laboratory." in page and "Acme wrote it" in page
    with work.unit():
        make.enter(db.session.merge(made.challenge), people.actor_of(made.solvers[0]))
    terms = queries.current(made.challenge.ref, entries.AGREEMENT)
    assert [one.hash for one in queries.signatures(terms.id)] == [terms.hash] and "written by the Seeker" in terms.text_en


def test_a_draft_keeps_to_the_sites_clauses_alone_until_others_are_chosen(app, client) -> None:
    made = make.contest("draft")
    with work.unit():
        own = template(made.manager, made.organisation.id, "challenge_entry", "With samples")
    people.sign_in(client, made.owner)
    for chosen in (None, own.id):
        with work.unit():
            challenge = challenges.edit(actor=made.manager, challenge=db.session.merge(made.challenge), own_clauses=chosen)
        offered = re.findall(r'<input[^>]*name="own_clauses"[^>]*>', client.get(f"/challenges/{challenge.slug}/edit").text)
        checked = [re.search(r'value="(.*?)"', one)[1] for one in offered if "checked" in one]
        assert len(offered) == 2 and checked == [str(chosen or "")]


@pytest.mark.parametrize("wrong", ["says_the_name", "another_kind"])
def test_own_clauses_that_do_not_fit_send_nothing_to_review(app, wrong: str) -> None:
    made = make.contest("draft", seeker_shown=False)
    clause = {**OWN, "text_en": "Ask ACME for samples."} if wrong == "says_the_name" else OWN
    with work.unit():
        own = template(made.manager, made.organisation.id, "nda" if wrong == "another_kind" else "challenge_entry", own=[clause])
    before = journal.last_id()
    with pytest.raises(Invalid) as refused, work.unit():
        challenge = challenges.edit(actor=made.manager, challenge=db.session.merge(made.challenge), own_clauses=own.id)
        challenges.submit(actor=made.manager, challenge=challenge)
    assert set(refused.value.fields) == {"own_clauses"} and journal.last_id() == before
    assert db.session.merge(made.challenge).state is State.DRAFT
