import asyncio
from threading import Thread

from orderlists_simulator import VirtualClock


def test_time_stands_still() -> None:
    clock = VirtualClock(5)

    assert (clock.now(), clock.now()) == (5, 5)


def test_who_sleeps_wakes_later() -> None:
    clock = VirtualClock()
    clock.sleep(0.25)
    asyncio.run(clock.asleep(0.5))

    assert clock.now() == 750_000_000


def test_others_run_while_a_task_sleeps() -> None:
    clock, seen = VirtualClock(), list[str]()

    async def sleep(name: str) -> None:
        seen.append(f"{name} sleeps")
        await clock.asleep(1)
        seen.append(f"{name} wakes")

    async def both() -> None:
        await asyncio.gather(sleep("one"), sleep("two"))

    asyncio.run(both())

    assert seen == ["one sleeps", "two sleeps", "one wakes", "two wakes"]


def test_no_sleep_is_lost_among_threads() -> None:
    clock = VirtualClock()

    def sleep() -> None:
        for _ in range(1000):
            clock.sleep(0.001)

    threads = [Thread(target=sleep) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert clock.now() == 4 * 10**9
