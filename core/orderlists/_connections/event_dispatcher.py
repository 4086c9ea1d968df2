"""Dispatches the account's events to the queues of subscribers, and keeps what they prove.

Invariant: where events may have been missed, every subscriber gets a `Gap` before the first event
that follows.
"""

from __future__ import annotations

from weakref import WeakSet

from orderlists._connections.event_evidence import EventEvidence
from orderlists._connections.event_queue import EventQueue
from orderlists._models.events import Event, Gap, GapReason, OtherEvent

_MAX_REMEMBERED = 10_000


class EventDispatcher:
    """Subscribers, duplicates and gaps.

    Attributes:
        queues: One for each subscriber.  One that was dropped without being closed gets no more.
        evidence: What events prove.
    """

    def __init__(self) -> None:
        self.queues: WeakSet[EventQueue] = WeakSet()
        self.evidence = EventEvidence()
        self._missed = False
        self._unmatched: set[object] = set()

    @property
    def has_subscribers(self) -> bool:
        """Whether events are wanted."""
        return bool(self.queues)

    def open_queue(self, size: int) -> EventQueue:
        """Return a queue that gets every event from now on."""
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
            event: What arrived.
            arrives_twice: Whether two connections are subscribed at the moment.
        """
        if self._is_duplicate(event, arrives_twice=arrives_twice):
            return False
        self.evidence.record(event)
        self._put(event)
        return True

    def resumed(self) -> None:
        """Note that a subscription has begun: what was missed was missed before it."""
        if self._missed:
            self._missed = False
            self._put(Gap(reason=GapReason.CONNECTION))

    def missed(self, *, is_still_subscribed: bool) -> None:
        """Note that events may be missing.

        Args:
            is_still_subscribed: Whether another connection goes on to deliver events.
        """
        if is_still_subscribed:
            self._put(Gap(reason=GapReason.CONNECTION))
        else:
            self._missed = self.has_subscribers

    def failed(self, bug: Exception) -> None:
        """Raise a bug to every subscriber, after the events that arrived before it."""
        self._put(bug)

    def _is_duplicate(self, event: Event, *, arrives_twice: bool) -> bool:
        """Whether an event has arrived on the other connection before, while two were subscribed.

        Each event is expected twice then.  The first is remembered until the second has come, also
        if the other subscription has ended meanwhile.
        """
        if not (arrives_twice or self._unmatched):
            return False
        # The fields of an `OtherEvent` cannot be hashed.
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
