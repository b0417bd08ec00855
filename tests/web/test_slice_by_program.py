"""The slice again, by programs alone: every step through the JSON API with API keys, every POST with its Idempotency-Key, sent twice."""

from __future__ import annotations

import io
import uuid
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from hub.core.audit import queries as audit
from hub.core.controls import queries as controls
from hub.kernel import clock
from tests.conftest import NOON
from tests.factories.people import api_headers, organisation, person

DEADLINE = NOON + timedelta(days=5)
CHALLENGE: dict[str, Any] = {
    "title": "Measure the freshness of cut herbs",
    "summary": "A measurement through the film that tells how fresh cut herbs are.",
    "problem": "Cut herbs wilt inside bags that nobody may open. We look for a way to measure how fresh they are, through the film, on a belt.",
    "sector": "sensors",
    "language": "en",
    "prize": "20000.00",
    "currency": "EUR",
    "closes_at": DEADLINE.isoformat(),
    "review_days": 30,
    "seeker_shown": True,
    "eligibility": "Anyone over 18.",
    "criteria": [{"title": "Works through film", "kind": "must"}, {"title": "Accuracy", "kind": "scored", "weight": 100}],
}
REASON = "Shown with numbers that we could follow from the data."


class Program:
    """Speaks for one person. A POST is sent twice: the second answer must be the first, word for word."""

    def __init__(self, client: FlaskClient, who: Any) -> None:
        self._client, self._key = client, api_headers(who)

    def get(self, path: str) -> Any:
        answer = self._client.get(f"/api/v1{path}", headers=self._key)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return answer.json

    def post(self, path: str, body: dict[str, Any] | None = None, expected: int = 0) -> Any:
        headers = {**self._key, "Idempotency-Key": uuid.uuid4().hex}
        first, second = (self._client.post(f"/api/v1{path}", json=body or {}, headers=headers) for _ in range(2))
        assert first.status_code == expected if expected else first.status_code < 300, first.get_data(as_text=True)
        if first.status_code < 300:
            assert second.headers["Idempotency-Replayed"] == "true" and second.data == first.data
        return first.json

    def attach(self, entry: int, name: str, content: bytes) -> None:
        data = {"file": (io.BytesIO(content), name)}
        assert self._client.post(f"/api/v1/entries/{entry}/files", data=data, headers=self._key).status_code == 201


@pytest.fixture
def cast(client: FlaskClient) -> dict[str, Program]:
    seeker, admin, consultant = person("Seeker"), person("Admin", admin=True), person("Consultant", consultant=True)
    organisation(seeker, "Meridian")
    people = {"seeker": seeker, "admin": admin, "consultant": consultant, "judge": person("Judge", email="judge@example.org")}
    people |= {name: person(name.title()) for name in ("winner", "loser", "late")}
    return {name: Program(client, who) for name, who in people.items()}


def publish(cast: dict[str, Program]) -> str:
    slug = str(cast["seeker"].post("/challenges", {**CHALLENGE, "organisation": "meridian"})["slug"])
    at = f"/challenges/{slug}"
    cast["seeker"].post(f"{at}/submit")
    cast["consultant"].post(f"{at}/return", {"remarks": "Name a reference method for the accuracy, please."})
    cast["seeker"].post(f"{at}/submit")
    cast["consultant"].post(f"{at}/approve")
    assert cast["seeker"].post(f"{at}/publish", expected=409)["code"] == "prize_not_held"
    cast["seeker"].post(f"{at}/fund")
    funding = cast["admin"].get("/admin/fundings")["items"][0]["id"]
    received = {"amount": "20000.00", "currency": "EUR", "bank_reference": "ST-1"}
    cast["admin"].post(f"/admin/fundings/{funding}/confirm", received)
    cast["seeker"].post(f"{at}/publish")
    return at


def enter(program: Program, at: str, title: str) -> int:
    seen = program.get(f"{at}/agreement")["hash"]
    entry = int(program.post(f"{at}/agreement", {"seen_hash": seen})["id"])
    program.attach(entry, "data.csv", b"bag,ratio\n1,0.91\n")
    answer = program._client.patch(
        f"/api/v1/entries/{entry}", json={"title": title, "body": "Two diodes and one detector."}, headers=program._key
    )
    assert answer.status_code == 200
    return entry


def test_a_need_is_solved_and_paid_by_programs(app, cast):
    at = publish(cast)
    best, other, late = (enter(cast[name], at, f"By {name}") for name in ("winner", "loser", "late"))
    receipt = cast["winner"].post(f"/entries/{best}/seal")
    assert len(receipt["hash"]) == 64
    cast["loser"].post(f"/entries/{other}/seal")

    cast["seeker"].post(f"{at}/judges", {"email": "judge@example.org"})
    clock.set_to(DEADLINE + timedelta(seconds=1))
    assert "deadline" in cast["late"].post(f"/entries/{late}/seal", expected=409)["title"]
    assert cast["late"].get(f"/entries/{late}")["title"] == "By late"

    appointment = cast["judge"].get("/judge/appointments")[0]["id"]
    cast["judge"].post(f"/judges/{appointment}/accept", {"declared": True})
    must, scored = (criterion["id"] for criterion in cast["judge"].get(at)["criteria"])
    for entry, points in ((best, 9), (other, 5)):
        scores = [{"criterion_id": must, "met": True, "reason": REASON}, {"criterion_id": scored, "points": points, "reason": REASON}]
        cast["judge"].post(f"/entries/{entry}/scores", {"scores": scores})

    award = cast["seeker"].post(f"{at}/select", {"entry_id": best})
    assert REASON in str(cast["loser"].get(f"/entries/{other}/result"))
    terms = cast["winner"].get(f"/awards/{award['id']}")["agreement"]
    cast["winner"].post(f"/awards/{award['id']}/accept", {"seen_hash": terms["hash"]})
    assert cast["winner"].get("/me/earnings")["items"][0]["net"]["amount"] == "19000.00"

    money = {"amount": "19000.00", "currency": "EUR"}
    payout = cast["winner"].post("/me/payouts", {**money, "destination": "DE89 3704 0044 0532 0130 00"})
    cast["admin"].post(f"/admin/payouts/{payout['id']}/confirm", {"bank_reference": "OUT-1"})
    assert cast["winner"].get("/me/payouts")["items"][0]["state"] == "paid"
    assert controls.verify().ok and audit.verify().ok
