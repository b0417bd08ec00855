"""A person who has left traces in every part of the site, with a name that stands nowhere else."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import Enum, LargeBinary, select

from hub.core.accounts import operations as accounts
from hub.core.accounts.models import Person
from hub.core.billing import operations as billing
from hub.core.billing.rules import Owner, Treatment
from hub.core.keys import operations as keys
from hub.core.ledger.rules import OwnerKind
from hub.core.messages import operations as messages
from hub.core.privacy import queries
from hub.core.privacy.models import Export
from hub.core.profiles import operations as profiles
from hub.db import delivery, work
from hub.db.extensions import db
from hub.kernel.actor import SYSTEM, Actor, Scope
from hub.kernel.whose import Of
from tests.factories import entries, talk
from tests.factories.people import actor_of, organisation, person, signed_in

NAME, EMAIL, HANDLE = "Quillon Varga-Ostrem", "quillon.varga@leaving.example", "quillon-varga-ostrem"
WORDS = (EMAIL, HANDLE, NAME)
MINE = b"quillon's own notes, which nobody else has\n"


@dataclass
class Traces:
    """`leaver` has done a little of everything; `other` met them."""

    leaver: Person
    other: Person
    challenge: Any
    seal: Any
    thread: Any

    @property
    def actor(self) -> Actor:
        return actor_of(self.leaver)


def traces() -> Traces:
    """Posts, a sealed entry and a draft with a file, a profile, keys, sessions, inbox, mails; and others who named the person."""
    other = person("Other Person")
    leaver = person(NAME, EMAIL)
    assert leaver.handle == HANDLE, leaver.handle
    me, company = actor_of(leaver), organisation(other)
    place = talk.place(company, actor_of(other))
    with work.unit():
        seal = entries.seal(place, me, files={"sealed.csv": b"a,b\n1,2\n"})
    draft = talk.place(company, actor_of(other), title="Another challenge of theirs")
    with work.unit():
        entries.attach(entries.draft(draft, me), me, "notes.txt", MINE)
        profiles.save_profile(actor=me, headline=f"{NAME}, dyes", bio=f"Write to {EMAIL}", skills=["Dyes"], visible=True)
        keys.issue_key(actor=me, name=f"{NAME}'s script", scopes=[Scope.READ])
        signed_in(email=EMAIL, password="demo-pass", ip="203.0.113.9", user_agent="Firefox/1")
        billing.save(
            actor=me, owner=Owner(OwnerKind.PERSON, leaver.id), legal_name=NAME, address="1 Leaving Lane", country="", tax_id="",
            treatment=Treatment.INCLUDED,
        )  # fmt: skip
    said = talk.thread(me, place, title=f"{NAME} asks", body=f"I am {NAME}, @{HANDLE}, {EMAIL}.")
    talk.reply(actor_of(other), said, f"Thanks @{HANDLE}, see /people/{HANDLE}, or write to {EMAIL.upper()}.")
    with work.unit():
        messages.notify(
            actor=SYSTEM,
            person_ids=[other.id],
            text="%(who)s wrote to you.",
            values={"who": Of(leaver.id, NAME)},
            kind="discussion",
            link=f"/people/{HANDLE}",
        )
        accounts.request_reset(actor=me, email=EMAIL)
    delivery.deliver_all()
    return Traces(leaver, other, place, seal, said)


def everywhere(app: Flask, words: tuple[str, ...] = WORDS, but: frozenset[str] = frozenset()) -> list[str]:
    """Where any of the words stands: in each text or JSON column of each table but `but`, and in each file of the data directory."""
    found = []
    for table in db.metadata.sorted_tables:
        columns = [c for c in table.columns if not isinstance(c.type, (Enum, LargeBinary))]
        for row in db.session.execute(select(*columns)).mappings():
            for name, value in row.items():
                if table.name not in but and any(word.lower() in str(value).lower() for word in words):
                    found.append(f"{table.name}.{name}: {value!s:.80}")
    folder = Path(app.config["HUB"].data_dir)
    for path in folder.rglob("*"):
        if path.is_file() and not path.name.startswith("hub.sqlite3"):
            text = path.read_bytes().lower()
            found += [f"{path.relative_to(folder)}" for word in words if word.lower().encode() in text]
    return found


def built(export: Export) -> zipfile.ZipFile:
    """The finished archive."""
    fresh = queries.get(export.id)
    return zipfile.ZipFile(io.BytesIO(queries.file_of(fresh).read_bytes()))
