"""Leader and followers: of the threads that wait on a connection, one reads for all."""

import threading
from queue import SimpleQueue

from orderlists_transports._turns import Turn, Turns


def nothing_arrives(_: int) -> bool:
    return False


def is_not_called() -> bool:
    raise AssertionError("two threads read at the same time")


def test_a_thread_that_waits_while_another_reads_times_out() -> None:
    turns = Turns()
    tried: list[str] = []

    def read(_: int) -> bool:
        turn: Turn = SimpleQueue()
        turns.wait(lambda: False, turn, left=lambda: 0, read=nothing_arrives)
        turns.catch_up(is_not_called)
        tried.append("timed out")
        return False

    turns.wait(lambda: False, SimpleQueue(), left=lambda: 0, read=read)

    assert tried == ["timed out"]


def test_after_a_timeout_what_has_arrived_is_read_but_not_for_ever() -> None:
    turns = Turns()
    reads: list[int] = []

    def always(nanoseconds: int) -> bool:
        reads.append(nanoseconds)
        return True

    turns.wait(lambda: False, SimpleQueue(), left=lambda: 0, read=always)

    assert 1 < len(reads) <= 1000
    assert set(reads) == {0}


def test_a_thread_that_stops_reading_wakes_another() -> None:
    turns = Turns()
    reading, enough = threading.Event(), threading.Event()
    readers: list[str] = []

    def first(_: int) -> bool:
        readers.append("first")
        reading.set()
        enough.wait(30)
        return True

    def second(_: int) -> bool:
        readers.append("second")
        return True

    def wait_first() -> None:
        turns.wait(enough.is_set, SimpleQueue(), left=lambda: 10**10, read=first)

    one = threading.Thread(target=wait_first)
    one.start()
    reading.wait(30)
    two = threading.Thread(
        target=lambda: turns.wait(
            lambda: "second" in readers, SimpleQueue(), left=lambda: 3 * 10**10, read=second
        )
    )
    two.start()
    enough.set()
    one.join(20)
    two.join(20)

    assert readers[0] == "first"
    assert readers[-1] == "second"
    assert not two.is_alive()
