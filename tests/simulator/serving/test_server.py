import asyncio
import logging
import socket
import subprocess
import sys
import threading
from collections.abc import Awaitable, Callable
from http.client import HTTPConnection, RemoteDisconnected
from urllib.parse import urlsplit

import pytest

from orderlists import InvalidSetting, MissingExtra
from orderlists.extending import HttpRequest
from orderlists_simulator import (
    EXAMPLE_KEY,
    ApiKey,
    HmacApiKey,
    Plan,
    RealClock,
    Simulator,
    Venue,
    VenueTransport,
    VirtualClock,
)
from orderlists_simulator.faults import DROPPED, RESET, Answer, delayed, executed, truncated


class SleepingClock(VirtualClock):
    """A clock that does not move, with a sleep of its own."""

    def __init__(self, asleep: Callable[[float], Awaitable[None]]) -> None:
        super().__init__()
        self._asleep = asleep

    async def asleep(self, seconds: float) -> None:
        await self._asleep(seconds)


class StrangeApiKey(ApiKey):
    def verify(self, payload: bytes, signature: str) -> bool:
        return payload.decode() == signature


def test_the_default_venue_is_the_example_venue() -> None:
    with Simulator() as simulator:
        assert simulator.key.api_key == EXAMPLE_KEY.api_key
        assert [each.order_list_id for each in simulator.venue.lists] == [0, 1, 2, 3, 4]
        assert simulator.venue.order_list(0).list_client_order_id == "C3wyj4WVEktd7u9aVBRXcN"


def test_the_default_address_is_loopback() -> None:
    with Simulator() as simulator:
        assert urlsplit(simulator.url).hostname == "127.0.0.1"


def test_no_thread_or_socket_is_left_after_the_end() -> None:
    before = set(threading.enumerate())
    with Simulator() as simulator:
        address = urlsplit(simulator.url)
        kept_alive = HTTPConnection(address.netloc, timeout=10)
        kept_alive.request("DELETE", "/")
        kept_alive.getresponse().read()

    # Earlier threads may have ended meanwhile.
    assert set(threading.enumerate()) <= before
    kept_alive.close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((address.hostname, address.port or 0), timeout=10)


def test_an_incomplete_request_does_not_keep_the_simulator_running() -> None:
    with Simulator() as simulator:
        address = urlsplit(simulator.url)
        client = socket.create_connection((address.hostname, address.port or 0), timeout=10)
        client.sendall(b"DELETE / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n")
        # The next connection is served after the first request has begun.
        connection = HTTPConnection(address.netloc, timeout=10)
        connection.request("DELETE", "/")
        connection.getresponse().read()
        connection.close()

    assert client.recv(1) == b""
    client.close()


def test_a_delayed_answer_does_not_keep_the_simulator_running() -> None:
    held = threading.Event()

    async def asleep(_seconds: float) -> None:
        held.set()
        await asyncio.Event().wait()

    with Simulator(plan=Plan([delayed(60)]), clock=SleepingClock(asleep)) as simulator:
        connection = HTTPConnection(urlsplit(simulator.url).netloc, timeout=10)
        connection.request("GET", "/api/v3/time")
        assert held.wait(timeout=10)

    with pytest.raises((RemoteDisconnected, ConnectionResetError)):
        connection.getresponse()
    connection.close()
    assert simulator.venue.log.entries[0].answered is None


@pytest.mark.parametrize("then", [DROPPED, RESET, truncated(noticed=True), truncated()], ids=repr)
def test_a_client_that_closed_its_connection_causes_no_error(
    then: Answer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    held, gone = threading.Event(), threading.Event()

    async def asleep(seconds: float) -> None:
        if seconds == 0:
            return
        held.set()
        await asyncio.to_thread(gone.wait, 10)
        for _ in range(10):  # the loop has to notice
            await asyncio.sleep(0)

    plan = Plan([executed(answer=then, delay=1)])
    with Simulator(plan=plan, clock=SleepingClock(asleep)) as simulator:
        connection = HTTPConnection(urlsplit(simulator.url).netloc, timeout=10)
        connection.request("GET", "/api/v3/time")
        assert held.wait(timeout=10)
        connection.close()
        gone.set()
        connection = HTTPConnection(urlsplit(simulator.url).netloc, timeout=10)
        connection.request("GET", "/api/v3/time")
        status = connection.getresponse().status
        connection.close()

    assert status == 200
    assert not caplog.records


def test_a_simulator_can_be_started_again() -> None:
    simulator = Simulator()
    with simulator:
        pass
    with simulator:
        assert simulator.url


def test_a_running_simulator_cannot_be_started() -> None:
    with Simulator() as simulator, pytest.raises(RuntimeError, match="already"):
        simulator.__enter__()


def test_the_url_is_known_while_running_only() -> None:
    with pytest.raises(RuntimeError, match="with block"):
        _ = Simulator().url


def test_the_key_of_a_venue_without_hmac_keys_is_a_lookup_error() -> None:
    with pytest.raises(LookupError):
        _ = Simulator(Venue(keys=[])).key


def test_the_key_is_the_first_hmac_key() -> None:
    secret = HmacApiKey(api_key="h" * 64, secret="s")
    venue = Venue(keys=[StrangeApiKey(api_key="s" * 64), secret, EXAMPLE_KEY])

    assert Simulator(venue).key.secret == secret.secret


def test_a_port_in_use_is_refused() -> None:
    with Simulator() as first:
        port = urlsplit(first.url).port or 0
        with (
            pytest.raises(InvalidSetting, match=f"port={port}: must be free"),
            Simulator(port=port),
        ):
            pass


def test_a_port_out_of_range_is_refused() -> None:
    with pytest.raises(InvalidSetting, match="port"), Simulator(port=65536):
        pass


def test_http_and_in_process_responses_are_the_same() -> None:
    request = HttpRequest("DELETE", "/api/v3/orderList?symbol=LTCBTC", ())
    inside = VenueTransport(Venue(), clock=RealClock(lambda: 0)).send(request, timeout=1.0)

    with Simulator(Venue(), clock=RealClock(lambda: 0)) as simulator:
        connection = HTTPConnection(urlsplit(simulator.url).netloc, timeout=10)
        connection.request(request.method, request.target)
        outside = connection.getresponse()
        body = outside.read()
        connection.close()

    assert (outside.status, body) == (inside.status, inside.body)
    assert set(inside.headers) <= set(outside.getheaders())


def test_serving_without_aiohttp_raises_missing_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "orderlists_simulator._serving.http_server", raising=False)
    monkeypatch.setitem(sys.modules, "aiohttp", None)

    with pytest.raises(MissingExtra, match=r"pip install 'orderlists\[aiohttp\]'"):
        Simulator()


def test_importing_the_package_imports_no_extra() -> None:
    program = (
        "import sys, orderlists_simulator; "
        "print([name for name in ('aiohttp', 'cryptography') if name in sys.modules])"
    )
    path = {"PYTHONPATH": ":".join(sys.path)}

    done = subprocess.run(
        [sys.executable, "-c", program], env=path, capture_output=True, text=True, check=True
    )

    assert done.stdout == "[]\n"
