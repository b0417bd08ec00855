"""How an agreement stands for somebody who has to do with it: worked out from signatures and dates, kept nowhere."""

from __future__ import annotations

from datetime import datetime, timedelta

from hub.kernel.words import N_, Worded

SOON = timedelta(days=30)


class State(Worded):
    TO_SIGN = "to_sign", N_("For you to sign")
    AWAITS = "awaits", N_("Awaits others")
    IN_FORCE = "in_force", N_("In force")
    ENDS_SOON = "ends_soon", N_("Ends soon")
    ENDED = "ended", N_("Ended")
    REPLACED = "replaced", N_("Replaced")
    REFUSED = "refused", N_("Not signed")


TONES = {
    State.TO_SIGN: "warn", State.AWAITS: "info", State.IN_FORCE: "good", State.ENDS_SOON: "warn", State.ENDED: "", State.REPLACED: "",
    State.REFUSED: "bad",
}  # fmt: skip


def state_of(*, refused: bool, replaced: bool, complete: bool, mine: bool, ends: datetime | None, now: datetime) -> State:
    """`complete`: all who must have signed. `mine`: the reader is one who may sign next. `ends`: the next end, or the last one if all are
    over. A half-open span: at its end it has ended."""
    if refused:
        return State.REFUSED
    if replaced:
        return State.REPLACED
    if not complete:
        return State.TO_SIGN if mine else State.AWAITS
    if ends is None or now + SOON < ends:
        return State.IN_FORCE
    return State.ENDS_SOON if now < ends else State.ENDED
