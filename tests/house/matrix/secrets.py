"""What must not be said where everybody reads, on any page: who an anonymous seeker is, what is not published, what is sealed."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sqlalchemy import select

from hub.contests.challenges.models import Challenge
from hub.contests.entries.models import Entry
from hub.core.profiles.models import Profile
from hub.db.extensions import db
from hub.tech_market.listings.models import Listing
from tests.house.matrix import places
from tests.house.matrix.table import HOUSE, PEOPLE, STAFF, Row, get, who
from tests.house.matrix.world import Look, World

BINARY = {"application/pdf", "text/csv", "application/zip", "image/png", "image/jpeg"}
OUTSIDERS = frozenset(PEOPLE) - HOUSE - STAFF
ABOUT_THE_ANONYMOUS = {"open", "entry_draft", "entry_terms", "asked", "file_draft", "entry_hidden", "dispute_hidden"}
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
    get(f"{page}?q={words}", frozenset({"anonymous", "newcomer", "other"}))
    for page in ("/explore", "/explore.atom", "/api/v1/search")
    for words in ("draft", "rinse water", "raspberries", "seeds paper bag", "nanotube humidity", "hydrogel", "amines dye", "everybody")
]
INSIDERS_OF_ENTRIES = {"entry_closed", "entry_won", "entry_judging"}
AFTER_THE_CLOSE, DECIDERS = {"judging", "closed", "selected"}, {"manager", "owner", "consultant", "admin"}


def keep_them(row: Row, looks: Sequence[Look]) -> None:
    """Nobody reads what is not for them, also not in passing: on a challenge's page, its story, an organisation's pages, any open list."""
    for look in looks:
        said = "" if look.mimetype in BINARY else look.body.decode()
        assert row.address in LINKS_IN_MAILS or not mail_addresses(look), f"{look.person} reads a mail address: {mail_addresses(look)}"
        if look.person in OUTSIDERS and ABOUT_THE_ANONYMOUS & set(row.names):
            assert not [name for name in SEEKER if name in said.lower()], f"{look.person} reads who the anonymous seeker is"
        if not row.names and "anonymous" in row.yes and look.person in {"anonymous", "newcomer", "other"}:
            assert not [title for title in (*UNPUBLISHED, *SEALED) if title in said], f"{look.person} reads what is not published"
        if row.names and _reads_no_entry(row, look.person):
            assert not [title for title in SEALED if title in said], f"{look.person} reads a sealed entry"


LINKS_IN_MAILS = {"/verify/{verify}", "/reset/{reset}"}
"""Whoever has the link has the mail, and reads whose address it confirms."""
MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
SHOWN_MAIL = re.compile(r"(company|owner|solver|expert|volunteer|consultant|admin)@demo\.example|\w+@example\.(org|com)")
"""The demo accounts that its banner offers, and hints of how an address is written."""


def mail_addresses(look: Look) -> set[str]:
    """Somebody else's, as visitors and newcomers may read none."""
    if look.person not in {"anonymous", "newcomer"} or look.mimetype in BINARY | {"text/calendar"}:
        return set()
    return {mail for mail in MAIL.findall(look.body.decode()) if not SHOWN_MAIL.fullmatch(mail)} - {places.EMAILS.get(look.person)}


def _reads_no_entry(row: Row, person: str) -> bool:
    """Whether the row is none of the entries' own and this person no author, judge, or (after the close) one who decides."""
    if set(row.names) & INSIDERS_OF_ENTRIES or (set(row.names) & AFTER_THE_CLOSE and person in DECIDERS):
        return False
    return person in HOUSE | STAFF | who("newcomer other anonymous")


def kept(world: World) -> list[str]:
    """Those of the secrets that the world holds: what is nowhere cannot be told, and a test of it says nothing."""
    with world.app.app_context():
        columns = (Challenge.title, Listing.title, Entry.title, Profile.headline)
        texts = [text for column in columns for text in db.session.scalars(select(column))]
    return [title for title in (*UNPUBLISHED, *SEALED) if any(title in text for text in texts)]
