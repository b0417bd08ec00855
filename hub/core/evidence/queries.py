"""Reads of the log: proofs of inclusion and consistency in a few statements whatever its size, receipts, keys, the audit."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Select, func, or_, select

from hub.core.evidence import rules
from hub.core.evidence.models import EvidenceCheckpoint, EvidenceHead, EvidenceLeaf, EvidenceNode, EvidenceStamp
from hub.core.evidence.rules import Commitment, Named, Place
from hub.db.extensions import db
from hub.kernel import merkle, signing, stamping
from hub.kernel.errors import NotFound, one_field
from hub.kernel.stamping import Stamp
from hub.kernel.words import N_

CHUNK = 1000
SIGNING, PUBLIC = "signing.pem", "public"


@dataclass(frozen=True)
class Wiring:
    """`folder` holds the keys, `site` is the address that stands on receipts."""

    folder: Path
    site: str


_wiring: Wiring | None = None


def configure(folder: Path, site: str) -> None:
    """Called once when the application is wired."""
    global _wiring
    _wiring = Wiring(folder, site)


def wiring() -> Wiring:
    if _wiring is None:
        raise RuntimeError("the evidence log is not configured: create the application first")
    return _wiring


# Keys


@dataclass(frozen=True)
class Key:
    """A public key of the site, in hex; `retired_at` is empty while it signs. Both times in ISO 8601."""

    id: str
    public_key: str
    made_at: str
    retired_at: str = ""


def public_keys() -> list[Key]:
    """All public keys, the newest first."""
    found = []
    folder = wiring().folder / PUBLIC
    for path in folder.glob("*.json") if folder.is_dir() else ():
        with suppress(ValueError, TypeError, KeyError):
            said = json.loads(path.read_text())
            found.append(Key(said["id"], said["public_key"], said["made_at"], said.get("retired_at", "")))
    return sorted(found, key=lambda key: (not key.retired_at, key.made_at), reverse=True)


def trusted() -> dict[str, str]:
    """Public keys by id."""
    return {key.id: key.public_key for key in public_keys()}


def published_keys() -> dict[str, Any]:
    """The file of public keys that holders of receipts keep."""
    listed = [
        {"id": key.id, "algorithm": signing.ALGORITHM, "public_key": key.public_key, "made_at": key.made_at, "retired_at": key.retired_at}
        for key in public_keys()
    ]
    return {"format": rules.KEYS, "site": wiring().site, "keys": listed}


# The log


def head() -> tuple[int, str]:
    """Size and root."""
    found = db.session.execute(select(EvidenceHead.size, EvidenceHead.root)).one_or_none()
    return (found.size, found.root) if found is not None else (0, merkle.EMPTY.hex())


def _hashes(asked: Iterable[merkle.Node]) -> dict[merkle.Node, bytes]:
    """The nodes' hashes, in two statements."""
    wanted = set(asked)
    above = [node for node in wanted if node[0]]
    leaves = [position for level, position in wanted if not level]
    known = {node: bytes.fromhex(said) for node, said in nodes(above).items()} if above else {}
    if leaves:
        commitments = select(EvidenceLeaf.place, EvidenceLeaf.commitment).where(EvidenceLeaf.place.in_(leaves))
        for place, commitment in db.session.execute(commitments):
            known[0, place] = merkle.leaf_hash(bytes.fromhex(commitment))
    return known


def _roots(ranges: Sequence[merkle.Range]) -> list[str]:
    known = _hashes(merkle.nodes_of(ranges))
    return [root.hex() for root in merkle.roots(ranges, known.__getitem__)]


def root_at(size: int) -> str:
    """The root when the log had `size` leaves. Raises Invalid if it has not that many."""
    _require_size("size", size)
    return _roots([(0, size)])[0]


def _require_size(name: str, size: int) -> None:
    if not 0 <= size <= head()[0]:
        raise one_field(name, N_("The log has not that many leaves yet."), code="no_such_size")


