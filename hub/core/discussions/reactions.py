"""Those who wait for an answer, follow a thread or are named in it hear of what was written."""

from __future__ import annotations

from dataclasses import dataclass

from hub.core.accounts import queries as accounts
from hub.core.discussions import queries, rules
from hub.core.discussions.events import PostEdited, PostMade, ThreadOpened
from hub.core.discussions.models import Post, Thread
from hub.core.discussions.states import PostState, Wish
from hub.core.messages import operations as messages
from hub.core.messages.states import Kind
from hub.db.journal import Fact, reacts_to
from hub.kernel import clock, refs
from hub.kernel.actor import ANONYMOUS, SYSTEM
from hub.kernel.whose import Of
from hub.kernel.words import N_


@dataclass(frozen=True)
class News:
    """One sentence for some people, marked with N_; its place %(title)s is the thread's title and %(who)s the author's name."""

    people: list[int]
    text: str


ANSWERED = N_("%(who)s answered you in “%(title)s”.")
NAMED = N_("%(who)s mentioned you in “%(title)s”.")
WRITTEN = N_("%(who)s wrote in “%(title)s”, which you follow.")
OPENED = N_("%(who)s began a discussion about “%(place)s”: %(title)s")


def news(post: Post, thread: Thread) -> list[News]:
    """Who hears of a new post, each once and for the best reason; nobody who muted the thread, and not its author."""
    wishes = queries.wishes(thread.id, until=post.at)
    told = {post.author_id} | {person for person, wish in wishes.items() if wish is Wish.MUTE}
    answered = queries.numbered(thread, post.reply_to) if post.reply_to is not None else None
    groups = [
        (queries.people_named(rules.named_in(_texts(post)[0])).values(), NAMED),
        ([answered.author_id] if answered is not None else [], ANSWERED),
        (keepers(thread) if post.number == 1 else [], OPENED),
        ([person for person, wish in wishes.items() if wish is Wish.FOLLOW], WRITTEN),
    ]
    found = []
    for people, text in groups:
        new = [person for person in dict.fromkeys(people) if person not in told]
        told |= set(new)
        if new:
            found.append(News(new, text))
    return found


def _texts(post: Post) -> list[str]:
    """What the post said, from its first text to the present one: news are told late, and the post may have been changed since."""
    return [*(text.body for text in reversed(queries.history(post))), post.body]


def newly_named(post: Post, number: int) -> list[int]:
    """Person ids of those whom the post names since its `number`th change, and named never before."""
    fresh = rules.newly_named(_texts(post)[: number + 1])[-1]
    muted = {person for person, wish in queries.wishes(post.thread_id, until=clock.now()).items() if wish is Wish.MUTE}
    return [person for person in queries.people_named(sorted(fresh)).values() if person != post.author_id and person not in muted]


def keepers(thread: Thread) -> list[int]:
    return list(queries.source_of(thread.subject).keepers(refs.split(thread.subject)[1]))


@reacts_to(ThreadOpened)
@reacts_to(PostMade)
def tell_of_post(event: ThreadOpened | PostMade, fact: Fact) -> None:
    post, thread = queries.post_by_id(event.post_id), queries.by_id(event.thread_id)
    if post.state is PostState.SHOWN:
        for one in news(post, thread):
            _tell(one.people, one.text, post, thread)


@reacts_to(PostEdited)
def tell_of_names(event: PostEdited, fact: Fact) -> None:
    """Whoever is named only now is told now."""
    post = queries.post_by_id(event.post_id)
    if post.state is PostState.SHOWN:
        _tell(newly_named(post, event.number), NAMED, post, queries.by_id(event.thread_id))


def _tell(people: list[int], text: str, post: Post, thread: Thread) -> None:
    place = queries.places(ANONYMOUS, [thread.subject]).get(thread.subject)
    who, title = Of(post.author_id, accounts.card(post.author_id).name), Of(thread.author_id, thread.title)
    values = {"who": who, "title": title, "place": place.title if place else ""}
    link = f"/discussions/{thread.id}?page={rules.page_of(post.number)}#post-{post.number}"
    kind = Kind.MENTION if text in (ANSWERED, NAMED) else Kind.DISCUSSION
    messages.notify(actor=SYSTEM, person_ids=people, text=text, values=values, link=link, kind=kind)
