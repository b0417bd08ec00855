"""Pure rules: addresses, handles, passwords, secrets, and how long a session lives."""

from __future__ import annotations

import hashlib
import lzma
import re
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, lru_cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from hub.kernel.errors import Invalid, one_field
from hub.kernel.slugs import slugify
from hub.kernel.words import N_

SESSION_IDLE = timedelta(days=14)
SESSION_MOST = timedelta(days=90)
USE_NOTED_EVERY = timedelta(hours=1)
RESET_LIFE = timedelta(hours=1)
VERIFY_LIFE = timedelta(days=7)
MAIL_PAUSE = timedelta(minutes=1)

LEAST_PASSWORD, MOST_PASSWORD = 8, 256
LEAST_PART = 4
LEET = str.maketrans("013457@$!", "oieastasi")
HANDLE = re.compile(r"[a-z0-9](?:-?[a-z0-9]){2,29}")
RESERVED_HANDLES = frozenset({"admin", "administrator", "anonymous", "edit", "help", "hub", "new", "settings", "support", "system"})


def normal_email(text: str) -> str:
    """The one spelling under which an address is kept and looked up."""
    return unicodedata.normalize("NFC", text).strip().lower()


ADDRESS = re.compile(r"[^\s@]{1,64}@[^\s@.]+(\.[^\s@.]+)*")


def check_person(email: str, name: str) -> tuple[str, str]:
    """The address and name as they are kept. Raises Invalid."""
    email, name = normal_email(email), " ".join(name.split())
    if len(email) > 254 or not ADDRESS.fullmatch(email):
        raise one_field("email", N_("Write an address like ada@example.org."))
    if not 0 < len(name) <= 120:
        raise one_field("name", N_("A name has 1 to 120 characters."))
    return email, name


def check_password(password: str, email: str = "", *, name: str = "", field: str = "password") -> None:
    """Refuse what is too short, absurdly long, among the first that are guessed, or hardly more than the person's own name or address.

    Raises Invalid about `field` (code weak_password).
    """
    if len(password) < LEAST_PASSWORD:
        raise one_field(field, N_("Choose a password of at least %(n)s characters."), code="weak_password", n=LEAST_PASSWORD)
    if len(password) > MOST_PASSWORD:
        raise one_field(field, N_("A password has at most %(n)s characters."), code="weak_password", n=MOST_PASSWORD)
    plain = unicodedata.normalize("NFKC", password).casefold()
    if len(set(plain)) < 4 or _is_common(plain):
        raise one_field(field, N_("This password is among the first that are guessed. Choose another one."), code="weak_password")
    if _is_own(plain, name, email):
        raise one_field(field, N_("This password is hardly more than your name or address. Choose another one."), code="weak_password")


@cache
def common_passwords() -> frozenset[str]:
    """What is tried first, in small letters. Where it comes from stands beside it in `data/common_passwords.md`."""
    packed = (Path(__file__).parent / "data" / "common_passwords.txt.xz").read_bytes()
    return frozenset(lzma.decompress(packed).decode().splitlines())


def _is_common(plain: str) -> bool:
    """On the list, also when written with digits for letters, or with up to six digits and signs put before or behind ("Dr4gon2024!")."""
    bare = re.sub(r"^[\W\d_]{1,6}|[\W\d_]{1,6}$", "", plain)
    spellings = {text.translate(LEET) for text in (plain, bare)} | {plain, bare}
    return any(len(text) >= LEAST_PART and text in common_passwords() for text in spellings)


def _is_own(plain: str, name: str, email: str) -> bool:
    """Is too little left once the address, and the parts of name and address, are taken out?"""
    about = unicodedata.normalize("NFKC", f"{name} {email}").casefold()
    parts = [*([email] if email else []), *re.findall(rf"[^\W_]{{{LEAST_PART},}}", about)]
    rest = plain
    for part in sorted(parts, key=len, reverse=True):
        rest = rest.replace(part, "")
    return rest != plain and len(rest) < LEAST_PASSWORD


class _Hashing:
    """The cost of a password hash: argon2id, 19 MiB and two rounds (OWASP's first recommendation)."""

    hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


def hash_cheaply() -> None:
    """For tests alone, whose passwords guard nothing: hashing costs next to no time."""
    _Hashing.hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def hash_password(password: str) -> str:
    return _Hashing.hasher.hash(unicodedata.normalize("NFC", password))


@lru_cache(maxsize=2)
def _nobodys_hash(hasher: PasswordHasher) -> str:
    return hasher.hash(secrets.token_urlsafe(16))


def password_matches(password_hash: str | None, password: str) -> bool:
    """Compare in the same time whether or not there is a hash, so that answers do not tell who has an account."""
    hasher = _Hashing.hasher
    known = password_hash or _nobodys_hash(hasher)
    try:
        return hasher.verify(known, unicodedata.normalize("NFC", password[:MOST_PASSWORD])) and password_hash is not None
    except (VerificationError, InvalidHashError):
        return False


def needs_new_hash(password_hash: str) -> bool:
    """Was it made at another cost than today's?"""
    return _Hashing.hasher.check_needs_rehash(password_hash)


def new_secret() -> str:
    """256 random bits, fit for an address or a header."""
    return secrets.token_urlsafe(32)


def fingerprint(secret: str) -> str:
    """What we keep of a random secret: SHA-256 in hex. Enough for 256 random bits, unlike for passwords."""
    return hashlib.sha256(secret.encode()).hexdigest()


def check_handle(handle: str) -> str:
    """The handle in its one spelling. Raises Invalid."""
    handle = handle.strip().lower().removeprefix("@")
    if not HANDLE.fullmatch(handle):
        raise one_field("handle", N_("A handle has 3 to 30 small letters, digits or single hyphens, like ada-solver."))
    if handle in RESERVED_HANDLES or is_former(handle):
        raise handle_taken()
    return handle


def handle_taken() -> Invalid:
    return one_field("handle", N_("This handle is taken. Choose another one."), code="handle_taken")


def handle_from(name: str) -> str:
    """A handle to begin with; the person may change it."""
    plain = slugify(name, "member", 24)
    return plain if HANDLE.fullmatch(plain) and plain not in RESERVED_HANDLES and not is_former(plain) else "member"


NO_PASSWORD = "!"
"""No password gives this hash."""


@dataclass(frozen=True)
class Former:
    """What is left of an account that was erased: its number."""

    name: str
    handle: str
    email: str


def former(person_id: int) -> Former:
    handle = f"former-member-{person_id}"
    return Former(f"Former member {person_id}", handle, f"{handle}@erased.invalid")


def is_former(handle: str) -> bool:
    return handle.startswith("former-member")


def session_lives(created_at: datetime, last_seen_at: datetime, now: datetime) -> bool:
    return now < last_seen_at + SESSION_IDLE and now < created_at + SESSION_MOST


_BROWSERS = (("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"), ("curl/", "curl"))
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def device(user_agent: str) -> tuple[str, str]:
    """Browser and system as people call them; empty where the header does not say."""
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), "")
    return browser, next((name for mark, name in _SYSTEMS if mark in user_agent), "")
