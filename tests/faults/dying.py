"""A site that is killed (SIGKILL, in a process of its own) at a chosen moment: before or after a commit, before or after a request to Stripe."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Session

from hub.core.gateways import gateway_stripe
from hub.db.extensions import db
from tests.db.children import dying, killed
from tests.factories.cards import Till

LONGEST = 300


def killed_at(till: Till, moment: int, step: Callable[[], object]) -> bool:
    """Run `step` in a child that dies at its `moment`-th moment. False if it came through to the end."""
    pass_by = dying(moment)

    def arm() -> None:
        till.fake.webhooks.after_fork()
        event.listen(db.engine, "commit", pass_by)
        event.listen(Session, "after_commit", pass_by)
        till.app.extensions.pop(gateway_stripe.EXTENSION, None)  # its connections are the parent's
        speaks: Any = gateway_stripe.configured()
        for name in ("call", "fetch"):
            setattr(speaks, name, _around(getattr(speaks, name), pass_by))

    return killed(step, prepare=arm)


def _around(act: Callable[..., Any], pass_by: Callable[..., None]) -> Callable[..., Any]:
    def acted(*args: Any, **kwargs: Any) -> Any:
        pass_by()
        done = act(*args, **kwargs)
        pass_by()
        return done

    return acted


def every_moment(
    till: Till,
    prepare: Callable[[], Any],
    step: Callable[[Any], Callable[[], object]],
    after: Callable[[Any], None],
    moments: Sequence[int] = (*range(12), *range(12, LONGEST, 5)),
) -> int:
    """Kill the step at its moments in turn, each time with something fresh from `prepare`; then `after` restarts and looks.

    The first dozen moments are taken one by one; later ones, which repeat themselves, by fives; or `moments`, of which the last is past the
    end. Returns how many moments there were.
    """
    for moment in moments:
        thing = prepare()
        killed = killed_at(till, moment, step(thing))
        after(thing)
        if not killed:
            return moment
    raise AssertionError("it never comes to an end")
