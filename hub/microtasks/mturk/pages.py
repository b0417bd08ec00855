"""The one door of the room: POST /mturk, for programs that speak Mechanical Turk's requester protocol (JSON 1.1, signed by SigV4)."""

from __future__ import annotations

import hashlib
import json
import math
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, current_app, request
from flask_limiter import RequestLimit
from marshmallow import Schema
from sqlalchemy.exc import IntegrityError

from hub.core.fees import queries as fees
from hub.core.fees.rules import Mode
from hub.core.keys import operations as key_operations
from hub.core.keys import queries as keys
from hub.db import once, work
from hub.kernel import clock, money
from hub.kernel.actor import Actor, Scope
from hub.kernel.errors import Conflict, HubError, Invalid, NotAllowed, NotNow
from hub.microtasks.mturk import operations, queries, rules, schemas
from hub.microtasks.mturk.models import HitType
from hub.microtasks.mturk.queries import Shown
from hub.microtasks.mturk.rules import CURRENCY, Refusal, id_of
from hub.microtasks.queue import operations as queue
from hub.microtasks.queue.models import Assignment
from hub.microtasks.queue.states import State
from hub.web import logs
from hub.web.handle import load, public
from hub.web.security import by_address, csrf, limiter
from hub.web.throttle import refused_key

pages = Blueprint("mturk", __name__)
MEDIA_TYPE = "application/x-amz-json-1.1"
LARGEST_BODY = 1024 * 1024
STATES = {"Submitted": State.SUBMITTED, "Approved": State.ACCEPTED, "Rejected": State.REJECTED}
STATUSES = {state: status for status, state in STATES.items()}

Answer = dict[str, Any]
Sent = dict[str, Any]


@dataclass(frozen=True)
class Operation:
    schema: type[Schema]
    carry_out: Callable[[Actor, Sent], Answer]
    scope: Scope


OPERATIONS: dict[str, Operation] = {}


def operation(schema: type[Schema], scope: Scope) -> Callable[[Callable[[Actor, Sent], Answer]], Callable[[Actor, Sent], Answer]]:
    """Enter a function under its name in CamelCase ("create_hit" -> "CreateHIT")."""

    def enter(carry_out: Callable[[Actor, Sent], Answer]) -> Callable[[Actor, Sent], Answer]:
        capital = {"hit": "HIT", "hits": "HITs"}
        name = "".join(capital.get(word, word.capitalize()) for word in carry_out.__name__.split("_"))
        OPERATIONS[name] = Operation(schema, carry_out, scope)
        return carry_out

    return enter


def _too_many(_: RequestLimit) -> Response:
    return _refused("ThrottlingException", message="Rate exceeded")


@csrf.exempt
@pages.post("/mturk", strict_slashes=False)
@public
@limiter.limit("600 per minute", key_func=by_address, on_breach=_too_many)
def requester() -> Response:
    """Check the signature, read the operation's parameters, carry it out in one unit of work, answer as AWS does."""
    try:
        body = _body()
        actor = _signer(body)
        called = _called()
        _require_scope(actor, called)
        sent = load(called.schema(), _read(body))
        return _reply(_carried_out(actor, called, sent))
    except Refusal as error:
        work.rollback()
        said = {"Message": str(error), "TurkErrorCode": error.turk_code} if error.turk_code else {"message": str(error)}
        return _refused(error.kind, **said)
    except HubError as error:
        work.rollback()
        return _refused("RequestError", Message=_words(error), TurkErrorCode=_turk_code(error))


def _body() -> bytes:
    if (request.content_length or 0) > LARGEST_BODY:
        raise Refusal("A request has at most 1 MB.", kind="RequestEntityTooLargeException")
    body = request.stream.read(LARGEST_BODY + 1)
    if len(body) > LARGEST_BODY:
        raise Refusal("A request has at most 1 MB.", kind="RequestEntityTooLargeException")
    return body


