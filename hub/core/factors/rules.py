"""Pure rules of second factors: one-time codes (RFC 6238), recovery codes, passkeys (Web Authentication), and what is kept of each."""

from __future__ import annotations

import binascii
import hmac
import ipaddress
import re
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pyotp
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from hub.kernel import sealing, vault
from hub.kernel.base64url import as_bytes, as_text
from hub.kernel.errors import Invalid, one_field
from hub.kernel.words import N_, Worded

STEP, DRIFT = 30, 1
"""Seconds a one-time code stands for, and how many steps a clock may be off either way."""
CODES, CODE_LETTERS = 10, 12
CHALLENGE_LIFE = timedelta(minutes=5)
MOST_PASSKEYS = 20
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""Of recovery codes: nothing that is read for something else."""


class Factor(Worded):
    """What proves that it is the person, beside the password."""

    APP = "app", N_("Authenticator app")
    PASSKEY = "passkey", N_("Passkey")
    CODE = "code", N_("Recovery code")


# What is kept


APPS, RECOVERY = b"hub factors 1 app", b"hub factors 1 codes"
"""What the keys derived from the site's are for."""


def seal(site_key: str, person_id: int, secret: str) -> str:
    """The secret encrypted (AES-256-GCM) under a key derived from the site's, good for this person's row alone."""
    return vault.shut(site_key, APPS, secret, row=f"person:{person_id}")


def unseal(site_key: str, person_id: int, sealed: str) -> str:
    """Raises Invalid (code unreadable_secret) for another person's row, and once the site's key has changed."""
    try:
        return vault.opened(site_key, APPS, sealed, row=f"person:{person_id}")
    except ValueError:
        raise Invalid(
            N_("The secret of this authenticator app cannot be read any more. An administrator has to remove it."), code="unreadable_secret"
        ) from None


# One-time codes


def new_secret() -> str:
    """160 random bits in base32, as authenticator apps take them."""
    return pyotp.random_base32()


def spaced(secret: str) -> str:
    """In groups of four, to be typed by hand."""
    return " ".join(re.findall(".{1,4}", secret))


def app_address(secret: str, email: str, site: str) -> str:
    """The otpauth address that an app reads off the QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=site.replace(":", " "))


def step_of(secret: str, code: str, moment: datetime) -> int | None:
    """The number of the time step whose code this is, at most DRIFT steps from `moment`; None if it is none."""
    now, app = int(moment.timestamp()) // STEP, pyotp.TOTP(secret)
    found = None
    for step in range(now - DRIFT, now + DRIFT + 1):
        if hmac.compare_digest(app.generate_otp(step).encode(), code.encode()):
            found = step
    return found


def is_one_time(code: str) -> bool:
    return re.fullmatch(r"[0-9]{6}", code) is not None


def plain_code(typed: str) -> str:
    """A code as it is compared: people type spaces and hyphens, capital letters, and digits as wide as a Chinese character."""
    return re.sub(r"[\s‐-―-]", "", unicodedata.normalize("NFKC", typed)).lower()


# Recovery codes


def new_codes() -> list[str]:
    """Ten codes like abcd-efgh-jkmn: some 59 random bits each."""
    made = ("".join(secrets.choice(ALPHABET) for _ in range(CODE_LETTERS)) for _ in range(CODES))
    return ["-".join(re.findall("....", code)) for code in made]


def code_hash(site_key: str, person_id: int, code: str) -> str:
    """What is kept of a recovery code: an HMAC under a key derived from the site's, so that a stolen table alone is worth nothing."""
    return hmac.digest(vault.derived(site_key, RECOVERY), f"{person_id}:{plain_code(code)}".encode(), "sha256").hex()


# Passkeys


@dataclass(frozen=True)
class Party:
    """This site as authenticators know it: `id` is a host name, `origin` what the browser's address bar begins with."""

    id: str
    origin: str
    name: str


@dataclass(frozen=True)
class NewPasskey:
    """What a browser says of a passkey it has just made."""

    credential_id: str
    public_key: bytes
    sign_count: int
    backed_up: bool


def party(base_url: str, name: str) -> Party | None:
    """None where the site's address is a bare number: browsers bind passkeys to names. On this machine the name is localhost."""
    parts = urlsplit(base_url)
    host = parts.hostname or ""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return Party(host, f"{parts.scheme}://{parts.netloc}", name)
    if not address.is_loopback:
        return None
    return Party("localhost", f"{parts.scheme}://localhost" + (f":{parts.port}" if parts.port else ""), name)


def new_challenge() -> bytes:
    return secrets.token_bytes(32)


def _descriptors(credential_ids: list[str]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=as_bytes(each)) for each in credential_ids]


def options_to_make(site: Party, challenge: bytes, *, handle: str, email: str, name: str, has: list[str]) -> str:
    """JSON for navigator.credentials.create: one that is found without a name and asks its user who they are."""
    options = generate_registration_options(
        rp_id=site.id,
        rp_name=site.name,
        user_id=as_bytes(handle),
        user_name=email,
        user_display_name=name,
        challenge=challenge,
        exclude_credentials=_descriptors(has),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
    )
    return options_to_json(options)


def options_to_prove(site: Party, challenge: bytes, *, with_one_of: list[str]) -> str:
    """JSON for navigator.credentials.get. Without names it tells nobody who has an account: the browser offers what it has."""
    options = generate_authentication_options(
        rp_id=site.id,
        challenge=challenge,
        allow_credentials=_descriptors(with_one_of),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return options_to_json(options)


def not_proved() -> Invalid:
    return one_field("credential", N_("This passkey did not prove who you are. Try again, or take another way."), code="bad_passkey")


def parsed(credential: str) -> dict[str, Any]:
    """The browser's JSON. Raises Invalid (code bad_passkey)."""
    try:
        data = sealing.read(credential)
    except ValueError:
        raise not_proved() from None
    if not isinstance(data, dict) or not isinstance(data.get("id"), str) or not isinstance(data.get("response"), dict):
        raise not_proved()
    if not isinstance(data["response"].get("userHandle"), str | None):
        raise not_proved()
    return data


CANNOT_BE_READ = (WebAuthnException, ValueError, TypeError, KeyError, binascii.Error)
"""What the library raises for answers that no browser gives."""


def check_new(site: Party, credential: dict[str, Any], challenge: bytes) -> NewPasskey:
    """What a browser answers to `options_to_make`. Raises Invalid (code bad_passkey)."""
    try:
        found = verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=site.id,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except CANNOT_BE_READ:
        raise one_field("credential", N_("The passkey could not be taken. Try again."), code="bad_passkey") from None
    return NewPasskey(as_text(found.credential_id), found.credential_public_key, found.sign_count, found.credential_backed_up)


def check_proof(site: Party, credential: dict[str, Any], challenge: bytes, *, public_key: bytes, sign_count: int) -> int:
    """The new count of a passkey that has signed this challenge, for this site, after it has verified its user.

    A count that does not grow tells of a copy (Web Authentication, 6.1.1). Raises Invalid (code bad_passkey, copied_passkey).
    """
    try:
        found = verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=site.id,
            expected_origin=site.origin,
            credential_public_key=public_key,
            credential_current_sign_count=0,
            require_user_verification=True,
        )
    except CANNOT_BE_READ:
        raise not_proved() from None
    if sign_count and found.new_sign_count <= sign_count:
        raise one_field(
            "credential",
            N_("This passkey counts less than it did before: somebody may have copied it. Sign in another way and remove it."),
            code="copied_passkey",
        )
    return found.new_sign_count
