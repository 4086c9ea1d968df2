"""The performance goals, and whether they are met.

A goal reads its ratio from the results, so no number here or in the README is typed by hand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from benchmarks.contestants._entries import OURS, OURS_ORJSON

Results = dict[str, Any]


class Goal(NamedTuple):
    """A maximum, and an optional stretch goal; `why` explains a missed goal."""

    what: str
    required: float
    stretch: float | None
    measured: Callable[[Results], float]
    unit: str = "×"
    why: str = "not looked into"


class Verdict(NamedTuple):
    """A goal and what was measured."""

    what: str
    required: float
    stretch: float | None
    measured: float
    unit: str
    why: str

    @property
    def is_met(self) -> bool:
        """Whether the required maximum is met."""
        return self.measured <= self.required

    @property
    def word(self) -> str:
        """Return the verdict as text."""
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


_FRAMED = (
    "a WebSocket costs so little that the typed result and the call weigh more than all the rest.  "
    "Sampled: a fifth of our time reads types; a tenth each writes and signs the frame, decides "
    "the call, and parses; less each reads the rate limits, and waits by future and timer"
)
_RIVAL = (
    "this part of python-binance is less than the floor takes, which signs, sends and parses and "
    "no more; beyond that as above"
)
_QUERY = "writing the query costs the same, whatever signing costs; escaping base64 a fifth of that"
_COMPLETED = (
    "a third of it fills in the request's id and judges that; the rest makes commands and passes "
    "them through six generators, one in another; an absolute goal, which depends on the machine"
)
_CLASSES = (
    "an absolute goal, which depends on the machine; most of it is attrs, which writes and "
    "compiles the methods of some 60 classes"
)
_TYPES = (
    "pydantic's loop is Rust; ours is Python, and keeps unknown fields, units and words as well"
)

GOALS = (
    Goal("sync call / urllib3 + json", 0.95, 0.70, _to_floor("sync")),
    Goal("sync call / binance-sdk-spot", 0.40, None, _to("sync", "binance-sdk-spot")),
    Goal("sync call / cheapest peer", 1.0, None, _to_cheapest("sync")),
    Goal("async call, 1 in flight / aiohttp + json", 1.15, 1.0, _to_floor("async-1")),
    Goal(
        "async call, 50 in flight / aiohttp + json",
        1.15,
        1.0,
        _to_floor("async-50"),
        why=(
            "by less than its spread.  Counted by callgrind, with one in flight: the floor takes "
            "680 thousand instructions, we take 800: 235 to parse and type the result, 145 for the "
            "call and its limits, 60 to write and sign the request, the rest to move it"
        ),
    ),
    Goal("async call, 1 in flight / cheapest peer", 1.0, None, _to_cheapest("async-1")),
    Goal("async call, 50 in flight / cheapest peer", 1.0, None, _to_cheapest("async-50")),
    Goal(
        "WebSocket call, 50 in flight / aiohttp + json",
        1.5,
        1.4,
        _to_floor("websocket-50"),
        why=_FRAMED,
    ),
    Goal(
        "WebSocket call, 50 in flight / python-binance",
        0.35,
        None,
        _to("websocket-50", "python-binance"),
        why=_RIVAL,
    ),
    Goal(
        "encode + sign HMAC / hmac.new",
        2.0,
        1.2,
        _part("encode + sign", "HMAC"),
        why=(
            "signing with the prepared key takes two thirds of the floor; the rest lists the "
            "parameters, writes them and makes the message.  Two prepared SHA-256 states would "
            "save a fifth of the floor, and be cryptography of our own"
        ),
    ),
    Goal(
        "encode + sign Ed25519 / signature",
        1.1,
        None,
        _part("encode + sign", "Ed25519"),
        why=_QUERY,
    ),
    Goal(
        "decode / json.loads",
        2.5,
        2.0,
        _part("decode", "seed's reply"),
        why=(
            "a third is parsing; two fifths walk the values into objects; a sixth makes Decimals, "
            "of which some are new in every reply; the rest is instants and calls between layers"
        ),
    ),
    Goal(
        "decode with orjson / orjson.loads",
        5.0,
        4.0,
        _decoded_against_orjson,
        why="as above: all but the parsing is the same work",
    ),
    Goal("decode / cattrs + json", 1.0, None, _decoded_against("cattrs, json", OURS)),
    Goal(
        "decode with orjson / pydantic v2",
        1.0,
        None,
        _decoded_against("pydantic v2", OURS_ORJSON),
        why=_TYPES,
    ),
    Goal("decode / pydantic v2", 1.0, None, _decoded_against("pydantic v2", OURS), why=_TYPES),
    Goal("one call's bookkeeping", 10.0, 5.0, _bookkeeping, "µs", why=_COMPLETED),
    Goal("import, our own share", 40.0, None, _own_import, "ms", why=_CLASSES),
    Goal(
        "import, the whole / python-binance",
        0.25,
        None,
        _whole_import,
        why="urllib3, which a client loads, takes three quarters of what is allowed by itself",
    ),
)


def verdicts(results: Results) -> Iterator[Verdict]:
    """Return every goal with what was measured; a goal whose rival did not run is left out."""
    for goal in GOALS:
        try:
            measured = goal.measured(results)
        except (KeyError, ValueError):
            continue
        yield Verdict(
            goal.what, goal.required, goal.stretch, round(measured, 3), goal.unit, goal.why
        )
