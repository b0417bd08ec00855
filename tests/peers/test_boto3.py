"""The real boto3 client against a running server: a requester's program written for Mechanical Turk works here by another address."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.request import Request, urlopen

import boto3
import pytest
from botocore.config import Config as BotoConfig
from botocore.exceptions import ClientError
from flask import Flask
from werkzeug.serving import make_server

from hub.core.controls import queries as controls
from hub.core.payments import queries as ledger
from hub.db.extensions import db
from hub.kernel import clock
from hub.microtasks.queue import operations as queue
from tests.factories import money, people, turk
from tests.factories.turk import NEW

pytestmark = [pytest.mark.peer]


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    clock.set_to(None)  # boto3 signs by the machine's clock
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join()


@pytest.fixture
def owner(app):
    return people.person("Heron")


@pytest.fixture
def organisation(owner):
    found = people.organisation(owner)
    money.deposited(found, money.usd(1_000))
    return found


def requester(address: str, key: tuple[str, str]) -> Any:
    return boto3.client(
        "mturk", endpoint_url=f"{address}/mturk", region_name="us-east-1", aws_access_key_id=key[0], aws_secret_access_key=key[1],
        config=BotoConfig(retries={"max_attempts": 1}, proxies={}),
    )  # fmt: skip


@pytest.fixture
def mturk(app, address, owner, organisation):
    return requester(address, turk.key_of(owner, app.config["HUB"].secret_key))


def post(address: str, path: str, headers: dict[str, str], sent: dict[str, Any]) -> Any:
    """A worker's program at the public API."""
    body = json.dumps(sent).encode()
    made = Request(address + path, data=body, headers={**headers, "Content-Type": "application/json"}, method="POST")
    with urlopen(made, timeout=20) as answer:
        return json.loads(answer.read())


def minor(owner: str, number: int) -> int:
    db.session.rollback()
    return sum(amount.minor for amount in ledger.balances(owner, number))


def test_a_whole_round(address, mturk, organisation):
    worker = people.person("Worker")
    headers = people.api_headers(worker)
    assert mturk.get_account_balance()["AvailableBalance"] == "10.00"
    hit = mturk.create_hit(**NEW, UniqueRequestToken="batch-1")["HIT"]
    assert mturk.create_hit(**NEW, UniqueRequestToken="batch-1")["HIT"]["HITId"] == hit["HITId"]
    assert abs(hit["Expiration"] - datetime.now(UTC) - timedelta(days=1)) < timedelta(minutes=1)
    assert mturk.get_account_balance()["OnHoldBalance"] == "0.22"

    lease = post(address, "/api/v1/tasks/next", headers, {})
    assert lease["item"]["text"] == "Boxes\n\nThe lid of box 7 & 8 is loose."
    post(address, f"/api/v1/assignments/{lease['id']}/submit", headers, {"answer": {"label": "yes", "why": "lid"}})

    pages = mturk.get_paginator("list_assignments_for_hit").paginate(HITId=hit["HITId"], AssignmentStatuses=["Submitted"])
    (answer,) = [each for page in pages for each in page["Assignments"]]
    assert "<SelectionIdentifier>yes</SelectionIdentifier>" in answer["Answer"] and answer["SubmitTime"] <= datetime.now(UTC)
    mturk.approve_assignment(AssignmentId=answer["AssignmentId"])
    bonus = {"WorkerId": answer["WorkerId"], "AssignmentId": answer["AssignmentId"], "BonusAmount": "0.50", "Reason": "Quick"}
    for _ in range(2):
        mturk.send_bonus(**bonus, UniqueRequestToken="bonus-1")
    assert minor("person", worker.id) == 10 + 50
    assert controls.verify().ok
    shown = mturk.get_hit(HITId=hit["HITId"])["HIT"]
    assert (shown["HITStatus"], shown["NumberOfAssignmentsCompleted"], shown["NumberOfAssignmentsAvailable"]) == ("Assignable", 1, 1)

    mturk.update_expiration_for_hit(HITId=hit["HITId"], ExpireAt=datetime(2015, 1, 1))
    queue_settled()
    assert mturk.get_account_balance() | {"ResponseMetadata": 0} == {
        "AvailableBalance": "9.36", "OnHoldBalance": "0.00", "ResponseMetadata": 0,
    }  # fmt: skip
    mturk.delete_hit(HITId=hit["HITId"])
    assert mturk.list_hits()["HITs"] == []
    assert controls.verify().ok


def queue_settled() -> None:
    from hub.db import work

    with work.unit():
        queue.finish_projects()


def test_types_pages_and_a_rejection(address, mturk):
    worker = people.person("Worker")
    headers = people.api_headers(worker)
    kind = mturk.create_hit_type(**turk.TYPE)["HITTypeId"]
    made = [mturk.create_hit_with_hit_type(HITTypeId=kind, LifetimeInSeconds=600, Question=turk.FORM)["HIT"]["HITId"] for _ in range(3)]
    pages = mturk.get_paginator("list_hits").paginate(PaginationConfig={"PageSize": 2})
    assert [hit["HITId"] for page in pages for hit in page["HITs"]] == made[::-1]
    lease = post(address, "/api/v1/tasks/next", headers, {})
    post(address, f"/api/v1/assignments/{lease['id']}/submit", headers, {"answer": {"label": "no"}})
    mturk.reject_assignment(AssignmentId=f"R{lease['id']}", RequesterFeedback="It is about a package.")
    (answer,) = mturk.list_assignments_for_hit(HITId=made[0])["Assignments"]
    assert (answer["AssignmentStatus"], answer["RequesterFeedback"]) == ("Rejected", "It is about a package.")
    assert minor("person", worker.id) == 0


def refused(call: Any, **sent: Any) -> dict[str, Any]:
    with pytest.raises(ClientError) as error:
        call(**sent)
    return error.value.response


def test_refusals_reach_the_program_as_it_knows_them(app, address, mturk, owner, organisation):
    assert refused(mturk.get_hit, HITId="H99")["TurkErrorCode"] == "AWS.MechanicalTurk.HITDoesNotExist"
    poor = refused(mturk.create_hit, **{**NEW, "Reward": "90.00"})
    assert (poor["Error"]["Code"], poor["TurkErrorCode"]) == ("RequestError", "AWS.MechanicalTurk.InsufficientFunds")
    assert isinstance(poor, dict) and "insufficient funds" in poor["Message"]
    assert refused(mturk.list_qualification_types, MustBeRequestable=True)["Error"]["Code"] == "UnknownOperationException"
    key = turk.key_of(owner, app.config["HUB"].secret_key)
    wrong = requester(address, (key[0], key[1] + "x"))
    assert refused(wrong.get_account_balance)["Error"]["Code"] == "InvalidSignatureException"
    unknown = requester(address, ("HUBKUNKNOWN", key[1]))
    assert refused(unknown.get_account_balance)["Error"]["Code"] == "UnrecognizedClientException"
    clock.set_to(datetime.now(UTC) + timedelta(minutes=16))
    late = refused(mturk.create_hit, **NEW)
    assert late["Error"]["Code"] == "InvalidSignatureException" and "expired" in late["Error"]["Message"]
    assert minor("organisation", organisation.id) == 1_000
