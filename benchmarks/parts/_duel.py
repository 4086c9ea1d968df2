"""Functions that are compared with each other, in turns of a few milliseconds.

Processor time of this thread, so that other load on the machine has little influence.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping
from random import Random
from time import thread_time_ns
from typing import Any, TypeAlias

from benchmarks.exchange import REPLIES
from benchmarks.spread import spread

Act: TypeAlias = Callable[[int], object]
"""Does one thing; the number says which of the many inputs to take."""

_TURN = 4_000_000
_STEP = 64


def duel(acts: Mapping[str, Act], *, floor: str, rounds: int) -> dict[str, dict[str, Any]]:
    """Return what each act costs in microseconds, and its ratio to the floor in each round."""
    times = {name: _times(act) for name, act in acts.items()}
    shuffled = Random(5)  # noqa: S311 - the same orders every time
    seen = [
        {
            name: _cost(acts[name], times[name], at)
            for name in shuffled.sample(list(acts), len(acts))
        }
        for at in range(rounds)
    ]
    return {
        name: {
            "cpu_us": spread([each[name] for each in seen]),
            "ratio": spread([each[name] / each[floor] for each in seen]),
        }
        for name in acts
    }


def _times(act: Act) -> int:
    """Return how many times an act fits into a turn: a multiple of this many."""
    _cost(act, 1, 0)
    one = _cost(act, 2, 0) * 1000
    return max(1, int(_TURN / one / _STEP))


def _cost(act: Act, times: int, turn: int) -> float:
    size = times * _STEP
    # Each turn goes on where the one before ended.
    numbers = [number % REPLIES for number in range(turn * size, (turn + 1) * size)]
    gc.collect()
    began = thread_time_ns()
    for number in numbers:
        act(number)
    return (thread_time_ns() - began) / len(numbers) / 1000