def _signer(body: bytes) -> Actor:
    """Who signed exactly this request, a moment ago. Raises Refusal."""
    headers = {name.lower(): ",".join(request.headers.getlist(name)) for name in set(request.headers.keys())}
    signed = rules.read_authorization(headers.get("authorization", ""))
    rules.check_scope(signed, headers, clock.now())
    found = keys.identity_by_access_key(signed.access_key, current_app.config["HUB"].secret_key)
    if found is None:
        logs.note("bad_key")
        refused_key()
        raise Refusal("The security token included in the request is invalid.", kind="UnrecognizedClientException")
    known, secret = found
    query = request.query_string.decode("latin-1")
    rules.check_signature(signed, secret, path=request.path, query=query, headers=headers, body=body)
    if not known.noted:
        with work.unit():
            key_operations.note_use(key_id=known.credential_id)
    return known.actor


def _called() -> Operation:
    target = request.headers.get("X-Amz-Target", "")
    name = target.removeprefix(rules.TARGET)
    if name == target or name not in OPERATIONS:
        told = f"“{target[:120]}” is not answered here. These are: {', '.join(sorted(OPERATIONS))}."
        raise Refusal(told, kind="UnknownOperationException")
    return OPERATIONS[name]


def _require_scope(actor: Actor, called: Operation) -> None:
    if called.scope not in actor.scopes:
        raise Refusal(f"This key lacks the scope “{called.scope}”.", kind="AccessDeniedException")


def _read(body: bytes) -> Any:
    try:
        return json.loads(body or b"{}")
    except (ValueError, RecursionError):
        raise Refusal("The body is no JSON.", kind="SerializationException") from None


def _carried_out(actor: Actor, called: Operation, sent: Sent) -> Answer:
    """Once more if somebody made the same at the same moment: it is there then."""
    try:
        return _in_one_unit(actor, called, sent)
    except IntegrityError:
        return _in_one_unit(actor, called, sent)


def _in_one_unit(actor: Actor, called: Operation, sent: Sent) -> Answer:
    """One unit of work. A UniqueRequestToken seen before gets its first answer again, with other content it is refused."""
    token, name = sent.get("UniqueRequestToken"), called.carry_out.__name__
    with work.unit():
        if token is None:
            return called.carry_out(actor, sent)
        digest = hashlib.sha256(json.dumps(sent, sort_keys=True).encode()).hexdigest()
        row = once.claim(caller=f"mturk:{queries.organisation_of(actor)}", key=f"{name} {token}", request_hash=digest)
        if not row.status:
            answer = called.carry_out(actor, sent)
            row.status, row.content_type, row.body = 200, MEDIA_TYPE, json.dumps(answer).encode()
        replay: Answer = json.loads(row.body)
        return replay


def _reply(answer: Answer, status: int = 200) -> Response:
    response = Response(json.dumps(answer), status=status, content_type=MEDIA_TYPE)
    response.headers["x-amzn-RequestId"] = secrets.token_hex(16)
    response.headers["Cache-Control"] = "no-store"
    return response


def _refused(kind: str, **said: str) -> Response:
    return _reply({"__type": kind, **said}, 400)


def _words(error: HubError) -> str:
    """The refusal with what is to be mended, field by field."""
    fields = "; ".join(f"{name}: {text}" for name, text in error.fields.items() if text != str(error))
    return f"{error} {fields}".strip()


def _turk_code(error: HubError) -> str:
    if error.code == "idempotency_key_reused":
        return "AWS.MechanicalTurk.DuplicateRequest"
    codes = {
        Invalid: "AWS.InvalidParameterValue", NotNow: "AWS.MechanicalTurk.InvalidAssignmentState", Conflict: "AWS.MechanicalTurk.Conflict",
        NotAllowed: "AWS.MechanicalTurk.PermissionDeniedException",
    }  # fmt: skip
    return codes.get(type(error), "AWS.MechanicalTurk.RequestRefused")


