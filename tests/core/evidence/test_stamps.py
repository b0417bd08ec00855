"""Time stamps of checkpoints by an authority outside the site: asked for, checked, kept, shown, checked again offline, and refused."""

from __future__ import annotations

import base64
import dataclasses
import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from hub.app import create_app
from hub.cli.evidence import evidence
from hub.config import BadSetting, Config, from_environment
from hub.core.evidence import operations, queries, reactions, rules
from hub.core.evidence.models import EvidenceStamp
from hub.db import work
from hub.db.delivery import back_off, deliver_all
from hub.db.extensions import db
from hub.db.journal import Delivery, DeliveryState
from hub.kernel import clock, stamping
from hub.kernel.actor import SYSTEM
from hub.kernel.stamping import Refused
from tests.conftest import POSTGRES
from tests.factories import authority as make
from tests.factories import seals
from tests.factories.authority import Authority, needs_openssl
from tests.factories.receiver import Receiver
from tests.factories.webhooks import may_call_itself

pytestmark = needs_openssl
CONTENT = b"what was said"


@pytest.fixture(scope="module")
def authorities(tmp_path_factory: pytest.TempPathFactory) -> tuple[Authority, Authority]:
    """The one that is trusted, and another of the same name."""
    folder = tmp_path_factory.mktemp("authorities")
    return make.make(folder / "one"), make.make(folder / "two")


@pytest.fixture
def one(app: Flask, authorities: tuple[Authority, Authority]) -> Iterator[Authority]:
    """The site's authority on the net, as its settings name it; the clock runs, as the authority's does."""
    found = dataclasses.replace(authorities[0])
    with make.on_the_net(found) as server:
        found.server = server  # type: ignore[attr-defined]
        may_call_itself(app)
        app.config["HUB"] = dataclasses.replace(app.config["HUB"], timestamp_url=server.url, timestamp_ca=found.ca)
        clock.set_to(None)
        yield found


def checkpoint() -> Any:
    with work.unit():
        operations.checkpoint(actor=SYSTEM)
    deliver_all()
    [found] = queries.checkpoints()
    return found


def kept() -> list[EvidenceStamp]:
    db.session.rollback()
    return db.session.query(EvidenceStamp).all()


def waiting() -> Delivery:
    db.session.rollback()
    return db.session.query(Delivery).filter(Delivery.reaction.endswith("have_it_stamped")).one()


def test_the_worker_has_each_checkpoint_stamped_and_shows_it(app: Flask, client: FlaskClient, one: Authority, tmp_path: Path) -> None:
    file = str(db.engine.url.database)

    def others_write_meanwhile() -> None:
        if not POSTGRES:
            with closing(sqlite3.connect(file, timeout=0.1, isolation_level=None)) as other:
                other.execute("BEGIN IMMEDIATE")
                other.execute("ROLLBACK")

    one.meanwhile = others_write_meanwhile
    point = checkpoint()
    [stamp] = kept()
    server: Receiver = one.server  # type: ignore[attr-defined]
    assert [(got.method, got.headers["Content-Type"]) for got in server.got] == [("POST", stamping.ASKS)]
    assert stamp.authority == make.NAME and abs(stamp.stamped_at - clock.now()) < timedelta(minutes=1)
    page = client.get("/evidence/checkpoints").text
    day = point.day.isoformat()
    assert make.NAME in page and f"/evidence/checkpoints/{day}.tsr" in page
    answer = client.get(f"/evidence/checkpoints/{day}.tsr")
    assert answer.data == stamp.answer and answer.content_type == stamping.ANSWERS
    told = client.get(f"/evidence/checkpoints/{day}.json").get_json()
    assert client.get(f"/api/v1/evidence/checkpoints/{day}").get_json()["time_stamp"] == told["time_stamp"]
    assert told["time_stamp"]["sha256"] == stamp.imprint == stamping.imprint_of(rules.stamped(told))
    assert operations.audit([told]).ok
    checked = client.post("/evidence/verify", data={"text": json.dumps(told)}).text
    assert "It holds." in checked and f"{make.NAME} stamped this checkpoint" in checked
    with work.unit():
        assert reactions.stamp(queries.checkpoint_on(day)).id == stamp.id  # type: ignore[union-attr]
    assert len(server.got) == 1
    for statement in ("UPDATE evidence_stamp SET authority = 'x'", "DELETE FROM evidence_stamp"):
        with pytest.raises(IntegrityError, match="never changed"):
            db.session.execute(text(statement))
        db.session.rollback()


