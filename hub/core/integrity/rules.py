"""Pure rules of integrity: what is noticed, and what is kept of an address and a device."""

from __future__ import annotations

import hmac
import ipaddress
from datetime import timedelta

from hub.kernel import reasons, vault
from hub.kernel.words import N_, Worded

LONGEST_REASON = reasons.LONGEST
SAY_WHY = N_("Say why, in at least 10 characters: it is kept with the flag.")
REMEMBERED = timedelta(days=180)
"""How long a trace of an address or a device is kept after it was seen last."""
MOST_OTHERS = 2_000
"""People taking part whom one newcomer is compared with."""


class Kind(Worded):
    """What was noticed."""

    AFFILIATION = "affiliation", N_("Belongs to the organisation that asks")
    PAYOUT = "payout", N_("Same account for payouts")
    DEVICE = "device", N_("Same device at the same address")
    ADDRESS = "address", N_("Same network address")
    DOCUMENT = "document", N_("Same document on two accounts")


class How(Worded):
    """What it rests on."""

    MEMBER = "member", N_("a member of the organisation")
    DOMAIN = "domain", N_("a confirmed address at the organisation’s domain")
    DECLARED = "declared", N_("said so themselves")
    DESTINATION = "destination", N_("asked for payouts to the same account")
    SEEN = "seen", N_("signed in from there within the last months")
    NUMBER = "number", N_("an administrator accepted a document with the same number")


class Trace(Worded):
    ADDRESS = "address", N_("Network address")
    DEVICE = "device", N_("Device")


def network(ip: str) -> str:
    """The address as it is compared: of IPv6 the network of the connection (/64), because its devices change their addresses daily. Empty
    for none, and for addresses inside a network of one's own, which say nothing."""
    try:
        address = ipaddress.ip_address(ip)
    except ValueError:
        return ""
    if isinstance(address, ipaddress.IPv6Address):
        address = address.ipv4_mapped or address
    if address.is_private or address.is_loopback or address.is_link_local:
        return ""
    return str(ipaddress.ip_network(f"{address}/64", strict=False)) if address.version == 6 else str(address)


def traces(site_key: str, ip: str, user_agent: str) -> dict[Trace, str]:
    """Keyed hashes (HMAC-SHA-256 under a key derived from the site's): neither the address nor the device is kept, and without the key
    none of them can be tried out. A device counts with its address alone: many people have the same browser."""
    place = network(ip)
    if not place:
        return {}
    said = {Trace.ADDRESS: f"address:{place}"}
    if user_agent:
        said[Trace.DEVICE] = f"device:{place}:{user_agent}"
    key = vault.derived(site_key, b"hub integrity 1 traces")
    return {kind: hmac.digest(key, text.encode(), "sha256").hex() for kind, text in said.items()}


def same_account(one: str, other: str) -> bool:
    """Do two payouts go to one account, however it was typed?"""
    plain = ["".join(c for c in text.upper() if c.isalnum()) for text in (one, other)]
    return len(plain[0]) > 5 and plain[0] == plain[1]