# The operations, by the protocol's names


@operation(schemas.HitTypeIn, Scope.WRITE)
def create_hit_type(actor: Actor, sent: Sent) -> Answer:
    return {"HITTypeId": id_of("T", _type(actor, sent).id)}


def _type(actor: Actor, sent: Sent) -> HitType:
    return operations.create_type(
        actor=actor, title=sent["Title"], description=sent["Description"], keywords=sent["Keywords"],
        reward=money.parse(sent["Reward"], CURRENCY, field="Reward"), duration_seconds=sent["AssignmentDurationInSeconds"],
        approval_seconds=sent["AutoApprovalDelayInSeconds"],
    )  # fmt: skip


@operation(schemas.NewHitIn, Scope.MONEY)
def create_hit(actor: Actor, sent: Sent) -> Answer:
    return _created(actor, _type(actor, sent), sent)


@operation(schemas.HitOfTypeIn, Scope.MONEY)
def create_hit_with_hit_type(actor: Actor, sent: Sent) -> Answer:
    return _created(actor, queries.type_for(actor, sent["HITTypeId"]), sent)


def _created(actor: Actor, hit_type: HitType, sent: Sent) -> Answer:
    hit = operations.create_hit(
        actor=actor, hit_type=hit_type, question=sent["Question"], answers=sent["MaxAssignments"], annotation=sent["RequesterAnnotation"],
        lifetime_seconds=sent["LifetimeInSeconds"], fee_bp=fees.rate(Mode.TASKS),
    )  # fmt: skip
    return {"HIT": _hit(queries.shown([hit])[0])}


@operation(schemas.HitIn, Scope.READ)
def get_hit(actor: Actor, sent: Sent) -> Answer:
    return {"HIT": _hit(queries.shown([queries.hit_for(actor, sent["HITId"])])[0])}


@operation(schemas.PageIn, Scope.READ)
def list_hits(actor: Actor, sent: Sent) -> Answer:
    found = queries.hits_before(actor, _last(sent), sent["MaxResults"])
    shown = queries.shown(found[: sent["MaxResults"]])
    return {"NumResults": len(shown), "HITs": [_hit(each) for each in shown], **_next(found, sent)}


@operation(schemas.AnswersIn, Scope.READ)
def list_assignments_for_hit(actor: Actor, sent: Sent) -> Answer:
    hit = queries.hit_for(actor, sent["HITId"])
    states = [STATES[status] for status in sent["AssignmentStatuses"]] or list(STATES.values())
    found = queries.answers(hit, states, _last(sent) or 0, sent["MaxResults"])
    asked = rules.read_question(hit.question).asked
    rows = [_answer(each, sent["HITId"], rules.answers_xml(asked, each.answer or {})) for each in found[: sent["MaxResults"]]]
    return {"NumResults": len(rows), "Assignments": rows, **_next(found, sent)}


def _last(sent: Sent) -> int | None:
    """The last row seen, as the token tells it. Raises Refusal."""
    token = sent.get("NextToken")
    if token is None:
        return None
    number = rules.number_of("N", token)
    if number is None:
        raise rules.invalid("This NextToken was not given out here.")
    return number


def _next(found: Any, sent: Sent) -> Answer:
    return {"NextToken": id_of("N", found[sent["MaxResults"] - 1].id)} if len(found) > sent["MaxResults"] else {}


@operation(schemas.ApproveIn, Scope.MONEY)
def approve_assignment(actor: Actor, sent: Sent) -> Answer:
    assignment, _ = queries.assignment_for(actor, sent["AssignmentId"])
    if sent["OverrideRejection"] and assignment.state is State.REJECTED:
        raise Refusal("A rejection stands: its place was given to somebody else.", turk_code="AWS.MechanicalTurk.InvalidAssignmentState")
    operations.approve(actor=actor, assignment=assignment, feedback=sent["RequesterFeedback"])
    return {}


