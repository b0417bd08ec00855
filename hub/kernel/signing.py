"""Ed25519 signatures over canonical JSON. Keys and signatures travel as lower-case hex."""

from __future__ import annotations

import hashlib
import re
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from hub.kernel import sealing

ALGORITHM = "Ed25519"
_HEX = re.compile(r"[0-9a-f]*")


def new_key() -> bytes:
    """A fresh private key, as PEM (PKCS #8)."""
    pem: bytes = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return pem


def _private(pem: bytes) -> Ed25519PrivateKey:
    key = serialization.load_pem_private_key(pem, password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError("not an Ed25519 key")
    return key


def public_of(pem: bytes) -> str:
    """The public half of a private key: 64 hex digits."""
    raw: bytes = _private(pem).public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return raw.hex()


def key_id(public: str) -> str:
    """A key's short name: the first 16 hex digits of the SHA-256 of its 32 bytes. Raises ValueError."""
    return hashlib.sha256(bytes.fromhex(public)).hexdigest()[:16]


def sign(pem: bytes, facts: Any) -> str:
    """The signature over the facts' canonical JSON: 128 hex digits."""
    signature: bytes = _private(pem).sign(sealing.canonical(facts))
    return signature.hex()


def is_signed(public: Any, signature: Any, facts: Any) -> bool:
    """Did the holder of `public`'s private half sign these facts? False for anything malformed."""
    try:
        if not _HEX.fullmatch(public) or not _HEX.fullmatch(signature):
            return False
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public)).verify(bytes.fromhex(signature), sealing.canonical(facts))
    except (InvalidSignature, ValueError, TypeError, RecursionError):
        return False
    return True
