"""Connections over real sockets, in real time and not."""

import asyncio
import json
import socket
import threading
import time
from collections.abc import Callable, Generator
from contextlib import ExitStack, closing, contextmanager
from http.client import HTTPConnection, RemoteDisconnected
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import pytest
import websockets.sync.client as websockets
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection

from orderlists_simulator import Plan, Rules, Simulator, Venue, VirtualClock
from orderlists_simulator.faults import (
    DROPPED,
    SILENT,
    Disconnect,
    Expire,
    ShutDown,
    delayed,
    executed,
)

TIME = '{"id": 1, "method": "time"}'


@contextmanager
def connected(simulator: Simulator) -> Generator[ClientConnection]:
    url = f"{simulator.url.replace('http', 'ws')}/ws-api/v3"
    with websockets.connect(url, close_timeout=1) as client:
        yield client


def ask(client: ClientConnection, frame: str) -> Any:
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

    with Simulator(Venue(), now=lambda: 5_000_000) as simulator:
        by_rest, by_frame = asyncio.run(main(simulator.url))

    assert by_frame == {"id": 1, "status": 200, "result": by_rest}


def test_a_handshake_may_be_refused() -> None:
    with (
        Simulator(Venue(rules=Rules(connection_limit=1))) as simulator,
        connected(simulator),
        pytest.raises(InvalidStatus) as error,
        connected(simulator),
    ):
        pass

    response = error.value.response
    assert (response.status_code, json.loads(response.body)["code"]) == (429, -1034)
    assert response.headers["Content-Type"] == "application/json;charset=UTF-8"
    assert int(response.headers["Retry-After"]) <= 300


def test_only_the_one_path_is_upgraded() -> None:
    with (
        Simulator() as simulator,
        pytest.raises(InvalidStatus) as error,
        websockets.connect(f"{simulator.url.replace('http', 'ws')}/ws"),
    ):
        pass

    assert error.value.response.status_code == 404


def test_a_request_without_an_upgrade_is_no_connection() -> None:
    async def main(url: str) -> int:
        async with aiohttp.ClientSession(url) as session, session.get("/ws-api/v3") as response:
            return response.status

    with Simulator() as simulator:
        assert asyncio.run(main(simulator.url)) == 404


def test_a_binary_frame_is_no_request() -> None:
    with Simulator() as simulator, connected(simulator) as client:
        client.send(b"\x00")

        assert json.loads(client.recv(timeout=10))["error"]["code"] == -1135


def test_a_frame_that_breaks_the_protocol_ends_the_connection() -> None:
    with Simulator() as simulator:
        # A reserved kind of frame, masked with zeros.
        frames = raw_frames(simulator, 10, first=b"\x8b\x80\0\0\0\0")

        assert [opcode for opcode, _ in frames] == [0x8]
        assert list(simulator.venue.connections) == []


def test_pings_of_the_client_are_answered() -> None:
    with Simulator() as simulator, connected(simulator) as client:
        assert client.ping("payload").wait(timeout=10)


class TestPings:
    def test_the_server_pings(self) -> None:
        venue = Venue(rules=Rules(ping_interval=0.01))
        with Simulator(venue) as simulator:
            frames = raw_frames(simulator, 2)

        assert {opcode for opcode, _ in frames} == {0x9}
        payloads = [payload for _, payload in frames]
        assert payloads[0] != payloads[1]
        assert all(payload.isdigit() for payload in payloads)

    def test_who_does_not_answer_is_dropped(self) -> None:
        venue = Venue(rules=Rules(ping_interval=0.01, pong_timeout=0.05))
        with Simulator(venue) as simulator:
            frames = raw_frames(simulator, 10_000)

        assert 1 <= len(frames) < 10_000

    def test_who_answers_is_not(self) -> None:
        # So long that a busy machine does not keep the client from answering in time.
        venue = Venue(rules=Rules(ping_interval=0.01, pong_timeout=1.5))
        with Simulator(venue) as simulator, connected(simulator) as client:
            deadline = time.monotonic() + 1.6
            while time.monotonic() < deadline:
                with pytest.raises(TimeoutError):
                    client.recv(timeout=0.1)

            assert ask(client, TIME)["status"] == 200

    def test_nobody_is_pinged_if_not_wanted(self) -> None:
        venue = Venue(rules=Rules(ping_interval=None))
        with Simulator(venue) as simulator, connected(simulator) as client:
            assert ask(client, TIME)["status"] == 200


