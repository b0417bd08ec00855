"""Every movement of money gets its paper, once, soon after it was committed; and what was missed is found by the clock."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import current_app

from hub.core.billing.rules import Party
from hub.core.cards.events import CardFoundRefundFailed, CardRefundAdopted, CardRefundFailed, CardRefundSent, DisputeLost
from hub.core.holds.events import ConsultantPaid, HoldRefunded, HoldReleased
from hub.core.ledger.events import TransactionReversed
from hub.core.papers import operations, queries
from hub.core.papers.events import PaperIssued
from hub.core.payments.events import DepositTaken, FundingConfirmed, FundingPartlyReceived
from hub.core.payouts.events import PayoutConfirmed, PayoutReturned
from hub.core.pools.events import PoolMet
from hub.core.royalties.events import RoyaltyPaid, SaleMade
from hub.core.webhooks import operations as webhooks
from hub.core.webhooks.queries import Seen
from hub.db import work
from hub.db.delivery import every
from hub.db.journal import Fact, reacts_to
from hub.kernel import clock
from hub.kernel.actor import SYSTEM

FIVE_MINUTES, A_WHILE = 300, timedelta(minutes=10)
PORTION, AT_ONCE = 500, 50


def site() -> Party:
    """The site as an issuer, from its settings."""
    config = current_app.config["HUB"]
    return Party(
        config.site_name, config.site_address.replace(";", "\n"), config.site_country, config.site_tax_id, tax_bp=config.fee_tax_bp
    )


MOVES = (
    CardFoundRefundFailed, CardRefundAdopted, CardRefundFailed, CardRefundSent, ConsultantPaid, DisputeLost,
    DepositTaken, FundingConfirmed, FundingPartlyReceived, HoldReleased, HoldRefunded, PayoutConfirmed, PayoutReturned, PoolMet,
    RoyaltyPaid, SaleMade, TransactionReversed,
)  # fmt: skip
"""The facts that move money to somebody else; each names its transaction (None: nothing of the owner's moved)."""


def issue(event: Any, fact: Fact) -> None:
    """What is `quiet` (many small sums) gets one paper a month. A movement with very many sides is worked off in portions, each committed:
    what has its paper already gets none again."""
    if getattr(event, "quiet", False) or event.transaction_id is None:
        return
    drafts = queries.drafts_of(event.transaction_id)
    for place in range(0, len(drafts), AT_ONCE):
        if place:
            with work.outside():
                pass
        operations.issue(actor=SYSTEM, drafts=drafts[place : place + AT_ONCE], site=site())


for _event in MOVES:
    reacts_to(_event)(issue)


@every(FIVE_MINUTES, beside=True)
def look_again() -> None:
    """Transactions from before the papers, or whose reaction died. Read outside of the writing transaction, in portions."""
    while True:
        with work.outside():
            ids = queries.not_looked_at(clock.now() - A_WHILE, PORTION)
        if not ids:
            return
        operations.look_again(actor=SYSTEM, transaction_ids=ids, site=site())


# What programs may hear of it


def _seen(event: PaperIssued) -> Seen:
    """Whoever it is made out to, and whoever issued it, unless that is the site."""
    return Seen(frozenset({event.recipient, event.issuer}), f"/api/v1/papers/{event.number}")


webhooks.sends({"paper.issued": PaperIssued}, _seen, data=("paper_id", "number", "kind"), money=True)
