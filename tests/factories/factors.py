"""Second factors for tests: apps that show codes, and an authenticator in software that makes passkeys and signs with them."""

from __future__ import annotations

import hashlib
import json
import struct
from dataclasses import dataclass, field

import pyotp
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from webauthn.helpers import encode_cbor

from hub.core.accounts.models import Person
from hub.core.factors import operations, queries, rules
from hub.core.factors.rules import Party
from hub.db import work
from hub.kernel import clock
from hub.kernel.base64url import as_bytes, as_text
from tests.factories.people import actor_of

SITE_KEY = "test-key"
SITE = Party("localhost", "http://localhost:8000", "Innovation Hub")
PRESENT, VERIFIED, NEW = 0x01, 0x04, 0x40


def code_of(secret: str, steps: int = 0) -> str:
    """What the app shows now, or so many steps away."""
    return pyotp.TOTP(secret).at(int(clock.now().timestamp()) + steps * rules.STEP)


def app_for(person: Person) -> tuple[str, list[str]]:
    """A confirmed authenticator app; its secret and the recovery codes. Its code of this moment is used up."""
    with work.unit():
        operations.begin_app(actor=actor_of(person), site_key=SITE_KEY)
    secret = queries.begun_secret(actor_of(person), SITE_KEY)
    with work.unit():
        codes = operations.confirm_app(actor=actor_of(person), code=code_of(secret), site_key=SITE_KEY)
    return secret, codes


@dataclass
class Authenticator:
    """One passkey in software: P-256, attestation none. What it says of itself may be bent for a test."""

    site: Party = SITE
    count: int = 0
    flags: int = PRESENT | VERIFIED
    credential_id: bytes = b"a passkey in software"
    handle: str = ""
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def _client(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.site.origin, "crossOrigin": False}).encode()

    def _data(self, more: int = 0) -> bytes:
        return hashlib.sha256(self.site.id.encode()).digest() + struct.pack(">BI", self.flags | more, self.count)

    def _answer(self, **response: bytes) -> str:
        name = as_text(self.credential_id)
        sent = {part: as_text(value) for part, value in response.items()}
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": sent, "clientExtensionResults": {}})

    def make(self, options: str) -> str:
        """What navigator.credentials.create gives for these options."""
        asked = json.loads(options)
        self.handle = asked["user"]["id"]
        at = self.key.public_key().public_numbers()
        public = encode_cbor({1: 2, 3: -7, -1: 1, -2: at.x.to_bytes(32, "big"), -3: at.y.to_bytes(32, "big")})
        named = bytes(16) + struct.pack(">H", len(self.credential_id)) + self.credential_id + public
        attested = encode_cbor({"fmt": "none", "attStmt": {}, "authData": self._data(NEW) + named})
        return self._answer(clientDataJSON=self._client("webauthn.create", asked["challenge"]), attestationObject=attested)

    def prove(self, options: str) -> str:
        """What navigator.credentials.get gives for these options; the counter goes up."""
        self.count += 1
        client, data = self._client("webauthn.get", json.loads(options)["challenge"]), self._data()
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))
        return self._answer(clientDataJSON=client, authenticatorData=data, signature=signature, userHandle=as_bytes(self.handle))


def passkey_for(person: Person, name: str = "My laptop", **bent: object) -> Authenticator:
    """A registered passkey and the authenticator that holds it."""
    made, challenge, handle = Authenticator(**bent), rules.new_challenge(), operations.handle_of(person.id)  # type: ignore[arg-type]
    made.credential_id += str(person.id).encode()
    options = rules.options_to_make(SITE, challenge, handle=handle, email=person.email, name=person.name, has=[])
    with work.unit():
        operations.add_passkey(
            actor=actor_of(person), name=name, credential=made.make(options), challenge=challenge, handle=handle, site=SITE, site_key=SITE_KEY
        )  # fmt: skip
    return made


def asked(challenge: bytes) -> str:
    """The options with which the site asks for a proof."""
    return rules.options_to_prove(SITE, challenge, with_one_of=[])
