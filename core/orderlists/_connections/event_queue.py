"""The bounded queue of one subscriber's events."""

from __future__ import annotations

from collections import deque

from attrs import define, field

from orderlists._models.events import Event, Gap, GapReason


def _no_items() -> deque[Event | Gap | Exception]:
    return deque()


@define(eq=False)
class EventQueue:
    """A bounded queue; when it is full, the oldest items are dropped.

    Invariant: a `Gap` takes the place of dropped events.

    Attributes:
        size: The maximum number of items.
        is_closed: Whether its subscriber has closed it.
    """

    size: int
    is_closed: bool = False
    _items: deque[Event | Gap | Exception] = field(init=False, factory=_no_items)
    _dropped: int = field(init=False, default=0)
    _is_countable: bool = field(init=False, default=True)

    def put(self, item: Event | Gap | Exception) -> None:
        """Add an event, a gap, or a bug that ended the connection of the events."""
        if len(self._items) >= self.size:
            oldest = self._items.popleft()
            # A gap stands for an unknown number of events.
            self._is_countable &= not isinstance(oldest, Gap | Exception)
            self._dropped += 1
        self._items.append(item)

    def take(self) -> Event | Gap | None:
        """Return the oldest item, or None if the queue is empty.

        Raises:
            Exception: The item is a bug; it is raised unchanged, once.

        >>> queue = EventQueue(size=1)
        >>> queue.put(Gap(reason=GapReason.CONNECTION)), queue.take(), queue.take()
        (None, Gap(reason=<GapReason.CONNECTION: 'CONNECTION'>, count=None), None)
        """
        if self._dropped > 0:
            count = self._dropped if self._is_countable else None
            self._dropped, self._is_countable = 0, True
            return Gap(reason=GapReason.BUFFER, count=count)
        item = self._items.popleft() if self._items else None
        if isinstance(item, Exception):
            raise item
        return item

    def __len__(self) -> int:
        return len(self._items) + (self._dropped > 0)
