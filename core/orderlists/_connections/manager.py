"""The connections of one client over time.

Invariants: a request is in flight on one connection at most, and ends there: with its reply, or
with a `TransportError` when the connection does.  No request is ever moved to another connection.
Where events may have been missed, every watcher is told.

Not safe for threads: whoever shares a session takes turns.
"""

from __future__ import annotations

from typing import Any

from orderlists._clock import ClockReading, ServerClock
from orderlists._connections.backoff import Backoff
from orderlists._connections.codec import Answer, FrameCodec
from orderlists._connections.connection import Link, Pending, Wake
from orderlists._connections.event_dispatcher import EventDispatcher
from orderlists._connections.event_queue import EventQueue
from orderlists._keys.key import Key
from orderlists._models.events import Event, ExecutionReport, ListStatus, OtherEvent
from orderlists._operations.base import Request
from orderlists._operations.user_data_stream import Ping, Subscribe, SubscribeSigned, Subscription
from orderlists._time import SECOND
from orderlists.errors import OrderListsError, TransportError

# The exchange ends a connection after 24 hours.
_LIFE = (24 * 60 - 10) * 60 * SECOND
# The exchange pings every 20 seconds, but not every library lets one see it.
_QUIET = 30 * SECOND
_SIGN_OF_LIFE = 10 * SECOND
_STABLE = 10 * SECOND
_SUBSCRIBES = (Subscribe, SubscribeSigned)
# A union made anew for every frame would cost more than the look.
_EVENTS = (ListStatus, ExecutionReport, OtherEvent)
_SHUTDOWN, _TERMINATED = "serverShutdown", "eventStreamTerminated"


