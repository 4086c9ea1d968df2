"""What a call costs beside encoding, moving and decoding: clock, ids, budget, the call itself.

The client is the real one; protocol and transport do nothing.  The reply has the headers of a live
one, in which the budget looks for what was used.
"""

from __future__ import annotations

from typing import Any

from benchmarks.exchange import API_KEY, REPLIES, SECRET, SYMBOL, headers
from benchmarks.parts._duel import Act, duel
from orderlists import (
    CancelOrderList,
    HmacKey,
    HttpRequest,
    HttpResponse,
    Request,
    TimeUnit,
)
from orderlists_transports import Client

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
    acts = {"24 headers": _send(headers()), "no headers": _send(())}
    made: dict[str, Act] = {**acts, "making the request": _make}
    results = duel(made, floor="no headers", rounds=rounds)
    return {"one call": {"floor": "no headers", "results": results}}


def _send(told: tuple[tuple[str, str], ...]) -> Act:
    nothing = _Nothing(told)
    key = HmacKey(api_key=API_KEY, secret=SECRET)
    client = Client(key, transport=nothing, protocol=nothing)
    return lambda number: client.send(_REQUESTS[number])


def _make(number: int) -> object:
    return CancelOrderList(symbol=SYMBOL, order_list_id=number)
