"""The venue's WebSocket server: connections that are upgraded on the HTTP server's port.

Imported when a server is made, and not before.

Invariant: frames leave in the order in which the venue sent them, and nothing leaves after a
connection was broken off.
"""

from __future__ import annotations

import asyncio
import math
import socket
import struct
from contextlib import suppress
from typing import TYPE_CHECKING, cast

from aiohttp import WSMsgType, web
from attrs import define

from orderlists import HandshakeRefused
from orderlists_simulator._conversation import Conversation, Cut
from orderlists_simulator._timing import SECOND, in_nanoseconds
from orderlists_simulator._websocket import WebSocketFront

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from orderlists.extending import Frame
    from orderlists_simulator._line import Line
    from orderlists_simulator._venue import Venue

_GOING_AWAY = 1001
_TEXT_FRAME = 0x81
_SHORT, _MEDIUM = 126, 2**16
# On, and no time: unsent bytes are thrown away, and the other side is told so by a reset.
NO_LINGERING = struct.pack("ii", 1, 0)


class WebSocketServer:
    """Upgrades requests to connections that talk to a venue.

    Args:
        venue: Who answers.
        line: Takes requests to it.
        now: Tells the time in nanoseconds.
        asleep: Lets seconds pass where a reply takes some.  If it is that of asyncio, time is real:
            what is planned happens when it is due, and connections are pinged.  Else it happens
            when the venue is next asked for anything.
    """

    def __init__(
        self,
        venue: Venue,
        line: Line,
        *,
        now: Callable[[], int],
        asleep: Callable[[float], Awaitable[object]],
    ) -> None:
        self._venue = venue
        self._line = line
        self._now = now
        self._asleep = asleep
        self._in_real_time = asleep is asyncio.sleep
        self._front = WebSocketFront(venue)

    async def serve(self, request: web.BaseRequest) -> web.StreamResponse:
        """Serve one connection until it ends, or refuse it."""
        try:
            session = self._front.open(request.raw_path, now=self._now())
        except HandshakeRefused as refused:
            said = refused.response
            return web.Response(status=said.status, headers=said.headers, body=said.body)
        # It carried the request just now; once it is lost, the request has none any more.
        transport = cast("asyncio.Transport", request.transport)
        wire = web.WebSocketResponse(autoping=False, compress=False)
        await wire.prepare(request)
        conversation = Conversation(self._venue, self._front, self._line, session)
        link = _Link(transport, wire, conversation, asyncio.get_running_loop().time())
        tasks = [asyncio.create_task(self._write(link))]
        if self._in_real_time:
            tasks.append(asyncio.create_task(self._ping(link)))
        try:
            async for frame in link.frames():
                arrived = self._now()
                seconds = conversation.arrive(frame, now=arrived)
                if self._in_real_time or seconds == 0:
                    continue
                if math.isfinite(seconds):
                    tasks.append(asyncio.create_task(self._let_pass(arrived, seconds)))
                else:
                    # Nobody can get tired of waiting where time stands still.
                    conversation.end("dropped")
        finally:
            conversation.end("closed")
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        return wire

    async def _let_pass(self, arrived: int, seconds: float) -> None:
        await self._asleep(seconds)
        self._venue.run_until(max(self._now(), arrived + in_nanoseconds(seconds)))

    async def _write(self, link: _Link) -> None:
        conversation = link.conversation
        rung, now = asyncio.Event(), self._now()
        loop = asyncio.get_running_loop()

        def wake() -> None:
            loop.call_soon_threadsafe(rung.set)

        self._venue.bell.add(wake)
        # A client that has gone already cannot be told anything any more.
        with suppress(OSError):
            try:
                while True:
                    rung.clear()
                    now = max(now, self._now())
                    with self._venue.bell.lock:
                        self._venue.run_until(now)
                        frame, ended = conversation.take(), conversation.ended
                    if frame is not None:
                        await link.send(frame)
                    elif ended is None:
                        now = await self._wait(rung, now)
                    else:
                        await link.break_off()
                        return
            except AssertionError:
                # The plan cannot be played: whoever made it is told at the end.
                conversation.end("dropped")
                await link.break_off()
            finally:
                self._venue.bell.remove(wake)

    async def _wait(self, rung: asyncio.Event, now: int) -> int:
        # Whoever slept until a time has reached it, also by a clock that stands still.
        due = self._venue.next_time if self._in_real_time else None
        try:
            async with asyncio.timeout(None if due is None else max(0, due - now) / SECOND):
                await rung.wait()
        except TimeoutError:
            return now if due is None else due
        return now

    async def _ping(self, link: _Link) -> None:
        rules = self._venue.connections.rules
        if rules.ping_interval is None:
            return
        loop = asyncio.get_running_loop()
        with suppress(OSError):
            while loop.time() - link.heard < rules.pong_timeout:
                await asyncio.sleep(rules.ping_interval)
                await link.wire.ping(str(self._now()).encode())
        link.conversation.end("dropped")


@define
class _Link:
    transport: asyncio.Transport
    wire: web.WebSocketResponse
    conversation: Conversation
    heard: float

    async def frames(self) -> AsyncIterator[Frame]:
        """Yield what arrives, answer pings, and note when pongs do."""
        async for message in self.wire:
            if message.type in {WSMsgType.TEXT, WSMsgType.BINARY}:
                frame: Frame = message.data
                yield frame
            elif message.type is WSMsgType.PING:
                await self.wire.pong(message.data)
            else:
                # A pong; or an error, and then nothing comes any more.
                self.heard = asyncio.get_running_loop().time()

    async def send(self, frame: Frame) -> None:
        if isinstance(frame, str):
            await self.wire.send_str(frame)
        else:
            await self.wire.send_bytes(frame)

    async def break_off(self) -> None:
        """End it in the way in which the conversation ended."""
        if self.conversation.ended == "shut down":
            await self.wire.close(code=_GOING_AWAY)
        else:
            self._tear()

    def _tear(self) -> None:
        last_words = self.conversation.last_words
        if last_words is not None:
            self.transport.write(_first_part(last_words))
        plain: socket.socket = self.transport.get_extra_info("socket")
        if self.conversation.ended == "reset":
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGERING)
        self.transport.close()


def _first_part(cut: Cut) -> bytes:
    length = len(cut.whole)
    if length < _SHORT:
        head = struct.pack("!BB", _TEXT_FRAME, length)
    elif length < _MEDIUM:
        head = struct.pack("!BBH", _TEXT_FRAME, 126, length)
    else:
        head = struct.pack("!BBQ", _TEXT_FRAME, 127, length)
    return head + cut.whole[: cut.kept]
