"""Agreements between parties for programs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hub.core.agreements.schemas import ReadIn
from hub.core.contracts import operations, queries
from hub.core.contracts.models import Contract
from hub.core.contracts.schemas import ContractIn, ContractOut, ContractsOut, MaybeReasonIn, NewContractIn, ReasonIn
from hub.core.contracts.states import Act
from hub.core.organisations import queries as organisations
from hub.web.api import ApiBlueprint
from hub.web.handle import actor, check_version, tagged, writes
from hub.web.paging import cursor, paged

api = ApiBlueprint("contracts", __name__, prefix="/contracts", description="Agreements between two named parties, countersigned.")


class _Told(dict[str, Any]):
    @property
    def id(self) -> int:
        number: int = self["contract"].id
        return number


def _said(contracts: Sequence[Contract]) -> list[_Told]:
    """To those who do not draw it up only what was proposed to them."""
    names, said = queries.names(contracts), queries.said_to(actor(), contracts)
    return [
        _Told(
            contract=one, said=said[one.id], drawn_up_by={"name": names[one.id].ours, "url": names[one.id].ours_at},
            other={"name": names[one.id].theirs, "url": names[one.id].theirs_at},
        )
        for one in contracts
    ]  # fmt: skip


def _told(contract: Contract, status: int = 200) -> Any:
    return tagged(ContractOut().dump(_said([contract])[0]), contract.version, status)


@api.get("")
@api.response(200, ContractsOut)
def index() -> Any:
    """Those that you or your organisations drew up or were asked to sign, the newest first."""
    last_id, limit = cursor()
    found = queries.after(actor(), last_id, limit)
    return paged(_said(found), ContractOut(), limit)


@api.post("")
@writes
@api.arguments(NewContractIn)
@api.response(201, ContractOut)
def create(said: dict[str, Any]) -> Any:
    """Begin to draw one up. Nobody is asked yet."""
    slug = said.pop("organisation")
    body = organisations.by_slug(slug).id if slug else None
    return _told(operations.draft(actor=actor(), organisation_id=body, **said), 201)


@api.get("/<int:contract_id>")
@api.response(200, ContractOut)
def show(contract_id: int) -> Any:
    """One of them; its words are at /agreements/<terms_id>."""
    return _told(queries.get_for(actor(), contract_id))


@api.put("/<int:contract_id>")
@writes
@api.arguments(ContractIn)
@api.response(200, ContractOut)
def edit(said: dict[str, Any], contract_id: int) -> Any:
    """Change what is being drawn up or was sent back. Send If-Match."""
    contract = queries.get_for(actor(), contract_id, Act.EDIT)
    check_version(contract.version)
    return _told(operations.edit(actor=actor(), contract=contract, **said))


@api.post("/<int:contract_id>/propose")
@writes
@api.response(200, ContractOut)
def propose(contract_id: int) -> Any:
    """Have its words drawn up for both sides to sign."""
    contract = queries.get_for(actor(), contract_id)
    check_version(contract.version)
    return _told(operations.propose(actor=actor(), contract=contract))


@api.post("/<int:contract_id>/sign")
@writes
@api.arguments(ReadIn)
@api.response(200, ContractOut)
def sign(said: dict[str, Any], contract_id: int) -> Any:
    """Sign for your side; `seen_hash` is the hash of the words as you read them. Send an `Idempotency-Key`."""
    return _told(operations.sign(actor=actor(), contract=queries.get_for(actor(), contract_id), **said))


@api.post("/<int:contract_id>/return")
@writes
@api.arguments(ReasonIn)
@api.response(200, ContractOut)
def return_(said: dict[str, Any], contract_id: int) -> Any:
    """Do not sign it so, and say why."""
    return _told(operations.return_(actor=actor(), contract=queries.get_for(actor(), contract_id), **said))


@api.post("/<int:contract_id>/withdraw")
@writes
@api.arguments(MaybeReasonIn)
@api.response(200, ContractOut)
def withdraw(said: dict[str, Any], contract_id: int) -> Any:
    """Take it back."""
    return _told(operations.withdraw(actor=actor(), contract=queries.get_for(actor(), contract_id), **said))


@api.post("/<int:contract_id>/change")
@writes
@api.response(200, ContractOut)
def change(contract_id: int) -> Any:
    """Begin to draw up a change of what is in force."""
    return _told(operations.change(actor=actor(), contract=queries.get_for(actor(), contract_id)))


@api.post("/<int:contract_id>/keep")
@writes
@api.arguments(MaybeReasonIn)
@api.response(200, ContractOut)
def keep(said: dict[str, Any], contract_id: int) -> Any:
    """Give the change up: the version in force goes on."""
    return _told(operations.keep(actor=actor(), contract=queries.get_for(actor(), contract_id), **said))
