"""Real processes over one database: forked, so that each has the application at once."""

from __future__ import annotations

import multiprocessing
import os
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.process import BaseProcess
from typing import Any

from hub.db.extensions import db

_fork = multiprocessing.get_context("fork")


def _run(work: Callable[..., Any], args: tuple[Any, ...]) -> None:
    db.engine.dispose(close=False)
    try:
        work(*args)
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


@contextmanager
def started(work: Callable[..., Any], *arguments: tuple[Any, ...]) -> Iterator[list[BaseProcess]]:
    """One process per tuple of arguments; whoever still runs at the end is killed."""
    db.session.remove()
    db.engine.dispose()
    processes: list[BaseProcess] = [_fork.Process(target=_run, args=(work, args)) for args in arguments]
    for process in processes:
        process.start()
    try:
        yield processes
    finally:
        for process in processes:
            if process.is_alive():
                process.kill()
            process.join()


def together(work: Callable[..., Any], *arguments: tuple[Any, ...], seconds: float = 60) -> None:
    """Run all to their end. Fails if one of them does."""
    with started(work, *arguments) as processes:
        for process in processes:
            process.join(seconds)
    assert [process.exitcode for process in processes] == [0] * len(processes)
