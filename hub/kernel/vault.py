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


def closed(key: bytes, content: bytes, *, row: str) -> bytes:
    """The content encrypted (AES-256-GCM) under the key, bound to `row` ("person:5"); a fresh nonce stands before it."""
    nonce = secrets.token_bytes(12)
    return nonce + AESGCM(key).encrypt(nonce, content, row.encode())


def unclosed(key: bytes, data: bytes, *, row: str) -> bytes:
    """Raises ValueError for another key's, another row's, and for what is damaged."""
    try:
        return AESGCM(key).decrypt(data[:12], data[12:], row.encode())
    except InvalidTag:
        raise ValueError("sealed with another key, or for another row") from None


def shut(site_key: str, purpose: bytes, secret: str | bytes, *, row: str) -> str:
    """The secret encrypted for `row`, as base64."""
    content = secret.encode() if isinstance(secret, str) else secret
    return base64.b64encode(closed(derived(site_key, purpose), content, row=row)).decode()


def opened(site_key: str, purpose: bytes, sealed: str, *, row: str) -> str:
    """Raises ValueError for another row's, and once the site's key has changed."""
    return opened_bytes(site_key, purpose, sealed, row=row).decode()


def opened_bytes(site_key: str, purpose: bytes, sealed: str, *, row: str) -> bytes:
    """As `opened`, for secrets that are no text."""
    return unclosed(derived(site_key, purpose), base64.b64decode(sealed), row=row)
