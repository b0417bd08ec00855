"""Children of a test: forked, so that each has the application at once, with connections of its own. Some are killed on the way (SIGKILL)."""

from __future__ import annotations

import os
import signal
import traceback
from collections.abc import Callable
from typing import Any

from sqlalchemy import event

from hub.db import work
from hub.db.extensions import db
from hub.kernel.errors import HubError

DONE, FAILED, REFUSED, KILLED = 0, 1, 3, -signal.SIGKILL
LONGEST = 60
"""Seconds a child may live."""


def child(act: Callable[[], object], *, prepare: Callable[[], object] | None = None) -> int:
    """Start a child that does `prepare` and then `act`; what it needs a unit of work for, it opens itself. Returns its process number."""
    started = os.fork()
    if started:
        return started
    code = FAILED
    try:
        signal.alarm(LONGEST)
        db.session.remove()
        db.engine.dispose(close=False)
        if prepare is not None:
            prepare()
        act()
        code = DONE
    except HubError:
        code = REFUSED
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def end_of(started: int) -> int:
    """How the child ended: DONE, FAILED, REFUSED (a HubError) or KILLED."""
    return os.waitstatus_to_exitcode(os.waitpid(started, 0)[1])


def at_once(*acts: Callable[[], object], prepare: Callable[[], object] | None = None) -> list[int]:
    """Each act in a child and a unit of work of its own, let go together. Returns DONE or REFUSED for each."""
    work.rollback()
    start, go = os.pipe()

    def waits(act: Callable[[], object]) -> Callable[[], None]:
        def waited() -> None:
            os.close(go)
            os.read(start, 1)  # nothing comes: it ends when the parent lets go
            in_a_unit(act)

        return waited

    children = [child(waits(act), prepare=prepare) for act in acts]
    os.close(start)
    os.close(go)
    codes = [end_of(each) for each in children]
    assert set(codes) <= {DONE, REFUSED}, "one failed by itself, or hung"
    work.rollback()
    db.session.expire_all()
    return codes


def in_a_unit(act: Callable[[], object]) -> None:
    with work.unit():
        act()


def killed(act: Callable[[], object], *, prepare: Callable[[], object]) -> bool:
    """Do `act` in a child that `prepare` has made mortal. False if it came through to the end."""
    work.rollback()
    end = end_of(child(act, prepare=prepare))
    assert end in (DONE, KILLED), "the step failed by itself, or hung"
    return end == KILLED


def killed_before(number: int, step: Callable[[], object], *, writes_only: bool = False) -> bool:
    """Run `step` and its commit in a child that dies before its `number`-th statement (or write). False if it came through."""
    die = dying(number)

    def count(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not writes_only or statement.lstrip()[:6].upper() in {"INSERT", "UPDATE", "DELETE"}:
            die()

    def arm() -> None:
        event.listen(db.engine, "before_cursor_execute", count)
        event.listen(db.engine, "commit", die)

    return killed(lambda: in_a_unit(step), prepare=arm)


def killed_in(owner: Any, name: str, step: Callable[[], object]) -> None:
    """Run `step` and its commit in a child that dies when it calls `owner.name`."""
    assert killed(lambda: in_a_unit(step), prepare=lambda: setattr(owner, name, dying(0))), f"{name} was never called"


def dying(number: int) -> Callable[..., None]:
    """A call that kills its process when it is made for the `number`-th time, counted from 0."""
    left = iter(range(number))

    def pass_by(*_args: Any, **_kwargs: Any) -> None:
        if next(left, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)

    return pass_by
