"""The JSON door: who the key speaks for."""

from __future__ import annotations

from typing import Any

from hub.core.accounts import operations, queries
from hub.core.accounts.models import Person
from hub.core.accounts.schemas import AccountIn, MeOut
from hub.web.api import ApiBlueprint
from hub.web.handle import actor, check_version, tagged, writes

api = ApiBlueprint("accounts", __name__, prefix="/me", description="The person whom the key speaks for.")


def _shown(person: Person) -> dict[str, Any]:
    who = actor()
    return {
        "id": person.id,
        "email": person.email,
        "email_verified": person.email_verified_at is not None,
        "name": person.name,
        "handle": person.handle,
        "language": person.language,
        "timezone": person.timezone,
        "duties": sorted(duty.value for duty in who.duties),
        "scopes": sorted(scope.value for scope in who.scopes),
        "organisations": [{"slug": place.slug, "name": place.name, "role": place.role.value} for place in queries.belongings_of(person.id)],
        "version": person.version,
    }


@api.get("")
@api.response(200, MeOut)
def me() -> Any:
    """Who the key speaks for, and what it may do."""
    person = queries.get(actor().person_id or 0)
    return tagged(MeOut().dump(_shown(person)), person.version)


@api.patch("")
@writes
@api.arguments(AccountIn)
@api.response(200, MeOut)
def change_me(data: dict[str, Any]) -> Any:
    """Change the account: name, handle, language, time zone. Takes If-Match."""
    check_version(queries.get(actor().person_id or 0).version)
    person = operations.change_profile(actor=actor(), **data)
    return tagged(MeOut().dump(_shown(person)), person.version)
