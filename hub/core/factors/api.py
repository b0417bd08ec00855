"""The JSON door: what guards the account. Factors themselves are set up where the person is, in a browser."""

from __future__ import annotations

from typing import Any

from hub.core.factors import queries
from hub.core.factors.schemas import FactorsOut
from hub.web.api import ApiBlueprint
from hub.web.handle import actor

api = ApiBlueprint("factors", __name__, prefix="/me/factors", description="The second factors that guard the account.")


@api.get("")
@api.response(200, FactorsOut)
def mine() -> Any:
    """What is set up: an authenticator app, passkeys, recovery codes that were not used."""
    return queries.held_by(actor().person_id or 0)
