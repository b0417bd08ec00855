"""The fake's own double entry: every balance transaction is a set of postings that sum to nought, every balance a sum of postings."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

PLATFORM = "platform"
CARDS, BANKS, FEES = ("world", "cards"), ("world", "banks"), ("world", "fees")
Account = tuple[str, str]  # whose, which: ("platform", "available"), ("acct_...", "pending"), ("world", "cards")


class OutOfBalance(AssertionError):
    """The fake itself is wrong: never caught."""


@dataclass
class Books:
    """Postings and the running sums over them."""

    postings: list[tuple[str, Account, str, int]] = field(default_factory=list)
    sums: dict[tuple[Account, str], int] = field(default_factory=lambda: defaultdict(int))
    movements: list[dict[str, Any]] = field(default_factory=list)  # balance transactions, oldest first
    owners: dict[str, str] = field(default_factory=dict)

    def post(self, identity: str, currency: str, legs: dict[Account, int]) -> None:
        if sum(legs.values()):
            raise OutOfBalance(f"{identity}: {legs}")
        for account, amount in legs.items():
            if amount:
                self.postings.append((identity, account, currency, amount))
                self.sums[account, currency] += amount

    def balance(self, owner: str, bucket: str, currency: str) -> int:
        return self.sums[(owner, bucket), currency]

    def currencies(self, owner: str) -> list[str]:
        return sorted({currency for (account, currency) in self.sums if account[0] == owner})

    def ripen(self, now: int) -> list[dict[str, Any]]:
        """Money whose day has come moves from pending to available."""
        ripe = [each for each in self.movements if each["status"] == "pending" and each["available_on"] <= now]
        for each in ripe:
            owner = self.owners[each["id"]]
            each["status"] = "available"
            self.post(each["id"], each["currency"], {(owner, "pending"): -each["net"], (owner, "available"): each["net"]})
        return ripe

    def check(self) -> None:
        """Recompute everything from the postings and from the balance transactions; the two must agree, and all must sum to nought."""
        sums: dict[tuple[Account, str], int] = defaultdict(int)
        for _, account, currency, amount in self.postings:
            sums[account, currency] += amount
        if {key: amount for key, amount in sums.items() if amount} != {key: amount for key, amount in self.sums.items() if amount}:
            raise OutOfBalance("a running sum is not the sum of its postings")
        whole: dict[str, int] = defaultdict(int)
        for (_, currency), amount in sums.items():
            whole[currency] += amount
        if any(whole.values()):
            raise OutOfBalance(f"money from nowhere: {dict(whole)}")
        told: dict[tuple[Account, str], int] = defaultdict(int)
        for each in self.movements:
            told[(self.owners[each["id"]], each["status"]), each["currency"]] += each["net"]
        for key in {*told, *(key for key in sums if key[0][0] != "world")}:
            if told[key] != sums[key]:
                raise OutOfBalance(f"{key}: balance transactions say {told[key]}, postings {sums[key]}")
