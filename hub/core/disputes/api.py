"""The JSON door to disputes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hub.core.disputes import operations, policy, queries, schemas
from hub.core.disputes.models import Dispute
from hub.core.disputes.rules import Claim, Matter, amount_of
from hub.core.disputes.states import Act
from hub.core.files import pages as files
from hub.core.looks import pages as looks
from hub.web.api import ApiBlueprint
from hub.web.handle import actor, needs_scope, parse, tagged, writes
from hub.web.paging import cursor, paged

api = ApiBlueprint(
    "disputes",
    __name__,
    prefix="/disputes",
    description="Appeals of rejections, non-payments and verdicts: steps with clocks, a mediator, money.",
)
ONE = "/<int:dispute_id>"


@dataclass(frozen=True)
class Disputable:
    matter: Matter
    claim: Claim


def _told(dispute: Dispute, status: int = 200, out: type[schemas.OutsideOut] = schemas.DisputeOut) -> Any:
    return tagged(out().dump(dispute), dispute.version, status)


def _get(dispute_id: int, act: Act = Act.READ) -> Dispute:
    return queries.get_for(actor(), dispute_id, act)


@api.get("/about/<kind>/<int:number>")
@api.response(200, schemas.MatterOut)
def about(kind: str, number: int) -> Any:
    """What of this thing ("order/5") your side may dispute now, until when, and for which reasons."""
    matter = queries.matter_for(actor(), kind, number)
    return Disputable(matter, queries.claim_for(actor(), matter))


@api.get("")
@api.response(200, schemas.DisputeOut(many=True))
def disputes() -> Any:
    """Those in which you, or an organisation that you manage, are a side, and those in which you mediate; the newest first."""
    before, limit = cursor()
    return paged(queries.of_actor(actor(), before=before, limit=limit, readable=True), schemas.DisputeOut(), limit)


@api.post("")
@writes
@api.response(201, schemas.DisputeOut)
def open_() -> Any:
    """Open a dispute: `about` ("order:5"), `ground`, `statement`; as JSON, or a multipart form with `file`s. Takes an Idempotency-Key."""
    data = parse(schemas.OpenIn())
    kind, _sep, number = data.pop("about").partition(":")
    return _told(operations.open_(actor=actor(), kind=kind, number=int(number), uploads=files.uploads(), **data), 201)


@api.get(ONE)
@api.response(200, schemas.DisputeOut)
def dispute(dispute_id: int) -> Any:
    """For both sides and the mediator."""
    return _told(_get(dispute_id))


@api.get(f"{ONE}/statements")
@api.response(200, schemas.StatementOut(many=True))
def statements(dispute_id: int) -> Any:
    """All that was said, the oldest first."""
    return queries.statements(_get(dispute_id).id)


@api.post(f"{ONE}/statements")
@writes
@api.response(200, schemas.DisputeOut)
def state(dispute_id: int) -> Any:
    """Say more: `statement`, as JSON or a multipart form with `file`s."""
    found = _get(dispute_id, Act.STATE)
    operations.state(actor=actor(), dispute=found, uploads=files.uploads(), **parse(schemas.SayIn()))
    return _told(found)


@api.get(f"{ONE}/files/<int:file_id>")
@writes
def file(dispute_id: int, file_id: int) -> Any:
    """A file beside a statement; for all but the side that showed it a copy with their mark, which is written down."""
    dispute = _get(dispute_id)
    found, role = queries.file_of(dispute, file_id)
    return files.send(found) if policy.role_of(actor(), dispute) is role else looks.send_marked(found, dispute.ref)


@api.post(f"{ONE}/answer")
@writes
@api.response(200, schemas.DisputeOut)
def answer(dispute_id: int) -> Any:
    """The other side's answer: `statement`, as JSON or a multipart form with `file`s."""
    return _told(operations.answer(actor=actor(), dispute=_get(dispute_id, Act.ANSWER), uploads=files.uploads(), **parse(schemas.SayIn())))


