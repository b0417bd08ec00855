"""Gross, fee and net stand on every page on which somebody agrees to money, and they add up: the table says which pages these are."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest

from tests.house.matrix import disputes, pools, sales, services, sharing
from tests.house.matrix.core_api import PAYOUT
from tests.house.matrix.table import AUTHOR, CONSULTANT, OWNER, Row, get, post, who
from tests.house.matrix.world import World

pytestmark = pytest.mark.only_on("sqlite")  # the pages are the same above both databases

ASKED = who("newcomer")
FORMS: dict[str, Row] = {
    "a prize is proposed": get("/challenges/{ready}/check", OWNER),
    "a prize is paid in": get("/challenges/{requested}/fund", OWNER),
    "a winner is selected": get("/challenges/{closed}/select/{entry_closed}", OWNER),
    "an award is signed": get("/awards/{award}", AUTHOR),
    "a team's shares are written down": get("/awards/{award}/sharing", AUTHOR),
    "a team's shares are proposed": post("/awards/{award}/sharing/check", AUTHOR, send=sharing.FORM),
    "a share is agreed to": get("/awards/{award_shared}/sharing", ASKED),
    "the fee for a search is named": get("/briefs/{brief_fee}/fee", CONSULTANT),
    "the fee for a search is set aside": get("/briefs/{brief_fee}/fee", OWNER),
    "a brief with a fee is signed off": get("/briefs/{brief_fee}/signoff", OWNER),
    "a quote is given": post("/quotes/{quote_to_us}/check", OWNER, send=services.FORM),
    "an order is placed": get("/quotes/{quote_given}/choose", OWNER),
    "a delivery is accepted": get("/orders/{order_delivered}/accept", OWNER),
    "an instrument is booked": post(
        "/instruments/{instrument_priced}/book/check", who("other"), send=services.BOOK | {"organisation": "{other_org}"}
    ),
    "a task budget is paid in": get("/tasks/{task_unfunded}/launch", OWNER),
    "a pool is opened": get("/pools/{pool_draft}/check", OWNER),
    "a pledge is made": post("/pools/{pool_open}/pledge/check", AUTHOR, send=pools.PLEDGE),
    "a pool's money is spent": post("/pools/{pool_paid}/spend/check", OWNER, send=pools.PAY),
    "a royalty is proposed": get("/orgs/{org}/money/royalties/new", OWNER),
    "a royalty is agreed to": get("/royalties/{royalty_asked}", OWNER),
    "a royalty is paid": get("/royalties/dues/{royalty_due}/pay", OWNER),
    "a product's price is set": post(sales.ONE + "/price/check", who("other"), send=sales.PRICE),
    "a product is bought": post(sales.ONE + "/buy/check", OWNER, send={"organisation": ""}),
    "an offer to end a dispute is made": post(disputes.ONE + "/offer/check", OWNER, send=disputes.WAY | {"outcome": "pay"}),
    "a dispute is decided": post("/disputes/{dispute_mediated}/decide/check", CONSULTANT, send=disputes.WAY | {"outcome": "pay"}),
    "an organisation is paid out": post("/orgs/{org}/money/payout/check", OWNER, send=PAYOUT),
    "a person is paid out": post("/my/earnings/payout/check", AUTHOR, send=PAYOUT | {"currency": "CNY"}),
}
"""What is agreed, and where; the first of `yes` goes there."""

DOORS = {
    "organisations/<slug>/fundings": "a prize is paid in",
    "challenges/<slug>/fund": "a prize is paid in",
    "challenges/<slug>/select": "a winner is selected",
    "awards/<int:award_id>/accept": "an award is signed",
    "awards/<int:award_id>/sharing": "a team's shares are proposed",
    "awards/<int:award_id>/sharing/agree": "a share is agreed to",
    "briefs/<int:brief_id>/fee": "the fee for a search is named",
    "briefs/<int:brief_id>/fee/hold": "the fee for a search is set aside",
    "orders": "an order is placed",
    "orders/<int:order_id>/hold": "an order is placed",
    "orders/<int:order_id>/accept": "a delivery is accepted",
    "bookings": "an instrument is booked",
    "projects/<slug>/fund": "a task budget is paid in",
    "pools/<slug>/pledges": "a pledge is made",
    "pools/<slug>/spend": "a pool's money is spent",
    "organisations/<slug>/royalties": "a royalty is proposed",
    "royalties/<int:royalty_id>/accept": "a royalty is agreed to",
    "royalties/<int:royalty_id>/report": "a royalty is agreed to",
    "royalties/dues/<int:due_id>/pay": "a royalty is paid",
    "platforms/<platform>/products/<slug>/price": "a product's price is set",
    "platforms/<platform>/products/<slug>/buy": "a product is bought",
    "disputes/<int:dispute_id>/offers": "an offer to end a dispute is made",
    "disputes/<int:dispute_id>/offers/<int:offer_id>/accept": "an offer to end a dispute is made",
    "disputes/<int:dispute_id>/decide": "a dispute is decided",
    "organisations/<slug>/payouts": "an organisation is paid out",
    "me/payouts": "a person is paid out",
    "me/payout-plan": "a person is paid out",
}
"""Doors for programs through which money is agreed, and the page on which people agree to the same."""

NOTHING_AGREED = {
    "gives back what is held": (
        "challenges/<slug>/end", "challenges/<slug>/withdraw", "challenges/<slug>/cancel", "projects/<slug>/finish",
        "projects/<slug>/withdraw", "orders/<int:order_id>/drop", "orders/<int:order_id>/call-off", "pools/<slug>/cancel",
        "pools/<slug>/return-rest", "me/pledges/<int:pledge_id>/withdraw", "card-payments/<int:payment_id>/refunds",
        "organisations/<slug>/fundings/<int:funding_id>/cancel", "purchases/<int:purchase_id>/return",
    ),
    "says shares, of which each price shows what they come to": ("platforms/<platform>/shares",),
    "pays what the worker was shown before the task": ("assignments/<int:assignment_id>/accept",),
    "pays in what was asked for; the world has no processor": ("fundings/<int:funding_id>/card",),
    "is the account, not an amount": ("me/payout-account", "organisations/<slug>/payout-account"),
    "lets stand what was decided": ("disputes/<int:dispute_id>/withdraw",),
    "corrects a paper": ("papers/<number>/cancel",),
}  # fmt: skip


def test_every_door_to_money_has_its_page_in_the_table(world: World) -> None:
    known = set(DOORS) | {door for doors in NOTHING_AGREED.values() for door in doors}
    assert set(DOORS.values()) <= set(FORMS)
    doors = {
        rule.rule.removeprefix("/api/v1/")
        for rule in world.app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1/") and getattr(world.app.view_functions[rule.endpoint], "scope", "") == "money"
    }
    unknown = {door for door in doors - known if not door.startswith("admin/")}
    assert not unknown, f"where do people see gross, fee and net before they agree to this? {sorted(unknown)}"


LISTS = re.compile(r'<dl class="breakdown">(.*?)</dl>', re.DOTALL)
SUMS = re.compile(r"<tfoot>(.*?)</tfoot>", re.DOTALL)
CELLS = re.compile(r"<(?:dd|td)[^>]*>(.*?)</(?:dd|td)>", re.DOTALL)
AMOUNT = re.compile(r"[A-Z]{3}\s([\d,]+(?:\.\d+)?)")


def figures(page: str) -> list[list[Decimal]]:
    """Gross, then fee and net (of a sale also the share of the platform) of each breakdown, and of the last line of each table of shares."""
    found = []
    for part in LISTS.findall(page) + SUMS.findall(page):
        amounts = [AMOUNT.search(cell.replace("\xa0", " ").replace("&nbsp;", " ")) for cell in CELLS.findall(part)]
        said = [Decimal(amount[1].replace(",", "")) for amount in amounts if amount]
        if len(said) >= 3:
            found.append(said)
    return found


@pytest.mark.parametrize("what", FORMS)
def test_gross_fee_and_net_are_there_before_anybody_agrees(world: World, what: str) -> None:
    row = FORMS[what]
    answer = world.call(row, min(row.yes))
    assert answer.status_code == 200, answer.text
    shown = figures(answer.text)
    assert shown, "no gross, fee and net on the page"
    assert all(gross > 0 and gross == sum(parts) for gross, *parts in shown), shown
    assert "<form" in answer.text and 'method="post"' in answer.text, "nothing can be agreed to here"
