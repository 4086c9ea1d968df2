"""What a call costs beside encoding, moving and decoding.

The call alone is the engine, from the request to the result, with every answer at hand.  The
client adds driver, clocks, ids and rate limits: it is the real one, with a protocol and a
transport that do nothing.
"""

from __future__ import annotations

from typing import Any

from benchmarks.exchange import API_KEY, REPLIES, SECRET, SYMBOL, body_of, headers
from benchmarks.operations import CANCEL_ID, cancel_reply
from benchmarks.parts._duel import Act, duel
from orderlists import CancelOrderList, HmacKey, Policy, RateLimits, Rest, TimeUnit
from orderlists._clock import ServerClock
from orderlists._commands import Outcome
from orderlists._execution.adapters import HttpAdapter
from orderlists._execution.engine import Engine
from orderlists._gate import Gate
from orderlists.extending import HttpRequest, HttpResponse, Request
from orderlists_transports import Client

CALL_ALONE = "the call alone"

_REST = Rest()
_KEY = HmacKey(api_key=API_KEY, secret=SECRET)
_SENT = HttpRequest("DELETE", "/", ())
_REQUESTS = [CancelOrderList(symbol=SYMBOL, order_list_id=number) for number in range(REPLIES)]


class _Nothing:
    """A protocol and a transport that do nothing: the result is at hand."""

    time_unit = TimeUnit.MILLISECOND

    def __init__(self, live: tuple[tuple[str, str], ...]) -> None:
        self._response = HttpResponse(200, live, b"")
        self._result = _REST.decode(_REQUESTS[0], HttpResponse(200, (), body_of(cancel_reply(0))))

    def encode(self, request: Request[Any], *, key: object, timestamp: int) -> HttpRequest:
        del request, key, timestamp
        return _SENT

    def decode(self, request: Request[Any], response: HttpResponse, /) -> Any:
        del request, response
        return self._result

    usages = staticmethod(Rest.usages)

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
    nothing = _Nothing(())
    clock = ServerClock(wall=0, monotonic=0)
    gate = Gate(_KEY, clock, RateLimits())
    engine = Engine(
        adapter=HttpAdapter(nothing, gate),
        gate=gate,
        policy=Policy(),
        timeout=15.0,
        new_id=lambda: CANCEL_ID,
    )
    now, response = clock.at(1), nothing.send(_SENT, timeout=1.0)

    def act(_: int) -> None:
        steps = engine.send(_REQUESTS[0], None, started=1).steps
        steps.send(None).encode(now)
        try:
            steps.send(Outcome(response, None, now.monotonic))
        except StopIteration:
            return

    return act


def _send(live: tuple[tuple[str, str], ...]) -> Act:
    nothing = _Nothing(live)
    client = Client(_KEY, transport=nothing, protocol=nothing, new_id=lambda: CANCEL_ID)
    return lambda _: client.send(_REQUESTS[0])


def _make(number: int) -> object:
    return CancelOrderList(symbol=SYMBOL, order_list_id=number)
