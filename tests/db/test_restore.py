"""A copy of a database that was handed back is as it was, whatever was done to it; one whose tables were changed is not used again."""

from __future__ import annotations

import psycopg
import pytest

from tests.postgres import POSTGRES, SERVER

pytestmark = pytest.mark.only_on("postgresql")

MAKE = """
CREATE TABLE kind (name text PRIMARY KEY);
CREATE TABLE thing (id serial PRIMARY KEY, kind text REFERENCES kind, word text UNIQUE);
CREATE TABLE pair (one integer, "two" integer, note text, PRIMARY KEY (one, "two"));
INSERT INTO kind VALUES ('a'), ('b');
INSERT INTO thing (kind, word) VALUES ('a', 'x'), ('a', 'y'), ('b', 'z');
INSERT INTO pair SELECT n, n + 1, 'n' FROM generate_series(1, 50) AS n;
"""
LOOK = """
SELECT (SELECT json_agg(thing ORDER BY id) FROM thing), (SELECT json_agg(pair ORDER BY one) FROM pair), (SELECT json_agg(kind ORDER BY name) FROM kind)
"""
DEEDS = [
    "INSERT INTO thing (kind, word) VALUES ('a', 'new')",
    "UPDATE thing SET word = word || '!'",
    "UPDATE thing SET word = CASE word WHEN 'x' THEN 'y' WHEN 'y' THEN 'w' ELSE 'x' END WHERE false",
    "DELETE FROM thing; DELETE FROM kind",
    "DELETE FROM thing WHERE word = 'x'; INSERT INTO thing (id, kind, word) VALUES (1, 'b', 'x')",
    "UPDATE pair SET one = one + 1000, note = NULL WHERE one > 10; DELETE FROM pair WHERE one = 1",
    "DO $$ BEGIN INSERT INTO kind VALUES ('c'); RAISE EXCEPTION 'no'; EXCEPTION WHEN OTHERS THEN INSERT INTO kind VALUES ('d'); END $$",
]


@pytest.fixture(scope="module")
def kept():
    if not POSTGRES:
        return ""
    name = SERVER.make("kept")
    with SERVER.connect(name) as connection:
        connection.execute(MAKE)
    SERVER.keep(name)
    yield name
    SERVER.drop_copies(name)
    SERVER.drop(name)


def test_whatever_was_written_is_taken_back(template, kept):
    for deed in [*DEEDS, "; ".join(DEEDS[:2]), *DEEDS]:
        copy = SERVER.copy(kept)
        with SERVER.connect(copy) as connection:
            before = connection.execute(LOOK).fetchone()
            assert len(before[0]) == 3 and len(before[1]) == 50
            connection.execute(deed)
            with pytest.raises(psycopg.Error), connection.transaction():
                connection.execute("DELETE FROM pair")
                connection.execute("SELECT 1 / 0")
        SERVER.hand_back(copy, kept)
        assert SERVER.waiting[kept] == [copy], "it is used again"
        with SERVER.connect(copy) as connection:
            assert connection.execute(LOOK).fetchone() == before, deed
            assert connection.execute("SELECT nextval('thing_id_seq')").fetchone() == (4,)


def test_what_a_connection_wrote_that_is_still_open_is_taken_back(template, kept):
    copy = SERVER.copy(kept)
    open_ = SERVER.connect(copy)
    open_.execute("DELETE FROM thing")
    hanging = SERVER.connect(copy)
    hanging.execute("BEGIN; DELETE FROM pair")
    assert SERVER.restore(copy) == "ready"
    with SERVER.connect(copy) as connection:
        assert connection.execute("SELECT (SELECT count(*) FROM thing), (SELECT count(*) FROM pair)").fetchone() == (3, 50)
    SERVER.hand_back(copy, kept)


@pytest.mark.parametrize(
    "deed", ["ALTER TABLE thing ADD COLUMN more text", "INSERT INTO pair SELECT n, n, '' FROM generate_series(1001, 101001) AS n"]
)
def test_changed_tables_and_a_worn_database_are_thrown_away(template, kept, deed):
    copy = SERVER.copy(kept)
    with SERVER.connect(copy) as connection:
        connection.execute(deed)
    SERVER.hand_back(copy, kept)
    assert copy not in SERVER.waiting.get(kept, []), deed
    with SERVER.connect() as connection:
        assert connection.execute("SELECT count(*) FROM pg_database WHERE datname = %s", (copy,)).fetchone() == (0,)
