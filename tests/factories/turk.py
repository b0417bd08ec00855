"""Programs that speak the Mechanical Turk protocol: signed by botocore's own signer, which others wrote."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from flask.testing import FlaskClient

from hub.core.accounts.models import Person
from hub.core.keys import operations as keys
from hub.core.keys.rules import KeyKind
from hub.db import work
from hub.kernel import clock
from hub.kernel.actor import Scope
from tests.factories import people

TARGET = "MTurkRequesterServiceV20170117."
NAMESPACE = "http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2017-11-06/QuestionForm.xsd"
TYPE = {
    "Title": "Sort a sentence", "Description": "Say whether it is about a package.", "Reward": "0.10", "AssignmentDurationInSeconds": 600,
    "AutoApprovalDelayInSeconds": 259_200, "Keywords": "text, packages",
}  # fmt: skip


def question_form(inner: str) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?><QuestionForm xmlns="{NAMESPACE}">{inner}</QuestionForm>'


def question(identifier: str, answer: str, text: str = "What do you see?", required: bool = True) -> str:
    return (
        f"<Question><QuestionIdentifier>{identifier}</QuestionIdentifier><IsRequired>{str(required).lower()}</IsRequired>"
        f"<QuestionContent><Text>{text}</Text></QuestionContent><AnswerSpecification>{answer}</AnswerSpecification></Question>"
    )


FREE = "<FreeTextAnswer/>"


def selection(*values: str, more: str = "") -> str:
    rows = "".join(f"<Selection><SelectionIdentifier>{v}</SelectionIdentifier><Text>{v.title()}</Text></Selection>" for v in values)
    return f"<SelectionAnswer>{more}<Selections>{rows}</Selections></SelectionAnswer>"


FORM = question_form(
    "<Overview><Title>Boxes</Title><Text>The lid of box 7 &amp; 8 is loose.</Text></Overview>"
    + question("label", selection("yes", "no"), "Is it about a package?")
    + question("why", FREE, "Why?", required=False)
)
NEW = {**TYPE, "MaxAssignments": 2, "LifetimeInSeconds": 86_400, "Question": FORM}


def key_of(person: Person, site_key: str, *scopes: Scope) -> tuple[str, str]:
    """An access key id and its secret."""
    with work.unit():
        row, secret = keys.issue_key(
            actor=people.actor_of(person), name="Turk", kind=KeyKind.MTURK, scopes=scopes or list(Scope), site_key=site_key
        )
    return row.prefix, secret


def signed(
    key: tuple[str, str], body: bytes, operation: str, *, at: Any = None, url: str = "http://localhost/mturk", region: str = "us-east-1"
) -> dict[str, str]:
    """The headers that botocore puts on such a request."""
    made = AWSRequest("POST", url, data=body, headers={"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": TARGET + operation})
    made.headers["Host"] = urlsplit(url).netloc
    made.context["timestamp"] = (at or clock.now()).strftime("%Y%m%dT%H%M%SZ")
    signer = SigV4Auth(Credentials(*key), "mturk-requester", region)
    made.headers["X-Amz-Date"] = made.context["timestamp"]
    made.headers["Authorization"] = ""
    del made.headers["Authorization"]
    canonical = signer.canonical_request(made)
    signer._inject_signature_to_request(made, signer.signature(signer.string_to_sign(made, canonical), made))
    return dict(made.headers.items())


@dataclass
class Requester:
    """A program with its key pair."""

    client: FlaskClient
    key: tuple[str, str]

    def call(self, operation: str, **sent: Any) -> Any:
        body = json.dumps(sent).encode()
        return self.client.post("/mturk", data=body, headers=signed(self.key, body, operation))

    def ask(self, operation: str, **sent: Any) -> Any:
        """The answer's content; the call must succeed."""
        answer = self.call(operation, **sent)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return json.loads(answer.data)

    def refused(self, operation: str, **sent: Any) -> tuple[str, str]:
        """The refusal's TurkErrorCode (or type) and message."""
        answer = self.call(operation, **sent)
        assert answer.status_code == 400, answer.get_data(as_text=True)
        said = json.loads(answer.data)
        return said.get("TurkErrorCode", said["__type"]), said.get("Message", said.get("message"))
