"""The door of the protocol: what it answers, whom it refuses, what becomes of the money."""

from __future__ import annotations

import dataclasses
import json
import re
import threading
from datetime import timedelta

import pytest

from hub.app import create_app
from hub.core.controls import queries as controls
from hub.core.payments import queries as ledger
from hub.db import work
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import Scope
from hub.microtasks.mturk import operations, queries
from hub.microtasks.projects import queries as projects_read
from hub.microtasks.projects.states import State as ProjectState
from hub.microtasks.queue import operations as queue
from hub.web.security import limiter
from tests.factories import money, people, turk
from tests.factories.turk import FORM, NEW, TYPE, Requester


@pytest.fixture
def owner(app):
    return people.person("Heron")


@pytest.fixture
def organisation(owner):
    found = people.organisation(owner)
    money.deposited(found, money.usd(10_000))
    return found


@pytest.fixture
def requester(app, client, owner, organisation):
    return Requester(client, turk.key_of(owner, app.config["HUB"].secret_key))


@pytest.fixture
def worker(app):
    return people.person("Worker")


def free(organisation):
    return sum(m.minor for m in ledger.balances("organisation", organisation.id))


def earned(person):
    return sum(m.minor for m in ledger.balances("person", person.id))


def work_on(person, answer):
    with work.unit():
        lease = queue.claim(actor=people.actor_of(person))
        assert lease is not None
        return queue.submit(actor=people.actor_of(person), assignment=lease, answer=answer).id


def test_a_hit_is_answered_approved_and_rewarded(requester, organisation, worker):
    hit = requester.ask("CreateHIT", **NEW, RequesterAnnotation="batch 7")["HIT"]
    assert (hit["HITStatus"], hit["NumberOfAssignmentsAvailable"], hit["Reward"]) == ("Assignable", 2, "0.10")
    assert (hit["Question"], hit["RequesterAnnotation"], hit["Title"]) == (FORM, "batch 7", TYPE["Title"])
    assert (hit["AssignmentDurationInSeconds"], hit["AutoApprovalDelayInSeconds"]) == (600, 259_200)
    assert hit["Expiration"] - hit["CreationTime"] == 86_400
    assert free(organisation) == 10_000 - 2 * 11, "two answers of 10 cents with the fee on top are held"
    assert requester.ask("GetAccountBalance") == {"AvailableBalance": "99.78", "OnHoldBalance": "0.22"}
    work_on(worker, {"label": "yes", "why": "a < b & c"})
    (answer,) = requester.ask("ListAssignmentsForHIT", HITId=hit["HITId"])["Assignments"]
    assert answer["AssignmentStatus"] == "Submitted" and re.fullmatch(r"A[A-Z0-9]+", answer["WorkerId"])
    assert "<QuestionIdentifier>label</QuestionIdentifier><SelectionIdentifier>yes</SelectionIdentifier>" in answer["Answer"]
    assert "<QuestionIdentifier>why</QuestionIdentifier><FreeText>a &lt; b &amp; c</FreeText>" in answer["Answer"]
    assert answer["AutoApprovalTime"] == answer["SubmitTime"] + 259_200
    assert requester.ask("ApproveAssignment", AssignmentId=answer["AssignmentId"], RequesterFeedback="Thank you") == {}
    assert earned(worker) == 10
    bonus = {"WorkerId": answer["WorkerId"], "AssignmentId": answer["AssignmentId"], "BonusAmount": "1.00", "Reason": "Well said"}
    for _ in range(2):
        requester.ask("SendBonus", **bonus, UniqueRequestToken="once")
    assert earned(worker) == 110, "one token, one bonus"
    code, _ = requester.refused("SendBonus", **{**bonus, "BonusAmount": "2.00"}, UniqueRequestToken="once")
    assert code == "AWS.MechanicalTurk.DuplicateRequest"
    requester.ask("SendBonus", **bonus)
    assert earned(worker) == 210
    assert controls.verify().ok
    code, _ = requester.refused("ApproveAssignment", AssignmentId=answer["AssignmentId"])
    assert code == "AWS.MechanicalTurk.InvalidAssignmentState" and earned(worker) == 210


