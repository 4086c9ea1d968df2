"""Time until the first request can be sent: import, a client and a request, in fresh processes.

Processor time, in turns; client and request are made because some of what they need is loaded
then.  Our own share is what the import system reports for modules named `orderlists...` alone,
without what they import from elsewhere.  It reports wall time, which a busy machine only ever
lengthens, so each module counts with the least it took in any run.
"""

from __future__ import annotations

import re
import subprocess
import sys
from typing import Any

from benchmarks.contestants._entries import OURS
from benchmarks.crew import ROOT, environment
from benchmarks.spread import spread

_STATEMENTS = {
    OURS: (
        "from orderlists import CancelOrderList, HmacKey; "
        "from orderlists_transports import Client; "
        "Client(HmacKey(api_key='k' * 64, secret='s')); "
        "CancelOrderList(symbol='LTCBTC', order_list_id=0)"
    ),
    "orderlists, nothing made": "import orderlists; from orderlists_transports import Client",
    "urllib3": "import urllib3; urllib3.PoolManager()",
    "attrs, cattrs": "import attrs, cattrs",
    "python-binance": "from binance.client import Client; Client('k', 's', ping=False)",
    "ccxt": "import ccxt; ccxt.binance()",
    "binance-sdk-spot": (
        "from binance_common.configuration import ConfigurationRestAPI; "
        "from binance_sdk_spot.spot import Spot; "
        "Spot(config_rest_api=ConfigurationRestAPI(api_key='k', api_secret='s')).rest_api"
    ),
}
_QUICK = (OURS, "python-binance")
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
        "own_ms": round(_own_share(rounds), 2),
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


def _own_share(rounds: int) -> float:
    least: dict[str, int] = {}
    for _ in range(rounds):
        # First the module of the request, whose own time `import_module` does not have reported.
        statement = f"import orderlists._operations.cancel_order_list; {_STATEMENTS[OURS]}"
        timings = _python("-X", "importtime", "-c", statement).stderr
        for own, module in _LINE.findall(timings):
            least[module] = min(int(own), least.get(module, int(own)))
    return sum(least.values()) / 1000


def _python(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        check=True,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=environment(),
    )
