"""The demo stories of disputes: one waits for its answer, one was settled, one was decided by a mediator."""

from __future__ import annotations

import io
import tomllib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import hub.cli
from hub.cli.demo.people import Cast
from hub.core.disputes import operations
from hub.core.disputes.rules import Ground
from hub.core.files.rules import Upload
from hub.kernel import clock, money
from hub.tech_market.orders import queries as orders

STORIES = Path(hub.cli.__file__).parent / "demo_data" / "disputes.toml"
CURRENCY = "USD"
Row = dict[str, Any]


def tell(cast: Cast) -> None:
    """Everything of disputes that a newcomer finds. Uncommitted."""
    for story in tomllib.loads(STORIES.read_text(encoding="utf-8"))["dispute"]:
        _tell(cast, story)


def _tell(cast: Cast, story: Row) -> None:
    now, lab, buyer = clock.now(), cast.owner_of(story["lab"]), cast.owner_of(story["buyer"])
    found = orders.of_organisations([cast.organisations[story["lab"]]])
    (order,) = [one for one in found if one.title == story["order"]]

    def on(day: float, step: Callable[..., Any], **more: Any) -> Any:
        with clock.at(now + timedelta(days=day)):
            return step(**more)

    first = story["on"]
    uploads = [Upload(io.BytesIO(story["content"].encode()), story["file"])] if "file" in story else []
    dispute = on(
        first, operations.open_, actor=lab, kind="order", number=order.id, ground=Ground(story["ground"]), uploads=uploads,
        statement=story["statement"].strip(),
    )  # fmt: skip
    if "answer" in story:
        on(first + 3, operations.answer, actor=buyer, dispute=dispute, statement=story["answer"].strip())
    if "offer" in story:
        way = story["offer"]
        offerer, accepter = (buyer, lab) if way["by"] == "buyer" else (lab, buyer)
        made = on(story["settled"] - 0.5, operations.offer, actor=offerer, dispute=dispute, **_way(way))
        on(story["settled"], operations.accept, actor=accepter, dispute=dispute, offer_id=made.id)
    if "mediator" in story:
        _mediate(cast, story, dispute, on)


def _mediate(cast: Cast, story: Row, dispute: Any, on: Callable[..., Any]) -> None:
    first, mediator = story["on"], cast.actor(story["mediator"])
    on(first + 5, operations.call, actor=cast.owner_of(story["lab"]), dispute=dispute)
    on(first + 6, operations.name, actor=cast.actor("admin"), dispute=dispute, person_id=mediator.person_id)
    on(first + 6.2, operations.declare, actor=mediator, dispute=dispute, declared=True)
    made = on(first + 10, operations.propose, actor=mediator, dispute=dispute, **_way(story["proposal"]))
    on(first + 12, operations.refuse, actor=cast.owner_of(story[story["refused_by"]]), dispute=dispute, offer_id=made.id)
    on(story["decided"], operations.decide, actor=mediator, dispute=dispute, **_way(story["decision"]))


def _way(said: Row) -> Row:
    amount = money.parse(said["amount"], CURRENCY) if "amount" in said else None
    return {"outcome": said["outcome"], "amount": amount, "words": said["words"].strip()}