def _acts(
    path: str, act: Act, operate: Callable[..., Dispute], says: str, schema: Any = None, *, money: bool = False,
    out: type[schemas.OutsideOut] = schemas.DisputeOut,
) -> None:  # fmt: skip
    def plain(dispute_id: int) -> Any:
        return _told(operate(actor=actor(), dispute=_get(dispute_id, act)), out=out)

    def told(data: dict[str, Any], dispute_id: int) -> Any:
        return _told(operate(actor=actor(), dispute=_get(dispute_id, act), **data), out=out)

    view: Any = plain if schema is None else told
    view.__doc__ = says
    view = api.response(200, out)(view)
    view = writes(view if schema is None else api.arguments(schema)(view))
    api.post(f"{ONE}/{path}", endpoint=path.replace("-", "_"))(needs_scope("money")(view) if money else view)


_acts("call", Act.CALL, operations.call, "Ask for a mediator before the time to settle is over.")
_acts("withdraw", Act.WITHDRAW, operations.withdraw, "Its opener lets the decision stand.", schemas.WhyIn, money=True)
_acts(
    "name",
    Act.SEE,
    lambda **said: operations.name(person_id=said.pop("person"), **said),
    "Name a mediator: administrators; where none is free of both sides, the side that has none.",
    schemas.NameIn,
    out=schemas.OutsideOut,
)
_acts("declare", Act.DECLARE, operations.declare, "The mediator declares to have no conflict of interest.", schemas.DeclareIn)
_acts(
    "stand-down",
    Act.STAND_DOWN,
    operations.stand_down,
    "The mediator stands down, or is relieved by an administrator.",
    out=schemas.OutsideOut,
)
_acts(
    "decide", Act.DECIDE, operations.decide, "The mediator decides: what it says is carried out at once.", schemas.ResolutionIn, money=True
)


@api.get(f"{ONE}/outcomes")
@api.response(200, schemas.OutcomeOut(many=True))
def outcomes(dispute_id: int) -> Any:
    """The ways in which it can end now; those with `most` name an amount."""
    return queries.outcomes(_get(dispute_id))


@api.post(f"{ONE}/effects")
@api.arguments(schemas.WaysIn)
@api.response(200, schemas.EffectOut(many=True))
def effects(data: dict[str, Any], dispute_id: int) -> Any:
    """What a way would move: gross, fee and net of each. Changes nothing."""
    found = _get(dispute_id)
    way = queries.matter_of(found).outcome(data["outcome"])
    return queries.effects(found, way.key, amount_of(way, data["amount"]))


@api.get(f"{ONE}/offers")
@api.response(200, schemas.OfferOut(many=True))
def offers(dispute_id: int) -> Any:
    """What was offered by both sides and proposed by the mediator, the oldest first."""
    return queries.offers(_get(dispute_id).id)


@api.post(f"{ONE}/offers")
@needs_scope("money")
@writes
@api.arguments(schemas.ResolutionIn)
@api.response(201, schemas.OfferOut)
def offer(data: dict[str, Any], dispute_id: int) -> Any:
    """Offer a way out. It binds as soon as the other side accepts. Takes an Idempotency-Key."""
    return operations.offer(actor=actor(), dispute=_get(dispute_id, Act.OFFER), **data)


@api.post(f"{ONE}/propose")
@writes
@api.arguments(schemas.ResolutionIn)
@api.response(201, schemas.OfferOut)
def propose(data: dict[str, Any], dispute_id: int) -> Any:
    """The mediator's proposal, once; if both accept it, the dispute is settled so."""
    return operations.propose(actor=actor(), dispute=_get(dispute_id, Act.PROPOSE), **data)


@api.post(f"{ONE}/offers/<int:offer_id>/accept")
@needs_scope("money")
@writes
@api.response(200, schemas.DisputeOut)
def accept(dispute_id: int, offer_id: int) -> Any:
    """Accept an offer as it was shown. With the yes of both sides it is carried out at once. Takes an Idempotency-Key."""
    return _told(operations.accept(actor=actor(), dispute=_get(dispute_id, Act.SETTLE), offer_id=offer_id))


@api.post(f"{ONE}/offers/<int:offer_id>/refuse")
@writes
@api.response(200, schemas.DisputeOut)
def refuse(dispute_id: int, offer_id: int) -> Any:
    """Refuse an offer, or take your own back."""
    return _told(operations.refuse(actor=actor(), dispute=_get(dispute_id, Act.OFFER), offer_id=offer_id))
