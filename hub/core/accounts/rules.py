"""Pure rules: addresses, handles, passwords, secrets, and how long a session lives."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
import unicodedata
from datetime import datetime, timedelta
from functools import lru_cache

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
FORGOTTEN_AFTER = timedelta(days=30)

LEAST_PASSWORD, MOST_PASSWORD = 8, 256
KEY_MARK, ACCESS_KEY_MARK = "hub_", "HUBK"
HANDLE = re.compile(r"[a-z0-9](?:-?[a-z0-9]){2,29}")
RESERVED_HANDLES = frozenset({"admin", "administrator", "anonymous", "edit", "help", "hub", "new", "settings", "support", "system"})

COMMON = frozenset(
    """
    00000000 11111111 12121212 12341234 12344321 12345678 123456789 1234567890 123123123 123321123 1234qwer 123qweasd 147258369
    1q2w3e4r 1q2w3e4r5t 1qaz2wsx 1qazxsw2 55555555 5201314520 66666666 77777777 87654321 88888888 98765432 987654321 99999999
    a1234567 a12345678 aa123456 abc12345 abcd1234 abcdefgh access14 admin123 administrator adminadmin asdfasdf asdfghjk asdfghjkl
    baseball basketball blink182 butterfly changeme charlie1 chocolate computer corvette cowboys1 danielle default1 dragon123
    einstein elephant facebook firebird football football1 garfield george12 google123 graphics hardcore hello123 iloveyou iloveyou1
    innovation internet jennifer jonathan jordan23 letmein1 liverpool1 lovelove master123 maverick mercedes michelle michael1
    midnight monkey123 mountain mustang1 nicholas p@ssw0rd p@ssword pa55word passw0rd password password1 password12 password123
    password! passwort pokemon1 princess princess1 q1w2e3r4 q1w2e3r4t5 qazwsxedc qwer1234 qwerty12 qwerty123 qwertyui qwertyuiop
    rockyou1 samantha samsung1 scorpion secret123 shadow12 snowball spiderman starwars steelers sunflower sunshine sunshine1
    superman superman1 test1234 testtest thunder1 trustno1 victoria welcome1 welcome123 whatever william1 woaini1314 woaini520
    zaq12wsx zaq1zaq1 zxcvbnm1 zxcvbnm123
    """.split()
)


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


def check_password(password: str, email: str = "", *, field: str = "password") -> None:
    """Refuse what is too short, absurdly long, on every attacker's list, or the address itself. Raises Invalid about `field`."""
    if len(password) < LEAST_PASSWORD:
        raise one_field(field, N_("Choose a password of at least %(n)s characters."), code="weak_password", n=LEAST_PASSWORD)
    if len(password) > MOST_PASSWORD:
        raise one_field(field, N_("A password has at most %(n)s characters."), code="weak_password", n=MOST_PASSWORD)
    plain = password.lower()
    if plain in COMMON or len(set(plain)) < 4 or (email and plain in {email, email.partition("@")[0]}):
        raise one_field(field, N_("This password is among the first that are guessed. Choose another one."), code="weak_password")


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


def new_key() -> tuple[str, str]:
    """A fresh API key and the part of it that may be shown later."""
    prefix = KEY_MARK + secrets.token_hex(4)
    return f"{prefix}_{secrets.token_urlsafe(32)}", prefix


def new_access_key() -> str:
    """A public access key id for the Mechanical Turk protocol: 20 signs, 80 of its bits random."""
    return ACCESS_KEY_MARK + base64.b32encode(secrets.token_bytes(10)).decode()


def derived_secret(site_key: str, access_key: str) -> str:
    """The secret that goes with an access key id, made anew each time it is needed, so that no table holds it (see docs/security.md)."""
    own = hmac.digest(site_key.encode(), b"hub access keys 1", "sha256")
    return base64.urlsafe_b64encode(hmac.digest(own, access_key.encode(), "sha256")).decode().rstrip("=")


def check_handle(handle: str) -> str:
    """The handle in its one spelling. Raises Invalid."""
    handle = handle.strip().lower().removeprefix("@")
    if not HANDLE.fullmatch(handle):
        raise one_field("handle", N_("A handle has 3 to 30 small letters, digits or single hyphens, like ada-solver."))
    if handle in RESERVED_HANDLES:
        raise handle_taken()
    return handle


def handle_taken() -> Invalid:
    return one_field("handle", N_("This handle is taken. Choose another one."), code="handle_taken")


def handle_from(name: str) -> str:
    """A handle to begin with; the person may change it."""
    plain = slugify(name, "member", 24)
    return plain if HANDLE.fullmatch(plain) and plain not in RESERVED_HANDLES else "member"


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
