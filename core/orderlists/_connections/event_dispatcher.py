"""Dispatch of user-data events to the queues of subscribers.

Invariant: where events may have been missed, every subscriber receives a `Gap` before the next
event.
"""

from __future__ import annotations

from weakref import WeakSet

from orderlists._connections.event_evidence import EventEvidence
from orderlists._connections.event_queue import EventQueue
from orderlists._models.events import Event, Gap, GapReason, OtherEvent

_MAX_REMEMBERED = 10_000


class EventDispatcher:
    """Dispatches events, filters duplicates, and marks gaps.

    Attributes:
        queues: One for each subscriber, weakly referenced: an abandoned queue is dropped.
        evidence: What events prove.
    """

    def __init__(self) -> None:
        self.queues: WeakSet[EventQueue] = WeakSet()
        self.evidence = EventEvidence()
        self._missed = False
        self._unmatched: set[object] = set()

    @property
    def has_subscribers(self) -> bool:
        """Whether there are subscribers."""
        return bool(self.queues)

    def open_queue(self, size: int) -> EventQueue:
        """Return a queue that receives every event from now on."""
        queue = EventQueue(size)
        self.queues.add(queue)
        return queue

    def close_queue(self, queue: EventQueue) -> None:
        """Dispatch no more events to a queue."""
        queue.is_closed = True
        self.queues.discard(queue)
        self._missed &= self.has_subscribers

    def dispatch(self, event: Event, *, arrives_twice: bool) -> bool:
        """Dispatch an event, and return whether it is new.

        Args:
            event: The event.
            arrives_twice: Whether two connections are subscribed.
        """
        if self._is_duplicate(event, arrives_twice=arrives_twice):
            return False
        self.evidence.record(event)
        self._put(event)
        return True

    def resumed(self) -> None:
        """Record that a subscription began: a pending gap precedes its events."""
        if self._missed:
            self._missed = False
            self._put(Gap(reason=GapReason.CONNECTION))

    def missed(self, *, is_still_subscribed: bool) -> None:
        """Record that events may be missing.

        Args:
            is_still_subscribed: Whether another connection still delivers events.
        """
        if is_still_subscribed:
            self._put(Gap(reason=GapReason.CONNECTION))
        else:
            self._missed = self.has_subscribers

    def failed(self, bug: Exception) -> None:
        """Pass a bug to every subscriber, to be raised after the events before it."""
        self._put(bug)

    def _is_duplicate(self, event: Event, *, arrives_twice: bool) -> bool:
        """Whether an event has already arrived on the other of two subscribed connections.

        Each event is expected twice.  The first copy is kept until the second has arrived, even if
        the other subscription has ended meanwhile.
        """
        if not (arrives_twice or self._unmatched):
            return False
        # The fields of an `OtherEvent` are not hashable.
        key = repr(event.fields) if isinstance(event, OtherEvent) else event
        if key in self._unmatched:
            self._unmatched.remove(key)
            return True
        if arrives_twice and len(self._unmatched) < _MAX_REMEMBERED:
            self._unmatched.add(key)
        return False

    def _put(self, item: Event | Gap | Exception) -> None:
        for queue in self.queues:
            queue.put(item)
