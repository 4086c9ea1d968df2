"""The WebSocket server of a venue: connections that are upgraded by the HTTP server.

Invariant: frames are sent in the order in which the venue sends them, and none after the end of the
connection.
"""

from __future__ import annotations

import asyncio
import math
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import cast

from aiohttp import WSMsgType, web
from attrs import define

from orderlists import HandshakeRefused
from orderlists.extending import Frame
from orderlists_simulator._engine.time import SECOND, in_nanoseconds
from orderlists_simulator._engine.venue import Venue
from orderlists_simulator._faults.injector import FaultInjector
from orderlists_simulator._protocols.connection import PartialFrame, ServerConnection
from orderlists_simulator._protocols.websocket import WebSocketServerProtocol
from orderlists_simulator._virtual_time.clock import Clock

_GOING_AWAY = 1001
_TEXT_FRAME, _BINARY_FRAME = 0x81, 0x82
_SHORT, _MEDIUM = 126, 2**16
# On, with no time: unsent bytes are discarded, and the peer receives a reset.
NO_LINGERING = struct.pack("ii", 1, 0)


class WebSocketServer:
    """Upgrades requests to WebSocket connections to a venue.

    Args:
        venue: The venue.
        injector: Takes requests to it.
        clock: The venue's time, and how delays pass.  In real time, scheduled actions run when they
            are due, and connections are pinged; in virtual time, they run when the venue is next
            used.
    """

    def __init__(self, venue: Venue, injector: FaultInjector, clock: Clock) -> None:
        self._venue = venue
        self._injector = injector
        self._clock = clock
        self._protocol = WebSocketServerProtocol(venue)

    async def serve(self, request: web.BaseRequest, target: str) -> web.StreamResponse:
        """Serve one connection until it ends, or refuse it."""
        try:
            session = self._protocol.open(target, now=self._clock.now())
        except HandshakeRefused as refused:
            said = refused.response
            return web.Response(status=said.status, headers=said.headers, body=said.body)
        # A request has a transport until its connection is lost.
        transport = cast("asyncio.Transport", request.transport)
        socket_ = web.WebSocketResponse(autoping=False, compress=False)
        await socket_.prepare(request)
        server = ServerConnection(self._venue, self._protocol, self._injector, session)
        peer = _Peer(transport, socket_, server, asyncio.get_running_loop().time())
        tasks = [asyncio.create_task(self._write(peer))]
        if not self._clock.is_virtual:
            tasks.append(asyncio.create_task(self._ping(peer)))
        try:
            await self._read(peer, tasks)
        finally:
            server.close("closed")
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        return socket_

    async def _read(self, peer: _Peer, tasks: list[asyncio.Task[None]]) -> None:
        async for frame in peer.frames():
            arrived = self._clock.now()
            seconds = peer.server.receive_frame(frame, now=arrived)
            if not self._clock.is_virtual or seconds == 0:
                continue
            if math.isfinite(seconds):
                tasks.append(asyncio.create_task(self._delay(arrived, seconds)))
            else:
                # In virtual time the client's timeout cannot run out.
                peer.server.close("dropped")

    async def _delay(self, arrived: int, seconds: float) -> None:
        await self._clock.asleep(seconds)
        self._venue.run_until(max(self._clock.now(), arrived + in_nanoseconds(seconds)))

    async def _write(self, peer: _Peer) -> None:
        changed, now = asyncio.Event(), self._clock.now()
        loop = asyncio.get_running_loop()

        def wake() -> None:
            loop.call_soon_threadsafe(changed.set)

        self._venue.notifier.add(wake)
        # The client may have closed the connection already.
        with suppress(OSError):
            try:
                while True:
                    changed.clear()
                    now = max(now, self._clock.now())
                    with self._venue.notifier.lock:
                        self._venue.run_until(now)
                        frame, ended = peer.server.next_frame(), peer.server.ended
                    if frame is not None:
                        await peer.send(frame)
                    elif ended is None:
                        now = await self._wait(changed, now)
                    else:
                        await peer.end()
                        return
            except AssertionError:
                # An error in the plan, which the simulator raises at its end.
                peer.server.close("dropped")
                await peer.end()
            finally:
                self._venue.notifier.remove(wake)

    async def _wait(self, changed: asyncio.Event, now: int) -> int:
        # After a wait until a time, that time is reached, even by a clock that does not move.
        due = None if self._clock.is_virtual else self._venue.next_time
        try:
            async with asyncio.timeout(None if due is None else max(0, due - now) / SECOND):
                await changed.wait()
        except TimeoutError:
            return now if due is None else due
        return now

    async def _ping(self, peer: _Peer) -> None:
        behaviour = self._venue.behaviour
        if behaviour.ping_interval is None:
            return
        loop = asyncio.get_running_loop()
        with suppress(OSError):
            while loop.time() - peer.pong_at < behaviour.pong_timeout:
                await asyncio.sleep(behaviour.ping_interval)
                await peer.socket.ping(str(self._clock.now()).encode())
        peer.server.close("dropped")


@define
class _Peer:
    transport: asyncio.Transport
    socket: web.WebSocketResponse
    server: ServerConnection
    pong_at: float

    async def frames(self) -> AsyncIterator[Frame]:
        """Yield the frames that arrive, answer pings, and note the time of pongs."""
        async for message in self.socket:
            if message.type in {WSMsgType.TEXT, WSMsgType.BINARY}:
                frame: Frame = message.data
                yield frame
            elif message.type is WSMsgType.PING:
                await self.socket.pong(message.data)
            else:
                # A pong, or an error, which is the last message.
                self.pong_at = asyncio.get_running_loop().time()

    async def send(self, frame: Frame) -> None:
        if isinstance(frame, str):
            await self.socket.send_str(frame)
        else:
            await self.socket.send_bytes(frame)

    async def end(self) -> None:
        """End the connection as the server side has ended."""
        if self.server.ended == "shut down":
            await self.socket.close(code=_GOING_AWAY)
        else:
            self._break()

    def _break(self) -> None:
        partial = self.server.partial_frame
        if partial is not None:
            self.transport.write(_first_part(partial))
        plain: socket.socket = self.transport.get_extra_info("socket")
        if self.server.ended == "reset":
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGERING)
        self.transport.close()


def _first_part(partial: PartialFrame) -> bytes:
    kind, whole = _BINARY_FRAME, partial.whole
    if isinstance(whole, str):
        kind, whole = _TEXT_FRAME, whole.encode()
    length = len(whole)
    if length < _SHORT:
        head = struct.pack("!BB", kind, length)
    elif length < _MEDIUM:
        head = struct.pack("!BBH", kind, 126, length)
    else:
        head = struct.pack("!BBQ", kind, 127, length)
    return head + whole[: int(length * partial.share)]
