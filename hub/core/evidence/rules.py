"""What a seal commits to, what a receipt, a checkpoint and a proof say, and how each is checked without the site. Pure.

A manifest (any facts) gives `manifest_sha256`, the SHA-256 of its canonical JSON; a secret salt of 32 bytes before it gives the commitment,
SHA-256(salt || manifest_sha256), which is the data of one leaf of the log (RFC 6962 hashing). Receipts show the commitment as `hash`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from hub.kernel import merkle, sealing, signing, stamping
from hub.kernel.bundles import Unreadable
from hub.kernel.stamping import Trusted
from hub.kernel.words import N_

RECEIPT = "innovation-hub/receipt/2"
EARLIER = "innovation-hub/receipt/1"
"""Receipts given out before there was a log: no leaf, no signature. They go on being checked."""
CHECKPOINT = "innovation-hub/checkpoint/1"
CONSISTENCY = "innovation-hub/consistency/1"
KEYS = "innovation-hub/evidence-keys/1"
HASH_IS = "SHA-256 of `salt` (32 bytes) followed by `manifest_sha256` (32 bytes), the SHA-256 of `manifest` as canonical JSON"
HASH_WAS = "SHA-256 of `manifest`, which holds its salt, as canonical JSON (sorted keys, no spaces, UTF-8)"
_HEX64 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Finding:
    """One thing checked. `text` says what was found, an N_ template filled from `values`; `warns` if it holds with a reservation."""

    code: str
    ok: bool
    text: str
    values: Mapping[str, Any]
    warns: bool = False

    @property
    def says(self) -> str:
        return self.text % dict(self.values)


def found(code: str, ok: bool, good: str, bad: str, **values: Any) -> Finding:
    return Finding(code, ok, good if ok else bad, values)


def holds(findings: Iterable[Finding]) -> bool:
    return all(finding.ok for finding in findings)


@dataclass(frozen=True)
class Commitment:
    """What goes into the log for a manifest: `hash` = SHA-256(salt || manifest_sha256), all in hex."""

    salt: str
    manifest_sha256: str
    hash: str


def commit(manifest: Mapping[str, Any], salt: str) -> Commitment:
    """The commitment to a manifest. One that carries its own salt (sealed before the log) commits by its own hash, and takes no other."""
    digest = sealing.digest(manifest)
    if "salt" in manifest:
        return Commitment("", digest, digest)
    return Commitment(salt, digest, hashlib.sha256(bytes.fromhex(salt) + bytes.fromhex(digest)).hexdigest())


@dataclass(frozen=True)
class Place:
    """Where a commitment stands: leaf `index` of the tree of `size` leaves with this root, and the proof, all hashes in hex."""

    index: int
    size: int
    root: str
    proof: tuple[str, ...]
    logged_at: datetime


@dataclass(frozen=True)
class Named:
    """What the receipt is called: its number, what was sealed there, and when."""

    site: str
    receipt_no: str
    sealed_at: str


def statement(receipt: Mapping[str, Any]) -> dict[str, Any]:
    """What the site signs of a receipt. The manifest stands behind `hash`, the proof behind the root."""
    log, key = receipt["log"], receipt["key"]
    named = {name: receipt[name] for name in ("format", "site", "receipt_no", "sealed_at", "logged_at", "hash", "manifest_sha256")}
    return named | {"index": log["index"], "size": log["size"], "root": log["root"], "key": key["id"]}


def receipt(
    *, named: Named, manifest: Mapping[str, Any], sealed: Commitment, place: Place, journal: Mapping[str, Any] | None, public_key: str
) -> dict[str, Any]:
    """The receipt, to be signed over its `statement`. `journal` is the row of the hash-chained journal that recorded the sealing."""
    return {
        "format": RECEIPT,
        "site": named.site,
        "receipt_no": named.receipt_no,
        "sealed_at": named.sealed_at,
        "logged_at": place.logged_at.isoformat(),
        "hash": sealed.hash,
        "hash_is": HASH_IS if sealed.salt else HASH_WAS,
        "manifest_sha256": sealed.manifest_sha256,
        "salt": sealed.salt,
        "manifest": dict(manifest),
        "log": {"index": place.index, "size": place.size, "root": place.root, "proof": list(place.proof)},
        "journal": dict(journal) if journal else None,
        "key": {"id": signing.key_id(public_key), "algorithm": signing.ALGORITHM, "public_key": public_key},
        "signature": "",
    }


def checkpoint(*, site: str, day: date, size: int, root: str, at: datetime, key_id: str) -> dict[str, Any]:
    """What is signed of a checkpoint: `size` leaves gave `root` at that moment."""
    return {"format": CHECKPOINT, "site": site, "day": day.isoformat(), "size": size, "root": root, "at": at.isoformat(), "key": key_id}


def stamped(told: Mapping[str, Any]) -> bytes:
    """What a time stamp of a checkpoint is for: canonical JSON of what was signed, and the signature."""
    return sealing.canonical({name: value for name, value in told.items() if name not in {"public_key", "time_stamp"}})


def consistency(*, site: str, first: tuple[int, str], second: tuple[int, str], proof: Sequence[str]) -> dict[str, Any]:
    """A proof that the log of the first (size, root) is the beginning of the second's."""
    return {
        "format": CONSISTENCY, "site": site, "first": {"size": first[0], "root": first[1]},
        "second": {"size": second[0], "root": second[1]}, "proof": list(proof),
    }  # fmt: skip


