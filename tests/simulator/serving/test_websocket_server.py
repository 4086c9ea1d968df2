"""Connections over sockets, in real and in virtual time."""

import asyncio
import json
import socket
import threading
import time
from collections.abc import Awaitable, Callable, Generator
from contextlib import ExitStack, closing, contextmanager
from http.client import HTTPConnection, RemoteDisconnected
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import pytest
import websockets.sync.client as websockets
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection

from orderlists_simulator import Behaviour, Plan, RealClock, Simulator, Venue, VirtualClock
from orderlists_simulator.faults import (
    DROPPED,
    SILENT,
    Disconnect,
    Expire,
    ShutDown,
    delayed,
    executed,
    truncated,
)

TIME = '{"id": 1, "method": "time"}'


class SleepingClock(VirtualClock):
    """A clock that does not move, with a sleep of its own."""

    def __init__(self, asleep: Callable[[float], Awaitable[None]]) -> None:
        super().__init__()
        self._asleep = asleep

    async def asleep(self, seconds: float) -> None:
        await self._asleep(seconds)


@contextmanager
def connected(simulator: Simulator) -> Generator[ClientConnection]:
    url = f"{simulator.url.replace('http', 'ws')}/ws-api/v3"
    with websockets.connect(url, close_timeout=1) as client:
        yield client


def send_request(client: ClientConnection, frame: str) -> Any:
    client.send(frame)
    return json.loads(client.recv(timeout=10))


def test_both_protocols_are_served_on_one_port() -> None:
    async def main(url: str) -> tuple[Any, Any]:
        async with aiohttp.ClientSession(url) as session:
            async with session.get("/api/v3/time") as response:
                by_rest = await response.json()
            async with session.ws_connect("/ws-api/v3?returnRateLimits=false") as wire:
                await wire.send_str(TIME)
                return by_rest, await wire.receive_json()

    with Simulator(Venue(), clock=RealClock(lambda: 5_000_000)) as simulator:
        by_rest, by_frame = asyncio.run(main(simulator.url))

    assert by_frame == {"id": 1, "status": 200, "result": by_rest}


def test_a_refused_handshake_is_an_http_response() -> None:
    with (
        Simulator(Venue(behaviour=Behaviour(connection_limit=1))) as simulator,
        connected(simulator),
        pytest.raises(InvalidStatus) as error,
        connected(simulator),
    ):
        pass

    response = error.value.response
    assert (response.status_code, json.loads(response.body)["code"]) == (429, -1034)
    assert response.headers["Content-Type"] == "application/json;charset=UTF-8"
    assert int(response.headers["Retry-After"]) <= 300


def test_an_upgrade_of_another_path_is_refused() -> None:
    with (
        Simulator() as simulator,
        pytest.raises(InvalidStatus) as error,
        websockets.connect(f"{simulator.url.replace('http', 'ws')}/ws"),
    ):
        pass

    assert error.value.response.status_code == 404


def test_the_websocket_path_without_upgrade_is_404() -> None:
    async def main(url: str) -> int:
        async with aiohttp.ClientSession(url) as session, session.get("/ws-api/v3") as response:
            return response.status

    with Simulator() as simulator:
        assert asyncio.run(main(simulator.url)) == 404


def test_a_binary_frame_is_refused() -> None:
    with Simulator() as simulator, connected(simulator) as client:
        client.send(b"\x00")

        assert json.loads(client.recv(timeout=10))["error"]["code"] == -1135


def test_a_protocol_error_closes_the_connection() -> None:
    with Simulator() as simulator:
        # A reserved kind of frame, masked with zeros.
        frames = raw_frames(simulator, 10, first=b"\x8b\x80\0\0\0\0")

        assert [opcode for opcode, _ in frames] == [0x8]
        assert list(simulator.venue.connections) == []


@pytest.mark.parametrize(
    ("query", "opcode"),
    [
        (b"?returnRateLimits=false", 0x1),
        (b"?responseFormat=sbe&sbeSchemaId=3&sbeSchemaVersion=5", 0x2),
    ],
)
def test_a_frame_that_is_cut_short_is_of_its_own_kind(query: bytes, opcode: int) -> None:
    request = b'{"id": 1, "method": "time"}'
    # Masked with zeros.
    frame = bytes([0x81, 0x80 | len(request)]) + bytes(4) + request
    with Simulator(plan=Plan([executed(answer=truncated())])) as simulator:
        ((found, payload),) = raw_frames(simulator, 1, first=frame, query=query)

    assert found == opcode
    assert len(payload) > 0


