"""One WebSocket connection over aiohttp.

Invariant: a frame that arrived is returned, whatever is cancelled meanwhile: it stays in aiohttp's
queue until the very step that returns it.
"""

from __future__ import annotations

import asyncio
import os
from contextlib import suppress
from typing import TYPE_CHECKING, cast

import aiohttp

from orderlists import TransportError
from orderlists_transports._net.redact import UNSENT
from orderlists_transports._net.redact import describe as told
from orderlists_transports._outbox import TAKEN_AT_ONCE, Outbox

if TYPE_CHECKING:
    from collections.abc import Callable

    from orderlists.extending import Frame

FAREWELL = 0.5
"""Seconds that the other side is given to agree that a connection is over."""

_AT_ONCE = 1e-9  # aiohttp takes 0 for no timeout.


class Response(aiohttp.ClientResponse):
    """aiohttp's response; whoever closes it hangs up.

    Over TLS, asyncio gives the other side half a minute to agree that a connection is over.  Nobody
    waits for that, and an event loop that ends meanwhile would leave the socket open.
    """

    _carrier: asyncio.Transport | None = None

    async def start(self, connection: aiohttp.connector.Connection) -> Response:
        """Read the head of the response."""
        self._carrier = connection.transport
        await super().start(connection)
        return self

    def close(self) -> None:
        """Let go of the response, and close its connection if it still has one."""
        super().close()
        if self._carrier is not None and self._carrier.is_closing():
            self._carrier.abort()


class Socket(aiohttp.ClientWebSocketResponse):
    """aiohttp's end of a connection, which writes to an outbox."""

    def open_outbox(self) -> Outbox:
        """Have frames written to an outbox from now on.  To be asked while it is new."""
        connection = cast("aiohttp.connector.Connection", self._response.connection)
        outbox = Outbox(cast("asyncio.Transport", connection.transport))
        self._writer.transport = cast("asyncio.Transport", outbox)
        return outbox

    def release(self) -> None:
        """Let go of what carries the frames."""
        self._response.close()


class AiohttpConnection:
    """An open connection; keeps `AsyncConnection`.  Pings are answered while somebody receives.

    Args:
        socket: Has shaken hands; the connection takes it over.
        ended: Is told when the connection is over.
    """

    def __init__(self, socket: Socket, ended: Callable[[AiohttpConnection], None]) -> None:
        self.home = (asyncio.get_running_loop(), os.getpid())
        self._ended = ended
        self._socket = socket
        self._outbox = socket.open_outbox()
        self._end: str | None = None

    async def asend(self, frame: str, /, *, timeout: float) -> None:  # noqa: ASYNC109 - the transport owns its timeout: only it knows what was sent by then
        """Send one text frame, as `Connection.send` says."""
        if (why := self._obstacle()) is not None:
            raise TransportError(f"{UNSENT}: {why}", sent=False)
        failure = None
        try:
            content = frame.encode()
            if len(content) + self._outbox.size() <= TAKEN_AT_ONCE:
                await self._socket.send_frame(content, aiohttp.WSMsgType.TEXT)
            else:
                async with asyncio.timeout(timeout):
                    await self._socket.send_frame(content, aiohttp.WSMsgType.TEXT)
        except UnicodeEncodeError:
            failure = TransportError(f"{UNSENT}: it is not Unicode text", sent=False)
        except Exception as error:  # noqa: BLE001 - whatever a library raises, one error leaves
            failure = TransportError(f"{UNSENT} as a whole: {told(error)}", sent=None)
        # Raised here, where no foreign error is being handled: none becomes its context.
        if failure is not None:
            raise failure

    async def areceive(self, *, timeout: float | None) -> Frame | None:  # noqa: ASYNC109 - as above
        """Return the next frame, as `Connection.receive` says."""
        try:
            message = await self._socket.receive(
                timeout if timeout is None or timeout > 0 else _AT_ONCE
            )
        except TimeoutError:
            return None
        except Exception as error:  # noqa: BLE001 - as above
            message = aiohttp.WSMessage(aiohttp.WSMsgType.ERROR, error, None)
        if message.type is aiohttp.WSMsgType.TEXT or message.type is aiohttp.WSMsgType.BINARY:
            frame: Frame = message.data
            return frame
        self._finish(_why(message))
        raise TransportError(f"the connection is over: {self._end}", sent=None)

    async def aclose(self) -> None:
        """End the connection, after half a second at the latest, agreed or not."""
        self._end = self._end or "it was closed here"
        with suppress(Exception):
            async with asyncio.timeout(FAREWELL):
                await self._socket.close()
        # What the other side does not take would keep it open.
        self._outbox.abort()
        self._finish()

    def _finish(self, why: str | None = None) -> None:
        self._end = self._end or why
        self._socket.release()
        self._ended(self)

    def _obstacle(self) -> str | None:
        if self._end is None and self._outbox.is_closing():
            return "the connection is lost"
        return self._end


def _why(message: aiohttp.WSMessage) -> str:
    match message.type:
        case aiohttp.WSMsgType.CLOSE:
            return f"the other side closed it with code {message.data}"
        case aiohttp.WSMsgType.ERROR:
            return told(message.data)
        case _:
            return "the other side is gone"
