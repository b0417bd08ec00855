"""The daily comparison with the processor, with money by card in it: charges and their cost, refunds, disputes, what went to the bank."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hub.core.controls import queries as controls
from hub.core.controls.reactions import reconcile_day
from hub.core.controls.rules import Difference
from hub.db import work
from hub.db.delivery import deliver_all
from hub.kernel import clock
from hub.kernel.actor import SYSTEM
from tests.conftest import NOON
from tests.factories.money import asked, usd
from tests.factories.people import api_headers


def compared(day=None):
    with work.unit():
        number = reconcile_day(day or clock.now().date(), SYSTEM).id
    deliver_all()
    work.rollback()
    return controls.reconciliation(number)


def found(done) -> dict[str, tuple[Difference, int, int]]:
    return {one.name: (one.kind, one.here_minor, one.there_minor) for one in controls.differences(done.id)}


@pytest.fixture
def a_day(till, cast):
    """Two payments by card; of the first a part was refunded, the second is disputed; some of it went to the bank."""
    first = till.paid(asked(cast.company, usd(100_000), subject=""), card="4000000000000077")
    second = till.paid(asked(cast.company, usd(50_000)), card="4000000000000077")
    refund = till.refund(first, usd(30_000), cast.owner)
    dispute = till.dispute(second, amount=20_000)
    swept = till.fake.payout(amount=10_000)
    till.fake.finish_payout(swept["id"])
    till.settle()
    return first, second, refund, dispute, swept["id"]


def moved(till, **what):
    """The processor's own line for something."""
    return next(one for one in till.fake.all("balance_transaction") if all(one[name] == value for name, value in what.items()))


def test_a_day_of_cards_fits_and_so_do_what_comes_back_and_is_decided_weeks_later(till, cast, a_day):
    *_, dispute, _ = a_day
    done = compared()
    assert (done.matched, done.different, found(done)) == (5, 0, {})
    till.later(days=20)
    till.fake.fail_refund(till.fake.all("refund")[0]["id"])
    till.close(dispute, won=True)
    done = compared()
    assert (done.matched, done.different) == (2, 0), "a refund that came back and a dispute that was won"
    done = compared(NOON.date())
    assert (done.matched, done.different) == (5, 0), "what was posted later does not belong to that day"


def test_each_kind_of_difference_is_found_among_cards(till, cast, a_day):
    first, _, _, dispute, _ = a_day
    charge, gone = moved(till, source=till.charge(first)), moved(till, source=dispute.remote_id)
    charge["net"] -= 7
    gone["created"] -= 30 * 86400
    till.fake.top_up(900)
    done = compared()
    (strange,) = set(found(done)) - {first.ref, dispute.ref}
    assert found(done) == {
        first.ref: (Difference.AMOUNT_DIFFERS, 100_000 - first.fee_minor, 99_993 - first.fee_minor),
        dispute.ref: (Difference.MISSING_THERE, -21_500, 0),
        strange: (Difference.MISSING_HERE, 0, 900),
    }
    assert done.matched == 3
    charge["net"] += 7
    gone["created"] += 30 * 86400
    assert set(found(compared())) == {strange}


def test_a_payout_to_the_bank_that_failed_before_anybody_heard_of_it_fits(till, cast):
    till.paid(asked(cast.company, usd(100_000), subject=""), card="4000000000000077")
    swept = till.fake.payout(amount=10_000)
    till.fake.finish_payout(swept["id"], failure="account_closed")
    till.settle()
    assert (compared().matched, found(compared())) == (2, {})


def test_what_was_posted_late_still_completes_its_day(till, cast):
    visit = till.start(asked(cast.company, usd(100_000), subject=""))
    till.pay(visit)
    till.fake.webhooks.queue.clear()
    assert set(found(compared())) == {f"{visit.ref}"}
    clock.advance(timedelta(days=9))
    till.later(minutes=11)
    assert found(compared(NOON.date())) == {}


def test_programs_of_administrators_read_the_report_compare_and_write_notes(till, cast, a_day, client):
    till.fake.top_up(900)
    admin = api_headers(cast.people["admin"])
    address = "/api/v1/admin/reconciliations"
    told = client.post(address, json={"day": NOON.date().isoformat()}, headers=admin)
    assert (told.status_code, told.json["matched"], told.json["different"]) == (200, 5, 1)
    (one,) = told.json["differences"]
    assert (one["kind"], one["there"], one["note"]) == ("missing_here", {"amount": "9.00", "minor": 900, "currency": "USD"}, "")
    report = f"{address}/{told.json['id']}"
    noted = client.post(f"{report}/differences/{one['id']}/note", json={"note": "Our own top-up."}, headers=admin)
    assert (noted.status_code, noted.json["note"]) == (200, "Our own top-up.")
    assert client.get(report, headers=admin).json["differences"][0]["note"] == "Our own top-up."
    assert [each["day"] for each in client.get(address, headers=admin).json["items"]] == [NOON.date().isoformat()]
    for day, code in (("yesterday", "date_unreadable"), ("2026-99-99", "date_unreadable")):
        assert client.post(address, json={"day": day}, headers=admin).json["code"] in {code, "invalid"}
    till.fake.fail_next("/v1/*", "error_503", method="GET", times=9)
    silent = client.post(address, json={"day": NOON.date().isoformat()}, headers=admin)
    assert (silent.status_code, silent.json["code"]) == (409, "processor_silent")
    till.fake.heal()
    owner = api_headers(cast.people["owner"])
    assert client.get(report, headers=owner).status_code == 403
