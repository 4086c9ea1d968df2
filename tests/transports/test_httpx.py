"""The HTTP transports over httpx, both colours alike."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import sys
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from http_servers import SOON, hold, write_and_hold
from orderlists import InvalidSetting, MissingExtra, TransportError
from orderlists.extending import HttpRequest, HttpResponse
from orderlists_transports import httpx as module
from orderlists_transports.conformance._servers.http import always, reply
from orderlists_transports.httpx import AsyncHttpxTransport, HttpxTransport

if TYPE_CHECKING:
    from collections.abc import Callable

    from http_servers import Serve
    from orderlists_transports.conformance._servers.http import Peer

REQUEST = HttpRequest("GET", "/api/v3/time", ())
Send = "Callable[..., HttpResponse]"


def send_sync(origin: str, *requests: HttpRequest, timeout: float = 5) -> HttpResponse | None:
    transport = HttpxTransport(origin, transport=httpx.HTTPTransport())
    try:
        responses = [transport.send(each, timeout=timeout) for each in requests]
    finally:
        transport.close()
    return responses[-1] if responses else transport.send(REQUEST, timeout=timeout)


async def _send_async(origin: str, requests: Any, seconds: float) -> HttpResponse:
    transport = AsyncHttpxTransport(origin, transport=httpx.AsyncHTTPTransport())
    try:
        responses = [await transport.asend(each, timeout=seconds) for each in requests]
    finally:
        await transport.aclose()
    return responses[-1] if responses else await transport.asend(REQUEST, timeout=seconds)


def send_async(origin: str, *requests: HttpRequest, timeout: float = 5) -> HttpResponse:
    return asyncio.run(_send_async(origin, requests, timeout))


@pytest.fixture(params=[send_sync, send_async], ids=["sync", "async"])
def send(request: pytest.FixtureRequest) -> Callable[..., HttpResponse]:
    """Send requests through a transport, then close it; without a request, send after closing."""
    return request.param  # type: ignore[no-any-return] # pytest's


def test_a_response_comes_back(send: Callable[..., HttpResponse], serve: Serve) -> None:
    server = serve(always(reply()))
    assert send(server.origin, REQUEST, REQUEST).body == b"{}"
    assert server.connections == 1


def test_a_closed_transport_sends_nothing(send: Callable[..., HttpResponse], serve: Serve) -> None:
    server = serve(always(reply()))
    with pytest.raises(TransportError, match="closed") as caught:
        send(server.origin)
    assert (caught.value.sent, caught.value.is_retryable) == (False, False)


@pytest.mark.parametrize(
    ("request_", "timeout", "why"),
    [(REQUEST, 0, "no time is left"), (HttpRequest("GET", "time", ()), 5, "its target")],
)
def test_what_cannot_be_sent_is_not_sent(
    request_: HttpRequest,
    timeout: float,
    why: str,
    send: Callable[..., HttpResponse],
    serve: Serve,
) -> None:
    server = serve(always(reply()))
    with pytest.raises(TransportError, match=why) as caught:
        send(server.origin, request_, timeout=timeout)
    assert caught.value.sent is False
    assert server.received == []


def test_a_refused_connection_means_not_sent(
    send: Callable[..., HttpResponse], serve: Serve
) -> None:
    server = serve(hold)
    server.close()
    with pytest.raises(TransportError) as caught:
        send(server.origin, REQUEST)
    assert caught.value.sent is False


def test_half_a_body_may_have_been_executed(
    send: Callable[..., HttpResponse], serve: Serve
) -> None:
    server = serve(write_and_hold(reply(b"{", length=9)))
    with pytest.raises(TransportError) as caught:
        send(server.origin, REQUEST, timeout=SOON)
    assert (caught.value.sent, caught.value.__context__) == (None, None)


def test_a_body_that_trickles_in_ends_at_the_timeout(
    send: Callable[..., HttpResponse], serve: Serve
) -> None:
    def dribble(peer: Peer) -> None:
        peer.receive()
        peer.write(reply(b"", length=1000))
        while not peer.hold(SOON / 5):
            peer.write(b"x")

    # On a busy machine the wait for one byte may end first.
    with pytest.raises(TransportError, match=r"TimeoutError|ReadTimeout"):
        send(serve(dribble).origin, REQUEST, timeout=SOON)


@pytest.mark.parametrize("kind", [HttpxTransport, AsyncHttpxTransport])
@pytest.mark.parametrize("given", [None, httpx.HTTPTransport])
def test_what_is_no_transport_of_httpx_is_refused(kind: Any, given: Any) -> None:
    with pytest.raises(InvalidSetting, match=r"transport=.*: must be an httpx\.(Async)?BaseTrans"):
        kind("http://127.0.0.1:1", transport=given)


def test_a_client_of_httpx_is_refused_because_it_logs_urls() -> None:
    client: Any = httpx.Client()
    with client, pytest.raises(InvalidSetting, match=r"must be an httpx\.BaseTransport"):
        HttpxTransport("http://127.0.0.1:1", transport=client)


def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "httpx", None)
    spec = importlib.util.spec_from_file_location("without_httpx", os.fspath(module.__file__))
    assert spec is not None
    assert spec.loader is not None
    with pytest.raises(MissingExtra, match=r"pip install 'orderlists\[httpx\]'"):
        spec.loader.exec_module(importlib.util.module_from_spec(spec))
