"""Event streams: the events of an account, for threads and for tasks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, Self, TypeVar

from orderlists import Event, Gap, InvalidSetting, TransportError
from orderlists._connections.event_stream import FOREVER, first_subscription, next_event
from orderlists._connections.manager import ConnectionManager
from orderlists._time import SECOND
from orderlists_transports._async_only import async_only
from orderlists_transports._framed.async_channel import AsyncFramedChannel
from orderlists_transports._framed.channel import FramedChannel
from orderlists_transports._validators import check_count

if TYPE_CHECKING:
    from orderlists._clock import ClockReading
    from orderlists._connections.commands import Steps

_ENDED = "there are no more events: the event stream or its client is closed"

C = TypeVar("C", FramedChannel, AsyncFramedChannel)


def _to_nanoseconds(seconds: object) -> int:
    if seconds is None:
        return FOREVER
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not seconds >= 0:
        raise InvalidSetting(
            field="seconds", value=seconds, rule="must be seconds, 0 or more, or None"
        )
    return int(min(seconds * SECOND, FOREVER))


class _Stream(Generic[C]):
    """What streams of both colours have."""

    def __init__(self, channel: C, buffer: int) -> None:
        check_count("buffer", buffer)
        self._channel: C = channel
        self._manager: ConnectionManager = channel.manager
        self._queue = channel.open_queue(buffer)

    @property
    def is_flowing(self) -> bool:
        """Whether events arrive at the moment.

        False before the first connection, while a lost one is replaced (a `Gap` comes when it is),
        and once nothing comes any more.
        """
        now = self._channel.settings.monotonic()
        return not self._queue.is_closed and self._manager.delivers_events(now)

    @property
    def _is_closed(self) -> bool:
        return self._queue.is_closed or self._manager.is_closed

    def _next(self, at: ClockReading, timeout: int) -> Steps[Event | Gap | None]:
        return next_event(self._manager, self._queue, at, timeout=timeout)

    def _or_end(self, item: Event | Gap | None) -> Event | Gap | None:
        """Return what came in time; raise if nothing comes any more."""
        if item is None and self._is_closed:
            raise TransportError(_ENDED, sent=False, is_retryable=False)
        return item

    def _first(self, at: ClockReading) -> Steps[None]:
        settings = self._channel.settings
        seconds = min(settings.timeout, settings.engine.policy.deadline)
        return first_subscription(self._manager, at, timeout=_to_nanoseconds(seconds))

    def __repr__(self) -> str:
        settings, transport = self._channel.settings, self._channel.transport
        return settings.describe(self, transport, is_closed=self._is_closed)


class EventStream(_Stream[FramedChannel]):
    """The events of an account, in order: see `Client.events`.

    Iterate over it, or take one event with `wait`.  It ends when it or its client is closed: then
    an iteration ends, and `wait` raises.
    Entering it raises a `TransportError` if no connection is established within the client's
    timeout or the deadline of its policy, whichever ends first, and `Rejected` if the exchange does
    not let this key subscribe.
    """

    def wait(self, seconds: float | None = None) -> Event | Gap | None:
        """Return the next event.

        Args:
            seconds: How long to wait for it; None for as long as it takes.  0 returns an event that
                has arrived already, and opens no connection.

        Returns:
            The event; or None if time was up.  None does not mean that there is a connection: see
            `is_flowing`.

        Raises:
            Rejected: The exchange does not let this key subscribe.
            TransportError: There is no connection, and trying again does not help; or the stream or
                its client is closed, so that nothing comes any more.
            InvalidSetting: `seconds` is not a number of seconds.
            Exception: A bug in a transport or in a parser ended the connection; it is raised as it
                is, once, and the next call connects again.
        """
        return self._or_end(self._take(seconds))

    def _take(self, seconds: float | None) -> Event | Gap | None:
        timeout = _to_nanoseconds(seconds)
        return self._channel.run(lambda at: self._next(at, timeout))

    def close(self) -> None:
        """End the subscription.  Closing twice is fine."""
        self._channel.close_queue(self._queue)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Event | Gap:
        item = self._take(None)
        if item is None:
            raise StopIteration
        return item

    def __enter__(self) -> Self:
        try:
            self._channel.run(self._first)
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@async_only
class AsyncEventStream(_Stream[AsyncFramedChannel]):
    """The events of an account, in order: `EventStream` with ``await``."""

    async def wait(self, seconds: float | None = None) -> Event | Gap | None:
        """Return the next event, as `EventStream.wait` does."""
        return self._or_end(await self._take(seconds))

    async def _take(self, seconds: float | None) -> Event | Gap | None:
        timeout = _to_nanoseconds(seconds)
        return await self._channel.run(lambda at: self._next(at, timeout))

    async def aclose(self) -> None:
        """End the subscription.  Closing twice is fine."""
        self._channel.close_queue(self._queue)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Event | Gap:
        item = await self._take(None)
        if item is None:
            raise StopAsyncIteration
        return item

    async def __aenter__(self) -> Self:
        try:
            await self._channel.run(self._first)
        except BaseException:
            await self.aclose()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()
