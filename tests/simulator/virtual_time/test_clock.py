import asyncio
from threading import Thread

from orderlists_simulator import VirtualClock


def test_a_virtual_clock_does_not_move_by_itself() -> None:
    clock = VirtualClock(5)

    assert (clock.now(), clock.now()) == (5, 5)


def test_sleeps_move_a_virtual_clock() -> None:
    clock = VirtualClock()
    clock.sleep(0.25)
    asyncio.run(clock.asleep(0.5))

    assert clock.now() == 750_000_000


def test_other_tasks_run_during_an_async_sleep() -> None:
    clock, seen = VirtualClock(), list[str]()

    async def sleep(name: str) -> None:
        seen.append(f"{name} sleeps")
        await clock.asleep(1)
        seen.append(f"{name} wakes")

    async def both() -> None:
        await asyncio.gather(sleep("one"), sleep("two"))

    asyncio.run(both())

    assert seen == ["one sleeps", "two sleeps", "one wakes", "two wakes"]


def test_sleeps_of_many_threads_add_up() -> None:
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
