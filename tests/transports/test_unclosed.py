"""Clients that are dropped, or left open until the interpreter ends, without a close."""

from __future__ import annotations

import asyncio
import gc
import os
import subprocess
import sys
import warnings
from typing import TYPE_CHECKING, Any

import pytest

from clients import key_of
from orderlists import GetServerTime, WebSocketApi
from orderlists_simulator import EXAMPLE_KEY, Simulator
from orderlists_transports import AsyncClient, Client
from orderlists_transports._unclosed import warn_if_left_open
from orderlists_transports.asyncio import AsyncioTransport
from orderlists_transports.urllib3 import Urllib3Transport
from orderlists_transports.websockets import WebsocketsTransport

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

KEY = key_of(EXAMPLE_KEY)
SHOWN = "'vmPU...Eh8A', open"

LEFT_OPEN = """
import sys
from orderlists import GetServerTime, HmacKey, Rest, WebSocketApi
from orderlists_transports import Client

url, protocol, ending = sys.argv[1:]
key = HmacKey(api_key="k" * 64, secret="not-a-real-one")
made = Rest() if protocol == "Rest" else WebSocketApi()
client = Client(key, exchange=url, protocol=made)
client.send(GetServerTime())
if ending == "closed":
    client.close()
"""


@pytest.fixture
def url() -> Iterator[str]:
    with Simulator() as simulator:
        yield simulator.url


def warned(act: Callable[[], object]) -> list[str]:
    """Return the texts of the warnings while something is done and garbage is collected."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        act()
        for _ in range(2):  # What a finalizer held is garbage only after it.
            gc.collect()
    assert all(each.category is ResourceWarning for each in caught)
    return [str(each.message) for each in caught]


def test_a_dropped_client_is_named_in_a_warning_and_its_sockets_are_closed(url: str) -> None:
    def drop() -> None:
        Client(KEY, exchange=url).send(GetServerTime())

    name = f"<Client Rest over <Urllib3Transport {url}> as {SHOWN}>"
    assert warned(drop) == [f"unclosed {name}"]  # A socket that is not closed would warn too.


def test_a_dropped_asynchronous_client_is_named_in_a_warning(url: str) -> None:
    def drop() -> None:
        asyncio.run(AsyncClient(KEY, exchange=url).send(GetServerTime()))

    name = f"<AsyncClient Rest over <AsyncioTransport {url}> as {SHOWN}>"
    assert f"unclosed {name}" in warned(drop)


def test_a_closed_client_is_collected_without_a_warning(url: str) -> None:
    def close() -> None:
        with Client(KEY, exchange=url) as client:
            client.send(GetServerTime())

    async def aclose() -> None:
        async with AsyncClient(KEY, exchange=url) as client:
            await client.send(GetServerTime())

    assert warned(close) == []
    assert warned(lambda: asyncio.run(aclose())) == []


def test_an_unused_client_is_collected_without_a_warning(url: str) -> None:
    assert warned(lambda: Client(KEY, exchange=url)) == []
    assert warned(lambda: AsyncClient(KEY, exchange=url)) == []


def test_a_transport_that_was_given_outlives_a_dropped_client(url: str) -> None:
    transport = Urllib3Transport(url)

    def drop() -> None:
        Client(KEY, transport=transport).send(GetServerTime())

    assert warned(drop) == []
    assert transport.pool.drop()


def test_an_asynchronous_transport_that_was_given_outlives_a_dropped_client(url: str) -> None:
    async def use() -> None:
        transport = AsyncioTransport(url)
        await AsyncClient(KEY, transport=transport).send(GetServerTime())
        gc.collect()
        await AsyncClient(KEY, transport=transport).send(GetServerTime())
        await transport.aclose()

    assert warned(lambda: asyncio.run(use())) == []


@pytest.mark.parametrize("ending", ["open", "closed"])
@pytest.mark.parametrize("protocol", ["Rest", "WebSocketApi"])
def test_a_client_that_is_open_when_the_interpreter_ends_is_named_in_a_warning(
    protocol: str, ending: str, url: str
) -> None:
    printed = subprocess.run(
        [sys.executable, "-W", "always::ResourceWarning", "-c", LEFT_OPEN, url, protocol, ending],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        check=True,
        text=True,
    ).stderr
    assert printed.count("ResourceWarning") == (ending == "open")
    assert (f"unclosed <Client {protocol} over <" in printed) is (ending == "open")


def test_a_client_with_a_thread_is_left_open_only_by_the_end_of_the_interpreter(url: str) -> None:
    transport = WebsocketsTransport(url)
    owner = Client(KEY, transport=transport, protocol=WebSocketApi())
    at_exit: Any = warn_if_left_open(owner, transport)
    assert warned(at_exit) == []

    at_exit = warn_if_left_open(owner, transport)
    owner.send(GetServerTime())
    assert warned(at_exit) == [f"unclosed {owner!r}"]
    owner.close()


def test_a_collected_client_with_a_thread_is_warned_of_once(url: str) -> None:
    def drop() -> None:
        Client(KEY, exchange=url, protocol=WebSocketApi()).send(GetServerTime())

    (text,) = warned(drop)
    assert text.startswith("unclosed client over <WebsocketsTransport")
