"""A call to the processor has one effect and one answer, whatever happens in between."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hub.core.gateways import operations, queries, reactions
from hub.core.gateways.gateway import Busy, Forbidden, Refused, Unreachable
from hub.core.gateways.states import CallState
from hub.core.messages import queries as messages
from hub.db import work
from hub.db.delivery import deliver_all, run_periodic
from hub.db.extensions import db
from hub.db.journal import JournalRow
from hub.kernel import clock
from hub.kernel.actor import SYSTEM
from hub.kernel.errors import Conflict
from tests.conftest import NOON
from tests.factories.gateways import with_processor

PARAMS = {"amount": 500, "currency": "usd", "payment_intent": "pi_1"}


@pytest.fixture
def speaks(app):
    return with_processor(app)


def want(key="refund:1", params=PARAMS, **more):
    with work.unit():
        return operations.want(actor=SYSTEM, key=key, name="refund.create", params=params, cause="funding:5", **more).id


def later(**time):
    clock.set_to(clock.now() + timedelta(**time))
    work.rollback()
    run_periodic()
    deliver_all()


def call(call_id):
    work.rollback()
    db.session.expire_all()
    return queries.call(call_id)


def told():
    work.rollback()
    return [row.kind for row in db.session.query(JournalRow).order_by(JournalRow.id) if row.kind.startswith("Gateway")]


def effects(speaks):
    return len(speaks.objects.get("refund", {}))


def test_a_call_is_written_down_then_made_then_its_answer_is_kept(speaks):
    number = want()
    assert (call(number).state, asked(speaks)) == (CallState.WANTED, [])
    deliver_all()
    done = call(number)
    assert (done.state, done.remote_id, done.attempts) == (CallState.ANSWERED, "refund_1", 1)
    assert done.answer["metadata"] == {"hub_key": "refund:1", "hub_cause": "funding:5"}
    assert told() == ["GatewayCallWanted", "GatewayAnswered"]


def test_the_same_key_is_the_same_call_and_other_parameters_are_refused(speaks):
    number = want()
    assert want() == number
    with pytest.raises(Conflict) as refusal:
        want(params=PARAMS | {"amount": 501})
    assert refusal.value.code == "idempotency_key_reused"
    deliver_all()
    assert (want(), effects(speaks), call(number).params["amount"]) == (number, 1, 500)


def test_a_refusal_is_final_and_told(speaks):
    def refuse(name):
        raise Refused("charge_already_refunded", "The charge has been refunded.")

    speaks.before = refuse
    number = want()
    deliver_all()
    later(hours=3)
    found = call(number)
    assert (found.state, found.refusal_code, len(asked(speaks))) == (CallState.REFUSED, "charge_already_refunded", 1)
    assert told() == ["GatewayCallWanted", "GatewayRefused"]


@pytest.mark.parametrize("error", [Unreachable("time-out"), Unreachable("500", answered=True), Busy("429")])
@pytest.mark.parametrize("moment", ["before", "after"])
def test_without_an_answer_the_call_is_made_again_and_has_one_effect(speaks, error, moment):
    def fail(name):
        raise error

    setattr(speaks, moment, fail)
    number = want()
    deliver_all()
    assert (call(number).state, call(number).attempts) == (CallState.WANTED, 1)
    later(seconds=1)
    assert len(asked(speaks)) == 1, "it waits before it asks again"
    setattr(speaks, moment, lambda name: None)
    later(seconds=2)
    assert (call(number).state, effects(speaks), call(number).attempts) == (CallState.ANSWERED, 1, 2)
    assert told() == ["GatewayCallWanted", "GatewayAnswered"]


def test_it_never_gives_up_and_asks_at_least_every_hour(speaks):
    def fail(name):
        raise Unreachable("time-out")

    speaks.before = fail
    number = want()
    deliver_all()
    for _ in range(20):
        later(hours=1, seconds=1)
    assert call(number).attempts == 21
    speaks.before = lambda name: None
    later(hours=1, seconds=1)
    assert (call(number).state, effects(speaks)) == (CallState.ANSWERED, 1)


def test_what_this_sites_key_may_not_do_is_told_and_given_up_after_a_day(speaks, cast):
    def forbid(name):
        raise Forbidden("The provided key does not have the required permissions.")

    speaks.before = forbid
    number, other = want(), want(key="refund:2")
    deliver_all()
    later(hours=23)
    assert (call(number).state, call(number).harmless) == (CallState.WANTED, call(number).attempts)
    assert [one.id for one in queries.stuck_calls()] == [number, other]
    later(hours=2)
    found = call(number)
    assert (found.state, found.refusal_code, call(other).state) == (CallState.REFUSED, "forbidden", CallState.REFUSED)
    said = [messages.in_words(note, str) for note in messages.inbox(cast.people["admin"].id)]
    assert len([text for text in said if text.startswith("The payment processor does not let this site’s key do “refund.create”")]) == 1
    assert len([text for text in said if text.startswith("Given up after a day")]) == 2
    assert effects(speaks) == 0


def test_a_key_that_is_mended_in_time_goes_on(speaks):
    def forbid(name):
        raise Forbidden("Invalid API Key provided")

    speaks.before = forbid
    number = want()
    deliver_all()
    speaks.before = lambda name: None
    later(hours=20)
    assert (call(number).state, effects(speaks)) == (CallState.ANSWERED, 1)


@pytest.mark.parametrize("how", ["no answer", "killed"])
def test_what_may_have_had_its_effect_is_never_given_up_for_a_key(speaks, how):
    def silent(name):
        raise Unreachable("time-out after sending")

    def forbid(name):
        raise Forbidden("Invalid API Key provided")

    number = want()
    if how == "killed":
        with work.unit():
            assert operations.take(call_id=number)
    else:
        speaks.after = silent
        deliver_all()
    speaks.before, speaks.after, speaks.list = forbid, lambda name: None, lambda kind, **filters: forbid(kind)
    for _ in range(4):
        later(hours=20)
    assert (call(number).state, call(number).forbidden_at is not None) == (CallState.WANTED, True)


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (401, None, Forbidden),
        (403, None, Forbidden),
        (403, "account_invalid", Refused),
        (409, None, Busy),
        (429, None, Busy),
        (402, "x", Refused),
    ],
)
def test_each_status_of_stripes_is_one_of_ours(status, code, kind):
    import stripe

    from hub.core.gateways.gateway_stripe import _ours

    assert type(_ours(stripe.StripeError("no", http_status=status, code=code))) is kind


def test_after_a_day_the_effect_is_looked_up_because_the_key_is_forgotten(speaks):
    def fail(name):
        raise Unreachable("time-out after sending")

    speaks.after = fail
    number = want()
    deliver_all()
    speaks.after, speaks.by_key = (lambda name: None), {}  # the processor prunes its keys
    clock.set_to(NOON + timedelta(hours=25))
    later(seconds=1)
    assert (call(number).state, call(number).remote_id, effects(speaks)) == (CallState.ANSWERED, "refund_1", 1)


@pytest.mark.parametrize("had_effect", [True, False])
def test_an_error_that_the_processor_replays_does_not_block_the_call(speaks, had_effect):
    spoilt = set()

    def replay(name):
        key = speaks.calls[-1][1]
        if not spoilt:
            spoilt.add(key)
        if key in spoilt:
            raise Unreachable("500", answered=True)

    setattr(speaks, "after" if had_effect else "before", replay)
    number = want()
    deliver_all()
    later(seconds=3)
    later(seconds=5)
    assert (call(number).state, effects(speaks)) == (CallState.ANSWERED, 1)
    assert call(number).generation == (0 if had_effect else 1)


def test_a_door_has_the_answer_at_once_and_the_worker_leaves_it_the_start(speaks):
    number = want(at_once=True)
    deliver_all()
    assert asked(speaks) == []
    with work.unit():
        assert reactions.carry_out_now(number).state is CallState.ANSWERED
    assert effects(speaks) == 1
    later(minutes=5)
    assert len(asked(speaks)) == 1


def test_what_a_door_left_behind_the_worker_carries_out(speaks):
    number = want(at_once=True)
    later(seconds=31)
    assert (call(number).state, effects(speaks)) == (CallState.ANSWERED, 1)


def test_a_worker_that_died_in_the_middle_is_followed_by_another_after_its_lease(speaks):
    number = want()
    with work.unit():
        assert operations.take(call_id=number)
    later(minutes=1)
    assert call(number).state is CallState.WANTED
    later(minutes=1, seconds=1)
    assert (call(number).state, effects(speaks)) == (CallState.ANSWERED, 1)


def test_a_second_answer_to_one_call_changes_nothing(speaks):
    number = want()
    deliver_all()
    with work.unit():
        operations.note_answer(call_id=number, answer={"id": "other"})
        operations.note_refusal(call_id=number, code="late", message="")
        operations.note_trouble(call_id=number, trouble="late")
    assert (call(number).remote_id, call(number).trouble) == ("refund_1", "")
    assert told() == ["GatewayCallWanted", "GatewayAnswered"]


def test_without_a_processor_a_call_waits_for_one(app):
    number = want()
    later(hours=1)
    assert (call(number).state, call(number).attempts) == (CallState.WANTED, 0)
    speaks = with_processor(app)
    later(seconds=1)
    assert (call(number).state, effects(speaks)) == (CallState.ANSWERED, 1)


def asked(speaks) -> list:
    """The calls, without what the clock of other rooms reads."""
    return [one for one in speaks.calls if not one[0].startswith("list ")]
