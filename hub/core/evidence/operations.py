"""The only writes of this room: appending to the log, checkpoints, the site's signing key. And the audit, which writes nothing."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select, text, update

from hub.core.evidence import queries, rules
from hub.core.evidence.events import CheckpointMade, CheckpointStamped, EvidenceKeyChanged
from hub.core.evidence.models import EvidenceCheckpoint, EvidenceHead, EvidenceLeaf, EvidenceNode, EvidenceStamp
from hub.core.evidence.rules import Commitment
from hub.db import journal
from hub.db.extensions import db
from hub.db.prepared import Prepared, connection
from hub.kernel import clock, merkle, signing, stamping
from hub.kernel.actor import Actor
from hub.kernel.errors import NotAllowed
from hub.kernel.stamping import Question, Trusted
from hub.kernel.words import N_

HEX = 64
MOST_APART = timedelta(minutes=10)
"""A time stamp that says another time than our clock, by more than this, is not taken: one of the two clocks is wrong."""


def commit(manifest: Mapping[str, Any]) -> Commitment:
    """Commit to a manifest with a fresh salt. Nothing is written: `append` puts it into the log."""
    return rules.commit(manifest, secrets.token_hex(32))


_HEAD = EvidenceHead.__table__.c
_LOCK_HEAD = Prepared(select(_HEAD.size, _HEAD.root, _HEAD.peaks).with_for_update())
_BEGIN = text("INSERT INTO evidence_head (id, size, root, peaks) VALUES (1, 0, :root, '') ON CONFLICT DO NOTHING")
_ADD_LEAF = Prepared(insert(EvidenceLeaf.__table__).inline(), "place", "commitment", "salt", "subject", "person_id", "at")
_ADD_NODES = Prepared(insert(EvidenceNode.__table__).inline(), "level", "position", "hash")
_MOVE_ON = Prepared(update(EvidenceHead.__table__), "size", "root", "peaks")


def append(*, actor: Actor, subject: str, sealed: Commitment, at: datetime) -> int:
    """Put what was sealed ("seal:5") at the log's end, in the caller's unit of work; its leaf's number. Each subject once.

    The head is locked until the commit, so numbers have no gaps; do it late in the unit.
    """
    db.session.flush()
    writer = connection()
    head = _LOCK_HEAD(writer, {})
    if not head:
        writer.execute(_BEGIN, {"root": merkle.EMPTY.hex()})
        head = _LOCK_HEAD(writer, {})
    size, _, hashes = head[0]
    kept = [bytes.fromhex(hashes[start : start + HEX]) for start in range(0, len(hashes), HEX)]
    made, peaks = merkle.grow(kept, size, merkle.leaf_hash(bytes.fromhex(sealed.hash)))
    leaf = {"place": size, "commitment": sealed.hash, "salt": sealed.salt, "subject": subject, "person_id": actor.person_id, "at": at}
    _ADD_LEAF(writer, leaf)
    if made:
        _ADD_NODES(writer, [{"level": level, "position": place, "hash": said.hex()} for level, place, said in made])
    _MOVE_ON(writer, {"size": size + 1, "root": merkle.fold(peaks).hex(), "peaks": "".join(peak.hex() for peak in peaks)})
    return int(size)


# The key


def signing_key() -> bytes:
    """The private key as PEM, made at its first use: readable by this user alone, once even if two processes ask together."""
    path = queries.wiring().folder / queries.SIGNING
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = _draft(path.parent, signing.new_key())
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    pem = path.read_bytes()
    public = signing.public_of(pem)
    if not _record_of(public).exists():
        _publish(public, clock.now().isoformat())
    return pem


def _draft(folder: Path, content: bytes) -> Path:
    handle, name = tempfile.mkstemp(dir=folder, prefix=".draft-")  # with mode 0600
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return Path(name)


def _record_of(public: str) -> Path:
    return queries.wiring().folder / queries.PUBLIC / f"{signing.key_id(public)}.json"


def _publish(public: str, made_at: str, retired_at: str = "") -> None:
    path = _record_of(public)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    said = {"id": signing.key_id(public), "public_key": public, "made_at": made_at, "retired_at": retired_at}
    os.replace(_draft(path.parent, json.dumps(said).encode()), path)


def rotate_key(*, actor: Actor) -> str:
    """Sign with a fresh key from now on; its id. The old public key stays published, as retired; its private half is gone.

    Raises NotAllowed: only the site's own command does it.
    """
    if actor.credential != "system":
        raise NotAllowed(N_("The key is changed by whoever runs the site, with the command hub evidence rotate-key."))
    old = signing.public_of(signing_key())
    made_at = next((key.made_at for key in queries.public_keys() if key.public_key == old), "")
    now, pem = clock.now().isoformat(), signing.new_key()
    public = signing.public_of(pem)
    _publish(public, now)
    folder = queries.wiring().folder
    os.replace(_draft(folder, pem), folder / queries.SIGNING)
    _publish(old, made_at, retired_at=now)
    name = signing.key_id(public)
    journal.record(EvidenceKeyChanged(key_id=name, public_key=public), actor=actor, subject="evidence")
    return name


# Checkpoints


def checkpoint(*, actor: Actor) -> EvidenceCheckpoint:
    """Sign the log's size and root, once a day (UTC): the day's checkpoint, new or as it is."""
    with clock.held() as now:
        known = queries.checkpoint_of(now.date())
        if known is not None:
            return known
        pem = signing_key()
        name, (size, root) = signing.key_id(signing.public_of(pem)), queries.head()
        made = EvidenceCheckpoint(day=now.date(), size=size, root=root, at=now, site=queries.wiring().site, key_id=name, signature="")
        said = rules.checkpoint(site=made.site, day=made.day, size=size, root=root, at=now, key_id=name)
        made.signature = signing.sign(pem, said)
        db.session.add(made)
        db.session.flush()
        journal.record(CheckpointMade(size=size, root=root, key_id=name), actor=actor, subject="evidence")
    return made


def keep_stamp(*, actor: Actor, checkpoint: EvidenceCheckpoint, question: Question, answer: bytes, trusted: Trusted) -> EvidenceStamp:
    """Keep what a time-stamping authority answered about a checkpoint, if it holds: for this checkpoint, to this question, signed by whom
    the site trusts, and now. A checkpoint that has its stamp keeps it. Raises stamping.Refused."""
    if checkpoint.stamp is not None:
        return checkpoint.stamp
    stamp = stamping.check(answer, rules.stamped(queries.told(checkpoint)), trusted, question.nonce)
    if abs(stamp.at - clock.now()) > MOST_APART:
        raise stamping.refusal("stamp_clock", f"{stamp.at:%Y-%m-%d %H:%M:%S} UTC")
    kept = EvidenceStamp(
        checkpoint_id=checkpoint.id, authority=stamp.authority, stamped_at=stamp.at, imprint=stamp.imprint, answer=answer, at=clock.now()
    )
    db.session.add(kept)
    db.session.flush()
    db.session.expire(checkpoint, ["stamp"])
    fact = CheckpointStamped(day=checkpoint.day.isoformat(), authority=stamp.authority, at=stamp.at.isoformat())
    journal.record(fact, actor=actor, subject="evidence")
    return kept


# The audit


@dataclass(frozen=True)
class Problem:
    """One thing that does not fit. `ref` says where: a leaf, a node, a checkpoint."""

    code: str
    ref: str
    text: str


@dataclass
class Report:
    """What was recomputed: `leaves` in order gave `root`."""

    leaves: int = 0
    root: str = merkle.EMPTY.hex()
    nodes: int = 0
    checkpoints: int = 0
    problems: list[Problem] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return not self.problems

    def add(self, code: str, ref: str, says: str) -> None:
        self.problems.append(Problem(code, ref, says))


def audit(kept_elsewhere: Iterable[Mapping[str, Any]] = ()) -> Report:
    """Recompute the whole log from its leaves, in constant memory, and compare: manifests, nodes, head, checkpoints, and the checkpoints
    that somebody kept elsewhere. Reads one moment's view if the caller began one."""
    report = Report()
    points = [*queries.all_checkpoints(), *(dict(one) for one in kept_elsewhere)]
    sizes, found = {one.get("size") for one in points}, {0: report.root}
    peaks: list[bytes] = []
    for rows in queries.leaves():
        made: dict[merkle.Node, str] = {}
        kept = queries.manifests_of(rows)
        for row in rows:
            if row.place != report.leaves:
                report.add("leaf_missing", f"leaf {report.leaves}", f"Leaf {report.leaves} is missing: after it comes {row.place}.")
                return report
            _check_manifest(report, row, kept)
            new, peaks = merkle.grow(peaks, row.place, merkle.leaf_hash(bytes.fromhex(row.commitment)))
            made |= {(level, position): said.hex() for level, position, said in new}
            report.leaves += 1
            if report.leaves in sizes:
                found[report.leaves] = merkle.fold(peaks).hex()
        _check_nodes(report, made)
    report.root = merkle.fold(peaks).hex()
    _check_head(report, peaks)
    for one in points:
        _check_point(report, one, found)
    return report


