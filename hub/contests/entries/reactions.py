"""After the fact: authors get their receipts and hear of the close."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from hub.contests.challenges import queries as challenges
from hub.contests.challenges.events import ChallengeCancelled, ChallengeClosed
from hub.contests.challenges.models import Challenge
from hub.contests.entries import queries
from hub.contests.entries.events import EntrySealed, EntrySelected, EntryTurnedDown, EntryWithdrawn
from hub.contests.entries.models import Entry
from hub.contests.entries.states import State
from hub.core.agreements import operations as agreements
from hub.core.integrity import operations as integrity
from hub.core.messages import operations as messages
from hub.core.messages.states import Kind
from hub.core.webhooks import operations as webhooks
from hub.core.webhooks.queries import Seen, seen
from hub.db.journal import Fact, reacts_to
from hub.kernel.actor import SYSTEM
from hub.kernel.words import N_


def _tell(entries: Iterable[Entry], text: str, challenge: Challenge, page: str = "") -> None:
    """One line each, leading to the author's own entry (or to `page`)."""
    for entry in entries:
        messages.notify(
            actor=SYSTEM, person_ids=[entry.person_id], text=text, values={"title": challenge.title}, kind=Kind.ENTRY,
            link=page or f"/entries/{entry.id}",
        )  # fmt: skip


@reacts_to(EntrySealed)
def send_the_receipt(event: EntrySealed, fact: Fact) -> None:
    """The hash goes out by mail too, so that the author holds a proof that the site cannot reach."""
    entry = queries.find(event.entry_id)
    seal = queries.seal_of(entry, event.number)
    messages.notify(
        actor=SYSTEM,
        person_ids=[entry.person_id],
        text=N_("Your entry to “%(title)s” is sealed. Receipt %(number)s, %(at)s, SHA-256 %(hash)s."),
        values={
            "title": entry.challenge.title,
            "number": seal.receipt_no,
            "at": f"{seal.sealed_at:%Y-%m-%d %H:%M:%S} UTC",
            "hash": seal.hash,
        },
        kind=Kind.ENTRY,
        link=f"/entries/{entry.id}/receipt?number={seal.number}",
    )


@reacts_to(EntrySealed)
def look_who_enters(event: EntrySealed, fact: Fact) -> None:
    """Staff may have to look at an entry of the seeker's own people, or at several of one hand."""
    entry = queries.find(event.entry_id)
    integrity.look(
        subject=f"entry:{entry.id}", title=entry.challenge.title, link=f"/challenges/{entry.challenge.slug}", person_id=entry.person_id,
        host_id=entry.challenge.organisation_id, among=[one.person_id for one in queries.entries_in(entry.challenge_id)],
    )  # fmt: skip


@reacts_to(ChallengeClosed)
def tell_of_the_close(event: ChallengeClosed, fact: Fact) -> None:
    challenge, entries = challenges.by_id(event.challenge_id), queries.entries_in(event.challenge_id)
    in_judging = [entry for entry in entries if entry.state is State.SEALED]
    _tell(in_judging, N_("“%(title)s” has closed. Your entry is being judged; you will get a reason for every criterion."), challenge)
    unsealed = [entry for entry in entries if entry.state is State.DRAFT]
    late = N_("“%(title)s” has closed before your draft was sealed, so it takes no part. The draft is kept for you.")
    _tell(unsealed, late, challenge, f"/challenges/{challenge.slug}/room")


@reacts_to(ChallengeCancelled)
def tell_of_the_cancellation(event: ChallengeCancelled, fact: Fact) -> None:
    challenge = challenges.by_id(event.challenge_id)
    entered = [entry for entry in queries.entries_in(challenge.id) if entry.state is not State.WITHDRAWN]
    text = N_("“%(title)s” was cancelled. Nobody has read your entry, and nobody will; the reason is on the challenge’s page.")
    _tell(entered, text, challenge, f"/challenges/{challenge.slug}")


@reacts_to(ChallengeClosed)
@reacts_to(ChallengeCancelled)
def count_the_ends(event: ChallengeClosed | ChallengeCancelled, fact: Fact) -> None:
    """Now the deadline stands from which the participation agreement counts: how long entries may be read, how long secrets are kept."""
    challenge = challenges.by_id(event.challenge_id)
    judged = queries.entries_in(challenge.id) if isinstance(event, ChallengeClosed) else ()
    evaluated = {entry.person_id for entry in judged if entry.state is State.SEALED}
    if challenge.closes_at is not None:
        agreements.count_ends(subject=challenge.ref, kind=queries.AGREEMENT, deadline=challenge.closes_at, evaluated=evaluated)


# What programs may hear of it


def _seen(event: Any) -> Seen:
    """The author alone: whoever seeks learns nothing of entries from here."""
    return seen(people=[queries.find(event.entry_id).person_id], path=f"/api/v1/entries/{event.entry_id}")


webhooks.sends(
    {
        "entry.sealed": EntrySealed, "entry.withdrawn": EntryWithdrawn, "entry.selected": EntrySelected,
        "entry.not_selected": EntryTurnedDown,
    },
    _seen, data=("entry_id", "challenge_id"),
)  # fmt: skip
