"""What is to be reached, and whether it is.

A goal reads its ratio from the results, so no number here or in the README is typed by hand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from benchmarks.contestants._entries import OURS, OURS_ORJSON

Results = dict[str, Any]


class Goal(NamedTuple):
    """At most so much; the stretch is what would be nice."""

    what: str
    required: float
    stretch: float | None
    measured: Callable[[Results], float]
    unit: str = "×"


class Verdict(NamedTuple):
    """A goal and what was measured."""

    what: str
    required: float
    stretch: float | None
    measured: float
    unit: str

    @property
    def is_met(self) -> bool:
        """Whether what is required is reached."""
        return self.measured <= self.required

    @property
    def word(self) -> str:
        """Return how it went."""
        if not self.is_met:
            return "**missed**"
        if self.stretch is not None and self.measured <= self.stretch:
            return "met, stretch too"
        return "met"


def _ratio(found: Results, name: str) -> float:
    median: float = found[name]["ratio"]["median"]
    return median


def _to_floor(race: str, name: str = OURS) -> Callable[[Results], float]:
    return lambda results: _ratio(results["races"][race]["results"], name)


def _to(race: str, rival: str) -> Callable[[Results], float]:
    def ratio(results: Results) -> float:
        found = results["races"][race]["results"]
        return _ratio(found, OURS) / _ratio(found, rival)

    return ratio


def _to_cheapest(race: str) -> Callable[[Results], float]:
    def ratio(results: Results) -> float:
        found = results["races"][race]
        bystanders = {OURS, OURS_ORJSON, found["floor"]}
        peers = [name for name in found["results"] if name not in bystanders]
        cheapest = min(_ratio(found["results"], name) for name in peers)
        return _ratio(found["results"], OURS) / cheapest

    return ratio


def _part(group: str, part: str, name: str = OURS) -> Callable[[Results], float]:
    return lambda results: _ratio(results["parts"][group][part]["results"], name)


def _decoded_against(rival: str, name: str) -> Callable[[Results], float]:
    def ratio(results: Results) -> float:
        found = results["parts"]["decode"]["seed's reply"]["results"]
        return _ratio(found, name) / _ratio(found, rival)

    return ratio


def _decoded_against_orjson(results: Results) -> float:
    found = results["parts"]["decode"]["seed's reply"]["results"][OURS_ORJSON]
    ratio: float = found["ratio_to_orjson"]["median"]
    return ratio


def _bookkeeping(results: Results) -> float:
    found = results["parts"]["bookkeeping"]["one call"]["results"]["the call alone"]
    cost: float = found["cpu_us"]["median"]
    return cost


def _own_import(results: Results) -> float:
    own: float = results["imports"]["own_ms"]
    return own


def _whole_import(results: Results) -> float:
    return _ratio(results["imports"]["results"], OURS)


GOALS = (
    Goal("sync call / urllib3 + json", 0.95, 0.70, _to_floor("sync")),
    Goal("sync call / binance-sdk-spot", 0.40, None, _to("sync", "binance-sdk-spot")),
    Goal("sync call / cheapest peer", 1.0, None, _to_cheapest("sync")),
    Goal("async call, 1 in flight / aiohttp + json", 1.15, 1.0, _to_floor("async-1")),
    Goal("async call, 50 in flight / aiohttp + json", 1.15, 1.0, _to_floor("async-50")),
    Goal("async call, 1 in flight / cheapest peer", 1.0, None, _to_cheapest("async-1")),
    Goal("async call, 50 in flight / cheapest peer", 1.0, None, _to_cheapest("async-50")),
    Goal("encode + sign HMAC / hmac.new", 2.0, 1.2, _part("encode + sign", "HMAC")),
    Goal("encode + sign Ed25519 / signature", 1.1, None, _part("encode + sign", "Ed25519")),
    Goal("decode / json.loads", 2.5, 2.0, _part("decode", "seed's reply")),
    Goal("decode with orjson / orjson.loads", 5.0, 4.0, _decoded_against_orjson),
    Goal("decode / cattrs + json", 1.0, None, _decoded_against("cattrs, json", OURS)),
    Goal(
        "decode with orjson / pydantic v2", 1.0, None, _decoded_against("pydantic v2", OURS_ORJSON)
    ),
    Goal("decode / pydantic v2", 1.0, None, _decoded_against("pydantic v2", OURS)),
    Goal("one call's bookkeeping", 10.0, 5.0, _bookkeeping, "µs"),
    Goal("import, our own share", 40.0, None, _own_import, "ms"),
    Goal("import, the whole / python-binance", 0.25, None, _whole_import),
)


def verdicts(results: Results) -> Iterator[Verdict]:
    """Return every goal with what was measured; a goal whose rival did not run is left out."""
    for goal in GOALS:
        try:
            measured = goal.measured(results)
        except (KeyError, ValueError):
            continue
        yield Verdict(goal.what, goal.required, goal.stretch, round(measured, 3), goal.unit)
