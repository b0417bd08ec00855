"""The demo stories of discussions, questions and moderation: at every stage, in both languages."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import hub.cli
from hub.cli.demo.people import Cast, ago
from hub.communities.rallies import queries as rallies
from hub.communities.spaces import queries as spaces
from hub.contests.challenges import queries as challenges
from hub.core.discussions import operations, queries
from hub.core.moderation import operations as moderation
from hub.core.moderation.rules import Reason
from hub.core.questions import operations as questions
from hub.kernel.actor import ANONYMOUS

STORIES = Path(hub.cli.__file__).parent / "demo_data" / "discussions.toml"
Row = dict[str, Any]


def tell(cast: Cast) -> None:
    """Everything of discussions that a newcomer finds. Uncommitted."""
    stories, subjects = tomllib.loads(STORIES.read_text()), _subjects()
    threads = {story["title"]: _thread(cast, story, _about(subjects, story)) for story in stories["thread"]}
    for story in stories["question"]:
        _question(cast, story, _about(subjects, story))
    for story in stories["report"]:
        _report(cast, story, threads[story["title"]])
    for story in stories["idea"]:
        _reported_idea(cast, story)


def _subjects() -> dict[str, str]:
    """The titles of everything that is talked about, and what the journal calls it."""
    found = [*challenges.by_ids(challenges.public_ids()).values()]
    places = queries.places(ANONYMOUS, [*(c.ref for c in found), *(f"space:{number}" for number in spaces.public_ids())])
    return {place.title: ref for ref, place in places.items()}


def _about(subjects: dict[str, str], story: Row) -> str:
    begins = story.get("challenge") or story["space"]
    return next(ref for title, ref in subjects.items() if title.startswith(begins))


def _thread(cast: Cast, story: Row, subject: str) -> Any:
    (who, day, text, *_none), *others = story["posts"]
    with ago(-day):
        thread = operations.open_thread(actor=cast.actor(who), subject=subject, title=story["title"], body=text)
    for number, (who, day, text, *answers) in enumerate(others, start=1):
        with ago(-day - number / 24):
            operations.reply(actor=cast.actor(who), thread=thread, body=text, reply_to=answers[0] if answers else None)
    return thread


def _question(cast: Cast, story: Row, subject: str) -> None:
    with ago(-story["asked"]):
        question = questions.ask(actor=cast.actor(story["who"]), subject=subject, text=story["text"])
    for act in ("answered", "corrected"):
        if act in story:
            day, who, text = story[act]
            operate = questions.answer if act == "answered" else questions.correct
            with ago(-day):
                operate(actor=cast.actor(who), question=question, answer=text)
    if "declined" in story:
        day, who, text = story["declined"]
        with ago(-day):
            questions.decline(actor=cast.actor(who), question=question, reason=text)


def _reported_idea(cast: Cast, story: Row) -> None:
    """Something else than a post."""
    ideas = (named for rally in rallies.public_ids() for named in rallies.links(rally).names.values())
    idea = next(named for named in ideas if named.title == story["title"])
    day, who, why, words = story["by"]
    with ago(-day):
        moderation.report(actor=cast.actor(who), kind="idea", number=idea.id, reason=Reason(why), words=words)


def _report(cast: Cast, story: Row, thread: Any) -> None:
    who, day, text = story["post"]
    with ago(-day):
        post = operations.reply(actor=cast.actor(who), thread=thread, body=text)
        cases = [moderation.flag(actor=cast.actor(by), post=post, reason=Reason(why), words=words) for by, why, words in story["by"]]
    if "decided" in story:
        day, by, measures, reason = story["decided"]
        with ago(-day):
            case = moderation.decide(actor=cast.actor(by), case=cases[0], measures=measures, reason=reason)
        day, text = story["appeal"]
        with ago(-day):
            moderation.appeal(actor=cast.actor(who), case=case, appeal=text)
