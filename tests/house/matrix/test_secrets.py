"""What must not be said where everybody reads, on any page: who an anonymous seeker is, what is not published, what is sealed."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from hub.contests.challenges.models import Challenge
from hub.contests.entries.models import Entry
from hub.core.profiles.models import Profile
from hub.db.extensions import db
from hub.tech_market.listings.models import Listing
from tests.house.matrix.rows import ROWS
from tests.house.matrix.table import HOUSE, NOBODY, PEOPLE, STAFF, Row, get, who
from tests.house.matrix.world import World

pytestmark = pytest.mark.only_on("sqlite")  # the statements and the pages are the same above both databases

BINARY = {"application/pdf", "text/csv", "application/zip", "image/png", "image/jpeg"}
OUTSIDERS = frozenset(PEOPLE) - HOUSE - STAFF
ABOUT_THE_ANONYMOUS = {"open", "entry_draft", "entry_terms", "asked", "file_draft"}
"""Places that belong to the challenge whose seeker does not want to be known."""
SEEKER = ("meridian", "heron")
"""The organisation and who acts for it."""

UNPUBLISHED = (
    "Need that is draft", "Need that is in review", "Need that is withdrawn", "Offer that is draft", "Offer that is in review",
    "Offer that is withdrawn", "Reuse the rinse water of the salad line", "A gripper that picks ripe raspberries",
    "See bones in fillets on the belt", "Count seeds through a paper bag", "Not for everybody yet",
)  # fmt: skip
SEALED = (
    "Two-strip nanotube sensor", "Amine-swollen hydrogel tag", "Starch ester with a latent swelling", "Patterned adhesive",
    "A dye that reddens with amines",
)  # fmt: skip
SEARCHES = [
    get(f"{page}?q={words}", frozenset({"anonymous"}))
    for page in ("/explore", "/explore.atom", "/api/v1/search")
    for words in ("draft", "rinse water", "raspberries", "seeds paper bag", "nanotube humidity", "hydrogel", "amines dye", "everybody")
]
OPEN_LISTS = [row for row in ROWS if not row.writes and not row.names and "anonymous" in row.yes] + SEARCHES


@pytest.mark.parametrize("row", [row for row in ROWS if not row.writes and ABOUT_THE_ANONYMOUS & set(row.names)], ids=str)
def test_an_anonymous_seeker_is_named_to_no_outsider(world: World, row: Row):
    for person in sorted(row.yes & OUTSIDERS, key=PEOPLE.index):
        answer = world.call(row, person)
        said = answer.get_data(as_text=True).lower() if answer.mimetype not in BINARY else ""
        answer.close()
        assert not [name for name in SEEKER if name in said], person


@pytest.mark.parametrize("row", OPEN_LISTS, ids=str)
def test_no_open_list_says_what_is_unpublished_or_sealed(world: World, row: Row):
    for person in ("anonymous", "newcomer", "other"):
        said = world.call(row, person).get_data(as_text=True)
        assert not [title for title in (*UNPUBLISHED, *SEALED) if title in said], person


def test_the_secrets_are_there_to_be_told(world: World):
    with world.app.app_context():
        columns = (Challenge.title, Listing.title, Entry.title, Profile.headline)
        kept = [text for column in columns for text in db.session.scalars(select(column))]
    assert not [title for title in (*UNPUBLISHED, *SEALED) if not any(title in text for text in kept)]


INSIDE = [row for row in ROWS if not row.writes and row.names and not set(row.names) & {"entry_closed", "entry_won", "entry_judging"}]


@pytest.mark.parametrize("row", INSIDE, ids=str)
def test_nobody_but_its_author_and_judges_reads_a_sealed_entry(world: World, row: Row):
    """Also not in passing: on the challenge's page, its story, its sheet before the close, the organisation's pages."""
    for person in sorted((row.yes & (HOUSE | STAFF | who("newcomer other anonymous"))) - NOBODY, key=PEOPLE.index):
        if {"judging", "closed", "selected"} & set(row.names) and person in {"manager", "owner", "consultant", "admin"}:
            continue  # those who decide, after the close
        answer = world.call(row, person)
        said = answer.get_data(as_text=True) if answer.mimetype not in BINARY else ""
        answer.close()
        assert not [title for title in SEALED if title in said], person