def leaf_of(subject: str) -> EvidenceLeaf:
    """The leaf of what was sealed. Raises NotFound."""
    leaf = db.session.scalars(select(EvidenceLeaf).where(EvidenceLeaf.subject == subject)).one_or_none()
    if leaf is None:
        raise NotFound(N_("The log has no such leaf."), code="not_logged")
    return leaf


def place_of(leaf: EvidenceLeaf, size: int | None = None) -> Place:
    """The proof that the leaf is in the tree of `size` leaves; by default the one that it completed itself, so that its receipt is always
    the same. Raises Invalid."""
    size = leaf.place + 1 if size is None else size
    if size <= leaf.place:
        raise one_field("size", N_("A log of this size does not hold the leaf yet."), code="no_such_size")
    _require_size("size", size)
    *proof, root = _roots([*merkle.inclusion(leaf.place, size), (0, size)])
    return Place(leaf.place, size, root, tuple(proof), leaf.at)


def proof_of(hash: str, size: int | None = None) -> dict[str, Any]:
    """The proof of inclusion of a fingerprint in the log as it is now, or as it was with `size` leaves. Raises NotFound, Invalid."""
    leaf = db.session.scalars(select(EvidenceLeaf).where(EvidenceLeaf.commitment == hash)).one_or_none()
    if leaf is None:
        raise NotFound(N_("The log has no such leaf."), code="not_logged")
    place = place_of(leaf, head()[0] if size is None else size)
    return {"hash": hash, "index": place.index, "size": place.size, "root": place.root, "proof": list(place.proof)}


def consistency(first: int, second: int) -> dict[str, Any]:
    """The proof that the log with `first` leaves is the beginning of that with `second`. Raises Invalid."""
    _require_size("second", second)
    if not 0 <= first <= second:
        raise one_field("first", N_("The first size is at most the second."), code="no_such_size")
    *proof, one, two = _roots([*merkle.consistency(first, second), (0, first), (0, second)])
    return rules.consistency(site=wiring().site, first=(first, one), second=(second, two), proof=proof)


def receipt(
    *,
    subject: str,
    receipt_no: str,
    sealed_at: str,
    manifest: Mapping[str, Any],
    journal: Mapping[str, Any] | None,
    key: Callable[[], bytes],
) -> dict[str, Any]:
    """The signed receipt of what was sealed. `key` gives the private key as PEM (`operations.signing_key`). Raises NotFound."""
    leaf, pem = leaf_of(subject), key()
    digest = rules.commit(manifest, leaf.salt).manifest_sha256
    made = rules.receipt(
        named=Named(wiring().site, receipt_no, sealed_at), manifest=manifest, sealed=Commitment(leaf.salt, digest, leaf.commitment),
        place=place_of(leaf), journal=journal, public_key=signing.public_of(pem),
    )  # fmt: skip
    return made | {"signature": signing.sign(pem, rules.statement(made))}


@dataclass(frozen=True)
class Standing:
    """How a receipt stands to this site's log. `agrees`: the log has this leaf at this place and had this root at this size."""

    known: bool
    agrees: bool


def standing(told: Mapping[str, Any]) -> Standing:
    """Compare a receipt that holds by itself with the log."""
    leaf = db.session.scalars(select(EvidenceLeaf).where(EvidenceLeaf.commitment == told["hash"])).one_or_none()
    log = told.get("log")
    if log is None or leaf is None:
        return Standing(leaf is not None, leaf is not None)
    size, _ = head()
    return Standing(True, leaf.place == log["index"] and log["size"] <= size and root_at(log["size"]) == log["root"])


# Checkpoints


def checkpoints(last_id: int | None = None, limit: int = 50) -> Sequence[EvidenceCheckpoint]:
    """Up to `limit` + 1 checkpoints, the newest first, after the one numbered `last_id`."""
    query = select(EvidenceCheckpoint).order_by(EvidenceCheckpoint.id.desc()).limit(limit + 1)
    return db.session.scalars(query if last_id is None else query.where(EvidenceCheckpoint.id < last_id)).all()


def checkpoint_of(day: date) -> EvidenceCheckpoint | None:
    return db.session.scalars(select(EvidenceCheckpoint).where(EvidenceCheckpoint.day == day)).one_or_none()


