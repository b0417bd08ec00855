"""Secrets at rest: encrypted under a key derived from the site's own, each good for one row alone."""

from __future__ import annotations

import base64
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


def derived(site_key: str, purpose: bytes) -> bytes:
    """32 bytes for one purpose (HKDF-SHA256, RFC 5869): nobody who learns them learns the site's key, or those of other purposes."""
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose).derive(site_key.encode())


def shut(site_key: str, purpose: bytes, secret: str, *, row: str) -> str:
    """The secret encrypted (AES-256-GCM) for `row` ("person:5"), as base64."""
    nonce = secrets.token_bytes(12)
    return base64.b64encode(nonce + AESGCM(derived(site_key, purpose)).encrypt(nonce, secret.encode(), row.encode())).decode()


def opened(site_key: str, purpose: bytes, sealed: str, *, row: str) -> str:
    """Raises ValueError for another row's, and once the site's key has changed."""
    data = base64.b64decode(sealed)
    try:
        return AESGCM(derived(site_key, purpose)).decrypt(data[:12], data[12:], row.encode()).decode()
    except InvalidTag:
        raise ValueError("sealed with another key, or for another row") from None
