"""Asking the name system for the texts that a domain publishes (TXT records): the one place that speaks DNS itself.

Bounded in time, aliases (CNAME) followed as far as a resolver goes, and what can go wrong told apart: there is no such name, the name has
no texts, its servers fail, nobody answered in time. Only texts come back, so a name that somebody types in opens no way inside.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import dns.exception
import dns.name
import dns.nameserver
import dns.rdatatype
import dns.resolver

from hub.kernel.words import N_

Server: TypeAlias = tuple[str, int]
"""Address and port of a resolver."""

TOTAL_SECONDS, TRY_SECONDS, MOST_ALIASES, MOST_TEXTS = 8.0, 3.0, 8, 100


class Unresolved(Exception):
    """No texts came back. `code` is stable, one of WHY."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code, self.detail = code, detail


WHY = {
    "dns_no_name": N_("There is no such record: the name does not exist in the domain’s zone (NXDOMAIN). New records may take an hour."),
    "dns_no_text": N_("The name exists, but it has no TXT record."),
    "dns_failed": N_("The domain’s name servers answer with an error (SERVFAIL), or refuse. Ask whoever runs them."),
    "dns_timeout": N_("The domain’s name servers did not answer in time."),
}


def texts(name: str, servers: Sequence[Server] = (), *, total: float = TOTAL_SECONDS) -> list[str]:
    """What the TXT records of the name say, each with its strings joined (RFC 7208, 3.3); what is no UTF-8 is replaced.

    `servers` are asked, or those that the system knows; `total` is seconds for all of it. Never call this inside a unit of work that
    writes. Raises Unresolved.
    """
    try:
        resolver, wanted = _resolver(servers, total), dns.name.from_text(name.rstrip(".") + ".")
        for _alias in range(MOST_ALIASES):
            answer = resolver.resolve(wanted, dns.rdatatype.TXT, raise_on_no_answer=False, search=False)
            if answer.rrset is not None:
                return [b"".join(one.strings).decode("utf-8", "replace") for one in list(answer.rrset)[:MOST_TEXTS]]
            if answer.canonical_name == wanted:
                raise Unresolved("dns_no_text", name)
            wanted = answer.canonical_name
    except (dns.resolver.NXDOMAIN, dns.name.LabelTooLong, dns.name.NameTooLong, dns.name.EmptyLabel) as error:
        raise Unresolved("dns_no_name", name) from error
    except dns.exception.Timeout as error:
        raise Unresolved("dns_timeout", name) from error
    except (dns.exception.DNSException, OSError) as error:
        raise Unresolved("dns_failed", type(error).__name__) from error
    raise Unresolved("dns_failed", "too many aliases")


def _resolver(servers: Sequence[Server], total: float) -> dns.resolver.Resolver:
    resolver = dns.resolver.Resolver(configure=not servers)
    if servers:
        resolver.nameservers = [dns.nameserver.Do53Nameserver(address, port) for address, port in servers]
    resolver.lifetime, resolver.timeout, resolver.search = total, min(TRY_SECONDS, total), []
    return resolver
