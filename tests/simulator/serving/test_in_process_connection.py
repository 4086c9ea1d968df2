"""Connections in process, synchronous and asynchronous."""

import asyncio
import json
from collections.abc import Callable
from threading import Thread
from time import monotonic
from typing import Any

import pytest

from orderlists import TransportError
from orderlists_simulator import (
    Behaviour,
    Plan,
    RealClock,
    Venue,
    VenueConnection,
    VenueTransport,
    VirtualClock,
)
from orderlists_simulator.faults import (
    SILENT,
    Expire,
    delayed,
    executed,
)

Signed = Callable[..., str]

SECOND = 10**9
NOW = 1_688_005_070_874_123_456
TIME = '{"id": 1, "method": "time"}'
TARGET = "/ws-api/v3?returnRateLimits=false"


def times(number: int) -> str:
    return f'{{"id": {number}, "method": "time"}}'


def ids(frames: list[Any]) -> list[int]:
    return [json.loads(frame)["id"] for frame in frames]


Open = Callable[..., VenueConnection]


class TestSync:
    def test_receive_returns_none_after_its_timeout(
        self, open_: Open, virtual: VirtualClock
    ) -> None:
        connection = open_()

        assert connection.receive(timeout=0) is None
        assert virtual.now() == NOW
        assert connection.receive(timeout=2.5) is None
        assert virtual.now() == NOW + 2_500_000_000

    def test_receive_moves_the_clock_to_the_next_reply(
        self, open_: Open, virtual: VirtualClock
    ) -> None:
        connection = open_(Plan([delayed(3), delayed(1)]))
        connection.send(times(0), timeout=1.0)
        connection.send(times(1), timeout=1.0)

        first = connection.receive(timeout=10)
        at = virtual.now()
        second = connection.receive(timeout=None)

        assert ids([first, second]) == [1, 0]
        assert (at, virtual.now()) == (NOW + SECOND, NOW + 3 * SECOND)

    def test_a_frame_after_the_timeout_is_received_later(self, open_: Open) -> None:
        connection = open_(Plan([delayed(3)]))
        connection.send(TIME, timeout=1.0)

        assert connection.receive(timeout=2) is None
        assert connection.receive(timeout=2) is not None

    def test_a_binary_frame_is_refused_without_an_id(self, open_: Open) -> None:
        connection = open_()
        connection.send(TIME.encode(), timeout=1.0)

        assert ids([connection.receive(timeout=1)]) == [None]

    def test_receive_without_a_timeout_raises_if_nothing_is_scheduled(
        self, virtual: VirtualClock, documented: Callable[[Behaviour], Venue]
    ) -> None:
        eternal = documented(Behaviour(connection_age=None))
        transport = VenueTransport(eternal, clock=virtual, plan=Plan([executed(answer=SILENT)]))
        connection = transport.connect(TARGET, timeout=1.0)
        connection.send(TIME, timeout=1.0)

        with pytest.raises(TransportError, match="will ever come") as error:
            connection.receive(timeout=None)

        assert error.value.sent is None

    def test_a_connection_is_shut_down_at_its_maximum_age(
        self, open_: Open, virtual: VirtualClock
    ) -> None:
        connection = open_()

        with pytest.raises(TransportError, match="shut down"):
            connection.receive(timeout=None)

        assert virtual.now() == NOW + 24 * 3600 * SECOND

    def test_a_clock_that_does_not_move_does_not_block_replies(self, venue: Venue) -> None:
        slept: list[float] = []

        class StandingClock(VirtualClock):
            def sleep(self, seconds: float) -> None:
                slept.append(seconds)

        transport = VenueTransport(venue, clock=StandingClock(NOW), plan=Plan([delayed(3)]))
        connection = transport.connect(TARGET, timeout=1.0)
        connection.send(TIME, timeout=1.0)

        assert connection.receive(timeout=10) is not None
        assert connection.receive(timeout=4) is None
        assert slept == [3, 4]

    def test_receive_in_real_time_is_woken_by_a_send_of_another_thread(
        self, documented: Callable[[Behaviour], Venue]
    ) -> None:
        eternal = documented(Behaviour(connection_age=None))
        connection = VenueTransport(eternal).connect(TARGET, timeout=1.0)
        received: list[Any] = []
        reader = Thread(target=lambda: received.append(connection.receive(timeout=None)))
        reader.start()

        connection.send(TIME, timeout=1.0)
        reader.join(timeout=10)

        assert ids(received) == [1]

    def test_receive_in_real_time_is_woken_by_a_close_of_another_thread(self, venue: Venue) -> None:
        connection = VenueTransport(venue, plan=Plan([executed(answer=SILENT)])).connect(
            TARGET, timeout=1.0
        )
        raised: list[TransportError] = []

        def receive() -> None:
            with pytest.raises(TransportError) as error:
                connection.receive(timeout=10)
            raised.append(error.value)

        reader = Thread(target=receive)
        reader.start()
        connection.close()
        reader.join(timeout=10)

        assert str(raised[0]) == "the connection was closed"

    def test_receive_in_real_time_waits_for_a_delayed_reply(self, venue: Venue) -> None:
        # By a clock that does not move only a wait makes progress.
        transport = VenueTransport(venue, clock=RealClock(lambda: NOW), plan=Plan([delayed(0.02)]))
        connection = transport.connect(TARGET, timeout=1.0)
        connection.send(TIME, timeout=1.0)
        began = monotonic()

        assert connection.receive(timeout=0.001) is None
        assert connection.receive(timeout=10) is not None
        assert monotonic() - began >= 0.02

    def test_many_threads_may_send_on_one_connection(self, venue: Venue) -> None:
        connection = VenueTransport(venue).connect(TARGET, timeout=1.0)

        def send(part: int) -> None:
            for number in range(50):
                connection.send(times(part * 50 + number), timeout=1.0)

        threads = [Thread(target=send, args=(part,)) for part in range(4)]
        for thread in threads:
            thread.start()
        received = [connection.receive(timeout=10) for _ in range(200)]
        for thread in threads:
            thread.join()

        assert sorted(ids(received)) == list(range(200))