def raw_frames(simulator: Simulator, most: int, *, first: bytes = b"") -> list[tuple[int, bytes]]:
    """Connect by hand, answer nothing, and return the short frames that come."""
    address = urlsplit(simulator.url)
    with socket.create_connection((address.hostname, address.port or 0), timeout=10) as wire:
        wire.sendall(
            b"GET /ws-api/v3 HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
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
    def test_a_reply_takes_its_time(self) -> None:
        with Simulator(plan=Plan([delayed(0.02)])) as simulator, connected(simulator) as client:
            begin = time.monotonic()

            assert ask(client, TIME)["status"] == 200
            assert time.monotonic() - begin >= 0.02

    def test_a_clock_that_stands_still_keeps_nobody_waiting(self) -> None:
        plan = Plan([delayed(0.01)] * 2)
        with Simulator(plan=plan, now=lambda: 0) as simulator, connected(simulator) as client:
            assert [ask(client, TIME)["status"] for _ in range(2)] == [200, 200]

    def test_what_is_planned_happens_when_it_is_due(self) -> None:
        connected_at: list[int] = []

        def now() -> int:
            # Time begins when somebody is there to be told.
            return time.time_ns() - connected_at[0] if connected_at else 0

        plan = Plan(events=[(10**8, ShutDown(0.02)), (0, Expire(0))])
        with Simulator(plan=plan, now=now) as simulator, connected(simulator) as client:
            connected_at.append(time.time_ns())
            told = json.loads(client.recv(timeout=10))
            with pytest.raises(ConnectionClosed) as error:
                client.recv(timeout=10)

        assert told["event"]["e"] == "serverShutdown"
        assert error.value.rcvd is not None
        assert error.value.rcvd.code == 1001

    def test_silence_lasts_until_the_client_gives_up(self) -> None:
        plan = Plan([executed(then=SILENT)])
        with Simulator(plan=plan) as simulator, connected(simulator) as client:
            client.send(TIME)
            with pytest.raises(TimeoutError):
                client.recv(timeout=0.05)

            assert ask(client, TIME)["status"] == 200


def has_arrived(simulator: Simulator) -> bool:
    until = time.monotonic() + 10
    while not simulator.venue.log.entries and time.monotonic() < until:
        time.sleep(0.001)
    return bool(simulator.venue.log.entries)


def test_silence_over_http() -> None:
    async def main(simulator: Simulator) -> None:
        async with aiohttp.ClientSession(simulator.url) as session:
            asked = asyncio.create_task(session.get("/api/v3/time"))
            # Whoever gave up before it arrived would not have been kept waiting.
            assert await asyncio.to_thread(has_arrived, simulator)
            async with asyncio.timeout(0.05):
                await asked

    plan = Plan([executed(then=SILENT)])
    with Simulator(plan=plan) as simulator, pytest.raises(TimeoutError):
        asyncio.run(main(simulator))

    assert simulator.venue.log.entries[0].answered is None


def test_silence_over_http_where_time_is_virtual() -> None:
    clock = VirtualClock()
    plan = Plan([executed(then=SILENT)])
    with Simulator(Venue(), now=clock.now, plan=plan, asleep=clock.asleep) as simulator:
        connection = HTTPConnection(urlsplit(simulator.url).netloc, timeout=10)
        with closing(connection):
            connection.request("GET", "/api/v3/time")
            with pytest.raises(RemoteDisconnected):
                connection.getresponse()

    assert (clock.now(), simulator.venue.log.entries[0].answered) == (0, "silent")


def test_a_client_that_goes_leaves_nothing_behind(signed: Callable[..., str]) -> None:
    with Simulator() as simulator:
        with connected(simulator) as client:
            ask(client, TIME)
        with connected(simulator) as client:
            ask(client, TIME)
            client.socket.shutdown(socket.SHUT_RDWR)
        with connected(simulator) as client:
            ask(client, signed("session.status"))
            until = time.monotonic() + 10
            while len(tuple(simulator.venue.connections)) > 1 and time.monotonic() < until:
                time.sleep(0.001)

            assert len(tuple(simulator.venue.connections)) == 1


def test_a_reply_to_a_client_that_has_gone_does_no_harm() -> None:
    gone = threading.Event()

    async def asleep(_seconds: float) -> None:
        await asyncio.to_thread(gone.wait, 10)

    plan = Plan([delayed(1), executed(then=DROPPED, delay=1)])
    with Simulator(plan=plan, now=lambda: 0, asleep=asleep) as simulator:
        with connected(simulator) as client:
            client.send(TIME)
            client.send(TIME)
            client.socket.shutdown(socket.SHUT_RDWR)
        gone.set()
        with connected(simulator) as client:
            assert ask(client, TIME)["status"] == 200


def test_a_delay_of_a_clock_that_stands_still_keeps_nobody_waiting() -> None:
    async def asleep(_seconds: float) -> None:
        await asyncio.sleep(0)

    plan = Plan([delayed(60)])
    with (
        Simulator(plan=plan, now=lambda: 0, asleep=asleep) as simulator,
        connected(simulator) as client,
    ):
        assert ask(client, TIME)["status"] == 200


def test_open_connections_do_not_keep_it_running() -> None:
    with ExitStack() as stack:
        with Simulator() as simulator:
            client = stack.enter_context(connected(simulator))
            ask(client, TIME)

        with pytest.raises(ConnectionClosed):
            client.recv(timeout=10)
    assert "orderlists-simulator" not in {thread.name for thread in threading.enumerate()}


def test_a_frame_that_comes_when_the_connection_has_ended_is_not_executed() -> None:
    clock = VirtualClock(1)
    venue = Venue()
    plan = Plan(events=[(2, Disconnect())])
    with (
        Simulator(venue, now=clock.now, asleep=clock.asleep, plan=plan) as simulator,
        connected(simulator) as client,
    ):
        clock.sleep(1)
        with pytest.raises(ConnectionClosed):
            ask(client, TIME)

    assert venue.log.entries == ()
