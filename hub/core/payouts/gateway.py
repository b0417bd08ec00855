"""What a way of sending money out can do. Operations and doors know this; each way is one file beside it."""

from __future__ import annotations

from typing import Protocol

from hub.core.ledger.rules import AccountRef


class Gateway(Protocol):
    """One way to send money out. `name` is stored with each payout."""

    @property
    def name(self) -> str: ...

    def destination(self, text: str) -> str:
        """Where a payout goes, tidied. Raises Invalid if no money can be sent there."""
        ...

    def purse(self, currency: str) -> AccountRef:
        """The account in the books that the money leaves from."""
        ...
