"""The HTML door: what people see and send, who is let in, and what a mistake answers."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import event

from hub.core.holds import queries as holds_read
from hub.core.payments import queries
from hub.core.payments.states import FundingState
from hub.core.payouts import queries as payouts_read
from hub.core.payouts.states import PayoutState
from hub.db.extensions import db
from hub.web.todo import todos
from tests.factories.money import IBAN, asked, deposited, earned, held, payout, usd
from tests.factories.people import sign_in

PRIZE = usd(4_000_000)


@pytest.fixture
def browse(app, cast):
    """`browse("finance")` is that person's browser."""

    def start(name: str):
        client = app.test_client()
        sign_in(client, cast.people[name])
        return client

    return start


def words(answer) -> str:
    """What the page says, without tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)).split())


def once(page: str, action: str) -> str:
    """The double-click token of the form that posts to `action`."""
    form = re.search(rf'<form[^>]*action="{re.escape(action)}".*?</form>', page, re.S)
    assert form, action
    return re.search(r'name="_once" value="([^"]+)"', form[0])[1]


# Who is let in

SEEN_BY = {
    "/orgs/acme/money": {"owner", "manager", "finance", "admin"},
    "/orgs/acme/money/pay-in": {"owner", "manager", "finance"},
    "/orgs/acme/money/payout": {"owner", "finance"},
    "/my/earnings": {"owner", "manager", "finance", "member", "solver", "stranger", "admin"},
    "/my/earnings/payout": {"owner", "manager", "finance", "member", "solver", "stranger", "admin"},
    "/admin/payments": {"admin"},
    "/admin/payments/deposit": {"admin"},
    "/admin/payments/1": {"admin"},
    "/admin/payouts": {"admin"},
    "/admin/payouts/1": {"admin"},
    "/admin/ledger": {"admin"},
    "/admin/ledger/accounts/1": {"admin"},
    "/admin/ledger/transactions/1": {"admin"},
}


def test_each_page_opens_for_those_it_is_for(cast, browse, client):
    held(cast.company, PRIZE)
    earned(cast.company, cast.people["solver"].id, usd(1000))
    payout(cast.solver, usd(100))
    for name in cast.people:
        window = browse(name)
        for path, readers in SEEN_BY.items():
            assert window.get(path).status_code == (200 if name in readers else 403), (name, path)
    for path in SEEN_BY:
        assert client.get(path).headers["Location"].startswith("/login"), path


def test_no_page_asks_the_database_more_than_twelve_times(cast, browse):
    for number in range(3):
        held(cast.company, PRIZE, f"challenge:{number}")
        earned(cast.company, cast.people["solver"].id, usd(1000))
    payout(cast.solver, usd(100))
    statements: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *call: statements.append(call[2]))
    windows = {name: browse(name) for name in ("owner", "solver", "admin")}
    for path, readers in SEEN_BY.items():
        reader = next(name for name in ("solver", "owner", "admin") if name in readers)
        windows[reader].get(path)
        statements.clear()
        windows[reader].get(path)
        assert len(statements) <= 12, (path, statements)


def test_a_funding_is_not_there_for_strangers_nor_under_another_organisation(cast, browse):
    number = asked(cast.company, PRIZE).id
    path = f"/orgs/acme/money/fundings/{number}"
    assert browse("finance").get(path).status_code == 200
    assert browse("stranger").get(path).status_code == 404
    assert browse("member").get(path).status_code == 404
    assert browse("finance").get("/orgs/acme/money/fundings/999").status_code == 404
    assert browse("stranger").post(f"{path}/cancel").status_code == 404
    assert queries.funding(number).state is FundingState.OPEN


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("/admin/payments/1/confirm", {"amount": "40000", "currency": "USD", "bank_reference": "X"}),
        ("/admin/payments/1/cancel", {}),
        ("/admin/payments/deposit", {"organisation": "acme", "amount": "1", "currency": "USD", "bank_reference": "X"}),
        ("/admin/payouts/1/confirm", {"bank_reference": "X"}),
        ("/admin/payouts/1/reject", {"reason": "No way"}),
        ("/orgs/acme/money/payout", {"amount": "1", "currency": "USD", "destination": IBAN}),
    ],
)
def test_a_managers_form_that_only_others_may_send_changes_nothing(cast, browse, path, data):
    funding = asked(cast.company, PRIZE)
    earned(cast.company, cast.people["solver"].id, usd(1000))
    made = payout(cast.solver, usd(100))
    assert browse("manager").post(path, data=data).status_code == 403
    assert queries.funding(funding.id).state is FundingState.OPEN
    assert payouts_read.payout(made.id).state is PayoutState.REQUESTED
    assert queries.balances("organisation", cast.company.id) == []


# A prize by bank transfer


def test_the_payer_reads_what_to_transfer_and_the_administrator_confirms_it(cast, browse):
    funding = asked(cast.company, PRIZE)
    page = words(browse("finance").get(f"/orgs/acme/money/fundings/{funding.id}"))
    assert "USD 40,000" in page
    assert funding.reference in page
    window = browse("admin")
    assert funding.reference in words(window.get("/admin/payments"))
    data = {"amount": "40,000.00", "currency": "USD", "bank_reference": "TRX 7"}
    check = words(window.post(f"/admin/payments/{funding.id}/check", data=data))
    assert "Confirm USD 40,000" in check
    assert holds_read.held("challenge:1", "USD") == 0
    answer = window.post(f"/admin/payments/{funding.id}/confirm", data=data, follow_redirects=True)
    assert f"{funding.reference} is complete" in words(answer)
    assert holds_read.held("challenge:1", "USD") == PRIZE.minor


@pytest.mark.parametrize(
    ("amount", "told"),
    [("15000", "Less than was due"), ("41000", "the surplus lands on the organisation’s balance")],
)
def test_another_amount_than_asked_is_shown_before_it_is_confirmed(cast, browse, amount, told):
    funding = asked(cast.company, PRIZE)
    data = {"amount": amount, "currency": "USD", "bank_reference": "TRX 7"}
    assert told in words(browse("admin").post(f"/admin/payments/{funding.id}/check", data=data))


def test_changing_ones_mind_on_the_check_page_keeps_what_was_typed(cast, browse):
    funding = asked(cast.company, PRIZE)
    data = {"amount": "123.45", "currency": "USD", "bank_reference": "TRX 7", "change": "1"}
    page = browse("admin").post(f"/admin/payments/{funding.id}/check", data=data).get_data(as_text=True)
    assert 'value="123.45"' in page
    assert 'value="TRX 7"' in page


def test_a_double_click_on_confirm_has_one_effect_and_one_answer(cast, browse):
    funding = asked(cast.company, PRIZE)
    window = browse("admin")
    data = {"amount": "100", "currency": "USD", "bank_reference": "TRX 7"}
    page = window.post(f"/admin/payments/{funding.id}/check", data=data).get_data(as_text=True)
    data["_once"] = once(page, f"/admin/payments/{funding.id}/confirm")
    answers = [window.post(f"/admin/payments/{funding.id}/confirm", data=data) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert holds_read.held("challenge:1", "USD") == 10_000


def test_a_reference_is_found_however_it_is_typed(cast, browse):
    funding = asked(cast.company, PRIZE)
    typed = funding.reference.lower().replace("-", " ")
    assert funding.reference in words(browse("admin").get("/admin/payments", query_string={"q": typed}))
    assert "No transfer has this reference" in words(browse("admin").get("/admin/payments?q=HUB-0000-0001"))


@pytest.mark.parametrize(
    ("amount", "told"),
    [
        ("0", "The amount must be more than zero."),
        ("-5", "The amount cannot be negative."),
        ("1e99", "The amount is too large."),
        ("0.001", "This currency has fewer decimal places"),
        ("lots", "Write an amount in figures"),
    ],
)
def test_a_wrong_amount_shows_the_form_again_with_the_reason_beside_it(cast, browse, amount, told):
    funding = asked(cast.company, PRIZE)
    for step in ("check", "confirm"):
        data = {"amount": amount, "currency": "USD", "bank_reference": "TRX 7"}
        answer = browse("admin").post(f"/admin/payments/{funding.id}/{step}", data=data)
        assert answer.status_code == 422
        assert told in words(answer)
        assert 'aria-invalid="true"' in answer.get_data(as_text=True)
        assert 'value="TRX 7"' in answer.get_data(as_text=True)
    assert holds_read.held("challenge:1", "USD") == 0


def test_money_without_a_request_goes_onto_the_balance(cast, browse):
    data = {"organisation": "acme", "amount": "12", "currency": "EUR", "bank_reference": "Z", "memo": "late"}
    window = browse("admin")
    assert "EUR 12" in words(window.post("/admin/payments/deposit/check", data=data))
    assert "EUR 12 is on the balance of Acme" in words(window.post("/admin/payments/deposit", data=data, follow_redirects=True))
    assert window.post("/admin/payments/deposit", data=data).status_code == 409
    assert [str(amount) for amount in queries.balances("organisation", cast.company.id)] == ["EUR 12.00"]
    missing = window.post("/admin/payments/deposit/check", data={**data, "organisation": "nobody"})
    assert missing.status_code == 404


# Earnings and payouts


def test_a_solver_sees_gross_fee_and_net_and_asks_for_a_payout(cast, browse):
    earned(cast.company, cast.people["solver"].id, PRIZE, fee_bp=500)
    window = browse("solver")
    page = words(window.get("/my/earnings"))
    for amount in ("USD 40,000", "USD 2,000", "USD 38,000"):
        assert amount in page
    data = {"amount": "1000", "currency": "USD", "destination": IBAN}
    check = words(window.post("/my/earnings/payout/check", data=data))
    assert "USD 37,000" in check
    assert payouts_read.payouts_of("person", cast.people["solver"].id) == []
    window.post("/my/earnings/payout", data=data)
    page = words(window.get("/my/earnings"))
    assert "USD 1,000 is on its way" in page
    assert "…3000" in page
    assert IBAN not in page


def test_a_payout_beyond_the_balance_or_to_a_mistyped_account_is_refused_beside_the_field(cast, browse):
    earned(cast.company, cast.people["solver"].id, usd(1000))
    window = browse("solver")
    data = {"amount": "10.01", "currency": "USD", "destination": IBAN}
    for path in ("/my/earnings/payout/check", "/my/earnings/payout"):
        answer = window.post(path, data=data)
        assert answer.status_code == 422
        assert words(answer).count("The balance is USD 10.00: ask for that much or less.") == 2
        answer = window.post(path, data={**data, "amount": "1", "destination": IBAN[:-1] + "1"})
        assert answer.status_code == 422
        assert "This IBAN has a typing mistake" in words(answer)
    assert queries.balances("person", cast.people["solver"].id) == [usd(1000)]


def test_an_administrator_sends_one_payout_and_refuses_another(cast, browse):
    earned(cast.company, cast.people["solver"].id, usd(1000))
    sent, refused = payout(cast.solver, usd(100)), payout(cast.solver, usd(200))
    window = browse("admin")
    assert IBAN in words(window.get(f"/admin/payouts/{sent.id}"))
    window.post(f"/admin/payouts/{sent.id}/confirm", data={"bank_reference": "OUT 1"})
    assert window.post(f"/admin/payouts/{refused.id}/reject", data={"reason": "no"}).status_code == 422
    window.post(f"/admin/payouts/{refused.id}/reject", data={"reason": "The account was closed."})
    page = words(browse("solver").get("/my/earnings"))
    assert "Paid" in page
    assert "OUT 1" in page
    assert "The account was closed." in page
    assert queries.balances("person", cast.people["solver"].id) == [usd(900)]
    assert window.post(f"/admin/payouts/{sent.id}/confirm", data={"bank_reference": "OUT 1"}).status_code == 409


def test_finance_people_pay_the_organisations_balance_out(cast, browse):
    deposited(cast.company, usd(5000))
    window = browse("finance")
    data = {"amount": "20", "currency": "USD", "destination": IBAN}
    assert "USD 30" in words(window.post("/orgs/acme/money/payout/check", data=data))
    window.post("/orgs/acme/money/payout", data=data)
    assert queries.balances("organisation", cast.company.id) == [usd(3000)]


# From a balance to the fact behind it


def test_an_administrator_follows_a_balance_down_to_who_did_it(cast, browse):
    held(cast.company, PRIZE)
    window = browse("admin")
    page = window.get("/admin/ledger?purpose=hold&currency=USD").get_data(as_text=True)
    account = re.search(r"/admin/ledger/accounts/\d+", page)[0]
    transaction = re.search(r"/admin/ledger/transactions/\d+", window.get(account).get_data(as_text=True))[0]
    page = window.get(transaction)
    assert "confirmed that the money is here" in words(page)
    row = re.search(r"/admin/audit/\d+", page.get_data(as_text=True))[0]
    assert "FundingConfirmed" in words(window.get(row))


def test_home_tells_what_waits(app, cast, browse):
    funding = asked(cast.company, PRIZE)
    earned(cast.company, cast.people["solver"].id, usd(1000))
    payout(cast.solver, usd(100))
    with app.test_request_context():
        assert [todo.href for todo in todos(cast.admin) if "/admin/pay" in todo.href] == ["/admin/payments", "/admin/payouts"]
        told = [todo for todo in todos(cast.finance) if "money" in todo.href]
        assert [todo.href for todo in told] == [f"/orgs/acme/money/fundings/{funding.id}"]
        assert funding.reference in told[0].title
        assert not [todo for todo in todos(cast.member) if "money" in todo.href]
