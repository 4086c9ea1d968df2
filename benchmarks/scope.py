"""The scope of a run: everything, or a quick check."""

from __future__ import annotations

from typing import NamedTuple


class Scope(NamedTuple):
    """Rounds and calls."""

    is_quick: bool
    ceiling: int
    rounds: int
    calls: int
    part_rounds: int
    imports: int
    endurance: int
    instructions: int


FULL = Scope(
    is_quick=False,
    ceiling=10_000,
    rounds=9,
    calls=300,
    part_rounds=15,
    imports=7,
    endurance=100_000,
    instructions=100,
)
QUICK = Scope(
    is_quick=True,
    ceiling=2_000,
    rounds=3,
    calls=100,
    part_rounds=3,
    imports=2,
    endurance=2_000,
    instructions=0,
)