Keys = Mapping[str, str]
"""Public keys by id, as the site publishes them."""


def read_keys(said: Any) -> dict[str, str]:
    """The published keys file. Raises Unreadable."""
    try:
        keys = {str(key["id"]): str(key["public_key"]) for key in said["keys"]}
        if said["format"] != KEYS or any(signing.key_id(public) != name for name, public in keys.items()):
            raise ValueError
    except (TypeError, KeyError, ValueError):
        raise Unreadable(N_("This is not a file of an Innovation Hub’s public keys."), "not_keys") from None
    return keys


_others: dict[str, Callable[[Mapping[str, Any], Keys | None], list[Finding]]] = {}
"""What other rooms hand out to be checked, by its format: each says how."""


def checks(kind: str, checker: Callable[[Mapping[str, Any], Keys | None], list[Finding]]) -> None:
    _others[kind] = checker


def check(
    told: Any, attachments: Mapping[str, tuple[str, int]] | None = None, keys: Keys | None = None, authorities: Trusted | None = None
) -> list[Finding]:
    """Check a receipt, a checkpoint or a proof of consistency by itself, without the site.

    `attachments` maps file names to (SHA-256 in hex, size in bytes) of what the holder kept; None leaves them out. `keys` are the public
    keys that the holder trusts, `authorities` the certificates for time stamps; None takes what is inside, and says so. Raises Unreadable
    for anything else.
    """
    checks = {RECEIPT: _check_receipt, EARLIER: _check_earlier}
    kind = told.get("format") if isinstance(told, dict) else None
    if isinstance(kind, str) and kind in _others:
        return _others[kind](told, keys)
    if kind == CHECKPOINT:
        return [*_check_checkpoint(told, keys), *_check_stamp(told, authorities)]
    if kind == CONSISTENCY:
        return [_check_consistency(told)]
    if not isinstance(kind, str) or kind not in checks:
        raise Unreadable(N_("This is not a receipt of an Innovation Hub."))
    findings = checks[kind](told, keys)
    return findings + (_attachments(told["manifest"], attachments) if attachments is not None else [])


# Receipts

_SHAPE: Mapping[str, type | tuple[type, ...]] = {
    "format": str, "site": str, "receipt_no": str, "sealed_at": str, "logged_at": str, "hash": str, "hash_is": str,
    "manifest_sha256": str, "salt": str, "manifest": dict, "log": dict, "journal": (dict, type(None)), "key": dict, "signature": str,
}  # fmt: skip
_EARLIER_SHAPE: Mapping[str, type | tuple[type, ...]] = {
    "format": str, "site": str, "receipt_no": str, "hash": str, "hash_is": str, "sealed_at": str, "manifest": dict,
    "journal": (dict, type(None)),
}  # fmt: skip
_LOG: Mapping[str, type | tuple[type, ...]] = {"index": int, "size": int, "root": str, "proof": list}
_KEY: Mapping[str, type | tuple[type, ...]] = {"id": str, "algorithm": str, "public_key": str}


def _fits(said: Any, shape: Mapping[str, type | tuple[type, ...]]) -> bool:
    """Exactly these parts, each of its type (a truth value is no number)."""
    return (
        isinstance(said, dict)
        and said.keys() == shape.keys()
        and all(isinstance(said[name], kind) and not isinstance(said[name], bool) for name, kind in shape.items())
    )


def _require(whole: bool) -> None:
    if not whole:
        raise Unreadable(N_("Parts of the receipt are missing or foreign to it, so it cannot be checked."), "parts_missing")


def _files_in(manifest: Mapping[str, Any]) -> list[Any]:
    files = manifest.get("files", [])
    _require(isinstance(files, list) and all(isinstance(file, dict) and {"name", "sha256", "size"} <= file.keys() for file in files))
    return list(files)


