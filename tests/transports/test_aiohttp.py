"""The HTTP transport over a session of aiohttp: what is ours, and what stays the session's."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import sys
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

from http_servers import SOON, hold, receive_and_hold
from orderlists import InvalidSetting, MissingExtra, TransportError
from orderlists.extending import HttpRequest, HttpResponse
from orderlists_transports import aiohttp as module
from orderlists_transports.aiohttp import AiohttpTransport
from orderlists_transports.conformance._servers.http import always, answer, reply, unmeasured

if TYPE_CHECKING:
    from http_servers import Serve
    from orderlists_transports.conformance._servers.http import Peer

REQUEST = HttpRequest("GET", "/api/v3/time", ())


def send(
    origin: str, request: HttpRequest = REQUEST, timeout: float = 5, **settings: Any
) -> HttpResponse:
    """Send a request through a session with these settings."""

    async def use() -> HttpResponse:
        connector = settings.pop("connector", aiohttp.TCPConnector)
        async with aiohttp.ClientSession(connector=connector(), **settings) as session:
            return await AiohttpTransport(origin, session=session).asend(request, timeout=timeout)

    return asyncio.run(use())


def failure(origin: str, *rest: Any, **settings: Any) -> TransportError:
    with pytest.raises(TransportError) as caught:
        send(origin, *rest, **settings)
    return caught.value


def test_the_session_stays_open_and_a_closed_one_sends_nothing(serve: Serve) -> None:
    server = serve(always(reply()))

    async def use() -> None:
        async with aiohttp.ClientSession() as session:
            transport = AiohttpTransport(server.origin, session=session)
            assert (await transport.asend(REQUEST, timeout=5)).status == 200
            assert repr(transport) == f"<AiohttpTransport {server.origin}>"
            await transport.aclose()
            assert not session.closed
            with pytest.raises(TransportError, match="closed"):
                await transport.asend(REQUEST, timeout=5)
        with pytest.raises(TransportError, match="closed") as caught:
            await AiohttpTransport(server.origin, session=session).asend(REQUEST, timeout=5)
        assert (caught.value.sent, caught.value.is_retryable) == (False, False)

    asyncio.run(use())
    assert len(server.received) == 1


@pytest.mark.parametrize("given", [None, aiohttp.ClientSession, "http://user:secret@proxy"])
def test_what_is_no_session_is_refused(given: Any) -> None:
    with pytest.raises(
        InvalidSetting, match=r"session=.*: must be an aiohttp\.ClientSession"
    ) as caught:
        AiohttpTransport("http://127.0.0.1:1", session=given)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("timeout", [0, -1])
def test_no_time_left_means_not_sent(timeout: float, serve: Serve) -> None:
    server = serve(always(reply()))
    assert failure(server.origin, REQUEST, timeout).sent is False
    assert server.received == []


def test_the_first_of_many_attempts_of_aiohttp_is_the_last(serve: Serve) -> None:
    def script(peer: Peer) -> None:
        answer(reply())(peer)
        peer.receive()

    server = serve(script)

    async def use() -> None:
        async with aiohttp.ClientSession() as session:
            transport = AiohttpTransport(server.origin, session=session)
            await transport.asend(REQUEST, timeout=5)
            await transport.asend(HttpRequest("GET", "/second", ()), timeout=5)

    with pytest.raises(TransportError, match="connection ended without a response") as caught:
        asyncio.run(use())
    assert caught.value.sent is None
    assert [each.target for each in server.received] == [REQUEST.target, "/second"]


@pytest.mark.parametrize("status", [101, 600, 999])
def test_a_status_that_is_none_is_an_error(status: int, serve: Serve) -> None:
    error = failure(serve(answer(unmeasured(b"", status=status))).origin)
    assert error.sent is None


def test_a_session_proxy_that_wants_a_password_is_not_retryable(serve: Serve) -> None:
    proxy = serve(answer(reply(status=407)))
    error = failure("https://api.binance.com", proxy=proxy.origin)
    assert (error.sent, error.is_retryable) == (False, False)
    assert str(error).endswith(": the proxy refused to connect, with status 407")


def test_a_session_proxy_that_cannot_be_reached_is_blamed(serve: Serve) -> None:
    proxy = serve(hold)
    proxy.close()
    error = failure("https://api.binance.com", proxy=proxy.origin)
    assert (error.sent, error.is_retryable) == (False, True)
    assert error.reason.startswith(
        "no connection to https://api.binance.com:443 by the session's proxy: "
    )


def test_a_refused_connection_means_not_sent(serve: Serve) -> None:
    server = serve(hold)
    server.close()
    assert failure(server.origin).sent is False


def test_a_silent_server_ends_at_the_timeout(serve: Serve) -> None:
    assert failure(serve(receive_and_hold).origin, REQUEST, SOON).sent is None


def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "aiohttp", None)
    spec = importlib.util.spec_from_file_location("without_aiohttp", os.fspath(module.__file__))
    assert spec is not None
    assert spec.loader is not None
    with pytest.raises(MissingExtra, match=r"pip install 'orderlists\[aiohttp\]'"):
        spec.loader.exec_module(importlib.util.module_from_spec(spec))