def test_pings_of_the_client_get_pongs() -> None:
    with Simulator() as simulator, connected(simulator) as client:
        assert client.ping("payload").wait(timeout=10)


class TestPings:
    def test_the_server_sends_keepalive_pings(self) -> None:
        venue = Venue(behaviour=Behaviour(ping_interval=0.01))
        with Simulator(venue) as simulator:
            frames = raw_frames(simulator, 2)

        assert {opcode for opcode, _ in frames} == {0x9}
        payloads = [payload for _, payload in frames]
        assert payloads[0] != payloads[1]
        assert all(payload.isdigit() for payload in payloads)

    def test_a_client_without_pongs_is_dropped(self) -> None:
        venue = Venue(behaviour=Behaviour(ping_interval=0.01, pong_timeout=0.05))
        with Simulator(venue) as simulator:
            frames = raw_frames(simulator, 10_000)

        assert 1 <= len(frames) < 10_000

    def test_a_client_with_pongs_is_kept(self) -> None:
        # Long enough for pongs on a busy machine.
        venue = Venue(behaviour=Behaviour(ping_interval=0.01, pong_timeout=1.5))
        with Simulator(venue) as simulator, connected(simulator) as client:
            deadline = time.monotonic() + 1.6
            while time.monotonic() < deadline:
                with pytest.raises(TimeoutError):
                    client.recv(timeout=0.1)

            assert send_request(client, TIME)["status"] == 200

    def test_ping_interval_none_sends_no_pings(self) -> None:
        venue = Venue(behaviour=Behaviour(ping_interval=None))
        with Simulator(venue) as simulator, connected(simulator) as client:
            assert send_request(client, TIME)["status"] == 200


def raw_frames(
    simulator: Simulator, most: int, *, first: bytes = b"", query: bytes = b""
) -> list[tuple[int, bytes]]:
    """Connect without a WebSocket client, answer nothing, and return the short frames received."""
    address = urlsplit(simulator.url)
    with socket.create_connection((address.hostname, address.port or 0), timeout=10) as wire:
        wire.sendall(
            b"GET /ws-api/v3"
            + query
            + b" HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
        )
        stream = wire.makefile("rb")
        while stream.readline() != b"\r\n":
            pass
        wire.sendall(first)
        found: list[tuple[int, bytes]] = []
        while len(found) < most and len(head := stream.read(2)) == 2:
            found.append((head[0] & 0xF, stream.read(head[1])))
        return found


class TestRealTime:
    def test_delayed_replies_arrive_later(self) -> None:
        with Simulator(plan=Plan([delayed(0.02)])) as simulator, connected(simulator) as client:
            begin = time.monotonic()

            assert send_request(client, TIME)["status"] == 200
            assert time.monotonic() - begin >= 0.02

    def test_a_clock_that_does_not_move_does_not_block_replies(self) -> None:
        plan = Plan([delayed(0.01)] * 2)
        with (
            Simulator(plan=plan, clock=RealClock(lambda: 0)) as simulator,
            connected(simulator) as client,
        ):
            assert [send_request(client, TIME)["status"] for _ in range(2)] == [200, 200]

    def test_scheduled_events_happen_in_real_time(self) -> None:
        connected_at: list[int] = []

        def now() -> int:
            # Time begins with the connection.
            return time.time_ns() - connected_at[0] if connected_at else 0

        plan = Plan(events=[(10**8, ShutDown(0.02)), (0, Expire(0))])
        with (
            Simulator(plan=plan, clock=RealClock(now)) as simulator,
            connected(simulator) as client,
        ):
            connected_at.append(time.time_ns())
            event = json.loads(client.recv(timeout=10))
            with pytest.raises(ConnectionClosed) as error:
                client.recv(timeout=10)

        assert event["event"]["e"] == "serverShutdown"
        assert error.value.rcvd is not None
        assert error.value.rcvd.code == 1001

    def test_silent_lasts_until_the_clients_timeout(self) -> None:
        plan = Plan([executed(answer=SILENT)])
        with Simulator(plan=plan) as simulator, connected(simulator) as client:
            client.send(TIME)
            with pytest.raises(TimeoutError):
                client.recv(timeout=0.05)

            assert send_request(client, TIME)["status"] == 200


