"""Events on their way to one watcher."""

from __future__ import annotations

from collections import deque

from attrs import define, field

from orderlists._models.events import Event, Gap, GapReason


def _nothing() -> deque[Event | Gap]:
    return deque()


@define(eq=False)
class EventQueue:
    """What a watcher has not taken yet.

    Invariant: whatever is lost, a `Gap` stands in its place.

    Attributes:
        size: How many are kept; the oldest go first.
        is_closed: Whether its watcher has gone.
    """

    size: int
    is_closed: bool = False
    _items: deque[Event | Gap] = field(init=False, factory=_nothing)
    _dropped: int = field(init=False, default=0)
    _dropped_gap: bool = field(init=False, default=False)

    def put(self, item: Event | Gap) -> None:
        """Add what came."""
        if len(self._items) >= self.size:
            self._dropped_gap |= isinstance(self._items.popleft(), Gap)
            self._dropped += 1
        self._items.append(item)

    def take(self) -> Event | Gap | None:
        """Return the oldest, or None if there is nothing.

        >>> feed = EventQueue(size=1)
        >>> feed.put(Gap(reason=GapReason.CONNECTION)), feed.take(), feed.take()
        (None, Gap(reason=<GapReason.CONNECTION: 'CONNECTION'>, count=None), None)
        """
        if self._dropped > 0:
            # What a gap stood for, nobody can count.
            gap = Gap(reason=GapReason.BUFFER, count=None if self._dropped_gap else self._dropped)
            self._dropped, self._dropped_gap = 0, False
            return gap
        return self._items.popleft() if self._items else None

    def __len__(self) -> int:
        return len(self._items) + (self._dropped > 0)
