"""What only the WebSocket transport over aiohttp does: sessions, event loops, proxies."""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import os
import sys
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

import aiohttp
import pytest

from orderlists import HandshakeRefused, InvalidSetting, MissingExtra, TransportError
from orderlists_transports import aiohttp_websocket as module
from orderlists_transports.aiohttp_websocket import AiohttpWebSocketTransport
from orderlists_transports.conformance._servers.http import Peer, Server, reply
from orderlists_transports.conformance._servers.websocket import (
    TEXT,
    WebSocketPeer,
    close_frame,
    dropping,
    echo,
    frame,
    hold,
    read_handshake,
    refusing,
    refusing_by,
    sending,
    serving,
    upgrade,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from orderlists_transports.conformance._servers.tls import Tls

SOON = 0.1
ENOUGH = 0.5


class Serve(Protocol):
    def __call__(self, script: Callable[[Peer], None], tls: Tls | None = None) -> Server: ...


class Sockets(Protocol):
    def session(self, **settings: object) -> aiohttp.ClientSession: ...
    def are_closed(self) -> list[bool]: ...


@pytest.fixture
def serve() -> Iterator[Serve]:
    with contextlib.ExitStack() as servers:

        def start(script: Callable[[Peer], None], tls: Tls | None = None) -> Server:
            server = Server(script, None if tls is None else tls.server)
            servers.callback(server.close)
            return server

        yield start


def one_connection(**settings: object) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=1), **settings)  # type: ignore[arg-type] # the transport's own


def say_nothing(peer: Peer) -> None:
    peer.hold()


def holding(before: Callable[[Peer], object]) -> Callable[[Peer], None]:
    def script(peer: Peer) -> None:
        before(peer)
        peer.hold()

    return script


def read_one(talk: WebSocketPeer) -> None:
    talk.read()


async def failure(transport: AiohttpWebSocketTransport, target: str = "/") -> TransportError:
    with pytest.raises(TransportError) as caught:
        await transport.aconnect(target, timeout=5)
    await transport.aclose()
    return caught.value


def test_a_transport_outlives_its_event_loop(serve: Serve) -> None:
    server = serve(serving(echo))
    transport = AiohttpWebSocketTransport(server.origin)

    async def use() -> None:
        connection = await transport.aconnect("/", timeout=5)
        await connection.asend("{}", timeout=5)
        assert await connection.areceive(timeout=None) == "{}"
        await connection.aclose()

    for _ in range(2):
        asyncio.run(use())
    asyncio.run(transport.aclose())
    assert server.connections == 2


@pytest.mark.parametrize(
    "before",
    [
        read_handshake,
        refusing(reply(status=429, headers=["Connection: close"])),
        refusing_by(lambda got: upgrade(got, accept="bm90IHlvdXIga2V5")),
        dropping(sending(close_frame(1001))),
        dropping(sending(frame(b"\xff", TEXT))),
    ],
    ids=["nothing", "a refusal", "a handshake for another", "a close", "what is no text"],
)
def test_a_server_that_does_not_hang_up_keeps_no_connection_open(
    before: Callable[[Peer], object], serve: Serve, tls: Tls, sockets: Sockets
) -> None:
    server = serve(holding(before), tls)

    async def use(transport: AiohttpWebSocketTransport) -> None:
        with contextlib.suppress(TransportError):
            connection = await transport.aconnect("/", timeout=ENOUGH)
            await connection.areceive(timeout=None)
        await transport.aclose()

    origin = server.origin.replace("https", "wss")
    asyncio.run(use(AiohttpWebSocketTransport(origin, session=sockets.session)))
    assert sockets.are_closed() == [True]


def test_a_proxy_that_is_handed_in_is_asked(serve: Serve) -> None:
    proxy = serve(refusing(reply(status=407)))
    session = partial(aiohttp.ClientSession, proxy=proxy.origin)
    transport = AiohttpWebSocketTransport("wss://ws-api.binance.com", session=session)
    error = asyncio.run(failure(transport))
    assert error.sent is False
    assert not isinstance(error, HandshakeRefused)
    assert str(error).endswith(": the proxy refused to connect, with status 407")
    assert [(each.method, each.target) for each in proxy.received] == [
        ("CONNECT", "ws-api.binance.com:443")
    ]


def test_a_target_that_aiohttp_would_change_is_not_asked_for(serve: Serve) -> None:
    server = serve(serving(echo))
    error = asyncio.run(failure(AiohttpWebSocketTransport(server.origin), "/ws?"))
    assert error.sent is False
    assert server.received == []


