"""The REST dialect: what a request asks for, whether it may, and how the answer looks.

Pure: a request and the time in, a response out.  Sockets are the server's, rules the venue's.

Invariant: the signature is checked over the bytes that arrived, never over what was read from them.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from orderlists import HttpResponse
from orderlists_simulator._endpoints import (
    CANCEL_LIST,
    GET_LIST,
    GET_ORDER,
    GET_TIME,
    Endpoint,
)
from orderlists_simulator._keyring import not_permitted
from orderlists_simulator._keys import MAIN
from orderlists_simulator._log import Attempt
from orderlists_simulator._parameters import DECIMAL, LONG, SIGNATURE, Parameters
from orderlists_simulator._refused import Refused
from orderlists_simulator._request import header, places, signed_bytes
from orderlists_simulator._timing import DEFAULT_WINDOW, TimeUnit, Window
from orderlists_simulator._weight import TooMany

if TYPE_CHECKING:
    from orderlists import HttpRequest
    from orderlists_simulator._endpoints import Act
    from orderlists_simulator._replies import JsonObject
    from orderlists_simulator._venue import Venue

_ENDPOINTS = {
    ("DELETE", "/api/v3/orderList"): CANCEL_LIST,
    ("GET", "/api/v3/orderList"): GET_LIST,
    ("GET", "/api/v3/order"): GET_ORDER,
    ("GET", "/api/v3/time"): GET_TIME,
}
_ABOUT_THE_KEY = frozenset({-2014, -2015})
_BAD_REQUEST, _UNAUTHORIZED, _NOT_FOUND, _BANNED, _TOO_MANY = 400, 401, 404, 418, 429


class RestFront:
    """A venue that speaks REST.

    >>> from orderlists import HttpRequest
    >>> from orderlists_simulator import Venue
    >>> RestFront(Venue()).answer(HttpRequest("DELETE", "/api/v3/orderList", ()), now=0).body
    b'{"code":-2014,"msg":"API-key format invalid."}'
    """

    def __init__(self, venue: Venue) -> None:
        self._venue = venue

    def answer(self, request: HttpRequest, *, now: int) -> HttpResponse:
        """Return the response to a request that arrived now, in nanoseconds since 1970."""
        return self.attempt(request, now=now).response

    def attempt(self, request: HttpRequest, *, now: int) -> Attempt:
        """Do as a request says, now, and return what was done and what there is to answer."""
        self._venue.run_until(now)
        path = request.target.partition("?")[0]
        endpoint = _ENDPOINTS.get((request.method, path), _NO_ENDPOINT)
        try:
            self._venue.weight.admit(endpoint.weight, now=now)
            reply = self._reply(endpoint, request, now)
        except Refused as refused:
            return self._refusal(refused, now)
        back = endpoint.weight if endpoint.free_if_done else 0
        found = reply.get("orderListId")
        return Attempt(
            at=now,
            code=None,
            order_list_id=found if isinstance(found, int) else None,
            response=self._response(200, reply, back=back, now=now),
        )

    def _reply(self, endpoint: Endpoint, request: HttpRequest, now: int) -> JsonObject:
        unit = TimeUnit.named(header(request, "X-MBX-TIME-UNIT"))
        if endpoint.security == "NONE":
            act = endpoint.read(Parameters(*places(request)))
            return act(self._venue, account=MAIN, unit=unit, now=now)
        key = self._venue.keys.authenticate(header(request, "X-MBX-APIKEY"))
        parameters = Parameters(*places(request))
        window = _window(parameters)
        signature = parameters.mandatory("signature", SIGNATURE)
        act = endpoint.read(parameters)
        window.check(now=now)
        if not key.verify(signed_bytes(request), signature):
            raise Refused(-1022, "Signature for this request is not valid.")
        if endpoint.security == "TRADE" and not key.may_trade:
            raise not_permitted()
        return act(self._venue, account=key.account, unit=unit, now=now)

    def _refusal(self, refused: Refused, now: int) -> Attempt:
        body: JsonObject = {"code": refused.code, "msg": refused.message}
        extra: tuple[tuple[str, str], ...] = ()
        if isinstance(refused, TooMany):
            extra = (("Retry-After", str(refused.retry_after)),)
        response = self._response(_status(refused), body, extra=extra, now=now)
        return Attempt(at=now, code=refused.code, order_list_id=None, response=response)

    def _response(
        self,
        status: int,
        body: JsonObject,
        *,
        back: int = 0,
        extra: tuple[tuple[str, str], ...] = (),
        now: int,
    ) -> HttpResponse:
        used = self._venue.weight.refund(back, now=now)
        headers = (
            ("Content-Type", "application/json;charset=UTF-8"),
            ("X-MBX-USED-WEIGHT-1M", str(used)),
            *extra,
        )
        text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
        return HttpResponse(status, headers, text.encode())


def _refuse_path(_parameters: Parameters) -> Act:
    raise _NotServed(-1020, "This operation is not supported.")


class _NotServed(Refused):
    """Nothing is served there."""


_NO_ENDPOINT = Endpoint(security="NONE", weight=0, read=_refuse_path)


def _status(refused: Refused) -> int:
    if isinstance(refused, TooMany):
        return _BANNED if refused.banned else _TOO_MANY
    if isinstance(refused, _NotServed):
        return _NOT_FOUND
    return _UNAUTHORIZED if refused.code in _ABOUT_THE_KEY else _BAD_REQUEST


def _window(parameters: Parameters) -> Window:
    timestamp = parameters.mandatory("timestamp", LONG)
    lasting = parameters.optional("recvWindow", DECIMAL)
    return Window(timestamp=timestamp, recv_window=DEFAULT_WINDOW if lasting is None else lasting)
