"""Damaged SBE messages: any bytes give a value or `Unreadable`.

    PYTHONPATH=core:tests/support python tests/support/sbe_mutations.py 1000000

mutates that many messages, and prints the rate.  A seed after the number repeats a run.
"""

import sys
import time
import warnings
from collections.abc import Iterator
from random import Random

from orderlists import Sbe, SbeSchemaWarning
from orderlists.extending import Reply, Unreadable
from sbe_messages import ALL_SHAPES, EVENTS, SHAPES, US, enveloped, message, sbe_reply

_INTERESTING = (0, 1, 2, 3, 5, 50, 100, 127, 128, 253, 254, 255)


def samples() -> list[bytes]:
    """Return every message, bare and in an envelope."""
    names = [*SHAPES, *EVENTS, "ErrorResponse", "WebSocketResponse", "NonRepresentableMessage"]
    bare = [message(name) for name in names]
    return [*bare, *(enveloped(each) for each in bare)]


def read_in_every_way(body: bytes) -> int:
    """Read bytes as the reply to any request, as an error and as a frame; count the values.

    Any exception but `Unreadable` passes through.
    """
    reader = Sbe()
    reply = sbe_reply(body, 400)
    values = int(reader.decode_error(reply) is not None) + int(reader.is_cut(reply))
    for shape in ALL_SHAPES:
        try:
            reader.decode(reply, shape, US)
        except Unreadable:
            continue
        values += 1
    found = reader.decode_frame(body, US)
    if isinstance(found, Reply):
        for shape in ALL_SHAPES:
            try:
                reader.decode_result(found, shape, US)
            except Unreadable:
                continue
            values += 1
    return values + int(found is not None)


def mutated(body: bytes, random: Random) -> bytes:
    """Return bytes with one to four changes: of a byte, of the length, or of a whole part."""
    changed = bytearray(body)
    for _ in range(random.randint(1, 4)):
        at = random.randrange(len(changed) + 1)
        match random.randrange(6):
            case 0:
                changed[at : at + 1] = random.randbytes(1)
            case 1:
                changed[at : at + 1] = bytes([random.choice(_INTERESTING)])
            case 2:
                del changed[at:]
            case 3:
                del changed[at : at + random.randint(1, 8)]
            case 4:
                changed[at:at] = random.randbytes(random.randint(1, 8))
            case _:
                changed[at : at + 4] = random.choice((b"\xff" * 4, bytes(4), b"\0\0\0\x80"))
    return bytes(changed)


def run(times: int, seed: int) -> Iterator[int]:
    """Mutate that many messages, and yield how many values each had."""
    random = Random(seed)  # noqa: S311 - to damage messages
    bodies = samples()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SbeSchemaWarning)
        for _ in range(times):
            body = mutated(random.choice(bodies), random)
            try:
                yield read_in_every_way(body)
            except Exception as error:
                raise AssertionError(f"{error!r} for {body.hex()}") from error


def main() -> None:
    """Run, and print how many messages were read in how long."""
    times, seed = [int(each) for each in (*sys.argv[1:], "0")][:2]
    began = time.perf_counter()
    values = sum(run(times, seed))
    took = time.perf_counter() - began
    rate = times / took
    sys.stdout.write(f"{times} mutations, {values} values, {took:.0f} s, {rate:.0f} per second\n")


if __name__ == "__main__":
    main()
