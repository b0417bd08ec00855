"""The only writes: keep a list to be looked at, take in what was chosen of it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass

from hub.core.profiles import operations as profiles
from hub.core.profiles.queries import EvidenceItem
from hub.core.works import queries, rules
from hub.core.works.models import EvidenceDraft
from hub.core.works.policy import POLICY
from hub.core.works.queries import Reading
from hub.core.works.states import Act, Fate
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import Actor
from hub.kernel.errors import NotSignedIn, one_field
from hub.kernel.words import N_


@dataclass(frozen=True)
class Taken:
    """`same`: how many of the chosen were the same as one of the person's by now."""

    items: list[EvidenceItem]
    same: int

    @property
    def added(self) -> int:
        return len(self.items)


def look(*, actor: Actor, found: Reading, filename: str = "") -> EvidenceDraft:
    """Keep a list for a day, in the place of the one before; no evidence is written. Raises NotSignedIn.

    It was read before (`queries.read`): that may take a second, and nobody else writes while this does.
    """
    if actor.person_id is None:
        raise NotSignedIn(N_("Sign in first."))
    for old in queries.drafts_of(actor.person_id):
        db.session.delete(old)
    draft = EvidenceDraft(
        person_id=actor.person_id, source=found.source, filename=rules.plain(filename, 255), guessed=found.guessed,
        works=[asdict(work) | {"kind": work.kind.value} for work in found.works],
        unread=[asdict(entry) for entry in found.unread], made_at=clock.now(),
    )  # fmt: skip
    db.session.add(draft)
    db.session.flush()
    return draft


def bring_in(*, actor: Actor, draft: EvidenceDraft, take: Collection[int] | None = None) -> Taken:
    """Make evidence of the works numbered in `take` (None: of all that are new) and forget the list.

    What is the same as an item of the person's is left out, however often it is asked for. Raises NotAllowed, NotFound for a number that
    the list does not have, Invalid about `take` with the code import_nothing_chosen or import_no_room.
    """
    POLICY.require(actor, Act.BRING_IN, draft)
    queries.hold(draft.person_id)
    found = queries.preview(draft)
    chosen = [row for row in found.rows if (row.fate is Fate.NEW if take is None else row.number in take)]
    if take is not None and len(chosen) < len(set(take)):
        raise one_field("take", N_("The list has no such entry."), code="import_no_such_item")
    if not chosen:
        raise one_field("take", N_("Choose at least one."), code="import_nothing_chosen")
    once, before = [], rules.Alike[rules.Work]()
    for row in chosen:
        if row.fate is Fate.SAME:
            continue
        if row.fate is Fate.NEW or before.of(row.work) is None:
            once.append(row)
        before.add(row.work)
    if len(once) > found.room:
        message = N_("There is room for %(room)s more, and you chose %(chosen)s. Choose fewer, or remove some of your items first.")
        raise one_field("take", message, code="import_no_room", room=found.room, chosen=len(once))
    items = [_add(actor, row) for row in once]
    db.session.delete(draft)
    db.session.flush()
    return Taken(items, len(chosen) - len(items))


def _add(actor: Actor, row: queries.Row) -> EvidenceItem:
    work = row.work
    return profiles.add_evidence(
        actor=actor, kind=work.kind, title=work.title, text=work.text, year=work.year, url=work.url, venue=work.venue, doi=work.doi
    )
