"""The example in the shell places a list, moves the price, and sees the fill."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from orderlists_simulator import Simulator

SCRIPT = Path(__file__).parents[2] / "examples" / "place_and_fill.sh"
BASH = shutil.which("bash") or ""
MISSING = [each for each in ("bash", "curl", "openssl") if shutil.which(each) is None]


@pytest.mark.skipif(bool(MISSING), reason=f"needs {', '.join(MISSING)}")
def test_the_shell_script_places_a_list_moves_the_price_and_sees_the_fill() -> None:
    with Simulator() as simulator:
        simulator.venue.set_price("LTCBTC", "2.0", now=0)
        done = subprocess.run(
            [BASH, str(SCRIPT), simulator.url], capture_output=True, text=True, check=True
        )
    placed, _, *orders = [
        json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")
    ]
    assert placed["listOrderStatus"] == "EXECUTING"
    assert [each["status"] for each in orders] == ["FILLED", "EXPIRED"]
    assert orders[0]["executedQty"] == "5.00000000"
