"""Pure rules of domains: which domain is an organisation's, where its proof lies, how often one looks."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from hub.kernel.errors import Invalid, one_field
from hub.kernel.words import N_, Worded

RECORD = "_innovation-hub"
PATH = "/.well-known/innovation-hub.txt"
PREFIX = "innovation-hub-verification="
MOST_BYTES = 4096

LINK_LIFE = timedelta(days=7)
ANSWER_COUNTS = timedelta(days=365)
"""A mailbox that answered is asked again after a year."""
LOOK_AGAIN = timedelta(days=7)
LOOKING = timedelta(seconds=5)
"""So long the worker goes on looking at one go: what is left waits for the next, and everything else comes in between."""
WORRY = timedelta(days=1)
GRACE = timedelta(days=14)
"""How long a proof may be gone before the level falls, and how long one looks for a first one."""
PAUSE = timedelta(minutes=1)
MOST_MAILS_A_DAY = 5


class Way(Worded):
    WEB = "web", N_("A file on the website")
    DNS = "dns", N_("A TXT record of the domain")
    EMAIL = "email", N_("A mailbox at the domain")

    @property
    def strong(self) -> bool:
        """Shown by whoever runs the domain itself: it proves the domain."""
        return self is not Way.EMAIL


TROUBLES = {
    "missing": N_("There is no such file on the website."),
    "wrong": N_("The file is there, but our line is not in it."),
    "dns_wrong": N_("The name has TXT records, but none of them is our line."),
    "address": N_("The website of the organisation is not one that we may call: it takes https and a public address."),
    "over": N_("The mailbox answered a year ago: ask it again."),
}
"""Why a proof was not found, beside what the call itself says."""


def host_of(website: str) -> str:
    """The host that a web address names, in small ASCII letters; empty for none."""
    try:
        return (urlsplit(website).hostname or "").encode("idna").decode("ascii").lower().rstrip(".")
    except (UnicodeError, ValueError):
        return ""


def bare(host: str) -> str:
    return host.removeprefix("www.")


def belong_together(domain: str, host: str) -> bool:
    """Is one the other, or within it? `example.org` and `www.example.org`, `mail.example.org` and `example.org`."""
    one, other = bare(domain), bare(host)
    return "." in one and "." in other and (one == other or one.endswith("." + other) or other.endswith("." + one))


def covers(domain: str, host: str) -> bool:
    """Is the host the domain, or within it? Whoever runs `me.example.org` shows nothing of `example.org` above it; `www.` alone counts for
    what it stands before."""
    one, other = bare(domain), bare(host)
    return "." in one and (one == other or other.endswith("." + one))


def domain_of(address: str) -> str:
    """The domain of a mail address, as it is looked up; empty if there is none."""
    try:
        return address.strip().rpartition("@")[2].encode("idna").decode("ascii").lower().rstrip(".")
    except UnicodeError:
        return ""


@cache
def free_mail() -> frozenset[str]:
    """Domains where anybody gets a mailbox."""
    lines = (Path(__file__).parent / "data" / "free_mail.txt").read_text().splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


def is_free_mail(domain: str) -> bool:
    parts = domain.split(".")
    return any(".".join(parts[start:]) in free_mail() for start in range(len(parts) - 1))


def website_host(website: str) -> str:
    """The host to prove. Raises Invalid (code website_missing)."""
    host = host_of(website)
    if "." not in host:
        raise Invalid(N_("Write the organisation’s website on its page first: it is its domain that is proven."), code="website_missing")
    return host


def zone(website: str) -> str:
    """The domain whose zone is to show our line. Raises Invalid (code website_missing)."""
    domain = bare(website_host(website))
    if domain.rpartition(".")[2].isdecimal():
        raise Invalid(N_("The organisation’s website is written as a number: a record proves a name."), code="website_missing")
    return domain


def check_address(address: str, website: str) -> str:
    """The address's domain, if a mailbox there speaks for the organisation. Raises Invalid (free_mail, other_domain, website_missing)."""
    host, domain = website_host(website), domain_of(address)
    if is_free_mail(domain):
        text = N_("Anybody gets a mailbox at %(domain)s: it says nothing of the organisation.")
        raise one_field("address", text, code="free_mail", domain=domain)
    if not belong_together(domain, host):
        text = N_("The address must lie at the domain of the organisation’s website, %(host)s.")
        raise one_field("address", text, code="other_domain", host=bare(host))
    return domain


def new_token() -> str:
    """For everybody to read on the website."""
    return secrets.token_hex(20)


def line(token: str) -> str:
    return PREFIX + token


def address_of(host: str) -> str:
    return f"https://{host}{PATH}"


def record_of(host: str) -> str:
    return f"{RECORD}.{bare(host)}"


def trouble_in_records(texts: Iterable[str], token: str) -> str:
    """A key of TROUBLES for what the TXT records say; empty if one of them is our line."""
    return "" if line(token) in (said.strip() for said in texts) else "dns_wrong"


def trouble_in(status: int, text: str, token: str) -> str:
    """A key of TROUBLES for what the website answered; empty if our line is there."""
    if status != 200:
        return "missing"
    return "" if line(token) in (said.strip() for said in text.splitlines()) else "wrong"


def next_try(tries: int, asked_at: datetime, now: datetime) -> datetime | None:
    """When one looks again for a first proof: after 2, 4, 8 ... minutes, daily at last; None once one has looked long enough."""
    return now + min(timedelta(minutes=2**tries), WORRY) if tries < 30 and now < asked_at + GRACE else None


def counts(way: Way, domain: str, website: str) -> bool:
    """Does the proof count for the website that the organisation shows? What was shown by a host counts for it and what lies within; a
    mailbox, which says less, counts along the whole name."""
    return (belong_together if way is Way.EMAIL else covers)(domain, host_of(website))
