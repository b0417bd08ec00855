"""A real time-stamping authority (RFC 3161): `openssl ts` behind a small web server on this machine."""

from __future__ import annotations

import datetime
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tests.factories.receiver import Receiver, receiver

NAME = "Time of Test"
needs_openssl = pytest.mark.skipif(shutil.which("openssl") is None, reason="needs the openssl command")
SETTINGS = """
[tsa]
default_tsa = main
[main]
serial = serial
signer_cert = tsa.pem
signer_key = tsa.key
certs = ca.pem
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ess_cert_id_alg = sha256
"""


@dataclass
class Authority:
    """`ca` is the certificate to trust; `distort` changes answers on their way."""

    folder: Path
    ca: Path
    distort: Callable[[bytes], bytes] = field(default=lambda answer: answer)
    url: str = ""
    asked: list[bytes] = field(default_factory=list)
    meanwhile: Callable[[], None] = field(default=lambda: None)

    def reply(self, query: bytes) -> bytes:
        """Whole answers as openssl gives them, refusals among them."""
        (self.folder / "query.tsq").write_bytes(query)
        command = ["openssl", "ts", "-reply", "-config", "tsa.cnf", "-queryfile", "query.tsq", "-out", "answer.tsr"]
        subprocess.run(command, cwd=self.folder, check=True, capture_output=True)
        return (self.folder / "answer.tsr").read_bytes()


def _certificate(name: str, by: tuple[x509.Name, Any] | None, *more: tuple[x509.ExtensionType, bool]) -> tuple[x509.Certificate, Any]:
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.datetime.now(datetime.UTC)
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    issuer, signs = by or (who, key)
    made = (
        x509.CertificateBuilder().subject_name(who).issuer_name(issuer).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
    )  # fmt: skip
    for extension, critical in more:
        made = made.add_extension(extension, critical)
    return made.sign(signs, hashes.SHA256()), key


def make(folder: Path, name: str = NAME) -> Authority:
    """An authority with a root of its own, not yet on the net."""
    folder.mkdir(exist_ok=True)
    root, root_key = _certificate(f"{name} root", None, (x509.BasicConstraints(ca=True, path_length=None), True))
    purpose = (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), True)
    signer, key = _certificate(name, (root.subject, root_key), (x509.BasicConstraints(ca=False, path_length=None), True), purpose)
    pem = serialization.Encoding.PEM
    (folder / "ca.pem").write_bytes(root.public_bytes(pem))
    (folder / "tsa.pem").write_bytes(signer.public_bytes(pem))
    (folder / "tsa.key").write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    (folder / "tsa.cnf").write_text(SETTINGS)
    (folder / "serial").write_text("01\n")
    return Authority(folder, folder / "ca.pem")


@contextmanager
def on_the_net(made: Authority) -> Iterator[Receiver]:
    """The authority behind its web server."""
    with receiver() as server:

        def answer(handler: Any) -> None:
            made.asked.append(server.got[-1].body)
            made.meanwhile()
            body = made.distort(made.reply(server.got[-1].body))
            handler.send_response(200)
            handler.send_header("Content-Type", "application/timestamp-reply")
            handler.send_header("Content-Length", str(len(body)))
            handler.end_headers()
            handler.wfile.write(body)

        server.answer = answer
        made.url = server.url
        yield server
