"""What a call costs beside encoding, moving and decoding.

The call alone is what decides, from the request to the result, with every answer at hand.  The
client adds clock, id and rate_limits: it is the real one, with a protocol and a transport that do
nothing; the headers of a live reply are where the budget looks for what was used.
"""

from __future__ import annotations

from typing import Any

from benchmarks.exchange import API_KEY, REPLIES, SECRET, SYMBOL, headers
from benchmarks.parts._duel import Act, duel
from orderlists import CancelOrderList, HmacKey, Policy, TimeUnit
from orderlists._clock import ServerClock
from orderlists._execution.commands import Done, Now, Ready, resume
from orderlists._execution.engine import begin
from orderlists.extending import HttpRequest, HttpResponse, Request
from orderlists_transports import Client

CALL_ALONE = "the call alone"

_SENT = HttpRequest("DELETE", "/", ())
_REQUESTS = [CancelOrderList(symbol=SYMBOL, order_list_id=number) for number in range(REPLIES)]


class _Nothing:
    """A protocol and a transport that do nothing."""

    time_unit = TimeUnit.MILLISECOND

    def __init__(self, told: tuple[tuple[str, str], ...]) -> None:
        self._response = HttpResponse(200, told, b"")

    def encode(self, request: Request[Any], *, key: object, timestamp: int) -> HttpRequest:
        del request, key, timestamp
        return _SENT

    def decode(self, request: Request[Any], response: HttpResponse) -> Any:
        del request, response

    def send(self, request: HttpRequest, /, *, timeout: float) -> HttpResponse:
        del request, timeout
        return self._response

    def close(self) -> None:
        """Nothing to close."""


def measure(rounds: int) -> dict[str, Any]:
    """Return the costs, with the headers of a live reply and without any."""
    acts: dict[str, Act] = {
        "making the request": _make,
        CALL_ALONE: _call_alone(),
        "client, no headers": _send(()),
        "client, 24 headers": _send(headers()),
    }
    results = duel(acts, floor=CALL_ALONE, rounds=rounds)
    return {"one call": {"floor": CALL_ALONE, "results": results}}


def _call_alone() -> Act:
    policy, clock = Policy(), ServerClock(wall=0, monotonic=0)
    now = clock.at(1)

    def act(number: int) -> None:
        call = begin(_REQUESTS[number], new_id="0" * 32, policy=policy, clock=clock)
        step = resume(call, None)
        while not isinstance(step, Done):
            step = resume(call, now if isinstance(step, Now | Ready) else None)

    return act


def _send(told: tuple[tuple[str, str], ...]) -> Act:
    nothing = _Nothing(told)
    key = HmacKey(api_key=API_KEY, secret=SECRET)
    client = Client(key, transport=nothing, protocol=nothing)
    return lambda number: client.send(_REQUESTS[number])


def _make(number: int) -> object:
    return CancelOrderList(symbol=SYMBOL, order_list_id=number)
