"""Asking the exchange for its time."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

from orderlists._clock import ClockReading, Sample, ServerClock
from orderlists._execution.commands import Now, Ready
from orderlists._operations.get_server_time import GetServerTime, ServerTime
from orderlists.errors import OrderListsError

_SAMPLES = 3


def measure(
    clock: ServerClock, send: Callable[[GetServerTime, ClockReading], Any], *, ready: Ready | Now
) -> Generator[Any, Any, bool]:
    """Ask the exchange for its time, a few times; return whether it told.

    Args:
        clock: Learns it.
        send: Returns the command that sends the question at this moment.
        ready: The command that makes ready for it.
    """
    samples: list[Sample] = []
    for _ in range(_SAMPLES):
        asked: ClockReading | OrderListsError = yield ready
        if isinstance(asked, OrderListsError):
            continue
        reply: object = yield send(GetServerTime(), asked)
        if isinstance(reply, ServerTime):
            answered: ClockReading = yield Now()
            samples.append(Sample(asked.monotonic, answered.monotonic, reply.server_time))
    if samples:
        clock.learn(samples)
    return bool(samples)