@operation(schemas.RejectIn, Scope.WRITE)
def reject_assignment(actor: Actor, sent: Sent) -> Answer:
    assignment, _ = queries.assignment_for(actor, sent["AssignmentId"])
    queue.reject(actor=actor, assignment=assignment, reason=sent["RequesterFeedback"])
    return {}


@operation(schemas.BonusIn, Scope.MONEY)
def send_bonus(actor: Actor, sent: Sent) -> Answer:
    assignment, _ = queries.assignment_for(actor, sent["AssignmentId"])
    operations.send_bonus(
        actor=actor, assignment=assignment, worker=rules.number_of("A", sent["WorkerId"]), reason=sent["Reason"],
        amount=money.parse(sent["BonusAmount"], CURRENCY, field="BonusAmount"), key=sent.get("UniqueRequestToken") or secrets.token_hex(16),
    )  # fmt: skip
    return {}


@operation(schemas.NothingIn, Scope.READ)
def get_account_balance(actor: Actor, sent: Sent) -> Answer:
    free, held = queries.balance(actor)
    return {"AvailableBalance": free.plain(), "OnHoldBalance": held.plain()}


@operation(schemas.ExpirationIn, Scope.MONEY)
def update_expiration_for_hit(actor: Actor, sent: Sent) -> Answer:
    at = datetime.fromtimestamp(sent["ExpireAt"], UTC)
    operations.set_expiration(actor=actor, hit=queries.hit_for(actor, sent["HITId"]), at=at)
    return {}


@operation(schemas.HitIn, Scope.MONEY)
def delete_hit(actor: Actor, sent: Sent) -> Answer:
    operations.dispose(actor=actor, hit=queries.hit_for(actor, sent["HITId"]))
    return {}


# What is told


def _hit(shown: Shown) -> Answer:
    hit, hit_type, project = shown.hit, shown.hit.hit_type, shown.hit.project
    return {
        "HITId": id_of("H", hit.id), "HITTypeId": id_of("T", hit_type.id), "HITGroupId": id_of("G", hit_type.id),
        "CreationTime": _epoch(hit.created_at), "Title": hit_type.title, "Description": hit_type.description, "Question": hit.question,
        "Keywords": hit_type.keywords, "HITStatus": shown.status, "MaxAssignments": project.redundancy, "Reward": hit_type.reward.plain(),
        "AutoApprovalDelayInSeconds": hit_type.auto_accept_days * rules.SECONDS_OF_A_DAY, "Expiration": _epoch(hit.expires_at),
        "AssignmentDurationInSeconds": hit_type.lease_minutes * 60, "RequesterAnnotation": hit.annotation, "QualificationRequirements": [],
        "HITReviewStatus": "NotReviewed", "NumberOfAssignmentsPending": shown.pending, "NumberOfAssignmentsAvailable": shown.available,
        "NumberOfAssignmentsCompleted": shown.completed,
    }  # fmt: skip


def _answer(assignment: Assignment, hit_id: str, xml: str) -> Answer:
    times = {
        "AutoApprovalTime": assignment.accept_at, "AcceptTime": assignment.leased_at, "SubmitTime": assignment.submitted_at,
        "ApprovalTime": queries.decided_at(assignment, State.ACCEPTED), "RejectionTime": queries.decided_at(assignment, State.REJECTED),
        "Deadline": assignment.lease_until,
    }  # fmt: skip
    told: Answer = {
        "AssignmentId": id_of("R", assignment.id), "WorkerId": id_of("A", assignment.person_id), "HITId": hit_id,
        "AssignmentStatus": STATUSES[assignment.state], "Answer": xml,
    }  # fmt: skip
    told |= {name: _epoch(at) for name, at in times.items() if at is not None}
    return told | ({"RequesterFeedback": assignment.reason} if assignment.reason else {})


def _epoch(at: datetime) -> int:
    return math.floor(at.timestamp())
