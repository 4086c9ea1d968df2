"""What an idle client keeps, and whether memory stays flat over many calls.

Each look is taken in a process of its own; ``python -m benchmarks.memory LOOK ORIGIN CALLS`` prints
what it found.
"""

from __future__ import annotations

import asyncio
import gc
import json
import resource
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, TypeAlias

from benchmarks.crew import ROOT, environment
from benchmarks.exchange import API_KEY, REPLIES, SECRET, SYMBOL
from orderlists import CancelOrderList, HmacKey, WebSocketApi
from orderlists_transports import AsyncClient, Client

if TYPE_CHECKING:
    from benchmarks.loopback import Loopback

Look: TypeAlias = Callable[[str, int], Any]
"""Takes where the exchange is, and how many calls to make."""

_KEY = HmacKey(api_key=API_KEY, secret=SECRET)
_CLIENTS = 100
_STAGES = 5
_SETTLED = 0.1
"""The part of the calls after which pools, caches and arenas have their size."""


def measure(loopback: Loopback, calls: int) -> dict[str, Any]:
    """Return what was found, each thing in a fresh process."""
    # All at a time: what is allocated is the same on a busy machine.
    with ThreadPoolExecutor(len(_LOOKS)) as pool:
        found = pool.map(lambda look: _found(look, loopback.port(), calls), _LOOKS)
        return dict(zip(_LOOKS, found, strict=True))


def _found(look: str, port: int, calls: int) -> Any:
    finished = subprocess.run(
        [
            *(sys.executable, "-m", "benchmarks.memory"),
            *(look, f"http://127.0.0.1:{port}", str(calls)),
        ],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=environment(),
    )
    return json.loads(finished.stdout)


def _idle(origin: str, _calls: int) -> dict[str, float]:
    """Return KiB of Python memory per client: never used, and with its connection open."""
    _cancel(Client(_KEY, exchange=origin), 0)
    gc.collect()
    tracemalloc.start()
    clients = [Client(_KEY, exchange=origin) for _ in range(_CLIENTS)]
    unused = tracemalloc.get_traced_memory()[0]
    for client in clients:
        _cancel(client, 0)
    gc.collect()
    connected = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    for client in clients:
        client.close()
    return {
        "unused_kib": round(unused / _CLIENTS / 1024, 2),
        "connected_kib": round(connected / _CLIENTS / 1024, 2),
    }


def _cancel(client: Client, number: int) -> None:
    client.send(CancelOrderList(symbol=SYMBOL, order_list_id=number % REPLIES))


def _state() -> dict[str, int]:
    gc.collect()
    return {
        "blocks": sys.getallocatedblocks(),
        "peak_rss_kib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
    }


def _endure(call: Callable[[int], None], calls: int) -> list[dict[str, int]]:
    """Return what is allocated after a tenth of the calls, and five times until the last."""
    first = int(calls * _SETTLED)
    call(first)
    states = [{"calls": first, **_state()}]
    for stage in range(1, _STAGES + 1):
        call((calls - first) // _STAGES)
        states.append({"calls": first + stage * ((calls - first) // _STAGES), **_state()})
    return states


def _endure_sync(origin: str, calls: int) -> list[dict[str, int]]:
    with Client(_KEY, exchange=origin) as client:

        def call(times: int) -> None:
            for number in range(times):
                _cancel(client, number)

        return _endure(call, calls)


def _endure_async(origin: str, calls: int) -> list[dict[str, int]]:
    client = AsyncClient(_KEY, exchange=origin, protocol=WebSocketApi())

    async def lane(times: int) -> None:
        for number in range(times):
            await client.send(CancelOrderList(symbol=SYMBOL, order_list_id=number % REPLIES))

    async def lanes(times: int) -> None:
        await asyncio.gather(*[lane(times // 10) for _ in range(10)])

    with asyncio.Runner() as runner:
        states = _endure(lambda times: runner.run(lanes(times)), calls)
        runner.run(client.aclose())
    return states


# Both clients and both protocols in two looks: four would take twice as long.
_LOOKS: dict[str, Look] = {
    "idle client": _idle,
    "sync, REST": _endure_sync,
    "async, WebSocket": _endure_async,
}

if __name__ == "__main__":
    _, given_look, given_origin, given_calls = sys.argv
    print(json.dumps(_LOOKS[given_look](given_origin, int(given_calls))))
