"""Who may do what with threads and posts. Writing also takes what the subject's own room asks (rules.Source.enter)."""

from __future__ import annotations

from hub.core.discussions.models import Post, Thread
from hub.core.discussions.states import Act, PostAct, PostState, State
from hub.kernel.actor import Actor
from hub.kernel.permissions import Policy, consults, either


def moderates(actor: Actor, thing: Thread | Post) -> bool:
    """Consultants and administrators, but nobody decides about what they wrote themselves."""
    return consults(actor, thing) and actor.person_id != thing.author_id


def wrote_it(actor: Actor, post: Post) -> bool:
    return actor.person_id is not None and actor.person_id == post.author_id


def may_read(actor: Actor, thread: Thread) -> bool:
    """A hidden thread is read by its author and by those who decide about it."""
    return thread.state is not State.HIDDEN or actor.person_id == thread.author_id or consults(actor, thread)


def reads_text(actor: Actor, post: Post) -> bool:
    """Everybody reads what is shown; its author and the moderators read what was hidden."""
    return post.state is PostState.SHOWN or (post.state is PostState.HIDDEN and (wrote_it(actor, post) or consults(actor, post)))


POLICY = Policy("thread", {Act.LOCK: moderates, Act.UNLOCK: moderates, Act.HIDE: moderates, Act.RESTORE: moderates})
POSTS = Policy(
    "post",
    {
        PostAct.EDIT: wrote_it,
        PostAct.DELETE: wrote_it,
        PostAct.HIDE: moderates,
        PostAct.RESTORE: moderates,
        PostAct.READ_HISTORY: either(wrote_it, consults),
    },
)
