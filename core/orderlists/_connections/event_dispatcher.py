"""Events on their way to those who watch, and what they prove.

Invariant: where events may have been missed, every watcher is told, before whatever follows.
"""

from __future__ import annotations

from weakref import WeakSet

from orderlists._connections.event_evidence import EventEvidence
from orderlists._connections.event_queue import EventQueue
from orderlists._models.events import Event, Gap, GapReason, OtherEvent

_MOST_DOUBLES = 10_000


class EventDispatcher:
    """What is told to whom.

    Attributes:
        feeds: Whom to tell.  A watcher who forgot to close is not fed for ever.
        witness: What events prove.
    """

    def __init__(self) -> None:
        self.feeds: WeakSet[EventQueue] = WeakSet()
        self.witness = EventEvidence()
        self._missed = False
        self._doubles: set[object] = set()

    @property
    def is_watched(self) -> bool:
        """Whether events are wanted."""
        return bool(self.feeds)

    def watch(self, size: int) -> EventQueue:
        """Return a new feed of all events from now on, as soon as they flow."""
        feed = EventQueue(size)
        self.feeds.add(feed)
        return feed

    def unwatch(self, feed: EventQueue) -> None:
        """EventQueue no more."""
        feed.is_closed = True
        self.feeds.discard(feed)
        self._missed &= self.is_watched

    def tell(self, event: Event, *, two_tell: bool) -> bool:
        """Hand an event on, and return whether it is news.

        Args:
            event: What came.
            two_tell: Whether two connections tell the same events just now.
        """
        if self._is_double(event, two_tell=two_tell):
            return False
        self.witness.note(event)
        self._feed(event)
        return True

    def flows(self) -> None:
        """Note that events flow from now on: what was missed was missed before them."""
        if self._missed:
            self._missed = False
            self._feed(Gap(reason=GapReason.CONNECTION))

    def miss(self, *, others_flow: bool) -> None:
        """Note that events may be missing.

        Args:
            others_flow: Whether another connection goes on to tell events.
        """
        if others_flow:
            self._feed(Gap(reason=GapReason.CONNECTION))
        else:
            self._missed = self.is_watched

    def _is_double(self, event: Event, *, two_tell: bool) -> bool:
        """Tell whether an event came before, by another connection, while two told the same."""
        if not (two_tell or self._doubles):
            return False
        # An event of another kind holds what cannot be hashed.
        key = repr(event.fields) if isinstance(event, OtherEvent) else event
        if key in self._doubles:
            self._doubles.remove(key)
            return True
        if two_tell and len(self._doubles) < _MOST_DOUBLES:
            self._doubles.add(key)
        return False

    def _feed(self, item: Event | Gap) -> None:
        for feed in self.feeds:
            feed.put(item)
