"""A site from before the log: its seals become leaves, and their receipts hold."""

from __future__ import annotations

import json
from pathlib import Path

from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import text

import hub
from hub.contests.entries import queries as entries
from hub.core.evidence import operations, queries, rules
from hub.db import work
from hub.db.extensions import db
from hub.kernel import sealing
from tests.factories import entries as make
from tests.factories import people, seals

MIGRATIONS = str(Path(hub.__file__).parent.parent / "migrations")


def test_earlier_seals_become_leaves_once_and_keep_their_fingerprint(app: Flask) -> None:
    made = make.contest()
    with work.unit():
        entry = make.draft(made.challenge, people.actor_of(made.solvers[0])).id
    db.session.remove()
    downgrade(directory=MIGRATIONS, revision="0024")
    manifest = {**seals.earlier()["manifest"], "entry": entry}
    row = {"entry": entry, "manifest": json.dumps(manifest), "hash": sealing.digest(manifest), "at": "2026-11-20 09:00:00.000000"}
    db.session.execute(
        text(
            "INSERT INTO seal (entry_id, number, manifest, hash, sealed_at, receipt_no) "
            "VALUES (:entry, 1, :manifest, :hash, :at, 'R0002-00005-1')"
        ),
        row,
    )
    db.session.commit()
    db.session.remove()
    upgrade(directory=MIGRATIONS)
    assert operations.audit().ok and queries.head()[0] == 1
    told = entries.receipt(entries.seal_of(entries.find(entry)))
    assert told["hash"] == row["hash"] and rules.holds(rules.check(told, keys=queries.trusted()))
    with work.unit():
        other = make.contest()
        make.seal(other.challenge, people.actor_of(other.solvers[0]))
    assert operations.audit().ok and queries.head()[0] == 2
