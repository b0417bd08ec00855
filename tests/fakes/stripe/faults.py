"""Faults on demand: answers that never come, errors with and without effect, requests held at a chosen moment."""

from __future__ import annotations

import fnmatch
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

HOWS = {
    "timeout_after_send": "the effect happens, the answer never comes",
    "timeout_before": "nothing happens, no answer comes",
    "error_500": "the effect happens, the answer is a 500 (which the key keeps)",
    "error_500_without_effect": "nothing happens, the answer is a 500 (which the key keeps)",
    "error_503": "nothing happens, nothing is kept",
    "rate_limit_429": "nothing happens, nothing is kept",
    "reset": "the connection breaks before anything happens",
    "reset_after_send": "the effect happens, then the connection breaks",
}
AFTER = {"timeout_after_send", "error_500", "reset_after_send"}


@dataclass
class Fault:
    pattern: str
    how: str
    method: str | None
    left: int
    patience: float


@dataclass
class Gate:
    """Requests that fit stop here until `open` is called; `arrived` tells that one is there."""

    pattern: str
    when: str
    method: str | None
    arrived: threading.Event = field(default_factory=threading.Event)
    passed: threading.Event = field(default_factory=threading.Event)

    def open(self) -> None:
        self.passed.set()


@dataclass
class Faults:
    lock: threading.Lock = field(default_factory=threading.Lock)
    waiting: list[Fault] = field(default_factory=list)
    gates: list[Gate] = field(default_factory=list)
    hooks: list[tuple[str, str, str | None, Callable[[], None]]] = field(default_factory=list)

    def add(self, pattern: str, how: str, *, times: int = 1, method: str | None = "POST", patience: float = 0.1) -> None:
        if how not in HOWS:
            raise ValueError(f"{how}: one of {', '.join(HOWS)}")
        with self.lock:
            self.waiting.append(Fault(pattern, how, method, times, patience))

    def take(self, method: str, path: str) -> Fault | None:
        """The fault that this request meets, if any: used up by it."""
        with self.lock:
            for fault in self.waiting:
                if fnmatch.fnmatch(path, fault.pattern) and fault.method in (None, method):
                    fault.left -= 1
                    if fault.left == 0:
                        self.waiting.remove(fault)
                    return fault
        return None

    def reach(self, method: str, path: str, when: str) -> None:
        """`when` is "before" or "after" the effect: run the hooks and wait at the gates there."""
        for pattern, moment, wanted, hook in list(self.hooks):
            if moment == when and fnmatch.fnmatch(path, pattern) and wanted in (None, method):
                hook()
        for gate in list(self.gates):
            if gate.when == when and fnmatch.fnmatch(path, gate.pattern) and gate.method in (None, method):
                gate.arrived.set()
                gate.passed.wait(30)
