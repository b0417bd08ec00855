"""Bank transfers, moved by people: an administrator reads the bank's statement and confirms money in and out."""

from __future__ import annotations

from hub.core.payments.gateway import Gateway, Instructions
from hub.kernel.money import Money


class BankTransfer:
    name = "bank_transfer"

    def instructions(self, *, amount: Money, reference: str, account: str) -> Instructions:
        return Instructions(amount, reference, tuple(line.strip() for line in account.replace(";", "\n").splitlines() if line.strip()))


BANK_TRANSFER: Gateway = BankTransfer()