def test_a_rejection_tells_the_worker_why_and_frees_the_place(requester, worker):
    hit = requester.ask("CreateHIT", **NEW)["HIT"]["HITId"]
    number = work_on(worker, {"label": "no"})
    assert requester.refused("RejectAssignment", AssignmentId=f"R{number}")[0] == "AWS.InvalidParameterValue"
    requester.ask("RejectAssignment", AssignmentId=f"R{number}", RequesterFeedback="It is about a package.")
    (answer,) = requester.ask("ListAssignmentsForHIT", HITId=hit, AssignmentStatuses=["Rejected"])["Assignments"]
    assert answer["RequesterFeedback"] == "It is about a package." and "RejectionTime" in answer and earned(worker) == 0
    assert requester.ask("ListAssignmentsForHIT", HITId=hit, AssignmentStatuses=["Approved"])["NumResults"] == 0
    seen = requester.ask("GetHIT", HITId=hit)["HIT"]
    assert (seen["NumberOfAssignmentsAvailable"], seen["NumberOfAssignmentsCompleted"]) == (2, 1)
    override = {"AssignmentId": f"R{number}", "OverrideRejection": True}
    assert requester.refused("ApproveAssignment", **override)[0] == "AWS.MechanicalTurk.InvalidAssignmentState"


def test_hits_of_a_type_and_their_pages(requester):
    one, again = (requester.ask("CreateHITType", **TYPE)["HITTypeId"] for _ in range(2))
    other = requester.ask("CreateHITType", **{**TYPE, "Reward": "0.20"})["HITTypeId"]
    assert one == again != other
    made = [requester.ask("CreateHITWithHITType", HITTypeId=one, LifetimeInSeconds=600, Question=FORM)["HIT"]["HITId"] for _ in range(3)]
    first = requester.ask("ListHITs", MaxResults=2)
    second = requester.ask("ListHITs", MaxResults=2, NextToken=first["NextToken"])
    assert [hit["HITId"] for hit in first["HITs"] + second["HITs"]] == made[::-1] and "NextToken" not in second
    assert requester.refused("ListHITs", NextToken="elsewhere")[0] == "AWS.InvalidParameterValue"
    assert requester.refused("ListHITs", MaxResults=101)[0] == "AWS.InvalidParameterValue"


def test_a_token_makes_one_hit(requester, organisation):
    first, second = (requester.ask("CreateHIT", **NEW, UniqueRequestToken="a")["HIT"]["HITId"] for _ in range(2))
    assert first == second and free(organisation) == 10_000 - 22
    assert requester.ask("CreateHIT", **NEW, UniqueRequestToken="b")["HIT"]["HITId"] != first
    assert requester.refused("CreateHIT", **{**NEW, "MaxAssignments": 1}, UniqueRequestToken="a")[0].endswith("DuplicateRequest")


def test_a_lifetime_ends_the_project_and_gives_the_rest_back(requester, organisation, worker):
    hit = requester.ask("CreateHIT", **NEW)["HIT"]["HITId"]
    number = work_on(worker, {"label": "yes"})
    assert requester.refused("DeleteHIT", HITId=hit)[0] == "AWS.MechanicalTurk.InvalidHITState"
    clock.advance(timedelta(days=1))
    assert requester.ask("GetHIT", HITId=hit)["HIT"]["HITStatus"] == "Reviewable"
    with work.unit():
        assert operations.end_overdue() == 1
    with work.unit():
        assert operations.end_overdue() == 0
    assert requester.refused("DeleteHIT", HITId=hit)[0] == "AWS.MechanicalTurk.InvalidHITState", "an answer waits"
    later = (clock.now() + timedelta(days=1)).timestamp()
    assert requester.refused("UpdateExpirationForHIT", HITId=hit, ExpireAt=later)[0] == "AWS.MechanicalTurk.InvalidHITState"
    requester.ask("ApproveAssignment", AssignmentId=f"R{number}")
    with work.unit():
        queue.finish_projects()
    assert free(organisation) == 10_000 - 11 and controls.verify().ok
    requester.ask("DeleteHIT", HITId=hit)
    assert requester.ask("GetHIT", HITId=hit)["HIT"]["HITStatus"] == "Disposed"
    assert requester.ask("ListHITs")["NumResults"] == 0


def test_an_expiration_may_be_moved_and_set_to_now(requester):
    hit = requester.ask("CreateHIT", **NEW)["HIT"]["HITId"]
    later = int((clock.now() + timedelta(days=9)).timestamp())
    requester.ask("UpdateExpirationForHIT", HITId=hit, ExpireAt=later)
    assert requester.ask("GetHIT", HITId=hit)["HIT"]["Expiration"] == later
    with work.unit():
        assert operations.end_overdue() == 0
    requester.ask("UpdateExpirationForHIT", HITId=hit, ExpireAt=0)
    assert requester.ask("GetHIT", HITId=hit)["HIT"]["HITStatus"] == "Reviewable"
    project = projects_read.by_id(queries.hit_of(1).project_id)
    assert project.state is ProjectState.ENDING


