"""Server-sent events that hold nobody up: a few streams in each web process, each short, none with a connection to the database.

A stream takes a thread of the server as long as it lasts, and there are few. So each process keeps `HUB_LIVE_STREAMS` open at once and
closes each after a while; whoever finds no place gets one event and is told when to ask again. Browsers do that by themselves (the
`retry` of https://html.spec.whatwg.org/multipage/server-sent-events.html), so that nobody notices but by the seconds.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

from flask import Response, current_app

HELD = 25.0
"""Seconds until a stream is closed."""
LOOK, BEAT = 1.0, 10.0
"""Seconds between two looks, and between two signs of life: by one that cannot be sent the server finds out that the reader has gone."""
AGAIN, LATER = 1_000, 20_000
"""Milliseconds after which a reader asks again: whose stream has ended, and who found no place."""

Look = Callable[[], str]


class Places:
    """Those of this process. One that was never handed back (a reader gone before the first byte) comes back by itself."""

    def __init__(self) -> None:
        self._lock, self._until = threading.Lock(), dict[int, float]()
        self._last = 0

    def take(self, most: int) -> int:
        """The number of a place, 0 if all are taken."""
        with self._lock:
            now = time.monotonic()
            self._until = {place: until for place, until in self._until.items() if until > now}
            if len(self._until) >= most:
                return 0
            self._last += 1
            self._until[self._last] = now + HELD + BEAT
            return self._last

    def give_back(self, place: int) -> None:
        with self._lock:
            self._until.pop(place, None)


places = Places()


def events(look: Look) -> Response:
    """What `look` says (one line), now and whenever it says something else. It is called in an application context of its own each time."""
    said = look()
    place = places.take(current_app.config["HUB"].live_streams)
    if place:
        app = current_app._get_current_object()  # type: ignore[attr-defined]

        def look_again() -> str:
            with app.app_context():
                return look()

        answer = Response(_stream(look_again, said, place), content_type="text/event-stream")
        answer.call_on_close(lambda: places.give_back(place))
    else:
        answer = Response(_event(said, retry=LATER), content_type="text/event-stream")
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Accel-Buffering"] = "no"
    return answer


def _stream(look: Look, said: str, place: int) -> Iterator[str]:
    try:
        yield _event(said, retry=AGAIN)
        now = time.monotonic()
        end, beat = now + HELD, now + BEAT
        while now < end:
            time.sleep(LOOK)
            now, before, said = time.monotonic(), said, look()
            if said != before or now >= beat:
                beat = now + BEAT
                yield _event(said) if said != before else ":\n\n"
    finally:
        places.give_back(place)


def _event(said: str, retry: int = 0) -> str:
    return (f"retry: {retry}\n" if retry else "") + f"data: {said}\n\n"