def test_closing_ends_those_who_wait_to_connect(serve: Serve) -> None:
    async def close_while_waiting() -> list[bool | None]:
        transport = AiohttpWebSocketTransport(serve(say_nothing).origin, session=one_connection)
        tasks = [asyncio.create_task(transport.aconnect("/", timeout=5)) for _ in range(2)]
        await asyncio.sleep(SOON)
        await transport.aclose()
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
        return [error.sent for error in outcomes if isinstance(error, TransportError)]

    assert asyncio.run(close_while_waiting()) == [False, False]


def test_a_cancelled_connect_is_cancelled(serve: Serve) -> None:
    async def cancel() -> bool:
        transport = AiohttpWebSocketTransport(serve(say_nothing).origin)
        connecting = asyncio.create_task(transport.aconnect("/", timeout=5))
        await asyncio.sleep(SOON)
        connecting.cancel()
        await asyncio.wait([connecting])
        await transport.aclose()
        return connecting.cancelled()

    assert asyncio.run(cancel())


def test_a_connection_that_breaks_off_is_known_to_the_sender(serve: Serve) -> None:
    server = serve(dropping(read_one))

    async def send() -> bool | None:
        transport = AiohttpWebSocketTransport(server.origin)
        connection = await transport.aconnect("/", timeout=5)
        await connection.asend("{}", timeout=5)
        assert await asyncio.to_thread(server.has_closed, 1)
        await asyncio.sleep(SOON)
        with pytest.raises(TransportError) as caught:
            await connection.asend("{}", timeout=5)
        await transport.aclose()
        return caught.value.sent

    assert asyncio.run(send()) is False


def test_an_exchange_that_stays_silent_is_given_up(serve: Serve) -> None:
    async def wait() -> str:
        transport = AiohttpWebSocketTransport(serve(serving(hold)).origin, heartbeat=SOON)
        connection = await transport.aconnect("/", timeout=5)
        with pytest.raises(TransportError) as caught:
            await connection.areceive(timeout=5)
        await transport.aclose()
        return str(caught.value)

    assert "ServerTimeoutError" in asyncio.run(wait())


def test_two_who_receive_at_once_are_told(serve: Serve) -> None:
    async def receive_twice() -> str:
        transport = AiohttpWebSocketTransport(serve(serving(echo)).origin)
        connection = await transport.aconnect("/", timeout=5)
        first = asyncio.create_task(connection.areceive(timeout=None))
        await asyncio.sleep(0)
        with pytest.raises(TransportError) as caught:
            await connection.areceive(timeout=5)
        await transport.aclose()
        await asyncio.wait([first])
        assert isinstance(first.exception(), TransportError)
        return str(caught.value)

    assert "RuntimeError" in asyncio.run(receive_twice())


def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "aiohttp", None)
    spec = importlib.util.spec_from_file_location("without_aiohttp", os.fspath(module.__file__))
    assert spec is not None
    assert spec.loader is not None
    with pytest.raises(MissingExtra, match=r"pip install 'orderlists\[aiohttp\]'"):
        spec.loader.exec_module(importlib.util.module_from_spec(spec))


def test_a_session_function_that_makes_none_is_refused() -> None:
    nothing: Any = dict
    transport = AiohttpWebSocketTransport("http://127.0.0.1:9", session=nothing)
    with pytest.raises(InvalidSetting, match=r"must return an aiohttp\.ClientSession"):
        asyncio.run(transport.aconnect("/", timeout=5))


def test_a_page_that_refuses_at_length_is_not_read_to_its_end(serve: Serve) -> None:
    server = serve(refusing(reply(b"x" * 2000, status=503)))
    transport = AiohttpWebSocketTransport(server.origin, max_frame_size=1000)
    assert asyncio.run(failure(transport)).sent is False


def test_a_session_of_another_event_loop_is_left_to_it(serve: Serve) -> None:
    server = serve(refusing(reply(status=503)))
    made: list[aiohttp.ClientSession] = []

    def session(**settings: Any) -> aiohttp.ClientSession:
        made.append(aiohttp.ClientSession(**settings))
        return made[-1]

    transport = AiohttpWebSocketTransport(server.origin, session=session)
    other = asyncio.new_event_loop()
    other.run_until_complete(_refused(transport))
    asyncio.run(failure(transport))
    assert [each.closed for each in made] == [False, True]
    other.run_until_complete(made[0].close())
    other.close()


async def _refused(transport: AiohttpWebSocketTransport) -> None:
    with pytest.raises(TransportError):
        await transport.aconnect("/", timeout=5)