def _check_receipt(told: Mapping[str, Any], keys: Keys | None) -> list[Finding]:
    _require(_fits(told, _SHAPE) and _fits(told["log"], _LOG) and _fits(told["key"], _KEY))
    _require(all(isinstance(one, str) for one in told["log"]["proof"]))
    manifest = told["manifest"]
    _files_in(manifest)
    findings = [*_content(told, manifest), _labels(told, manifest), _times(manifest), _inclusion(told), _journal(told)]
    return [finding for finding in [*findings, *signature(told, statement(told), told["key"], keys)] if finding is not None]


def _digest(facts: Any) -> str:
    try:
        return sealing.digest(facts)
    except (TypeError, ValueError, RecursionError):
        return ""


def _content(told: Mapping[str, Any], manifest: Mapping[str, Any]) -> list[Finding]:
    content = found(
        "content",
        _digest(manifest) == told["manifest_sha256"],
        N_("What was sealed is unchanged: the content gives the SHA-256 on the receipt."),
        N_("The manifest was altered: the title, the text, the files or another part does not give the SHA-256 on the receipt."),
    )
    own, salt = "salt" in manifest, told["salt"]
    joined = ""
    if own and not salt:
        joined = told["manifest_sha256"]
    elif not own and _HEX64.fullmatch(salt) and _HEX64.fullmatch(told["manifest_sha256"]):
        joined = hashlib.sha256(bytes.fromhex(salt) + bytes.fromhex(told["manifest_sha256"])).hexdigest()
    salted = found(
        "salt",
        joined == told["hash"],
        N_("Content and salt give the fingerprint: %(hash)s."),
        N_("The salt is wrong: content and salt do not give the fingerprint %(hash)s."),
        hash=told["hash"],
    )
    return [content, salted]


def _labels(told: Mapping[str, Any], manifest: Mapping[str, Any]) -> Finding:
    ok = told["sealed_at"] == manifest.get("sealed_at") and manifest.get("receipt_no", told["receipt_no"]) == told["receipt_no"]
    good = N_("Receipt number %(number)s and time belong to this content.")
    bad = N_("The receipt number (%(number)s) or the time on the receipt is not the one that was sealed.")
    return found("labels", ok, good, bad, number=told["receipt_no"])


def _times(manifest: Mapping[str, Any]) -> Finding | None:
    if "deadline" not in manifest:
        return None
    try:
        ok = datetime.fromisoformat(manifest["sealed_at"]) < datetime.fromisoformat(manifest["deadline"])
    except (ValueError, TypeError, KeyError):
        ok = False
    good = N_("Sealed at %(at)s, before the deadline of %(deadline)s.")
    bad = N_("The time of sealing (%(at)s) is not before the deadline (%(deadline)s).")
    return found("time", ok, good, bad, at=manifest.get("sealed_at"), deadline=manifest["deadline"])


def _bytes(said: Sequence[Any]) -> list[bytes] | None:
    """Hashes in hex as bytes; None if one is not a hash."""
    return [bytes.fromhex(one) for one in said] if all(isinstance(one, str) and _HEX64.fullmatch(one) for one in said) else None


def _inclusion(told: Mapping[str, Any]) -> Finding:
    log = told["log"]
    ends, proof = _bytes([told["hash"], log["root"]]), _bytes(log["proof"])
    ok = (
        ends is not None
        and proof is not None
        and merkle.proves_inclusion(merkle.leaf_hash(ends[0]), log["index"], log["size"], proof, ends[1])
    )
    good = N_("The proof leads from the fingerprint to the root of the log: leaf %(index)s of %(size)s.")
    bad = N_("The proof is wrong: it does not lead from the fingerprint to the root of the log (leaf %(index)s of %(size)s).")
    return found("proof", ok, good, bad, index=log["index"], size=log["size"])


def _journal(told: Mapping[str, Any]) -> Finding | None:
    row = told.get("journal")
    if row is None:
        return None
    good, bad = (
        N_("The journal row %(id)s recorded this hash."),
        N_("The journal row on the receipt was changed or belongs to another seal."),
    )
    if not isinstance(row, dict) or not isinstance(row.get("facts"), dict):
        return Finding("journal", False, bad, {})
    covered = {name: value for name, value in row.items() if name != "hash"}
    ok = _digest(covered) == row.get("hash") and row["facts"].get("hash") == told["hash"]
    return found("journal", ok, good, bad, id=row.get("id"))


