"""What happens to questions. Who asked stands in the journal's own column; these lines belong to the question's story alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hub.kernel.words import N_


@dataclass(frozen=True)
class QuestionAsked:
    SAYS: ClassVar[str] = N_("asked a question")
    question_id: int


@dataclass(frozen=True)
class QuestionWithdrawn:
    SAYS: ClassVar[str] = N_("withdrew a question")
    question_id: int


@dataclass(frozen=True)
class QuestionAnswered:
    SAYS: ClassVar[str] = N_("answered a question to everybody")
    question_id: int


@dataclass(frozen=True)
class AnswerCorrected:
    """`number` is that of the answer which was replaced."""

    SAYS: ClassVar[str] = N_("corrected the answer to a question")
    question_id: int
    number: int


@dataclass(frozen=True)
class QuestionDeclined:
    SAYS: ClassVar[str] = N_("declined a question")
    question_id: int


@dataclass(frozen=True)
class QuestionLapsed:
    SAYS: ClassVar[str] = N_("let a question lapse at the deadline")
    question_id: int