def test_nothing_is_made_without_the_money(requester, organisation):
    code, message = requester.refused("CreateHIT", **{**NEW, "Reward": "99.00"})
    assert code == "AWS.MechanicalTurk.InsufficientFunds" and "insufficient funds" in message
    assert requester.ask("ListHITs")["NumResults"] == 0 and free(organisation) == 10_000


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"Reward": "ten"}, "Reward"), ({"Reward": "-1"}, "Reward"), ({"Reward": "0.001"}, "Reward"), ({"MaxAssignments": 0}, "MaxAssignments"),
        ({"MaxAssignments": "x"}, "MaxAssignments"), ({"LifetimeInSeconds": 10**12}, "LifetimeInSeconds"), ({"Title": "x" * 129}, "Title"),
        ({"Title": "a\x00b"}, "Title"), ({"Colour": "red"}, "Colour"), ({"HITLayoutId": "ABC"}, "HITLayoutId"), ({"Question": None}, "Question"),
        ({"QualificationRequirements": [{"QualificationTypeId": "X"}]}, "QualificationRequirements"),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_is_named(requester, changes, told):
    code, message = requester.refused("CreateHIT", **{**NEW, **changes})
    assert code == "AWS.InvalidParameterValue" and told in message
    assert requester.ask("ListHITs")["NumResults"] == 0


def test_short_titles_are_taken(requester):
    hit = requester.ask("CreateHIT", **{**NEW, "Title": "Hi", "Description": "Ok", "QualificationRequirements": []})["HIT"]
    assert (hit["Title"], hit["Description"]) == ("Hi", "Ok")


@pytest.mark.parametrize("name", ["H999", "h1", "H0", "H01", "H99999999999999999999", "1", "R1"])
def test_what_is_not_there_is_not_there(requester, name):
    requester.ask("CreateHIT", **NEW)
    for operation in ("GetHIT", "DeleteHIT", "ListAssignmentsForHIT"):
        assert requester.refused(operation, HITId=name)[0] == "AWS.MechanicalTurk.HITDoesNotExist"
    assert requester.refused("ApproveAssignment", AssignmentId=name)[0] == "AWS.MechanicalTurk.AssignmentDoesNotExist"


def test_another_organisations_hits_are_not_there(app, client, requester, worker):
    hit = requester.ask("CreateHIT", **NEW)["HIT"]
    number = work_on(worker, {"label": "yes"})
    stranger = people.person("Stork")
    people.organisation(stranger, "Beta")
    theirs = Requester(client, turk.key_of(stranger, app.config["HUB"].secret_key))
    assert theirs.refused("GetHIT", HITId=hit["HITId"])[0] == "AWS.MechanicalTurk.HITDoesNotExist"
    with_type = {"HITTypeId": hit["HITTypeId"], "LifetimeInSeconds": 60, "Question": FORM}
    assert theirs.refused("CreateHITWithHITType", **with_type)[0] == "AWS.MechanicalTurk.HITTypeDoesNotExist"
    for operation in ("ApproveAssignment", "RejectAssignment"):
        code, _ = theirs.refused(operation, AssignmentId=f"R{number}", RequesterFeedback="Mine now")
        assert code == "AWS.MechanicalTurk.AssignmentDoesNotExist"
    assert theirs.ask("ListHITs")["NumResults"] == 0 and earned(worker) == 0


def test_it_takes_exactly_one_managed_organisation(app, client, worker):
    nobody = Requester(client, turk.key_of(worker, app.config["HUB"].secret_key))
    code, message = nobody.refused("CreateHIT", **NEW)
    assert code == "AWS.MechanicalTurk.PermissionDeniedException" and "manages 0" in message
    people.organisation(worker, "One")
    people.organisation(worker, "Two")
    assert "manages 2" in nobody.refused("GetAccountBalance")[1]


def test_a_key_does_what_its_scopes_say(app, client, owner, organisation):
    reader = Requester(client, turk.key_of(owner, app.config["HUB"].secret_key, Scope.READ))
    assert reader.ask("ListHITs")["NumResults"] == 0
    for operation in ("CreateHITType", "CreateHIT", "SendBonus"):
        assert reader.refused(operation, **NEW)[0] == "AccessDeniedException"


def test_a_bonus_goes_to_who_answered_only(requester, worker):
    requester.ask("CreateHIT", **NEW)
    number = work_on(worker, {"label": "yes"})
    bonus = {"AssignmentId": f"R{number}", "BonusAmount": "1.00", "Reason": "Well said"}
    assert requester.refused("SendBonus", **bonus, WorkerId="A999")[0] == "AWS.MechanicalTurk.InvalidAssignmentState"
    poor = {**bonus, "BonusAmount": "5000.00", "WorkerId": f"A{worker.id}"}
    assert requester.refused("SendBonus", **poor)[0] == "AWS.MechanicalTurk.InsufficientFunds"
    assert requester.refused("SendBonus", **{**poor, "BonusAmount": "0"})[0] == "AWS.InvalidParameterValue"
    assert earned(worker) == 0 and controls.verify().ok