def has_arrived(simulator: Simulator) -> bool:
    until = time.monotonic() + 10
    while not simulator.venue.log.entries and time.monotonic() < until:
        time.sleep(0.001)
    return bool(simulator.venue.log.entries)


def test_silent_over_http_lasts_until_the_clients_timeout() -> None:
    async def main(simulator: Simulator) -> None:
        async with aiohttp.ClientSession(simulator.url) as session:
            received = asyncio.create_task(session.get("/api/v3/time"))
            # The timeout must not run out before the request has arrived.
            assert await asyncio.to_thread(has_arrived, simulator)
            async with asyncio.timeout(0.05):
                await received

    plan = Plan([executed(answer=SILENT)])
    with Simulator(plan=plan) as simulator, pytest.raises(TimeoutError):
        asyncio.run(main(simulator))

    assert simulator.venue.log.entries[0].answered == "silent"


def test_silent_in_virtual_time_closes_the_http_connection() -> None:
    clock = VirtualClock()
    plan = Plan([executed(answer=SILENT)])
    with Simulator(Venue(), clock=clock, plan=plan) as simulator:
        connection = HTTPConnection(urlsplit(simulator.url).netloc, timeout=10)
        with closing(connection):
            connection.request("GET", "/api/v3/time")
            with pytest.raises(RemoteDisconnected):
                connection.getresponse()

    assert (clock.now(), simulator.venue.log.entries[0].answered) == (0, "silent")


def test_a_closed_connection_is_removed_from_the_venue(signed: Callable[..., str]) -> None:
    with Simulator() as simulator:
        with connected(simulator) as client:
            send_request(client, TIME)
        with connected(simulator) as client:
            send_request(client, TIME)
            client.socket.shutdown(socket.SHUT_RDWR)
        with connected(simulator) as client:
            send_request(client, signed("session.status"))
            until = time.monotonic() + 10
            while len(tuple(simulator.venue.connections)) > 1 and time.monotonic() < until:
                time.sleep(0.001)

            assert len(tuple(simulator.venue.connections)) == 1


def test_a_reply_to_a_closed_connection_is_dropped() -> None:
    gone = threading.Event()

    async def asleep(_seconds: float) -> None:
        await asyncio.to_thread(gone.wait, 10)

    plan = Plan([delayed(1), executed(answer=DROPPED, delay=1)])
    with Simulator(plan=plan, clock=SleepingClock(asleep)) as simulator:
        with connected(simulator) as client:
            client.send(TIME)
            client.send(TIME)
            client.socket.shutdown(socket.SHUT_RDWR)
        gone.set()
        with connected(simulator) as client:
            assert send_request(client, TIME)["status"] == 200


def test_a_sleep_that_does_not_move_the_clock_does_not_block_replies() -> None:
    async def asleep(_seconds: float) -> None:
        await asyncio.sleep(0)

    plan = Plan([delayed(60)])
    with (
        Simulator(plan=plan, clock=SleepingClock(asleep)) as simulator,
        connected(simulator) as client,
    ):
        assert send_request(client, TIME)["status"] == 200


def test_open_connections_do_not_keep_the_simulator_running() -> None:
    with ExitStack() as stack:
        with Simulator() as simulator:
            client = stack.enter_context(connected(simulator))
            send_request(client, TIME)

        with pytest.raises(ConnectionClosed):
            client.recv(timeout=10)
    assert "orderlists-simulator" not in {thread.name for thread in threading.enumerate()}


def test_a_frame_after_the_end_of_the_connection_is_not_executed() -> None:
    clock = VirtualClock(1)
    venue = Venue()
    plan = Plan(events=[(2, Disconnect())])
    with (
        Simulator(venue, clock=clock, plan=plan) as simulator,
        connected(simulator) as client,
    ):
        clock.sleep(1)
        with pytest.raises(ConnectionClosed):
            send_request(client, TIME)

    assert venue.log.entries == ()
