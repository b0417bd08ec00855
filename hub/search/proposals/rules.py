"""Pure rules of proposals: what is missing before one is handed in."""

from __future__ import annotations

from collections.abc import Sequence

from hub.kernel.words import N_, extent

SHORTEST_TITLE, LONGEST_TITLE = 8, 200
SHORTEST_TEXT, LONGEST_TEXT = 80, 20_000
SHORTEST_REASON, LONGEST_REASON = 20, 4_000
LONGEST_ANSWER = 5_000
MOST_FILES = 10


def gaps(title: str, approach: str, answers: Sequence[str], questions: Sequence[str]) -> dict[str, str]:
    """What is missing before a proposal can be handed in, field by field ("answers.0" for the first question)."""
    checks = {
        "title": "" if extent(title) >= SHORTEST_TITLE else N_("Give it a title of at least 8 characters."),
        "approach": "" if extent(approach) >= SHORTEST_TEXT else N_("Describe your approach in at least 80 characters."),
    }
    for number, _ in enumerate(questions):
        said = answers[number] if number < len(answers) else ""
        checks[f"answers.{number}"] = "" if extent(said) >= 2 else N_("Answer this one, too, if only in a word.")
    return {field: gap for field, gap in checks.items() if gap}
