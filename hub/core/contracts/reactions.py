"""What programs may hear of agreements between parties."""

from __future__ import annotations

from typing import Any

from hub.core.contracts import queries
from hub.core.contracts.events import ContractInForce, ContractProposed, ContractReturned, ContractSigned, ContractWithdrawn
from hub.core.webhooks import operations as webhooks
from hub.core.webhooks.queries import Seen, seen


def _seen(event: Any) -> Seen:
    """The side that drew it up, and the other once it was asked."""
    one = queries.get(event.contract_id)
    asked = one.proposed_at is not None
    return seen(
        organisations=[one.organisation_id, one.other_organisation_id if asked else None],
        people=[one.person_id, one.other_person_id if asked else None],
        path=f"/api/v1/contracts/{one.id}",
    )  # fmt: skip


webhooks.sends(
    {
        "contract.proposed": ContractProposed, "contract.signed": ContractSigned, "contract.in_force": ContractInForce,
        "contract.returned": ContractReturned, "contract.withdrawn": ContractWithdrawn,
    },
    _seen, data=("contract_id",),
)  # fmt: skip
