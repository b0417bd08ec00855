"""What a way of moving money can do. Operations and doors know this; each way is one file beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from hub.kernel.money import Money

PROCESSOR = "stripe"
"""The gateway of fundings that the payment processor took money for; how, stands in `cards`."""


@dataclass(frozen=True)
class Instructions:
    """What the payer is told: `reference` must be written on the transfer; `account` is where to, in lines."""

    amount: Money
    reference: str
    account: tuple[str, ...]


class Gateway(Protocol):
    """One way to move money in and out. `name` is stored with each funding and payout."""

    @property
    def name(self) -> str: ...

    def instructions(self, *, amount: Money, reference: str, account: str) -> Instructions:
        """How to pay `amount` in."""
        ...
