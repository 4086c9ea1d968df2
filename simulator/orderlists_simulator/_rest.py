"""The REST dialect: where a request has its parameters, what it signs, and how an answer looks.

Pure: a request and the time in, a response out.  Sockets are the server's, rules the venue's.

Invariant: the signature is checked over the bytes that arrived, never over what was read from them.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote_plus

from orderlists import HttpResponse
from orderlists_simulator._endpoints import CANCEL_LIST
from orderlists_simulator._keyring import not_permitted
from orderlists_simulator._parameters import DECIMAL, LONG, SIGNATURE, Parameters
from orderlists_simulator._refused import Refused
from orderlists_simulator._timing import DEFAULT_WINDOW, TimeUnit, Window

if TYPE_CHECKING:
    from orderlists import HttpRequest
    from orderlists_simulator._endpoints import Endpoint
    from orderlists_simulator._replies import JsonObject
    from orderlists_simulator._venue import Venue

_ENDPOINTS = {("DELETE", "/api/v3/orderList"): CANCEL_LIST}
_UNAUTHORIZED = frozenset({-2014, -2015})
_FORM = "application/x-www-form-urlencoded"


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
        path, _, query = request.target.partition("?")
        endpoint = _ENDPOINTS.get((request.method, path))
        if endpoint is None:
            unknown = Refused(-1020, "This operation is not supported.")
            return self._response(404, _error(unknown), weight=0, now=now)
        try:
            reply = self._reply(endpoint, request, query, now)
        except Refused as refused:
            status = 401 if refused.code in _UNAUTHORIZED else 400
            return self._response(status, _error(refused), weight=endpoint.weight, now=now)
        return self._response(200, reply, weight=0, now=now)

    def _reply(self, endpoint: Endpoint, request: HttpRequest, query: str, now: int) -> JsonObject:
        unit = TimeUnit.named(_header(request, "X-MBX-TIME-UNIT"))
        key = self._venue.keys.authenticate(_header(request, "X-MBX-APIKEY"))
        body = request.body.decode("utf-8", "surrogateescape")
        form = body if _is_form(request) else ""
        parameters = Parameters(_pairs(query), _pairs(form))
        timestamp = parameters.mandatory("timestamp", LONG)
        lasting = parameters.optional("recvWindow", DECIMAL)
        window = Window(
            timestamp=timestamp, recv_window=DEFAULT_WINDOW if lasting is None else lasting
        )
        signature = parameters.mandatory("signature", SIGNATURE)
        act = endpoint.read(parameters)
        window.check(now=now)
        if not key.verify(_signed_bytes(query) + _signed_bytes(body), signature):
            raise Refused(-1022, "Signature for this request is not valid.")
        if not key.may_trade:
            raise not_permitted()
        return act(self._venue, account=key.account, unit=unit, now=now)

    def _response(self, status: int, body: JsonObject, *, weight: int, now: int) -> HttpResponse:
        used = self._venue.weight.spend(weight, now=now)
        headers = (
            ("Content-Type", "application/json;charset=UTF-8"),
            ("X-MBX-USED-WEIGHT-1M", str(used)),
        )
        text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
        return HttpResponse(status, headers, text.encode())


def _error(refused: Refused) -> JsonObject:
    return {"code": refused.code, "msg": refused.message}


def _header(request: HttpRequest, wanted: str) -> str | None:
    for name, value in request.headers:
        if name.lower() == wanted.lower():
            return value
    return None


def _is_form(request: HttpRequest) -> bool:
    media_type = _header(request, "Content-Type") or ""
    return media_type.partition(";")[0].strip().lower() == _FORM


def _pairs(text: str) -> list[tuple[str, str]]:
    return parse_qsl(text, keep_blank_values=True)


def _signed_bytes(text: str) -> bytes:
    pieces = text.split("&")
    signed = [piece for piece in pieces if unquote_plus(piece.partition("=")[0]) != "signature"]
    return "&".join(signed).encode("utf-8", "surrogateescape")
