"""The performance goals, and whether they are met.

A goal reads its ratio from the results, so no number here or in the README is typed by hand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from benchmarks.contestants._entries import OURS, OURS_ORJSON, OURS_SBE
from benchmarks.parts._formats import BY_FORMAT, IN_JSON, IN_ORJSON, IN_SBE

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


def _to_cheapest(race: str) -> Callable[[Results], float]:
    def ratio(results: Results) -> float:
        found = results["races"][race]
        # Bare libraries are by hand, and no clients.
        bystanders = {OURS, OURS_ORJSON, OURS_SBE, "websockets + json", found["floor"]}
        peers = [name for name in found["results"] if name not in bystanders]
        cheapest = min(_ratio(found["results"], name) for name in peers)
        return _ratio(found["results"], OURS) / cheapest

    return ratio


def _to_rival(race: str, rival: str) -> Callable[[Results], float]:
    def ratio(results: Results) -> float:
        found = results["races"][race]["results"]
        return _ratio(found, OURS) / _ratio(found, rival)

    return ratio


def _part(group: str, part: str, name: str = OURS) -> Callable[[Results], float]:
    return lambda results: _ratio(results["parts"][group][part]["results"], name)


def _decoded_against(rival: str, name: str) -> Callable[[Results], float]:
    def ratio(results: Results) -> float:
        found = results["parts"]["decode"]["seed's reply"]["results"]
        return _ratio(found, name) / _ratio(found, rival)

    return ratio


def _decoded_in_sbe_against(rival: str) -> Callable[[Results], float]:
    def ratio(results: Results) -> float:
        found = results["parts"]["decode"][BY_FORMAT]["results"]
        return _ratio(found, IN_SBE) / _ratio(found, rival)

    return ratio


def _decoded_against_orjson(results: Results) -> float:
    found = results["parts"]["decode"]["seed's reply"]["results"][OURS_ORJSON]
    ratio: float = found["ratio_to_orjson"]["median"]
    return ratio


def _around_the_transport(results: Results) -> float:
    parts = results["parts"]
    call = parts["bookkeeping"]["one call"]["results"]["client, 24 headers"]
    parsing = parts["decode"]["seed's reply"]["results"]["json.loads"]
    ratio: float = call["cpu_us"]["median"] / parsing["cpu_us"]["median"]
    return ratio


def _connected_kib(results: Results) -> float:
    kib: float = results["memory"]["idle client"]["connected_kib"]
    return kib


def _counted(race: str) -> Callable[[Results], float]:
    def ratio(results: Results) -> float:
        counted: float = results["instructions"][race]["results"][OURS]["ratio"]
        return counted

    return ratio


def _whole_import(results: Results) -> float:
    return _ratio(results["imports"]["results"], OURS)


_TYPED = (
    "a third of a call over a WebSocket parses and types the result, more strictly than any rival "
    "does; a fourth decides the call, reads the clocks and keeps what is in flight; a tenth writes "
    "and signs the frame"
)
_OWN = (
    "parsing and typing the result takes a third, the call with its limits and clocks a fourth, "
    "writing and signing a tenth; the rest moves bytes"
)
_PLACED = (
    "making the legs and checking their rules, filling in three client ids and listing the "
    "parameters takes a fourth of a call; the rest is what a cancel takes"
)
_LISTED = (
    "signing with the prepared key takes two thirds of the floor; the rest lists the parameters, "
    "writes them and makes the message"
)
_WALKED = (
    "parsing is half of it; the rest walks the values into objects and makes Decimals, of which "
    "some are new in every reply"
)

_UNPACKED = (
    "half of it decides for each field whether the message has it; the rest makes texts, Decimals "
    "and objects, as for JSON"
)

# Below each of them: a ratio of 1.00 is not.
_BELOW = 0.99
_PLACEMENTS = tuple(
    Goal(f"placing an OCO, {what} / {rival}", _BELOW, None, _to_rival(race, rival), why=_PLACED)
    for race, what, rivals in (
        ("place-sync", "sync REST", ("ccxt", "python-binance", "binance-sdk-spot")),
        ("place-async-1", "async REST, 1 in flight", ("ccxt", "python-binance")),
        ("place-async-50", "async REST, 50 in flight", ("ccxt", "python-binance")),
        ("place-websocket-sync", "sync WebSocket", ("python-binance",)),
        (
            "place-websocket-1",
            "async WebSocket, 1 in flight",
            ("python-binance", "binance-sdk-spot"),
        ),
        (
            "place-websocket-50",
            "async WebSocket, 50 in flight",
            ("python-binance", "binance-sdk-spot"),
        ),
    )
    for rival in rivals
)

GOALS = (
    Goal("sync REST / urllib3 + json", 0.50, 0.41, _to_floor("sync"), why=_OWN),
    Goal("sync REST / cheapest peer", 0.25, 0.21, _to_cheapest("sync"), why=_OWN),
    Goal("async REST, 1 in flight / aiohttp + json", 0.95, 0.80, _to_floor("async-1"), why=_OWN),
    Goal("async REST, 50 in flight / aiohttp + json", 0.95, 0.80, _to_floor("async-50"), why=_OWN),
    Goal("async REST, 1 in flight / cheapest peer", 0.85, 0.74, _to_cheapest("async-1"), why=_OWN),
    Goal(
        "async REST, 50 in flight / cheapest peer", 0.75, 0.62, _to_cheapest("async-50"), why=_OWN
    ),
    Goal(
        "async WebSocket, 1 in flight / aiohttp + json",
        1.25,
        1.05,
        _to_floor("websocket-1"),
        why=_TYPED,
    ),
    Goal(
        "async WebSocket, 1 in flight / cheapest peer",
        0.90,
        0.78,
        _to_cheapest("websocket-1"),
        why=_TYPED,
    ),
    Goal(
        "async WebSocket, 50 in flight / aiohttp + json",
        2.1,
        1.8,
        _to_floor("websocket-50"),
        why=_TYPED,
    ),
    Goal(
        "async WebSocket, 50 in flight / cheapest peer",
        0.70,
        0.60,
        _to_cheapest("websocket-50"),
        why=_TYPED,
    ),
    Goal("sync WebSocket / websockets + json", 1.50, 1.3, _to_floor("websocket-sync"), why=_TYPED),
    Goal("sync WebSocket / cheapest peer", 0.90, 0.80, _to_cheapest("websocket-sync"), why=_TYPED),
    *_PLACEMENTS,
    Goal("encode + sign HMAC / hmac.new", 2.3, 2.0, _part("encode + sign", "HMAC"), why=_LISTED),
    Goal(
        "encode + sign Ed25519 / signature",
        1.20,
        1.14,
        _part("encode + sign", "Ed25519"),
        why=_LISTED,
    ),
    Goal("decode / json.loads", 2.7, 2.4, _part("decode", "seed's reply"), why=_WALKED),
    Goal("decode with orjson / orjson.loads", 6.4, 5.5, _decoded_against_orjson, why=_WALKED),
    Goal("decode / cattrs + json", 1.0, None, _decoded_against("cattrs, json", OURS), why=_WALKED),
    Goal("decode SBE / Json()", 0.75, 0.61, _decoded_in_sbe_against(IN_JSON), why=_UNPACKED),
    Goal(
        "decode SBE / Json(parser=orjson.loads)",
        0.95,
        0.75,
        _decoded_in_sbe_against(IN_ORJSON),
        why=_UNPACKED,
    ),
    Goal(
        "a call around the transport, 24 headers / json.loads of the seed's reply",
        1.6,
        1.33,
        _around_the_transport,
        why=(
            "a third reads the headers for usages and records them; the rest fills in the id of "
            "the request, passes commands between engine and driver, and reads the clocks"
        ),
    ),
    Goal(
        "import with `Client` / python-binance",
        0.40,
        0.33,
        _whole_import,
        why="urllib3, which a client loads, takes half of what is allowed by itself",
    ),
    Goal("an idle connected client", 7.06, 5.0, _connected_kib, "KiB"),
    Goal("instructions, sync REST / urllib3 + json", 0.40, 0.31, _counted("sync"), why=_OWN),
    Goal(
        "instructions, async REST, 1 in flight / aiohttp + json",
        0.95,
        0.84,
        _counted("async-1"),
        why=_OWN,
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