class TestAsync:
    def test_a_task_receives_while_another_sends(self, open_: Open, virtual: VirtualClock) -> None:
        connection = open_(Plan([delayed(3), delayed(1)]))
        received: list[tuple[int, int]] = []

        async def read() -> None:
            for _ in range(3):
                frame = await connection.areceive(timeout=None)
                received.append((ids([frame])[0], virtual.now() - NOW))

        async def main() -> None:
            reader = asyncio.create_task(read())
            await asyncio.sleep(1)
            for number in range(3):
                await connection.asend(times(number), timeout=1.0)
            await reader

        with asyncio.Runner(loop_factory=virtual.event_loop) as runner:
            runner.run(main())

        assert received == [(2, SECOND), (1, 2 * SECOND), (0, 4 * SECOND)]

    def test_receive_returns_none_after_its_timeout(
        self, open_: Open, virtual: VirtualClock
    ) -> None:
        connection = open_()

        async def main() -> None:
            assert await connection.areceive(timeout=0) is None
            assert await connection.areceive(timeout=2.5) is None

        with asyncio.Runner(loop_factory=virtual.event_loop) as runner:
            runner.run(main())

        assert virtual.now() == NOW + 2_500_000_000

    def test_a_cancelled_receive_loses_no_frame(self, open_: Open, virtual: VirtualClock) -> None:
        connection = open_(Plan([delayed(2)]))

        async def main() -> None:
            await connection.asend(TIME, timeout=1.0)
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(1):
                    await connection.areceive(timeout=None)
            assert await connection.areceive(timeout=None) is not None

        with asyncio.Runner(loop_factory=virtual.event_loop) as runner:
            runner.run(main())

    def test_an_async_receive_is_woken_by_events(
        self, documented: Callable[[Behaviour], Venue], virtual: VirtualClock, signed: Signed
    ) -> None:
        venue = documented(Behaviour(connection_age=None))
        transport = VenueTransport(venue, clock=virtual)

        async def main() -> list[Any]:
            connection = await transport.aconnect(TARGET, timeout=1.0)
            await connection.asend(signed("userDataStream.subscribe.signature"), timeout=1.0)
            await connection.areceive(timeout=None)
            reader = asyncio.create_task(connection.areceive(timeout=None))
            await asyncio.sleep(1)
            venue.expire(0, now=virtual.now())
            # Two signals before the reader runs.
            venue.schedule(virtual.now() + SECOND, Expire(0))
            return [await reader, await connection.areceive(timeout=None)]

        with asyncio.Runner(loop_factory=virtual.event_loop) as runner:
            frames = runner.run(main())

        assert [json.loads(frame)["event"]["x"] for frame in frames] == ["EXPIRED", "EXPIRED"]

    def test_closing_ends_a_pending_receive(self, open_: Open, virtual: VirtualClock) -> None:
        connection = open_()

        async def main() -> None:
            reader = asyncio.create_task(connection.areceive(timeout=None))
            await asyncio.sleep(1)
            await connection.aclose()
            with pytest.raises(TransportError, match="closed"):
                await reader

        with asyncio.Runner(loop_factory=virtual.event_loop) as runner:
            runner.run(main())

    def test_an_async_connection_works_in_real_time(self, venue: Venue) -> None:
        transport = VenueTransport(venue, plan=Plan([delayed(0.01)]))

        async def main() -> None:
            connection = await transport.aconnect(TARGET, timeout=1.0)
            await connection.asend(TIME, timeout=1.0)
            assert await connection.areceive(timeout=10) is not None
            assert await connection.areceive(timeout=0.001) is None
            await transport.aclose()

        asyncio.run(main())
