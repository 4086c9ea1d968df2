"""What is written in one turn of the event loop leaves in few writes, and whole."""

from __future__ import annotations

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from orderlists_transports._outbox import TAKEN_AT_ONCE, Outbox


class Carrier(asyncio.Transport):
    """Notes what the system is given, and takes nothing of it."""

    def __init__(self) -> None:
        super().__init__()
        self.writes: list[bytes] = []

    def write(self, data: object) -> None:
        assert type(data) is bytes, "asyncio keeps it, so nobody may change it"
        self.writes.append(data)

    def get_write_buffer_size(self) -> int:
        return sum(map(len, self.writes))


def written(*turns: list[bytes]) -> list[bytes]:
    """Return what the system is given when these frames are written in turns."""

    async def write() -> list[bytes]:
        carrier = Carrier()
        outbox = Outbox(carrier)
        for frames in turns:
            for frame in frames:
                outbox.write(frame)
            await asyncio.sleep(0)
        return carrier.writes

    return asyncio.run(write())


def test_the_first_frame_leaves_at_once() -> None:
    async def write() -> list[bytes]:
        carrier = Carrier()
        Outbox(carrier).write(b"first")
        return carrier.writes

    assert asyncio.run(write()) == [b"first"]


def test_what_follows_in_the_same_turn_leaves_together() -> None:
    assert written([b"1", b"2", b"3", b"4"], [b"5"]) == [b"1", b"234", b"5"]


def test_much_does_not_wait() -> None:
    much = bytes(TAKEN_AT_ONCE)
    assert written([b"1", b"2", much, b"3"]) == [b"1", b"2" + much, b"3"]


def test_what_waits_counts_as_not_taken() -> None:
    async def sizes() -> list[int]:
        outbox = Outbox(Carrier())
        found = [outbox.size()]
        for frame in (b"1", b"22", b"333"):
            outbox.write(frame)
            found.append(outbox.size())
        await asyncio.sleep(0)
        return [*found, outbox.size()]

    assert asyncio.run(sizes()) == [0, 1, 3, 6, 6]


@given(
    turns=st.lists(
        st.lists(st.integers(1, TAKEN_AT_ONCE) | st.integers(1, 300), max_size=6), max_size=4
    )
)
def test_every_byte_leaves_in_order(turns: list[list[int]]) -> None:
    frames = [
        [bytes([10 * i + j]) * length for j, length in enumerate(turn)]
        for i, turn in enumerate(turns)
    ]
    assert b"".join(written(*frames)) == b"".join(b"".join(turn) for turn in frames)
