"""How long importing takes, in fresh processes that take turns.

Our own share is what the import system reports for modules named `orderlists...` alone, without
what they import from elsewhere.
"""

from __future__ import annotations

import re
import subprocess
import sys
from statistics import median
from typing import Any

from benchmarks.contestants._entries import OURS
from benchmarks.crew import ROOT, environment
from benchmarks.spread import spread

_STATEMENTS = {
    OURS: "import orderlists; from orderlists_transports import Client",
    "orderlists + urllib3": "import orderlists_transports.urllib3",
    "urllib3": "import urllib3",
    "attrs, cattrs": "import attrs, cattrs",
    "python-binance": "from binance.client import Client",
    "ccxt": "import ccxt",
    "binance-sdk-spot": "from binance_sdk_spot.spot import Spot",
}
_QUICK = (OURS, "orderlists + urllib3", "python-binance")
_TIMED = "import time; t = time.process_time(); {}; print((time.process_time() - t) * 1000)"
_LINE = re.compile(r"import time: +([0-9]+) \| +[0-9]+ \| +(orderlists\S*)")


def measure(rounds: int, *, is_quick: bool) -> dict[str, Any]:
    """Return milliseconds of processor time, and the ratio to `python-binance` in each round."""
    names = _QUICK if is_quick else tuple(_STATEMENTS)
    for name in names:
        _milliseconds(_STATEMENTS[name])  # Compiles it.
    seen = [{name: _milliseconds(_STATEMENTS[name]) for name in names} for _ in range(rounds)]
    floor = "python-binance"
    return {
        "floor": floor,
        "own_ms": round(median(_own_share() for _ in range(rounds)), 2),
        "results": {
            name: {
                "cpu_ms": spread([each[name] for each in seen]),
                "ratio": spread([each[name] / each[floor] for each in seen]),
            }
            for name in names
        },
    }


def _milliseconds(statement: str) -> float:
    return float(_python("-c", _TIMED.format(statement)).stdout)


def _own_share() -> float:
    told = _python("-X", "importtime", "-c", _STATEMENTS["orderlists + urllib3"]).stderr
    return sum(int(own) for own, _ in _LINE.findall(told)) / 1000


def _python(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        check=True,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=environment(),
    )
