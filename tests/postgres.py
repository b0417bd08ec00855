"""Databases on PostgreSQL that are put back as they were, instead of being made anew for every test: that takes a tenth of the time.

A database that is `kept` remembers its rows in the schema `initial`. `restore` takes the tables that the server has counted writes in, removes
the rows of transactions since then, brings back those that are missing, and sets the sequences back. A database whose tables themselves were
changed (DDL), or that has been written to so much that its dead rows are in the way, is thrown away.
"""

from __future__ import annotations

import os
import uuid
from dataclasses import dataclass, field

import psycopg
from sqlalchemy import make_url

POSTGRES = os.environ.get("HUB_TEST_POSTGRES", "")

KEEP = """
CREATE SCHEMA initial;
CREATE TABLE initial.kept (name text PRIMARY KEY, key text NOT NULL, writes bigint NOT NULL DEFAULT 0);
CREATE TABLE initial.sequences (name text PRIMARY KEY, value bigint NOT NULL, called boolean NOT NULL);
CREATE TABLE initial.since (transaction bigint NOT NULL, written bigint NOT NULL DEFAULT 0);
CREATE TABLE initial.spoilt (by text);

CREATE FUNCTION initial.restore() RETURNS text LANGUAGE plpgsql AS $$
DECLARE each record; since record; gone bigint; back bigint; much bigint := 0;
BEGIN
  SELECT * INTO since FROM initial.since;
  IF EXISTS (SELECT FROM initial.spoilt) THEN RETURN 'spoilt'; END IF;
  FOR each IN
    SELECT kept.*, n_tup_ins + n_tup_upd + n_tup_del AS now FROM initial.kept JOIN pg_stat_user_tables ON schemaname = 'public' AND relname = name
    WHERE n_tup_ins + n_tup_upd + n_tup_del <> writes OR current_setting('server_version_num')::int < 150000 -- counted with a delay
  LOOP
    EXECUTE format('DELETE FROM public.%I WHERE xmin::text::bigint > %s', each.name, since.transaction);
    GET DIAGNOSTICS gone = ROW_COUNT;
    EXECUTE format('INSERT INTO public.%I OVERRIDING SYSTEM VALUE SELECT * FROM initial.%I AS row WHERE (%s) NOT IN (SELECT %s FROM public.%I)',
                   each.name, 'rows of ' || each.name, each.key, each.key, each.name);
    GET DIAGNOSTICS back = ROW_COUNT;
    UPDATE initial.kept SET writes = each.now + gone + back WHERE name = each.name;
    much := much + each.now - each.writes + gone + back;
  END LOOP;
  UPDATE initial.since SET transaction = pg_current_xact_id()::text::bigint, written = written + much;
  PERFORM setval(format('public.%I', name)::regclass, value, called) FROM initial.sequences
    WHERE pg_sequence_last_value(format('public.%I', name)::regclass) IS DISTINCT FROM CASE WHEN called THEN value END;
  RETURN CASE WHEN since.written + much > 100000 THEN 'worn' ELSE 'ready' END;
END $$;

DO $$
DECLARE each name; value bigint; called boolean;
BEGIN
  FOR each IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
    EXECUTE format('CREATE TABLE initial.%I AS TABLE public.%I', 'rows of ' || each, each);
    INSERT INTO initial.kept SELECT each, string_agg(quote_ident(attname), ', ') FROM pg_index JOIN pg_attribute ON attrelid = indrelid
      WHERE indrelid = format('public.%I', each)::regclass AND indisprimary AND attnum = ANY (indkey);
  END LOOP;
  FOR each IN SELECT sequencename FROM pg_sequences WHERE schemaname = 'public' LOOP
    EXECUTE format('SELECT last_value, is_called FROM public.%I', each) INTO value, called;
    INSERT INTO initial.sequences VALUES (each, value, called);
  END LOOP;
  INSERT INTO initial.since SELECT pg_current_xact_id()::text::bigint;
END $$;

CREATE FUNCTION initial.note() RETURNS event_trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO initial.spoilt VALUES (tg_tag);
END $$;
CREATE EVENT TRIGGER spoilt ON ddl_command_end EXECUTE FUNCTION initial.note();
ALTER EVENT TRIGGER spoilt ENABLE ALWAYS;
"""
"""Run once in a database at rest, which then serves as a template: its copies can be restored."""

ALONE = "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"


@dataclass
class Server:
    """The server at `url`, and this process's copies of templates that wait to be used again."""

    url: str
    waiting: dict[str, list[str]] = field(default_factory=dict)
    watching: dict[str, psycopg.Connection] = field(default_factory=dict)
    """One connection to each copy stays: a new one would have to learn all tables first."""

    def address(self, name: str) -> str:
        return make_url(self.url).set(database=name).render_as_string(hide_password=False)

    def connect(self, name: str = "") -> psycopg.Connection:
        """To the database called so, else to the one that the address names; each statement is its own transaction."""
        url = make_url(self.url)
        known = url.translate_connect_args(database="dbname", username="user")
        return psycopg.connect(**{**known, **url.query, **({"dbname": name} if name else {})}, autocommit=True)

    def run(self, statement: str) -> None:
        with self.connect() as connection:
            connection.execute(statement)

    def make(self, kind: str) -> str:
        """The name of a new, empty database."""
        name = f"hub_{kind}_{uuid.uuid4().hex[:10]}"
        self.run(f"CREATE DATABASE {name}")
        return name

    def keep(self, name: str) -> None:
        """Have the copies of this database remember how they began."""
        with self.connect(name) as connection:
            connection.execute(KEEP)

    def copy(self, template: str) -> str:
        """The name of a database like `template`, this process's own until it is handed back."""
        if waiting := self.waiting.get(template):
            return waiting.pop()
        name = f"hub_copy_{uuid.uuid4().hex[:10]}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def hand_back(self, name: str, template: str) -> None:
        if self.restore(name) == "ready":
            self.waiting.setdefault(template, []).append(name)
        else:
            self.drop(name)

    def restore(self, name: str) -> str:
        """Whoever is connected is cut off, which has the server count what they wrote, and every row is as it was: the database is `ready`,
        or `worn`. `spoilt` if it cannot be."""
        if name not in self.watching:
            self.watching[name] = self.connect(name)
            self.watching[name].execute("SET session_replication_role = replica")  # no trigger, no foreign key stands in the way
        watching = self.watching[name]
        watching.execute(ALONE)
        [state] = watching.execute("SELECT initial.restore() FROM pg_stat_force_next_flush()").fetchone() or ("spoilt",)
        return str(state)

    def drop(self, name: str) -> None:
        if watching := self.watching.pop(name, None):
            watching.close()
        self.run(f"DROP DATABASE {name} WITH (FORCE)")

    def drop_copies(self, template: str) -> None:
        for name in self.waiting.pop(template, []):
            self.drop(name)


SERVER = Server(POSTGRES)
"""Asked only where there is one."""
