"""Watching what the exchange tells of its own accord."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from orderlists import Banned, Event, Gap, InvalidSetting, RateLimited, TransportError
from orderlists_transports._amounts import check_count
from orderlists_transports._dialogue import shown
from orderlists_transports._switchboard import FOREVER, GLANCE, SECOND

if TYPE_CHECKING:
    from orderlists_transports._async_framed_channel import AsyncFramedChannel
    from orderlists_transports._framed_channel import FramedChannel

BUFFER = 10_000
"""How many events are kept for a watcher who is busy, by default."""


def _patience(seconds: object) -> float:
    if seconds is None:
        return FOREVER
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not seconds >= 0:
        raise InvalidSetting(
            field="seconds", value=seconds, rule="must be seconds, 0 or more, or None"
        )
    return min(seconds, FOREVER)


class EventStream:
    """The events of an account, one after the other: see `Client.events`.

    Iterate over it, or take one with `wait`.  It ends when it or its client is closed.  To enter it
    raises a `TransportError` if no connection comes about within the client's timeout, and
    `Rejected` if the exchange lets this key watch no events.
    """

    def __init__(self, channel: FramedChannel, buffer: int) -> None:
        check_count("buffer", buffer)
        self._channel = channel
        self._feed = channel.feed(buffer)

    def wait(self, seconds: float | None = None) -> Event | Gap | None:
        """Return the next event.

        Args:
            seconds: How long to wait for it; None for as long as it takes.

        Returns:
            The event; or None if time was up, or nothing comes any more.  None does not mean that
            there is a connection: `is_flowing` tells.

        Raises:
            Rejected: The exchange lets this key watch no events.
            InvalidSetting: The seconds are none.
        """
        board, feed = self._channel.board, self._feed
        until = board.monotonic() + int(_patience(seconds) * SECOND)
        while True:
            item = self._channel.take(feed)
            if item is not None or feed.is_closed or self._channel.is_closed:
                return item
            now = board.monotonic()
            if now >= until:
                return None
            self._wait_for_news(min(until, now + GLANCE))

    def _wait_for_news(self, until: int) -> None:
        channel, feed = self._channel, self._feed
        try:
            link = channel.flowing(until)
        except (TransportError, RateLimited, Banned):
            channel.sleep(channel.board.patience(until))
            return
        channel.wait_for_news(link, lambda: channel.board.has_news(feed, link), until)

    def _flow(self) -> None:
        channel = self._channel
        board = channel.board
        channel.catch_up()
        until = board.monotonic() + int(board.dialogue.timeout * SECOND)
        while True:
            try:
                channel.flowing(until)
            except TransportError:
                seconds = board.patience(until)
                if channel.is_closed or seconds == 0:
                    raise
                channel.sleep(seconds)
            else:
                return

    @property
    def is_flowing(self) -> bool:
        """Whether events come just now.

        False before the first connection, while a lost one is made again (a `Gap` comes when it
        is), and once nothing comes any more.
        """
        return not self._feed.is_closed and self._channel.board.has_flow()

    def close(self) -> None:
        """Watch no more.  Closing twice is fine."""
        self._channel.unwatch(self._feed)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Event | Gap:
        item = self.wait()
        if item is None:
            raise StopIteration
        return item

    def __enter__(self) -> Self:
        try:
            self._flow()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        is_closed = self._feed.is_closed or self._channel.is_closed
        return shown(self, self._channel, is_closed=is_closed)


class AsyncEventStream:
    """The events of an account, one after the other: `EventStream` with ``await``."""

    def __init__(self, channel: AsyncFramedChannel, buffer: int) -> None:
        check_count("buffer", buffer)
        self._channel = channel
        self._feed = channel.feed(buffer)

    async def wait(self, seconds: float | None = None) -> Event | Gap | None:
        """Return the next event, as `EventStream.wait` does."""
        board, feed = self._channel.board, self._feed
        until = board.monotonic() + int(_patience(seconds) * SECOND)
        while True:
            item = self._channel.take(feed)
            if item is not None or feed.is_closed or self._channel.is_closed:
                return item
            now = board.monotonic()
            if now >= until:
                return None
            await self._wait_for_news(min(until, now + GLANCE))

    async def _wait_for_news(self, until: int) -> None:
        channel, feed = self._channel, self._feed
        try:
            link = await channel.flowing(until)
        except (TransportError, RateLimited, Banned):
            await channel.sleep(channel.board.patience(until))
            return
        await channel.wait_for_news(link, lambda: channel.board.has_news(feed, link), until)

    async def _flow(self) -> None:
        channel = self._channel
        board = channel.board
        until = board.monotonic() + int(board.dialogue.timeout * SECOND)
        while True:
            try:
                await channel.flowing(until)
            except TransportError:
                seconds = board.patience(until)
                if channel.is_closed or seconds == 0:
                    raise
                await channel.sleep(seconds)
            else:
                return

    @property
    def is_flowing(self) -> bool:
        """Whether events come just now, as `EventStream.is_flowing` says."""
        return not self._feed.is_closed and self._channel.board.has_flow()

    async def aclose(self) -> None:
        """Watch no more.  Closing twice is fine."""
        self._channel.unwatch(self._feed)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Event | Gap:
        item = await self.wait()
        if item is None:
            raise StopAsyncIteration
        return item

    async def __aenter__(self) -> Self:
        try:
            await self._flow()
        except BaseException:
            await self.aclose()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    def __repr__(self) -> str:
        is_closed = self._feed.is_closed or self._channel.is_closed
        return shown(self, self._channel, is_closed=is_closed)