class Session:
    """What keeps connections, for one key.

    Args:
        protocol: Writes requests and reads frames.
        key: Who asks.
        clock: The exchange's clock.
        logs_on: Whether every connection begins with a log-on.

    Attributes:
        opening: The connection that will take requests, while it is introduced.
        current: The connection that takes requests, if there is one.
        leaving: Those that take no more; replies still come.
        pacing: How soon the next one may be opened.
        news: What events came, and whom to tell.
    """

    def __init__(
        self, protocol: FrameCodec, *, key: Key, clock: ServerClock, logs_on: bool
    ) -> None:
        self.protocol = protocol
        self.key = key
        self.clock = clock
        self.logs_on = logs_on
        self.opening: Link | None = None
        self.current: Link | None = None
        self.leaving: list[Link] = []
        self.pacing = Backoff()
        self.news = EventDispatcher()
        self._last_id = 0

    # Connections.

    def trusted(self, now: int) -> Link | None:
        """Return the connection that takes requests, if it is known to be alive."""
        link = self.current
        if link is None or now - link.heard > _QUIET or self.is_worn(link, now):
            return None
        return link

    def is_worn(self, link: Link, now: int) -> bool:
        """Tell whether a connection is so old that the exchange will end it soon."""
        return now - link.opened > _LIFE

    def connected(self, connection: object, now: int) -> Link:
        """Note that there is a new connection, which takes no requests yet."""
        self.opening = Link(connection, opened=now, heard=now)
        return self.opening

    def take_over(self, link: Link) -> None:
        """Let a new connection take requests from now on, and no other."""
        if link is not self.opening:
            return  # It ended, or was told to go, while it was introduced.
        self.opening = None
        self.current = link

    def retire(self, link: Link) -> None:
        """Let a connection take no more requests; those in flight may finish."""
        self._take_from(link)
        if not self.news.is_watched:
            link.subscription = None
        if link.ended is None:
            self.leaving.append(link)
        link.wake_watchers()

    def _take_from(self, link: Link) -> None:
        if link is self.opening:
            self.opening = None
        if link is self.current:
            self.current = None
        if link in self.leaving:
            self.leaving.remove(link)

    def lost(self, link: Link, error: OrderListsError, now: int, *, by_us: bool = False) -> None:
        """Note that a connection is over: by itself, or because we ended it."""
        if link.ended is not None:
            return
        link.ended = error
        self._take_from(link)
        if link.subscription is not None:
            self._miss(link)
        if now - link.opened >= _STABLE:
            self.pacing.lasted()
        elif not by_us:
            self.pacing.failed(now, str(error))
        link.fail_all(str(error))
        link.wake_watchers()

    def take_idle(self, now: int) -> list[Link]:
        """Return the connections that nothing is expected on any more, and forget them."""
        idle = [link for link in self.leaving if link.is_idle]
        for link in idle:
            over = TransportError("this connection was closed", sent=None)
            self.lost(link, over, now, by_us=not link.is_mute)
        return idle

    def quiet_for(self, link: Link, now: int) -> int:
        """Return how many nanoseconds a connection may stay quiet before it needs `tend`."""
        asked = link.asked_for_life
        until = link.heard + _QUIET if asked is None else asked + _SIGN_OF_LIFE
        return max(0, until - now)

    def tend(self, link: Link, now: int) -> str | None:
        """Return a frame to send on a quiet connection, if it is time; or note that it is dead."""
        if link.ended is not None or self.quiet_for(link, now) > 0:
            return None
        if link.asked_for_life is not None:
            self.lost(link, TransportError("the other side fell silent", sent=None), now)
            return None
        link.asked_for_life = now
        at = self.clock.at(now)
        pending, frame = self.post(link, Ping(), at=at, now=now, wake=_nobody)
        # Any frame is a sign of life: nobody waits for this answer.
        del link.pending[pending.id]
        return frame

    # Requests.

    def post(
        self, link: Link, request: Request[Any], *, at: ClockReading, now: int, wake: Wake
    ) -> tuple[Pending, str]:
        """Return a request as it goes on a connection, noted down as in flight there."""
        frame = self.protocol.encode(
            request,
            request_id=self._last_id + 1,
            key=self.key,
            timestamp=self.protocol.time_unit.from_nanoseconds(at.server),
            logged_on=link.is_logged_on,
        )
        self._last_id += 1
        pending = Pending(self._last_id, request, now, wake)
        link.pending[pending.id] = pending
        return pending, frame

    def give_up(self, link: Link, pending: Pending, *, in_time: bool) -> None:
        """Wait no longer for a reply; if it comes nevertheless, nobody is told.

        Args:
            link: Where it was sent.
            pending: What was sent.
            in_time: Whether there was still time: whoever waited was interrupted.
        """
        link.pending.pop(pending.id, None)
        if not in_time and link.heard <= pending.sent_at:
            # Not a word since: the next request had better go another way.
            link.is_mute = True
            self.retire(link)
        elif isinstance(pending.request, _SUBSCRIBES):
            # Nobody knows whether events flow here.
            self.retire(link)

    # What arrives.

    def heard(self, link: Link, frame: str | bytes, now: int) -> None:
        """Take in a frame that arrived."""
        link.heard = now
        link.asked_for_life = None
        found = self.protocol.read(frame)
        if isinstance(found, _EVENTS):
            self._told(link, found, now)
        elif found is not None:
            self._answered(link, found)

    def _answered(self, link: Link, answer: Answer) -> None:
        name = answer.id
        if type(name) is int:
            pending = link.pending.pop(name, None)
            if pending is not None:
                if isinstance(pending.request, _SUBSCRIBES):
                    self._subscribed(link, pending.request, answer)
                pending.finish(answer)
        elif name is None:
            # It may be about any request, or about who asks: trust nothing on this connection.
            link.is_logged_on = False
            self.retire(link)
            link.fail_all("the exchange answered without saying what")

    def _told(self, link: Link, event: Event, now: int) -> None:
        if isinstance(event, OtherEvent) and event.event_type == _SHUTDOWN:
            self.retire(link)
        elif isinstance(event, OtherEvent) and event.event_type == _TERMINATED:
            if not link.is_unsubscribing:
                # Another connection gets another flow, but not at once.
                self._miss(link)
                self.pacing.failed(now, "the exchange ended the flow of events")
                self.retire(link)
        elif link.subscription is not None:
            two_tell = sum(one.subscription is not None for one in self.links()) > 1
            if self.news.tell(event, two_tell=two_tell):
                self._wake_watchers()

    # Events.

    def watch(self, size: int) -> EventQueue:
        """Return a new feed of all events from now on, as soon as they flow."""
        return self.news.watch(size)

    def unwatch(self, feed: EventQueue) -> None:
        """EventQueue no more."""
        self.news.unwatch(feed)
        self._wake_watchers()

    def _subscribed(self, link: Link, request: Request[Subscription], answer: Answer) -> None:
        """Note that events flow on a connection, before the first of them is read."""
        try:
            link.subscription = self.protocol.decode(request, answer).subscription_id
        except OrderListsError:
            return  # Whoever asked is told.
        self.news.flows()

    def unsubscribed(self, link: Link, *, lossless: bool) -> None:
        """Note that a connection that is leaving tells no more events."""
        if link.subscription is not None and not lossless:
            self._miss(link)
        link.subscription = None
        self._wake_watchers()

    def subscribed_before(self, link: Link) -> list[Link]:
        """Return the connections that still tell the events which now come on this one."""
        return [old for old in self.leaving if old.subscription is not None and old is not link]

    def links(self) -> list[Link]:
        """Return every connection that is not over."""
        return [*self.leaving, *(one for one in (self.opening, self.current) if one is not None)]

    def _miss(self, link: Link) -> None:
        link.subscription = None
        self.news.miss(others_flow=any(one.subscription is not None for one in self.links()))

    def _wake_watchers(self) -> None:
        for link in self.links():
            link.wake_watchers()


def _nobody() -> None:
    """Wake nobody."""
