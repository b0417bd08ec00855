"""The demo stories of the deals: one in every state, told by the operations that people use."""

from __future__ import annotations

import io
import tomllib
from pathlib import Path
from typing import Any

from sqlalchemy import select

import hub.cli
from hub.cli.demo.people import Cast, ago
from hub.core.agreements import queries as agreements
from hub.core.clauses import queries as clauses
from hub.core.files import queries as files
from hub.core.organisations import queries as organisations
from hub.db.extensions import db
from hub.kernel.actor import Actor, Role
from hub.kernel.taxonomy import Sector
from hub.tech_market.deals import operations, queries
from hub.tech_market.deals.models import Deal
from hub.tech_market.listings import operations as listings
from hub.tech_market.listings.models import Listing
from hub.tech_market.listings.rules import Deal as DealKind
from hub.tech_market.listings.rules import IpStatus, Kind

STORY = Path(hub.cli.__file__).parent / "demo_data" / "deals.toml"
OWNER, PARTY = "owner", "party"


def tell(cast: Cast) -> None:
    """Everything of deals that a newcomer finds. Uncommitted."""
    story = tomllib.loads(STORY.read_text())
    for row in story["listing"]:
        _list(cast, row)
    for row in story["annex"]:
        _write_annex(cast, row)
    for row in sorted(story["deal"], key=lambda row: -row["asked"]):
        _Deal(cast, row).tell()


def _found(title: str) -> Listing:
    return db.session.scalars(select(Listing).where(Listing.title.startswith(title)).order_by(Listing.id)).one()


def _list(cast: Cast, row: dict[str, Any]) -> None:
    owner = cast.owner_of(row["organisation"])
    with ago(row["published"]):
        listing = listings.draft(
            actor=owner, kind=Kind(row["kind"]), organisation_id=cast.organisations[row["organisation"]], title=row["title"],
            summary=row["summary"], body=row["body"], sector=Sector(row["sector"]), deals=[DealKind(deal) for deal in row["deals"]],
            trl=row["trl"], ip_status=IpStatus(row["ip_status"]), owner_shown=row["owner_shown"],
        )  # fmt: skip
        listings.submit(actor=owner, listing=listing)
        listings.publish(actor=cast.actor("consultant"), listing=listing)


def _write_annex(cast: Cast, row: dict[str, Any]) -> None:
    listing, author = _found(row["listing"]), cast.actor(row["person"])
    with ago(100):
        operations.write_annex(actor=author, listing=listing, body=row["body"])
        if "file" in row:
            name, content = row["file"]
            operations.attach(actor=author, listing=listing, stream=io.BytesIO(content.encode()), filename=name)


class _Deal:
    """One row's story. `steps` are the moments of the answer, the two signatures and the close."""

    def __init__(self, cast: Cast, row: dict[str, Any]) -> None:
        self.row, self.state = row, row["state"]
        self.listing = _found(row["listing"])
        self.party = cast.actor(row["party"])
        self.organisation_id = cast.organisations[row["organisation"]] if "organisation" in row else None
        deciders = organisations.member_ids(self.listing.organisation_id, (Role.OWNER,))
        self.owner = cast.actor(next(key for key, number in cast.people.items() if number in deciders))
        self.steps = list(row.get("steps", []))

    def tell(self) -> None:
        with ago(self.row["asked"]):
            proposes = DealKind(self.row["proposes"]) if "proposes" in self.row else None
            deal = operations.express_interest(
                actor=self.party, listing=self.listing, message=self.row["message"], organisation_id=self.organisation_id, proposes=proposes
            )
        if self.state == "expired":
            with ago(self.row["asked"] - 31):
                operations.expire_silent()
        elif self.state == "declined":
            with ago(self.steps[0]):
                operations.decline(actor=self.owner, deal=deal, reason=self.row["reason"])
        elif self.state != "interested":
            self._talk(deal)

    def _talk(self, deal: Deal) -> None:
        """From the owner's yes on, in the order of time."""
        with ago(self.steps.pop(0)):
            operations.accept(actor=self.owner, deal=deal, template=self._template())
        last = self.steps.pop() if self.state.startswith("closed") else None
        sides = [PARTY, OWNER]
        happens: list[Any] = [(when, self._sign, (sides[n],)) for n, when in enumerate(self.steps)]
        happens += [(when, self._post, (side, body)) for side, when, body in self.row.get("posts", [])]
        if "look" in self.row:
            happens.append((self.row["look"], self._look, ()))
        for when, act, more in sorted(happens, key=lambda one: -one[0]):
            with ago(when):
                act(deal, *more)
        if last is not None:
            with ago(last):
                operations.close(actor=self.owner, deal=deal, agreed=self.state == "closed_deal", reason=self.row["reason"])

    def _template(self) -> int | None:
        """The owner's own agreement that this row names, in its newest version."""
        own = clauses.of_organisation(self.listing.organisation_id, queries.AGREEMENT) if "template" in self.row else []
        return next((one.id for one in own if one.name == self.row["template"]), None)

    def _actor(self, side: str) -> Actor:
        return self.owner if side == OWNER else self.party

    def _sign(self, deal: Deal, side: str) -> None:
        operations.sign(actor=self._actor(side), deal=deal, seen_hash=agreements.get(deal.terms_id or 0).hash)

    def _post(self, deal: Deal, side: str, body: str) -> None:
        operations.post(actor=self._actor(side), deal=deal, body=body)

    def _look(self, deal: Deal) -> None:
        seen = queries.annex_for(self.party, self.listing)
        operations.look(actor=self.party, seen=seen)
        for file in seen.files:
            operations.take_copy(actor=self.party, seen=seen, file=file, content=files.path_of(file).read_bytes)