def distorted(app: Flask, one: Authority, other: Authority, how: str) -> Callable[[bytes], bytes]:
    """What goes wrong between the authority and us."""
    earlier = one.reply(stamping.question(CONTENT).body)

    def tamper(answer: bytes) -> bytes:
        return answer[:-3] + bytes([answer[-3] ^ 1]) + answer[-2:]

    def replay(answer: bytes) -> bytes:
        with app.app_context():
            content = rules.stamped(queries.told(queries.checkpoints()[0]))
        return one.reply(stamping.question(content).body)

    return {
        "imprint": lambda answer: earlier, "tampered": tamper, "replayed": replay, "cut": lambda answer: answer[:-40],
        "untrusted": lambda answer: other.reply(one.asked[-1]), "nonsense": lambda answer: b"<html>Sign in first</html>",
        "endless": lambda answer: answer + bytes(stamping.LONGEST),
    }[how]  # fmt: skip


@pytest.mark.parametrize(
    ("how", "says"),
    [
        ("imprint", "its SHA-256 is not that"), ("replayed", "given before, and sent again"), ("tampered", "not signed by an authority"),
        ("untrusted", "not signed by an authority"), ("cut", "cannot be read"), ("nonsense", "cannot be read"), ("endless", "HTTP 200"),
    ],
)  # fmt: skip
def test_an_answer_that_does_not_hold_is_refused_with_its_reason_and_asked_for_again(
    app: Flask, one: Authority, authorities: tuple[Authority, Authority], how: str, says: str
) -> None:
    one.distort = distorted(app, one, authorities[1], how)
    checkpoint()
    assert kept() == [] and says in waiting().error and waiting().state is DeliveryState.DUE
    one.distort = lambda answer: answer
    clock.advance(back_off(1))
    deliver_all()
    assert len(kept()) == 1 and waiting().state is DeliveryState.DONE


def test_an_authority_that_fails_refuses_or_has_another_time_leaves_the_checkpoint_as_it_is(one: Authority) -> None:
    server: Receiver = one.server  # type: ignore[attr-defined]
    answers, server.answer = server.answer, (503, {}, b"later")
    point = checkpoint()
    assert kept() == [] and "HTTP 503" in waiting().error
    server.answer = answers
    late = clock.now() + operations.MOST_APART + timedelta(minutes=1)
    with clock.at(late):
        deliver_all()
    assert kept() == [] and "too far from the site" in waiting().error
    one.reply = lambda query: bytes.fromhex("30053003020102")  # type: ignore[method-assign] # PKIStatus 2: rejection
    with clock.at(late + timedelta(hours=1)):
        deliver_all()
    assert kept() == [] and "rejection" in waiting().error
    assert "time_stamp" not in queries.told(point) and rules.holds(rules.check(queries.told(point), keys=queries.trusted()))


def test_an_authority_that_is_away_is_asked_for_days(one: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: Any, **__: Any) -> Any:
        raise reactions.egress.Unreachable("timeout")

    monkeypatch.setattr(reactions.egress, "fetch", away)
    checkpoint()
    for attempt in range(1, 12):
        clock.advance(back_off(attempt))
        deliver_all()
    assert waiting().state is DeliveryState.DUE and waiting().attempts == 12 and "time-stamping authority" in waiting().error


def test_without_an_authority_nobody_is_asked(app: Flask, client: FlaskClient) -> None:
    checkpoint()
    assert kept() == [] and waiting().state is DeliveryState.DONE
    assert "Time stamp" not in client.get("/evidence/checkpoints").text
    assert client.get(f"/evidence/checkpoints/{clock.now().date()}.tsr").status_code == 404


@pytest.fixture(scope="module")
def stamped(authorities: tuple[Authority, Authority]) -> dict[str, Any]:
    """A checkpoint with a good stamp, as people keep it; made without a site."""
    point = seals.checkpoint()
    asked = stamping.question(rules.stamped(point))
    answer = authorities[0].reply(asked.body)
    stamp = stamping.check(answer, rules.stamped(point), stamping.read_certificates(authorities[0].ca.read_bytes()), asked.nonce)
    return {**point, "time_stamp": stamping.told(stamp, answer)}


def offline(folder: Path, told: Any, *more: str) -> tuple[int, str]:
    file = folder / "checkpoint.json"
    file.write_text(json.dumps(told))
    done = CliRunner().invoke(evidence, ["verify", str(file), *more])
    return done.exit_code, done.output


