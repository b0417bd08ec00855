"""What changes to an account mean for its profile: its name, whether its address is confirmed, whether it is there at all."""

from __future__ import annotations

from hub.core.accounts.events import AccountChanged, EmailVerified, PersonReinstated, PersonSuspended
from hub.core.profiles import operations
from hub.db.delivery import every
from hub.db.journal import Fact, reacts_to
from hub.kernel import clock

HOUR = 3600


@reacts_to(AccountChanged)
@reacts_to(EmailVerified)
@reacts_to(PersonSuspended)
@reacts_to(PersonReinstated)
def show_as_it_is_now(event: AccountChanged | EmailVerified | PersonSuspended | PersonReinstated, fact: Fact) -> None:
    operations.touch(person_id=event.person_id)


@every(HOUR)
def follow_the_calendar() -> None:
    operations.turn(today=clock.now().date())
