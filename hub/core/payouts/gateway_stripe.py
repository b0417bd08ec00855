"""Transfers to connected accounts, which the processor makes and answers for: this file knows no wire, `gateways` does."""

from __future__ import annotations

from hub.core.ledger import rules as accounts
from hub.core.ledger.rules import AccountRef, Purpose
from hub.core.payouts import rules
from hub.core.payouts.gateway import Gateway


class StripeTransfer:
    name = rules.STRIPE

    def destination(self, text: str) -> str:
        """The connected account's own name, which `payees` knows."""
        return text

    def purse(self, currency: str) -> AccountRef:
        return accounts.of_site(Purpose.PROCESSOR, currency)


STRIPE_TRANSFER: Gateway = StripeTransfer()
