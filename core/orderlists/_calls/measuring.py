"""Asking the exchange for its time."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

from orderlists._calls.call import Now, Ready
from orderlists._clock import Moment, Sample, ServerClock
from orderlists._errors import OrderListsError
from orderlists._requests.get_server_time import GetServerTime, ServerTime

_SAMPLES = 3


def measure(
    clock: ServerClock, send: Callable[[GetServerTime, Moment], Any], *, ready: Ready | Now
) -> Generator[Any, Any, bool]:
    """Ask the exchange for its time, a few times; return whether it told.

    Args:
        clock: Learns it.
        send: Returns the command that sends the question at this moment.
        ready: The command that makes ready for it.
    """
    samples: list[Sample] = []
    for _ in range(_SAMPLES):
        asked: Moment | OrderListsError = yield ready
        if isinstance(asked, OrderListsError):
            continue
        reply: object = yield send(GetServerTime(), asked)
        if isinstance(reply, ServerTime):
            answered: Moment = yield Now()
            samples.append(Sample(asked.monotonic, answered.monotonic, reply.server_time))
    if samples:
        clock.learn(samples)
    return bool(samples)
