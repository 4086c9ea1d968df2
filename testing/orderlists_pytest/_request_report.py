"""The requests that a venue received, as text for the report of a failed test.

Invariant: as in the log of the simulator, no line has a signature, a secret or an API key.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from orderlists_simulator import LogEntry, Venue
from orderlists_simulator.extending import entry_json, entry_line

# The same in every request, or not a fact of it.
_LEFT_OUT = frozenset({"apiKey", "recvWindow", "signature", "timestamp"})


def report_requests(venue: Venue) -> str:
    """Return a line for each request, with its parameters below."""
    return "\n".join(_lines(each) for each in venue.log.entries) or "no request was received"


def _lines(entry: LogEntry) -> str:
    parameters: Any = entry_json(entry)["parameters"]
    named: Mapping[str, str] = parameters
    # In the order of the request, which that form reverses.
    sent = reversed([*named.items()])
    shown = [f"{name}={value}" for name, value in sent if name not in _LEFT_OUT]
    return "\n    ".join([entry_line(entry), *([" ".join(shown)] if shown else [])])
