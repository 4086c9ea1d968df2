"""Closing WebSocket transports, and interrupts: no connection is left open."""

from __future__ import annotations

import asyncio
import signal
import sys
from itertools import count
from threading import get_ident
from typing import TYPE_CHECKING, Any

import pytest

from clients import key_of
from frame_servers import answering_requests
from orderlists import CancelOrderList, TransportError, WebSocketApi
from orderlists_simulator import EXAMPLE_KEY
from orderlists_transports import Client, _websocket, websockets
from orderlists_transports.conformance._servers.http import never_answer
from orderlists_transports.conformance._servers.websocket import echo, serving
from orderlists_transports.websockets import AsyncWebsocketsTransport, WebsocketsTransport

if TYPE_CHECKING:
    from types import FrameType

    from http_servers import Serve
    from orderlists_transports.conformance._servers.http import Peer
    from orderlists_transports.conformance._servers.tls import Tls

CANCEL = CancelOrderList(symbol="LTCBTC", order_list_id=0)


def test_an_async_transport_can_be_closed_again_while_a_connect_is_being_canceled(
    serve: Serve,
) -> None:
    server = serve(never_answer)

    async def main() -> None:
        transport = AsyncWebsocketsTransport(server.origin)
        connecting = asyncio.create_task(transport.aconnect("/", timeout=30))
        assert await asyncio.to_thread(server.has_received, 1)
        while not connecting.done():
            await transport.aclose()
            await asyncio.sleep(0)
        with pytest.raises(TransportError, match="closed"):
            await connecting

    asyncio.run(main())


def test_an_async_transport_that_is_closed_in_any_step_of_a_connect_opens_no_connection(
    serve: Serve,
) -> None:
    server = serve(serving(echo))

    async def is_closed_in(step: int) -> bool:
        transport = AsyncWebsocketsTransport(server.origin)
        connecting: Any = asyncio.create_task(transport.aconnect("/", timeout=5))
        while step >= 0 and not connecting.done():
            await asyncio.sleep(0)
            awaited = connecting._fut_waiter  # noqa: SLF001 - it says that the next step is due
            step -= awaited is not None and awaited.done()
        was_done = connecting.done()
        await transport.aclose()
        if not was_done:
            with pytest.raises(TransportError, match="closed"):
                await connecting
        return not was_done

    async def main() -> int:
        for step in count():
            if not await is_closed_in(step):
                return step
        raise AssertionError

    assert asyncio.run(main()) > 1
    assert server.has_closed(server.connections)


class Interrupt(BaseException):
    """What a signal handler raises."""


class InterruptAt:
    """A profiler that raises where a signal handler may: as a call in our modules begins or ends.

    Args:
        number: How many calls to let pass.
    """

    def __init__(self, number: int) -> None:
        self._left = number
        self._ours = (*_websocket.__path__, str(websockets.__file__))

    def __call__(self, frame: FrameType, event: str, _: object) -> None:
        if event in {"call", "c_return"} and frame.f_code.co_filename.startswith(self._ours):
            self._left -= 1
            if self._left < 0:
                raise Interrupt


def test_an_interrupt_at_any_instant_of_a_connect_leaves_no_connection_open(
    serve: Serve, wire: Tls | None
) -> None:
    server = serve(serving(echo), wire)
    trusted = None if wire is None else wire.client
    transport = WebsocketsTransport(server.origin, ssl_context=trusted)

    def is_interrupted_at(number: int) -> bool:
        sys.setprofile(InterruptAt(number))
        try:
            transport.connect("/", timeout=5)
        except Interrupt:
            return True
        finally:
            sys.setprofile(None)
        return False

    interrupts = next(number for number in count() if not is_interrupted_at(number))
    assert interrupts > 10
    assert server.has_closed(server.connections - 1)
    transport.close()
    assert server.has_closed(server.connections)


def test_a_connection_that_an_interrupted_caller_waited_for_serves_the_next(serve: Serve) -> None:
    def interrupt_and_answer(peer: Peer) -> None:
        signal.pthread_kill(caller, signal.SIGALRM)
        answering_requests()(peer)

    def strike(*_: object) -> None:
        raise Interrupt

    server, caller = serve(interrupt_and_answer), get_ident()
    usual = signal.signal(signal.SIGALRM, strike)
    try:
        with Client(key_of(EXAMPLE_KEY), exchange=server.origin, protocol=WebSocketApi()) as client:
            with pytest.raises(Interrupt):
                client.send(CANCEL)
            client.send(CANCEL)
    finally:
        signal.signal(signal.SIGALRM, usual)
    assert server.connections == 1
