"""Which mode fits? Five questions; each answer speaks for some modes and against others, with a reason that is shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hub.kernel.words import N_, Worded


class Mode(Worded):
    CHALLENGE = "challenge", N_("Prize challenge")
    NEED = "need", N_("Need")
    BRIEF = "brief", N_("Search brief")
    RALLY = "rally", N_("Idea rally")
    TASKS = "tasks", N_("Task project")
    COMMUNITY = "community", N_("Community")
    PLATFORM = "platform", N_("Platform")
    QUOTES = "quotes", N_("Request for quotes")
    OFFER = "offer", N_("Offer")
    SERVICE = "service", N_("Service")


@dataclass(frozen=True)
class Way:
    """A mode as the page presents it: its hue, where one begins, the question it answers, what it asks of whoever begins."""

    hue: str
    href: str
    question: str
    text: str


WAYS: dict[Mode, Way] = {
    Mode.CHALLENGE: Way("contest", "/challenges/new", N_("Who can solve this?"),
        N_("You know the problem, not who has the answer. Describe it, set a prize, get sealed entries with proof. You pay for a result.")),
    Mode.NEED: Way("market", "/needs/new", N_("Who has this already?"),
        N_("You look for a technology, a patent or a partner that may exist. Post it; fitting offers and experts are listed beside it.")),
    Mode.BRIEF: Way("search", "/briefs", N_("Who are the right ones to ask?"),
        N_("A consultant writes down with you what is sought, searches experts and offers, and brings proposals to choose from.")),
    Mode.RALLY: Way("community", "/rallies/new", N_("What could be done at all?"),
        N_("Ask a question, let people post ideas and build on one another’s, then vote. The votes stay hidden until the end.")),
    Mode.TASKS: Way("microtask", "/tasks/new", N_("Many hands for small tasks?"),
        N_("Upload a table or pictures and say what to do. Several people answer every item; you get answers with their confidence.")),
    Mode.COMMUNITY: Way("community", "/communities/new", N_("Who writes this with us?"),
        N_("A place with a charter and a licence: pages with every revision kept, packages of work to claim, credit for everybody.")),
    Mode.PLATFORM: Way("complement", "/platforms/new", N_("Who builds on what we have?"),
        N_("Say what is public and what is not, let developers sign, review what they publish; users install and rate.")),
    Mode.QUOTES: Way("market", "/services", N_("Which lab can do this for us?"),
        N_("Find a service or an instrument, ask several labs at once, compare their quotes; your payment is held until you accept.")),
    Mode.OFFER: Way("market", "/offers/new", N_("Who can use what we have?"),
        N_("You own a patent, software or know-how. List it with its terms and readiness, and hear from those who need it.")),
    Mode.SERVICE: Way("market", "/services/new", N_("Who needs our lab?"),
        N_("List what your laboratory does for others, or lend out an instrument by the hour. Orders are paid in before you start.")),
}  # fmt: skip


@dataclass(frozen=True)
class Question:
    """One question with its answers: value and words."""

    name: str
    text: str
    answers: tuple[tuple[str, str], ...]


QUESTIONS: tuple[Question, ...] = (
    Question("result", N_("What would be a good result?"), (
        ("solution", N_("A working answer to a problem that we have not solved")),
        ("existing", N_("A technology, a patent or a partner that probably exists already")),
        ("ideas", N_("Ideas and directions, from many people")),
        ("items", N_("Many small answers: pictures sorted, texts read, items labelled")),
        ("together", N_("A text, a method or a design that people write together and keep up to date")),
        ("built_on", N_("Products that others build on what we have")),
        ("measured", N_("A measurement, an analysis, or time on an instrument")),
        ("buyers", N_("Somebody who licenses or buys what we own")),
        ("customers", N_("Customers for our laboratory or our instruments")),
    )),
    Question("described", N_("How well can you say what is wanted?"), (
        ("criteria", N_("Exactly, with criteria that anybody can check")),
        ("goal", N_("The goal is clear, the way is not")),
        ("direction", N_("Only the direction")),
    )),
    Question("who", N_("Who is likely to have it?"), (
        ("unknown", N_("We do not know: perhaps somebody from quite another field")),
        ("specialists", N_("Specialists, of whom there are not many")),
        ("anybody", N_("Anybody who looks with care")),
        ("around", N_("People around us: customers, members, colleagues")),
    )),
    Question("public", N_("How much may be public?"), (
        ("everything", N_("Everything")),
        ("problem", N_("The problem, but not our name")),
        ("outline", N_("An outline; details only under confidentiality")),
    )),
    Question("reward", N_("What do you give for it?"), (
        ("prize", N_("A prize for the result")),
        ("piece", N_("A small amount for each answer")),
        ("deal", N_("A licence fee, a purchase or a contract to negotiate")),
        ("price", N_("An agreed price for an agreed service")),
        ("credit", N_("Credit and thanks, not money")),
    )),
)  # fmt: skip

EVIDENCE: dict[tuple[str, str], tuple[tuple[Mode, int, str], ...]] = {
    ("result", "solution"): (
        (Mode.CHALLENGE, 4, N_("A prize brings answers from people whom you would never have found.")),
        (Mode.BRIEF, 1, N_("A search may show that somebody has solved it already.")),
    ),
    ("result", "existing"): (
        (Mode.NEED, 4, N_("What exists is found faster than it is invented: offers that fit are shown at once.")),
        (Mode.BRIEF, 3, N_("A consultant searches beyond what is on the lists.")),
    ),
    ("result", "ideas"): ((Mode.RALLY, 6, N_("In a rally people build on one another’s ideas, and a vote shows which ones carry.")),),
    ("result", "items"): ((Mode.TASKS, 6, N_("Each item goes to several people, and their agreement tells how sure an answer is.")),),
    ("result", "together"): ((Mode.COMMUNITY, 6, N_("Pages with every revision kept are made for what is never quite finished.")),),
    ("result", "built_on"): ((Mode.PLATFORM, 6, N_("Developers sign one agreement, and you review what goes on your platform.")),),
    ("result", "measured"): ((Mode.QUOTES, 6, N_("Labs answer one request with prices that can be compared.")),),
    ("result", "buyers"): ((Mode.OFFER, 6, N_("An offer is matched with needs, and interest reaches you without showing your cards.")),),
    ("result", "customers"): ((Mode.SERVICE, 6, N_("A listed service gets requests that say what is wanted and by when.")),),
    ("described", "criteria"): (
        (Mode.CHALLENGE, 2, N_("Criteria that anybody can check make judging fair, and give everyone a reason.")),
        (Mode.TASKS, 1, N_("Clear instructions are what small tasks live on.")),
        (Mode.QUOTES, 1, N_("A clear request gets quotes that mean the same thing.")),
    ),
    ("described", "goal"): (
        (Mode.CHALLENGE, 1, N_("Solvers may take any way to a goal that can be checked.")),
        (Mode.NEED, 1, N_("A need may leave the way open.")),
        (Mode.BRIEF, 2, N_("A consultant helps to turn a goal into what can be searched for.")),
    ),
    ("described", "direction"): (
        (Mode.RALLY, 2, N_("A direction is enough to begin with ideas.")),
        (Mode.COMMUNITY, 1, N_("A community finds out together what it is after.")),
        (Mode.CHALLENGE, -3, N_("Without criteria entries cannot be judged fairly.")),
        (Mode.TASKS, -3, N_("People cannot answer what is not clear.")),
    ),
    ("who", "unknown"): (
        (Mode.CHALLENGE, 2, N_("An open call reaches fields that you would not think of.")),
        (Mode.RALLY, 1, N_("Everybody may post.")),
    ),
    ("who", "specialists"): (
        (Mode.BRIEF, 3, N_("Experts are found by their work, with the reason for each match, and invited.")),
        (Mode.NEED, 1, N_("Experts who fit are listed beside the need.")),
        (Mode.QUOTES, 1, N_("Labs list what they are equipped for.")),
    ),
    ("who", "anybody"): (
        (Mode.TASKS, 2, N_("Small tasks need care, not training.")),
        (Mode.RALLY, 1, N_("Everybody may post.")),
    ),
    ("who", "around"): (
        (Mode.RALLY, 2, N_("A rally is a good way to ask the people one has.")),
        (Mode.COMMUNITY, 2, N_("A community keeps the people one has.")),
    ),
    ("public", "everything"): (
        (Mode.COMMUNITY, 2, N_("What is written there is under an open licence.")),
        (Mode.RALLY, 1, N_("Ideas are read by everybody.")),
        (Mode.PLATFORM, 1, N_("Developers need to see what they build on.")),
    ),
    ("public", "problem"): (
        (Mode.CHALLENGE, 1, N_("You may stay anonymous until the end.")),
        (Mode.BRIEF, 1, N_("The consultant asks without naming you.")),
    ),
    ("public", "outline"): (
        (Mode.BRIEF, 2, N_("The consultant decides with you who learns what.")),
        (Mode.OFFER, 1, N_("The confidential part is read only by whoever has signed.")),
        (Mode.COMMUNITY, -3, N_("A community works in the open.")),
        (Mode.RALLY, -2, N_("Everybody reads the question and the ideas.")),
        (Mode.TASKS, -2, N_("Everybody who works on the tasks sees the items.")),
    ),
    ("reward", "prize"): ((Mode.CHALLENGE, 3, N_("The prize is held before anyone starts, and comes back if nobody wins.")),),
    ("reward", "piece"): ((Mode.TASKS, 3, N_("Answers are paid one by one from a budget that is held.")),),
    ("reward", "deal"): (
        (Mode.NEED, 2, N_("A need leads to talks about a licence or a purchase.")),
        (Mode.BRIEF, 2, N_("Proposals come with their terms.")),
        (Mode.OFFER, 1, N_("Interest leads to talks, step by step.")),
    ),
    ("reward", "price"): (
        (Mode.QUOTES, 3, N_("Your payment is held and released when you accept the work.")),
        (Mode.SERVICE, 1, N_("The customer’s payment is held before you start.")),
    ),
    ("reward", "credit"): (
        (Mode.COMMUNITY, 2, N_("Everybody’s part is on the credit list.")),
        (Mode.RALLY, 1, N_("Ideas carry the names of those who had them.")),
        (Mode.TASKS, 1, N_("Volunteers work on what they care about.")),
        (Mode.CHALLENGE, -3, N_("Solvers who work for months expect a prize.")),
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Advice:
    """One mode with what the answers say of it. `points` is the sum, by which advice is ordered."""

    mode: Mode
    points: int
    speaks_for: tuple[str, ...]
    speaks_against: tuple[str, ...]

    @property
    def way(self) -> Way:
        return WAYS[self.mode]


def known(answers: Mapping[str, str]) -> dict[str, str]:
    """The answers that are some; what is not among the choices is passed over, because addresses are shared and typed by hand."""
    choices = {question.name: {value for value, _ in question.answers} for question in QUESTIONS}
    return {name: value for name, value in answers.items() if value in choices.get(name, ())}


def advise(answers: Mapping[str, str]) -> list[Advice]:
    """The modes that the answers speak for, the best first; modes of equal points stand in the order of `Mode`. None without an answer."""
    said = [evidence for pair in known(answers).items() for evidence in EVIDENCE[pair]]
    found = []
    for mode in Mode:
        mine = [(points, reason) for named, points, reason in said if named is mode]
        good = tuple(dict.fromkeys(reason for points, reason in mine if points > 0))
        bad = tuple(dict.fromkeys(reason for points, reason in mine if points < 0))
        found.append(Advice(mode, sum(points for points, _ in mine), good, bad))
    return sorted((each for each in found if each.points > 0), key=lambda each: -each.points)
