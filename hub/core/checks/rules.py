"""What a check of the books found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

MOST_PROBLEMS = 1000

Progress = Callable[[str, int], None]


@dataclass(frozen=True)
class Problem:
    """One thing wrong in the books. `code` is stable, `ref` names the row ("account:5"), `text` explains it."""

    code: str
    ref: str
    text: str


@dataclass
class Report:
    """What a check of the books found. `problems` keeps the first MOST_PROBLEMS; `found` counts all of them."""

    accounts: int = 0
    transactions: int = 0
    postings: int = 0
    pendings: int = 0
    found: int = 0
    problems: list[Problem] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return self.found == 0

    @property
    def unreadable(self) -> bool:
        """Some rows cannot even be read: what reads them waits until they are mended."""
        return any(problem.code == "value_unknown" for problem in self.problems)

    def add(self, code: str, ref: str, text: str) -> None:
        self.found += 1
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(Problem(code, ref, text))
