"""Pure rules of verification: which documents are taken, how they are sealed, what is kept of a document's number."""

from __future__ import annotations

import hmac
import re
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from hub.kernel import reasons, vault
from hub.kernel.errors import Invalid, one_field
from hub.kernel.words import N_, Worded

MOST_FILES, MOST_BYTES = 4, 10 * 1024 * 1024
TAKEN = frozenset({"application/pdf", "image/png", "image/jpeg"})
ACCEPT = ".pdf,.png,.jpg,.jpeg"
LONGEST_NOTE, LONGEST_REASON = 1_000, reasons.LONGEST
SAY_WHY = N_("Say why, in at least 10 characters: whoever sent them reads it.")
COUNTS_FOR = timedelta(days=730)
"""The longest that a check counts; less if the document ends before."""
CHECK_WITHIN = timedelta(days=5)
"""What people may expect to wait for a decision."""
ORPHAN_AGE = timedelta(days=1)
RESTORED = ".restored"


class DocumentKind(Worded):
    """What is shown. The first three are a person's, the others an organisation's."""

    PASSPORT = "passport", N_("Passport")
    IDENTITY_CARD = "identity_card", N_("Identity card")
    PERMIT = "permit", N_("Residence permit")
    REGISTER = "register", N_("Extract from a register of companies or associations")
    STATUTE = "statute", N_("Deed, statute or charter")


OF_PEOPLE = (DocumentKind.PASSPORT, DocumentKind.IDENTITY_CARD, DocumentKind.PERMIT)
OF_ORGANISATIONS = (DocumentKind.REGISTER, DocumentKind.STATUTE)


@dataclass(frozen=True)
class Vault:
    """Where sealed documents lie, the site's key, and for how many days after a decision they are kept."""

    root: Path
    site_key: str
    days: int

    def path(self, blob: str) -> Path:
        return self.root / blob

    @property
    def restored(self) -> Path:
        """Lies there after `hub restore`, until the checks that lost their documents are known."""
        return self.root / RESTORED


# Sealing


DOCUMENTS, NAMES, NUMBERS = b"hub verification 1 documents", b"hub verification 1 names", b"hub verification 1 numbers"


def seal(site_key: str, context: str, content: bytes) -> tuple[str, bytes]:
    """A fresh key for this document alone, itself sealed under one derived from the site's, and the sealed bytes.

    `context` ("document_check:3/1") is bound to both: sealed bytes that are put in another's place do not open.
    """
    key = secrets.token_bytes(32)
    return vault.shut(site_key, DOCUMENTS, key, row=context), vault.closed(key, content, row=context)


def unseal(site_key: str, context: str, sealed_key: str, sealed: bytes) -> bytes:
    """Raises Invalid (code unreadable_document)."""
    try:
        return vault.unclosed(vault.opened_bytes(site_key, DOCUMENTS, sealed_key, row=context), sealed, row=context)
    except ValueError:
        raise _unreadable() from None


def seal_name(site_key: str, context: str, name: str) -> str:
    """A file's name says who somebody is, so it is sealed like the file."""
    return vault.shut(site_key, NAMES, name, row=context)


def unseal_name(site_key: str, context: str, sealed: str) -> str:
    """Raises Invalid (code unreadable_document)."""
    try:
        return vault.opened(site_key, NAMES, sealed, row=context)
    except ValueError:
        raise _unreadable() from None


def _unreadable() -> Invalid:
    return Invalid(
        N_("This document cannot be opened any more: the site’s key has changed, or the file is damaged."), code="unreadable_document"
    )


def normal_number(number: str) -> str:
    """A document's number as it is compared: letters and digits alone, capital."""
    return "".join(c for c in unicodedata.normalize("NFKC", number).upper() if c.isalnum())


def identity_hash(site_key: str, kind: DocumentKind, country: str, number: str) -> str:
    """What is kept of a document's number: an HMAC under a key derived from the site's, so that numbers cannot be tried out from a stolen
    table. The same document gives the same hash, whoever shows it. Raises Invalid (code number_missing)."""
    plain = normal_number(number)
    if len(plain) < 4:
        raise one_field("number", N_("Type the document’s number, as it stands on it."), code="number_missing")
    return hmac.digest(vault.derived(site_key, NUMBERS), f"{kind.value}:{country}:{plain}".encode(), "sha256").hex()


# Deciding


def counts_until(document_ends: date | None, now: datetime) -> datetime:
    """The end of the day on which the document ends, COUNTS_FOR from now at the latest. Raises Invalid (code document_ended)."""
    latest = now + COUNTS_FOR
    if document_ends is None:
        return latest
    end = datetime.combine(document_ends, time(), UTC) + timedelta(days=1)
    if end <= now:
        raise one_field("document_ends", N_("This document has run out: reject it."), code="document_ended")
    return min(end, latest)


def country(text: str) -> str:
    """Two letters. Raises Invalid (code country_unknown)."""
    tidy = text.strip().upper()
    if not re.fullmatch(r"[A-Z]{2}", tidy):
        raise one_field("country", N_("Choose a country from the list."), code="country_unknown")
    return tidy
