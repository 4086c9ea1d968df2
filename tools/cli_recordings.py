"""Writes the recordings of the command line in docs/cli.md anew.

python tools/cli_recordings.py

Each is made by processes of `orderlists` against a simulated exchange.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from orderlists import CancelOrderList
from orderlists_simulator import Plan, Simulator, example_venue
from orderlists_simulator import faults as f
from orderlists_transports import Client

PAGE = Path(__file__).parents[1] / "docs" / "cli.md"

_RECORDING = re.compile(r"(?s)(<!-- recording of ([a-z-]+) -->\n).*?(\n<!-- end -->)")
_NUMBERED = re.compile(r"[0-9]+\. (list .*)")


def recordings() -> Mapping[str, str]:
    """Return what the page shows, by the name in its marker."""
    return {"watch": _watch(), "cancel-all": _cancel_all()}


def _watch() -> str:
    """Watch two lists: the price fills an order of the first, a client cancels the second."""
    with (
        Simulator(lambda now: example_venue(now=now, lists=2)) as simulator,
        _start(simulator, "watch", "--until-none") as process,
    ):
        lines = iter(process.stdout or ())
        shown = _until(lines, lambda line: " 5  SELL" in line)
        simulator.venue.set_price("LTCBTC", "3.2", now=time.time_ns())
        shown += _until(lines, lambda line: line.startswith("list 0 LTCBTC OCO:"))
        with Client(simulator.key, exchange=simulator.url) as client:
            client.send(CancelOrderList(symbol="LTCBTC", order_list_id=1))
        shown += list(lines)
    return _shown("orderlists watch --until-none", shown)


def _cancel_all() -> str:
    """Cancel three lists; the reply to the cancel of one is lost."""

    def lose(_number: int, request: f.ReceivedRequest) -> f.Fault:
        is_it = request.effect == "cancel" and request.parameter("orderListId") == "1"
        return f.executed(answer=f.DROPPED) if is_it else f.NORMAL

    with (
        Simulator(lambda now: example_venue(now=now, lists=3), plan=Plan(lose)) as simulator,
        _start(simulator, "cancel-all", "LTCBTC") as process,
    ):
        lines = list(process.stdout or ())
    return _shown("orderlists cancel-all LTCBTC", _in_order(lines))


def _in_order(lines: Sequence[str]) -> list[str]:
    """Return the lines with the verdicts in the order of the lists: which comes first varies."""
    found = [_NUMBERED.match(line) for line in lines]
    verdicts = sorted(each[1] for each in found if each is not None)
    numbered = [f"{number}. {text}\n" for number, text in enumerate(verdicts, 1)]
    return [*numbered, *(line for line, each in zip(lines, found, strict=True) if each is None)]


def _start(simulator: Simulator, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(  # noqa: S603 - this Python, and our own arguments
        [sys.executable, "-m", "orderlists_cli", *arguments],
        env={
            **os.environ,
            "COLUMNS": "80",
            "ORDERLISTS_API_KEY": simulator.key.api_key,
            "ORDERLISTS_SECRET": simulator.key.secret,
            "ORDERLISTS_URL": simulator.url,
            "PYTHONPATH": os.pathsep.join(sys.path),
        },
        stdout=subprocess.PIPE,
        text=True,
    )


def _until(lines: Iterator[str], is_last: Callable[[str], bool]) -> list[str]:
    """Return the lines up to one that fits."""
    shown: list[str] = []
    for line in lines:
        shown.append(line)
        if is_last(line):
            break
    return shown


def _shown(command: str, lines: Sequence[str]) -> str:
    text = "\n".join(line.rstrip() for line in lines)
    return f"```text\n$ {command}\n{text}\n```"


def page(text: str) -> str:
    """Return the page with new recordings."""
    made = recordings()
    return _RECORDING.sub(lambda found: found[1] + made[found[2]] + found[3], text)


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text("utf-8")), "utf-8")