def test_a_kept_checkpoint_is_checked_offline_with_the_authoritys_certificate(
    stamped: dict[str, Any], authorities: tuple[Authority, Authority], tmp_path: Path
) -> None:
    trusted, other = (["--authority", str(one.ca)] for one in authorities)
    code, said = offline(tmp_path, stamped, *trusted)
    assert code == 0 and f"ok   {make.NAME} stamped this checkpoint" in said
    code, said = offline(tmp_path, stamped)
    assert code == 0 and "give the authority" in said
    code, said = offline(tmp_path, stamped, *other)
    assert code == 1 and "not signed by an authority" in said
    unsigned = {name: value for name, value in stamped.items() if name != "time_stamp"}
    assert offline(tmp_path, unsigned, *trusted)[0] == 0
    notes = tmp_path / "notes.pem"
    notes.write_text("no certificate")
    assert offline(tmp_path, stamped, "--authority", str(notes))[0] == 2


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"at": "2020-01-01T00:00:00+00:00"}, "beside the time stamp"), ({"authority": "Another"}, "beside the time stamp"),
        ({"sha256": "ab" * 32}, "beside the time stamp"), ({"answer": "!"}, "cannot be read"), ({"answer": ""}, "cannot be read"),
        ({"more": 1}, "cannot be read"),
    ],
)  # fmt: skip
def test_a_stamp_that_was_tampered_with_is_refused_with_the_reason(
    stamped: dict[str, Any], tmp_path: Path, change: dict[str, Any], says: str
) -> None:
    code, said = offline(tmp_path, {**stamped, "time_stamp": {**stamped["time_stamp"], **change}})
    assert code == 1 and says in said


def test_a_stamp_of_another_checkpoint_proves_nothing_of_this_one(stamped: dict[str, Any], tmp_path: Path) -> None:
    code, said = offline(tmp_path, {**seals.checkpoint(12), "time_stamp": stamped["time_stamp"]})
    assert code == 1 and "its SHA-256 is not that" in said
    code, said = offline(tmp_path, {**stamped, "time_stamp": None})
    assert code == 1 and "cannot be read" in said


@settings(max_examples=60)
@given(data=st.data())
def test_no_broken_answer_passes_or_breaks_the_check(
    stamped: dict[str, Any], authorities: tuple[Authority, Authority], data: st.DataObject
) -> None:
    answer = bytearray(base64.b64decode(stamped["time_stamp"]["answer"]))
    place = data.draw(st.integers(0, len(answer) - 1))
    answer[place] ^= data.draw(st.integers(1, 255))
    trusted, point = stamping.read_certificates(authorities[0].ca.read_bytes()), {**stamped}
    del point["time_stamp"]
    try:
        found = stamping.check(bytes(answer), rules.stamped(point), trusted)
    except Refused as refusal:
        assert refusal.code in stamping.WHY
    else:
        assert found.imprint == stamped["time_stamp"]["sha256"] and found.at.isoformat() == stamped["time_stamp"]["at"]


def test_the_command_asks_at_once(app: Flask, one: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.cli.context.create_app", lambda *args, **kwargs: app, raising=False)
    one.distort = lambda answer: b""
    point = checkpoint()
    one.distort = lambda answer: answer
    done = CliRunner().invoke(evidence, ["stamp", "--day", point.day.isoformat()])
    assert done.exit_code == 0 and make.NAME in done.output and len(kept()) == 1


def test_the_settings_go_together_and_name_a_certificate(config: Config, tmp_path: Path) -> None:
    env = {"HUB_DATA_DIR": str(tmp_path / "data")}
    for half in ({"HUB_TIMESTAMP_URL": "https://tsa.example"}, {"HUB_TIMESTAMP_CA": "ca.pem"}):
        with pytest.raises(BadSetting, match="go together"):
            from_environment(env | half)
    file = tmp_path / "ca.pem"
    file.write_text("no certificate")
    both = {"HUB_TIMESTAMP_URL": "https://tsa.example/tsr", "HUB_TIMESTAMP_CA": str(file)}
    assert from_environment(env | both).timestamp_ca == file
    with pytest.raises(BadSetting, match="HUB_TIMESTAMP_CA"):
        create_app(dataclasses.replace(config, timestamp_url=both["HUB_TIMESTAMP_URL"], timestamp_ca=file))
