"""Pure rules of accounts at the processor: what is asked of it, what its answers mean."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hub.core.ledger.rules import OwnerKind
from hub.kernel.errors import one_field
from hub.kernel.words import N_

GATEWAY = "stripe"

WORDS = {
    "external_account": N_("the bank account to pay to"),
    "tos_acceptance": N_("your consent to its terms"),
    "business_type": N_("whether you are a person or a company"),
    "business_profile": N_("what you do"),
    "individual.verification": N_("a document that shows who you are"),
    "individual": N_("details about you"),
    "company": N_("details about the organisation"),
    "representative": N_("details about who represents the organisation"),
    "owners": N_("details about who owns the organisation"),
    "directors": N_("details about who directs the organisation"),
    "person": N_("details about a person behind the organisation"),
    "": N_("something else, which its page names"),
}
"""What Stripe calls the things it asks for (https://docs.stripe.com/connect/required-verification-information), in words."""


def country(text: str) -> str:
    """Two letters. Raises Invalid: country_unknown."""
    tidy = text.strip().upper()
    if not re.fullmatch(r"[A-Z]{2}", tidy):
        raise one_field("country", N_("Write the country as two letters, like DE."), code="country_unknown")
    return tidy


def wanted(kind: OwnerKind, country: str, email: str) -> dict[str, Any]:
    """The parameters of an Express account that only receives transfers."""
    return {
        "type": "express",
        "country": country,
        "capabilities": {"transfers": {"requested": True}},
        "business_type": "individual" if kind is OwnerKind.PERSON else "company",
    } | ({"email": email} if email else {})


def link(remote_id: str, refresh_url: str, return_url: str) -> dict[str, Any]:
    """The parameters of a link to the page where the processor asks for what it needs."""
    return {"account": remote_id, "refresh_url": refresh_url, "return_url": return_url, "type": "account_onboarding"}


@dataclass(frozen=True)
class Status:
    """What an account object says: does the processor pay out to it, and what does it still ask for?"""

    ready: bool
    due: tuple[str, ...]
    disabled: str
    currency: str


def status(remote: Mapping[str, Any]) -> Status:
    """Read from the object as it is now. Ready means that payouts are enabled and that it may receive transfers."""
    asked = remote.get("requirements") or {}
    due = [*(asked.get("past_due") or []), *(asked.get("currently_due") or [])]
    can = (remote.get("capabilities") or {}).get("transfers") == "active"
    return Status(
        ready=bool(remote.get("payouts_enabled")) and can,
        due=tuple(dict.fromkeys(str(name)[:120] for name in due))[:40],
        disabled=str(asked.get("disabled_reason") or "")[:120],
        currency=str(remote.get("default_currency") or "").upper()[:3],
    )


def in_words(due: list[str]) -> list[str]:
    """What is asked for, each thing once, as English sentences' parts marked for translation."""
    found: dict[str, None] = {}
    for name in due:
        plain = re.sub(r"^person_\w+", "person", name)
        key = next((prefix for prefix in WORDS if prefix and plain.startswith(prefix)), "")
        found[WORDS[key]] = None
    return list(found)
