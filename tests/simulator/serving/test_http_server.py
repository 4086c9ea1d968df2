"""The HTTP server: what clients other than ours may send, and what they are sent."""

import json
import socket
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import pytest

from orderlists import InvalidSetting
from orderlists.extending import HttpRequest
from orderlists_simulator import RealClock, Simulator, Venue, VenueTransport

NOW = 5_000_000


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator(Venue(), clock=RealClock(lambda: NOW)) as simulator:
        yield simulator


@pytest.fixture
def wire(simulator: Simulator) -> Iterator[socket.socket]:
    """Open a plain connection."""
    address = urlsplit(simulator.url)
    with socket.create_connection((address.hostname, address.port or 0), timeout=10) as wire:
        yield wire


def exchange(simulator: Simulator, method: str, target: str, **headers: str) -> tuple[Any, bytes]:
    with closing(HTTPConnection(urlsplit(simulator.url).netloc, timeout=10)) as connection:
        connection.request(method, target, headers=headers)
        response = connection.getresponse()
        return response, response.read()


def read_response(wire: socket.socket) -> tuple[bytes, Any]:
    """Return the status line and the JSON body of a response."""
    with wire.makefile("rb") as stream:
        status, length = stream.readline(), 0
        while (line := stream.readline()) != b"\r\n":
            name, _, value = line.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
        return status, json.loads(stream.read(length))


def test_ping_is_an_empty_object_over_rest(simulator: Simulator) -> None:
    response, body = exchange(simulator, "GET", "/api/v3/ping")

    assert (response.status, body) == (200, b"{}")
    assert response.getheader("X-MBX-USED-WEIGHT-1M") == "1"


def test_expect_100_continue_is_answered_before_the_body_is_sent(wire: socket.socket) -> None:
    wire.sendall(
        b"DELETE /api/v3/orderList HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
        b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 13\r\n\r\n"
    )
    interim = wire.recv(100)
    wire.sendall(b"symbol=LTCBTC")

    assert interim == b"HTTP/1.1 100 Continue\r\n\r\n"
    status, body = read_response(wire)
    assert (status, body["code"]) == (b"HTTP/1.1 401 Unauthorized\r\n", -2014)


def test_head_returns_the_headers_of_get_without_a_body(simulator: Simulator) -> None:
    head, nothing = exchange(simulator, "HEAD", "/api/v3/time")
    get, body = exchange(simulator, "GET", "/api/v3/time")

    assert (head.status, nothing) == (200, b"")
    assert head.getheader("Content-Length") == get.getheader("Content-Length") == str(len(body))


def test_head_in_process_returns_no_body() -> None:
    transport = VenueTransport(Venue())

    response = transport.send(HttpRequest("HEAD", "/api/v3/time", ()), timeout=1.0)

    assert (response.status, response.body) == (200, b"")


@pytest.mark.parametrize("authority", ["http://127.0.0.1:8080", "HTTP://api.example", "https://x"])
def test_a_target_in_absolute_form_is_accepted(wire: socket.socket, authority: str) -> None:
    wire.sendall(f"GET {authority}/api/v3/time HTTP/1.1\r\nHost: x\r\n\r\n".encode())

    assert read_response(wire) == (b"HTTP/1.1 200 OK\r\n", {"serverTime": 5})


@pytest.mark.parametrize("host", ["0.0.0.0", "127.0.0.1", "localhost"])  # noqa: S104 - the test's point
def test_the_option_host_sets_the_address_to_listen_on(host: str) -> None:
    with Simulator(Venue(), host=host) as simulator:
        port = urlsplit(simulator.url).port or 0
        with socket.create_connection(("127.0.0.1", port), timeout=10):
            response, _ = exchange(simulator, "GET", "/api/v3/ping")

    assert response.status == 200


def has_ipv6() -> bool:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


@pytest.mark.skipif(not has_ipv6(), reason="this machine has no IPv6")
def test_the_url_of_an_ipv6_address_has_brackets() -> None:
    with Simulator(Venue(), host="::1") as simulator:
        assert simulator.url.startswith("http://[::1]:")


@pytest.mark.parametrize("host", ["192.0.2.1", "no such host"])
def test_a_host_that_is_no_address_of_this_machine_is_refused(host: str) -> None:
    with (
        pytest.raises(InvalidSetting, match=f"host='{host}': must be an address of this machine"),
        Simulator(host=host),
    ):
        pass
