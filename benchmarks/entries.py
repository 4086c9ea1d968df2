"""How many functions of ours one warm `client.send` over REST enters, and where.

Counts calls and resumptions of generators, as the interpreter reports them to a profiler, files,
changes of file in the order of the calls, and trips to the driver.  The codec (what writes a
request and reads a reply: operations, protocols, formats, keys, models) is counted apart from the
rest of core, which is engine, table, gate, limits, turns and clock.

    python -m benchmarks.entries
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable
from itertools import groupby
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple

import orderlists
import orderlists_transports
from orderlists import CancelOrderList, HmacKey
from orderlists.extending import HttpRequest, HttpResponse
from orderlists_transports import Client

CORE = Path(orderlists.__file__).parent
TRANSPORTS = Path(orderlists_transports.__file__).parent
CODEC = ("_operations", "_protocols", "_formats", "_keys", "_models")
MEMORY = ("_operations", "recovery", "call_state.py")
REPLY = Path(__file__).parent.parent / "tests" / "data" / "cancel_order_list_reply.json"
CANCEL = CancelOrderList(
    symbol="LTCBTC", order_list_id=0, new_client_order_id="unfWT8ig8i0uj6lPuYLez6"
)


class Entry(NamedTuple):
    """One entry into a function."""

    part: str
    file: str
    function: str


class Replying:
    """A transport that has the reply at hand, so that only the client is counted."""

    def __init__(self, reply: bytes) -> None:
        self._response = HttpResponse(200, (("Content-Type", "application/json"),), reply)

    def send(self, request: HttpRequest, /, *, timeout: float) -> HttpResponse:
        """Return the reply."""
        del request, timeout
        return self._response

    def close(self) -> None:
        """Do nothing."""


def part_of(path: Path) -> str | None:
    """Return which part of the library a file belongs to; None for none."""
    if path.is_relative_to(TRANSPORTS):
        return "transports"
    if not path.is_relative_to(CORE):
        return None
    place = path.relative_to(CORE).parts
    return "codec" if place[0] in CODEC and place != MEMORY else "core"


def entries_of(act: Callable[[], object]) -> list[Entry]:
    """Return every entry into a function of ours, in order, while something is done."""
    found: list[Entry] = []

    def note(frame: FrameType, event: str, _: Any) -> None:
        if event != "call":
            return
        path = Path(frame.f_code.co_filename)
        part = part_of(path)
        if part is not None:
            found.append(Entry(part, path.name, frame.f_code.co_qualname))

    sys.setprofile(note)
    try:
        act()
    finally:
        sys.setprofile(None)
    return found


def warm_send() -> list[Entry]:
    """Return the entries of one warm call."""
    key = HmacKey(api_key="k" * 64, secret="not-a-real-one")  # noqa: S106 - made up
    with Client(key, transport=Replying(REPLY.read_bytes())) as client:
        for _ in range(3):
            client.send(CANCEL)
        return entries_of(lambda: client.send(CANCEL))


def trips(entries: list[Entry]) -> int:
    """Return how often the driver was given a command."""
    return sum(each.function.endswith("Driver._outcome_of") for each in entries)


def main() -> None:
    """Print the counts, and every entry with ``--all``."""
    entries = warm_send()
    by_part = Counter(each.part for each in entries)
    for part in ("core", "codec", "transports"):
        files = {each.file for each in entries if each.part == part}
        print(f"{part:<11} {by_part[part]:3} entries in {len(files):2} files")
    changes = sum(1 for _ in groupby(entries, key=lambda each: each.file)) - 1
    files = {each.file for each in entries}
    print(
        f"{'all':<11} {len(entries):3} entries in {len(files):2} files, {changes} changes of file"
    )
    print(f"trips to the driver: {trips(entries)}")
    if "--all" in sys.argv:
        for number, each in enumerate(entries, 1):
            print(f"{number:4} {each.part:<11} {each.file:<24} {each.function}")


if __name__ == "__main__":
    main()
