"""The tables on the page on protocols: our own client over both, and in both formats."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from benchmarks.contestants._entries import OURS, OURS_ORJSON, OURS_SBE
from benchmarks.parts._formats import BY_FORMAT, IN_JSON, IN_ORJSON, IN_SBE
from benchmarks.tables import Results, table, where

_PAIRS = {
    "synchronous": ("sync", "websocket-sync"),
    "asynchronous, one in flight": ("async-1", "websocket-1"),
    "asynchronous, 50 in flight": ("async-50", "websocket-50"),
}
"""Races that differ in the protocol alone: over REST, and over WebSocket."""
_BELOW = {"aiohttp", "orderlists", "orjson", "python-binance", "urllib3", "websockets"}


def protocols(results: Results) -> str:
    """Return our own client over REST and over WebSocket, and in JSON and SBE, side by side."""
    head = ("one cancel", "CPU µs", "p50 µs", "calls/s", "CPU / by hand", "CPU / python-binance")
    rows = [(what, *_beside(found)) for what, found in _races(results)]
    in_formats = ("one cancel", "JSON", "JSON, orjson", "SBE")
    return (
        f"{table(head, rows)}\n\n"
        "CPU is user and system time of the process, for one call; calls/s are of one process on "
        "one core, over loopback, where nothing travels far. *By hand* is the library below it "
        "without checks or types (over REST urllib3 or aiohttp, over WebSocket websockets or "
        "aiohttp), and `python-binance` speaks the protocol of the row.\n\n"
        f"{table(in_formats, _by_format(results))}\n\n"
        "The bytes are those of the documented reply, with `origQuoteOrderQty`, which every "
        "message in SBE has. Decoding reads the headers and the body, and makes the result.\n\n"
        f"{where(results, _BELOW)}"
    )


def _races(results: Results) -> Iterator[tuple[str, Results]]:
    """Yield the races over each protocol, by a title."""
    for how, pair in _PAIRS.items():
        for protocol, race in zip(("REST", "WebSocket"), pair, strict=True):
            yield f"{how}, {protocol}", results["races"][race]["results"]


def _beside(found: Results) -> tuple[str, ...]:
    ours = found[OURS]
    rival = found.get("python-binance")
    return (
        f"{ours['cpu_us']['median']:.0f}",
        f"{ours['p50_us']['median']:.0f}",
        f"{ours['per_second']['median']:,.0f}",
        f"{ours['ratio']['median']:.2f}",
        "" if rival is None else f"{ours['ratio']['median'] / rival['ratio']['median']:.2f}",
    )


def _by_format(results: Results) -> Iterator[tuple[str, ...]]:
    for what, sizes in results["bytes"].items():
        yield f"bytes: {what}", *(f"{sizes[name]:,}" for name in ("JSON", "JSON", "SBE"))
    decoded = results["parts"]["decode"][BY_FORMAT]["results"]
    yield "CPU µs: decoding", *_cpu(decoded, (IN_JSON, IN_ORJSON, IN_SBE), digits=1)
    for what, found in _races(results):
        yield f"CPU µs: {what}", *_cpu(found, (OURS, OURS_ORJSON, OURS_SBE), digits=0)


def _cpu(found: Results, names: Sequence[str], *, digits: int) -> list[str]:
    return [
        f"{found[name]['cpu_us']['median']:.{digits}f}" if name in found else "" for name in names
    ]