def checkpoint_on(day: str) -> EvidenceCheckpoint:
    """The checkpoint of a day as it stands in an address, like 2026-11-21. Raises NotFound."""
    try:
        found = checkpoint_of(date.fromisoformat(day))
    except ValueError:
        found = None
    if found is None:
        raise NotFound(N_("There is no checkpoint of this day."))
    return found


def stamp_on(day: str) -> EvidenceStamp:
    """The time stamp of a day's checkpoint. Raises NotFound."""
    stamp = checkpoint_on(day).stamp
    if stamp is None:
        raise NotFound(N_("The checkpoint of this day has no time stamp."), code="not_stamped")
    return stamp


def told(one: EvidenceCheckpoint) -> dict[str, Any]:
    """The checkpoint as the signed file that people keep."""
    said = rules.checkpoint(site=one.site, day=one.day, size=one.size, root=one.root, at=one.at, key_id=one.key_id)
    stamp = one.stamp
    known = stamping.told(Stamp(stamp.authority, stamp.stamped_at, stamp.imprint), stamp.answer) if stamp is not None else None
    return said | {"public_key": trusted().get(one.key_id, ""), "signature": one.signature} | ({"time_stamp": known} if known else {})


# What the audit asks

Kept = Callable[[Sequence[int]], Mapping[int, tuple[Mapping[str, Any], str]]]
_kept: dict[str, Kept] = {}


def kept_with(kind: str, find: Kept) -> None:
    """Called once by a room that seals: for numbers of its `kind` ("seal" of "seal:5"), the manifest and the fingerprint it shows."""
    _kept[kind] = find


def leaves(after: int = -1) -> Iterator[list[EvidenceLeaf]]:
    """All leaves, CHUNK at a time, forgotten as one goes."""
    while rows := list(
        db.session.scalars(
            select(EvidenceLeaf).where(EvidenceLeaf.place > after).order_by(EvidenceLeaf.place).limit(CHUNK)
            .execution_options(populate_existing=True)
        )
    ):  # fmt: skip
        yield rows
        after = rows[-1].place
        for row in rows:
            db.session.expunge(row)


def nodes(wanted: Iterable[merkle.Node]) -> dict[merkle.Node, str]:
    """The stored hashes of nodes above the leaves."""
    return {(level, position): said for level, position, said in db.session.execute(_nodes_at(wanted))}


def _nodes_at(wanted: Iterable[merkle.Node]) -> Select[int, int, str]:
    """Level by level: pairs in an IN list make SQLite read the whole table."""
    by_level: dict[int, list[int]] = {}
    for level, position in wanted:
        by_level.setdefault(level, []).append(position)
    places = [(EvidenceNode.level == level) & EvidenceNode.position.in_(positions) for level, positions in by_level.items()]
    return select(EvidenceNode.level, EvidenceNode.position, EvidenceNode.hash).where(or_(*places))


def count_nodes() -> int:
    return db.session.scalar(select(func.count()).select_from(EvidenceNode)) or 0


def peaks() -> str:
    return db.session.scalar(select(EvidenceHead.peaks)) or ""


def all_checkpoints() -> list[dict[str, Any]]:
    """As signed files, the oldest first."""
    return [told(one) for one in db.session.scalars(select(EvidenceCheckpoint).order_by(EvidenceCheckpoint.id))]


def keeps(kind: str) -> bool:
    """Does a room answer for this kind of subject?"""
    return kind in _kept


def manifests_of(rows: Sequence[EvidenceLeaf]) -> dict[str, tuple[Mapping[str, Any], str]]:
    """By subject: what the sealing rooms keep for these leaves."""
    by_kind: dict[str, list[int]] = {}
    for row in rows:
        kind, _, number = row.subject.partition(":")
        if number.isdecimal():
            by_kind.setdefault(kind, []).append(int(number))
    return {f"{kind}:{number}": kept for kind, numbers in by_kind.items() if kind in _kept for number, kept in _kept[kind](numbers).items()}
