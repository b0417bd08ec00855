"""A site that is killed (SIGKILL, in a process of its own) at a chosen moment: before or after a commit, before or after a request to Stripe."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Sequence
from typing import Any

from flask import Flask
from sqlalchemy import event
from sqlalchemy.orm import Session

from hub.core.gateways import gateway_stripe
from hub.db import work
from hub.db.extensions import db
from tests.factories.cards import Till

LONGEST = 300


def killed_at(till: Till, moment: int, step: Callable[[], object]) -> bool:
    """Run `step` in a child that dies at its `moment`-th moment. False if it came through to the end."""
    work.rollback()
    child = os.fork()
    if child:
        status = os.waitpid(child, 0)[1]
        assert os.waitstatus_to_exitcode(status) in (0, -signal.SIGKILL), "the step failed by itself, or hung"
        return status != 0
    code = 1
    try:
        signal.alarm(60)
        till.fake.webhooks.after_fork()
        db.session.remove()
        db.engine.dispose(close=False)
        _arm(till.app, moment)
        step()
        code = 0
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        os._exit(code)


def _arm(app: Flask, moment: int) -> None:
    left = iter(range(moment))

    def pass_by(*ignored: Any) -> None:
        if next(left, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(db.engine, "commit", pass_by)
    event.listen(Session, "after_commit", pass_by)
    app.extensions.pop(gateway_stripe.EXTENSION, None)  # its connections are the parent's
    speaks: Any = gateway_stripe.configured()
    for name in ("call", "fetch"):
        setattr(speaks, name, _around(getattr(speaks, name), pass_by))


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