def _check_manifest(report: Report, row: EvidenceLeaf, kept: Mapping[str, tuple[Mapping[str, Any], str]]) -> None:
    ref = f"leaf {row.place} ({row.subject})"
    if row.subject not in kept:
        if queries.keeps(row.subject.partition(":")[0]):
            report.add("manifest_missing", ref, "What was sealed is no longer kept.")
        return
    manifest, shown = kept[row.subject]
    if rules.commit(manifest, row.salt).hash != row.commitment:
        report.add("manifest_altered", ref, "The manifest or the salt was altered: they do not give the leaf's fingerprint.")
    elif shown != row.commitment:
        report.add("hash_altered", ref, "The fingerprint that is shown is not the one in the log.")


def _check_nodes(report: Report, made: Mapping[merkle.Node, str]) -> None:
    stored = queries.nodes(made) if made else {}
    report.nodes += len(made)
    for node, said in made.items():
        if stored.get(node) != said:
            wrong = "is missing" if node not in stored else "is not what its leaves give: one of them was altered, or the node"
            report.add(
                "node_wrong", f"node {node[0]}/{node[1]}", f"The subtree of {1 << node[0]} leaves from {node[1] << node[0]} {wrong}."
            )


def _check_head(report: Report, peaks: Sequence[bytes]) -> None:
    size, root = queries.head()
    if size != report.leaves:
        report.add("size_wrong", "head", f"The head counts {size} leaves, there are {report.leaves}.")
    elif root != report.root or queries.peaks() != "".join(peak.hex() for peak in peaks):
        report.add("root_wrong", "head", "The head's root is not what the leaves give: a leaf was altered, or the head.")
    if queries.count_nodes() != report.nodes:
        report.add("nodes_wrong", "nodes", f"There are {queries.count_nodes()} nodes; the leaves complete {report.nodes}.")


def _check_point(report: Report, one: Mapping[str, Any], found: Mapping[int, str]) -> None:
    ref, report.checkpoints = f"checkpoint {one.get('day')}", report.checkpoints + 1
    try:
        if one.get("format") != rules.CHECKPOINT:
            raise rules.Unreadable(N_("This is not a checkpoint of an Innovation Hub."))
        wrong = [finding for finding in rules.check(dict(one), keys=queries.trusted()) if not finding.ok]
    except rules.Unreadable as error:
        report.add("checkpoint_unreadable", ref, str(error))
        return
    for finding in wrong:
        report.add(f"checkpoint_{finding.code}", ref, finding.says)
    if one["size"] > report.leaves:
        report.add("checkpoint_beyond", ref, f"The log had {one['size']} leaves then; now it has {report.leaves}: leaves were taken out.")
    elif found.get(one["size"]) != one["root"]:
        report.add("checkpoint_root", ref, f"The first {one['size']} leaves do not give the checkpoint's root: the log was rewritten.")
