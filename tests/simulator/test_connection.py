"""A connection in process keeps the contract of connections, for both colours."""

import asyncio
import json
from collections.abc import Callable
from threading import Thread
from time import monotonic
from typing import Any

import pytest

from orderlists import TransportError
from orderlists_simulator import (
    Plan,
    Rules,
    Venue,
    VenueConnection,
    VenueTransport,
    VirtualClock,
)
from orderlists_simulator.faults import (
    CONNECTION_REFUSED,
    SILENT,
    Disconnect,
    Expire,
    Fate,
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


@pytest.fixture
def open_(venue: Venue, virtual: VirtualClock) -> Callable[..., VenueConnection]:
    def open_(plan: Plan | None = None) -> VenueConnection:
        transport = VenueTransport(
            venue, now=virtual.now, plan=plan, sleep=virtual.sleep, asleep=virtual.asleep
        )
        return transport.connect(TARGET, timeout=1.0)

    return open_


Open = Callable[..., VenueConnection]


class TestSync:
    def test_nothing_comes_in_time(self, open_: Open, virtual: VirtualClock) -> None:
        connection = open_()

        assert connection.receive(timeout=0) is None
        assert virtual.now() == NOW
        assert connection.receive(timeout=2.5) is None
        assert virtual.now() == NOW + 2_500_000_000

    def test_time_passes_until_a_reply_is_there(self, open_: Open, virtual: VirtualClock) -> None:
        connection = open_(Plan([delayed(3), delayed(1)]))
        connection.send(times(0), timeout=1.0)
        connection.send(times(1), timeout=1.0)

        first = connection.receive(timeout=10)
        at = virtual.now()
        second = connection.receive(timeout=None)

        assert ids([first, second]) == [1, 0]
        assert (at, virtual.now()) == (NOW + SECOND, NOW + 3 * SECOND)

    def test_a_frame_that_came_too_late_comes_later(self, open_: Open) -> None:
        connection = open_(Plan([delayed(3)]))
        connection.send(TIME, timeout=1.0)

        assert connection.receive(timeout=2) is None
        assert connection.receive(timeout=2) is not None

    def test_what_will_never_come_is_not_waited_for(
        self, virtual: VirtualClock, documented: Callable[[Rules], Venue]
    ) -> None:
        eternal = documented(Rules(connection_age=None))
        transport = VenueTransport(
            eternal, now=virtual.now, sleep=virtual.sleep, plan=Plan([executed(then=SILENT)])
        )
        connection = transport.connect(TARGET, timeout=1.0)
        connection.send(TIME, timeout=1.0)

        with pytest.raises(TransportError, match="will ever come") as error:
            connection.receive(timeout=None)

        assert error.value.sent is None

    def test_a_connection_gets_old(self, open_: Open, virtual: VirtualClock) -> None:
        connection = open_()

        with pytest.raises(TransportError, match="shut down"):
            connection.receive(timeout=None)

        assert virtual.now() == NOW + 24 * 3600 * SECOND

    def test_a_clock_that_stands_still_keeps_nobody_waiting(self, venue: Venue) -> None:
        slept: list[float] = []
        transport = VenueTransport(
            venue, now=lambda: NOW, sleep=slept.append, plan=Plan([delayed(3)])
        )
        connection = transport.connect(TARGET, timeout=1.0)
        connection.send(TIME, timeout=1.0)

        assert connection.receive(timeout=10) is not None
        assert connection.receive(timeout=4) is None
        assert slept == [3, 4]

    def test_in_real_time_another_thread_may_send(
        self, documented: Callable[[Rules], Venue]
    ) -> None:
        eternal = documented(Rules(connection_age=None))
        connection = VenueTransport(eternal).connect(TARGET, timeout=1.0)
        received: list[Any] = []
        reader = Thread(target=lambda: received.append(connection.receive(timeout=None)))
        reader.start()

        connection.send(TIME, timeout=1.0)
        reader.join(timeout=10)

        assert ids(received) == [1]

    def test_in_real_time_another_thread_may_close(self, venue: Venue) -> None:
        connection = VenueTransport(venue, plan=Plan([executed(then=SILENT)])).connect(
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

    def test_in_real_time_a_delay_is_waited_for(self, venue: Venue) -> None:
        # By a clock that stands still only who waits comes nearer, not who is not run meanwhile.
        transport = VenueTransport(venue, now=lambda: NOW, plan=Plan([delayed(0.02)]))
        connection = transport.connect(TARGET, timeout=1.0)
        connection.send(TIME, timeout=1.0)
        began = monotonic()

        assert connection.receive(timeout=0.001) is None
        assert connection.receive(timeout=10) is not None
        assert monotonic() - began >= 0.02

    def test_many_threads_may_send(self, venue: Venue) -> None:
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
    def test_a_reader_waits_while_another_task_sends(
        self, open_: Open, virtual: VirtualClock
    ) -> None:
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

    def test_nothing_comes_in_time(self, open_: Open, virtual: VirtualClock) -> None:
        connection = open_()

        async def main() -> None:
            assert await connection.areceive(timeout=0) is None
            assert await connection.areceive(timeout=2.5) is None

        with asyncio.Runner(loop_factory=virtual.event_loop) as runner:
            runner.run(main())

        assert virtual.now() == NOW + 2_500_000_000

    def test_a_reader_that_is_cancelled_loses_nothing(
        self, open_: Open, virtual: VirtualClock
    ) -> None:
        connection = open_(Plan([delayed(2)]))

        async def main() -> None:
            await connection.asend(TIME, timeout=1.0)
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(1):
                    await connection.areceive(timeout=None)
            assert await connection.areceive(timeout=None) is not None

        with asyncio.Runner(loop_factory=virtual.event_loop) as runner:
            runner.run(main())

    def test_a_reader_is_woken_by_what_happens(
        self, documented: Callable[[Rules], Venue], virtual: VirtualClock, signed: Signed
    ) -> None:
        venue = documented(Rules(connection_age=None))
        transport = VenueTransport(venue, now=virtual.now, asleep=virtual.asleep)

        async def main() -> list[Any]:
            connection = await transport.aconnect(TARGET, timeout=1.0)
            await connection.asend(signed("userDataStream.subscribe.signature"), timeout=1.0)
            await connection.areceive(timeout=None)
            reader = asyncio.create_task(connection.areceive(timeout=None))
            await asyncio.sleep(1)
            venue.expire(0, now=virtual.now())
            # Twice before the reader runs: one is enough.
            venue.schedule(virtual.now() + SECOND, Expire(0))
            return [await reader, await connection.areceive(timeout=None)]

        with asyncio.Runner(loop_factory=virtual.event_loop) as runner:
            frames = runner.run(main())

        assert [json.loads(frame)["event"]["x"] for frame in frames] == ["EXPIRED", "EXPIRED"]

    def test_closing_ends_the_wait(self, open_: Open, virtual: VirtualClock) -> None:
        connection = open_()

        async def main() -> None:
            reader = asyncio.create_task(connection.areceive(timeout=None))
            await asyncio.sleep(1)
            await connection.aclose()
            with pytest.raises(TransportError, match="closed"):
                await reader

        with asyncio.Runner(loop_factory=virtual.event_loop) as runner:
            runner.run(main())

    def test_in_real_time_it_works_as_well(self, venue: Venue) -> None:
        transport = VenueTransport(venue, plan=Plan([delayed(0.01)]))

        async def main() -> None:
            connection = await transport.aconnect(TARGET, timeout=1.0)
            await connection.asend(TIME, timeout=1.0)
            assert await connection.areceive(timeout=10) is not None
            assert await connection.areceive(timeout=0.001) is None
            await transport.aclose()

        asyncio.run(main())


def test_frames_that_came_before_the_end_are_returned(open_: Open, virtual: VirtualClock) -> None:
    connection = open_(Plan(events=[(NOW + SECOND, Disconnect())]))
    connection.send(TIME, timeout=1.0)
    virtual.sleep(2)

    with pytest.raises(TransportError, match="dropped") as unsent:
        connection.send(TIME, timeout=1.0)
    assert unsent.value.sent is False

    assert connection.receive(timeout=1) is not None
    for _ in range(2):
        with pytest.raises(TransportError, match="dropped") as error:
            connection.receive(timeout=1)
        assert error.value.sent is None


def test_closing_twice_is_fine(open_: Open) -> None:
    connection = open_()
    connection.close()
    connection.close()

    with pytest.raises(TransportError, match="closed") as error:
        connection.send(TIME, timeout=1.0)

    assert error.value.sent is False


def test_a_transport_closes_its_connections(venue: Venue) -> None:
    transport = VenueTransport(venue)
    connection = transport.connect(TARGET, timeout=1.0)
    transport.close()

    with pytest.raises(TransportError, match="closed"):
        connection.receive(timeout=1)
    with pytest.raises(TransportError, match="transport is closed") as error:
        transport.connect(TARGET, timeout=1.0)

    assert error.value.sent is False


def test_a_frame_that_is_no_text_is_not_sent(open_: Open, venue: Venue) -> None:
    with pytest.raises(TransportError, match="not text") as error:
        open_().send("\ud800", timeout=1.0)

    assert error.value.sent is False
    assert venue.log.entries == ()


def test_what_was_not_answered_when_the_client_went_is_in_the_log(
    open_: Open, venue: Venue
) -> None:
    plan = Plan([delayed(5), Fate(), executed(then=SILENT), CONNECTION_REFUSED])
    connection = open_(plan)
    for _ in range(3):
        connection.send(TIME, timeout=1.0)
    connection.close()
    venue.finish()

    assert [entry.answered for entry in venue.log.entries] == ["closed", 200, "silent"]


def test_the_same_plan_is_for_requests_and_frames(
    venue: Venue, written: Callable[..., Any], virtual: VirtualClock
) -> None:
    transport = VenueTransport(
        venue, now=virtual.now, sleep=virtual.sleep, plan=Plan([Fate(), delayed(2)])
    )
    connection = transport.connect(TARGET, timeout=1.0)
    connection.send(TIME, timeout=1.0)
    transport.send(written("GET", "/api/v3/orderList", orderListId=0), timeout=5.0)

    assert virtual.now() == NOW + 2 * SECOND
