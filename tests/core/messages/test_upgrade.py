"""Choices made when mail was on or off are kept when it comes at one's own pace."""

from __future__ import annotations

import sqlalchemy as sa
from flask_migrate import downgrade, upgrade

from hub.db import work
from hub.db.extensions import db
from tests.conftest import NOON
from tests.house.test_migrations import MIGRATIONS, empty  # noqa: F401
from tests.house.test_upgrades import Site


def choices(column: str) -> set[tuple[object, ...]]:
    found = {tuple(row) for row in db.session.execute(sa.text(f"SELECT person_id, kind, {column} FROM mail_choice"))}
    work.rollback()
    return found


def test_no_choice_is_lost_on_the_way_up_or_back(empty):  # noqa: F811
    upgrade(directory=MIGRATIONS, revision="0026")
    with work.unit():
        site = Site(db.session.connection())
        for name in ("ada", "ben"):
            site.put(
                "person", email=f"{name}@example.org", name=name, handle=name, state="active", language="en", timezone="UTC", version=1
            )
        for person, kind, wanted in ((1, "discussion", False), (1, "award", False), (1, "money", True), (2, "community", False)):
            site.put("mail_choice", person_id=person, kind=kind, wanted=wanted)
        site.put("notification", person_id=1, kind="discussion", text="Hello", values={}, link="", at=NOON)
    upgrade(directory=MIGRATIONS)
    assert choices("pace") == {
        (1, "discussion", "never"), (1, "mention", "never"), (1, "question", "never"), (1, "moderation", "never"),
        (1, "award", "never"), (1, "money", "now"), (1, "payout", "now"), (1, "pool", "now"),
        (2, "community", "never"), (2, "page", "never"), (2, "rally", "never"),
    }  # fmt: skip
    with work.unit():
        db.session.execute(sa.text("UPDATE mail_choice SET pace = 'weekly' WHERE kind = 'award'"))
        db.session.execute(sa.text("UPDATE notification SET kind = 'mention'"))
    downgrade(directory=MIGRATIONS, revision="0026")
    assert choices("wanted") == {(1, "discussion", False), (1, "award", True), (1, "money", True), (2, "community", False)}
    assert db.session.scalar(sa.text("SELECT kind FROM notification")) == "discussion"
