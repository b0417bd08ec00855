"""Proposals: the deadline, who reads what, an answer for everybody, the decision."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select, text
from sqlalchemy.exc import DatabaseError

from hub.core.messages.models import Notification
from hub.core.organisations import operations as organisations
from hub.db import delivery, journal, work
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import ANONYMOUS, Role
from hub.kernel.errors import Conflict, HubError, Invalid, NotAllowed, NotFound, NotNow, NotSignedIn
from hub.search.briefs import operations as brief_operations
from hub.search.briefs import queries as briefs_read
from hub.search.briefs.states import State
from hub.search.proposals import operations, queries
from hub.search.proposals.models import Proposal
from hub.search.proposals.states import ProposalState
from tests.db.processes import together
from tests.factories import briefs, people
from tests.search.briefs.conftest import Search

SAVE = {"title": "Printed strips", "approach": briefs.APPROACH, "answers": ["Yes.", "Cheap.", "Data."]}


def refuse(error: type[HubError], call, **given) -> HubError:
    """The call is refused and leaves nothing behind."""
    counted = [select(func.count()).select_from(model) for model in (Proposal, Notification, journal.JournalRow)]
    rows = select(Proposal.id, Proposal.state, Proposal.version, Proposal.chosen)
    before = [db.session.scalar(query) for query in counted] + list(db.session.execute(rows))
    with pytest.raises(error) as refused, work.unit():
        call(**given)
    assert [db.session.scalar(query) for query in counted] + list(db.session.execute(rows)) == before
    return refused.value


def notes_of(person) -> list[str]:
    found = db.session.scalars(select(Notification).where(Notification.person_id == person.id).order_by(Notification.id))
    return [note.text % note.values for note in found]


def answer(search: Search, proposal: Proposal, chosen: bool, reason: str = briefs.REASON) -> None:
    with work.unit():
        operations.answer(actor=search.consultant, proposal=proposal, chosen=chosen, reason=reason)


def test_from_a_draft_to_an_answer_for_everybody(search: Search):
    brief, (first, second) = search.closed()
    answer(search, first, True)
    answer(search, second, False, "No data at 4 °C, which was a must-have of the brief.")
    assert (first.state, second.state) == (ProposalState.SUBMITTED, ProposalState.SUBMITTED)
    assert not [note for note in notes_of(search.authors[0]) if "selected" in note]
    with work.unit():
        operations.decide(actor=search.client, brief=brief)
    assert (brief.state, first.state, second.state) == (State.DECIDED, ProposalState.SELECTED, ProposalState.NOT_SELECTED)
    assert "is selected" in notes_of(search.authors[0])[-1] and "was not selected" in notes_of(search.authors[1])[-1]


def test_nothing_is_decided_while_somebody_has_no_answer(search: Search):
    brief, (first, second) = search.closed()
    answer(search, first, True)
    refused = refuse(NotNow, operations.decide, actor=search.client, brief=brief)
    assert refused.code == "answers_missing" and refused.values == {"missing": 1, "of": 2}
    with work.unit():
        operations.take_back(actor=search.author(1), proposal=second)
        operations.decide(actor=search.client, brief=brief)
    assert (brief.state, second.state) == (State.DECIDED, ProposalState.WITHDRAWN)
    assert not [note for note in notes_of(search.authors[1]) if "selected" in note]


def test_an_answer_needs_a_reason_and_its_time(search: Search):
    brief = search.brief()
    with work.unit():
        proposal = briefs.proposal(brief, search.author())
    refuse(NotNow, operations.answer, actor=search.consultant, proposal=proposal, chosen=True, reason=briefs.REASON)
    with work.unit():
        briefs.close(brief)
    assert set(refuse(Invalid, operations.answer, actor=search.client, proposal=proposal, chosen=True, reason="Good.").fields) == {"reason"}
    with pytest.raises(DatabaseError), work.unit():
        db.session.execute(text(f"UPDATE brief_proposal SET state = 'not_selected' WHERE id = {proposal.id}"))


def test_the_deadline_is_half_open(search: Search):
    brief = search.brief(days=2)
    with work.unit():
        briefs.draft(brief, search.author(0))
        briefs.draft(brief, search.author(1))
    clock.set_to(brief.closes_at - timedelta(microseconds=1))
    with work.unit():
        operations.hand_in(actor=search.author(0), brief=brief, non_confidential=True)
    clock.set_to(brief.closes_at)
    late = {"actor": search.author(1), "brief": brief}
    assert refuse(NotNow, operations.hand_in, non_confidential=True, **late).code == "deadline_passed"
    assert refuse(NotNow, operations.save, **late, **SAVE).code == "deadline_passed"
    assert refuse(NotNow, operations.attach, stream=io.BytesIO(b"x"), filename="x.txt", **late).code == "deadline_passed"
    own = queries.own_proposal(search.author(1), brief)
    assert own is not None and own.title == "Printed nanotube strips", "what was written is kept"


def test_handing_in_takes_everything_and_the_declaration(search: Search):
    brief = search.brief()
    refuse(NotFound, operations.hand_in, actor=search.author(), brief=brief, non_confidential=True)
    with work.unit():
        operations.save(actor=search.author(), brief=brief, title="Later", approach="", answers=[])
    refused = refuse(Invalid, operations.hand_in, actor=search.author(), brief=brief, non_confidential=True)
    assert set(refused.fields) == {"title", "approach", "answers.0", "answers.1", "answers.2"}
    with work.unit():
        briefs.draft(brief, search.author())
    refused = refuse(Invalid, operations.hand_in, actor=search.author(), brief=brief, non_confidential=False)
    assert set(refused.fields) == {"non_confidential"}
    with pytest.raises(DatabaseError), work.unit():
        db.session.execute(text("UPDATE brief_proposal SET handed_in_at = created_at"))


def test_what_is_handed_in_can_be_changed_but_not_emptied(search: Search):
    brief = search.brief()
    with work.unit():
        proposal = briefs.proposal(brief, search.author())
    refuse(Invalid, operations.save, actor=search.author(), brief=brief, **(SAVE | {"answers": ["Yes."]}))
    assert refuse(Conflict, operations.save, actor=search.author(), brief=brief, version=0, **SAVE).code == "stale"
    with work.unit():
        operations.save(actor=search.author(), brief=brief, **SAVE)
    assert (proposal.title, proposal.state) == ("Printed strips", ProposalState.SUBMITTED)
    with work.unit():
        operations.take_back(actor=search.author(), proposal=proposal)
    assert queries.handed_in(brief) == []
    with work.unit():
        operations.hand_in(actor=search.author(), brief=brief, non_confidential=True)
    assert len(queries.handed_in(brief)) == 1


def test_whoever_reads_or_chooses_cannot_propose(search: Search):
    brief, member = search.brief(), people.person("Mina Member")
    with work.unit():
        organisations.add_member(actor=search.client, organisation=search.client_body, email=member.email, role=Role.FINANCE)
    for actor in (search.client, search.consultant, people.actor_of(member), people.actor_of(people.person(admin=True))):
        assert refuse(NotAllowed, operations.save, actor=actor, brief=brief, **SAVE).code == "barred"
    refuse(NotSignedIn, operations.save, actor=ANONYMOUS, brief=brief, **SAVE)
    assert refuse(NotAllowed, operations.save, actor=people.actor_of(people.person(verified=False)), brief=brief, **SAVE).code == (
        "unverified_address"
    )
    refuse(NotNow, operations.save, actor=search.author(), brief=search.brief("draft"), **SAVE)


def test_proposals_are_read_by_those_who_compare_and_by_nobody_else(search: Search):
    brief = search.brief()
    with work.unit():
        draft = briefs.draft(brief, search.author(0))
        handed = briefs.proposal(brief, search.author(1))
    for actor in (search.client, search.consultant):
        assert queries.proposal_for(actor, brief.id, handed.id) is handed
        with pytest.raises(NotFound):
            queries.proposal_for(actor, brief.id, draft.id)
    for actor in (search.author(0), people.actor_of(people.person("Nobody")), ANONYMOUS):
        with pytest.raises(NotFound):
            queries.proposal_for(actor, brief.id, handed.id)
    refuse(NotAllowed, operations.take_back, actor=search.client, proposal=handed)
    refuse(NotAllowed, operations.answer, actor=search.author(1), proposal=handed, chosen=True, reason=briefs.REASON)
    refuse(NotAllowed, operations.decide, actor=search.consultant, brief=brief)


def test_names_and_addresses_are_told_to_the_selected_ones_alone(search: Search, client: FlaskClient):
    brief, (first, second) = search.closed(client_shown=False)
    answer(search, first, True)
    answer(search, second, False)
    ids = (first.path, second.path)

    def read(person, path: str) -> str:
        people.sign_in(client, person)
        said = client.get(path).text + client.get(f"/api/v1{path}", headers=people.api_headers(person)).text
        client.post("/logout")
        return said

    before = read(search.manager_person, ids[0]) + read(search.manager_person, f"{brief.path}/proposals")
    assert "Author anna" not in before and "anna@authors" not in before
    mine = read(search.authors[0], ids[0])
    assert "cleo@" not in mine and "Quiet" not in mine and briefs.REASON not in mine, "the answer comes with the decision"
    with work.unit():
        operations.decide(actor=search.client, brief=brief)
    after = read(search.manager_person, ids[0])
    assert "Author anna" in after and "anna@authors" in after
    assert "bert@authors" not in read(search.manager_person, ids[1])
    mine = read(search.authors[0], ids[0])
    assert "cleo@quiet.example" in mine and "Quiet Packaging" in mine and briefs.REASON in mine
    other = read(search.authors[1], ids[1])
    assert briefs.REASON in other and "cleo@" not in other and "Quiet" not in other


def test_a_withdrawn_call_answers_everybody(search: Search):
    brief = search.brief()
    with work.unit():
        proposal = briefs.proposal(brief, search.author())
    assert set(refuse(Invalid, brief_operations.withdraw, actor=search.client, brief=brief, reason="").fields) == {"reason"}
    with work.unit():
        brief_operations.withdraw(actor=search.client, brief=brief, reason="The product line was sold last week.")
    delivery.deliver_all()
    db.session.refresh(proposal)
    assert (proposal.state, proposal.answer) == (ProposalState.NOT_SELECTED, "The product line was sold last week.")
    assert "was withdrawn" in notes_of(search.authors[0])[-1]


def test_the_shortlist_comes_first(search: Search):
    brief, (first, second) = search.closed()
    with work.unit():
        operations.sort(actor=search.consultant, proposal=second, shortlisted=True)
    assert [one.id for one in queries.handed_in(brief)] == [second.id, first.id]
    refuse(NotNow, operations.sort, actor=search.consultant, proposal=second, shortlisted=True)
    with work.unit():
        operations.sort(actor=search.client, proposal=second, shortlisted=False)
    assert second.state is ProposalState.SUBMITTED


def test_files_are_for_the_author_and_those_who_compare(search: Search, client: FlaskClient):
    brief = search.brief()
    with work.unit():
        briefs.draft(brief, search.author())
        file = operations.attach(actor=search.author(), brief=brief, stream=io.BytesIO(b"ppm\n3\n"), filename="data.csv")
        proposal = operations.hand_in(actor=search.author(), brief=brief, non_confidential=True)
    address = f"{proposal.path}/files/{file.file_id}"
    for person, status in (
        (search.authors[0], 200),
        (search.manager_person, 200),
        (search.consultant_person, 200),
        (search.authors[1], 404),
    ):
        people.sign_in(client, person)
        assert client.get(address).status_code == status
        client.post("/logout")


def test_the_form_keeps_every_answer_that_was_typed(search: Search, client: FlaskClient):
    brief = search.brief()
    people.sign_in(client, search.authors[0])
    typed = {"title": "x" * 201, "approach": "My approach", "answers.0": "First answer", "answers.1": "Second", "answers.2": ""}
    answered = client.post(f"{brief.path}/propose", data=typed)
    assert answered.status_code == 422
    assert all(said in answered.text for said in ("My approach", "First answer", "Second"))
    assert client.post(f"{brief.path}/propose", data=typed | {"title": "Short", "then": "check"}).headers["Location"].endswith("/check")
    assert "Answer this one, too" in client.get(f"{brief.path}/propose/check").text
    assert client.post(f"{brief.path}/propose/handin", data={"non_confidential": "1"}).status_code == 422


def _decide(brief_id: int, person_id: int) -> None:
    try:
        with work.unit():
            operations.decide(actor=people.queries.actor_of(person_id), brief=briefs_read.by_ids([brief_id])[brief_id])
    except (NotNow, Conflict):
        return


def test_two_decisions_at_once_are_one(search: Search):
    brief, proposals = search.closed()
    for one in proposals:
        answer(search, one, False)
    brief_id, manager, author = brief.id, search.manager_person.id, search.authors[0].id
    together(_decide, *[(brief_id, manager)] * 4)
    assert len([note for note in notes_of(people.queries.get(author)) if "not selected" in note]) == 1
    assert db.session.scalar(select(func.count()).where(journal.JournalRow.kind == "BriefDecided")) == 1


def _begin(brief_id: int, person_id: int) -> None:
    try:
        with work.unit():
            operations.save(actor=people.queries.actor_of(person_id), brief=briefs_read.by_ids([brief_id])[brief_id], **SAVE)
    except Conflict:
        return


def test_a_proposal_begun_twice_at_once_is_one(search: Search):
    together(_begin, *[(search.brief().id, search.authors[0].id)] * 3)
    assert db.session.scalar(select(func.count()).select_from(Proposal)) == 1