def signature(told: Mapping[str, Any], signed: Mapping[str, Any], key: Mapping[str, Any], keys: Keys | None) -> list[Finding]:
    """Whose key, and did it sign? A key that nobody vouches for shows no more than that the parts belong together."""
    name, public = key["id"], key["public_key"]
    own = bool(_HEX64.fullmatch(public)) and signing.key_id(public) == name and key["algorithm"] == signing.ALGORITHM
    if keys is None and own:
        inside = N_("The key %(id)s came with the file itself: compare it with the one that the site publishes, or give that one.")
        whose = Finding("key", True, inside, {"id": name}, warns=True)
    else:
        whose = found(
            "key",
            own and keys is not None and keys.get(name) == public,
            N_("The key %(id)s is one of the keys you trust."),
            N_("The key is unknown: %(id)s is none of the published keys, or is not what it says."),
            id=name,
        )
    good, bad = N_("The site’s signature is valid."), N_("The signature is wrong: this key did not sign this.")
    return [whose, found("signature", signing.is_signed(public, told["signature"], signed), good, bad)]


# Receipts from before the log


def _check_earlier(told: Mapping[str, Any], keys: Keys | None) -> list[Finding]:
    _require(_fits(told, _EARLIER_SHAPE))
    manifest = told["manifest"]
    _files_in(manifest)
    _require(all(isinstance(manifest.get(name), int) for name in ("entry", "number")) and isinstance(manifest.get("challenge"), dict))
    salt = manifest.get("salt")
    content = found(
        "content",
        isinstance(salt, str) and _HEX64.fullmatch(salt) is not None and _digest(manifest) == told["hash"],
        N_("The content gives the hash on the receipt: %(hash)s."),
        N_("The content does not give the hash on the receipt (%(hash)s): the title, the text, the files or another part was changed."),
        hash=told["hash"],
    )
    challenge = manifest["challenge"].get("id")
    number = f"R{challenge:04d}-{manifest['entry']:05d}-{manifest['number']}" if isinstance(challenge, int) else ""
    labels = _labels(told, {**manifest, "receipt_no": number})
    return [one for one in (content, labels, _times(manifest), _journal(told)) if one is not None]


def _attachments(manifest: Mapping[str, Any], kept: Mapping[str, tuple[str, int]]) -> list[Finding]:
    findings = []
    for file in _files_in(manifest):
        name = file["name"]
        if name not in kept:
            missing = N_("The file “%(name)s” is on the receipt, but not among the attachments.")
            findings.append(Finding("file_missing", False, missing, {"name": name}))
            continue
        good = N_("The file “%(name)s” is the one that was sealed.")
        bad = N_("The file “%(name)s” is not the one that was sealed: its bytes differ.")
        findings.append(found("file", kept[name] == (file["sha256"], file["size"]), good, bad, name=name))
    return findings


# Checkpoints and proofs of consistency

_CHECKPOINT: Mapping[str, type | tuple[type, ...]] = {
    "format": str, "site": str, "day": str, "size": int, "root": str, "at": str, "key": str, "public_key": str, "signature": str,
}  # fmt: skip


def _check_checkpoint(told: Mapping[str, Any], keys: Keys | None) -> list[Finding]:
    _require(_fits({name: value for name, value in told.items() if name != "time_stamp"}, _CHECKPOINT))
    signed = {name: value for name, value in told.items() if name not in {"public_key", "signature", "time_stamp"}}
    return signature(told, signed, {"id": told["key"], "public_key": told["public_key"], "algorithm": signing.ALGORITHM}, keys)


def _check_stamp(told: Mapping[str, Any], authorities: Trusted | None) -> list[Finding]:
    if "time_stamp" not in told:
        return []
    try:
        stamp = stamping.check_told(told["time_stamp"], stamped(told), authorities)
    except stamping.Refused as error:
        return [Finding("time_stamp", False, error.message, error.values)]
    good = N_("%(authority)s stamped this checkpoint on %(at)s, and its certificate is one that you trust.")
    unsure = N_("%(authority)s is said to have stamped this checkpoint on %(at)s: give the authority’s certificates to check it.")
    values = {"authority": stamp.authority, "at": f"{stamp.at:%Y-%m-%d %H:%M:%S} UTC"}
    return [Finding("time_stamp", True, good if authorities else unsure, values, warns=authorities is None)]


def _check_consistency(told: Mapping[str, Any]) -> Finding:
    ends = {"size": int, "root": str}
    _require(told.keys() == {"format", "site", "first", "second", "proof"} and isinstance(told["proof"], list))
    first, second = told["first"], told["second"]
    _require(_fits(first, ends) and _fits(second, ends))
    roots, proof = _bytes([first["root"], second["root"]]), _bytes(told["proof"])
    ok = roots is not None and proof is not None and merkle.proves_consistency(first["size"], second["size"], proof, *roots)
    good = N_("The log of %(first)s leaves is the beginning of the log of %(second)s: nothing was changed or taken out in between.")
    bad = N_("The log of %(first)s leaves is NOT shown to be the beginning of the log of %(second)s.")
    return found("consistency", ok, good, bad, first=first["size"], second=second["size"])
