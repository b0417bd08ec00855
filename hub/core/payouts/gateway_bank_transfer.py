"""Bank transfers that an administrator makes and confirms: the built-in way, which needs no outside account."""

from __future__ import annotations

from hub.core.ledger import rules as accounts
from hub.core.ledger.rules import AccountRef
from hub.core.payouts import rules
from hub.core.payouts.gateway import Gateway


class BankTransfer:
    name = rules.BANK

    def destination(self, text: str) -> str:
        return rules.destination(text)

    def purse(self, currency: str) -> AccountRef:
        return accounts.bank(currency)


BANK_TRANSFER: Gateway = BankTransfer()