# Signatures


def posted(client, headers, body=b"{}", path="/mturk"):
    answer = client.post(path, data=body, headers=headers)
    return answer.status_code, json.loads(answer.data)["__type"]


def test_only_the_signed_request_itself_is_taken(client, requester):
    body = json.dumps({"MaxResults": 5}).encode()
    headers = turk.signed(requester.key, body, "ListHITs")
    assert client.post("/mturk", data=body, headers=headers).status_code == 200
    wrong = (400, "InvalidSignatureException")
    assert posted(client, headers, b'{"MaxResults": 6}') == wrong
    assert posted(client, {**headers, "X-Amz-Target": turk.TARGET + "DeleteHIT"}, body) == wrong
    assert posted(client, {**headers, "X-Amz-Security-Token": "x"}, body) == wrong
    assert posted(client, headers, body, "/mturk?a=b") == wrong
    other = turk.signed((requester.key[0], requester.key[1] + "x"), body, "ListHITs")
    assert posted(client, other, body) == wrong
    unknown = turk.signed(("HUBKUNKNOWN", requester.key[1]), body, "ListHITs")
    assert posted(client, unknown, body) == (400, "UnrecognizedClientException")
    assert posted(client, {}) == (400, "MissingAuthenticationTokenException")
    assert posted(client, {"Authorization": "Bearer x"}) == (400, "IncompleteSignatureException")
    for name in ("X-Amz-Date", "X-Amz-Target"):
        assert posted(client, {key: value for key, value in headers.items() if key != name}, body) == wrong


@pytest.mark.parametrize(("minutes", "status"), [(-16, 400), (-14, 200), (14, 200), (16, 400)])
def test_a_signature_holds_for_fifteen_minutes(client, requester, minutes, status):
    headers = turk.signed(requester.key, b"{}", "ListHITs", at=clock.now() + timedelta(minutes=minutes))
    assert client.post("/mturk", data=b"{}", headers=headers).status_code == status


def test_any_region_and_a_trailing_slash_will_do(client, requester):
    url = "http://localhost/mturk/"
    headers = turk.signed(requester.key, b"{}", "ListHITs", url=url, region="eu-west-9")
    assert client.post("/mturk/", data=b"{}", headers=headers).status_code == 200


def test_a_revoked_key_is_nobodys(app, client, owner, requester):
    from hub.core.keys import operations as keys
    from hub.core.keys import queries as keys_read

    with work.unit():
        keys.revoke_key(actor=people.actor_of(owner), key_id=keys_read.keys_of(owner.id)[0].id)
    assert requester.refused("ListHITs")[0] == "UnrecognizedClientException"


def test_odd_requests_are_answered_clearly(client, requester):
    code, message = requester.refused("CreateQualificationType")
    assert code == "UnknownOperationException" and "CreateHITWithHITType" in message
    for body, kind in ((b"{", "SerializationException"), (b"[" * 100_000, "SerializationException"), (b"[]", "RequestError")):
        assert posted(client, turk.signed(requester.key, body, "ListHITs"), body) == (400, kind)
    large = b" " * (1024 * 1024 + 1)
    assert posted(client, turk.signed(requester.key, large, "ListHITs"), large) == (400, "RequestEntityTooLargeException")


def test_the_same_request_at_once_is_carried_out_once(app, requester, organisation):
    """Each in a thread of its own, as programs that repeat a call which seemed lost."""
    body = json.dumps({**NEW, "UniqueRequestToken": "a"}).encode()
    headers = turk.signed(requester.key, body, "CreateHIT")
    answers: list[bytes] = []

    def send() -> None:
        with app.app_context():
            answers.append(app.test_client().post("/mturk", data=body, headers=headers).data)
            db.session.remove()

    threads = [threading.Thread(target=send) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    db.session.rollback()
    assert len({json.loads(answer)["HIT"]["HITId"] for answer in answers}) == 1 and len(answers) == 3
    assert free(organisation) == 10_000 - 22 and controls.verify().ok


def test_requests_are_counted(config):
    strict = create_app(dataclasses.replace(config, rate_limits=True))
    try:
        with strict.app_context():
            limiter.reset()
        kinds = [posted(strict.test_client(), {})[1] for _ in range(601)]
        with strict.app_context():
            limiter.reset()
            db.engine.dispose()
    finally:
        limiter.enabled = False
    assert kinds[:600] == ["MissingAuthenticationTokenException"] * 600 and kinds[600] == "ThrottlingException"
