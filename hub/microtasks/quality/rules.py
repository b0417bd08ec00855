"""Many people's answers into one label per item, with how sure it is. Arrays only: no database, no files.

Two methods. *Majority*: the label that most people gave. *Dawid-Skene*: people differ in how, and how often, they are wrong, and
that can be learnt from their answers alone (A. P. Dawid and A. M. Skene, "Maximum Likelihood Estimation of Observer Error-Rates Using
the EM Algorithm", Journal of the Royal Statistical Society C 28(1), 1979). `choose` decides between them by a stated test.

The result depends on the set of answers alone, never on their order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hub.kernel.errors import Invalid
from hub.kernel.words import N_, Worded

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Key = str | int

SMOOTHING = 0.5
"""Imagined answers per cell (Jeffreys), and as many again where the answer is right: who answered little is judged with caution, people are
taken to be right sooner than wrong, and nothing is ever impossible. Without the second part a small project says nothing at all."""
TOLERANCE, MOST_ROUNDS = 1e-6, 500
"""EM stops when the objective grows by less than this part of itself."""
MOST_CELLS = 20_000_000
"""Of the tables that Dawid-Skene keeps (items x labels, workers x labels x labels): 160 MB."""
FOLDS = 5
MOST_OVERTURNED = 0.02
"""`choose` mistrusts Dawid-Skene when it overturns more than this part of the clear majorities (see there)."""
CLEAR, CLEAR_OF = 0.8, 3
"""A clear majority: at least four fifths of at least three people."""


class Method(Worded):
    AUTO = "auto", N_("Automatic")
    MAJORITY = "majority", N_("Majority vote")
    DAWID_SKENE = "dawid-skene", "Dawid-Skene"


class Reason(Worded):
    """Why `choose` chose."""

    ASKED = "asked", N_("as asked for")
    PREDICTS = "predicts", N_("telling people apart predicts their hidden answers better than treating all alike")
    ALIKE = "alike", N_("telling people apart predicts their hidden answers no better than treating all alike")
    OVERTURNS = "overturns", N_("Dawid-Skene would overturn clear majorities")
    TOO_LARGE = "too_large", N_("there are too many different labels for Dawid-Skene")


@dataclass(frozen=True)
class Answers:
    """Who said what of which item, as codes: `item[a]`, `worker[a]`, `label[a]` index `items`, `workers`, `labels` (each in natural order).

    At most one answer of a person per item; `repeated` counts earlier ones that a later one replaced.
    """

    items: Sequence[Key]
    workers: Sequence[Key]
    labels: Sequence[Key]
    item: Ints
    worker: Ints
    label: Ints
    repeated: int = 0

    def __len__(self) -> int:
        return len(self.item)

    @property
    def given(self) -> Ints:
        """Answers per item."""
        return np.bincount(self.item, minlength=len(self.items))

    def only(self, chosen: NDArray[np.bool_]) -> Answers:
        """The same items, people and labels with some of the answers."""
        return Answers(self.items, self.workers, self.labels, self.item[chosen], self.worker[chosen], self.label[chosen])


def natural(key: Key) -> tuple[int, int, str]:
    """Numbers by size before words by letter: 2, 10, cat."""
    text = str(key)
    return (0, int(text), text) if text.isascii() and text.isdigit() and len(text) < 19 else (1, 0, text)


def gather(rows: Iterable[tuple[Key, Key, Key]], more_labels: Iterable[Key] = ()) -> Answers:
    """(item, worker, label) in the order they were given: of several by one person about one item the last counts."""
    last: dict[tuple[Key, Key], Key] = {}
    seen = 0
    for item, worker, label in rows:
        last[item, worker] = label
        seen += 1
    items = sorted({item for item, _ in last}, key=natural)
    workers = sorted({worker for _, worker in last}, key=natural)
    labels = sorted({*last.values(), *more_labels}, key=natural)
    codes = [{key: code for code, key in enumerate(keys)} for keys in (items, workers, labels)]
    table = np.array([(codes[0][i], codes[1][w], codes[2][label]) for (i, w), label in last.items()], dtype=np.int64).reshape(-1, 3)
    table = table[np.lexsort((table[:, 1], table[:, 0]))]
    return Answers(items, workers, labels, table[:, 0], table[:, 1], table[:, 2], seen - len(last))


@dataclass(frozen=True)
class Verdicts:
    """One label per item: `label[i]` indexes `labels`, `confidence[i]` is 0..1.

    `accuracy[w]` is each person's estimated share of right answers. `tied[i]`: several labels had equally many votes. `rounds` of EM
    (0 for majority), whether it `converged`, and the log-likelihood.
    """

    method: Method
    label: Ints
    confidence: Floats
    accuracy: Floats
    tied: NDArray[np.bool_]
    rounds: int = 0
    converged: bool = True
    log_likelihood: float = 0.0


def agreement(answers: Answers) -> Floats:
    """Per person: how often the others who answered the same item said the same, drawn towards one half by one imagined answer.

    An answer that nobody else's can be held against says nothing. Each answer counts with the share of the others who agree.
    """
    pair, votes = _votes(answers)
    others = answers.given[answers.item] - 1
    agree = (votes[pair] - 1) / np.maximum(others, 1)
    people, told = len(answers.workers), others > 0
    right = np.bincount(answers.worker[told], weights=agree[told], minlength=people)
    return np.asarray((right + 0.5) / (np.bincount(answers.worker[told], minlength=people) + 1))


def _votes(answers: Answers) -> tuple[Ints, Ints]:
    """Of each answer, which (item, label) pair it votes for; of each pair, how many votes it has. Pairs in order of item, then label."""
    _, pair, votes = np.unique(answers.item * len(answers.labels) + answers.label, return_inverse=True, return_counts=True)
    return pair, votes


def pairwise(answers: Answers) -> float | None:
    """Of two people who answered the same item, how often they said the same, each item counting alike; None where nobody can be compared.

    The observed agreement of J. L. Fleiss, "Measuring nominal scale agreement among many raters", Psychological Bulletin 76(5), 1971.
    """
    kinds, votes = np.unique(answers.item * len(answers.labels) + answers.label, return_counts=True)
    same = np.bincount(kinds // max(1, len(answers.labels)), weights=votes * (votes - 1.0), minlength=len(answers.items))
    several = answers.given > 1
    given = answers.given[several]
    return float((same[several] / (given * (given - 1))).mean()) if several.any() else None


def majority(answers: Answers) -> Verdicts:
    """The label with most votes; `confidence` is its share of them.

    A tie goes to the label whose voters agree more with everybody else in their other answers (`agreement`, added up); where that is equal,
    too, to the label given more often in all, and at last to the first in natural order. A label's name thus decides next to nothing:
    "the lowest label wins" would move the accuracy on a set by points, for no reason.
    """
    kinds, pair_votes = np.unique(answers.item * len(answers.labels) + answers.label, return_counts=True)
    pair, _ = _votes(answers)
    item, label = kinds // len(answers.labels), kinds % len(answers.labels)
    trust = agreement(answers)
    weight = np.round(np.bincount(pair, weights=trust[answers.worker]), 9)
    popular = np.bincount(answers.label, minlength=len(answers.labels))[label]
    order = np.lexsort((label, -popular, -weight, -pair_votes, item))
    first = np.unique(item[order], return_index=True)[1]
    best = order[first]
    top = np.zeros(len(answers.items), dtype=np.int64)
    top[item[best]] = pair_votes[best]
    tied = np.bincount(item[pair_votes == top[item]], minlength=len(answers.items)) > 1
    return Verdicts(Method.MAJORITY, label[best], pair_votes[best] / answers.given, trust, tied)


@dataclass(frozen=True)
class Fit:
    """`posterior[i, c]`: how likely item i is c. `confusion[w, c, l]`: how likely person w says l of a c. `prior[c]`: how common c is.

    `trace` is the objective (log-likelihood plus the logarithms that the smoothing adds) after each round: it never falls.
    """

    posterior: Floats
    confusion: Floats
    prior: Floats
    trace: tuple[float, ...]
    log_likelihood: float
    converged: bool


def fits(answers: Answers) -> bool:
    kinds = len(answers.labels)
    return len(answers.items) * kinds <= MOST_CELLS and len(answers.workers) * kinds * kinds <= MOST_CELLS


def fit(answers: Answers, known: Ints | None = None, *, tolerance: float = TOLERANCE, most: int = MOST_ROUNDS) -> Fit:
    """Expectation maximisation, begun at each item's shares of votes (Dawid & Skene's equations 2.3 to 2.5), with `SMOOTHING`.

    `known[i]` >= 0 holds item i to that label (gold). Raises Invalid (code too_many_labels) where the tables would outgrow the memory.
    """
    if not fits(answers):
        raise Invalid(N_("There are too many different labels for Dawid-Skene: use the majority."), code="too_many_labels")
    items, kinds = len(answers.items), len(answers.labels)
    posterior = np.bincount(answers.item * kinds + answers.label, minlength=items * kinds).reshape(items, kinds).astype(float)
    posterior += (answers.given == 0)[:, None]
    posterior = _hold(posterior / posterior.sum(axis=1, keepdims=True), known)
    trace: list[float] = []
    while True:
        prior, confusion = _maximise(answers, posterior)
        posterior, likelihood = _expect(answers, prior, confusion, known)
        trace.append(likelihood + float(SMOOTHING * np.log(prior).sum() + (_imagined(kinds) * np.log(confusion)).sum()))
        converged = len(trace) > 1 and trace[-1] - trace[-2] <= tolerance * abs(trace[-1])
        if converged or len(trace) >= most:
            return Fit(posterior, confusion, prior, tuple(trace), likelihood, converged)


def _imagined(kinds: int) -> Floats:
    return SMOOTHING * (np.ones((kinds, kinds)) + np.eye(kinds))


def _maximise(answers: Answers, posterior: Floats) -> tuple[Floats, Floats]:
    people, kinds = len(answers.workers), len(answers.labels)
    prior = posterior.sum(axis=0) + SMOOTHING
    confusion = np.empty((people, kinds, kinds))
    cell = answers.worker * kinds + answers.label
    for true in range(kinds):
        confusion[:, true, :] = np.bincount(cell, weights=posterior[answers.item, true], minlength=people * kinds).reshape(people, kinds)
    confusion += _imagined(kinds)
    return prior / prior.sum(), confusion / confusion.sum(axis=2, keepdims=True)


def _expect(answers: Answers, prior: Floats, confusion: Floats, known: Ints | None) -> tuple[Floats, float]:
    items, kinds = len(answers.items), len(answers.labels)
    logs = np.log(confusion)
    score = np.tile(np.log(prior), (items, 1))
    for true in range(kinds):
        score[:, true] += np.bincount(answers.item, weights=logs[answers.worker, true, answers.label], minlength=items)
    if known is not None:
        score = np.where((known[:, None] < 0) | (np.arange(kinds) == known[:, None]), score, -np.inf)
    most = score.max(axis=1, keepdims=True)
    posterior = np.exp(score - most)
    total = posterior.sum(axis=1, keepdims=True)
    return posterior / total, float((most + np.log(total)).sum())


def _hold(posterior: Floats, known: Ints | None) -> Floats:
    if known is None:
        return posterior
    return np.where(known[:, None] < 0, posterior, np.arange(posterior.shape[1]) == known[:, None])


def dawid_skene(answers: Answers, known: Ints | None = None) -> Verdicts:
    """The likeliest label under the fitted model, of equally likely ones (to nine places) the first.

    `confidence` is its posterior probability, `accuracy` the mean of those of what the person said. Raises what `fit` raises.
    """
    found = fit(answers, known)
    posterior = np.round(found.posterior, 9)
    label = posterior.argmax(axis=1)
    said = np.bincount(answers.worker, weights=found.posterior[answers.item, answers.label], minlength=len(answers.workers))
    accuracy = said / np.maximum(np.bincount(answers.worker, minlength=len(answers.workers)), 1)
    tied = (posterior == posterior.max(axis=1, keepdims=True)).sum(axis=1) > 1
    confidence = found.posterior[np.arange(len(label)), label]
    return Verdicts(Method.DAWID_SKENE, label, confidence, accuracy, tied, len(found.trace), found.converged, found.log_likelihood)


@dataclass(frozen=True)
class Choice:
    """`gain`: how much better (log-likelihood per answer) hidden answers are predicted by telling people apart, with its standard `error`.

    `overturned`: the part of the clear majorities that Dawid-Skene would overturn.
    """

    method: Method
    reason: Reason
    gain: float = 0.0
    error: float = 0.0
    overturned: float = 0.0


def choose(answers: Answers) -> Choice:
    """Dawid-Skene if it earns it, else the majority. Two tests, neither of which needs the truth:

    1. *It predicts.* A fifth of the answers is hidden, the model fitted to the rest has to predict them, five times over. It must beat the
       same model with one confusion table for all (under which counting votes is right) by two standard errors per answer.
    2. *It respects what is clear.* Where at least four of five people agree (three or more answered), it may say otherwise in at most one
       item of fifty: more means that its classes have drifted away from the labels' meaning.
    """
    if not fits(answers):
        return Choice(Method.MAJORITY, Reason.TOO_LARGE)
    gains = _gains(answers)
    gain = float(gains.mean()) if len(gains) else 0.0
    error = float(gains.std(ddof=1) / np.sqrt(len(gains))) if len(gains) > 1 else 0.0
    if gain <= 2 * error:
        return Choice(Method.MAJORITY, Reason.ALIKE, gain, error)
    overturned = _overturned(answers, fit(answers).posterior.argmax(axis=1))
    if overturned > MOST_OVERTURNED:
        return Choice(Method.MAJORITY, Reason.OVERTURNS, gain, error, overturned)
    return Choice(Method.DAWID_SKENE, Reason.PREDICTS, gain, error, overturned)


def _gains(answers: Answers) -> Floats:
    """Per hidden answer to an item that others answered, too: its log-probability with a table per person less that with one for all."""
    fold = np.arange(len(answers), dtype=np.uint64) * np.uint64(2654435761) % np.uint64(2**32) % np.uint64(FOLDS)
    found = []
    for hidden_fold in range(FOLDS):
        seen = answers.only(fold != hidden_fold)
        hidden = answers.only((fold == hidden_fold) & (seen.given[answers.item] > 0))
        found.append(_log_probability(hidden, seen) - _log_probability(_as_one(hidden), _as_one(seen)))
    return np.concatenate(found)


def _as_one(answers: Answers) -> Answers:
    """The same answers as if one person had given them all."""
    return Answers(answers.items, [0], answers.labels, answers.item, np.zeros_like(answers.worker), answers.label)


def _log_probability(hidden: Answers, seen: Answers) -> Floats:
    model = fit(seen, tolerance=1e-4, most=50)
    expected = np.einsum("ac,acl->al", model.posterior[hidden.item], model.confusion[hidden.worker])
    return np.asarray(np.log(expected[np.arange(len(hidden)), hidden.label]))


def _overturned(answers: Answers, label: Ints) -> float:
    votes = majority(answers)
    clear = (votes.confidence >= CLEAR) & (answers.given >= CLEAR_OF)
    return float((label[clear] != votes.label[clear]).mean()) if clear.any() else 0.0


def aggregate(answers: Answers, method: Method = Method.AUTO, known: Ints | None = None) -> tuple[Verdicts, Choice]:
    """The verdicts by `method`, and how it was chosen. `known` (gold) seeds Dawid-Skene only."""
    if not len(answers):
        nothing: Any = np.zeros(0)
        return Verdicts(Method.MAJORITY, nothing.astype(int), nothing, nothing, nothing.astype(bool)), Choice(Method.MAJORITY, Reason.ASKED)
    choice = choose(answers) if method is Method.AUTO else Choice(method, Reason.ASKED)
    return (dawid_skene(answers, known) if choice.method is Method.DAWID_SKENE else majority(answers)), choice


def known_labels(answers: Answers, gold: Mapping[Any, Key]) -> Ints:
    """`gold` (item to truth) as codes per item, -1 where it is not known. Labels that nobody gave need `more_labels` of `gather`."""
    code = {label: number for number, label in enumerate(answers.labels)}
    return np.array([code.get(gold[item], -1) if item in gold else -1 for item in answers.items], dtype=np.int64)


def share_right(given: Ints, truth: Ints) -> float | None:
    """The part of the items with a known truth whose label is right; None if none is known."""
    told = truth >= 0
    return float((given[told] == truth[told]).mean()) if told.any() else None


def count_by_worker(answers: Answers) -> Ints:
    return np.bincount(answers.worker, minlength=len(answers.workers))


def on_gold(answers: Answers, known: Ints) -> tuple[Ints, Ints]:
    """Per person: answers to items whose truth is `known`, and how many of those were right."""
    truth = known[answers.item]
    asked, right = truth >= 0, (truth == answers.label) & (truth >= 0)
    people = len(answers.workers)
    return np.bincount(answers.worker[asked], minlength=people), np.bincount(answers.worker[right], minlength=people)
