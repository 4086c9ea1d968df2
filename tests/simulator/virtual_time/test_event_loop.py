"""An event loop in virtual time."""

import asyncio
import socket
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderlists_simulator import VirtualClock

START = 1_700_000_000_000_000_001
SECOND = 10**9


def run(clock: VirtualClock, main: Callable[[], Coroutine[Any, Any, None]]) -> None:
    with asyncio.Runner(loop_factory=clock.event_loop) as runner:
        runner.run(main())


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(START)


def test_a_sleep_of_an_hour_takes_no_real_time(clock: VirtualClock) -> None:
    begin = time.monotonic()

    run(clock, lambda: asyncio.sleep(3600))

    assert clock.now() == START + 3600 * SECOND
    assert time.monotonic() - begin < 10


def test_a_sleep_of_days_takes_no_real_time(clock: VirtualClock) -> None:
    run(clock, lambda: asyncio.sleep(10 * 86400))

    assert clock.now() == START + 10 * 86400 * SECOND


@pytest.mark.parametrize("kind", ["asyncio", "the clock"])
def test_sleeps_of_several_tasks_overlap(clock: VirtualClock, kind: str) -> None:
    sleep = asyncio.sleep if kind == "asyncio" else clock.asleep
    woken: list[tuple[str, int]] = []

    async def sleeper(name: str, seconds: float) -> None:
        await sleep(seconds)
        woken.append((name, clock.now() - START))

    async def main() -> None:
        await asyncio.gather(sleeper("late", 2), sleeper("early", 1), sleeper("at once", 0))

    run(clock, main)

    assert woken == [("at once", 0), ("early", SECOND), ("late", 2 * SECOND)]


@given(delays=st.lists(st.integers(0, 3), max_size=40), by_delay=st.booleans())
def test_timers_of_the_same_time_run_in_the_order_of_setting(
    delays: list[int],
    by_delay: bool,  # noqa: FBT001 - given by Hypothesis
) -> None:
    clock, ran = VirtualClock(START), list[tuple[int, int]]()

    async def main() -> None:
        loop = asyncio.get_running_loop()
        for number, delay in enumerate(delays):
            if by_delay:
                loop.call_later(delay, ran.append, (delay, number))
            else:
                loop.call_at(float(delay), ran.append, (delay, number))
        await asyncio.sleep(4)

    run(clock, main)

    assert ran == sorted((delay, number) for number, delay in enumerate(delays))


def test_a_timeout_runs_out_in_virtual_time(clock: VirtualClock) -> None:
    async def main() -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(2.5):
                await asyncio.Event().wait()

    run(clock, main)

    assert clock.now() - START == 2_500_000_000


def test_sleeps_of_a_nanosecond_are_exact_enough(clock: VirtualClock) -> None:
    async def main() -> None:
        for _ in range(10):
            await clock.asleep(1e-9)

    run(clock, main)

    # The loop itself takes times that are a nanosecond apart for the same.
    assert START <= clock.now() <= START + 10


def test_a_sleep_by_another_clock_moves_that_clock(clock: VirtualClock) -> None:
    other = VirtualClock()

    run(clock, lambda: other.asleep(5))

    assert (clock.now(), other.now()) == (START, 5 * SECOND)


def test_the_clock_may_be_moved_from_outside_the_loop(clock: VirtualClock) -> None:
    async def main() -> None:
        sleeping = asyncio.create_task(asyncio.sleep(5))
        await asyncio.sleep(0)
        clock.sleep(7)
        await sleeping

    run(clock, main)

    assert clock.now() == START + 7 * SECOND


def test_real_sockets_are_served_in_virtual_time(clock: VirtualClock) -> None:
    ours, theirs = socket.socketpair()

    async def main() -> None:
        reader, writer = await asyncio.open_connection(sock=ours)
        theirs.sendall(b"hello\n")
        assert await reader.readline() == b"hello\n"
        writer.close()
        await writer.wait_closed()

    with theirs:
        run(clock, main)

    assert clock.now() == START


def test_the_loop_waits_for_threads_without_a_timer(clock: VirtualClock) -> None:
    async def main() -> None:
        with ThreadPoolExecutor(1) as pool:
            loop = asyncio.get_running_loop()
            await loop.run_in_executor(pool, time.sleep, 0.01)

    run(clock, main)

    assert clock.now() == START
